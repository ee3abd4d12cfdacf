from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.model.authored import ParameterBound
from attestgraph.model.words import Completeness
from tests.evaluate.world import (
    AT,
    DEFINITION,
    SEEN,
    SITE,
    SUB,
    Answer,
    Claim,
    World,
    check,
    control,
    gap,
    key,
    policy_test,
    resource,
    rows_test,
    state,
    system,
    world,
)


def policy_world(*states: dict[str, Any], **changes: Any) -> World:
    rows = [resource("a", properties={"on": True}), resource("b", properties={"on": True})]
    return world(*rows, test=policy_test(), states=states, **changes)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("compliant", ("pass", None)),
        ("noncompliant", ("fail", None)),
        ("exempt", ("not-evaluated", "exempt")),
        ("error", ("not-evaluated", "state-error")),
        ("conflict", ("not-evaluated", "state-error")),
        ("protected", ("not-evaluated", "state-unknown")),
        ("unknown", ("not-evaluated", "state-unknown")),
        ("other", ("not-evaluated", "state-unknown")),
    ],
)
def test_only_compliant_passes(word: str, expected: tuple[str, str | None]) -> None:
    answer = policy_world(state("a", word), state("b")).evaluate()
    assert answer.says("a") == expected
    found = answer.of("a")
    assert found["basis"] == "policy-state"
    assert found["evidence_table"] == "policystates"
    assert found["observed_at"] == SEEN.replace(tzinfo=None)
    assert found["row_sha256"] is None
    assert (found["path"] is None) == (word == "compliant")


def test_a_fail_says_which_assignment_found_it() -> None:
    found = policy_world(state("a", "noncompliant"), state("b")).evaluate().of("a")
    assert found["expected"] == '{"complianceState":"compliant"}'
    assert '"policyAssignmentId":"/subscriptions/' in found["actual"]
    assert '"complianceState":"noncompliant"' in found["actual"]


def test_the_denominator_is_the_snapshot_not_the_states() -> None:
    answer = policy_world(state("a"), state("gone", "noncompliant")).evaluate()
    assert answer.counts() == {"pass": 1, "not-evaluated": 1}
    assert answer.says("b") == ("not-evaluated", "not-assigned")


@pytest.mark.parametrize("word", ["compliant", "noncompliant"])
@pytest.mark.parametrize(
    "evaluated_at", [AT - timedelta(hours=48, seconds=1), AT + timedelta(hours=1), None]
)
def test_a_state_that_is_too_old_of_the_future_or_of_no_time_is_stale(
    word: str, evaluated_at: Any
) -> None:
    answer = policy_world(state("a", word, evaluated_at=evaluated_at), state("b")).evaluate()
    assert answer.says("a") == ("not-evaluated", "stale")
    assert answer.says("b") == ("pass", None)


def test_a_check_may_ask_for_younger_states_than_the_workspace() -> None:
    made = policy_world(state("a", evaluated_at=AT - timedelta(hours=5)), state("b"))
    made.controls = (control(check(policy_test(max_state_age=timedelta(hours=4)))),)
    answer = made.evaluate()
    assert answer.says("a") == ("not-evaluated", "stale")
    assert answer.says("b") == ("pass", None)


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("Disabled", ("not-evaluated", "state-unknown")),
        ("manual", ("not-evaluated", "attestation-missing")),
        ("Deny", ("pass", None)),
        (None, ("pass", None)),
    ],
)
def test_compliant_by_an_effect_that_was_not_at_work_is_no_pass(
    effect: str | None, expected: tuple[str, str | None]
) -> None:
    answer = policy_world(state("a", effect=effect), state("b")).evaluate()
    assert answer.says("a") == expected


def both(first: str, second: str, **second_members: Any) -> Answer:
    made = policy_world(
        state("a", first, assignment="a1", parameters={"days": {"value": 90}}),
        state("a", second, assignment="a2", parameters={"days": {"value": 30}}, **second_members),
        state("b", parameters={"days": {"value": 90}}),
    )
    bound = ParameterBound(parameter="Days", operator="minimum", value=90)
    made.controls = (control(check(policy_test()), check(policy_test(requires=(bound,)), "90")),)
    return made.evaluate()


