from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.model.records import Exclusion, Scope, ScopeKind
from attestgraph.model.words import Completeness
from tests.evaluate.world import (
    AT,
    SITE,
    SUB,
    VAULT,
    Claim,
    World,
    check,
    control,
    day,
    gap,
    key,
    policy_test,
    query_test,
    resource,
    rows_test,
    state,
    system,
    world,
)

GOOD: dict[str, Any] = {"properties": {"on": True}}


def test_299_subscriptions_that_pass_do_not_outweigh_one_that_is_forbidden() -> None:
    rows = [
        {
            **resource("v", **GOOD),
            "id": f"/subscriptions/s{n:03d}/resourceGroups/rg/providers/{VAULT}/v",
        }
        for n in range(299)
    ]
    made = world(*rows)
    made.tables["resources"] = Claim(
        rows=rows,
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, "/subscriptions/s299"),),
    )
    answer = made.evaluate()
    assert answer.counts() == {"pass": 299, "not-evaluated": 1}
    assert answer.reasons() == {"incomplete": 1}
    assert answer.tally().notes == ("299 of 300 subscriptions evaluated, all pass",)
    found = [f for f in answer.findings if f["outcome"] == "not-evaluated"]
    assert [f["resource_key"] for f in found] == ["/subscriptions/s299"]
    assert found[0]["subscription_id"] == "s299"
    assert "forbidden" in found[0]["actual"]


def test_a_fail_is_never_hidden_by_a_gap() -> None:
    made = world()
    made.tables["resources"] = Claim(
        rows=[resource("a", properties={"on": False})],
        complete=Completeness.UNKNOWN,
        gaps=(gap(Reason.UNKNOWN_COMPLETENESS),),
    )
    answer = made.evaluate()
    assert answer.counts() == {"fail": 1, "not-evaluated": 1}
    assert answer.reasons() == {"unknown-completeness": 1}


@pytest.mark.parametrize("complete", [Completeness.FALSE, Completeness.UNKNOWN])
def test_a_table_that_does_not_say_what_is_missing_misses_everything(
    complete: Completeness,
) -> None:
    made = world()
    made.tables["resources"] = Claim(rows=[resource("a", **GOOD)], complete=complete)
    assert made.evaluate().counts() == {"pass": 1, "not-evaluated": 1}


def test_a_gap_of_other_types_concerns_only_them() -> None:
    made = world()
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD)],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, "/", (SITE,)),),
    )
    assert made.evaluate().counts() == {"pass": 1}
    made.tables["resources"].gaps = (gap(Reason.INCOMPLETE, "/", (VAULT, SITE)),)
    assert made.evaluate().counts() == {"pass": 1, "not-evaluated": 1}


def test_a_gap_belongs_to_the_systems_whose_boundary_meets_it() -> None:
    made = world(
        systems=(
            system("one", subscriptions=(SUB[1],)),
            system("two", subscriptions=(SUB[2],)),
            system("group", resource_groups=(f"/subscriptions/{SUB[1]}/resourceGroups/RG",)),
            system("all"),
        )
    )
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD), resource("b", sub=2, **GOOD)],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[1]}"),),
    )
    answer = made.evaluate()
    assert answer.counts(system="one") == {"pass": 1, "not-evaluated": 1}
    assert answer.counts(system="two") == {"pass": 1}
    assert answer.counts(system="group") == {"pass": 1, "not-evaluated": 1}
    assert answer.counts(system="all") == {"pass": 2, "not-evaluated": 1}
    assert answer.evaluated.completeness == [
        {
            "table": "resources",
            "scope": f"/subscriptions/{SUB[1]}",
            "reason": "incomplete",
            "types": [],
            "detail": "forbidden",
            "systems": ["all", "group", "one"],
        }
    ]


