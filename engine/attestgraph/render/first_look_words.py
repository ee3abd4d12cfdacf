"""The sentences of a first look about what was read and what that proves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from attestgraph.checks.tables import POLICY_STATES, RESOURCES
from attestgraph.checks.way_commands import SUBSCRIPTION
from attestgraph.formats import words
from attestgraph.render.first_look_model import TableLook
from attestgraph.render.first_look_ways import Again

_WORDS = {
    "unknown": "Whether these are all rows is not known",
    "false": "These are not all rows",
}


def completeness(tables: Sequence[TableLook], again: Again) -> Iterator[str]:
    """Yield what is known of the export: how many rows, and whether they are all."""
    rows = sum(table.rows for table in tables if table.name != POLICY_STATES)
    yield f"{words.plural(rows, 'row')} of resources were read." if rows != 1 else "1 row was read."
    table = next((t for t in tables if t.name == RESOURCES), None)
    if table is None:
        yield "None of them is of the table resources."
    elif table.complete == "true" and not table.why:
        scopes = ", ".join(again.scopes)
        yield f"The counts prove that all rows of the types in the export are here, for {scopes}."
    elif table.complete == "true":
        yield f"They are all there are: {table.why}."
    else:
        yield f"{_WORDS[table.complete]}: {table.why}."
    yield (
        "A fail is a fact all the same. A control is seen passing where every row that is here "
        "passes; that is no pass, for there may be rows that are not here."
    )


def prove(again: Again, unscoped: Collection[str]) -> str:
    """Return the command that would prove the export whole, or an empty text."""
    return again.command(f"--scope {SUBSCRIPTION}") if RESOURCES in unscoped else ""