def test_of_several_assignments_the_worst_counts() -> None:
    assert both("compliant", "noncompliant").says("a", check="on") == ("fail", None)
    assert both("noncompliant", "compliant").says("a", check="on") == ("fail", None)
    assert both("compliant", "exempt").says("a", check="on")[1] == "exempt"
    assert both("error", "exempt").says("a", check="on")[1] == "state-error"
    assert both("error", "noncompliant").says("a", check="on")[0] == "fail"


def test_assignments_that_are_looser_are_listed_and_not_counted() -> None:
    answer = both("compliant", "noncompliant")
    assert answer.says("a", check="90") == ("pass", None)
    assert answer.tally(check="90").notes == (
        "1 state is of assignments with looser parameters, and not counted",
    )


def test_only_looser_assignments_are_not_an_evaluation() -> None:
    made = policy_world(state("a", parameters={"days": {"value": 30}}), state("b"))
    bound = ParameterBound(parameter="days", operator="minimum", value=90)
    made.controls = (control(check(policy_test(requires=(bound,)))),)
    answer = made.evaluate()
    assert answer.says("a") == ("not-evaluated", "looser-parameters")
    assert answer.says("b") == ("not-evaluated", "looser-parameters")


def test_where_leaves_resources_out_of_the_denominator() -> None:
    made = policy_world(state("a"), state("b", "noncompliant"))
    made.controls = (control(check(policy_test(where={"field": "name", "equals": "a"}))),)
    answer = made.evaluate()
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("not-applicable", None)
    assert answer.of("b")["evidence_table"] == "resources"


def test_a_stale_resource_is_stale_whatever_its_state_says() -> None:
    made = world(
        resource("a", seen=AT - timedelta(days=2)),
        resource("b"),
        test=policy_test(),
        states=[state("a"), state("b")],
    )
    answer = made.evaluate()
    assert answer.says("a") == ("not-evaluated", "stale")
    assert answer.of("a")["evidence_table"] == "resources"


def test_a_full_id_matches_that_definition_alone() -> None:
    full = (
        f"/subscriptions/{SUB[1]}/providers/microsoft.authorization/policydefinitions/{DEFINITION}"
    )
    made = policy_world(state("a"), state("b", definition_key=full))
    made.controls = (control(check(policy_test(definition=full))),)
    answer = made.evaluate()
    assert answer.says("a") == ("not-evaluated", "not-assigned")
    assert answer.says("b") == ("pass", None)


def test_states_of_other_definitions_say_nothing() -> None:
    answer = policy_world(state("a", definition="other"), state("b", definition="other")).evaluate()
    assert answer.reasons() == {"no-states": 2}


def twin(*states: dict[str, Any], **changes: Any) -> World:
    made = policy_world(*states, **changes)
    made.controls = (
        control(
            check(rows_test(), alternative="g"), check(policy_test(), "policy", alternative="g")
        ),
    )
    return made


def test_a_twin_that_is_assigned_nowhere_is_left_out_as_not_assigned() -> None:
    answer = twin(state("a", definition="other")).evaluate()
    tally = answer.tally(check="policy")
    assert tally.left_out is Reason.NOT_ASSIGNED
    assert tally.counts == {}
    assert tally.selected == 2
    assert {f["check"] for f in answer.findings} == {"on"}


def test_a_twin_is_not_left_out_where_states_may_be_missing() -> None:
    made = twin(state("a", definition="other"))
    made.tables["policystates"].complete = Completeness.UNKNOWN
    tally = made.evaluate().tally(check="policy")
    assert tally.left_out is None
    assert tally.reasons == {Reason.UNKNOWN_COMPLETENESS: 1, Reason.INCOMPLETE: 2}


def test_a_twin_with_one_old_state_is_assigned() -> None:
    made = twin(state("gone", evaluated_at=AT - timedelta(days=9)))
    tally = made.evaluate().tally(check="policy")
    assert tally.left_out is None
    assert tally.reasons == {Reason.NOT_ASSIGNED: 2}


