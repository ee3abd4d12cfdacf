from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestgraph.checks.details import Premises, explainer
from attestgraph.conditions import UNKNOWN, compile_condition, explain_condition
from attestgraph.conditions.parse import parse_condition
from attestgraph.model.words import Within
from tests.evaluate.world import ALIASES, SITE, VAULT, related, rows_test

PREMISES = Premises(parameters={}, context={}, resource_type=VAULT)


def why(
    document: dict[str, Any], row: dict[str, Any], *, violated: bool = False
) -> tuple[Any, ...]:
    detail = explainer(rows_test(document, violated=violated), PREMISES)(row)
    return detail.path, detail.expected, detail.actual


def test_the_leaf_that_decides_is_shown() -> None:
    document = {
        "allOf": [
            {"field": "properties.a", "equals": 1},
            {"not": {"field": "properties.b", "equals": 2}},
        ]
    }
    assert why(document, {"properties": {"a": 1, "b": 2}}) == ("properties.b", '{"equals":2}', "2")
    assert why(document, {"properties": {"a": 3, "b": 3}}) == ("properties.a", '{"equals":1}', "3")


def test_under_a_not_the_member_that_holds_decides() -> None:
    document = {
        "not": {
            "anyOf": [
                {"field": "properties.a", "equals": 1},
                {"field": "properties.b", "equals": 2},
            ]
        }
    }
    assert why(document, {"properties": {"a": 0, "b": 2}})[0] == "properties.b"
    assert why(document, {"properties": {"a": 1, "b": 0}})[0] == "properties.a"


def test_an_observed_value_decides_before_an_absent_one() -> None:
    document = {
        "allOf": [{"field": "properties.a", "equals": 1}, {"field": "properties.b", "equals": 2}]
    }
    assert why(document, {"properties": {"b": 3}})[0] == "properties.b"


def test_a_violation_shows_what_must_not_be_so() -> None:
    document = {"anyOf": [{"field": "properties.a", "equals": 1}, {"field": "kind", "equals": "x"}]}
    assert why(document, {"kind": "x", "properties": {}}, violated=True) == (
        "kind",
        '{"not":{"equals":"x"}}',
        '"x"',
    )


def test_rows_that_differ_elsewhere_share_an_explanation() -> None:
    explain = explainer(rows_test({"field": "properties.a", "equals": 1}), PREMISES)
    first = explain({"name": "x", "properties": {"a": 2, "z": 1}})
    assert explain({"name": "y", "properties": {"A": 2, "z": 2}}) is first
    assert explain({"properties": {"a": 3}}) is not first


def test_what_is_too_long_for_a_report_is_cut_and_says_so() -> None:
    _, _, actual = why({"field": "properties.a", "equals": 1}, {"properties": {"a": "x" * 9000}})
    assert set(orjson.loads(actual)) == {"cut"}
    assert len(actual) < 4100


def test_a_missing_related_resource_is_shown() -> None:
    test = rows_test(None, related=[related(type=SITE, within=Within.TENANT, name="n", at_least=2)])
    detail = explainer(test, PREMISES)({"id": "/x"})
    assert orjson.loads(detail.expected or "") == {
        "related": [{"type": SITE, "within": "tenant", "name": "n", "at_least": 2}]
    }
    several = rows_test(None, related=[related(at_least=0), related(type=SITE)])
    detail = explainer(several, PREMISES)({"id": "/x"})
    assert detail.path is None
    assert '"exists":false' in (detail.expected or "")


leaves = st.builds(
    lambda field, operator, value: {"field": field, operator: value},
    st.sampled_from(["properties.a", "properties.b", "kind", "properties.l[*]"]),
    st.sampled_from(["equals", "notEquals"]),
    st.sampled_from([1, "x"]),
)
documents = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda m: {"allOf": m}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda m: {"anyOf": m}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda m: {"not": m}, inner),
    ),
    max_leaves=6,
)
values = st.sampled_from([1, "x", None, {"$redacted": True}])
rows = st.builds(
    lambda properties, kind: {"properties": properties, **({"kind": kind} if kind else {})},
    st.dictionaries(st.sampled_from("ab"), values)
    | st.builds(lambda members: {"l": members}, st.lists(values, max_size=3)),
    st.sampled_from(["", "x"]),
)


@settings(max_examples=300, deadline=None)
@given(document=documents, row=rows, violated=st.booleans())
def test_the_shortcut_explains_as_the_whole_explanation_does(
    document: dict[str, Any],
    row: dict[str, Any],
    violated: bool,  # noqa: FBT001
) -> None:
    condition = parse_condition(document, aliases=ALIASES)
    code = compile_condition(condition, parameters={}, context={}, resource_type=VAULT)(row)
    if code & UNKNOWN or bool(code & 1) is not violated:
        return
    whole = explain_condition(
        condition, row, parameters={}, context={}, resource_type=VAULT
    ).decisive(not violated)
    path, expected, actual = why(document, row, violated=violated)
    assert path == whole.path
    assert orjson.loads(actual) == whole.actual
    shown = orjson.loads(expected)
    assert (shown["not"] if violated else shown) == {whole.operator: whole.expected}


def test_an_error_in_one_part_does_not_hide_the_part_that_decides() -> None:
    document = {
        "allOf": [
            {"value": "[div(1, 0)]", "equals": 1},
            {"field": "properties.a", "equals": 1},
        ]
    }
    assert why(document, {"properties": {"a": 2}})[0] == "properties.a"


@pytest.mark.parametrize("violated", [True, False])
def test_a_fail_of_the_condition_comes_before_a_missing_related_resource(
    violated: bool,  # noqa: FBT001
) -> None:
    test = rows_test({"field": "properties.a", "equals": 1}, related=[related()], violated=violated)
    detail = explainer(test, PREMISES)({"id": "/x", "properties": {"a": 1 if violated else 2}})
    # a violation rests on both, and the resource is what can be mended
    assert (detail.path == "properties.a") is not violated
