"""The table of template functions: what rules may call, with how many arguments.

Source: Microsoft's policy rule reference, which allows all ARM template functions but those that
depend on a deployment, and adds the functions of policy itself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attestgraph.conditions import (
    functions_array,
    functions_date,
    functions_network,
    functions_number,
    functions_text,
)
from attestgraph.conditions.errors import UnknownValueError
from attestgraph.conditions.functions_base import Function, FunctionError, table

_DEPLOYMENT = "it belongs to deployments; a rule sees one resource"
_LAMBDA = "lambda expressions are not allowed in rules; use `count` with `where`"
_RESOURCE = "it reads another resource; use `field()`, or `details` of an ...IfNotExists effect"
_RANDOM = "its value is not the same each time"
_SERVICE = "its values are computed by the service alone; compare the parts it is made of"

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "buildUri": "it is newer than this version of the language; use `concat` or `uri`",
        "copyIndex": _DEPLOYMENT,
        "deployer": _DEPLOYMENT,
        "deployment": _DEPLOYMENT,
        "environment": _DEPLOYMENT,
        "variables": "rules have no variables; write the value or use a parameter",
        "extensionResourceId": _RESOURCE,
        "list": _RESOURCE,
        "listAccountSas": _RESOURCE,
        "listKeys": _RESOURCE,
        "listSecrets": _RESOURCE,
        "listServiceSas": _RESOURCE,
        "managementGroup": _RESOURCE,
        "managementGroupResourceId": _RESOURCE,
        "pickZones": _RESOURCE,
        "providers": _RESOURCE,
        "reference": _RESOURCE,
        "references": _RESOURCE,
        "resourceId": _RESOURCE,
        "subscriptionResourceId": _RESOURCE,
        "tenant": _RESOURCE,
        "tenantResourceId": _RESOURCE,
        "toLogicalZone": _RESOURCE,
        "toLogicalZones": _RESOURCE,
        "toPhysicalZone": _RESOURCE,
        "toPhysicalZones": _RESOURCE,
        "filter": _LAMBDA,
        "groupBy": _LAMBDA,
        "lambda": _LAMBDA,
        "lambdaVariables": _LAMBDA,
        "map": _LAMBDA,
        "mapValues": _LAMBDA,
        "parseUri": "it is newer than this version of the language; use `split`",
        "reduce": _LAMBDA,
        "sort": _LAMBDA,
        "toObject": _LAMBDA,
        "newGuid": _RANDOM,
        "guid": _SERVICE,
    }
)
"""Functions of ARM templates that rules may not use, or whose value only the service knows."""


def _known_to_the_service(*_: Any) -> Any:
    """Give nothing: the hash is the service's own, and a guess could equal a real name."""
    raise UnknownValueError("`uniqueString`, a hash of the service")


def _evaluated_elsewhere(*_: Any) -> Any:
    raise FunctionError("it is evaluated with the resource, not from its arguments alone")


def _special(name: str, family: str, least: int, most: int | None, note: str) -> Function:
    return Function(
        name=name, family=family, least=least, most=most, call=_evaluated_elsewhere, note=note
    )


def _specials() -> tuple[Function, ...]:
    """Return the functions that read the resource or evaluate their arguments on demand."""
    missing = "a missing value is `''` as an argument, missing when it is the whole expression"
    absent = "not evaluated where the context does not say"
    return (
        _special("if", "logical", 3, 3, "one of two values; the other is not evaluated"),
        _special("and", "logical", 2, None, "all bools; stops at the first false"),
        _special("or", "logical", 2, None, "any bool; stops at the first true"),
        _special("coalesce", "comparison", 1, None, "first that is neither null nor missing"),
        _special("parameters", "policy", 1, 1, "a parameter of the rule"),
        _special("field", "policy", 1, 1, f"a field of the resource; {missing}"),
        _special("current", "policy", 0, 1, f"the member that a count is at; {missing}"),
        _special("utcNow", "date", 0, 1, "the time of the evaluation, never the clock's"),
        _special("requestContext", "policy", 0, 0, absent),
        _special("policy", "policy", 0, 0, absent),
        _special("subscription", "policy", 0, 0, f"of the context or the row's id; {absent}"),
        _special("resourceGroup", "policy", 0, 0, f"of the context or the row's id; {absent}"),
    )


@functools.cache
def functions() -> Mapping[str, Function]:
    """Return all functions that rules may call, by lower-case name."""
    return MappingProxyType(
        table(
            (
                *functions_text.entries(),
                *functions_array.entries(),
                *functions_number.entries(),
                *functions_date.entries(),
                *functions_network.entries(),
                *_specials(),
                Function(
                    name="uniqueString",
                    family="string",
                    least=1,
                    most=None,
                    call=_known_to_the_service,
                    note="never evaluated: only the service knows its value",
                ),
            )
        )
    )


@functools.cache
def refused() -> Mapping[str, str]:
    """Return why a function may not be called, by lower-case name."""
    return MappingProxyType({name.lower(): reason for name, reason in REFUSED.items()})
