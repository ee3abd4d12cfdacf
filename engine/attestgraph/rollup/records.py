"""What signed records say of a requirement in one system (ASSESSMENT section 5).

Only a record that stands claims anything. One that has lapsed is printed, and its lapse is to
nobody's advantage: a signed "not satisfied" still holds, and a declaration that a requirement is
not applicable is still contested by what is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from attestgraph.diagnostics import Reason
from attestgraph.model.authored import Boundary, System
from attestgraph.model.ids import FrameworkId, RequirementId, SystemId
from attestgraph.model.records import Attestation, AttestationKind, AttestedOutcome, Library
from attestgraph.model.words import Basis, Decision, Extent, RequirementOutcome
from attestgraph.rollup.derive import Part, Remainder

IMPLICIT_SYSTEM: Final = SystemId("all")
"""The id of the one system of a workspace that names none."""
_PROVIDER: Final = ("document", "services", "period", "reviewed_by")
_DECISION: Final = ("assessment", "why", "risk_analysis", "decided_by")


@dataclass(slots=True)
class Recorded:
    """What the records of one requirement come to; see `derive.Heard`.

    Attributes:
        looked_at: Every record's id and why it does not count, or None.
        declared_by: Records that say it is not applicable, standing or lapsed.
        inheritance: The first inheritance record that counts.
        decision: What the decision records that count say; the lesser where they differ.
    """

    looked_at: list[tuple[str, Reason | None]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    waiting: list[Part] = field(default_factory=list)
    remainders: list[Remainder] = field(default_factory=list)
    declared_by: list[str] = field(default_factory=list)
    not_applicable: bool = False
    inheritance: str | None = None
    decision: Decision | None = None


Index = Mapping[tuple[FrameworkId, RequirementId], tuple[Attestation, ...]]


def is_implicit(library: Library) -> bool:
    """Tell whether the workspace names no systems, so that everything is one."""
    systems = library.workspace.systems
    return (
        len(systems) == 1 and systems[0].id == IMPLICIT_SYSTEM and systems[0].boundary == Boundary()
    )


def index_of(library: Library, system: System) -> Index:
    """Return the records that are about each requirement in a system, sorted by id.

    A record of another system never counts, and one without a system only where there is one
    implicit system. Attested checks are findings and are not among them.
    """
    own = {system.id, None} if is_implicit(library) else {system.id}
    found: dict[tuple[FrameworkId, RequirementId], dict[str, Attestation]] = {}
    for record in library.attestations:
        if record.system not in own or record.kind is AttestationKind.CHECK:
            continue
        for subject in record.covers:
            if subject.framework is not None and subject.requirement is not None:
                key = (subject.framework, subject.requirement)
                found.setdefault(key, {})[record.id] = record
    return {key: tuple(by_id[i] for i in sorted(by_id)) for key, by_id in found.items()}


def recorded(
    records: tuple[Attestation, ...], at: datetime, *, shared: bool, addressable: bool
) -> Recorded:
    """Return what the records of one requirement come to at a time.

    Args:
        records: As in an index.
        at: When it is.
        shared: A control of the requirement is operated by customer and provider: what is
            inherited is a part then.
        addressable: The requirement may be decided otherwise; only then a decision counts.
    """
    result = Recorded()
    for record in records:
        standing = _standing(record, at, addressable=addressable)
        result.looked_at.append((record.id, standing))
        if record.kind is AttestationKind.NOT_APPLICABLE:
            _not_applicable(record, standing, result)
        elif record.outcome is AttestedOutcome.NOT_SATISFIED:
            _denied(record, standing, result)
        elif record.kind is AttestationKind.REMAINDER:
            _remainder(record, standing, result)
        elif record.kind is AttestationKind.REQUIREMENT:
            _attested(record, standing, result, because=f"attested by {record.id}")
        elif record.kind is AttestationKind.ADDRESSABLE_DECISION:
            _decided(record, standing, result)
    _inherited(records, at, result, shared=shared)
    return result


def _standing(record: Attestation, at: datetime, *, addressable: bool) -> Reason | None:
    """Return why a record does not count; a decision about what may not be decided never does."""
    if record.kind is AttestationKind.ADDRESSABLE_DECISION and not (
        addressable and _is_decision(record)
    ):
        return Reason.ATTESTATION_INVALID
    return record.standing(at)


def _not_applicable(record: Attestation, standing: Reason | None, result: Recorded) -> None:
    if record.outcome is not AttestedOutcome.SATISFIED:
        return
    if standing is not Reason.ATTESTATION_FUTURE:
        result.declared_by.append(record.id)
    if standing is None:
        result.not_applicable = True
    else:
        # renewed, it would say that nothing applies, never that something is met
        result.waiting.append(_unknown(f"{record.id}: {standing}", best=None))


def _denied(record: Attestation, standing: Reason | None, result: Recorded) -> None:
    """Take a signed "not satisfied": it holds until a person takes it back, not until it expires.

    Expiring a record never raises a word (law 3): a gap that was admitted is not closed by time.
    """
    if standing in (None, Reason.ATTESTATION_EXPIRED):
        outcome = RequirementOutcome.NOT_SATISFIED
        expired = "" if standing is None else f", expired on {record.valid_until.isoformat()}"
        result.parts.append(
            Part(
                outcome=outcome,
                extent=Extent.PART,
                basis=frozenset({Basis.ATTESTED}),
                because=f"attested as not satisfied by {record.id}{expired}",
                best=outcome,
            )
        )
        return
    because = f"{record.id} said not satisfied: {standing}"
    part = _unknown(because, best=RequirementOutcome.MET)
    (result.waiting if standing is Reason.ATTESTATION_FUTURE else result.parts).append(part)


def _remainder(record: Attestation, standing: Reason | None, result: Recorded) -> None:
    if standing is None:
        result.remainders.append(Remainder(id=record.id, controls=frozenset(record.controls)))


def _attested(
    record: Attestation, standing: Reason | None, result: Recorded, *, because: str
) -> None:
    if standing is not None:
        lapsed = f"{record.id}: {standing}"
        result.waiting.append(_unknown(lapsed, best=RequirementOutcome.MET))
        return
    result.parts.append(
        Part(
            outcome=RequirementOutcome.MET,
            extent=Extent.FULL,
            basis=frozenset({Basis.ATTESTED}),
            because=because,
            best=RequirementOutcome.MET,
        )
    )


def _decided(record: Attestation, standing: Reason | None, result: Recorded) -> None:
    """Take a decision about an addressable specification.

    An alternative that is in place is attested as any requirement is. "Not reasonable" admits that
    nothing is in place: it is accepted while the record stands, and a question when it has lapsed.
    """
    decision = _decision_of(record)
    if standing is None and result.decision is not Decision.NOT_REASONABLE:
        result.decision = decision
    if decision is Decision.ALTERNATIVE:
        because = f"an equivalent alternative by {record.id}"
        _attested(record, standing, result, because=because)
        return
    accepted = RequirementOutcome.RISK_ACCEPTED
    if standing is not None:
        part = _unknown(f"{record.id}: {standing}", best=accepted)
        (result.waiting if standing is Reason.ATTESTATION_FUTURE else result.parts).append(part)
        return
    result.parts.append(
        Part(
            outcome=accepted,
            extent=Extent.FULL,
            basis=frozenset({Basis.ATTESTED}),
            because=f"documented as not reasonable and appropriate by {record.id}",
            best=accepted,
        )
    )


def _decision_of(record: Attestation) -> Decision:
    said = _nested(record, "decision").get("alternative")
    return Decision.ALTERNATIVE if said else Decision.NOT_REASONABLE


def _is_decision(record: Attestation) -> bool:
    """Tell whether a decision names its assessment, reason, risk analysis, person and review."""
    said = _nested(record, "decision")
    return record.next_review is not None and all(said.get(member) for member in _DECISION)


def _inherited(
    records: tuple[Attestation, ...], at: datetime, result: Recorded, *, shared: bool
) -> None:
    """Take inheritance: evidenced by a record that stands, or a question."""
    claims = [
        record
        for record in records
        if record.kind is AttestationKind.INHERITANCE
        and record.outcome is AttestedOutcome.SATISFIED
    ]
    evidenced = [r for r in claims if r.standing(at) is None and _is_evidenced(r)]
    for record in evidenced:
        result.inheritance = result.inheritance or record.id
        result.parts.append(
            Part(
                outcome=RequirementOutcome.MET,
                extent=_inherited_extent(record, shared=shared),
                basis=frozenset({Basis.INHERITED}),
                because=f"inherited by {record.id}",
                best=RequirementOutcome.MET,
            )
        )
    if evidenced:
        return
    for record in claims:
        part = _unknown(
            f"inheritance not evidenced ({record.id})",
            best=RequirementOutcome.MET,
            extent=_inherited_extent(record, shared=shared),
        )
        future = record.standing(at) is Reason.ATTESTATION_FUTURE
        (result.waiting if future else result.parts).append(part)


def _nested(record: Attestation, member: str) -> Mapping[str, Any]:
    nested = record.details.get(member)
    return nested if isinstance(nested, Mapping) else record.details


def _is_evidenced(record: Attestation) -> bool:
    """Tell whether an inheritance names its document, services, period and reviewer."""
    provider = _nested(record, "provider")
    return all(provider.get(member) for member in _PROVIDER)


def _inherited_extent(record: Attestation, *, shared: bool) -> Extent:
    # silence about who is responsible is no claim to all of it
    whole = _nested(record, "provider").get("responsibility") == "provider" and not shared
    return Extent.FULL if whole else Extent.PART


def _unknown(
    because: str,
    *,
    best: RequirementOutcome | None,
    extent: Extent = Extent.FULL,
) -> Part:
    return Part(
        outcome=RequirementOutcome.NOT_EVALUATED,
        extent=extent,
        basis=frozenset(),
        because=because,
        best=best,
    )
