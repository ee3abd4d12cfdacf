"""Checks that people answer: one finding for each system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from attestgraph.checks.plan import CheckInstance
from attestgraph.diagnostics import Reason
from attestgraph.evaluate.session import Session
from attestgraph.model.authored import AttestTest, System
from attestgraph.model.records import Attestation, AttestationKind, AttestedOutcome
from attestgraph.model.times import last_second
from attestgraph.model.words import FindingBasis, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFinding:
    """A finding about a system, not about a resource of it."""

    instance: int
    system: int
    outcome: Outcome
    reason: Reason | None = None
    basis: FindingBasis | None = None
    table: str | None = None
    detail: str | None = None


def find_answers(session: Session) -> Iterator[SystemFinding]:
    """Yield what people answered, and for queries that no answers are read yet."""
    for number, system in enumerate(session.library.workspace.systems):
        for instance in session.plan.instances:
            test = instance.check.test
            if isinstance(test, AttestTest):
                yield _answered(session, instance, test, number, system)


def _answered(
    session: Session, instance: CheckInstance, test: AttestTest, number: int, system: System
) -> SystemFinding:
    records = [a for a in session.library.attestations if _answers(a, instance, system)]
    judged = [(_standing(a, test, session.at), a) for a in records]
    valid = [a for standing, a in judged if standing is None]
    # an answer "no" does not turn into silence by growing old: nobody leaves a fail by waiting
    negative = [
        (standing, a)
        for standing, a in judged
        if a.outcome is AttestedOutcome.NOT_SATISFIED
        and standing in (None, Reason.ATTESTATION_EXPIRED)
    ]
    outcome, reason = Outcome.NOT_EVALUATED, Reason.ATTESTATION_MISSING
    if negative:
        standings = [standing for standing, _ in negative]
        return _finding(instance, number, Outcome.FAIL, None if None in standings else standings[0])
    if any(
        a.outcome is AttestedOutcome.NOT_SATISFIED and standing is Reason.ATTESTATION_INVALID
        for standing, a in judged
    ):
        return _finding(instance, number, outcome, Reason.ATTESTATION_INVALID)
    if valid:
        return _finding(instance, number, Outcome.PASS, None)
    reasons = sorted(standing for standing, _ in judged if standing is not None)
    return _finding(instance, number, outcome, reasons[0] if reasons else reason)


def _finding(
    instance: CheckInstance, system: int, outcome: Outcome, reason: Reason | None
) -> SystemFinding:
    evaluated = outcome is not Outcome.NOT_EVALUATED
    return SystemFinding(
        instance=instance.number,
        system=system,
        outcome=outcome,
        reason=reason,
        basis=FindingBasis.ATTESTED if evaluated else None,
    )


def _answers(record: Attestation, instance: CheckInstance, system: System) -> bool:
    if record.kind is not AttestationKind.CHECK or record.system not in (None, system.id):
        return False
    return any(
        subject.control == instance.control.id and subject.check in (None, instance.check.id)
        for subject in record.covers
    )


def _standing(record: Attestation, test: AttestTest, at: datetime) -> Reason | None:
    """Return why an answer does not count: its own standing, its roles, or its age."""
    standing = record.standing(at)
    if standing is not None:
        return standing
    if not set(test.roles) <= {signature.role for signature in record.signed}:
        return Reason.ATTESTATION_INVALID
    oldest = min(signature.on for signature in record.signed)
    return Reason.ATTESTATION_EXPIRED if at > last_second(oldest) + test.valid_for else None
