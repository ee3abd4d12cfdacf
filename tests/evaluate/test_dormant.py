"""A check whose `where` is false by its parameters alone asks nothing: nothing can be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from attestgraph.checks.dormant import never_applies
from attestgraph.conditions import parse_condition
from attestgraph.model.authored import Parameter, ParameterValue
from attestgraph.model.ids import ControlId
from attestgraph.model.words import Stricter
from tests.evaluate.world import (
    ALIASES,
    World,
    check,
    control,
    policy_test,
    resource,
    rows_test,
    state,
    world,
)

REQUIRED = {"value": "[parameters('required')]", "equals": True}
NAMED = {"field": "name", "equals": "a"}
GOOD: dict[str, Any] = {"properties": {"on": True}}


def asked(*, required: bool, states: bool = True) -> World:
    """Give a control of a row check and its twin, that asks where `required` is true."""
    made = world(resource("a", **GOOD), resource("b", properties={"on": False}))
    if states:
        made = world(
            resource("a", **GOOD),
            resource("b", properties={"on": False}),
            states=[state("a"), state("b", "noncompliant")],
        )
    parameter = Parameter(name="required", type="boolean", default=False, stricter=Stricter.HIGHER)
    made.controls = (
        control(
            check(rows_test(where=REQUIRED, parameters=("required",)), alternative="g"),
            check(policy_test(where=REQUIRED, parameters=("required",)), "policy", alternative="g"),
            parameters=(parameter,),
        ),
    )
    values: dict[str, ParameterValue] = {"required": required}
    made.parameters = {ControlId("c1"): values}
    return made


def test_what_is_required_is_judged() -> None:
    answer = asked(required=True).evaluate()
    assert answer.counts(check="on") == {"pass": 1, "fail": 1}
    assert answer.counts(check="policy") == {"pass": 1, "fail": 1}


@pytest.mark.parametrize("states", [True, False])
def test_what_is_not_required_is_none_deployed_whatever_is_missing(states: bool) -> None:  # noqa: FBT001
    answer = asked(required=False, states=states).evaluate()
    for name in ("on", "policy"):
        tally = answer.tally(check=name)
        assert tally.none_deployed
        assert tally.left_out is None
        assert tally.counts == {}
        assert "nothing is asked" in tally.notes[0]
    assert answer.findings == []


@pytest.mark.parametrize(
    ("where", "values", "never"),
    [
        (REQUIRED, {"required": False}, True),
        (REQUIRED, {"required": True}, False),
        ({"not": REQUIRED}, {"required": True}, True),
        ({"allOf": [NAMED, REQUIRED]}, {"required": False}, True),
        ({"allOf": [NAMED, REQUIRED]}, {"required": True}, False),
        ({"anyOf": [NAMED, REQUIRED]}, {"required": False}, False),
        ({"anyOf": [REQUIRED, REQUIRED]}, {"required": False}, True),
        (NAMED, {"required": False}, False),
        # what other functions give may depend on the row or its place
        ({"value": "[subscription().subscriptionId]", "equals": "x"}, {}, False),
        ({"value": "[field('name')]", "equals": "x"}, {}, False),
        ({"value": "[utcNow()]", "less": "2000-01-01"}, {}, False),
    ],
)
def test_only_constants_and_parameters_can_put_a_check_to_sleep(
    where: Mapping[str, Any],
    values: Mapping[str, Any],
    never: bool,  # noqa: FBT001
) -> None:
    condition = parse_condition(where, aliases=ALIASES, parameters=["required"])
    assert never_applies(condition, parameters=values, context={}) is never


def test_a_check_without_where_always_asks() -> None:
    assert not never_applies(None, parameters={}, context={})