def test_a_gap_inside_one_group_of_a_system_by_subscription_meets_it() -> None:
    made = world(systems=(system(subscriptions=(SUB[1],)), system("x", subscriptions=(SUB[2],))))
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD), resource("b", sub=2, **GOOD)],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[1]}/resourcegroups/other"),),
    )
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1, "not-evaluated": 1}
    assert answer.counts(system="x") == {"pass": 1}
    assert answer.tally().notes == ()


def test_a_table_in_the_plan_that_is_missing_is_not_collected() -> None:
    made = World(controls=(control(check(rows_test())),), tables={})
    answer = made.evaluate()
    assert answer.counts() == {"not-evaluated": 1}
    assert answer.reasons() == {"not-collected": 1}
    assert answer.findings[0]["resource_key"] == "/"
    assert answer.tally().left_out is None


def test_a_required_check_is_not_left_out_where_its_table_is_outside_the_plan() -> None:
    made = world(resource("a", **GOOD), test=policy_test(), sources=("resources",))
    answer = made.evaluate()
    assert answer.tally().left_out is None
    assert answer.reasons() == {"not-collected": 1}


def test_an_alternative_outside_the_plan_is_left_out_and_says_nothing() -> None:
    made = world(resource("a", **GOOD), sources=("resources",))
    made.controls = (
        control(
            check(rows_test(), alternative="g"), check(policy_test(), "policy", alternative="g")
        ),
    )
    answer = made.evaluate()
    assert answer.tally(check="policy").left_out is Reason.NOT_COLLECTED
    assert answer.counts(check="policy") == {}
    assert {f["check"] for f in answer.findings} == {"on"}


def test_removing_a_table_outside_the_plan_changes_nothing() -> None:
    made = world(resource("a", **GOOD), states=[state("a", "noncompliant")], sources=("resources",))
    made.controls = (
        control(
            check(rows_test(), alternative="g"), check(policy_test(), "policy", alternative="g")
        ),
    )
    before = made.evaluate()
    del made.tables["policystates"]
    after = made.evaluate()
    assert before.evaluated.tallies == after.evaluated.tallies
    assert before.tally(check="policy").left_out is Reason.NOT_COLLECTED


def test_a_missing_alternative_in_the_plan_is_not_left_out() -> None:
    made = world(resource("a", **GOOD))
    made.controls = (
        control(
            check(rows_test(), alternative="g"), check(policy_test(), "policy", alternative="g")
        ),
    )
    tally = made.evaluate().tally(check="policy")
    assert tally.left_out is None
    assert tally.reasons == {Reason.NOT_COLLECTED: 1}


def test_none_of_the_type_in_a_complete_table_is_none_deployed() -> None:
    tally = world(resource("w", type=SITE, **GOOD)).evaluate().tally()
    assert tally.none_deployed
    assert tally.counts == {}
    assert tally.notes == ()


def test_where_that_leaves_none_is_none_deployed_with_both_counts() -> None:
    test = rows_test(where={"field": "properties.mode", "equals": "live"})
    tally = (
        world(resource("a", properties={"mode": "x"}), resource("b", properties={}), test=test)
        .evaluate()
        .tally()
    )
    assert tally.none_deployed
    assert tally.selected == 2
    assert tally.notes == (f"`where` leaves 0 of 2 resources of {VAULT}",)


def test_an_empty_table_is_a_problem_of_permissions_not_an_empty_tenant() -> None:
    answer = world().evaluate()
    assert answer.reasons() == {"empty-table": 1}
    assert not answer.tally().none_deployed
    found = answer.findings[0]
    assert (found["resource_key"], found["resource_id"]) == ("", "s")
    assert found["evidence_table"] == "resources"


