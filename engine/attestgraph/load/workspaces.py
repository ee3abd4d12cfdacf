"""The workspace file, `attestgraph.yaml`: systems, evidence, exclusions, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from attestgraph.load.files import Folder
from attestgraph.load.left_out import LeftOuts, known_control
from attestgraph.load.nodes import Pointer
from attestgraph.load.parameters import read_values
from attestgraph.load.places import Place
from attestgraph.load.references import profile_ref, unknown_profile
from attestgraph.load.scopes import read_boundary, read_scope
from attestgraph.load.shapes import Shaped
from attestgraph.model.authored import (
    Boundary,
    Control,
    EvidenceRules,
    Framework,
    ParameterValue,
    ProfileRef,
    System,
    Workspace,
)
from attestgraph.model.ids import ControlId, FrameworkId, SystemId
from attestgraph.model.records import Exclusion, ExpectedGap
from attestgraph.model.times import parse_date, parse_period

WORKSPACE_FILE: Final = "attestgraph.yaml"
EVERYTHING: Final = SystemId("all")
DEFAULT_SOURCES: Final = frozenset({"resources", "resourcecontainers", "policystates"})
DEFAULT_AGES: Final[Mapping[str, timedelta]] = {
    "default": timedelta(hours=24),
    "policystates": timedelta(days=2),
}


def everything(frameworks: Iterable[ProfileRef], owner: str) -> System:
    """Return the one system of a workspace that names none: all resources."""
    return System(
        id=EVERYTHING,
        title="Everything",
        owner=owner,
        boundary=Boundary(),
        frameworks=tuple(frameworks),
    )


def library_alone(frameworks: Mapping[FrameworkId, Framework]) -> Workspace:
    """Return the workspace of the library by itself: one system, all frameworks."""
    refs = [ProfileRef(framework=name) for name in sorted(frameworks)]
    return Workspace(
        path="",
        organisation="",
        classification=None,
        systems=(everything(refs, ""),),
        evidence=EvidenceRules(sources=DEFAULT_SOURCES, max_age=dict(DEFAULT_AGES)),
        parameters={},
    )


def read_workspace(
    folder: Folder,
    shaped: Shaped,
    frameworks: Mapping[FrameworkId, Framework],
    controls: Mapping[ControlId, Control],
    broken: frozenset[str],
    left_out: LeftOuts,
) -> tuple[Workspace, tuple[Exclusion, ...]]:
    """Return the workspace and its exclusions; parts with faults are left out.

    Args:
        folder: The workspace.
        shaped: Its file.
        frameworks: Those that systems may name.
        controls: Those that parameters may be given to.
        broken: Ids of controls and frameworks that have faults of their own.
        left_out: Controls of the library that are not in force.
    """
    place = Place(document=shaped.document, faults=folder.faults)
    value = shaped.value
    organisation = str(value.get("organisation", ""))
    systems = _systems(place, value, frameworks, broken)
    if "systems" in value and "frameworks" in value:
        message = "`frameworks` has no meaning beside `systems`"
        mend = "name the frameworks of each system"
        place.fault(("frameworks",), "key-out-of-place", message, mend, key=True)
    if "systems" not in value:
        named = _profiles(place, ("frameworks",), value.get("frameworks"), frameworks, broken)
        every = tuple(ProfileRef(framework=name) for name in sorted(frameworks))
        systems = (everything(named if "frameworks" in value else every, organisation),)
    classification = value.get("classification")
    workspace = Workspace(
        path=WORKSPACE_FILE,
        organisation=organisation,
        classification=classification if isinstance(classification, str) else None,
        systems=systems,
        evidence=_evidence(value.get("evidence")),
        parameters=_parameters(place, value.get("parameters"), controls, broken, left_out),
        span=place.span(()),
    )
    return workspace, _exclusions(place, value.get("exclusions"))


def _profiles(
    place: Place,
    pointer: Pointer,
    value: Any,
    frameworks: Mapping[FrameworkId, Framework],
    broken: frozenset[str],
) -> tuple[ProfileRef, ...]:
    found: dict[ProfileRef, None] = {}
    for at, name in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(name, str) or not name:
            continue
        if name.partition("@")[0] in broken:
            continue
        if place.found((*pointer, at), unknown_profile(name, frameworks)):
            ref = profile_ref(name)
            if ref in found:
                place.fault((*pointer, at), "duplicate-id", f"`{name}` stands here again")
            found[ref] = None
    return tuple(found)


def _systems(
    place: Place,
    value: Mapping[str, Any],
    frameworks: Mapping[FrameworkId, Framework],
    broken: frozenset[str],
) -> tuple[System, ...]:
    found: dict[str, System] = {}
    forms = value.get("systems")
    for at, form in enumerate(forms if isinstance(forms, list) else ()):
        if not isinstance(form, dict):
            continue
        pointer: Pointer = ("systems", at)
        refs = _profiles(
            place, (*pointer, "frameworks"), form.get("frameworks"), frameworks, broken
        )
        boundary = read_boundary(place, (*pointer, "boundary"), form.get("boundary"))
        name = form.get("system")
        if not isinstance(name, str) or not name:
            continue
        if name in found:
            first = found[name].span
            mend = f"it first stands at {first.path}:{first.line}:{first.column}" if first else None
            message = f"system `{name}` stands here again"
            place.fault((*pointer, "system"), "duplicate-id", message, mend)
            continue
        classes = form.get("data_classes")
        categorisation = form.get("categorisation")
        found[name] = System(
            id=SystemId(name),
            title=str(form.get("title", name)),
            owner=str(form.get("owner", "")),
            boundary=boundary,
            frameworks=refs,
            data_classes=tuple(map(str, classes)) if isinstance(classes, list) else (),
            categorisation=categorisation if isinstance(categorisation, str) else None,
            span=place.span((*pointer, "system")),
        )
    return tuple(found.values())


def _evidence(value: Any) -> EvidenceRules:
    form = value if isinstance(value, dict) else {}
    sources, ages = form.get("sources"), form.get("max_age")
    found = dict(DEFAULT_AGES)
    for table, period in ages.items() if isinstance(ages, dict) else ():
        try:
            found[table] = parse_period(period)
        except (ValueError, AttributeError):
            continue  # the schema's judgement names it
    return EvidenceRules(
        sources=frozenset(map(str, sources)) if isinstance(sources, list) else DEFAULT_SOURCES,
        max_age=found,
    )


def _exclusions(place: Place, value: Any) -> tuple[Exclusion, ...]:
    found = []
    for at, form in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(form, dict):
            continue
        pointer: Pointer = ("exclusions", at)
        scope = read_scope(place, (*pointer, "scope"), form.get("scope"))
        try:
            until = parse_date(str(form.get("until")))
        except ValueError:
            continue
        if scope is None or "reason" not in form or "approved_by" not in form:
            continue
        found.append(
            Exclusion(
                scope=scope,
                reason=str(form["reason"]),
                approved_by=str(form["approved_by"]),
                until=until,
                span=place.span(pointer),
            )
        )
    return tuple(found)


def read_expected_gaps(folder: Folder, shaped: Shaped) -> tuple[ExpectedGap, ...]:
    """Return the evidence that a workspace knows it cannot have; parts with faults are left out."""
    place = Place(document=shaped.document, faults=folder.faults)
    evidence = shaped.value.get("evidence")
    forms = evidence.get("expected_gaps") if isinstance(evidence, dict) else None
    found = []
    for at, form in enumerate(forms if isinstance(forms, list) else ()):
        if not isinstance(form, dict):
            continue
        pointer: Pointer = ("evidence", "expected_gaps", at)
        scope = read_scope(place, (*pointer, "scope"), form.get("scope"))
        try:
            until = parse_date(str(form.get("until")))
        except ValueError:
            continue
        if scope is None or "reason" not in form or "approved_by" not in form:
            continue
        table = form.get("table")
        found.append(
            ExpectedGap(
                scope=scope,
                table=table if isinstance(table, str) else None,
                reason=str(form["reason"]),
                approved_by=str(form["approved_by"]),
                until=until,
                span=place.span(pointer),
            )
        )
    return tuple(found)


def _parameters(
    place: Place,
    value: Any,
    controls: Mapping[ControlId, Control],
    broken: frozenset[str],
    left_out: LeftOuts,
) -> dict[ControlId, Mapping[str, ParameterValue]]:
    found: dict[ControlId, Mapping[str, ParameterValue]] = {}
    for name, given in value.items() if isinstance(value, dict) else ():
        if name in broken:
            continue
        fault = known_control(name, controls, left_out)
        if fault is not None:
            span = place.document.span(("parameters", name), key=True)
            place.faults.add(fault.at(span))
            continue
        control = controls[ControlId(name)]
        pointer: Pointer = ("parameters", name)
        found[control.id] = read_values(place, pointer, given, control.parameters, control.id)
    return found
