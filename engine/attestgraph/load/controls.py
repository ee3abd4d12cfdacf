"""Controls: one YAML file each, in the folder of its domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attestgraph.conditions import Aliases
from attestgraph.diagnostics import Diagnostic
from attestgraph.load.checks import CheckReader
from attestgraph.load.files import Folder
from attestgraph.load.nodes import Pointer
from attestgraph.load.parameters import read_parameters, read_values
from attestgraph.load.places import Place
from attestgraph.load.references import unknown_framework, unknown_requirement
from attestgraph.load.scalars import text_of
from attestgraph.load.shapes import Shaped
from attestgraph.model.authored import (
    Control,
    DefinitionFacts,
    Framework,
    Link,
    Parameter,
    Review,
)
from attestgraph.model.ids import ControlId, FrameworkId, RequirementId
from attestgraph.model.times import parse_date
from attestgraph.model.words import (
    ControlSeverity,
    Covers,
    Origin,
    Provenance,
    Responsibility,
)

CASES: str = ".cases.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What controls may name.

    Attributes:
        controls: The library's, where a workspace is read: an id of theirs is taken over only with
            `replaces`.
        broken: Frameworks that have faults of their own; what names them is not judged.
    """

    frameworks: Mapping[FrameworkId, Framework]
    definitions: Mapping[str, DefinitionFacts]
    aliases: Aliases
    controls: Mapping[ControlId, Control]
    broken: frozenset[str] = frozenset()


def read_controls(folder: Folder, known: Known) -> dict[ControlId, Control]:
    """Return the controls of a folder by id; one with a fault is left out."""
    found: dict[ControlId, Control] = {}
    for path in folder.listed("controls", ".yaml"):
        if path.endswith(CASES):
            continue
        shaped = folder.shaped(path, "control")
        if shaped is None:
            continue
        control = _control(folder, shaped, known)
        if control is not None and not _seen(folder, control, found):
            found[control.id] = control
    return found


def _seen(folder: Folder, control: Control, found: Mapping[ControlId, Control]) -> bool:
    """Tell whether the folder has the id already; keep a fault with the first place where so."""
    first = found.get(control.id)
    if first is None:
        return False
    place = first.span
    mend = f"it first stands at {place.path}:{place.line}:{place.column}" if place else None
    message = f"control `{control.id}` stands here again"
    folder.faults.add(
        Diagnostic(slug="duplicate-id", message=message, help=mend, span=control.span)
    )
    return True


def _control(folder: Folder, shaped: Shaped, known: Known) -> Control | None:
    place = Place(document=shaped.document, faults=folder.faults)
    value = shaped.value
    before = folder.faults.errors
    _name(place, value)
    origin = _origin(folder, place, value, known)
    parameters = read_parameters(place, value.get("parameters"))
    links = list(_links(place, value, known, parameters))
    reader = CheckReader(
        folder=folder,
        place=place,
        aliases=known.aliases,
        parameters=value["parameters"] if isinstance(value.get("parameters"), dict) else {},
        definitions=known.definitions,
    )
    checks = reader.read(value.get("checks"))
    if not shaped.fits or folder.faults.errors > before:
        return None
    replaces = value.get("replaces")
    return Control(
        id=ControlId(value["control"]),
        says=value["says"],
        domain=value["domain"],
        severity=ControlSeverity(value["severity"]),
        responsibility=Responsibility(value["responsibility"]),
        owner=value["owner"],
        source=value["source"],
        supports=tuple(links),
        parameters=parameters,
        checks=checks,
        remediation=value.get("remediation"),
        origin=origin,
        replaces_reason=replaces["because"] if replaces else None,
        span=place.span(("control",)),
    )


def _name(place: Place, value: Mapping[str, Any]) -> None:
    """Hold the file's name to the id, and its folder to the domain."""
    parts = place.document.path.removesuffix(".yaml").split("/")
    said, domain = value.get("control"), value.get("domain")
    if isinstance(said, str) and said and said != parts[-1]:
        message = f"control `{said}` stands in the file `{parts[-1]}.yaml`"
        place.fault(("control",), "misnamed", message, f"name the file `{said}.yaml`")
    if isinstance(domain, str) and domain and len(parts) > 2 and domain != parts[-2]:
        message = f"a control of the domain `{domain}` stands in the folder `{parts[-2]}`"
        place.fault(("domain",), "misnamed", message, f"move it to `controls/{domain}/`")