def test_a_table_is_empty_for_each_boundary_by_itself() -> None:
    answer = world(
        resource("a", **GOOD),
        systems=(system("one", subscriptions=(SUB[1],)), system("two", subscriptions=(SUB[2],))),
    ).evaluate()
    assert answer.counts(system="one") == {"pass": 1}
    assert answer.reasons(system="two") == {"empty-table": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"complete": Completeness.FALSE, "gaps": (gap(Reason.INCOMPLETE),)},
        {"complete": Completeness.UNKNOWN},
        {"at": AT - timedelta(hours=25)},
        {"at": AT + timedelta(hours=1)},
        {"types": (SITE,)},
        {"scopes": (f"/subscriptions/{SUB[1]}",)},
    ],
)
def test_nothing_there_is_never_none_deployed_while_something_may_be_missing(
    change: dict[str, Any],
) -> None:
    made = world()
    made.tables["resources"] = Claim(rows=[resource("w", type=SITE, **GOOD)], **change)
    tally = made.evaluate().tally()
    assert not tally.none_deployed
    assert sum(tally.counts.values()) == 1


def test_a_type_that_was_not_asked_for_is_not_collected() -> None:
    made = world()
    made.tables["resources"] = Claim(rows=[resource("w", type=SITE)], types=(SITE,))
    assert made.evaluate().reasons() == {"not-collected": 1}


def test_a_part_of_the_boundary_that_was_not_asked_for_is_not_collected() -> None:
    made = world(systems=(system(subscriptions=(SUB[1], SUB[2])),))
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD)], scopes=(f"/subscriptions/{SUB[1]}",)
    )
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1, "not-evaluated": 1}
    assert answer.reasons() == {"not-collected": 1}
    assert answer.tally().notes == ("1 of 2 subscriptions evaluated, all pass",)


def test_without_a_boundary_a_system_is_what_the_snapshot_is_of() -> None:
    made = world(scopes=(f"/subscriptions/{SUB[1]}",))
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD)], scopes=(f"/subscriptions/{SUB[1]}",)
    )
    assert made.evaluate().counts() == {"pass": 1}


def test_a_table_asked_too_long_ago_is_stale_even_where_it_holds_nothing_of_the_type() -> None:
    made = world()
    made.tables["resources"] = Claim(
        rows=[resource("w", type=SITE)], at=AT - timedelta(days=2), scopes=("/",)
    )
    assert made.evaluate().reasons() == {"stale": 1}


def exclusion(scope: Scope, until: str = "2027-01-31") -> Exclusion:
    return Exclusion(scope=scope, reason="lab", approved_by="ciso", until=day(until))


def test_an_exclusion_removes_resources_and_gaps_and_is_told() -> None:
    lab = Scope(kind=ScopeKind.SUBSCRIPTION, key=f"/subscriptions/{SUB[2]}")
    made = world(exclusions=(exclusion(lab),))
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD), resource("b", sub=2, properties={"on": False})],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}/resourcegroups/x"),),
    )
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1}
    assert answer.tally().selected == 1
    assert answer.evaluated.resources == 1
    assert answer.slugs == ["excluded-scope"]
    assert "1 resource and 1 gap in the evidence" in answer.evaluated.warnings[0].message
    assert [v["excluded"] for v in answer.verdicts] == [False, True]


def test_an_exclusion_that_has_ended_removes_nothing() -> None:
    lab = Scope(kind=ScopeKind.SUBSCRIPTION, key=f"/subscriptions/{SUB[2]}")
    answer = world(
        resource("b", sub=2, properties={"on": False}),
        exclusions=(exclusion(lab, "2026-10-31"),),
    ).evaluate()
    assert answer.counts() == {"fail": 1}
    assert answer.slugs == []


def test_an_exclusion_of_one_resource_leaves_its_neighbours() -> None:
    one = Scope(kind=ScopeKind.RESOURCE, key=key("a"))
    answer = world(
        resource("a", properties={"on": False}),
        resource("ab", properties={"on": False}),
        exclusions=(exclusion(one),),
    ).evaluate()
    assert [f["resource_key"] for f in answer.findings] == [key("ab")]


