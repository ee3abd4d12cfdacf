"""Records of compliance states as Policy Insights writes them, as rows of `policystates`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from attestgraph.evidence.fields import MOST_NESTED, canonical_type, too_deep
from attestgraph.model.ids import ascii_lower, id_key, subscription_of, type_in_id
from attestgraph.model.snapshot import PolicyState
from attestgraph.model.times import parse_time

_PLACEHOLDERS: Final = frozenset({"", "tbd"})
_STATES: Final[Mapping[str, PolicyState]] = {
    "compliant": PolicyState.COMPLIANT,
    "noncompliant": PolicyState.NONCOMPLIANT,
    "exempt": PolicyState.EXEMPT,
    "exempted": PolicyState.EXEMPT,
    "error": PolicyState.ERROR,
    "conflict": PolicyState.CONFLICT,
    "conflicting": PolicyState.CONFLICT,
    "protected": PolicyState.PROTECTED,
    "unknown": PolicyState.UNKNOWN,
}
_REQUIRED: Final = ("resourceId", "policyDefinitionId", "policyAssignmentId")
_STATE: Final = "complianceState"
_TIME: Final = "timestamp"


def state_record(value: Any) -> Any:
    """Return a state record with its members in one spelling."""
    if not isinstance(value, dict):
        return value
    inner = value.get("properties")
    if isinstance(inner, dict) and "policyDefinitionId" in inner:
        # a row of Resource Graph's table `policyresources` wraps the record
        value = inner
    if "ComplianceState" in value and _STATE not in value:
        return {**value, _STATE: value["ComplianceState"]}
    return value


def state_faults(record: Any) -> Iterator[str]:
    """Give what is wrong with a record."""
    if not isinstance(record, dict):
        yield "is not an object"
        return
    for name in _REQUIRED:
        if _text(record, name) is None:
            yield f"has no `{name}`; a summary or an aggregation is no export of states"
    if _STATE not in record:
        yield f"has no `{_STATE}`; export whole records, without select or apply"
    elif not isinstance(record[_STATE], str | None):
        yield f"`{_STATE}` is not text"
    if not _is_time(record.get(_TIME)):
        yield f"`{_TIME}` is `{record.get(_TIME)}`, which is no time with a zone"
    groups = record.get("policyDefinitionGroupNames")
    if groups is not None and not _all_texts(groups):
        yield "`policyDefinitionGroupNames` is not a list of texts"
    column = _text(record, "subscriptionId")
    in_id = subscription_of(id_key(_text(record, "resourceId") or ""))
    if column is not None and in_id is not None and ascii_lower(column) != in_id:
        yield f"`subscriptionId` is `{column}`, and the resource id says `{in_id}`"
    if too_deep(record):
        yield f"is nested more than {MOST_NESTED} deep"


def _is_time(value: Any) -> bool:
    if value is None or (isinstance(value, str) and ascii_lower(value.strip()) in _PLACEHOLDERS):
        return True
    try:
        parse_time(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def _all_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def state_values(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column values of a state record; `tbd` and empty text are null."""
    resource_id = str(record["resourceId"])
    key = id_key(resource_id)
    definition = id_key(str(record["policyDefinitionId"]))
    resource_type = canonical_type(_text(record, "resourceType") or "") or type_in_id(key)
    set_definition = _text(record, "policySetDefinitionId")
    action, component_type = _text(record, "policyDefinitionAction"), _text(record, "componentType")
    moment = _text(record, _TIME)
    raw = _text(record, _STATE)
    return {
        "resource_key": key,
        "resource_id": resource_id,
        "resource_type": resource_type,
        "subscription_id": subscription_of(key) or _lower(_text(record, "subscriptionId")),
        "definition_key": definition,
        "definition_name": definition.rsplit("/", 1)[-1],
        "assignment_key": id_key(str(record["policyAssignmentId"])),
        "set_definition_key": _key(set_definition),
        "reference_id": _text(record, "policyDefinitionReferenceId"),
        "group_names": _groups(record.get("policyDefinitionGroupNames")),
        "state": str(fold_state(raw)),
        "state_raw": raw,
        "effect": _lower(action),
        "reason_code": _text(record, "complianceReasonCode"),
        "evaluated_at": None if moment is None else parse_time(moment),
        "component_id": _component_key(_text(record, "componentId")),
        "component_type": None if component_type is None else canonical_type(component_type),
        "parameters": _parameters(record, in_set=set_definition is not None),
        "details": _json(record.get("policyEvaluationDetails")),
    }


def fold_state(raw: str | None) -> PolicyState:
    """Return the compliance state that a free text names; a word we do not know is `other`."""
    return _STATES.get(ascii_lower(raw or "").replace("-", "").replace(" ", ""), PolicyState.OTHER)


def _groups(value: Any) -> list[str] | None:
    names = sorted({name for name in value or () if ascii_lower(name) not in _PLACEHOLDERS})
    return names or None


def _parameters(record: Mapping[str, Any], *, in_set: bool) -> Any:
    """Return the parameters that the definition was evaluated with, where the record says them.

    The parameters of an assignment of an initiative are the initiative's, not the definition's.
    """
    effective = _json(record.get("effectiveParameters"))
    if effective is not None or in_set:
        return effective
    return _json(record.get("policyAssignmentParameters"))


def _json(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, dict) else None


def component_values(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the columns in which the rows of a record's components differ from its own."""
    components = record.get("components")
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        component_id, raw = _text(component, "id"), _text(component, _STATE)
        if component_id is None or not _is_time(component.get(_TIME)):
            continue
        moment, kind = _text(component, _TIME), _text(component, "type")
        yield {
            "component_id": _component_key(component_id),
            "component_type": None if kind is None else canonical_type(kind),
            "state": str(fold_state(raw)),
            "state_raw": raw,
            "evaluated_at": None if moment is None else parse_time(moment),
        }


def _text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    if not isinstance(value, str) or ascii_lower(value.strip()) in _PLACEHOLDERS:
        return None
    return value


def _component_key(text: str | None) -> str | None:
    """Return the id of a component as a key; the service also gives a bare name."""
    return id_key(text) if text is not None and "/" in text else _lower(text)


def _key(text: str | None) -> str | None:
    return None if text is None else id_key(text)


def _lower(text: str | None) -> str | None:
    return None if text is None else ascii_lower(text)