def test_a_twin_is_left_out_system_by_system() -> None:
    made = twin(
        state("a"),
        systems=(system("one", subscriptions=(SUB[1],)), system("two", subscriptions=(SUB[2],))),
    )
    made.tables["resources"].rows.append(resource("c", sub=2, properties={"on": True}))
    answer = made.evaluate()
    assert answer.tally(check="policy", system="one").left_out is None
    assert answer.tally(check="policy", system="two").left_out is Reason.NOT_ASSIGNED
    assert {f["resource_key"] for f in answer.findings if f["check"] == "policy"} == {
        key("a"),
        key("b"),
    }


def test_a_resource_of_two_systems_keeps_its_finding_where_only_one_leaves_it_out() -> None:
    group = f"/subscriptions/{SUB[1]}/resourceGroups/g2"
    made = twin(
        state("a"),
        systems=(system("one", subscriptions=(SUB[1],)), system("part", resource_groups=(group,))),
    )
    made.tables["resources"].rows.append(resource("c", group="g2", properties={"on": True}))
    answer = made.evaluate()
    assert answer.says("c", check="policy") == ("not-evaluated", "not-assigned")
    assert answer.counts(check="policy", system="one") == {"pass": 1, "not-evaluated": 2}
    assert answer.tally(check="policy", system="part").left_out is Reason.NOT_ASSIGNED
    assert answer.counts(check="policy", system="part") == {}


def test_a_required_check_without_any_states_says_so() -> None:
    answer = policy_world(state("x", definition="other")).evaluate()
    assert answer.tally().left_out is None
    assert answer.reasons() == {"no-states": 2}


def test_no_resource_to_assign_to_is_none_deployed_not_left_out() -> None:
    made = twin(state("a", definition="other"))
    made.tables["resources"].rows = [resource("w", type=SITE)]
    answer = made.evaluate()
    assert answer.tally(check="policy").none_deployed
    assert answer.tally(check="policy").left_out is None


def test_compliant_states_that_were_not_asked_for_are_a_gap() -> None:
    made = policy_world(state("a", "noncompliant"))
    made.tables["policystates"].includes_compliant = False
    answer = made.evaluate()
    assert answer.says("a") == ("fail", None)
    assert answer.reasons() == {"incomplete": 2}


def test_a_missing_part_of_the_states_is_a_gap_of_policy_checks_only() -> None:
    made = policy_world(state("a"), state("b"))
    made.controls = (control(check(rows_test()), check(policy_test(), "policy")),)
    made.tables["policystates"].complete = Completeness.FALSE
    made.tables["policystates"].gaps = (gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[1]}"),)
    answer = made.evaluate()
    assert answer.counts() == {"pass": 2}
    assert answer.counts(check="policy") == {"pass": 2, "not-evaluated": 1}


def test_states_of_components_count_for_the_resource_that_holds_them() -> None:
    answer = policy_world(
        state("a", component_id="k1"), state("a", "noncompliant", component_id="k2"), state("b")
    ).evaluate()
    assert answer.says("a") == ("fail", None)
    assert answer.says("b") == ("pass", None)


def test_a_component_has_the_states_that_name_it() -> None:
    kind = "microsoft.keyvault.data/vaults/keys"
    rows = [resource(n, type=kind, properties={}) for n in ("k1", "k2")]
    ids = [key(n, type=kind) for n in ("k1", "k2")]
    made = world(test=policy_test(types=(kind,)))
    made.tables = {
        "components": Claim(rows=rows),
        "policystates": Claim(
            rows=[state("a", component_id=ids[0]), state("a", "noncompliant", component_id=ids[1])]
        ),
    }
    made.sources = ("components", "policystates")
    answer = made.evaluate()
    assert answer.says("k1") == ("pass", None)
    assert answer.says("k2") == ("fail", None)


def test_a_policy_check_without_types_cannot_be_judged() -> None:
    made = policy_world(state("a"))
    made.controls = (control(check(policy_test(types=()))),)
    assert made.evaluate().reasons() == {"unsupported": 1}


def test_the_number_of_states_is_told() -> None:
    assert policy_world(state("a"), state("b")).evaluate().evaluated.states == 2
