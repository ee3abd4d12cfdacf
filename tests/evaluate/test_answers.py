from __future__ import annotations

import itertools

import pytest

from attestgraph.model.ids import CheckId, ControlId, SystemId
from attestgraph.model.records import (
    Attestation,
    AttestationKind,
    AttestedOutcome,
    Signature,
    Subject,
)
from tests.evaluate.world import Answer, World, attest_test, check, control, day, system

YES = AttestedOutcome.SATISFIED
NO = AttestedOutcome.NOT_SATISFIED


def answer(  # noqa: PLR0913 the members of a record
    outcome: AttestedOutcome = YES,
    *,
    on: str = "2026-10-01",
    until: str = "2027-09-30",
    of: str | None = "s",
    roles: tuple[str, ...] = ("owner",),
    check_id: str | None = "on",
    control_id: str = "c1",
    kind: AttestationKind = AttestationKind.CHECK,
    faults: tuple[str, ...] = (),
) -> Attestation:
    return Attestation(
        id="a",
        kind=kind,
        system=SystemId(of) if of else None,
        covers=(
            Subject(control=ControlId(control_id), check=CheckId(check_id) if check_id else None),
        ),
        statement="it is so",
        outcome=outcome,
        signed=tuple(Signature(role=r, person="p@example.com", on=day(on)) for r in roles),
        effective_from=day(on),
        effective_until=None,
        valid_until=day(until),
        faults=faults,
    )


def ask(*records: Attestation, roles: tuple[str, ...] = ("owner",)) -> Answer:
    return World(
        controls=(control(check(attest_test(*roles))),),
        tables={},
        systems=(system("s"), system("t")),
        attestations=records,
    ).evaluate()


def says(found: Answer, of: str = "s") -> tuple[str, str | None, str | None]:
    finding = next(f for f in found.findings if f["resource_id"] == of)
    assert finding["resource_key"] == ""
    return finding["outcome"], finding["reason"], finding["basis"]


def test_an_answer_holds_for_its_own_system() -> None:
    found = ask(answer())
    assert says(found) == ("pass", None, "attested")
    assert says(found, "t") == ("not-evaluated", "attestation-missing", None)
    assert found.counts() == {"pass": 1}
    assert found.counts(system="t") == {"not-evaluated": 1}
    assert not found.tally(system="t").none_deployed


def test_an_answer_without_a_system_holds_for_the_one_there_is() -> None:
    assert says(ask(answer(of=None))) == ("pass", None, "attested")


def test_no_is_a_fail() -> None:
    assert says(ask(answer(NO))) == ("fail", None, "attested")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (answer(until="2026-10-31"), "attestation-expired"),
        (answer(on="2025-10-30"), "attestation-expired"),
        (answer(on="2026-11-02"), "attestation-future"),
        (answer(faults=("no signature",)), "attestation-invalid"),
        (answer(roles=("other",)), "attestation-invalid"),
        (answer(roles=()), "attestation-invalid"),
        (answer(check_id="other"), "attestation-missing"),
        (answer(control_id="other"), "attestation-missing"),
        (answer(kind=AttestationKind.REQUIREMENT), "attestation-missing"),
    ],
)
def test_an_answer_that_does_not_count_is_no_pass(record: Attestation, reason: str) -> None:
    assert says(ask(record)) == ("not-evaluated", reason, None)


def test_an_answer_to_the_whole_control_counts_for_its_questions() -> None:
    assert says(ask(answer(check_id=None)))[0] == "pass"


def test_every_role_must_have_signed() -> None:
    both = ("owner", "ciso")
    assert says(ask(answer(roles=both), roles=both))[0] == "pass"
    assert says(ask(answer(), roles=both))[1] == "attestation-invalid"


def test_the_last_day_counts_whole() -> None:
    assert says(ask(answer(until="2026-11-01")))[0] == "pass"
    assert says(ask(answer(on="2025-11-01")))[0] == "pass"


def test_of_conflicting_answers_the_worst_counts() -> None:
    assert says(ask(answer(), answer(NO)))[0] == "fail"
    assert says(ask(answer(NO), answer()))[0] == "fail"


def test_an_older_answer_that_has_expired_does_not_stand_in_the_way_of_a_new_one() -> None:
    assert says(ask(answer(on="2025-06-01", until="2026-06-01"), answer()))[0] == "pass"


def test_an_invalid_no_is_never_a_pass() -> None:
    found = ask(answer(NO, faults=("x",)), answer())
    assert says(found) == ("not-evaluated", "attestation-invalid", None)


RANK = {"fail": 0, "not-evaluated": 1, "pass": 2}


@pytest.mark.parametrize("outcomes", list(itertools.product([None, YES, NO], repeat=2)))
@pytest.mark.parametrize("expired_before", [(False, False), (True, False)])
def test_expiring_an_answer_never_raises(
    outcomes: tuple[AttestedOutcome | None, ...], expired_before: tuple[bool, bool]
) -> None:
    def rank(expired: tuple[bool, bool]) -> int:
        records = [
            answer(o, until="2026-10-31" if e else "2027-01-01")
            for o, e in zip(outcomes, expired, strict=True)
            if o is not None
        ]
        return RANK[says(ask(*records))[0]]

    before = rank(expired_before)
    assert rank((True, expired_before[1])) <= before
    assert rank((True, True)) <= before
