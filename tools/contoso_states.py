"""Answers of Azure Policy for the made-up tenant, worked out from what is planted in its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from tools.contoso_base import EHR, LAB, number
from tools.contoso_components import FOUND_IN_HSMS, FOUND_IN_VAULTS
from tools.contoso_definitions import (
    BUILT_IN,
    OWN,
    RULES,
    Assignment,
    Definition,
    Row,
    applies,
    definitions,
)
from tools.contoso_inventory import MANAGEMENT_GROUPS, SUBSCRIPTIONS
from tools.contoso_numbered import ALERTED
from tools.contoso_planted import PLANTED
from tools.contoso_rows import authorizations, child_rows, container_rows, resource_rows
from tools.contoso_shapes import OPERATIONS

FIRST_SCAN: Final = datetime(2026, 10, 31, 8, tzinfo=UTC)
SCANNED_WITHIN: Final = 19 * 3600

# what definitions find as it ought to be even in the lab: the end of an id, and their digits
PASSED_IN_LAB: Final[Mapping[str, str]] = {
    "vaults/kv-gen-lab": "82067dbb cee51871 75c4f823 1151cede ff25f3c8 5ff38825 b0eb591a",
    "managedhsms/hsm-gen-lab": "86810a98 1fd3b2cc fa85a975",
    "rootmanagesharedaccesskey": "b278e460 a1817ec0",
    "namedvalues/region": "f1cc7827",
}
# log profiles: one subscription has one
_LOG_PROFILE: Final = "b02aacc0"
_CUSTOM_ROLE: Final = "a451c1ef"

PLANTED_STATES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    # the row says RBAC, the state was found before it was switched on
    ("kv-ehr-portal", "12d4fa5e"): {
        "complianceState": "NonCompliant",
        "timestamp": "2026-10-31T08:03:41Z",
    },
    # exempted in Azure, with no exception of ours
    ("kv-ehr-integration", "55615ac9"): {"complianceState": "Exempt"},
    ("stehrexport", "34c877ad"): {"complianceState": "Error"},
    # three days old: older than the two days that the workspace allows
    ("stehraudit", "34c877ad"): {"timestamp": "2026-10-28T05:12:00Z"},
    # what only a state can tell: certificates inside a machine
    ("vm-ehr-app-03", "1417908b"): {"complianceState": "NonCompliant"},
    # exempted, of definitions that no control reads
    ("vm-ehr-imaging-01", "013e242c"): {"complianceState": "Exempt"},
    ("vm-anl-lake-01", "0015ea4d"): {"complianceState": "Exempt"},
}


@cache
def _found() -> Mapping[str, frozenset[str]]:
    """Return, by lower-case id, the definitions that find what is planted there."""
    found: dict[str, set[str]] = {}
    keys = [str(row["id"]).lower() for row in subjects()]
    marks = [(plant.on or plant.at, plant.found) for plant in PLANTED if plant.found]
    marks += [(f"vaults/{name}", text) for name, text in FOUND_IN_VAULTS.items()]
    marks += [(f"managedhsms/{name}", text) for name, text in FOUND_IN_HSMS.items()]
    for end, text in marks:
        key = next(key for key in keys if key.endswith(f"/{end.lower()}"))
        found.setdefault(key, set()).update(text.split())
    return {key: frozenset(names) for key, names in found.items()}


@cache
def subjects() -> tuple[Row, ...]:
    """Return every row that a definition may be about."""
    subscriptions = [row for row in container_rows() if row["type"].endswith("/subscriptions")]
    return (*resource_rows(), *child_rows(), *authorizations(), *subscriptions)


def compliant(row: Row, definition: Definition, assignment: Assignment) -> bool:
    """Tell whether a definition, as assigned, finds a row as it ought to be."""
    short = definition.name[:8]
    if "tagName" in assignment.parameters:
        return assignment.parameters["tagName"] in row["tags"]
    if definition.finds != "planted":
        return RULES[definition.finds](row)
    if "operationName" in assignment.parameters:
        group = f"rg-{_short(row)}-{'net' if _short(row) == 'shd' else 'ops'}"
        told = tuple(OPERATIONS.values())[: ALERTED[group]]
        return assignment.parameters["operationName"] in told
    if short == _LOG_PROFILE:
        return bool(row["subscriptionId"] == EHR)
    if short == _CUSTOM_ROLE or short in _found().get(row["id"].lower(), ()):
        return False
    return row["resourceGroup"] != LAB or _passes_in_lab(row["id"].lower(), short)


def _passes_in_lab(key: str, definition: str) -> bool:
    return any(key.endswith(f"/{end}") and definition in d for end, d in PASSED_IN_LAB.items())


def _short(row: Row) -> str:
    return next(s.short for s in SUBSCRIPTIONS if s.id == row["subscriptionId"])


def effective(definition: Definition, assignment: Assignment) -> dict[str, Any]:
    """Return the parameters that reach a definition; an assignment may have its own of one name."""
    if not assignment.initiative:
        return dict(assignment.parameters)
    given = {**definition.parameters}
    return {name: assignment.parameters.get(name, value) for name, value in given.items()}


def _text(parameters: Mapping[str, Any]) -> str | None:
    given = {name: {"value": value} for name, value in parameters.items()}
    return json.dumps(given, separators=(",", ":")) if given else None


def set_definition(assignment: Assignment) -> dict[str, str | None]:
    """Return what a record says of the initiative; nothing where one definition is assigned."""
    name = assignment.initiative
    built_in = name == BUILT_IN
    scope = "/providers/Microsoft.Authorization/policySetDefinitions/"
    if name == OWN:
        scope = f"/providers/Microsoft.Management/managementGroups/mg-contoso{scope}"
    return {
        "policySetDefinitionId": scope + name if name else "",
        "policySetDefinitionName": name,
        "policySetDefinitionOwner": None,
        "policySetDefinitionCategory": "regulatory compliance" if built_in else None,
        "policySetDefinitionParameters": None,
        "policySetDefinitionVersion": "14.19.0" if built_in else None,
    }


def state(row: Row, definition: Definition, assignment: Assignment) -> dict[str, Any]:
    """Return one record, with the members that the REST answer has."""
    spread = number(SCANNED_WITHIN, row["id"], definition.name)
    good = compliant(row, definition, assignment)
    found = {
        "complianceState": "Compliant" if good else "NonCompliant",
        "timestamp": (FIRST_SCAN + timedelta(seconds=spread)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **PLANTED_STATES.get((row["name"], definition.name[:8]), {}),
    }
    return {
        "@odata.id": None,
        "@odata.context": f"{context(row['subscriptionId'])}/$entity",
        "timestamp": found["timestamp"],
        "resourceId": row["id"].lower() if number(3, row["id"]) == 0 else row["id"],
        "policyAssignmentId": assignment.id,
        "policyDefinitionId": (
            f"/providers/Microsoft.Authorization/policyDefinitions/{definition.name}"
        ),
        "effectiveParameters": _text(effective(definition, assignment)),
        "isCompliant": found["complianceState"] == "Compliant",
        "subscriptionId": row["subscriptionId"],
        "resourceType": row["type"].lower(),
        "resourceLocation": row["location"],
        "resourceGroup": row["resourceGroup"],
        "resourceTags": "tbd",
        "policyAssignmentName": assignment.name,
        "policyAssignmentOwner": "tbd",
        "policyAssignmentParameters": _text(assignment.parameters) or "{}",
        "policyAssignmentScope": assignment.scope,
        "policyDefinitionName": definition.name,
        "policyDefinitionAction": definition.effect,
        "policyDefinitionCategory": "tbd",
        **set_definition(assignment),
        "managementGroupIds": ",".join(name for name, _ in MANAGEMENT_GROUPS),
        "policyDefinitionReferenceId": definition.name if assignment.initiative else "",
        "complianceState": found["complianceState"],
        "policyDefinitionGroupNames": [f"NIST_SP_800-53_R5_{group}" for group in definition.groups]
        or [""],
        "policyDefinitionVersion": definition.version,
        "policyAssignmentVersion": None,
    }


def context(subscription: str) -> str:
    """Return the OData context of a subscription's answer."""
    return (
        f"https://management.azure.com/subscriptions/{subscription}"
        "/providers/Microsoft.PolicyInsights/policyStates/$metadata#latest"
    )


def states() -> dict[str, list[dict[str, Any]]]:
    """Return every record by subscription, sorted by resource, definition and assignment."""
    found: dict[str, list[dict[str, Any]]] = {s.id: [] for s in SUBSCRIPTIONS}
    for row in subjects():
        for definition in definitions():
            if not applies(definition, row):
                continue
            found[row["subscriptionId"]] += [
                state(row, definition, assignment)
                for assignment in definition.assignments
                if row["subscriptionId"] in assignment.subscriptions
            ]
    return {subscription: sorted(records, key=_order) for subscription, records in found.items()}


def _order(record: Mapping[str, Any]) -> tuple[str, str, str]:
    key = str(record["resourceId"]).lower()
    return key, record["policyDefinitionName"], record["policyAssignmentName"]
