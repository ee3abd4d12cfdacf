"""Places within one file: faults by pointer, and the faults of conditions by theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.conditions import (
    Aliases,
    Condition,
    ConditionError,
    ConditionFault,
    parse_condition,
)
from attestgraph.diagnostics import Collector, Diagnostic, Severity, Span
from attestgraph.load.nodes import Document, Pointer, Scalar, span_of

# faults of conditions whose pointer ends in a key that is wrong itself
_ABOUT_KEYS: Final = frozenset({"unknown-key", "unknown-operator", "repeated-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file and where its faults go."""

    document: Document
    faults: Collector

    def fault(
        self,
        pointer: Pointer,
        slug: str,
        message: str,
        mend: str | None = None,
        *,
        key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Keep a fault at a value, or at its key."""
        span = self.document.span(pointer, key=key)
        self.faults.add(
            Diagnostic(slug=slug, message=message, help=mend, severity=severity, span=span)
        )

    def found(self, pointer: Pointer, fault: Diagnostic | None) -> bool:
        """Keep a fault, if there is one, at a value; tell whether there is none."""
        if fault is not None:
            self.faults.add(fault.at(self.document.span(pointer)))
        return fault is None

    def span(self, pointer: Pointer) -> Span:
        """Return where a value stands."""
        return self.document.span(pointer)


def read_condition(
    place: Place,
    pointer: Pointer,
    document: Mapping[str, Any],
    *,
    aliases: Aliases,
    parameters: Collection[str],
    negatable_absent: bool = True,
) -> Condition | None:
    """Return a condition of a control; None and its faults, each at its place, where it has any.

    Args:
        place: The file.
        pointer: Where the condition stands in it.
        document: The condition as JSON.
        aliases: The aliases that fields may name.
        parameters: Names that `parameters('…')` may name.
        negatable_absent: Whether `when_absent` may be used (not in `violated_when`).
    """
    try:
        return parse_condition(
            document,
            aliases=aliases,
            parameters=parameters,
            mode="control",
            negatable_absent=negatable_absent,
        )
    except ConditionError as error:
        for fault in error.faults:
            place.faults.add(placed(place.document, pointer, fault))
    return None


def placed(document: Document, pointer: Pointer, fault: ConditionFault) -> Diagnostic:
    """Return a fault of JSON that stands at a pointer of a file, at its place."""
    whole = (*pointer, *fault.pointer)
    span = document.span(whole, key=fault.slug in _ABOUT_KEYS)
    if fault.offset is not None:
        span = _inside(document, whole, fault.offset) or span
    return Diagnostic(slug=fault.slug, message=fault.message, help=fault.help, span=span)


def _inside(document: Document, pointer: Pointer, offset: int) -> Span | None:
    """Return the place of one character of a scalar, where the file writes it as it is."""
    node = document.find(pointer)
    if not isinstance(node, Scalar) or node.place[0] != node.place[2]:
        return None
    line, start, _, end = node.place
    written = document.text.splitlines()[line - 1][start - 1 : end - 1]
    shift = written.find(node.text) if node.text else -1
    if shift < 0 or offset > len(node.text):
        return None
    column = start + shift + offset
    return span_of(document.path, (line, column, line, column + 1))
