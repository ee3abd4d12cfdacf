"""What an explanation is: facts, sections of lines, and where to look next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, with what belongs below it.

    Attributes:
        mark: A status, result or outcome word, shown as a sign.
        ref: An id that can be explained in turn.
        text: What is said.
        below: Lines of the next level.
    """

    text: str
    mark: str | None = None
    ref: str | None = None
    below: tuple[Line, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the line as JSON."""
        return {
            "mark": self.mark,
            "ref": self.ref,
            "text": self.text,
            "below": [line.to_json() for line in self.below],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]
    mark: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the section as JSON."""
        return {
            "title": self.title,
            "mark": self.mark,
            "lines": [line.to_json() for line in self.lines],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing explained.

    Attributes:
        kind: `requirement`, `control`, `policy`, `resource`, `attestation` or `exception`.
        id: The thing, as it is spelt.
        title: What it says, or its name.
        facts: What holds of it everywhere.
        sections: What holds by system, by control, by outcome.
        follow: Ids to explain next, the worst first.
    """

    kind: str
    id: str
    title: str
    facts: Mapping[str, str]
    sections: tuple[Section, ...]
    follow: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the trace as JSON."""
        return {
            "kind": self.kind,
            "id": self.id,
            "title": self.title,
            "facts": dict(self.facts),
            "sections": [section.to_json() for section in self.sections],
            "follow": list(self.follow),
        }


def listed(lines: tuple[Line, ...], most: int, noun: str) -> tuple[Line, ...]:
    """Return at most so many lines, and one that says how many are left out; never a silent cut."""
    more = len(lines) - most
    if more <= 0:
        return lines
    return (*lines[:most], Line(text=f"and {more:,} more {noun}"))


def spoken(word: str | None) -> str:
    """Return a word of ours as it is said: without hyphens."""
    return (word or "").replace("-", " ")
