"""The command `query`: a check as KQL for the Resource Graph explorer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attestgraph.cli.options import AtOption, Format, FormatOption, moment
from attestgraph.diagnostics import Diagnostic, InputError

if TYPE_CHECKING:
    from attestgraph import pipeline


def query(
    check: Annotated[
        str | None,
        typer.Argument(
            metavar="CONTROL/CHECK", help="A row check; the control alone if it is one."
        ),
    ] = None,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", help="The workspace folder; default: the one here."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="With --all: the folder to write.")
    ] = None,
    at: AtOption = None,
    output: FormatOption = Format.TEXT,
    *,
    counts: Annotated[
        bool, typer.Option("--counts", help="Count all verdicts instead of listing failures.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Every row check, one file each.")
    ] = False,
) -> None:
    """Print a check as a query for Azure Resource Graph: its rows are the failing resources."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    as_json = output is Format.JSON
    if everything and out is not None and check is None:
        done = pipeline.queries(out, workspace=workspace, at=moment(at), counts=counts)
        show.answer(show.json_text(_totals(done)) if as_json else _told(done, out))
        return
    if everything or out is not None or check is None:
        raise InputError(
            Diagnostic(
                slug="bad-arguments",
                message="`query` takes one check, or --all with --out",
                help="write `query CONTROL/CHECK`, or `query --all --out DIR`",
            )
        )
    made = pipeline.query(check, workspace=workspace, at=moment(at))
    if as_json:
        show.answer(show.json_text(made.to_json()))
    elif made.query is not None:
        show.answer((made.query.counts if counts else made.query.rows).rstrip("\n"))


def _share(done: pipeline.CheckQueries) -> float:
    askable = len(done.asked) + len(done.refused)
    return round(100 * len(done.asked) / askable, 1) if askable else 0.0


def _totals(done: pipeline.CheckQueries) -> dict[str, object]:
    return {
        "asked": len(done.asked),
        "not_in_kql": len(done.refused),
        "elsewhere": len(done.elsewhere),
        "share": f"{_share(done)}",
        "checks": [one.to_json() for one in done.checks],
    }


def _told(done: pipeline.CheckQueries, out: Path) -> str:
    from attestgraph.formats.terminal import escape

    askable = len(done.asked) + len(done.refused)
    share = f"{len(done.asked)} of {askable} row checks over tables of Resource Graph"
    lines = [f"{share} ({_share(done)} %) are in {escape(str(out))}"]
    lines += [escape(f"  not in KQL: {one.control}: {one.why[0].message}") for one in done.refused]
    lines.append(
        f"{len(done.elsewhere)} more read rows that Resource Graph does not have, and are not asked"
    )
    return "\n".join(lines)