def _origin(folder: Folder, place: Place, value: Mapping[str, Any], known: Known) -> Origin:
    """Return where a control comes from; taking over a library id needs `replaces`."""
    said, replaces = value.get("control"), value.get("replaces")
    target = replaces.get("control") if isinstance(replaces, dict) else None
    if folder.is_library:
        if replaces is not None:
            message = "a control of the library replaces nothing"
            place.fault(("replaces",), "replaces-nothing", message, key=True)
        return Origin.LIBRARY
    if not isinstance(said, str):
        return Origin.OWN
    library = known.controls.get(ControlId(said))
    if library is not None and target != said:
        mend = f"say `replaces: {{control: {said}, because: …}}`, or choose another id"
        message = f"the library already has a control `{said}`"
        if library.span is not None:
            span = library.span
            message += f", at {span.path}:{span.line}:{span.column}"
        place.fault(("control",), "duplicate-id", message, mend)
    elif replaces is not None and target != said:
        message = f"`{target}` is not this control's own id"
        mend = "a control replaces the library's control of the same id"
        place.fault(("replaces", "control"), "replaces-nothing", message, mend)
    elif replaces is not None and library is None:
        message = f"the library has no control `{target}`"
        place.fault(("replaces", "control"), "replaces-nothing", message)
    return Origin.MODIFIED if library is not None else Origin.OWN


def _links(
    place: Place, value: Mapping[str, Any], known: Known, parameters: Mapping[str, Parameter]
) -> Iterator[Link]:
    supports = value.get("supports")
    first: dict[tuple[Any, ...], Pointer] = {}
    for at, form in enumerate(supports if isinstance(supports, list) else ()):
        pointer: Pointer = ("supports", at)
        if not isinstance(form, dict) or not _requirement(place, pointer, form, known):
            continue
        key = (form["framework"], form["requirement"], text_of(form.get("part")))
        if key in first:
            span = place.span((*first[key], "requirement"))
            mend = f"it first stands at {span.path}:{span.line}:{span.column}"
            message = f"requirement `{key[1]}` is supported twice"
            place.fault((*pointer, "requirement"), "duplicate-id", message, mend)
        first.setdefault(key, pointer)
        link = _link(place, pointer, form, parameters, str(value.get("control")))
        if link is not None:
            yield link


def _requirement(place: Place, pointer: Pointer, form: Mapping[str, Any], known: Known) -> bool:
    """Tell whether a link's framework and requirement are known; keep faults where not."""
    framework, requirement = form.get("framework"), form.get("requirement")
    if not isinstance(framework, str) or not isinstance(requirement, str):
        return False
    if framework in known.broken:
        return False
    fault = unknown_framework(framework, known.frameworks)
    if not place.found((*pointer, "framework"), fault):
        return False
    fault = unknown_requirement(requirement, known.frameworks[FrameworkId(framework)])
    return place.found((*pointer, "requirement"), fault)


def _link(
    place: Place,
    pointer: Pointer,
    form: Mapping[str, Any],
    parameters: Mapping[str, Parameter],
    control: str,
) -> Link | None:
    given = read_values(
        place, (*pointer, "parameters"), form.get("parameters"), parameters, control
    )
    if text_of(form.get("covers")) not in set(Covers) or "because" not in form:
        return None
    review, provenance = form.get("review"), text_of(form.get("provenance", "direct"))
    if provenance not in set(Provenance):
        return None
    try:
        agreed = (
            Review(by=review["by"], on=parse_date(text_of(review["on"])))
            if isinstance(review, dict)
            else None
        )
    except (KeyError, ValueError):
        return None
    return Link(
        framework=FrameworkId(form["framework"]),
        requirement=RequirementId(form["requirement"]),
        covers=Covers(form["covers"]),
        because=form["because"],
        review=agreed,
        part=form.get("part"),
        parameters=given,
        provenance=Provenance(provenance),
        span=place.span(pointer),
    )
