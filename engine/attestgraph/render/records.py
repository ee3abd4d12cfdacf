"""The registers of signed records: exceptions and attestations, as one system sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestgraph.render.registers import AttestationReport, ExceptionReport, Ref, Signed
from attestgraph.render.scope import scope_words


def exception_report(
    record: Mapping[str, Any], anchor: str, control_anchor: str | None, accepted: int
) -> ExceptionReport:
    """Return one exception; `accepted` counts the findings of this system that it accepts."""
    return ExceptionReport(
        id=record["id"],
        anchor=anchor,
        kind=record["kind"],
        control=record["control"] or "no control",
        control_anchor=control_anchor,
        check=record["check"],
        scope=scope_words(record["scope"]),
        reason=record["reason"],
        risk=record["risk"],
        compensation=_compensation(record),
        requested_by=record["requested_by"],
        approved_by=record["approved_by"],
        identity=record["identity"],
        approved_on=record["approved_on"],
        expires_on=record["expires_on"],
        state=record["state"],
        used=bool(record["used"]),
        accepted=accepted,
    )


def _compensation(record: Mapping[str, Any]) -> str:
    parts = [record.get("mitigation"), record.get("compensating")]
    return "; ".join(part for part in parts if part) or "none"


def attestation_report(
    record: Mapping[str, Any], anchor: str, places: Mapping[tuple[str, str], str]
) -> AttestationReport:
    """Return one attestation.

    Args:
        record: Its entry in run.json.
        anchor: Its id on the page.
        places: Where requirements stand, by framework and id, and controls, by "" and id.
    """
    until = record["effective_until"]
    return AttestationReport(
        id=record["id"],
        anchor=anchor,
        kind=record["kind"],
        covers=tuple(_covered(subject, places) for subject in record["covers"]),
        controls=tuple(record["controls"]),
        statement=record["statement"],
        outcome=record["outcome"],
        signed=tuple(
            Signed(person=s["person"], role=s["role"], on=s["on"], identity=s["identity"])
            for s in record["signed"]
        ),
        effective=f"{record['effective_from']} to {until}" if until else record["effective_from"],
        valid_until=record["valid_until"],
        standing=record["standing"] or "valid",
    )


def _covered(subject: Any, places: Mapping[tuple[str, str], str]) -> Ref:
    if not isinstance(subject, Mapping):
        return Ref(text=str(subject), anchor=None)
    framework, requirement = subject.get("framework"), subject.get("requirement")
    if framework and requirement:
        return Ref(text=f"{framework} {requirement}", anchor=places.get((framework, requirement)))
    parts = [subject.get("control"), subject.get("check")]
    place = places.get(("", str(subject.get("control"))))
    return Ref(text=" / ".join(part for part in parts if part), anchor=place)
