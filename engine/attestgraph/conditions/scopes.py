"""Counts around a leaf: which members they are at, and which fields read below a member."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.fields import FieldRef, Form
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.paths import Each, Path, Segment

Scope = tuple[Any, ...]
"""The current members of the enclosing counts, outermost first."""


@dataclass(slots=True)
class Rounds:
    """How often the `where` of a count of values runs, those of the counts around multiplied."""

    now: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One enclosing count.

    Attributes:
        slot: Where its current member stands in a scope.
        path: The array of a field count, with its `[*]`; None for a count of values.
        name: The name of a count of values, in lower case.
        rounds: How often a count of values runs.
    """

    slot: int
    path: Path | None = None
    name: str | None = None
    rounds: Rounds = field(default_factory=Rounds, compare=False)


Bindings = tuple[Binding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a field is read: below the row (slot None) or below a count's member."""

    slot: int | None
    path: Path
    form: Form

    @property
    def many(self) -> bool:
        """Tell whether it selects the elements of an array."""
        return any(isinstance(segment, Each) for segment in self.path)


def _same(one: Segment, other: Segment) -> bool:
    if isinstance(one, Each) or isinstance(other, Each):
        return type(one) is type(other)
    return one.low == other.low


def source_of(ref: FieldRef, bindings: Bindings) -> Source:
    """Return where a field is read: below the innermost member whose array's path begins its own.

    Only the current member counts inside `where`; fields that do not pass through the counted
    array see the whole resource.
    """
    best: Binding | None = None
    for binding in bindings:
        path = binding.path
        if path is None or len(path) > len(ref.path):
            continue
        if best is not None and best.path is not None and len(path) < len(best.path):
            continue
        if all(_same(a, b) for a, b in zip(path, ref.path, strict=False)):
            best = binding
    if best is None or best.path is None:
        return Source(slot=None, path=ref.path, form=ref.form)
    return Source(slot=best.slot, path=ref.path[len(best.path) :], form=Form.PLAIN)


def value_binding(name: str | None, bindings: Bindings) -> Binding | None:
    """Return the count that `current(name)` means by a count's name, or by none the innermost."""
    if name is None:
        return bindings[-1] if bindings else None
    low = ascii_lower(name)
    found = [binding for binding in bindings if binding.name == low]
    return found[-1] if found else None


def no_current(name: str | None) -> EvaluationError:
    """Return the error of a `current()` that no count around answers."""
    shown = "current()" if name is None else f"current('{name[:60]}')"
    return EvaluationError.of("unknown-current", f"no count around `{shown}` answers it")
