from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.model.records import Exclusion, Scope, ScopeKind
from attestgraph.model.words import Completeness, Within
from tests.evaluate.world import (
    AT,
    ON,
    SETTINGS,
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
    related,
    resource,
    rows_test,
    system,
)

LOGS = {"field": "properties.logs", "equals": True}


def setting(name: str, parent: str, **members: Any) -> dict[str, Any]:
    return resource(name, type=SETTINGS, parent=parent, **members)


def logged(
    *settings: dict[str, Any],
    test: Any = None,
    claim: dict[str, Any] | None = None,
    rows: list[dict[str, Any]] | None = None,
) -> World:
    return World(
        controls=(control(check(test or rows_test(None, related=[related(where=LOGS)]))),),
        tables={
            "resources": Claim(rows=rows or [resource("a"), resource("b")]),
            "armresources": Claim(rows=list(settings), **(claim or {})),
        },
        sources=("resources", "armresources"),
    )


YES: dict[str, Any] = {"properties": {"logs": True}}
NO: dict[str, Any] = {"properties": {"logs": False}}


def test_a_related_resource_must_hang_on_the_subject_and_meet_the_condition() -> None:
    answer = logged(setting("s", key("a"), **YES), setting("s", key("b"), **NO)).evaluate()
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("fail", None)
    assert '"type":"microsoft.insights/diagnosticsettings"' in answer.of("b")["expected"]
    assert answer.of("b")["path"] == SETTINGS


def test_a_name_narrows_the_related_resources() -> None:
    test = rows_test(None, related=[related(name="Audit")])
    answer = logged(
        setting("audit", key("a"), **YES), setting("other", key("b"), **YES), test=test
    ).evaluate()
    assert answer.says("a")[0] == "pass"
    assert answer.says("b")[0] == "fail"


@pytest.mark.parametrize(
    "claim",
    [
        {"complete": Completeness.UNKNOWN},
        {"complete": Completeness.FALSE, "gaps": (gap(Reason.INCOMPLETE, "/"),)},
        {
            "complete": Completeness.FALSE,
            "gaps": (gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[1]}"),),
        },
        {"complete": Completeness.FALSE, "gaps": (gap(Reason.INCOMPLETE, "/", (SETTINGS,)),)},
        {"at": AT - timedelta(days=2)},
        {"scopes": (f"/subscriptions/{SUB[2]}",)},
        {"types": (SITE,)},
    ],
)
def test_a_missing_related_resource_is_no_fail_where_it_may_only_be_unknown(
    claim: dict[str, Any],
) -> None:
    answer = logged(setting("s", key("a"), **YES), claim=claim).evaluate()
    assert answer.says("a") == ("pass", None)
    assert answer.says("b") == ("not-evaluated", "related-incomplete")


def test_a_gap_elsewhere_does_not_matter() -> None:
    claim = {
        "complete": Completeness.FALSE,
        "gaps": (
            gap(Reason.INCOMPLETE, f"/subscriptions/{SUB[2]}"),
            gap(Reason.INCOMPLETE, "/", (SITE,)),
        ),
    }
    answer = logged(setting("s", key("a"), **YES), claim=claim).evaluate()
    assert answer.says("b") == ("fail", None)


def test_a_related_table_that_is_not_there_answers_nothing() -> None:
    made = logged()
    del made.tables["armresources"]
    assert made.evaluate().says("a") == ("not-evaluated", "related-incomplete")


def test_an_alternative_whose_related_table_is_outside_the_plan_is_left_out() -> None:
    made = logged()
    made.sources = ("resources", "policystates")
    settled = (check(made.controls[0].checks[0].test, alternative="g"),)
    made.controls = (control(*settled, check(policy_test(), "policy", alternative="g")),)
    assert made.evaluate().tally().left_out is Reason.NOT_COLLECTED
    # a required check is not: nothing else answers for it
    made = logged()
    made.sources = ("resources", "policystates")
    assert made.evaluate().tally().left_out is None


def test_what_a_stale_hidden_or_conflicting_related_row_says_is_not_known() -> None:
    answer = logged(
        setting("s", key("a"), seen=AT - timedelta(days=2), **YES),
        setting("s", key("b"), properties={"logs": {"$redacted": True}}),
        rows=[resource("a"), resource("b"), resource("c")],
    ).evaluate()
    assert answer.says("a") == ("not-evaluated", "related-incomplete")
    assert answer.says("b") == ("not-evaluated", "related-incomplete")
    assert answer.says("c") == ("fail", None)
    twice = logged(setting("s", key("a"), **YES), setting("s", key("a"), **NO)).evaluate()
    assert twice.says("a") == ("not-evaluated", "related-incomplete")


def test_none_may_exist_is_known_only_where_nothing_is_missing() -> None:
    test = rows_test(None, related=[related(where=LOGS, at_least=0)])
    answer = logged(setting("s", key("a"), **YES), test=test).evaluate()
    assert answer.says("a") == ("fail", None)
    assert answer.says("b") == ("pass", None)
    unknown = logged(
        setting("s", key("a"), **YES), test=test, claim={"complete": Completeness.UNKNOWN}
    ).evaluate()
    assert unknown.says("a") == ("fail", None)
    assert unknown.says("b") == ("not-evaluated", "related-incomplete")


def test_a_count_asks_for_that_many() -> None:
    test = rows_test(None, related=[related(at_least=2)])
    answer = logged(
        setting("s", key("a")), setting("t", key("a")), setting("s", key("b")), test=test
    ).evaluate()
    assert answer.says("a")[0] == "pass"
    assert answer.says("b")[0] == "fail"


