"""The command `first-look`: what exports show, without a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from attestgraph.cli.importing import DeclareOption, ScopeOption
from attestgraph.cli.options import AtOption, Format, FormatOption, QuietOption, moment

EXIT_EVIDENCE: Final = 3


def first_look(  # noqa: PLR0913 - one parameter an option
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="EXPORT…",
            help="Exports of resources (`az graph query`, NDJSON, ARM lists), of compliance "
            "states, or of key vaults.",
        ),
    ] = None,
    policy_states: Annotated[
        list[Path] | None,
        typer.Option("--policy-states", help="A file of compliance states; repeatable."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")] = Path("first-look"),
    framework: Annotated[
        list[str] | None,
        typer.Option("--framework", "-f", help="A framework or framework@profile; default: all."),
    ] = None,
    scope: ScopeOption = None,
    declare_complete: DeclareOption = None,
    at: AtOption = None,
    output: FormatOption = Format.TEXT,
    *,
    quiet: QuietOption = False,
) -> None:
    """See what exports show, per framework: known, unknown, and what would make it known."""
    from attestgraph import pipeline
    from attestgraph.cli import show_first_look
    from attestgraph.cli.commands import threads

    done = pipeline.first_look(
        tuple(files or ()),
        out,
        states=tuple(policy_states or ()),
        frameworks=tuple(framework or ()),
        scopes=tuple(scope or ()),
        declared=declare_complete,
        at=moment(at),
        threads=threads(),
    )
    show_first_look.first_look(done, as_json=output is Format.JSON, quiet=quiet)
    if done.nothing_evaluated:
        raise typer.Exit(EXIT_EVIDENCE)
