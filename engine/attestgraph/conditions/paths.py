"""Paths below a row: their grammar, and readers that walk them.

A path is segments divided by dots. A segment is a name, `['name']` (an apostrophe inside doubled),
`[name]` (which may be empty, as built-in rules compute it), an index `[0]`, or `[*]` for every
element of an array. Names match without regard to
ASCII case, an exact key first; tag names by the fold of all text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from attestgraph.conditions.errors import ConditionError
from attestgraph.conditions.folding import ascii_lower, fold
from attestgraph.conditions.values import (
    HIDDEN,
    MISSING,
    REDACTED,
    REDACTED_KEY,
    UNLISTED,
    Special,
)

Walk = Callable[[Any], Any]
"""From a base value to the value below it: a JSON value, MISSING or REDACTED."""

MOST_SEGMENTS = 100


@dataclass(frozen=True, slots=True)
class Key:
    """One name of a path.

    Attributes:
        name: As written.
        low: Folded for comparison.
        tag: Whether it names a tag, so that all text is folded, not ASCII alone.
    """

    name: str
    low: str
    tag: bool = False

    @property
    def index(self) -> int | None:
        """The index that the name is, where the value below is an array."""
        return int(self.name) if self.name.isdecimal() and len(self.name) <= 9 else None


@dataclass(frozen=True, slots=True)
class Each:
    """`[*]`: every element of an array."""


Segment = Key | Each
Path = tuple[Segment, ...]


def key(name: str) -> Key:
    """Return the segment of a property name."""
    return Key(name, ascii_lower(name))


def tag_key(name: str) -> Key:
    """Return the segment of a tag name."""
    return Key(name, fold(name), tag=True)


def parse_path(text: str) -> Path:
    """Return the segments of a path.

    Raises:
        ConditionError: slug `bad-path`, with the offset of the fault.
    """
    segments: list[Segment] = []
    at = 0
    while at < len(text):
        if len(segments) >= MOST_SEGMENTS:
            raise _bad(text, at, f"more than {MOST_SEGMENTS} segments")
        if text[at] == "[":
            segment, at = _bracket(text, at)
        elif text[at] == "." and segments:
            segment, at = _name(text, at + 1)
        elif not segments:
            segment, at = _name(text, at)
        else:
            raise _bad(text, at, "`.` or `[` expected")
        segments.append(segment)
    if not segments:
        raise _bad(text, 0, "a name expected")
    return tuple(segments)


def _name(text: str, at: int) -> tuple[Segment, int]:
    end = at
    while end < len(text) and text[end] not in ".[":
        end += 1
    if end == at:
        raise _bad(text, at, "a name expected")
    return key(text[at:end]), end


def _bracket(text: str, at: int) -> tuple[Segment, int]:
    if text.startswith("[*]", at):
        return Each(), at + 3
    quote = text[at + 1 : at + 2]
    if quote in {"'", '"'}:
        return _quoted(text, at + 2, quote)
    end = text.find("]", at)
    if end < 0:
        raise _bad(text, at, "`[` is not closed")
    return key(text[at + 1 : end]), end + 1


def _quoted(text: str, start: int, quote: str) -> tuple[Segment, int]:
    at, parts = start, []
    while True:
        end = text.find(quote, at)
        if end < 0:
            raise _bad(text, start - 2, "the quoted name is not closed")
        parts.append(text[at:end])
        if not text.startswith(quote * 2, end):
            break
        parts.append(quote)
        at = end + 2
    name = "".join(parts)
    if not text.startswith("]", end + 1):
        raise _bad(text, start - 2, "`]` expected after the quoted name")
    return key(name), end + 2


def _bad(text: str, at: int, message: str) -> ConditionError:
    shown = text if len(text) <= 80 else text[:80] + "…"
    return ConditionError.of("bad-path", f"`{shown}` is no path: {message}", offset=at)


def path_text(path: Path) -> str:
    """Return a path as text: names with dots where they are plain, in brackets elsewhere."""
    parts: list[str] = []
    for segment in path:
        if isinstance(segment, Each):
            parts.append("[*]")
        elif segment.name and not set(segment.name) & set(".[]'\" "):
            parts.append(f".{segment.name}" if parts else segment.name)
        else:
            escaped = segment.name.replace("'", "''")
            parts.append(f"['{escaped}']")
    return "".join(parts)


def step(value: Any, segment: Key) -> Any:
    """Return what stands one name below a value: exact key first, then in any letter case."""
    if type(value) is dict:
        found = value.get(segment.name, MISSING)
        return found if found is not MISSING else _search(value, segment)
    if type(value) is list:
        index = segment.index
        return value[index] if index is not None and index < len(value) else MISSING
    return step(dict(value), segment) if isinstance(value, Mapping) else MISSING


def _search(value: Mapping[str, Any], segment: Key) -> Any:
    """Find a key in another letter case; a redacted object hides all keys."""
    low, size = segment.low, len(segment.low)
    if segment.tag and not low.isascii():
        for name in value:
            if fold(name) == low:
                return value[name]
    else:
        for name in value:
            if len(name) == size and ascii_lower(name) == low:
                return value[name]
    return REDACTED if value.get(REDACTED_KEY) is True else MISSING


def walk(path: Path) -> Walk:
    """Return a reader for a path without `[*]`; names are resolved here, once."""
    keys = tuple(segment for segment in path if isinstance(segment, Key))
    if len(keys) != len(path):
        raise ValueError("a path with `[*]` selects many values")
    if len(keys) == 1:
        return _walk_one(*keys)
    if len(keys) == 2:
        return _walk_two(*keys)

    named = tuple((segment, segment.name) for segment in keys)

    def read(base: Any) -> Any:
        value = base
        if value is REDACTED:
            return REDACTED
        for segment, name in named:
            below = value.get(name, MISSING) if type(value) is dict else MISSING
            if below is MISSING:
                below = step(value, segment)
                if type(below) is Special:
                    return below
            value = below
        if type(value) is dict and value.get(REDACTED_KEY) is True:
            return REDACTED
        return value

    return read


def _walk_one(only: Key) -> Walk:
    name = only.name

    def read(base: Any) -> Any:
        value = base.get(name, MISSING) if type(base) is dict else MISSING
        if value is MISSING:
            value = base if base is REDACTED else step(base, only)
        if type(value) is dict and value.get(REDACTED_KEY) is True:
            return REDACTED
        return value

    return read


def _walk_two(first: Key, second: Key) -> Walk:
    outer, inner = first.name, second.name

    def read(base: Any) -> Any:
        value = base.get(outer) if type(base) is dict else None
        if type(value) is not dict:
            value = base if base is REDACTED else step(base, first)
        if type(value) is dict:
            found = value.get(inner, MISSING)
            if found is MISSING:
                found = step(value, second)
        else:
            found = REDACTED if value is REDACTED else step(value, second)
        if type(found) is dict and found.get(REDACTED_KEY) is True:
            return REDACTED
        return found

    return read


def select(path: Path) -> Callable[[Any], list[Any]]:
    """Return a reader for a path with `[*]`: the values it selects, in order.

    UNLISTED stands for an array that is not there (or is no array), HIDDEN for one that may not be
    read. Neither selects anything in the language; both tell on what a verdict rests.
    """
    heads: list[Walk] = []
    part: list[Key] = []
    for segment in path:
        if isinstance(segment, Each):
            heads.append(walk(tuple(part)))
            part = []
        else:
            part.append(segment)
    if len(heads) == 1 and not part:
        return _elements(heads[0])
    tail = walk(tuple(part))

    def read(base: Any) -> list[Any]:
        bases = [base]
        for head in heads:
            bases = _spread(head, bases)
        return [one if type(one) is Special else tail(one) for one in bases]

    return read


def _elements(head: Walk) -> Callable[[Any], list[Any]]:
    """Return a reader of the elements of one array."""

    def read(base: Any) -> list[Any]:
        value = base if type(base) is Special else head(base)
        if type(value) is list:
            return [
                REDACTED if type(one) is dict and one.get(REDACTED_KEY) is True else one
                for one in value
            ]
        return [HIDDEN if value is REDACTED or value is HIDDEN else UNLISTED]

    return read


def _spread(head: Walk, bases: list[Any]) -> list[Any]:
    """Return the elements of the arrays below each base."""
    spread: list[Any] = []
    for base in bases:
        value = base if type(base) is Special else head(base)
        if type(value) is list:
            spread.extend(value)
        else:
            spread.append(HIDDEN if value is REDACTED or value is HIDDEN else UNLISTED)
    return spread
