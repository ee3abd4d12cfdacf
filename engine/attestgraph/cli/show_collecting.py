"""What `collect` shows: the plan, a bar or a line for each table, and what is missing."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from attestgraph.cli import show
from attestgraph.formats.terminal import escape

if TYPE_CHECKING:
    from datetime import datetime

    from attestgraph import pipeline
    from attestgraph.collect import CollectionPlan, Progress, TablePlan

Say = Callable[["Progress"], None]


def plan(found: CollectionPlan, *, as_json: bool) -> None:
    """Print what would be asked, and the roles that it needs."""
    if as_json:
        show.answer(show.json_text(found.to_json()))
        return
    show.answer(f"roles: {', '.join(found.roles)}; on the subscriptions, or a group above them")
    for table in found.tables:
        show.answer(f"{table.table:<22} {table.service}: {_what(table)}")
    for name, instead in found.left_out.items():
        show.answer(f"{name:<22} not collected: {instead}")


def _what(table: TablePlan) -> str:
    if table.types is not None:
        many = f"{len(table.types):,} type{'s' if len(table.types) != 1 else ''}"
        return f"{many}, {len(table.columns)} columns" if table.columns else many
    if table.definitions is not None:
        return f"of {table.definitions:,} definitions"
    return "everything"


def prompt(url: str, code: str, expires: datetime) -> None:
    """Show where to sign in with a code; what a person must read goes to stderr."""
    show.say(escape(f"to sign in, open {url} and enter {code} before {expires:%H:%M}"))


@contextlib.contextmanager
def watching(*, quiet: bool) -> Iterator[Say | None]:
    """Give what is told of progress: bars on a terminal, else a line for each table at its end."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bars() as say:
            yield say
    else:
        yield _line


def _line(progress: Progress) -> None:
    if progress.ended:
        show.say(f"{progress.table}: {progress.rows:,} rows, {progress.pages:,} pages")


@contextlib.contextmanager
def _bars() -> Iterator[Say]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bars = Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, Any] = {}
    lock = threading.Lock()

    def say(progress: Any) -> None:
        told = f"{progress.rows:,} rows, {progress.pages:,} pages"
        if progress.left is not None:
            told += f", {progress.left} requests left"
        with lock:
            if progress.table not in tasks:
                tasks[progress.table] = bars.add_task(progress.table, told="", total=None)
            bars.update(
                tasks[progress.table],
                total=progress.parts or None,
                completed=progress.parts_done,
                told=told,
            )

    with bars:
        yield say


def collected(done: pipeline.Collection, *, as_json: bool, quiet: bool) -> None:
    """Print the tables of a new snapshot, and what is missing of them."""
    if as_json:
        show.faults(done.diagnostics)
        show.answer(show.json_text(_document(done)))
        return
    show.faults(done.diagnostics)
    if quiet:
        return
    if done.resumed:
        show.answer("went on where it was stopped")
    for table in done.tables:
        word = "complete" if table.complete == "true" else "incomplete"
        show.answer(f"{table.name:<22} {table.rows:>9,} rows   {word}")
    show.answer(f"{escape(str(done.folder))}: {done.requests:,} requests")


def _document(done: pipeline.Collection) -> dict[str, Any]:
    return {
        "snapshot": str(done.folder),
        "complete": done.complete,
        "missing": done.missing,
        "requests": done.requests,
        "resumed": done.resumed,
        "tables": [asdict(table) for table in done.tables],
        "diagnostics": [d.to_json() for d in done.diagnostics],
    }
