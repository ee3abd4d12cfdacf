"""Operators with a constant right side, prepared once: from a value to a verdict code.

Each takes the usual kind of value by the shortest way and leaves all others to `verdict`, which
says what the operator means. The law test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attestgraph.conditions.folding import fold
from attestgraph.conditions.operators import (
    ABSENT_CODES,
    NEGATED,
    ORDERING,
    Operator,
    WhenAbsent,
    verdict,
)
from attestgraph.conditions.values import MISSING, like

Test = Callable[[Any], int]


def test_of(operator: Operator, expected: Any, when_absent: WhenAbsent | None) -> Test:
    """Return the test of an operator with this right side.

    Raises:
        EvaluationError: The right side is of the wrong kind.
    """
    missing = verdict(operator, MISSING, expected)
    null = verdict(operator, None, expected)
    if when_absent is not None:
        missing = null = ABSENT_CODES[when_absent]

    def other(value: Any) -> int:
        if value is MISSING:
            return missing
        return null if value is None else verdict(operator, value, expected, when_absent)

    positive = NEGATED.get(operator, operator)
    miss = int(operator in NEGATED)
    hit = 1 - miss
    if positive is Operator.EQUALS:
        return _equals(expected, hit, miss, other)
    if positive is Operator.IN and all(type(one) is str for one in expected):
        return _in(expected, hit, miss, other)
    if positive is Operator.LIKE:
        return _like(expected, hit, miss, other)
    if positive is Operator.CONTAINS and type(expected) is str:
        return _contains(expected, hit, miss, other)
    if positive is Operator.EXISTS:
        return _exists(other)
    if operator in ORDERING and type(expected) in {int, float}:
        return _ordered(expected, ORDERING[operator], other)
    return other


def _equals(expected: Any, hit: int, miss: int, other: Test) -> Test:
    if type(expected) is str:
        return _equals_text(expected, hit, miss, other)
    if type(expected) is bool:

        def equals_bool(value: Any) -> int:
            if value is expected:
                return hit
            return miss if type(value) is bool else other(value)

        return equals_bool
    if type(expected) is int:

        def equals_int(value: Any) -> int:
            if type(value) is int:
                return hit if value == expected else miss
            return other(value)

        return equals_int
    return other


def _equals_text(expected: str, hit: int, miss: int, other: Test) -> Test:
    folded, size = fold(expected), len(expected)

    def equals_text(value: Any) -> int:
        if type(value) is str:
            if value == expected:
                return hit
            if len(value) != size:  # folding keeps the length
                return miss
            return hit if fold(value) == folded else miss
        return other(value)

    return equals_text


def _in(expected: list[str], hit: int, miss: int, other: Test) -> Test:
    exact = frozenset(expected)
    folded = frozenset(fold(one) for one in expected)

    def is_in(value: Any) -> int:
        if type(value) is str:
            return hit if value in exact or fold(value) in folded else miss
        return other(value)

    return is_in


def _like(expected: str, hit: int, miss: int, other: Test) -> Test:
    pattern = fold(expected)

    def is_like(value: Any) -> int:
        if type(value) is str:
            return hit if like(fold(value), pattern) else miss
        return other(value)

    return is_like


def _contains(expected: str, hit: int, miss: int, other: Test) -> Test:
    folded = fold(expected)

    def contains(value: Any) -> int:
        if type(value) is str:
            return hit if folded in fold(value) else miss
        return other(value)

    return contains


def _exists(other: Test) -> Test:
    there = other(0)

    def exists(value: Any) -> int:
        kind = type(value)
        if kind is str or kind is bool or kind is dict or kind is list or kind is int:
            return there
        return other(value)

    return exists


def _ordered(expected: float, signs: tuple[int, ...], other: Test) -> Test:
    below, same, above = (int(sign in signs) for sign in (-1, 0, 1))

    def ordered(value: Any) -> int:
        if type(value) is int:
            return below if value < expected else above if value > expected else same
        return other(value)

    return ordered
