"""Attestations: signed statements, one file each, with the evidence files that they point at.

What breaks the form or names something unknown is an error. What breaks a rule of records (evidence
that changed, a role that did not sign) is kept on the record, which then counts for nothing, and
shown as a warning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from attestgraph.diagnostics import Severity
from attestgraph.load.files import Folder
from attestgraph.load.left_out import LeftOuts, known_control
from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place
from attestgraph.load.references import (
    unknown,
    unknown_check,
    unknown_framework,
    unknown_requirement,
)
from attestgraph.load.scalars import text_of
from attestgraph.load.shapes import Shaped
from attestgraph.model.authored import AttestTest, Control, Framework, Workspace
from attestgraph.model.ids import (
    CheckId,
    ControlId,
    FrameworkId,
    RequirementId,
    SystemId,
    ascii_lower,
)
from attestgraph.model.records import (
    Attestation,
    AttestationKind,
    AttestedOutcome,
    EvidenceFile,
    Signature,
    Subject,
)
from attestgraph.model.times import parse_date
from attestgraph.model.words import Obligation

MOST_EVIDENCE_BYTES: Final = 256 * 1_048_576
# members of one kind only: required there, refused elsewhere
_OWN: Final[Mapping[str, AttestationKind]] = {
    "controls": AttestationKind.REMAINDER,
    "provider": AttestationKind.INHERITANCE,
    "decision": AttestationKind.ADDRESSABLE_DECISION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What records may name.

    Attributes:
        explicit_systems: Whether the workspace names systems.
        broken: Controls that have faults of their own; what names them is not judged.
        broken_frameworks: Frameworks likewise.
        left_out: Controls of the library that the workspace does not use.
    """

    workspace: Workspace
    explicit_systems: bool
    controls: Mapping[ControlId, Control]
    frameworks: Mapping[FrameworkId, Framework]
    broken: frozenset[str]
    broken_frameworks: frozenset[str]
    left_out: LeftOuts = field(default_factory=dict)


def read_attestations(folder: Folder, named: Named) -> tuple[Attestation, ...]:
    """Return the attestations of a workspace, sorted by id."""
    found: dict[str, Attestation] = {}
    for path in folder.listed("attestations", ".yaml"):
        shaped = folder.shaped(path, "attestation")
        if shaped is None:
            continue
        place = Place(document=shaped.document, faults=folder.faults)
        record = _attestation(folder, place, shaped, named)
        if record is None:
            continue
        if record.id in found:
            first = found[record.id].span
            mend = f"it first stands at {first.path}:{first.line}:{first.column}" if first else None
            message = f"attestation `{record.id}` stands here again"
            place.fault(("attestation",), "duplicate-id", message, mend)
            continue
        found[record.id] = record
    return tuple(found[key] for key in sorted(found))


def _attestation(folder: Folder, place: Place, shaped: Shaped, named: Named) -> Attestation | None:
    value, before = shaped.value, folder.faults.errors
    subjects = list(_subjects(place, value, named))
    _system(place, value, named)
    _kind(place, value)
    others = value.get("controls")
    for at, name in enumerate(others if isinstance(others, list) else ()):
        if isinstance(name, str) and name not in named.broken:
            fault = known_control(name, named.controls, named.left_out)
            place.found(("controls", at), fault)
    if not shaped.fits or folder.faults.errors > before:
        return None
    evidence = tuple(
        _evidence(folder, place, ("evidence", at), form)
        for at, form in enumerate(value.get("evidence", ()))
    )
    signed = tuple(
        Signature(role=form["role"], person=form["person"], on=parse_date(form["on"]))
        for form in value["signed"]
    )
    effective = value["effective"]
    return Attestation(
        id=value["attestation"],
        kind=AttestationKind(value["kind"]),
        system=SystemId(value["system"]) if "system" in value else None,
        covers=tuple(subjects),
        statement=value["statement"],
        outcome=AttestedOutcome(value["outcome"]),
        signed=signed,
        effective_from=parse_date(effective["from"]),
        effective_until=_date(effective, "until"),
        valid_until=parse_date(value["valid_until"]),
        controls=tuple(ControlId(name) for name in value.get("controls", ())),
        evidence=evidence,
        next_review=_date(value, "next_review"),
        details={key: value[key] for key in ("provider", "decision") if key in value},
        faults=tuple(_broken_rules(place, value, signed, named)),
        span=place.span(("attestation",)),
    )


