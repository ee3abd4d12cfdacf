"""Exceptions: dated, owned decisions to accept a failing finding for a while, one file each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from attestgraph.diagnostics import Severity
from attestgraph.load.attestations import Named
from attestgraph.load.files import Folder
from attestgraph.load.left_out import known_control
from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place
from attestgraph.load.references import unknown_check
from attestgraph.load.scalars import text_of
from attestgraph.load.scopes import read_scope
from attestgraph.load.shapes import Shaped
from attestgraph.model.ids import CheckId, ControlId, ascii_lower
from attestgraph.model.records import ExceptionKind, ExceptionRecord, Scope, Subject
from attestgraph.model.times import parse_date
from attestgraph.model.words import ControlSeverity

LONGEST_DAYS: Final[Mapping[ControlSeverity, int]] = {
    ControlSeverity.CRITICAL: 90,
    ControlSeverity.HIGH: 180,
    ControlSeverity.MEDIUM: 365,
    ControlSeverity.LOW: 365,
}
"""Longest life of an exception by the severity of its control (CONTRACT section 3)."""


def read_exceptions(folder: Folder, named: Named) -> tuple[ExceptionRecord, ...]:
    """Return the exceptions of a workspace, sorted by id."""
    found: dict[str, ExceptionRecord] = {}
    places: dict[str, Place] = {}
    for path in folder.listed("exceptions", ".yaml"):
        shaped = folder.shaped(path, "exception")
        if shaped is None:
            continue
        place = Place(document=shaped.document, faults=folder.faults)
        record = _exception(folder, place, shaped, named)
        if record is None:
            continue
        if record.id in found:
            first = found[record.id].span
            mend = f"it first stands at {first.path}:{first.line}:{first.column}" if first else None
            message = f"exception `{record.id}` stands here again"
            place.fault(("exception",), "duplicate-id", message, mend)
            continue
        found[record.id], places[record.id] = record, place
    return tuple(_without_circles([found[key] for key in sorted(found)], places))


def _exception(
    folder: Folder, place: Place, shaped: Shaped, named: Named
) -> ExceptionRecord | None:
    value, before = shaped.value, folder.faults.errors
    scope = read_scope(place, ("scope",), value.get("scope"))
    about_broken = _names(place, value, named)
    if value.get("kind") == ExceptionKind.MITIGATED and "compensating" not in value:
        message = "an exception of kind mitigated needs the key `compensating`"
        place.fault((), "missing-key", message)
    if scope is None or about_broken or not shaped.fits or folder.faults.errors > before:
        return None
    return _record(place, value, scope, named)


def _names(place: Place, value: Mapping[str, Any], named: Named) -> bool:
    """Keep faults of unknown names; tell whether a name is of a control that has faults."""
    control, check = text_of(value.get("control")), value.get("check")
    compensating = text_of(value.get("compensating"))
    broken = any(name in named.broken for name in (control, compensating))
    if control and control not in named.broken:
        fault = known_control(control, named.controls, named.left_out)
        known = place.found(("control",), fault)
        if known and isinstance(check, str):
            fault = unknown_check(check, named.controls[ControlId(control)])
            place.found(("check",), fault)
    if compensating and compensating not in named.broken:
        fault = known_control(compensating, named.controls, named.left_out)
        place.found(("compensating",), fault)
    return broken


def _record(place: Place, value: Mapping[str, Any], scope: Scope, named: Named) -> ExceptionRecord:
    faults = tuple(_broken_rules(place, value, named))
    check, compensating = value.get("check"), value.get("compensating")
    return ExceptionRecord(
        id=value["exception"],
        kind=ExceptionKind(value["kind"]),
        subject=Subject(
            control=ControlId(value["control"]), check=CheckId(check) if check else None
        ),
        scope=scope,
        reason=value["reason"],
        risk=value["risk"],
        requested_by=value["requested_by"],
        approved_by=value["approved_by"],
        approved_on=parse_date(value["approved_on"]),
        expires_on=parse_date(value["expires_on"]),
        compensating=ControlId(compensating) if compensating else None,
        mitigation=value.get("mitigation"),
        ticket=value.get("ticket"),
        faults=faults,
        span=place.span(("exception",)),
    )


def _broken_rules(place: Place, value: Mapping[str, Any], named: Named) -> Iterator[str]:
    """Yield what makes a well-formed record invalid, each shown as a warning."""
    begins, ends = parse_date(value["approved_on"]), parse_date(value["expires_on"])
    control = named.controls[ControlId(value["control"])]
    longest = LONGEST_DAYS[control.severity]
    rules: list[tuple[Pointer, str]] = []
    if ends <= begins:
        rules.append((("expires_on",), "it expires before or on the day of its approval"))
    elif (ends - begins).days > longest:
        rule = f"it lives {(ends - begins).days} days; {control.severity} controls allow {longest}"
        rules.append((("expires_on",), rule))
    if ascii_lower(value["approved_by"]) == ascii_lower(value["requested_by"]):
        rules.append((("approved_by",), "the person who asked for it approved it"))
    if value.get("compensating") == value["control"]:
        rules.append((("compensating",), "the control compensates for itself"))
    for pointer, rule in rules:
        _warn(place, pointer, rule)
        yield rule


def _warn(place: Place, pointer: Pointer, rule: str) -> None:
    message = f"{rule}; the exception counts for nothing"
    place.fault(pointer, "record-invalid", message, severity=Severity.WARNING)


def _without_circles(
    records: list[ExceptionRecord], places: Mapping[str, Place]
) -> Iterator[ExceptionRecord]:
    """Yield the records; those whose compensating controls lead back to theirs become invalid."""
    leads: dict[ControlId, set[ControlId]] = {}
    for record in records:
        if record.compensating is not None and record.subject.control is not None:
            leads.setdefault(record.subject.control, set()).add(record.compensating)
    for record in records:
        control, at = record.subject.control, record.compensating
        if at is None or control is None or at == control or control not in _reached(at, leads):
            yield record
            continue
        rule = f"`{at}` compensates for `{control}`, and is itself compensated for by it"
        _warn(places[record.id], ("compensating",), rule)
        yield replace(record, faults=(*record.faults, rule))


def _reached(start: ControlId, leads: Mapping[ControlId, set[ControlId]]) -> set[ControlId]:
    seen: set[ControlId] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        for following in leads.get(at, ()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen
