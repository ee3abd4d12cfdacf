"""The commands: what each takes and which exit code it ends with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from attestgraph import __version__
from attestgraph.cli import collecting, importing, looking, query
from attestgraph.cli.options import AtOption, Format, FormatOption, QuietOption, moment
from attestgraph.diagnostics import Diagnostic, InputError

EXIT_PROBLEMS: Final = 1
EXIT_EVIDENCE: Final = 3
MOST_THREADS: Final = 256


WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-w", help="The workspace folder; default: the one here."),
]


def application() -> typer.Typer:
    """Return the command line application."""
    app = typer.Typer(
        name="attestgraph",
        help="Compliance for Azure as code. It never calls satisfied what it has not seen.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    app.command("demo")(demo)
    app.command("first-look")(looking.first_look)
    app.command("init")(init)
    app.command("validate")(validate)
    app.command("test")(run_cases)
    app.add_typer(importing.application(), name="import")
    app.command("collect")(collecting.collect)
    app.command("evaluate")(evaluate)
    app.command("status")(status)
    app.command("report")(report)
    app.command("explain")(explain)
    app.command("query")(query.query)
    return app


def _root(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"attestgraph {__version__}")
        raise typer.Exit


def threads() -> int | None:
    """Return how many threads `ATTESTGRAPH_THREADS` allows, or None for as many as there are.

    Raises:
        InputError: Not a whole number from 1 to 256.
    """
    text = os.environ.get("ATTESTGRAPH_THREADS", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_THREADS:
        raise InputError(
            Diagnostic(
                slug="bad-setting",
                message=f"ATTESTGRAPH_THREADS is `{text}`",
                help=f"set a whole number from 1 to {MOST_THREADS}",
            )
        )
    return int(text)


def demo(
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path("contoso"),
    at: AtOption = None,
) -> None:
    """Do the whole job on the built-in contoso workspace: no cloud, no network."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.demo(out, at=None if at is None else moment(at), threads=threads())
    show.demo(done)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    organisation: Annotated[
        str, typer.Option("--organisation", help="Printed in every report.")
    ] = "My organisation",
) -> None:
    """Make a new workspace with one control of its own."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    show.created(folder, pipeline.init(folder, organisation=organisation))


def validate(
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.TEXT,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Check every file against its form, and every link against its catalogue."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    found = pipeline.validate(workspace, at=moment(at))
    show.diagnostics(found, as_json=output is Format.JSON, quiet=quiet)
    if found.errors:
        raise typer.Exit(EXIT_PROBLEMS)


def run_cases(
    controls: Annotated[list[str] | None, typer.Argument(help="Control ids; default: all.")] = None,
    workspace: WorkspaceOption = None,
    output: FormatOption = Format.TEXT,
    *,
    quiet: QuietOption = False,
) -> None:
    """Run the controls' own cases."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    results = pipeline.test(workspace, tuple(controls or ()))
    show.cases(results, as_json=output is Format.JSON, quiet=quiet)
    if any(not case.passed for case in results.cases) or not results.cases:
        raise typer.Exit(EXIT_PROBLEMS)


RunArgument = Annotated[Path, typer.Argument(help="The run folder.")]
SystemOption = Annotated[
    str | None, typer.Option("--system", "-s", help="One system only; default: all.")
]


def evaluate(
    evidence: Annotated[Path, typer.Option("--evidence", help="The snapshot folder.")],
    out: Annotated[Path, typer.Option("--out", help="The run folder to write.")],
    workspace: WorkspaceOption = None,
    at: AtOption = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Evaluate the controls against a snapshot: one run, never changed again."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    done = pipeline.evaluate(workspace, evidence, out, at=moment(at), threads=threads())
    show.evaluated(done, out, quiet=quiet)
    if done.nothing_evaluated:
        raise typer.Exit(EXIT_EVIDENCE)


def status(
    run: RunArgument,
    system: SystemOption = None,
    framework: Annotated[
        str | None, typer.Option("--framework", "-f", help="One framework only.")
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Show the status of every framework, per system."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    show.status(
        pipeline.status(run, system=system, framework=framework), as_json=output is Format.JSON
    )


def report(
    run: RunArgument,
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    system: SystemOption = None,
    framework: Annotated[
        list[str] | None, typer.Option("--framework", "-f", help="Default: all.")
    ] = None,
    *,
    quiet: QuietOption = False,
) -> None:
    """Write the report of a run: HTML, CSV and JSON with the same numbers."""
    from attestgraph import pipeline
    from attestgraph.cli import show

    show.reported(
        pipeline.report(run, out, system=system, frameworks=tuple(framework or ())), quiet=quiet
    )


def explain(
    thing: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A requirement (framework:id), control, control/check, policy definition, "
            "resource, or record.",
        ),
    ],
    run: Annotated[Path | None, typer.Option("--run", help="The run folder.")] = None,
    workspace: WorkspaceOption = None,
    system: SystemOption = None,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", help="The run's snapshot: a resource's row is shown as well."),
    ] = None,
    output: FormatOption = Format.TEXT,
) -> None:
    """Follow a requirement, control, policy or resource to its evidence, and back."""
    from attestgraph import pipeline
    from attestgraph.cli import show_trace

    trace = pipeline.explain(
        thing, run=run, workspace=workspace, system=system, evidence_folder=evidence
    )
    show_trace.explained(trace, run=run, as_json=output is Format.JSON)