def _date(value: Mapping[str, Any], key: str) -> date | None:
    return parse_date(value[key]) if key in value else None


def _system(place: Place, value: Mapping[str, Any], named: Named) -> None:
    system = value.get("system")
    known = [s.id for s in named.workspace.systems]
    if isinstance(system, str):
        place.found(("system",), unknown("unknown-system", "system", system, known))
    elif named.explicit_systems:
        message = "an attestation needs the key `system`: the workspace has systems"
        place.fault((), "missing-key", message)


def _kind(place: Place, value: Mapping[str, Any]) -> None:
    """Hold the members that belong to one kind to it."""
    kind = text_of(value.get("kind"))
    for key, owner in _OWN.items():
        if key in value and kind != owner and kind in set(AttestationKind):
            message = f"`{key}` has no meaning in an attestation of kind {kind}"
            place.fault((key,), "key-out-of-place", message, key=True)
        elif key not in value and kind == owner:
            message = f"an attestation of kind {kind} needs the key `{key}`"
            place.fault((), "missing-key", message)
    if kind == AttestationKind.ADDRESSABLE_DECISION and "next_review" not in value:
        message = f"an attestation of kind {kind} needs the key `next_review`"
        place.fault((), "missing-key", message)


def _subjects(place: Place, value: Mapping[str, Any], named: Named) -> Iterator[Subject]:
    covers, kind = value.get("covers"), text_of(value.get("kind"))
    for at, form in enumerate(covers if isinstance(covers, list) else ()):
        if not isinstance(form, dict):
            continue
        pointer: Pointer = ("covers", at)
        of_check = kind == AttestationKind.CHECK
        if ("control" in form) != of_check and kind in set(AttestationKind):
            wanted = "a control's check" if of_check else "requirements"
            message = f"an attestation of kind {kind} is about {wanted}"
            place.fault(pointer, "wrong-subject", message)
        subject = _subject(place, pointer, form, named)
        if subject is not None:
            yield subject


def _subject(
    place: Place, pointer: Pointer, form: Mapping[str, Any], named: Named
) -> Subject | None:
    control, check = form.get("control"), form.get("check")
    framework, requirement = form.get("framework"), form.get("requirement")
    if isinstance(control, str) and control:
        if control in named.broken:
            return None
        fault = known_control(control, named.controls, named.left_out)
        if not place.found((*pointer, "control"), fault):
            return None
        if isinstance(check, str):
            known = named.controls[ControlId(control)]
            place.found((*pointer, "check"), unknown_check(check, known))
        return Subject(
            control=ControlId(control), check=CheckId(check) if isinstance(check, str) else None
        )
    if not isinstance(framework, str) or not isinstance(requirement, str):
        return None
    if framework in named.broken_frameworks:
        return None
    fault = unknown_framework(framework, named.frameworks)
    if not place.found((*pointer, "framework"), fault):
        return None
    known_ones = named.frameworks[FrameworkId(framework)]
    place.found((*pointer, "requirement"), unknown_requirement(requirement, known_ones))
    return Subject(framework=FrameworkId(framework), requirement=RequirementId(requirement))


def _evidence(
    folder: Folder, place: Place, pointer: Pointer, form: Mapping[str, Any]
) -> EvidenceFile:
    fault = _evidence_fault(folder.root, form["file"], ascii_lower(form["sha256"]))
    if fault is not None:
        message = f"evidence `{form['file']}` {fault}; the attestation counts for nothing"
        at = (*pointer, "file")
        place.fault(at, "evidence-invalid", message, severity=Severity.WARNING)
    return EvidenceFile(
        file=form["file"], sha256=ascii_lower(form["sha256"]), title=form["title"], fault=fault
    )