@pytest.mark.parametrize(
    ("within", "passing"),
    [
        (Within.SELF, set()),
        (Within.RESOURCE_GROUP, {"a"}),
        (Within.SUBSCRIPTION, {"a", "b"}),
        (Within.TENANT, {"a", "b", "c"}),
    ],
)
def test_where_a_related_resource_is_looked_for(within: Within, passing: set[str]) -> None:
    test = rows_test(None, related=[related(type=SITE, within=within)])
    made = logged(
        test=test,
        rows=[
            resource("a"),
            resource("b", group="other"),
            resource("c", sub=2),
            resource("w", type=SITE),
        ],
    )
    answer = made.evaluate()
    assert {n for n in "abc" if answer.says(n)[0] == "pass"} == passing


def test_a_condition_and_a_related_resource_are_both_needed() -> None:
    test = rows_test(ON, related=[related(where=LOGS)])
    answer = logged(
        setting("s", key("a"), **YES),
        setting("s", key("b"), **YES),
        test=test,
        rows=[
            resource("a", properties={"on": True}),
            resource("b", properties={"on": False}),
            resource("c", properties={"on": True}),
            resource("d", properties={"on": False}),
        ],
        claim={},
    ).evaluate()
    assert [answer.says(n)[0] for n in "abcd"] == ["pass", "fail", "fail", "fail"]
    assert answer.of("b")["path"] == "properties.on"
    assert answer.of("c")["path"] == SETTINGS


def test_a_failing_condition_fails_though_the_related_resource_is_unknown() -> None:
    test = rows_test(ON, related=[related(where=LOGS)])
    answer = logged(
        test=test,
        rows=[resource("a", properties={"on": False}), resource("b", properties={"on": True})],
        claim={"complete": Completeness.UNKNOWN},
    ).evaluate()
    assert answer.says("a") == ("fail", None)
    assert answer.says("b") == ("not-evaluated", "related-incomplete")


def test_a_violation_needs_the_condition_and_a_missing_related_resource() -> None:
    # Azure's audit-if-not-exists: the rule selects, the existence decides
    test = rows_test(
        {"field": "properties.live", "equals": True}, related=[related(where=LOGS)], violated=True
    )
    rows = [
        resource("a", properties={"live": True}),
        resource("b", properties={"live": True}),
        resource("c", properties={"live": False}),
        resource("d", properties={"live": {"$redacted": True}}),
        resource("e", properties={"live": {"$redacted": True}}),
    ]
    settings = [setting("s", key(n), **YES) for n in ("a", "d")]
    answer = logged(*settings, test=test, rows=rows).evaluate()
    assert [answer.says(n)[0] for n in "abc"] == ["pass", "fail", "pass"]
    assert answer.says("d") == ("pass", None)
    assert answer.says("e") == ("not-evaluated", "redacted")
    unknown = logged(
        *settings, test=test, rows=rows, claim={"complete": Completeness.UNKNOWN}
    ).evaluate()
    assert unknown.says("a")[0] == "pass"
    assert unknown.says("b") == ("not-evaluated", "related-incomplete")
    assert unknown.says("c")[0] == "pass"


def test_a_related_row_outside_its_projection_may_be_one() -> None:
    answer = logged(
        setting("s", key("a"), **YES), claim={"projection": {SETTINGS: ("properties.x",)}}
    ).evaluate()
    assert answer.says("a") == ("not-evaluated", "related-incomplete")
    assert answer.says("b") == ("fail", None)


def test_an_excluded_related_resource_is_there_all_the_same() -> None:
    test = rows_test(None, related=[related(type=SITE, within=Within.SUBSCRIPTION)])
    made = logged(test=test, rows=[resource("a"), resource("w", type=SITE, group="lab")])
    made.exclusions = (
        Exclusion(
            scope=Scope(
                kind=ScopeKind.RESOURCE_GROUP, key=f"/subscriptions/{SUB[1]}/resourcegroups/lab"
            ),
            reason="lab",
            approved_by="ciso",
            until=day("2027-01-01"),
        ),
    )
    assert made.evaluate().says("a") == ("pass", None)


def test_a_check_over_two_types_finds_related_resources_for_both() -> None:
    test = rows_test(None, types=(VAULT, SITE), related=[related(where=LOGS)])
    answer = logged(
        setting("s", key("a"), **YES),
        setting("s", key("w", type=SITE), **NO),
        test=test,
        rows=[resource("a"), resource("w", type=SITE)],
    ).evaluate()
    assert answer.says("a")[0] == "pass"
    assert answer.says("w")[0] == "fail"


def test_the_whole_area_must_have_been_asked_for_not_only_the_system() -> None:
    group = f"/subscriptions/{SUB[1]}/resourcegroups/rg"
    test = rows_test(None, related=[related(within=Within.SUBSCRIPTION)])
    made = logged(test=test, claim={"scopes": (group,)})
    made.systems = (system(resource_groups=(group,)),)
    assert made.evaluate().says("a") == ("not-evaluated", "related-incomplete")
    made.tables["armresources"].scopes = (f"/subscriptions/{SUB[1]}",)
    assert made.evaluate().says("a") == ("fail", None)


def test_a_violation_needs_only_one_of_several_to_be_missing() -> None:
    entries = [related(name="s"), related(name="t")]
    for violated in (True, False):
        test = rows_test(
            {"field": "name", "exists": True} if violated else None,
            related=entries,
            violated=violated,
        )
        answer = logged(
            setting("s", key("a")), setting("t", key("a")), setting("s", key("b")), test=test
        ).evaluate()
        assert answer.says("a")[0] == "pass"
        assert answer.says("b")[0] == "fail"
