from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.evaluate.world import (
    AT,
    ON,
    SEEN,
    SITE,
    VAULT,
    Claim,
    World,
    check,
    control,
    key,
    resource,
    rows_test,
    world,
)


def on(value: object) -> dict[str, Any]:
    return {"properties": {"on": value}}


def test_a_row_passes_or_fails_and_an_absent_field_is_said_to_be_absent() -> None:
    answer = world(
        resource("yes", **on(True)), resource("no", **on(False)), resource("none", properties={})
    ).evaluate()
    assert answer.says("yes") == ("pass", None)
    assert answer.says("no") == ("fail", None)
    assert [answer.of(n)["basis"] for n in ("yes", "no", "none")] == [
        "observed",
        "observed",
        "absent",
    ]
    failed = answer.of("no")
    assert (failed["path"], failed["expected"], failed["actual"]) == (
        "properties.on",
        '{"equals":true}',
        "false",
    )
    assert answer.of("none")["actual"] == "null"
    assert answer.of("yes")["expected"] is None
    assert answer.counts() == {"pass": 1, "fail": 2}


def test_violated_when_turns_the_direction_round() -> None:
    test = rows_test({"field": "properties.on", "equals": False}, violated=True)
    answer = world(
        resource("bad", **on(False)),
        resource("good", **on(True)),
        resource("none", properties={}),
        test=test,
    ).evaluate()
    assert answer.says("bad")[0] == "fail"
    assert answer.says("good")[0] == "pass"
    assert answer.says("none")[0] == "pass"
    assert answer.of("none")["basis"] == "absent"
    assert answer.of("bad")["expected"] == '{"not":{"equals":false}}'


def test_rows_that_where_leaves_out_are_not_applicable() -> None:
    test = rows_test(where={"field": "properties.mode", "equals": "live"})
    answer = world(
        resource("live", properties={"mode": "live", "on": True}),
        resource("test", properties={"mode": "test", "on": False}),
        resource("none", properties={"on": False}),
        test=test,
    ).evaluate()
    assert answer.says("live") == ("pass", None)
    assert answer.says("test") == ("not-applicable", None)
    assert answer.of("none")["basis"] == "absent"
    assert not answer.tally().none_deployed


def test_a_redacted_value_is_never_judged() -> None:
    hidden = {"$redacted": True}
    answer = world(
        resource("value", **on(hidden)),
        resource("above", properties=hidden),
        resource("where", properties={"on": True, "mode": hidden}),
        test=rows_test(where={"field": "properties.mode", "notEquals": "x", "when_absent": "pass"}),
    ).evaluate()
    for name in ("value", "above", "where"):
        assert answer.says(name) == ("not-evaluated", "redacted"), name


def test_a_field_that_must_be_there_to_judge_makes_the_row_incomplete() -> None:
    test = rows_test({"field": "properties.on", "equals": True, "when_absent": "not-evaluated"})
    answer = world(
        resource("none", properties={}), resource("no", **on(False)), test=test
    ).evaluate()
    assert answer.says("none") == ("not-evaluated", "incomplete")
    assert answer.of("none")["basis"] == "absent"
    assert answer.says("no")[0] == "fail"


def test_an_error_of_a_rule_is_an_error_of_its_findings_only() -> None:
    broken = rows_test({"value": "[div(1, int(field('properties.n')))]", "equals": 1})
    answer = world(
        resource("a", properties={"n": 0, "on": True}),
        resource("b", properties={"n": 1, "on": True}),
    )
    answer.controls = (control(check(broken, "broken"), check(rows_test(ON), "on")),)
    found = answer.evaluate()
    assert found.says("a", check="broken") == ("error", "evaluation-error")
    assert found.says("b", check="broken")[0] == "pass"
    assert found.says("a", check="on")[0] == "pass"
    assert found.slugs == ["evaluation-error"]
    assert "1 resource:" in found.evaluated.warnings[0].message


@pytest.mark.parametrize("value", [True, False])
def test_rows_that_are_too_old_are_not_evaluated_fails_included(value: bool) -> None:  # noqa: FBT001
    old = AT - timedelta(hours=24, seconds=1)
    answer = world(
        resource("old", seen=old, **on(value)),
        resource("limit", seen=AT - timedelta(hours=24), **on(True)),
    ).evaluate()
    assert answer.says("old") == ("not-evaluated", "stale")
    assert answer.says("limit") == ("pass", None)
    assert answer.slugs == ["stale-evidence"]


def test_the_age_allowed_is_that_of_the_table() -> None:
    old = AT - timedelta(hours=30)
    young = world(resource("a", seen=old, **on(True)), max_age={"resources": timedelta(hours=48)})
    assert young.evaluate().says("a") == ("pass", None)


