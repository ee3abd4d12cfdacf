"""What one step of a template expression means: the ground of compiler and interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestgraph.conditions.errors import EvaluationError, UnknownValueError
from attestgraph.conditions.expression_tree import Call, Index, Node, Property
from attestgraph.conditions.functions import functions
from attestgraph.conditions.functions_base import (
    FunctionError,
    is_array,
    is_redacted,
    kind,
    member_of,
)
from attestgraph.conditions.functions_date import moment_of, moment_text
from attestgraph.conditions.values import MISSING

OF_CONTEXT = {
    "requestcontext": "requestContext",
    "policy": "policy",
    "subscription": "subscription",
    "resourcegroup": "resourceGroup",
}


class PartialObject(dict[str, Any]):
    """An object of which only these members are known; reading another is unknown."""


def known(value: Any) -> Any:
    """Return the value unless it is redacted."""
    if isinstance(value, dict) and is_redacted(value):
        raise UnknownValueError
    return value


def as_argument(value: Any) -> Any:
    """Return the value as functions take it: missing is the empty text."""
    if value is MISSING:
        return ""
    if isinstance(value, PartialObject):
        raise UnknownValueError
    return known(value)


def failed(node: Node, message: str) -> EvaluationError:
    """Return the error of a step, at the place of its node."""
    return EvaluationError.of("function-failed", message, offset=node.offset)


def apply(node: Call, values: list[Any]) -> Any:
    """Apply a pure function to its evaluated arguments."""
    entry = functions()[node.key]
    try:
        return entry.call(*map(as_argument, values))
    except FunctionError as error:
        raise failed(node, f"`{entry.name}`: {error}") from None


def truth_of(value: Any, node: Call) -> bool:
    """Return the bool that a logical function was given."""
    if not isinstance(value, bool):
        known(value)
        raise failed(node, f"`{node.name}` was given {kind(value)}, not bool")
    return value


def name_of(value: Any, node: Call) -> str:
    """Return the text that a function was given as a name."""
    if not isinstance(value, str):
        known(value)
        raise failed(node, f"`{node.name}` was given {kind(value)}, not the name of something")
    return value


def parameter_of(parameters: Mapping[str, Any], value: Any, node: Call) -> Any:
    """Return the value of a parameter, its name matched ASCII-case-insensitively."""
    name = name_of(value, node)
    found = member_of(parameters, name)
    if found is MISSING:
        raise EvaluationError.of(
            "missing-parameter", f"no value for the parameter `{name[:60]}`", offset=node.offset
        )
    return found


def now_of(context: Mapping[str, Any], form: Any, node: Call) -> str:
    """Return the time of the evaluation as the context writes it, or in .NET's form `form`."""
    now = member_of(context, "utcNow")
    if not isinstance(now, str):
        raise UnknownValueError
    if form is None:
        return now
    try:
        return moment_text(moment_of(now), name_of(form, node))
    except FunctionError as error:
        raise failed(node, f"`utcNow`: {error}") from None


def provided(context: Mapping[str, Any], row: Mapping[str, Any], node: Call) -> Any:
    """Return an object of the context, or what the row's own ids say of it.

    Raises:
        UnknownValueError: Neither says anything.
    """
    found = member_of(context, OF_CONTEXT[node.key])
    if found is not MISSING:
        return found
    subscription = row.get("subscriptionId")
    if not isinstance(subscription, str) or not subscription:
        raise UnknownValueError
    path = f"/subscriptions/{subscription}"
    if node.key == "subscription":
        known = PartialObject(id=path, subscriptionId=subscription)
        if isinstance(row.get("tenantId"), str):
            known["tenantId"] = row["tenantId"]
        return known
    group = row.get("resourceGroup")
    if node.key == "resourcegroup" and isinstance(group, str) and group:
        return PartialObject(id=f"{path}/resourceGroups/{group}", name=group)
    raise UnknownValueError


def property_of(target: Any, node: Property) -> Any:
    """Return the member that `.name` reads."""
    return member(known(target), node.name, node)


def member(target: Any, name: str, node: Node) -> Any:
    """Return a member by name; null where the object, or what it is read of, is not there.

    Microsoft's own rules read `resourceGroup().tags[...]` of groups that lack the tag.
    """
    if target is None or target is MISSING:
        return None
    if not isinstance(target, Mapping):
        raise failed(node, f"`{name[:60]}` is read of {kind(target)}, not of an object")
    found = member_of(target, name)
    if found is not MISSING:
        return known(found)
    if isinstance(target, PartialObject):
        raise UnknownValueError
    return None


def index_of(target: Any, index: Any, node: Index) -> Any:
    """Return the member that `[index]` reads, by position or by name."""
    known(target)
    if isinstance(index, str):
        return member(target, index, node)
    if target is None or target is MISSING:
        return None
    if not is_array(target) or isinstance(index, bool) or not isinstance(index, int):
        raise failed(node, f"{kind(target)} has no member at {kind(index)}")
    if not 0 <= index < len(target):
        raise failed(node, f"the array has {len(target)} members, none at {index}")
    return known(target[index])
