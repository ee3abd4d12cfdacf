"""Parameters of controls, and values given to them by frameworks, workspaces and cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestgraph.load.nodes import Pointer, Scalar
from attestgraph.load.places import Place
from attestgraph.load.references import unknown
from attestgraph.load.scalars import boolean_of, integer_of, text_of
from attestgraph.model.authored import Parameter, ParameterValue
from attestgraph.model.words import Stricter

_NOUNS = {"integer": "a whole number", "boolean": "true or false", "string": "text"}


def read_parameters(place: Place, value: Any) -> dict[str, Parameter]:
    """Return the parameters that a control declares; those with a fault are left out."""
    found: dict[str, Parameter] = {}
    for name, form in value.items() if isinstance(value, dict) else ():
        if not isinstance(form, dict) or text_of(form.get("type")) not in _NOUNS:
            continue
        if text_of(form.get("stricter")) not in set(Stricter):
            continue
        pointer: Pointer = ("parameters", name)
        kind = form["type"]
        limits = {k: form[k] for k in ("minimum", "maximum") if isinstance(form.get(k), int)}
        for key in limits:
            if kind != "integer":
                message = f"`{key}` has no meaning for a parameter of type {kind}"
                place.fault((*pointer, key), "key-out-of-place", message, key=True)
        if form["stricter"] != Stricter.NONE and kind == "string":
            message = "no text is stricter than another"
            place.fault((*pointer, "stricter"), "wrong-form", message, "say `stricter: none`")
        bare = Parameter(
            name=name,
            type=kind,
            default="",
            stricter=Stricter(form["stricter"]),
            minimum=limits.get("minimum"),
            maximum=limits.get("maximum"),
        )
        default = read_value(place, (*pointer, "default"), bare)
        if default is not None:
            found[name] = Parameter(
                name=name,
                type=kind,
                default=default,
                stricter=bare.stricter,
                minimum=bare.minimum,
                maximum=bare.maximum,
            )
    return found


def read_value(place: Place, pointer: Pointer, parameter: Parameter) -> ParameterValue | None:
    """Return a value by its parameter's type; None and a fault where it has another, or no place.

    A value beyond the parameter's limits is a fault as well.
    """
    node = place.document.find(pointer)
    value: ParameterValue | None = None
    if isinstance(node, Scalar):
        if parameter.type == "string":
            value = node.text
        elif node.plain:
            read = integer_of if parameter.type == "integer" else boolean_of
            value = read(node.text)
    if value is None:
        if node is not None:
            shown = f"`{node.text}`" if isinstance(node, Scalar) else "a list or mapping"
            message = f"{shown} is not {_NOUNS[parameter.type]}, as `{parameter.name}` is"
            place.fault(pointer, "wrong-type", message)
        return None
    return value if _within(place, pointer, parameter, value) else None


def _within(place: Place, pointer: Pointer, parameter: Parameter, value: ParameterValue) -> bool:
    """Tell whether a value keeps the parameter's limits; keep a fault where not."""
    if isinstance(value, bool) or not isinstance(value, int):
        return True
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        limits = f"at least {low}" if low is not None else ""
        limits += " and " if low is not None and high is not None else ""
        limits += f"at most {high}" if high is not None else ""
        message = f"`{parameter.name}` is {value}; it must be {limits}"
        place.fault(pointer, "out-of-range", message)
        return False
    return True


def read_values(
    place: Place, pointer: Pointer, value: Any, declared: Mapping[str, Parameter], control: str
) -> dict[str, ParameterValue]:
    """Return the values given to a control's parameters; unknown names are faults."""
    found: dict[str, ParameterValue] = {}
    for name in value if isinstance(value, dict) else ():
        fault = unknown("unknown-parameter", "parameter", name, declared, of=control)
        if fault is not None:
            span = place.document.span((*pointer, name), key=True)
            place.faults.add(fault.at(span))
            continue
        given = read_value(place, (*pointer, name), declared[name])
        if given is not None:
            found[name] = given
    return found
