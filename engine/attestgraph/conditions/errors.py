"""Faults of conditions: wrong as written, or failed while judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

Pointer = tuple[str | int, ...]
"""The keys and indexes from the root of a JSON document to the place that is meant."""


def pointer_text(pointer: Pointer) -> str:
    """Return a pointer as text: `/policyRule/if/allOf/0`, `/` for the root."""
    return "/" + "/".join(str(part) for part in pointer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionFault:
    """One fault of a rule.

    Attributes:
        slug: Stable lower-case name with hyphens.
        message: Lower case, no full stop, the user's words in backticks.
        help: One remedy, or None.
        pointer: Keys and indexes from the root of the parsed document.
        offset: A character offset inside the string at `pointer`, for faults of expressions.
    """

    slug: str
    message: str
    help: str | None = None
    pointer: Pointer = ()
    offset: int | None = None

    def under(self, pointer: Pointer) -> ConditionFault:
        """Return the same fault with `pointer` put before its own."""
        return replace(self, pointer=pointer + self.pointer)

    def text(self) -> str:
        """Return `/policyRule/if/allOf/0: unknown operator …`."""
        place = pointer_text(self.pointer)
        if self.offset is not None:
            place = f"{place} at {self.offset}"
        return f"{place}: {self.message}"


class ConditionError(ValueError):
    """A rule that cannot be used as written.

    Attributes:
        faults: All that is wrong, in document order; at least one.
    """

    def __init__(self, faults: Iterable[ConditionFault]) -> None:
        self.faults: tuple[ConditionFault, ...] = tuple(faults)
        super().__init__("\n".join(fault.text() for fault in self.faults))

    @classmethod
    def of(
        cls,
        slug: str,
        message: str,
        *,
        help: str | None = None,  # noqa: A002 the word of ConditionFault and Diagnostic
        pointer: Pointer = (),
        offset: int | None = None,
    ) -> Self:
        """Return the error of one fault."""
        fault = ConditionFault(
            slug=slug, message=message, help=help, pointer=pointer, offset=offset
        )
        return cls((fault,))

    @property
    def pointer(self) -> Pointer:
        """Where the first fault stands."""
        return self.faults[0].pointer

    @property
    def offset(self) -> int | None:
        """The offset of the first fault within its string, if it has one."""
        return self.faults[0].offset

    def under(self, pointer: Pointer) -> Self:
        """Return the same error with `pointer` put before the pointers of all faults."""
        return type(self)(fault.under(pointer) for fault in self.faults)


class EvaluationError(ConditionError):
    """A rule that failed while it was judged: an error of a function, values of unlike types."""


class UnknownValueError(Exception):
    """A value that cannot be known was read within an expression: the leaf is unknown.

    It never leaves this package: the leaf that holds the expression turns it into a verdict.
    """
