"""Policy checks that hold their definition: judged where a resource has no state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from attestgraph.conditions import Definition
from attestgraph.diagnostics import Reason
from attestgraph.model.authored import ParameterBound, PolicyTest
from attestgraph.model.words import Completeness
from tests.evaluate.world import (
    SETTINGS,
    SUB,
    VAULT,
    Answer,
    Claim,
    World,
    check,
    control,
    gap,
    policy_test,
    resource,
    rows_test,
    state,
    system,
    world,
)

TYPE = {"field": "type", "equals": "Microsoft.KeyVault/vaults"}
OFF = {"allOf": [TYPE, {"field": "properties.on", "notEquals": True}]}
SUBSCRIPTION = "microsoft.resources/subscriptions"


def rule(
    condition: Mapping[str, Any] = OFF,
    effect: str = "audit",
    *,
    details: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    mode: str | None = "Indexed",
) -> Definition:
    then = {"effect": effect, **({"details": details} if details else {})}
    document = {"mode": mode, "policyRule": {"if": condition, "then": then}}
    return Definition.parse({**document, "parameters": dict(parameters or {})})


def ruled(definition: Definition | None = None, **changes: Any) -> PolicyTest:
    return replace(policy_test(), rule=definition or rule(), **changes)


def vault(name: str, *, on: object = True, **members: Any) -> dict[str, Any]:
    return resource(name, properties={"on": on}, **members)


def judged(
    *rows: dict[str, Any],
    test: PolicyTest | None = None,
    states: Sequence[dict[str, Any]] | None = (),
    **changes: Any,
) -> Answer:
    return world(*rows, test=test or ruled(), states=states, **changes).evaluate()


def test_a_resource_without_a_state_is_judged_by_the_definition() -> None:
    answer = judged(vault("good"), vault("bad", on=False))
    assert answer.says("good") == ("pass", None)
    assert answer.says("bad") == ("fail", None)
    found = answer.of("bad")
    assert (found["basis"], found["evidence_table"]) == ("observed", "resources")
    assert found["row_sha256"]
    assert (found["path"], found["actual"]) == ("properties.on", "false")
    assert json.loads(found["expected"]) == {"not": {"notEquals": True}}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("compliant", ("pass", None)),
        ("noncompliant", ("fail", None)),
        ("exempt", ("not-evaluated", "exempt")),
        ("error", ("not-evaluated", "state-error")),
    ],
)
def test_where_a_state_exists_the_state_rules(word: str, expected: tuple[str, str | None]) -> None:
    answer = judged(vault("a", on=word != "compliant"), vault("b"), states=[state("a", word)])
    assert answer.says("a") == expected
    found = answer.of("a")
    assert (found["basis"], found["evidence_table"]) == ("policy-state", "policystates")
    # the rule's explanation of the row says nothing about the state
    assert found["path"] in (None, "complianceState")
    assert answer.says("b") == ("pass", None)


def test_a_verdict_on_a_missing_field_says_so() -> None:
    answer = judged(resource("a", properties={}))
    assert (answer.of("a")["outcome"], answer.of("a")["basis"]) == ("fail", "absent")


def test_a_rule_that_is_false_is_met_where_it_applies_and_not_applicable_elsewhere() -> None:
    condition = {
        "allOf": [
            TYPE,
            {"field": "kind", "equals": "premium"},
            {"field": "properties.on", "notEquals": True},
        ]
    }
    answer = judged(
        vault("met", kind="premium"),
        vault("broken", kind="premium", on=False),
        vault("other", kind="basic", on=False),
        test=ruled(rule(condition)),
    )
    assert answer.says("met") == ("pass", None)
    assert answer.says("broken") == ("fail", None)
    assert answer.says("other") == ("not-applicable", None)


def test_a_rule_of_type_and_kind_alone_applies_by_type() -> None:
    condition = {"allOf": [TYPE, {"field": "kind", "equals": "classic"}]}
    answer = judged(
        vault("old", kind="classic"), vault("new", kind="v2"), test=ruled(rule(condition))
    )
    assert answer.says("old") == ("fail", None)
    assert answer.says("new") == ("pass", None)


def test_conditions_that_do_not_identify_are_taken_as_true_also_under_not() -> None:
    condition = {"allOf": [TYPE, {"not": {"anyOf": [{"field": "properties.on", "equals": True}]}}]}
    answer = judged(vault("good"), vault("bad", on=False), test=ruled(rule(condition)))
    assert answer.says("good") == ("pass", None)
    assert answer.says("bad") == ("fail", None)


def test_a_location_condition_does_not_apply_to_subscriptions() -> None:
    condition = {"field": "location", "notIn": ["westeurope"]}
    subscription = {
        "id": f"/subscriptions/{SUB[1]}",
        "type": SUBSCRIPTION,
        "name": SUB[1],
        "source": "arg",
        "observed_at": vault("x")["observed_at"],
    }
    test = ruled(rule({"not": {"not": condition}}), types=(SUBSCRIPTION,))
    tables = {
        "resourcecontainers": Claim(rows=[{**subscription, "location": "westeurope"}]),
        "policystates": Claim(rows=[], includes_compliant=True),
    }
    made = World(controls=(control(check(test)),), tables=tables)
    assert made.evaluate().says(SUB[1]) == ("not-applicable", None)


EFFECT = {"effect": {"type": "String", "defaultValue": "Disabled"}}


def test_a_disabled_effect_is_not_evaluated_and_says_why() -> None:
    definition = rule(effect="[parameters('effect')]", parameters=EFFECT)
    answer = judged(vault("a"), vault("b", on=False), test=ruled(definition))
    assert answer.says("a") == answer.says("b") == ("not-evaluated", "no-states")
    assert any("its effect is disabled" in note for note in answer.tally().notes)
    chosen = ruled(definition, values={"Effect": "Audit"})
    assert judged(vault("a"), test=chosen).says("a") == ("pass", None)


def test_a_manual_effect_never_passes() -> None:
    condition = {"allOf": [TYPE, {"field": "properties.on", "equals": "never"}]}
    answer = judged(vault("a"), test=ruled(rule(condition, "manual")))
    assert answer.says("a") == ("not-evaluated", "attestation-missing")


@pytest.mark.parametrize("effect", ["denyAction", "addToNetworkGroup", "mutate"])
def test_an_effect_that_says_nothing_of_the_state_is_not_judged(effect: str) -> None:
    answer = judged(vault("a"), test=ruled(rule(effect=effect)))
    assert answer.says("a") == ("not-evaluated", "no-states")


def test_a_mode_of_another_service_is_not_judged() -> None:
    definition = rule(mode="Microsoft.Kubernetes.Data")
    answer = judged(vault("a"), test=ruled(definition))
    assert answer.says("a") == ("not-evaluated", "no-states")
    assert any("Microsoft.Kubernetes.Data" in note for note in answer.tally().notes)


def test_values_that_are_looser_than_required_are_not_judged() -> None:
    parameters = {"days": {"type": "Integer", "defaultValue": 30}}
    definition = rule(
        {"field": "properties.days", "less": "[parameters('days')]"}, parameters=parameters
    )
    bound = ParameterBound(parameter="days", operator="minimum", value=90)
    row = resource("a", properties={"days": 40})
    loose = ruled(definition, requires=(bound,))
    assert judged(row, test=loose).says("a") == ("not-evaluated", "no-states")
    strict = replace(loose, values={"days": 90})
    assert judged(row, test=strict).says("a") == ("fail", None)


def test_a_parameter_without_a_value_leaves_the_check_to_its_states() -> None:
    definition = rule(
        {"field": "properties.on", "notEquals": "[parameters('wanted')]"},
        parameters={"wanted": {"type": "Boolean"}},
    )
    answer = judged(vault("a"), test=ruled(definition))
    assert answer.says("a") == ("not-evaluated", "no-states")
    assert any("`wanted` has no value" in note for note in answer.tally().notes)


def test_a_parameter_that_only_the_deployment_reads_needs_no_value() -> None:
    definition = rule(
        TYPE, "deployIfNotExists", details=LOGS, parameters={"workspace": {"type": "String"}}
    )
    answer = judged(vault("a"), test=ruled(definition))
    assert answer.says("a") == ("not-evaluated", "related-incomplete")


def test_a_function_that_fails_is_an_error_and_a_state_still_rules() -> None:
    condition = {"value": "[substring(field('name'), 0, 3)]", "equals": "abc"}
    answer = judged(
        vault("a"), vault("b"), vault("abcd"), test=ruled(rule(condition)), states=[state("b")]
    )
    assert answer.says("a") == ("error", "evaluation-error")
    assert answer.says("b") == ("pass", None)
    assert answer.says("abcd") == ("fail", None)
    assert answer.slugs == ["evaluation-error"]


def test_what_is_redacted_is_not_evaluated() -> None:
    row = resource("a", properties={"on": {"$redacted": True}})
    assert judged(row).says("a") == ("not-evaluated", "redacted")


def test_what_only_a_request_knows_is_unsupported() -> None:
    condition = {"value": "[requestContext().apiVersion]", "less": "2020-01-01"}
    answer = judged(vault("a"), test=ruled(rule(condition)))
    assert answer.says("a") == ("not-evaluated", "unsupported")


def test_a_path_outside_the_projection_is_not_evaluated() -> None:
    made = world(vault("a"), vault("b"), test=ruled(), states=[state("b")])
    made.tables["resources"].projection = {VAULT: ("properties.other",)}
    answer = made.evaluate()
    assert answer.says("a") == ("not-evaluated", "outside-projection")
    assert answer.says("b") == ("pass", None)


def test_the_where_of_the_check_comes_before_state_and_rule() -> None:
    test = replace(policy_test(where={"field": "properties.on", "exists": True}), rule=rule())
    rows = (vault("a"), resource("b", properties={}), vault("c", on=False))
    answer = judged(*rows, test=test, states=[state("b", "noncompliant")])
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("not-applicable", None)
    assert answer.says("c") == ("fail", None)


# where states may be missing


def test_where_states_may_be_missing_the_rule_does_not_speak() -> None:
    made = world(vault("a"), vault("b", sub=2), test=ruled(), states=[])
    made.tables["policystates"].gaps = (gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}"),)
    made.tables["policystates"].complete = Completeness.FALSE
    answer = made.evaluate()
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("not-evaluated", "incomplete")


def test_a_table_of_states_without_the_compliant_ones_silences_the_rule() -> None:
    made = world(vault("a", on=False), test=ruled(), states=[])
    made.tables["policystates"].includes_compliant = False
    assert made.evaluate().says("a") == ("not-evaluated", "incomplete")


def test_a_planned_table_of_states_that_is_missing_is_never_a_claim() -> None:
    answer = judged(vault("a"), vault("b", on=False), states=None)
    assert [f["reason"] for f in answer.findings] == ["not-collected"]
    assert answer.counts() == {"not-evaluated": 1}


def test_taking_the_states_away_turns_no_claim_into_another() -> None:
    with_states = judged(vault("a", on=False), states=[state("a")])
    assert with_states.counts() == {"pass": 1}
    without = judged(vault("a", on=False), states=None)
    assert "fail" not in without.counts()


def test_without_states_in_the_plan_rows_decide_whatever_the_snapshot_holds() -> None:
    for states in (None, [], [state("a", "noncompliant")]):
        answer = judged(vault("a"), states=states, sources=("resources",))
        assert answer.says("a") == ("pass", None)
        assert answer.counts() == {"pass": 1}


def test_an_alternative_with_its_definition_is_configured_without_an_assignment() -> None:
    for definition, expected in ((None, "not-assigned"), (rule(), None)):
        twin = replace(policy_test(), rule=definition)
        checks = (
            check(rows_test(), "on", alternative="g"),
            check(twin, "twin", alternative="g"),
        )
        made = world(vault("a"), states=[], controls=(control(*checks),))
        tally = made.evaluate().tally(check="twin")
        assert tally.left_out == expected
        assert ({str(k): v for k, v in tally.counts.items()} == {"pass": 1}) == (expected is None)


def test_a_resource_of_another_type_does_not_count() -> None:
    answer = judged(vault("a"), resource("s", type="microsoft.storage/storageaccounts"))
    assert len(answer.findings) == 1


# ...IfNotExists

LOGS = {"type": "Microsoft.Insights/diagnosticSettings"}


def seeker(details: Mapping[str, Any] = LOGS, effect: str = "auditIfNotExists") -> PolicyTest:
    return ruled(rule(TYPE, effect, details=details))


def setting(of: str, name: str = "d", **members: Any) -> dict[str, Any]:
    parent = vault(of, sub=members.pop("sub", 1))["id"]
    return resource(name, type=SETTINGS, parent=parent, **members)


def beside(
    *rows: dict[str, Any],
    test: PolicyTest,
    others: Sequence[dict[str, Any]] = (),
    claim: Claim | None = None,
    states: Sequence[dict[str, Any]] = (),
) -> Answer:
    made = world(*rows, test=test, states=states)
    made.tables["armresources"] = claim or Claim(rows=list(others))
    return made.evaluate()


@pytest.mark.parametrize("effect", ["auditIfNotExists", "DeployIfNotExists"])
def test_what_must_exist_is_looked_for_below_the_resource(effect: str) -> None:
    answer = beside(vault("a"), vault("b"), test=seeker(effect=effect), others=[setting("a")])
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("fail", None)
    found = answer.of("b")
    assert found["path"] == SETTINGS
    assert json.loads(found["expected"]) == {"exists": {"type": SETTINGS}}


def test_an_existence_condition_is_judged_for_each_candidate() -> None:
    details = {**LOGS, "existenceCondition": {"field": "properties.days", "greaterOrEquals": 90}}
    others = [
        setting("a", "short", properties={"days": 30}),
        setting("a", "long", properties={"days": 365}),
        setting("b", "short", properties={"days": 30}),
    ]
    answer = beside(vault("a"), vault("b"), test=seeker(details), others=others)
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("fail", None)
    wanted = json.loads(answer.of("b")["expected"])
    assert wanted["exists"]["existenceCondition"] == details["existenceCondition"]


def test_an_existence_condition_may_read_the_resource_itself() -> None:
    details = {
        **LOGS,
        "name": "[concat(field('name'), '-logs')]",
        "existenceCondition": {"field": "properties.of", "equals": "[field('tags.team')]"},
    }
    others = [
        setting("a", "a-logs", properties={"of": "blue"}),
        setting("b", "b-logs", properties={"of": "blue"}),
        setting("c", "other", properties={"of": "red"}),
    ]
    rows = [
        vault(name, tags={"team": team})
        for name, team in (("a", "blue"), ("b", "red"), ("c", "red"))
    ]
    answer = beside(*rows, test=seeker(details), others=others)
    assert [answer.says(name)[0] for name in "abc"] == ["pass", "fail", "fail"]


def test_other_resources_are_looked_for_in_the_resource_group_or_the_subscription() -> None:
    kind = "microsoft.insights/activitylogalerts"
    alerts = [resource("alert", type=kind, group="ops")]
    narrow = seeker({"type": kind})
    wide = seeker({"type": kind, "existenceScope": "Subscription"})
    named = seeker({"type": kind, "resourceGroupName": "OPS"})
    rows = (vault("a"), vault("b", group="ops"), vault("c", sub=2))
    expected = {
        "narrow": ["fail", "pass", "fail"],
        "wide": ["pass", "pass", "fail"],
        "named": ["pass", "pass", "fail"],
    }
    for name, test in (("narrow", narrow), ("wide", wide), ("named", named)):
        answer = judged(*rows, *alerts, test=test)
        assert [answer.says(n)[0] for n in "abc"] == expected[name], name


def test_a_rule_that_is_false_does_not_apply_where_something_must_exist() -> None:
    condition = {"allOf": [TYPE, {"field": "properties.on", "equals": True}]}
    test = ruled(rule(condition, "auditIfNotExists", details=LOGS))
    answer = beside(vault("a", on=False), vault("b"), test=test, others=[])
    assert answer.says("a") == ("not-applicable", None)


def test_related_rows_that_are_missing_or_doubtful_are_never_a_verdict() -> None:
    incomplete = Claim(
        rows=[setting("a")], complete=Completeness.FALSE, gaps=(gap(Reason.INCOMPLETE),)
    )
    answer = beside(vault("a"), vault("b"), test=seeker(), claim=incomplete)
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("not-evaluated", "related-incomplete")
    not_collected = judged(vault("a"), test=seeker())
    assert not_collected.says("a") == ("not-evaluated", "related-incomplete")
    old = {**setting("a"), "observed_at": setting("a")["observed_at"].replace(year=2020)}
    stale = beside(vault("a"), vault("b"), test=seeker(), others=[old, setting("b")])
    assert stale.says("a") == ("not-evaluated", "related-incomplete")
    assert stale.says("b") == ("pass", None)


def test_a_failing_existence_condition_is_an_error_unless_another_fulfils_it() -> None:
    condition = {"value": "[substring(field('Microsoft.Insights/diagnosticSettings/x'), 9, 9)]"}
    details = {**LOGS, "existenceCondition": {**condition, "equals": "y"}}
    answer = beside(vault("a"), test=seeker(details), others=[setting("a")])
    assert answer.says("a") == ("error", "evaluation-error")


def test_a_state_rules_over_what_exists() -> None:
    answer = beside(
        vault("a"), test=seeker(), others=[setting("a")], states=[state("a", "noncompliant")]
    )
    assert answer.says("a") == ("fail", None)


def test_equal_evaluations_are_equal_bytes_whatever_the_threads() -> None:
    rows = [vault(f"v{n}", on=n % 3, group=f"g{n % 4}", sub=1 + n % 2) for n in range(40)]
    others = [setting(f"v{n}") for n in range(0, 40, 5)]
    made = world(*rows, test=seeker(), states=[state("v1")], systems=[system(), system("t")])
    made.tables["armresources"] = Claim(rows=others)
    assert made.evaluate(threads=1).bytes == made.evaluate(threads=3).bytes
