from __future__ import annotations

from datetime import timedelta
from typing import Any

from attestgraph.model.words import Completeness
from tests.evaluate.world import (
    AT,
    SITE,
    SUB,
    VAULT,
    Claim,
    World,
    resource,
    subscription,
    system,
    world,
)

GOOD: dict[str, Any] = {"properties": {"on": True}}
MG = "/providers/Microsoft.Management/managementGroups/Corp"


def test_a_resource_is_counted_in_every_system_that_it_is_in() -> None:
    answer = world(
        resource("a", **GOOD),
        resource("b", group="other", **GOOD),
        resource("c", sub=2, **GOOD),
        systems=(
            system("one", subscriptions=(SUB[1].upper(),)),
            system("rg", resource_groups=(f"/subscriptions/{SUB[1]}/resourceGroups/RG/",)),
            system("all"),
        ),
    ).evaluate()
    assert answer.counts(system="one") == {"pass": 2}
    assert answer.counts(system="rg") == {"pass": 1}
    assert answer.counts(system="all") == {"pass": 3}
    assert len(answer.findings) == 3
    assert [v["systems"] for v in answer.verdicts] == [
        ["all", "one"],
        ["all", "one", "rg"],
        ["all"],
    ]


def test_a_group_whose_name_only_begins_alike_is_another_group() -> None:
    answer = world(
        resource("a", group="rg-1", **GOOD),
        systems=(system(resource_groups=(f"/subscriptions/{SUB[1]}/resourceGroups/rg",)),),
    ).evaluate()
    assert answer.reasons() == {"empty-table": 1}


def test_resources_in_no_system_are_judged_and_counted_as_unassigned() -> None:
    answer = world(
        resource("a", **GOOD),
        resource("b", sub=2, properties={"on": False}),
        systems=(system(subscriptions=(SUB[1],)),),
    ).evaluate()
    assert answer.counts() == {"pass": 1}
    assert answer.evaluated.unassigned == 1
    assert answer.evaluated.resources == 2
    assert answer.evaluated.totals["fail"] == 1
    assert answer.says("b")[0] == "fail"
    assert [v["systems"] for v in answer.verdicts] == [["s"], []]


def test_a_system_by_tags_holds_the_resources_that_carry_all_of_them() -> None:
    answer = world(
        resource("a", tags={"ENV": "prod", "app": "ehr"}, **GOOD),
        resource("b", tags={"env": "Prod", "app": "ehr"}, **GOOD),
        resource("c", tags={"env": "prod"}, **GOOD),
        resource("d", **GOOD),
        systems=(system(tags={"env": "prod", "App": "ehr"}),),
    ).evaluate()
    assert answer.counts() == {"pass": 1}
    assert answer.evaluated.unassigned == 3


def test_a_redacted_tag_leaves_a_gap_in_the_systems_that_it_would_decide() -> None:
    answer = world(
        resource("a", tags={"env": {"$redacted": True}}, **GOOD),
        resource("b", tags={"env": "prod"}, **GOOD),
        systems=(system(tags={"env": "prod"}), system("test", tags={"env": "x", "a": "b"})),
    ).evaluate()
    assert answer.counts() == {"pass": 1, "not-evaluated": 1}
    assert answer.reasons() == {"redacted": 1}
    assert answer.reasons(system="test") == {"empty-table": 1}


def by_group(*rows: dict[str, Any], containers: Claim | None) -> World:
    made = world(
        *rows, systems=(system(management_groups=(MG,)), system("two", management_groups=("lab",)))
    )
    if containers is not None:
        made.tables["resourcecontainers"] = containers
    return made


def test_a_management_group_holds_the_subscriptions_whose_rows_name_it() -> None:
    answer = by_group(
        resource("a", **GOOD),
        resource("b", sub=2, **GOOD),
        containers=Claim(rows=[subscription(1, "corp", "root"), subscription(2, "Lab", "root")]),
    ).evaluate()
    assert answer.counts() == {"pass": 1}
    assert answer.counts(system="two") == {"pass": 1}