def _evidence_fault(root: Path, file: str, sha256: str) -> str | None:
    """Return why an evidence file does not count, or None where it does."""
    path = root / file
    try:
        if not path.resolve().is_relative_to(root):
            return "lies outside the workspace"
        if not path.exists():
            return "is missing"
        if not path.is_file():
            return "is not a file"
        if path.stat().st_size > MOST_EVIDENCE_BYTES:
            return f"has more than {MOST_EVIDENCE_BYTES} bytes"
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, RuntimeError, ValueError):
        return "cannot be read"
    return None if found == sha256 else "has another digest than the attestation says"


def _broken_rules(
    place: Place, value: Mapping[str, Any], signed: tuple[Signature, ...], named: Named
) -> Iterator[str]:
    """Yield what makes a well-formed record invalid, each shown as a warning."""
    begins, ends = parse_date(value["effective"]["from"]), _date(value["effective"], "until")
    until = parse_date(value["valid_until"])
    rules: list[tuple[Pointer, str]] = []
    if ends is not None and ends < begins:
        rules.append((("effective", "until"), "the period ends before it begins"))
    if until < begins:
        rules.append((("valid_until",), "it ends before the period that it describes begins"))
    last = max(signature.on for signature in signed)
    if until < last:
        rules.append((("valid_until",), "it was signed after it ends"))
    rules.extend(_unanswered(value, signed, named))
    review = _date(value, "next_review")
    if value["kind"] == AttestationKind.ADDRESSABLE_DECISION and review and until > review:
        rules.append((("valid_until",), "the decision holds beyond its next review"))
    yield from _not_addressable(place, value, named)
    for pointer, rule in rules:
        message = f"{rule}; the attestation counts for nothing"
        place.fault(pointer, "record-invalid", message, severity=Severity.WARNING)
        yield rule


def _not_addressable(place: Place, value: Mapping[str, Any], named: Named) -> Iterator[str]:
    """Yield requirements that a decision is about and that nobody may decide, with warnings."""
    if value["kind"] != AttestationKind.ADDRESSABLE_DECISION:
        return
    for at, form in enumerate(value["covers"]):
        framework = named.frameworks.get(FrameworkId(form["framework"]))
        if framework is None:
            continue  # it has faults of its own
        requirement = framework.requirements[RequirementId(form["requirement"])]
        if requirement.obligation is Obligation.ADDRESSABLE:
            continue
        rule = f"`{requirement.id}` of `{framework.id}` is not addressable"
        message = f"{rule}; the decision counts for nothing"
        mend = "a decision is for addressable specifications; what is required has to be met"
        pointer: Pointer = ("covers", at, "requirement")
        place.fault(pointer, "not-addressable", message, mend, severity=Severity.WARNING)
        yield rule


def _unanswered(
    value: Mapping[str, Any], signed: tuple[Signature, ...], named: Named
) -> Iterator[tuple[Pointer, str]]:
    """Yield roles that a check asks for and did not sign, and answers that hold too long."""
    roles = {signature.role for signature in signed}
    first = min(signature.on for signature in signed)
    for at, form in enumerate(value["covers"]):
        control = named.controls.get(form.get("control"))
        for check in control.checks if control else ():
            if not isinstance(check.test, AttestTest) or form.get("check") not in (None, check.id):
                continue
            missing = [role for role in check.test.roles if role not in roles]
            if missing:
                yield ("covers", at), f"the role `{missing[0]}` did not sign for `{check.id}`"
            if parse_date(value["valid_until"]) > first + check.test.valid_for:
                days = check.test.valid_for.days
                yield ("valid_until",), f"an answer to `{check.id}` holds {days} days at most"
