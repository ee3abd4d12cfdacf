"""Cells of the tables about controls: what a check is, what it needs, what rests on a control."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, assert_never

from attestgraph.checks import kind_of, table_of
from attestgraph.model.authored import (
    AttestTest,
    Check,
    Control,
    Link,
    PolicyTest,
    QueryTest,
    RowTest,
)
from attestgraph.model.records import Library

INFORMATIONAL: Final = "informational: nothing rests on it"
STATES: Final = "policystates"


def row(*cells: str) -> str:
    """Return one row of a Markdown table.

    Raises:
        ValueError: A cell is empty.
    """
    if not all(cell.strip() for cell in cells):
        message = f"an empty cell: {cells}"
        raise ValueError(message)
    return "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |\n"


def table_head(*names: str) -> str:
    """Return the head of a Markdown table."""
    return row(*names) + "|" + "---|" * len(names) + "\n"


def check_kind(check: Check) -> str:
    """Return the kind of a check, with its group of alternatives where it has one."""
    kind = kind_of(check.test)
    return f"{kind}, alternative `{check.alternative}`" if check.alternative else kind


def evidence_of(check: Check, library: Library) -> str:
    """Return what a check needs: tables and types, a definition, or the roles that sign."""
    test = check.test
    match test:
        case RowTest():
            return _tables(_row_types(check.document))
        case QueryTest():
            return f"a query over {_tables(_written(check.document.get('applies_to')))}"
        case PolicyTest():
            name = test.definition.rpartition("/")[2]
            facts = library.definitions.get(name)
            title = facts.title if facts else "a definition of its own"
            return f"`{STATES}`: {title} ({name})"
        case AttestTest():
            return f"signed by {' and '.join(test.roles)}, valid for {days(test.valid_for)}"
        case _:
            assert_never(test)


def _row_types(document: Mapping[str, Any]) -> list[str]:
    related = document.get("related") or ()
    entries = [related] if isinstance(related, Mapping) else related
    return [
        *_written(document.get("applies_to")),
        *(str(entry["type"]) for entry in entries if "type" in entry),
    ]


def _written(types: object) -> list[str]:
    listed: Iterable[object] = [types] if isinstance(types, str) else _sequence(types)
    return [str(each) for each in listed]


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) else ()


def _tables(types: Iterable[str]) -> str:
    found: dict[str, list[str]] = {}
    for each in types:
        names = found.setdefault(table_of(each), [])
        if each not in names:
            names.append(each)
    return "; ".join(f"`{table}`: {', '.join(names)}" for table, names in found.items())


def days(span: timedelta) -> str:
    """Return a period in days, or hours where it is shorter."""
    return f"{span.days} days" if span.days > 1 else f"{span // timedelta(hours=1)} hours"


def links_of(control: Control, library: Library) -> str:
    """Return the requirements that a control supports, by framework."""
    if not control.supports:
        return INFORMATIONAL
    found: dict[str, list[str]] = {}
    for link in ordered_links(control, library):
        part = f" ({link.part})" if link.part else ""
        name = f"{link.requirement}{part}{'' if link.review else ' (draft)'}"
        found.setdefault(link.framework, []).append(name)
    return "; ".join(f"{framework}: {', '.join(names)}" for framework, names in found.items())


def ordered_links(control: Control, library: Library) -> list[Link]:
    """Return a control's links by framework, then in the order of the catalogue."""
    return sorted(
        control.supports,
        key=lambda link: (
            link.framework,
            library.frameworks[link.framework].requirements[link.requirement].order,
            link.part or "",
        ),
    )