def test_management_groups_without_the_subscriptions_rows_are_a_gap_of_everything() -> None:
    answer = by_group(resource("a", **GOOD), containers=None).evaluate()
    assert answer.reasons() == {"not-collected": 1}
    found = [f for f in answer.findings if f["outcome"] == "not-evaluated"]
    assert {f["evidence_table"] for f in found} == {"resourcecontainers"}
    assert not answer.tally().none_deployed


def test_a_subscription_of_unknown_group_is_a_gap_of_every_system_by_group() -> None:
    answer = by_group(
        resource("a", **GOOD),
        resource("x", sub=3, **GOOD),
        containers=Claim(rows=[subscription(1, "corp"), subscription(2, "lab")]),
    ).evaluate()
    assert answer.counts() == {"pass": 1, "not-evaluated": 1}
    assert answer.counts(system="two") == {"not-evaluated": 1}
    assert answer.reasons() == {"incomplete": 1}


def test_an_old_row_of_a_subscription_does_not_tell_its_group() -> None:
    old = AT - timedelta(days=3)
    answer = by_group(
        resource("a", **GOOD),
        containers=Claim(rows=[subscription(1, "corp", seen=old), subscription(2, "lab")]),
    ).evaluate()
    assert answer.counts() == {"not-evaluated": 1}
    assert answer.reasons() == {"stale": 1}


def test_two_rows_of_a_subscription_that_differ_do_not_tell_its_group() -> None:
    answer = by_group(
        resource("a", **GOOD),
        containers=Claim(rows=[subscription(1, "corp"), subscription(1, "lab")]),
    ).evaluate()
    assert answer.counts() == {"not-evaluated": 1}
    assert answer.counts(system="two") == {"not-evaluated": 1}
    assert answer.reasons() == answer.reasons(system="two") == {"incomplete": 1}


def test_a_group_whose_subscriptions_may_be_unknown_must_be_asked_for_as_a_whole() -> None:
    made = by_group(
        resource("a", **GOOD),
        containers=Claim(
            rows=[subscription(1, "corp"), subscription(2, "lab")],
            complete=Completeness.UNKNOWN,
        ),
    )
    made.tables["resources"].scopes = (f"/subscriptions/{SUB[1]}", f"/subscriptions/{SUB[2]}")
    assert made.evaluate().counts() == {"pass": 1, "not-evaluated": 1}
    made.tables["resourcecontainers"].complete = Completeness.TRUE
    assert made.evaluate().counts() == {"pass": 1}
    made.tables["resources"].scopes = (MG.lower(),)
    made.tables["resourcecontainers"].complete = Completeness.UNKNOWN
    made.systems = made.systems[:1]
    assert made.evaluate().counts() == {"pass": 1}


def test_rows_of_other_tables_are_in_systems_too() -> None:
    child = "microsoft.storage/storageaccounts/blobservices"
    made = world(systems=(system(subscriptions=(SUB[1],)),))
    made.tables = {
        "armresources": Claim(
            rows=[resource("default", type=child, parent="/subscriptions/" + SUB[1], **GOOD)]
        ),
        "resources": Claim(rows=[resource("w", type=SITE)]),
    }
    from tests.evaluate.world import check, control, rows_test

    made.controls = (control(check(rows_test(types=(child, VAULT)))),)
    made.sources = ("resources", "armresources")
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1}
    assert answer.findings[0]["evidence_table"] == "armresources"


def test_a_subscription_can_be_the_subject() -> None:
    from tests.evaluate.world import check, control, rows_test

    made = world(systems=(system(subscriptions=(SUB[1],)),))
    made.tables = {"resourcecontainers": Claim(rows=[subscription(1, "corp"), subscription(2)])}
    made.controls = (
        control(
            check(
                rows_test(
                    {"field": "properties.managementGroupAncestorsChain", "exists": True},
                    types=("microsoft.resources/subscriptions",),
                )
            )
        ),
    )
    answer = made.evaluate()
    assert answer.counts() == {"pass": 1}
    assert answer.evaluated.unassigned == 1
