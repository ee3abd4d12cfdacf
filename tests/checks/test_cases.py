from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from attestgraph.checks import CaseResult, run_cases
from attestgraph.conditions import Definition
from attestgraph.load import ControlCase
from attestgraph.model.authored import Check, Parameter, ParameterBound
from attestgraph.model.ids import CheckId, ControlId
from attestgraph.model.words import Stricter
from tests.evaluate.world import (
    ALIASES,
    SETTINGS,
    SITE,
    VAULT,
    World,
    attest_test,
    check,
    control,
    policy_test,
    related,
    rows_test,
)


def case(want: str = "satisfied", **members: Any) -> ControlCase:
    given: dict[str, Any] = {
        "control": ControlId("c1"),
        "case": "one",
        "check": CheckId("on"),
        "resource": None,
        "related": (),
        "states": (),
        "parameters": {},
        "at": None,
        "want": want,
    }
    return ControlCase(**{**given, **members})


def ask(one: ControlCase, *checks: Check, parameters: tuple[Parameter, ...] = ()) -> CaseResult:
    world = World(
        controls=(control(*(checks or (check(rows_test()),)), parameters=parameters),), tables={}
    )
    (result,) = run_cases(world.library(), ALIASES, [one])
    return result


@pytest.mark.parametrize(
    ("resource", "got"),
    [
        ({"properties": {"on": True}}, "satisfied"),
        ({"properties": {"on": False}}, "not-satisfied"),
        ({}, "not-satisfied"),
        ({"properties": {"on": {"$redacted": True}}}, "not-evaluated"),
        ({"type": VAULT.upper(), "properties": {"on": True}}, "satisfied"),
        ({"type": SITE, "properties": {"on": True}}, "not-evaluated"),
    ],
)
def test_what_comes_out_is_compared_with_what_is_wanted(resource: dict[str, Any], got: str) -> None:
    right = ask(case(got, resource=resource))
    assert (right.passed, right.got, right.message) == (True, got, "")
    wrong = ask(case("error", resource=resource))
    assert not wrong.passed
    assert wrong.message.startswith(f"wanted error, got {got}")


def test_a_wrong_case_says_which_field_decided() -> None:
    result = ask(case(resource={"properties": {"on": False}}))
    assert result.message == (
        'wanted satisfied, got not-satisfied: `properties.on` is false, expected {"equals":true}'
    )


def test_where_and_errors_have_words_of_their_own() -> None:
    where = check(rows_test(where={"field": "kind", "equals": "x"}))
    assert ask(case("not-applicable", resource={"kind": "y"}), where).passed
    broken = check(rows_test({"value": "[div(1, 0)]", "equals": 1}))
    result = ask(case(resource={}), broken)
    assert result.got == "error"
    assert "div" in result.message


def test_values_of_the_case_stand_in_for_the_controls() -> None:
    days = Parameter(name="days", type="integer", default=90, stricter=Stricter.HIGHER)
    test = rows_test(
        {"field": "properties.days", "greaterOrEquals": "[parameters('days')]"},
        parameters=("days",),
    )
    row = {"properties": {"days": 30}}
    assert ask(case("not-satisfied", resource=row), check(test), parameters=(days,)).passed
    assert ask(case(resource=row, parameters={"days": 30}), check(test), parameters=(days,)).passed


def test_the_time_of_the_case_is_the_time_that_rules_see() -> None:
    test = rows_test({"value": "[utcNow()]", "less": "2026-06-01T00:00:00Z"})
    early, late = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert ask(case(resource={}, at=early), check(test)).passed
    assert ask(case("not-satisfied", resource={}, at=late), check(test)).passed


def test_related_resources_of_the_case_are_within_reach() -> None:
    test = check(rows_test(None, related=[related(where={"field": "name", "equals": "s"})]))
    found = {"type": SETTINGS.upper(), "name": "s"}
    assert ask(case(resource={}, related=(found,)), test).passed
    assert ask(case("not-satisfied", resource={}, related=({**found, "name": "x"},)), test).passed
    assert ask(case("not-satisfied", resource={}, related=({**found, "type": SITE},)), test).passed


