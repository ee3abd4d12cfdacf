from __future__ import annotations

from typing import Any

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.model.authored import Test
from attestgraph.model.ids import CheckId, ControlId
from attestgraph.model.records import (
    ExceptionKind,
    ExceptionRecord,
    Scope,
    ScopeKind,
    Subject,
)
from attestgraph.model.words import Completeness
from tests.evaluate.world import (
    SUB,
    VAULT,
    Claim,
    World,
    attest_test,
    check,
    control,
    day,
    gap,
    key,
    policy_test,
    resource,
    rows_test,
    state,
    subscription,
    world,
)

BAD: dict[str, Any] = {"properties": {"on": False}}


def scope(kind: ScopeKind = ScopeKind.SUBSCRIPTION, name: str | None = None, **more: Any) -> Scope:
    return Scope(kind=kind, key=name or f"/subscriptions/{SUB[1]}", **more)


def exception(  # noqa: PLR0913 the members of a record
    name: str = "e1",
    *,
    kind: ExceptionKind = ExceptionKind.WAIVER,
    where: Scope | None = None,
    control_id: str = "c1",
    check_id: str | None = None,
    approved: str = "2026-10-01",
    expires: str = "2026-11-30",
    compensating: str | None = None,
    faults: tuple[str, ...] = (),
) -> ExceptionRecord:
    return ExceptionRecord(
        id=name,
        kind=kind,
        subject=Subject(
            control=ControlId(control_id), check=CheckId(check_id) if check_id else None
        ),
        scope=where or scope(),
        reason="r",
        risk="low",
        requested_by="a",
        approved_by="b",
        approved_on=day(approved),
        expires_on=day(expires),
        compensating=ControlId(compensating) if compensating else None,
        faults=faults,
    )


def test_an_exception_accepts_a_fail_and_the_fail_stays_recorded() -> None:
    answer = world(
        resource("a", **BAD), resource("b", sub=2, **BAD), exceptions=[exception()]
    ).evaluate()
    found = answer.of("a")
    assert (found["outcome"], found["reason"], found["exception"]) == ("accepted", None, "e1")
    assert (found["expected"], found["actual"]) == ('{"equals":true}', "false")
    assert answer.says("b")[0] == "fail"
    assert answer.counts() == {"fail": 1, "accepted": 1}
    assert answer.tally().exceptions == ("e1",)
    assert answer.evaluated.totals["accepted"] == 1


@pytest.mark.parametrize(
    "record",
    [
        exception(expires="2026-10-31"),
        exception(approved="2026-11-02"),
        exception(faults=("approved by its requester",)),
        exception(control_id="other"),
        exception(check_id="other"),
        exception(where=scope(name=f"/subscriptions/{SUB[2]}")),
        exception(where=scope(type="microsoft.web/sites")),
        exception(where=scope(tag=("env", "prod"))),
        exception(where=scope(ScopeKind.RESOURCE, key("aa"))),
    ],
)
def test_an_exception_that_is_not_honoured_or_lies_elsewhere_changes_nothing(
    record: ExceptionRecord,
) -> None:
    answer = world(resource("a", tags={"env": "test"}, **BAD), exceptions=[record]).evaluate()
    assert answer.says("a")[0] == "fail"
    assert answer.of("a")["exception"] is None


@pytest.mark.parametrize(
    "where",
    [
        scope(),
        scope(type=VAULT),
        scope(tag=("Env", "test")),
        scope(ScopeKind.RESOURCE_GROUP, f"/subscriptions/{SUB[1]}/resourcegroups/rg"),
        scope(ScopeKind.RESOURCE, key("a")),
        scope(ScopeKind.RESOURCE, key("a"), tag=("env", "test")),
        scope(ScopeKind.MANAGEMENT_GROUP, "corp"),
    ],
)
def test_a_scope_covers_what_lies_below_it(where: Scope) -> None:
    made = world(resource("a", tags={"env": "test"}, **BAD), exceptions=[exception(where=where)])
    made.tables["resourcecontainers"] = Claim(rows=[subscription(1, "corp")])
    assert made.evaluate().says("a")[0] == "accepted"


def test_an_exception_accepts_neither_a_pass_nor_what_is_not_evaluated() -> None:
    answer = world(
        resource("a", properties={"on": True}),
        resource("b", properties={"on": {"$redacted": True}}),
        exceptions=[exception()],
    ).evaluate()
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("not-evaluated", "redacted")
    assert answer.tally().exceptions == ()


def test_a_fail_under_an_exception_beside_a_gap_stays_not_evaluated() -> None:
    made = world(exceptions=[exception()])
    made.tables["resources"] = Claim(rows=[resource("a", **BAD)], complete=Completeness.UNKNOWN)
    assert made.evaluate().counts() == {"accepted": 1, "not-evaluated": 1}


def test_an_exemption_of_azure_counts_only_with_an_exception_of_ours() -> None:
    made = world(
        resource("a"),
        resource("b", sub=2),
        test=policy_test(),
        exceptions=[exception()],
        states=[state("a", "exempt"), state("b", "exempt", sub=2)],
    )
    answer = made.evaluate()
    assert answer.says("a") == ("accepted", None)
    assert answer.says("b") == ("not-evaluated", "exempt")


