"""How an explanation is printed: signs, indents, and the commands that lead on."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attestgraph.cli.show import answer, json_text
from attestgraph.formats.terminal import escape

if TYPE_CHECKING:
    from attestgraph.explain import Line, Section, Trace

_SIGNS: Final[Mapping[str, str]] = {
    "satisfied": "✓",
    "inherited": "✓",
    "pass": "✓",
    "not-satisfied": "✗",
    "fail": "✗",
    "not-evaluated": "?",
    "error": "?",
    "accepted": "◇",
    "risk-accepted": "◇",
    "partially-satisfied": "◐",
}
"""Signs of words; any other is a dash: it neither holds nor fails."""


def explained(trace: Trace, *, run: Path | None, as_json: bool) -> None:
    """Print a trace."""
    if as_json:
        answer(json_text(trace.to_json()))
        return
    answer(f"{trace.kind} {escape(trace.id)}")
    if trace.title:
        answer(f"  {escape(trace.title)}")
    width = max((len(name) for name in trace.facts), default=0)
    for name, value in trace.facts.items():
        answer(f"  {name:<{width}}  {escape(value)}")
    for section in trace.sections:
        answer("")
        for line in _section(section):
            answer(line)
    if trace.follow:
        answer("")
        for ref in trace.follow:
            where = f" --run {shlex.quote(str(run))}" if run is not None else ""
            answer(f"  next  attestgraph explain {escape(shlex.quote(ref))}{escape(where)}")


def _section(section: Section) -> Iterator[str]:
    yield f"{_sign(section.mark)}{escape(section.title)}"
    for line in section.lines:
        yield from _lines(line, "  ")


def _lines(line: Line, indent: str) -> Iterator[str]:
    ref = f"{escape(line.ref)} · " if line.ref else ""
    yield f"{indent}{_sign(line.mark)}{ref}{escape(line.text)}"
    for below in line.below:
        yield from _lines(below, indent + "    ")


def _sign(mark: str | None) -> str:
    return "" if mark is None else f"{_SIGNS.get(mark, '·')} "
