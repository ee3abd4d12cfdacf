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


CHILD = "microsoft.storage/storageaccounts/blobservices"


def hung(*children: dict[str, Any], **boundary: Any) -> World:
    """Give a tagged and an untagged account, and rows that hang on them."""
    from tests.evaluate.world import ACCOUNT, check, control, rows_test

    made = world(systems=(system(**boundary),))
    made.tables = {
        "armresources": Claim(rows=list(children)),
        "resources": Claim(
            rows=[
                resource("prod", type=ACCOUNT, tags={"env": "prod"}),
                resource("bare", type=ACCOUNT),
            ]
        ),
    }
    made.controls = (control(check(rows_test(types=(CHILD,)))),)
    made.sources = ("resources", "armresources")
    return made


def child(name: str, of: str, **members: Any) -> dict[str, Any]:
    from tests.evaluate.world import ACCOUNT

    return {
        **resource(name, type=CHILD, **members),
        "id": f"/subscriptions/{SUB[1]}/resourceGroups/rg/providers/{ACCOUNT}/{of}{name}",
    }


def test_what_hangs_on_a_resource_belongs_where_the_resource_belongs() -> None:
    answer = hung(
        child("/blobServices/default", "prod", properties={"on": False}),
        child("/blobServices/default", "bare", **GOOD),
        tags={"env": "prod"},
    ).evaluate()
    assert answer.counts() == {"fail": 1}


def test_tags_of_its_own_do_not_take_a_child_out_of_its_parents_system() -> None:
    answer = hung(
        child("/blobServices/a", "prod", properties={"on": False}, tags={"env": "dev"}),
        child("/blobServices/a", "bare", tags={"env": "prod"}, **GOOD),
        tags={"env": "prod"},
    ).evaluate()
    assert answer.counts() == {"fail": 1}


def test_the_nearest_ancestor_with_a_row_says_where_a_grandchild_belongs() -> None:
    deep = child("/blobServices/default/containers/c", "prod", properties={"on": False})
    assert hung(deep, tags={"env": "prod"}).evaluate().counts() == {"fail": 1}


def test_a_child_of_a_resource_without_a_row_is_placed_by_its_own_tags() -> None:
    lone = child("/blobServices/a", "gone", tags={"env": "prod"}, **GOOD)
    assert hung(lone, tags={"env": "prod"}).evaluate().counts() == {"pass": 1}
    # nothing of that system is in the table
    assert hung(lone, tags={"env": "test"}).evaluate().reasons() == {"empty-table": 1}


def test_what_belongs_to_the_whole_tenant_is_in_every_system() -> None:
    from tests.evaluate.world import check, control, rows_test

    application = "microsoft.graph/applications"
    made = world(systems=(system("a", subscriptions=(SUB[1],)), system("b", tags={"env": "x"})))
    row = {**resource("app", type=application, properties={"on": False}), "id": "/applications/1"}
    made.tables = {"entraobjects": Claim(rows=[row])}
    made.sources = ("entraobjects",)
    made.controls = (control(check(rows_test(types=(application,)))),)
    answer = made.evaluate()
    assert [v["systems"] for v in answer.verdicts] == [["a", "b"]]
    assert answer.counts(system="a") == answer.counts(system="b") == {"fail": 1}


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
