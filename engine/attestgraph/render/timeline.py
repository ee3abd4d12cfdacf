"""Exceptions on a line of time: from approval to expiry, beside the day of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from attestgraph.render.registers import ExceptionReport

MOST_BARS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One exception, its place in days from the start of the line."""

    entry: ExceptionReport
    start: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Exceptions by expiry; `span` days are the whole width, `today` is the day of the run."""

    bars: tuple[Bar, ...]
    total: int
    first: str
    last: str
    today: int
    span: int


def timeline(exceptions: Sequence[ExceptionReport], at: str) -> Timeline | None:
    """Return the exceptions of a system by expiry, the soonest first; None where it has none.

    Args:
        exceptions: The exceptions.
        at: When the run was evaluated.
    """
    if not exceptions:
        return None
    chosen = sorted(exceptions, key=lambda e: (e.expires_on, e.id))
    today = date.fromisoformat(at[:10])
    approved = [date.fromisoformat(e.approved_on) for e in chosen]
    expires = [date.fromisoformat(e.expires_on) for e in chosen]
    first, last = min(today, *approved, *expires), max(today, *approved, *expires)
    return Timeline(
        bars=tuple(
            Bar(entry=entry, start=(start - first).days, days=max(0, (end - start).days))
            for entry, start, end in zip(chosen, approved, expires, strict=True)
        )[:MOST_BARS],
        total=len(chosen),
        first=first.isoformat(),
        last=last.isoformat(),
        today=(today - first).days,
        span=max(1, (last - first).days),
    )