def test_a_false_positive_labels_the_finding_and_never_changes_it() -> None:
    answer = world(
        resource("a", **BAD), exceptions=[exception(kind=ExceptionKind.FALSE_POSITIVE)]
    ).evaluate()
    assert answer.says("a")[0] == "fail"
    assert answer.of("a")["exception"] == "e1"
    assert answer.tally().exceptions == ()
    assert answer.tally().notes == ("1 findings contested by `e1`",)


def test_of_several_exceptions_the_first_by_id_is_named() -> None:
    records = [exception("z"), exception("b"), exception("a", kind=ExceptionKind.FALSE_POSITIVE)]
    answer = world(resource("a", **BAD), exceptions=records).evaluate()
    assert answer.of("a")["exception"] == "b"


def mitigated(second: Test | None, *rows: dict[str, Any], **changes: Any) -> World:
    made = world(
        *rows,
        exceptions=[exception(kind=ExceptionKind.MITIGATED, compensating="c2")],
        **changes,
    )
    made.controls = (
        control(check(rows_test())),
        control(
            check(second or rows_test({"field": "properties.mit", "equals": True}), "mit"),
            name="c2",
        ),
    )
    return made


def props(*, mit: object) -> dict[str, Any]:
    return {"properties": {"on": False, "mit": mit}}


def test_mitigated_holds_only_where_the_compensating_control_passes() -> None:
    answer = mitigated(
        None,
        resource("a", **props(mit=True)),
        resource("b", **props(mit=False)),
        resource("c", **props(mit={"$redacted": True})),
    ).evaluate()
    assert [answer.says(n, control="c1")[0] for n in "abc"] == ["accepted", "fail", "fail"]


def test_a_compensating_control_that_does_not_apply_mitigates_nothing() -> None:
    test = rows_test(
        {"field": "properties.mit", "equals": True},
        where={"field": "properties.other", "exists": True},
    )
    answer = mitigated(test, resource("a", **props(mit=True))).evaluate()
    assert answer.says("a", control="c2")[0] == "not-applicable"
    assert answer.says("a", control="c1")[0] == "fail"


def test_mitigated_does_not_hold_where_the_compensating_control_is_itself_accepted() -> None:
    made = mitigated(None, resource("a", **props(mit=False)))
    made.exceptions = [*made.exceptions, exception("e2", control_id="c2")]
    answer = made.evaluate()
    assert answer.says("a", control="c2")[0] == "accepted"
    assert answer.says("a", control="c1")[0] == "fail"


def test_two_controls_that_mitigate_each_other_mitigate_nothing() -> None:
    made = mitigated(None, resource("a", **props(mit=False)))
    made.exceptions = [
        *made.exceptions,
        exception("e2", kind=ExceptionKind.MITIGATED, control_id="c2", compensating="c1"),
    ]
    answer = made.evaluate()
    assert {f["outcome"] for f in answer.findings} == {"fail"}


def test_mitigated_needs_every_check_of_the_compensating_control() -> None:
    made = mitigated(None, resource("a", **props(mit=True)))
    first, second = made.controls
    off = check(rows_test({"field": "properties.other", "equals": 1}), "other")
    made.controls = (first, control(*second.checks, off, name="c2"))
    assert made.evaluate().says("a", control="c1")[0] == "fail"


@pytest.mark.parametrize(
    "where",
    [
        "/",
        f"/subscriptions/{SUB[1]}",
        key("a"),
        "/providers/microsoft.management/managementgroups/x",
    ],
)
def test_evidence_that_the_compensating_control_lacks_never_helps(where: str) -> None:
    # marking evidence missing must not turn a fail into an accepted risk
    made = mitigated(policy_test(), resource("a", **props(mit=True)), resource("b", **props(mit=1)))
    made.tables["policystates"] = Claim(
        rows=[state("a"), state("b")],
        complete=Completeness.FALSE,
        gaps=(gap(Reason.INCOMPLETE, where),),
        includes_compliant=True,
    )
    answer = made.evaluate()
    assert answer.says("a", control="c1")[0] == "fail"
    made.tables["policystates"].gaps = (gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}"),)
    assert made.evaluate().says("a", control="c1")[0] == "accepted"


def test_an_unanswered_question_of_the_compensating_control_keeps_it_from_mitigating() -> None:
    made = mitigated(None, resource("a", **props(mit=True)))
    first, second = made.controls
    asked = check(attest_test("owner"), "asked")
    made.controls = (first, control(*second.checks, asked, name="c2"))
    assert made.evaluate().says("a", control="c1")[0] == "fail"


def test_an_exception_of_one_check_leaves_the_others() -> None:
    made = world(resource("a", **BAD), exceptions=[exception(check_id="on")])
    made.controls = (control(check(rows_test()), check(rows_test(), "two")),)
    answer = made.evaluate()
    assert answer.says("a", check="on")[0] == "accepted"
    assert answer.says("a", check="two")[0] == "fail"
