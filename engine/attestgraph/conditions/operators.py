"""The operators of the condition language, closed, and the verdict of one on two values."""

from __future__ import annotations

import enum
from typing import Any, Final, assert_never

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.folding import fold
from attestgraph.conditions.values import (
    MISSING,
    REDACTED,
    deep_redacted,
    equal,
    kind_of,
    like,
    matches,
    order,
    truth_of_text,
)
from attestgraph.conditions.verdicts import ABSENT, FALSE_BY_ABSENCE, TRUE_BY_ABSENCE, UNKNOWN


class Operator(enum.StrEnum):
    """All operators, in the spelling of the documentation."""

    EQUALS = "equals"
    NOT_EQUALS = "notEquals"
    LIKE = "like"
    NOT_LIKE = "notLike"
    MATCH = "match"
    NOT_MATCH = "notMatch"
    MATCH_INSENSITIVELY = "matchInsensitively"
    NOT_MATCH_INSENSITIVELY = "notMatchInsensitively"
    CONTAINS = "contains"
    NOT_CONTAINS = "notContains"
    IN = "in"
    NOT_IN = "notIn"
    CONTAINS_KEY = "containsKey"
    NOT_CONTAINS_KEY = "notContainsKey"
    LESS = "less"
    LESS_OR_EQUALS = "lessOrEquals"
    GREATER = "greater"
    GREATER_OR_EQUALS = "greaterOrEquals"
    EXISTS = "exists"


OPERATORS: Final = {operator.value.lower(): operator for operator in Operator}
"""The operators by their name in lower case."""

NEGATED: Final = {
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NOT_LIKE: Operator.LIKE,
    Operator.NOT_MATCH: Operator.MATCH,
    Operator.NOT_MATCH_INSENSITIVELY: Operator.MATCH_INSENSITIVELY,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS_KEY: Operator.CONTAINS_KEY,
}
"""The negative operators; each is the exact negation of its positive, also of what is missing."""

ORDERING: Final = {
    Operator.LESS: (-1,),
    Operator.LESS_OR_EQUALS: (-1, 0),
    Operator.GREATER: (1,),
    Operator.GREATER_OR_EQUALS: (1, 0),
}
"""The signs of `order` for which an ordering operator holds."""

TEXT_ONLY: Final = frozenset(
    {
        Operator.LIKE,
        Operator.MATCH,
        Operator.MATCH_INSENSITIVELY,
        Operator.CONTAINS_KEY,
    }
)
"""Positive operators whose right side is a text."""

BY_KEY: Final = frozenset({Operator.EXISTS, Operator.CONTAINS_KEY})
"""Positive operators that do not read what is inside a value."""


class WhenAbsent(enum.StrEnum):
    """What a leaf says when its field is not there, instead of the operator's own rule."""

    PASS = "pass"  # noqa: S105 not a password
    FAIL = "fail"
    NOT_EVALUATED = "not-evaluated"


ABSENT_CODES: Final = {
    WhenAbsent.PASS: TRUE_BY_ABSENCE,
    WhenAbsent.FAIL: FALSE_BY_ABSENCE,
    WhenAbsent.NOT_EVALUATED: UNKNOWN,
}


def verdict(
    operator: Operator, actual: Any, expected: Any, when_absent: WhenAbsent | None = None
) -> int:
    """Return the code of one operator on one value.

    Args:
        operator: Any operator.
        actual: What was read: a JSON value, MISSING or REDACTED. Null counts as absent.
        expected: What the rule says.
        when_absent: Takes the place of the operator's own rule for an absent value.

    Raises:
        EvaluationError: Values that do not compare, or a right side of the wrong kind.
    """
    if actual is REDACTED:
        return UNKNOWN
    absent = actual is MISSING or actual is None
    if absent and when_absent is not None:
        return ABSENT_CODES[when_absent]
    positive = NEGATED.get(operator, operator)
    if positive not in BY_KEY and type(actual) in {dict, list} and deep_redacted(actual):
        return UNKNOWN
    holds = _holds(positive, actual, expected) is not (operator in NEGATED)
    return int(holds) | ABSENT if absent else int(holds)


