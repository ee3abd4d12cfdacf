"""Standing of records at a time (ASSESSMENT sections 5 and 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.model.records import (
    Attestation,
    AttestationKind,
    AttestedOutcome,
    EvidenceFile,
    ExceptionKind,
    ExceptionRecord,
    Scope,
    ScopeKind,
    Signature,
    Subject,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ATTESTATION = Attestation(
    id="a",
    kind=AttestationKind.REQUIREMENT,
    system=None,
    covers=(Subject(framework=None),),
    statement="Keys are made as KM-04 says.",
    outcome=AttestedOutcome.SATISFIED,
    signed=(Signature(role="custodian", person="c@example.com", on=date(2026, 10, 30)),),
    effective_from=date(2026, 7, 1),
    effective_until=None,
    valid_until=date(2027, 10, 30),
)
EXCEPTION = ExceptionRecord(
    id="x",
    kind=ExceptionKind.WAIVER,
    subject=Subject(),
    scope=Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s"),
    reason="r",
    risk="r",
    requested_by="a@example.com",
    approved_by="b@example.com",
    approved_on=date(2026, 10, 1),
    expires_on=date(2026, 11, 1),
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"signed": ()}, Reason.ATTESTATION_INVALID),
        ({"faults": ("no role",)}, Reason.ATTESTATION_INVALID),
        ({"effective_from": date(2026, 11, 2)}, Reason.ATTESTATION_FUTURE),
        ({"valid_until": date(2026, 10, 31)}, Reason.ATTESTATION_EXPIRED),
        ({"valid_until": date(2026, 11, 1)}, None),  # the last day counts
        (
            {"evidence": (EvidenceFile(file="f", sha256="0", title="t", fault="changed"),)},
            Reason.ATTESTATION_INVALID,
        ),
    ],
)
def test_an_attestation_counts_only_signed_begun_whole_and_unexpired(
    change: dict[str, object], reason: Reason | None
) -> None:
    assert replace(ATTESTATION, **change).standing(NOON) is reason  # type: ignore[arg-type]


def test_a_signature_of_tomorrow_does_not_count_today() -> None:
    late = Signature(role="r", person="p", on=date(2026, 11, 2))
    signed = (*ATTESTATION.signed, late)
    assert replace(ATTESTATION, signed=signed).standing(NOON) is Reason.ATTESTATION_FUTURE


@pytest.mark.parametrize(
    ("at", "honoured"),
    [
        (datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 1, tzinfo=UTC), True),
        (datetime(2026, 11, 1, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 2, tzinfo=UTC), False),
    ],
)
def test_an_exception_is_honoured_from_approval_to_its_last_day(
    at: datetime,
    honoured: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert EXCEPTION.honoured(at) is honoured


def test_a_faulty_exception_is_never_honoured() -> None:
    assert not replace(EXCEPTION, faults=("too long",)).honoured(NOON)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s"), True),
        (Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s2"), False),
        (Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s", type="m/vaults"), True),
        (Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s", type="m/other"), False),
        (Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s", tag=("Env", "prod")), True),
        (Scope(kind=ScopeKind.SUBSCRIPTION, key="/subscriptions/s", tag=("env", "Prod")), False),
        (Scope(kind=ScopeKind.MANAGEMENT_GROUP, key="mg"), True),
        (Scope(kind=ScopeKind.MANAGEMENT_GROUP, key="mg2"), False),
    ],
)
def test_a_scope_covers_what_lies_in_it(scope: Scope, covered: bool) -> None:  # noqa: FBT001
    inside = scope.covers(
        "/subscriptions/s/resourcegroups/g/providers/m/vaults/v",
        "m/vaults",
        {"env": "prod"},
        frozenset({"mg"}),
    )
    assert inside is covered