@pytest.mark.parametrize(
    ("states", "got"),
    [
        ([{"complianceState": "Compliant"}], "satisfied"),
        ([{"ComplianceState": "NonCompliant"}], "not-satisfied"),
        ([{"complianceState": "Compliant"}, {"complianceState": "NonCompliant"}], "not-satisfied"),
        ([{"complianceState": "Exempt"}], "not-evaluated"),
        ([{"complianceState": "never heard of"}], "not-evaluated"),
        ([{}], "not-evaluated"),
        ([], "not-evaluated"),
        ([{"complianceState": "Compliant", "policyDefinitionAction": "disabled"}], "not-evaluated"),
        ([{"complianceState": "Compliant", "timestamp": "2025-12-31T12:00:00Z"}], "satisfied"),
    ],
)
def test_states_are_given_as_azure_gives_them(states: list[dict[str, Any]], got: str) -> None:
    assert ask(case(got, states=tuple(states)), check(policy_test())).passed


def test_parameters_of_an_assignment_are_read_as_text_or_object() -> None:
    bound = ParameterBound(parameter="days", operator="minimum", value=90)
    test = check(policy_test(requires=(bound,)))
    for key, value in (
        ("policyAssignmentParameters", '{"days":{"value":90}}'),
        ("effectiveParameters", {"days": 90}),
    ):
        state = {"complianceState": "Compliant", key: value}
        assert ask(case(states=(state,)), test).passed, key
    assert ask(case("not-evaluated", states=({"complianceState": "Compliant"},)), test).passed


RULE = {
    "if": {"field": "type", "equals": VAULT},
    "then": {"effect": "auditIfNotExists", "details": {"type": SETTINGS}},
}


def test_a_case_with_a_resource_and_no_state_tries_the_definition() -> None:
    ruled = check(replace(policy_test(), rule=Definition.parse(RULE)))
    vault = {"name": "kv"}
    assert ask(case("not-satisfied", resource=vault), ruled).passed
    assert ask(case(resource=vault, related=({"type": SETTINGS},)), ruled).passed
    failed = ask(case(resource=vault), ruled)
    assert SETTINGS in failed.message
    bad = ({"complianceState": "NonCompliant"},)
    given = case("not-satisfied", resource=vault, related=({"type": SETTINGS},), states=bad)
    assert ask(given, ruled).passed
    # cases of the library's checks hold whether a workspace imports their definitions or not
    assert ask(case("not-evaluated"), ruled).passed


def test_an_old_state_is_not_evaluated_where_the_check_sets_an_age() -> None:
    from datetime import timedelta

    test = check(policy_test(max_state_age=timedelta(hours=1)))
    state = {"complianceState": "Compliant", "timestamp": "2025-12-31T12:00:00Z"}
    assert ask(case("not-evaluated", states=(state,)), test).passed


def test_a_case_of_the_whole_control_is_the_worst_of_the_checks_it_gives_evidence_for() -> None:
    checks = (
        check(rows_test()),
        check(rows_test({"field": "properties.b", "equals": 1}), "b"),
        check(policy_test(), "policy"),
        check(attest_test("owner"), "asked"),
    )
    row = {"properties": {"on": True, "b": 2}}
    assert ask(case("not-satisfied", check=None, resource=row), *checks).passed
    good = {"properties": {"on": True, "b": 1}}
    assert ask(case(check=None, resource=good), *checks).passed
    bad = ({"complianceState": "NonCompliant"},)
    assert ask(case("not-satisfied", check=None, resource=good, states=bad), *checks).passed


def test_a_case_of_nothing_never_passes() -> None:
    assert ask(case("not-evaluated", check=CheckId("other"), resource={})).passed
    assert ask(case(resource={}, control=ControlId("other"))).got == "error"
    assert ask(case(check=None)).got == "not-evaluated"
