"""Laws of the evaluator, on rules and rows made at random."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestgraph.conditions import (
    ABSENT,
    UNKNOWN,
    Aliases,
    Condition,
    ConditionError,
    EvaluationError,
    compile_condition,
    explain_condition,
    parse_condition,
    reads,
)
from attestgraph.conditions.interpret import interpret
from attestgraph.conditions.verdicts import conjunction, disjunction, is_false, is_true, negation
from tests.conditions.generated import ALIASES, ROWS, rules

TABLE = Aliases.from_mapping(ALIASES)
PARAMETERS = {"p": "a", "many": ["a", "PROD", 5]}
CONTEXT = {"utcNow": "2024-01-15T00:00:00Z"}
KIND = "Some.Kind/things"
CODES = (0, 1, 2, 3, 4)
ERROR = "error"


def parsed(rule: Any) -> Condition | None:
    """Return a generated rule parsed; None where its expressions stand outside their count."""
    try:
        return parse_condition(rule, aliases=TABLE, parameters=tuple(PARAMETERS))
    except ConditionError as error:
        slugs = {fault.slug for fault in error.faults}
    assert slugs <= {"unknown-current", "wrong-operand"}
    return None


def judged(condition: Condition, row: Any) -> int | str:
    try:
        compiled = compile_condition(
            condition, parameters=PARAMETERS, context=CONTEXT, resource_type=KIND
        )
        return compiled(row)
    except EvaluationError:
        return ERROR


def interpreted(condition: Condition, row: Any) -> int | str:
    try:
        return interpret(condition, row, parameters=PARAMETERS, context=CONTEXT, resource_type=KIND)
    except EvaluationError:
        return ERROR


@settings(max_examples=500, deadline=None)
@given(rules(), ROWS)
def test_closures_say_what_the_plain_interpreter_says(rule: Any, row: Any) -> None:
    condition = parsed(rule)
    if condition is not None:
        assert judged(condition, row) == interpreted(condition, row)


@settings(max_examples=120, deadline=None)
@given(rules(), ROWS)
def test_a_row_is_read_and_never_written(rule: Any, row: Any) -> None:
    condition = parsed(rule)
    before = json.dumps(row)
    if condition is not None:
        judged(condition, row)
        assert json.dumps(row) == before


@settings(max_examples=120, deadline=None)
@given(rules(negated=True), ROWS)
def test_double_negation_changes_nothing(rule: Any, row: Any) -> None:
    once, twice = parsed(rule), parsed({"not": {"not": rule}})
    if once is not None and twice is not None:
        assert judged(once, row) == judged(twice, row)


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(1), min_size=2, max_size=3), ROWS, st.sampled_from(["allOf", "anyOf"]))
def test_the_order_of_members_changes_nothing(members: Any, row: Any, word: str) -> None:
    there, back = parsed({word: members}), parsed({word: members[::-1]})
    if there is not None and back is not None:
        assert judged(there, row) == judged(back, row)


@settings(max_examples=120, deadline=None)
@given(st.lists(rules(1, negated=True), min_size=1, max_size=3), ROWS)
def test_not_any_is_all_not(members: Any, row: Any) -> None:
    one = parsed({"not": {"anyOf": members}})
    other = parsed({"allOf": [{"not": member} for member in members]})
    if one is not None and other is not None:
        assert judged(one, row) == judged(other, row)


@settings(max_examples=200, deadline=None)
@given(rules(), ROWS)
def test_an_explanation_has_the_result_of_the_closures(rule: Any, row: Any) -> None:
    condition = parsed(rule)
    if condition is None:
        return
    told = explain_condition(
        condition, row, parameters=PARAMETERS, context=CONTEXT, resource_type=KIND
    )
    assert (ERROR if told.result is None else told.result) == judged(condition, row)
    json.dumps(told.to_json())
    decisive = told.decisive(wanted_result_false=told.result in {0, ABSENT})
    assert not decisive.children


@settings(max_examples=200, deadline=None)
@given(rules(), ROWS)
def test_only_what_reads_names_can_change_a_verdict(rule: Any, row: Any) -> None:
    condition = parsed(rule)
    if condition is None:
        return
    paths = reads(condition, KIND)
    if "*" in paths:
        return
    kept = {column: row[column] for column in row if _is_read(column, paths)}
    if (
        "properties" in kept
        and isinstance(kept["properties"], dict)
        and "$redacted" not in kept["properties"]
    ):
        kept["properties"] = {
            name: value
            for name, value in kept["properties"].items()
            if "properties" in paths or _is_read(f"properties.{name}", paths)
        }
    assert judged(condition, kept) == judged(condition, row)


def _is_read(path: str, paths: frozenset[str]) -> bool:
    low = path.lower()
    return any(one.lower() == low or one.lower().startswith(low + ".") for one in paths)


@pytest.mark.parametrize("left", CODES)
@pytest.mark.parametrize("right", CODES)
def test_conjunction_and_disjunction_are_duals_over_all_pairs(left: int, right: int) -> None:
    both = conjunction([left, right])
    assert both == conjunction([right, left])
    assert negation(both) == disjunction([negation(left), negation(right)])
    if 0 in {left, right}:
        assert both == 0
    elif is_true(both):
        assert is_true(left)
        assert is_true(right)
        assert bool(both & ABSENT) == bool((left | right) & ABSENT)
    elif is_false(both):
        assert all(is_true(code) or code & ABSENT or code == UNKNOWN for code in (left, right))
    else:
        assert both == UNKNOWN
        assert UNKNOWN in {left, right}
