"""The tree of a YAML file: scalars keep their own text, every node knows its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attestgraph.diagnostics import Span

Place = tuple[int, int, int, int]
"""Line, column, end line and end column, from 1; the end is exclusive."""
Pointer = tuple[str | int, ...]
"""The keys and indexes that lead from the root to a value."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as written; `plain` where it stands without quotes and may mean a number or a word."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """A mapping: each key's text to the key's own node and the value's."""

    place: Place
    pairs: Mapping[str, tuple[Scalar, Node]]

    def value(self, key: str) -> Node | None:
        """Return the value under a key, or None."""
        pair = self.pairs.get(key)
        return pair[1] if pair else None


Node = Scalar | Sequence | Members


def span_of(path: str, place: Place) -> Span:
    """Return a place as a span of a file."""
    line, column, end_line, end_column = place
    return Span(path=path, line=line, column=column, end_line=end_line, end_column=end_column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file that was read.

    Attributes:
        path: As shown in messages.
        root: The top mapping.
        text: The whole file.
    """

    path: str
    root: Members
    text: str

    def span(self, pointer: Iterable[str | int] = (), *, key: bool = False) -> Span:
        """Return where a value stands, or its key; the nearest holder where it is not there."""
        node: Node = self.root
        place = node.place
        for step in pointer:
            if isinstance(node, Members) and str(step) in node.pairs:
                name, node = node.pairs[str(step)]
                place = name.place if key else node.place
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                place = node.place
            else:
                break
        return span_of(self.path, place)

    def find(self, pointer: Iterable[str | int]) -> Node | None:
        """Return the node that a pointer leads to, or None."""
        node: Node | None = self.root
        for step in pointer:
            if isinstance(node, Members):
                node = node.value(str(step))
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node
