"""Rules that no one meant: refused with all faults, in bounded time and stack."""

from __future__ import annotations

import time
from typing import Any

import pytest

from attestgraph.conditions import (
    Aliases,
    ConditionError,
    Definition,
    compile_condition,
    explain_condition,
    parse_condition,
)

LIMIT = 5.0
"""Seconds; what is tested takes tenths of one on a machine that does nothing else."""


def faults(rule: Any, **around: Any) -> list[str]:
    start = time.monotonic()
    with pytest.raises(ConditionError) as caught:
        parse_condition(rule, aliases=around.pop("aliases", None), **around)
    assert time.monotonic() - start < LIMIT
    return [fault.slug for fault in caught.value.faults]


def nested(depth: int, word: str = "not") -> Any:
    rule: Any = {"field": "name", "equals": "x"}
    for _ in range(depth):
        rule = {"not": rule} if word == "not" else {word: [rule]}
    return rule


@pytest.mark.parametrize("word", ["not", "allOf", "anyOf"])
def test_nesting_of_ten_thousand_is_a_fault(word: str) -> None:
    assert faults(nested(10_000, word)) == ["nesting-too-deep"]


def test_nesting_within_counts_is_bounded_too() -> None:
    rule: Any = {"field": "name", "equals": "x"}
    for _ in range(10_000):
        rule = {"count": {"field": "properties.a[*]", "where": rule}, "greater": 0}
    assert faults(rule) == ["nesting-too-deep"]


def test_ninety_nine_levels_can_be_judged() -> None:
    condition = parse_condition(nested(99), aliases=None)
    around: dict[str, Any] = {"parameters": {}, "context": {}}
    assert compile_condition(condition, **around)({"name": "x"}) == 0
    assert explain_condition(condition, {"name": "x"}, **around).result == 0


def test_a_deep_right_side_is_a_fault() -> None:
    value: Any = "x"
    for _ in range(10_000):
        value = [value]
    assert faults({"field": "name", "equals": value}) == ["nesting-too-deep"]


def test_a_deep_value_of_a_row_is_an_error_and_no_crash() -> None:
    value: Any = "x"
    for _ in range(10_000):
        value = [value]
    wanted: Any = "y"
    for _ in range(99):
        wanted = [wanted]
    condition = parse_condition({"field": "properties.a", "equals": wanted}, aliases=None)
    judge = compile_condition(condition, parameters={}, context={})
    assert judge({"properties": {"a": value}}) == 0


@pytest.mark.parametrize(
    "rule",
    [
        {"field": "name", "in": ["x" * 1024] * 10_240},
        {"field": "name", "equals": "x" * 10_485_760},
        {"field": "name", "equals": "[" + "concat(" * 1_500_000 + "]"},
        {"allOf": [{"field": "name", "equals": "x"}] * 400_000},
        {"x" * 10_485_760: 1},
    ],
    ids=["many long texts", "one long text", "a long expression", "many conditions", "a long key"],
)
def test_a_rule_of_ten_megabytes_is_refused(rule: Any) -> None:
    assert faults(rule) == ["condition-too-large"]


def test_thousands_of_faults_are_cut_off_and_cost_little() -> None:
    table = Aliases.from_mapping({f"Microsoft.X/y/{n}name": "properties.a" for n in range(20_000)})
    rule = {"allOf": [{"field": f"Microsoft.X/y/nam{n}", "equls": "x"} for n in range(2_000)]}
    assert len(faults(rule, aliases=table)) == 100


def test_the_text_of_an_error_shows_place_and_fault() -> None:
    with pytest.raises(ConditionError) as caught:
        Definition.parse(
            {
                "policyRule": {
                    "if": {"allOf": [{"field": "type", "equls": "x"}]},
                    "then": {"effect": "deny"},
                }
            }
        )
    assert str(caught.value) == "/policyRule/if/allOf/0/equls: unknown operator `equls`"
    assert caught.value.pointer == ("policyRule", "if", "allOf", 0, "equls")
    assert caught.value.faults[0].help == "did you mean `equals`?"


def test_a_fault_of_an_expression_has_an_offset() -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition({"value": "[concat('a', nope('b'))]", "equals": 1}, aliases=None)
    assert caught.value.pointer == ("value",)
    assert caught.value.offset == 13


@pytest.mark.parametrize(
    "rule",
    [
        None,
        5,
        "text",
        [],
        {1: 2} and [{}],
        {"field": None},
        {"count": None, "equals": 1},
        {"not": None},
        {"allOf": None},
        {"allOf": [None]},
        {"field": {"a": 1}, "equals": 1},
        {"count": {"value": [1], "name": {}}, "equals": 1},
        {"field": "name", "equals": 1, "when_absent": {"a": []}},
        {"field": "name", "equals": object()},
    ],
)
def test_whatever_is_no_rule_is_a_condition_error(rule: Any) -> None:
    assert faults(rule)


@pytest.mark.parametrize(
    "document",
    [
        None,
        5,
        "text",
        [],
        {},
        {"if": 1},
        {"then": 1},
        {"if": {}, "then": {}},
        {"policyRule": 5},
        {"properties": 5},
        {"properties": {"policyRule": []}},
        {"policyRule": {}, "parameters": 5},
        {"if": {"field": "type", "equals": "x"}, "then": {"effect": 5}},
    ],
)
def test_whatever_is_no_definition_is_a_condition_error(document: Any) -> None:
    with pytest.raises(ConditionError) as caught:
        Definition.parse(document)
    assert caught.value.faults