def _holds(operator: Operator, actual: Any, expected: Any) -> bool:
    match operator:
        case Operator.EQUALS:
            return equal(actual, expected)
        case Operator.IN:
            return _is_in(actual, expected)
        case Operator.CONTAINS:
            return _contains(actual, expected)
        case Operator.EXISTS:
            return (actual is not MISSING and actual is not None) is truth_of(expected)
        case (
            Operator.LESS | Operator.LESS_OR_EQUALS | Operator.GREATER | Operator.GREATER_OR_EQUALS
        ):
            return _is_ordered(operator, actual, expected)
        case Operator.LIKE | Operator.MATCH | Operator.MATCH_INSENSITIVELY | Operator.CONTAINS_KEY:
            return _fits_text(operator, actual, text_of(operator, expected))
        case (
            Operator.NOT_EQUALS
            | Operator.NOT_LIKE
            | Operator.NOT_MATCH
            | Operator.NOT_MATCH_INSENSITIVELY
            | Operator.NOT_CONTAINS
            | Operator.NOT_IN
            | Operator.NOT_CONTAINS_KEY
        ):
            return not _holds(NEGATED[operator], actual, expected)
    assert_never(operator)


def _fits_text(operator: Operator, actual: Any, expected: str) -> bool:
    if operator is Operator.CONTAINS_KEY:
        return type(actual) is dict and fold(expected) in {fold(key) for key in actual}
    if type(actual) is not str:
        return False
    if operator is Operator.LIKE:
        return like(fold(actual), fold(expected))
    if operator is Operator.MATCH:
        return matches(actual, expected)
    return matches(fold(actual), fold(expected))


def _is_in(actual: Any, expected: Any) -> bool:
    if type(expected) is not list:
        raise wrong_operand(Operator.IN, expected, "an array")
    if actual is None:
        return False
    return any(equal(actual, one) for one in expected)


def _contains(actual: Any, expected: Any) -> bool:
    if type(actual) is str:
        return type(expected) is str and fold(expected) in fold(actual)
    return type(actual) is list and any(equal(one, expected) for one in actual)


def _is_ordered(operator: Operator, actual: Any, expected: Any) -> bool:
    if actual is MISSING or actual is None:
        return False
    sign = order(actual, expected)
    if sign is None:
        raise not_comparable(operator, actual, expected)
    return sign in ORDERING[operator]


def truth_of(expected: Any) -> bool:
    """Return what stands right of `exists` as a boolean.

    Raises:
        EvaluationError: It is neither a boolean nor `true` or `false` as text.
    """
    if type(expected) is bool:
        return expected
    truth = truth_of_text(expected) if type(expected) is str else None
    if truth is None:
        raise wrong_operand(Operator.EXISTS, expected, "true or false")
    return truth


def text_of(operator: Operator, expected: Any) -> str:
    """Return what stands right of a text operator.

    Raises:
        EvaluationError: It is no text.
    """
    if type(expected) is not str:
        raise wrong_operand(operator, expected, "a text")
    return expected


def wrong_operand(operator: Operator, expected: Any, wanted: str) -> EvaluationError:
    """Return the error of a right side of the wrong kind."""
    return EvaluationError.of(
        "wrong-operand", f"`{operator}` takes {wanted}, not {a_kind(kind_of(expected))}"
    )


def not_comparable(operator: Operator, actual: Any, expected: Any) -> EvaluationError:
    """Return the error of two values that have no order."""
    left, right = a_kind(kind_of(actual)), a_kind(kind_of(expected))
    return EvaluationError.of("not-comparable", f"`{operator}` cannot compare {left} with {right}")


def a_kind(kind: str) -> str:
    """Return the name of a kind with its article."""
    if kind == "null":
        return kind
    return f"an {kind}" if kind[0] in "ao" else f"a {kind}"
