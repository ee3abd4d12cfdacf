"""Cases of controls: `<control>.cases.yaml` beside each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from attestgraph.diagnostics import Span
from attestgraph.load.controls import CASES
from attestgraph.load.files import Folder
from attestgraph.load.nodes import Pointer
from attestgraph.load.parameters import read_values
from attestgraph.load.places import Place
from attestgraph.load.references import unknown_check, unknown_control
from attestgraph.load.shapes import Shaped
from attestgraph.model.authored import Check, Control, ParameterValue, PolicyTest, RowTest
from attestgraph.model.ids import CheckId, ControlId
from attestgraph.model.times import parse_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCase:
    """One case: rows and states that are given, and what must come out.

    Attributes:
        check: The check that is tried; None where the whole control is.
        resource: The subject, with its type; None where there is none.
        states: Compliance states as Azure Policy gives them.
        at: When it is tried; None where the time does not matter.
        want: `satisfied`, `not-satisfied`, `not-evaluated`, `not-applicable` or `error`.
    """

    control: ControlId
    case: str
    check: CheckId | None
    resource: Mapping[str, Any] | None
    related: tuple[Mapping[str, Any], ...]
    states: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, ParameterValue]
    at: datetime | None
    want: str
    span: Span | None = None


def read_cases(
    folder: Folder, controls: Mapping[ControlId, Control], broken: frozenset[str]
) -> Iterator[ControlCase]:
    """Yield the cases of a folder's controls.

    Args:
        folder: The library or a workspace.
        controls: The controls of that folder.
        broken: Names (without ending) of control files that have faults: their cases are judged by
            form alone, so that one fault is not reported twice.
    """
    for path in folder.listed("controls", CASES):
        shaped = folder.shaped(path, "cases")
        if shaped is None:
            continue
        place = Place(document=shaped.document, faults=folder.faults)
        name = shaped.value.get("control")
        stem = path.rpartition("/")[2].removesuffix(CASES)
        if not isinstance(name, str) or not name:
            continue
        if name != stem:
            message = f"cases of `{name}` stand in the file `{stem}{CASES}`"
            place.fault(("control",), "misnamed", message, f"name the file `{name}{CASES}`")
        if name in broken or (name not in controls and stem in broken):
            continue
        if place.found(("control",), unknown_control(name, controls)):
            yield from _cases(place, shaped, controls[ControlId(name)])


def _cases(place: Place, shaped: Shaped, control: Control) -> Iterator[ControlCase]:
    first: dict[str, Pointer] = {}
    forms = shaped.value.get("cases")
    for at, form in enumerate(forms if isinstance(forms, list) else ()):
        pointer: Pointer = ("cases", at)
        if not isinstance(form, dict) or not isinstance(form.get("case"), str):
            continue
        name = form["case"]
        if name in first:
            span = place.span((*first[name], "case"))
            mend = f"it first stands at {span.path}:{span.line}:{span.column}"
            place.fault(
                (*pointer, "case"), "duplicate-id", f"case `{name}` stands here again", mend
            )
        first.setdefault(name, pointer)
        case = _case(place, pointer, form, control)
        if shaped.fits and case is not None:
            yield case


def _case(
    place: Place, pointer: Pointer, form: dict[str, Any], control: Control
) -> ControlCase | None:
    check = _check(place, pointer, form, control)
    parameters = read_values(
        place, (*pointer, "parameters"), form.get("parameters"), control.parameters, control.id
    )
    if check is None:
        return None
    resource = form.get("resource")
    if isinstance(resource, dict) and "type" not in resource:
        kind = _only_type(check)
        if kind is None:
            message = "the resource has no `type`, and the check applies to several"
            place.fault((*pointer, "resource"), "missing-key", message)
        resource = {"type": kind, **resource}
    moment = form.get("at")
    try:
        at = parse_moment(moment) if isinstance(moment, str) else None
    except ValueError:
        return None
    return ControlCase(
        control=control.id,
        case=form["case"],
        check=check.id,
        resource=resource,
        related=tuple(_rows(form.get("related"))),
        states=tuple(_rows(form.get("states"))),
        parameters=parameters,
        at=at,
        want=str(form.get("want")),
        span=place.span((*pointer, "case")),
    )


def _check(place: Place, pointer: Pointer, form: dict[str, Any], control: Control) -> Check | None:
    """Return the check that a case tries; it may go without saying where there is only one."""
    name = form.get("check")
    if isinstance(name, str):
        if not place.found((*pointer, "check"), unknown_check(name, control)):
            return None
        return next(check for check in control.checks if check.id == name)
    if len(control.checks) == 1:
        return control.checks[0]
    names = ", ".join(f"`{check.id}`" for check in control.checks)
    message = "the case does not say which check it tries"
    place.fault(pointer, "missing-key", message, f"say `check:` with one of {names}")
    return None


def _only_type(check: Check) -> str | None:
    """Return the type that a check applies to, as written, where it is only one."""
    types = check.test.types if isinstance(check.test, RowTest | PolicyTest) else ()
    return types[0] if len(types) == 1 else None


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
