"""Parameters of a policy definition: declared with type, default and allowed values."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from attestgraph.conditions.errors import EvaluationError, Pointer
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.operators import a_kind
from attestgraph.conditions.values import MISSING, equal, instant_of, kind_of

if TYPE_CHECKING:
    from attestgraph.conditions.parse import Faults


class ParameterType(enum.StrEnum):
    """The types that a parameter may have."""

    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DATE_TIME = "datetime"

    def fits(self, value: Any) -> bool:
        """Tell whether a JSON value is of the type."""
        match self:
            case ParameterType.STRING:
                return type(value) is str
            case ParameterType.ARRAY:
                return type(value) is list
            case ParameterType.OBJECT:
                return type(value) is dict
            case ParameterType.BOOLEAN:
                return type(value) is bool
            case ParameterType.INTEGER:
                return type(value) is int
            case ParameterType.FLOAT:
                return type(value) in {int, float}
            case ParameterType.DATE_TIME:
                return type(value) is str and instant_of(value) is not None
        assert_never(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One declared parameter.

    Attributes:
        default: MISSING where the assignment must give the value.
        allowed: The values it may have; None for any of its type.
    """

    name: str
    type: ParameterType
    default: Any
    allowed: Sequence[Any] | None

    def allows(self, value: Any) -> bool:
        """Tell whether a value is among the allowed ones; each member of an array must be."""
        if self.allowed is None:
            return True
        values = value if self.type is ParameterType.ARRAY else [value]
        return any(equal(value, one) for one in self.allowed) or all(
            any(equal(part, one) for one in self.allowed) for part in values
        )


def parse_parameters(document: Any, pointer: Pointer, faults: Faults) -> dict[str, Parameter]:
    """Return the declared parameters by lower-case name; faults are kept.

    A default is taken literally: parameters cannot refer to one another, so there are no cycles.
    It need not be among the allowed values: a built-in definition has one that is not.
    """
    found: dict[str, Parameter] = {}
    if type(document) is not dict:
        message = f"`parameters` is an object, not {a_kind(kind_of(document))}"
        faults.add("bad-parameter", message, pointer)
        return found
    for name, form in document.items():
        parameter = _parameter(name, form, (*pointer, name), faults)
        low = ascii_lower(name)
        if low in found:
            message = f"`{name}` and `{found[low].name}` are the same parameter"
            faults.add("bad-parameter", message, (*pointer, name))
        if parameter is not None:
            found[low] = parameter
    return found


def _parameter(name: str, form: Any, pointer: Pointer, faults: Faults) -> Parameter | None:
    if type(form) is not dict:
        message = f"a parameter is an object, not {a_kind(kind_of(form))}"
        faults.add("bad-parameter", message, pointer)
        return None
    keys = {ascii_lower(key): key for key in form}
    kind = form.get(keys.get("type", "type"))
    known = {word.value: word for word in ParameterType}
    parameter_type = known.get(ascii_lower(kind)) if type(kind) is str else None
    if parameter_type is None:
        shown = f"`{kind[:60]}`" if type(kind) is str else a_kind(kind_of(kind))
        help_text = "use String, Array, Object, Boolean, Integer, Float or DateTime"
        faults.add("bad-parameter", f"unknown type {shown}", pointer, help_text)
        return None
    allowed = form.get(keys.get("allowedvalues", "allowedValues"))
    if allowed is not None and type(allowed) is not list:
        message = f"`allowedValues` is an array, not {a_kind(kind_of(allowed))}"
        faults.add("bad-parameter", message, pointer)
        return None
    default = form[keys["defaultvalue"]] if "defaultvalue" in keys else MISSING
    parameter = Parameter(name=name, type=parameter_type, default=default, allowed=allowed)
    if default is MISSING:
        return parameter
    if type(default) is str and default.startswith("[") and default.endswith("]"):
        if not default.startswith("[["):
            message = f"the default of `{name}` is an expression; a default is taken as written"
            faults.add("bad-parameter", message, (*pointer, keys["defaultvalue"]))
    elif not parameter_type.fits(default):
        message = f"the default of `{name}` is {a_kind(kind_of(default))}, not {kind}"
        faults.add("bad-parameter", message, (*pointer, keys["defaultvalue"]))
    return parameter


def effective(
    declared: Mapping[str, Parameter] | None, given: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the value of every parameter: what is given, else the default.

    Args:
        declared: None takes all that is given.
        given: By name, in any letter case.

    Raises:
        EvaluationError: With all that is wrong: unknown, missing, of another type, not allowed.
    """
    if declared is None:
        return given
    values = {ascii_lower(name): value for name, value in given.items()}
    faults = [
        _fault("unknown-parameter", f"the definition has no parameter `{name}`")
        for name in given
        if ascii_lower(name) not in declared
    ]
    found: dict[str, Any] = {}
    for low, parameter in declared.items():
        value = values.get(low, parameter.default)
        if value is MISSING:
            message = f"the parameter `{parameter.name}` has no value"
            faults.append(_fault("missing-parameter", message))
        elif low in values and not parameter.type.fits(value):
            message = f"`{parameter.name}` takes {a_kind(parameter.type)}, not {kind_of(value)}"
            faults.append(_fault("wrong-parameter", message))
        elif low in values and not parameter.allows(value):
            message = f"the value of `{parameter.name}` is not among its allowed values"
            faults.append(_fault("wrong-parameter", message))
        found[parameter.name] = value
    if faults:
        raise EvaluationError(fault for error in faults for fault in error.faults)
    return found


def _fault(slug: str, message: str) -> EvaluationError:
    return EvaluationError.of(slug, message)