def test_rows_of_after_the_evaluation_are_not_evaluated() -> None:
    answer = world(
        resource("late", seen=AT + timedelta(minutes=6), **on(True)),
        resource("now", seen=AT + timedelta(minutes=5), **on(True)),
    ).evaluate()
    assert answer.says("late") == ("not-evaluated", "stale")
    assert answer.says("now") == ("pass", None)
    assert answer.slugs == ["future-evidence"]


def test_two_rows_of_one_id_that_differ_are_in_conflict() -> None:
    answer = world(
        resource("a", **on(True)), resource("a", **on(False)), resource("b", **on(True))
    ).evaluate()
    found = answer.of("a")
    assert (found["outcome"], found["reason"]) == ("not-evaluated", "conflicting-rows")
    assert found["row_sha256"] is None
    assert answer.says("b") == ("pass", None)
    assert answer.evaluated.resources == 2


def test_a_conflict_of_types_reaches_the_findings_of_both() -> None:
    first = resource("a", **on(True))
    second = {**resource("a", type=SITE, **on(True)), "id": first["id"]}
    made = world(first, second)
    made.controls = (
        control(check(rows_test(types=(VAULT,)))),
        control(check(rows_test(types=(SITE,)), "web"), name="c2"),
    )
    answer = made.evaluate()
    assert {f["reason"] for f in answer.findings} == {"conflicting-rows"}


@pytest.mark.parametrize(
    ("projection", "expected"),
    [
        (("properties.on",), ("pass", None)),
        (("properties",), ("pass", None)),
        (("properties.On",), ("pass", None)),
        (("properties.o",), ("not-evaluated", "outside-projection")),
        (("properties.other",), ("not-evaluated", "outside-projection")),
        (("properties.on.deep",), ("not-evaluated", "outside-projection")),
        ((), ("not-evaluated", "outside-projection")),
    ],
)
def test_what_lies_outside_a_projection_is_not_evaluated(
    projection: tuple[str, ...], expected: tuple[str, str | None]
) -> None:
    made = world()
    made.tables["resources"] = Claim(
        rows=[resource("a", **on(True))], projection={VAULT: projection}
    )
    assert made.evaluate().says("a") == expected


def test_other_columns_of_a_projection_count_as_well() -> None:
    test = rows_test({"field": "tags.env", "equals": "prod"})
    made = world(test=test)
    row = resource("a", tags={"env": "prod"})
    made.tables["resources"] = Claim(rows=[row], projection={VAULT: ("properties",)})
    assert made.evaluate().says("a") == ("not-evaluated", "outside-projection")
    made.tables["resources"] = Claim(rows=[row], projection={VAULT: ("tags",)})
    assert made.evaluate().says("a") == ("pass", None)


def test_every_column_of_a_row_can_be_read() -> None:
    fields = {
        "name": "a",
        "type": VAULT,
        "location": "westeurope",
        "kind": "k",
        "managedBy": "m",
        "sku.name": "s",
        "plan.name": "p",
        "tags.env": "prod",
        "identity.type": "SystemAssigned",
        "fullName": "a",
    }
    test = rows_test({"allOf": [{"field": f, "equals": v} for f, v in fields.items()]})
    answer = world(
        resource(
            "a",
            location="westeurope",
            kind="k",
            managed_by="m",
            sku={"name": "s"},
            plan={"name": "p"},
            tags={"env": "prod"},
            identity={"type": "SystemAssigned"},
        ),
        test=test,
    ).evaluate()
    assert answer.says("a") == ("pass", None), answer.of("a")


def test_a_finding_names_its_row_and_the_table() -> None:
    found = world(resource("a", **on(True))).evaluate().of("a")
    assert found["resource_key"] == key("a")
    assert found["resource_id"].endswith("/resourceGroups/rg/providers/microsoft.keyvault/vaults/a")
    assert found["resource_type"] == VAULT
    assert found["evidence_table"] == "resources"
    assert len(found["row_sha256"]) == 64
    assert found["observed_at"] == SEEN.replace(tzinfo=None)


def test_several_types_and_checks_find_their_own_rows() -> None:
    made = World(
        controls=(
            control(
                check(rows_test(types=(VAULT, SITE))),
                check(rows_test({"field": "properties.on", "equals": False}), "off"),
            ),
        ),
        tables={
            "resources": Claim(
                rows=[resource("v", **on(True)), resource("w", type=SITE, **on(False))]
            )
        },
    )
    answer = made.evaluate()
    assert answer.says("v", check="on")[0] == "pass"
    assert answer.says("w", check="on")[0] == "fail"
    assert answer.says("v", check="off")[0] == "fail"
    assert [f for f in answer.findings if f["check"] == "off"] == [answer.of("v", check="off")]
    assert answer.tally(check="off").selected == 1