def test_an_exclusion_by_type_and_tag_leaves_the_others() -> None:
    scope = Scope(
        kind=ScopeKind.RESOURCE_GROUP,
        key=f"/subscriptions/{SUB[1]}/resourcegroups/rg",
        type=VAULT,
        tag=("Env", "test"),
    )
    made = world(
        resource("a", tags={"env": "test"}, properties={}),
        resource("b", tags={"env": "prod"}, properties={}),
        resource("w", type=SITE, tags={"env": "test"}, properties={}),
        exclusions=(exclusion(scope),),
        test=rows_test(types=(VAULT, SITE)),
    )
    answer = made.evaluate()
    assert sorted(f["resource_key"].rsplit("/", 1)[1] for f in answer.findings) == ["b", "w"]


def test_an_exclusion_does_not_take_away_a_gap_that_is_wider_than_itself() -> None:
    lab = Scope(kind=ScopeKind.SUBSCRIPTION, key=f"/subscriptions/{SUB[1]}")
    made = world(exclusions=(exclusion(lab),))
    made.tables["resources"] = Claim(
        rows=[resource("b", sub=2, **GOOD)], complete=Completeness.UNKNOWN
    )
    assert made.evaluate().counts() == {"pass": 1, "not-evaluated": 1}


def test_an_exclusion_by_tag_takes_no_gap_away() -> None:
    lab = Scope(kind=ScopeKind.SUBSCRIPTION, key=f"/subscriptions/{SUB[2]}", tag=("env", "lab"))
    made = world(exclusions=(exclusion(lab),))
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD)],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}"),),
    )
    assert made.evaluate().counts() == {"pass": 1, "not-evaluated": 1}


def test_an_exclusion_by_type_takes_that_type_out_of_a_gap() -> None:
    lab = Scope(kind=ScopeKind.SUBSCRIPTION, key=f"/subscriptions/{SUB[2]}", type=VAULT)
    made = world(exclusions=(exclusion(lab),))
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD)],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}", (SITE, VAULT)),),
    )
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1}
    assert [c["types"] for c in answer.evaluated.completeness] == [[SITE]]


def test_a_fail_beside_a_missing_subscription_is_not_called_a_pass() -> None:
    made = world()
    made.tables["resources"] = Claim(
        rows=[resource("a", **GOOD), resource("b", properties={"on": False})],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}"),),
    )
    assert made.evaluate().tally().notes == ("1 of 2 subscriptions evaluated",)


def test_everything_excluded_is_none_deployed_not_an_empty_table() -> None:
    lab = Scope(kind=ScopeKind.SUBSCRIPTION, key=f"/subscriptions/{SUB[1]}")
    answer = world(resource("a", **GOOD), exclusions=(exclusion(lab),)).evaluate()
    assert answer.tally().none_deployed
    assert answer.findings == []


def test_a_query_is_not_supported_and_never_a_pass() -> None:
    answer = world(resource("a", **GOOD), test=query_test()).evaluate()
    assert answer.reasons() == {"unsupported": 1}
    assert not answer.tally().none_deployed


def test_a_query_that_is_an_alternative_is_left_out_unless_queries_are_in_the_plan() -> None:
    made = world(resource("a", **GOOD))
    made.controls = (
        control(check(rows_test(), alternative="g"), check(query_test(), "q", alternative="g")),
    )
    assert made.evaluate().tally(check="q").left_out is Reason.NOT_COLLECTED
    made.sources = ("resources", "queries")
    assert made.evaluate().reasons(check="q") == {"unsupported": 1}


def test_a_gap_of_a_table_that_a_check_does_not_read_does_not_concern_it() -> None:
    made = world(resource("a", **GOOD))
    made.tables["securityresources"] = Claim(complete=Completeness.UNKNOWN)
    made.tables["policystates"] = Claim(complete=Completeness.UNKNOWN)
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1}
    assert len(answer.evaluated.completeness) == 2
