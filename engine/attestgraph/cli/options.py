"""Options that several commands take, and the clock: it is read here and nowhere else."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Annotated

import typer

from attestgraph.diagnostics import Diagnostic, InputError


class Format(enum.StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="text or json.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", help="When to evaluate: RFC 3339 with a zone, or a date; default: now."),
]


def moment(at: str | None) -> datetime:
    """Return the time an `--at` option names, or now in whole seconds.

    Raises:
        InputError: Not a date or a time with a zone.
    """
    from attestgraph.model.times import parse_moment

    if at is None:
        return datetime.now(tz=UTC).replace(microsecond=0)
    try:
        return parse_moment(at)
    except ValueError as error:
        raise InputError(
            Diagnostic(slug="bad-time", message=f"--at: {error}", help="write 2026-11-01T06:00:00Z")
        ) from None
