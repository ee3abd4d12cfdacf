"""Leaves of conditions in KQL: an operator, with what holds where the value is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from attestgraph.checks.kql_columns import Column, Columns
from attestgraph.checks.kql_operators import Held, held_of, literal_of, text_alone
from attestgraph.checks.kql_text import FALSE, Bool, NotInKqlError, all_of, any_of, negated
from attestgraph.conditions.operators import ABSENT_CODES, NEGATED, Operator, WhenAbsent, verdict
from attestgraph.conditions.values import MISSING

SIGNED: Final = {0: -2, 1: 2, 2: -1, 3: 1, 4: 0}
"""A verdict code as a number: false -2, false by absence -1, unknown 0, true by absence 1, true 2.

"All of" is then the least, "any of" the greatest and "not" the negative of the members' numbers.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf of a condition: of three values, with what each rests on."""

    held: Held
    absent: Bool
    on_absent: int
    on_null: int

    def at_least(self, level: int, *, decided: bool = False) -> Bool:
        """Return where the leaf's number is at least a level.

        Args:
            level: 2, 1, 0 or -1.
            decided: What stands around decides where the value is not there.

        Raises:
            NotInKqlError: Null and a missing field differ, and Resource Graph shows both alike.
        """
        held = self.held
        base = any_of((held.error, held.holds)) if level <= 0 else held.holds
        absence = Absence(where=self.absent, on_absent=self.on_absent, on_null=self.on_null)
        if decided and not absence.is_one(level):
            return base
        return with_absence(base, level, absence, says=held.when_null)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Where a value is not there, and the verdict's number then: for a missing field, for null."""

    where: Bool
    on_absent: int
    on_null: int

    def is_one(self, level: int) -> bool:
        """Tell whether null and a missing field are alike at a level."""
        return (self.on_absent >= level) is (self.on_null >= level)


def with_absence(base: Bool, level: int, absence: Absence, *, says: bool) -> Bool:
    """Return an expression that also answers for values that are not there.

    Args:
        base: What holds for values that are there.
        level: The level that the verdict must reach.
        absence: What holds for values that are not.
        says: What `base` says of them.

    Raises:
        NotInKqlError: Null and a missing field differ.
    """
    if absence.where == FALSE:
        return base
    if not absence.is_one(level):
        raise NotInKqlError(
            "a comparison that tells null from a field that is not there, as Resource Graph does "
            "not; put `exists: true` beside it in one `allOf`"
        )
    wanted = absence.on_absent >= level
    if says == wanted:
        return base
    if wanted:
        return any_of((absence.where, base))
    return all_of((negated(absence.where), base))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithSubscription:
    """A right side that ends in the subscription of the row's own id.

    Attributes:
        head: The text before it, which begins as no number, boolean, array or object does.
    """

    head: str

    @property
    def example(self) -> str:
        """A value of it."""
        return self.head + "00000000-0000-0000-0000-000000000000"


def leaf_of(
    operator: Operator,
    column: Column,
    expected: Any,
    when_absent: WhenAbsent | None,
    columns: Columns,
) -> Leaf:
    """Return a leaf over one value.

    Raises:
        NotInKqlError: KQL has no exact counterpart.
        EvaluationError: The right side is of the wrong kind.
    """
    missing, null = absence_of(operator, expected, when_absent)
    positive = NEGATED.get(operator, operator)
    if isinstance(expected, WithSubscription):
        held = _with_subscription(positive, column, expected)
    else:
        held = held_of(positive, column, expected, columns)
    if operator in NEGATED:
        held = Held(holds=negated(held.holds), when_null=not held.when_null, error=held.error)
    on_null = null if column.tells_null else missing
    return Leaf(held=held, absent=column.absent, on_absent=missing, on_null=on_null)


def absence_of(
    operator: Operator, expected: Any, when_absent: WhenAbsent | None
) -> tuple[int, int]:
    """Return the verdict's number for a field that is not there, and for null.

    Raises:
        EvaluationError: The right side is of the wrong kind.
    """
    if when_absent is not None:
        return (SIGNED[ABSENT_CODES[when_absent]],) * 2
    right = expected.example if isinstance(expected, WithSubscription) else expected
    return SIGNED[verdict(operator, MISSING, right)], SIGNED[verdict(operator, None, right)]


def _with_subscription(operator: Operator, column: Column, expected: WithSubscription) -> Held:
    head = expected.head.removeprefix("*") if operator is Operator.LIKE else expected.head
    wild = head != expected.head
    if operator not in {Operator.EQUALS, Operator.LIKE} or {"*", "?"} & set(head):
        raise NotInKqlError(f"`{operator}` with the row's subscription")
    text = f"strcat({literal_of(column, head)}, tostring(split(id, '/')[2]))"
    if not wild:
        test = Bool(f"{column.text} =~ {text}", inverse=f"{column.text} !~ {text}")
        return Held(holds=test, when_null=False)
    test = Bool(f"{column.text} endswith {text}", inverse=f"{column.text} !endswith {text}")
    return text_alone(column, test, "", empty=False)
