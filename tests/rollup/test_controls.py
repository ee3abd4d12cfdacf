"""Checks, groups of alternatives, controls: totals over every pair, and what is carried along."""

from __future__ import annotations

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.model.authored import Control
from attestgraph.model.concluded import CheckTally, ControlStatus
from attestgraph.model.words import OUTCOME_RANK, RESULT_RANK, Basis, Outcome, Result
from attestgraph.rollup.controls import control_status, tally_result, unknown_values
from tests.rollup.world import SYSTEM, check, control, counts, tally

FOLDED = {
    Outcome.FAIL: Result.NOT_SATISFIED,
    Outcome.NOT_EVALUATED: Result.NOT_EVALUATED,
    Outcome.ERROR: Result.NOT_EVALUATED,
    Outcome.ACCEPTED: Result.ACCEPTED,
    Outcome.PASS: Result.SATISFIED,
    # evidence that is not known to be whole
    Outcome.NOT_APPLICABLE: Result.NOT_EVALUATED,
}


def status_of(made: Control, *tallies: CheckTally) -> ControlStatus:
    return control_status(SYSTEM, made, unknown_values("d"), {t.check: t for t in tallies})


@pytest.mark.parametrize("first", Outcome)
@pytest.mark.parametrize("second", Outcome)
def test_findings_fold_to_the_worst_in_every_pair(first: Outcome, second: Outcome) -> None:
    found = {first: 1}
    found[second] = found.get(second, 0) + 1
    worse = max(first, second, key=OUTCOME_RANK.__getitem__)
    assert tally_result(tally("a", "one", found)) is FOLDED[worse]


def test_counts_of_zero_are_no_findings() -> None:
    assert tally_result(tally("a", "one", counts(pass_=0, fail=0))) is Result.NOT_EVALUATED


@pytest.mark.parametrize("first", Result)
@pytest.mark.parametrize("second", Result)
@pytest.mark.parametrize("group", [None, "g"])
def test_a_control_is_the_worst_in_every_pair(
    first: Result, second: Result, group: str | None
) -> None:
    made = control("a", [check("one", "row", group), check("two", "policy", group)], [])
    status = status_of(made, result_tally("one", first), result_tally("two", second))
    assert status.result is max(first, second, key=RESULT_RANK.__getitem__)


def result_tally(name: str, result: Result) -> CheckTally:
    match result:
        case Result.NOT_SATISFIED:
            return tally("a", name, counts(fail=1))
        case Result.NOT_EVALUATED:
            return tally("a", name, counts(not_evaluated=1))
        case Result.ACCEPTED:
            return tally("a", name, counts(accepted=1))
        case Result.SATISFIED:
            return tally("a", name, counts(pass_=1))
        case Result.NONE_DEPLOYED:
            return tally("a", name, {}, none_deployed=True)


def test_a_control_without_checks_is_not_evaluated() -> None:
    assert status_of(control("a", [], [])).result is Result.NOT_EVALUATED


def test_a_check_without_a_tally_is_not_evaluated() -> None:
    made = control("a", [check("one"), check("two")], [])
    status = status_of(made, tally("a", "one", counts(pass_=1)))
    assert status.result is Result.NOT_EVALUATED
    assert [c.result for c in status.checks] == [Result.SATISFIED, Result.NOT_EVALUATED]


def test_what_a_control_carries_along_leaves_out_what_takes_no_part() -> None:
    made = control(
        "a",
        [check("z-row", "row", "g"), check("policy", "policy", "g"), check("ask", "attest")],
        [],
    )
    status = status_of(
        made,
        tally(
            "a",
            "z-row",
            counts(pass_=2, accepted=1, not_evaluated=1),
            reasons={"stale": 1},
            exceptions=["x-2", "x-1"],
            notes=["b", "a"],
        ),
        tally("a", "policy", {}, left_out="not-assigned", notes=["not assigned here"]),
        tally("a", "ask", counts(pass_=1), kind="attest", exceptions=["x-1"]),
    )
    assert [c.check for c in status.checks] == ["ask", "policy", "z-row"]
    assert status.counts == {Outcome.PASS: 3, Outcome.ACCEPTED: 1, Outcome.NOT_EVALUATED: 1}
    assert status.reasons == {Reason.STALE: 1}
    assert status.bases == {Basis.AUTOMATED, Basis.ATTESTED}
    assert status.exceptions == ("x-1", "x-2")
    assert status.notes == ("a", "b")
    assert status.accepted
    assert status.none_deployed == 0


def test_how_many_checks_found_nothing_deployed_is_counted() -> None:
    made = control("a", [check("one"), check("two")], [])
    status = status_of(
        made,
        tally("a", "one", {}, none_deployed=True),
        tally("a", "two", counts(not_applicable=3), none_deployed=True),
    )
    assert status.result is Result.NONE_DEPLOYED
    assert status.none_deployed == 2
    assert status.bases == frozenset()


def test_a_required_check_that_is_not_configured_still_speaks() -> None:
    status = status_of(
        control("a", [check("one"), check("two")], []),
        tally("a", "one", counts(pass_=1)),
        tally("a", "two", {}, left_out="not-collected", notes=["not in the plan"]),
    )
    assert status.result is Result.NOT_EVALUATED
    assert status.notes == ("not in the plan",)
