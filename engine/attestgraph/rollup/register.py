"""The register of signed records as it stands in run.json."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from attestgraph.model.records import (
    Attestation,
    ExceptionKind,
    ExceptionRecord,
    Exclusion,
    Library,
    Scope,
    Subject,
)
from attestgraph.model.times import first_second, last_second

# these accept nothing by themselves: a label, and a mitigation that holds only for a while
_MAY_ACCEPT_NOTHING: Final = (ExceptionKind.FALSE_POSITIVE, ExceptionKind.MITIGATED)


def records_json(
    library: Library, at: datetime, used: Collection[str] | None = None
) -> dict[str, Any]:
    """Return the records that the run looked at, with their standing.

    Args:
        library: Where they were authored.
        at: When it is.
        used: Ids of the exceptions that accept a finding, or None where that is not known.
    """
    return {
        "attestations": [
            _attestation(record, at)
            for record in sorted(library.attestations, key=lambda record: record.id)
        ],
        "exceptions": [
            _exception(record, library, at, used)
            for record in sorted(library.exceptions, key=lambda record: record.id)
        ],
    }


def exclusion_json(exclusion: Exclusion, at: datetime) -> dict[str, Any]:
    """Return a scope that is left out of the evidence."""
    return {
        "scope": scope_json(exclusion.scope),
        "reason": exclusion.reason,
        "approved_by": exclusion.approved_by,
        "until": exclusion.until.isoformat(),
        "holds": exclusion.holds(at),
    }


def scope_json(scope: Scope) -> dict[str, Any]:
    """Return a scope as it is authored: its one id, then type and tag."""
    found: dict[str, Any] = {str(scope.kind): scope.key}
    if scope.type is not None:
        found["type"] = scope.type
    if scope.tag is not None:
        found["tag"] = {scope.tag[0]: scope.tag[1]}
    return found


def exception_state(
    record: ExceptionRecord, library: Library, at: datetime, used: Collection[str] | None
) -> str:
    """Return `invalid`, `future`, `expired`, `orphaned` or `active`.

    Orphaned: what it names is gone, or it is in force and accepts no finding of this run.
    """
    if record.faults:
        return "invalid"
    if at < first_second(record.approved_on):
        return "future"
    if at > last_second(record.expires_on):
        return "expired"
    idle = used is not None and record.id not in used and record.kind not in _MAY_ACCEPT_NOTHING
    return "orphaned" if idle or not _names_something(record.subject, library) else "active"


def _names_something(subject: Subject, library: Library) -> bool:
    control = library.controls.get(subject.control) if subject.control is not None else None
    if control is None:
        return False
    return subject.check is None or any(check.id == subject.check for check in control.checks)


def _attestation(record: Attestation, at: datetime) -> dict[str, Any]:
    standing = record.standing(at)
    until = record.effective_until
    return {
        "id": record.id,
        "kind": str(record.kind),
        "system": record.system,
        "covers": [_subject(subject) for subject in record.covers],
        "controls": sorted(record.controls),
        "statement": record.statement,
        "outcome": str(record.outcome),
        "signed": [
            {
                "role": signature.role,
                "person": signature.person,
                "on": signature.on.isoformat(),
                "identity": str(signature.identity),
            }
            for signature in record.signed
        ],
        "effective_from": record.effective_from.isoformat(),
        "effective_until": until.isoformat() if until is not None else None,
        "valid_until": record.valid_until.isoformat(),
        "standing": str(standing) if standing is not None else None,
    }


def _subject(subject: Subject) -> dict[str, str | None]:
    return {
        "framework": subject.framework,
        "requirement": subject.requirement,
        "control": subject.control,
        "check": subject.check,
    }


def _exception(
    record: ExceptionRecord, library: Library, at: datetime, used: Collection[str] | None
) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": str(record.kind),
        "control": record.subject.control,
        "check": record.subject.check,
        "scope": scope_json(record.scope),
        "reason": record.reason,
        "risk": record.risk,
        "requested_by": record.requested_by,
        "approved_by": record.approved_by,
        "approved_on": record.approved_on.isoformat(),
        "expires_on": record.expires_on.isoformat(),
        "identity": str(record.identity),
        "compensating": record.compensating,
        "mitigation": record.mitigation,
        "ticket": record.ticket,
        "state": exception_state(record, library, at, used),
        "used": used is not None and record.id in used,
    }
