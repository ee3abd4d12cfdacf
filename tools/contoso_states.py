"""Answers of Azure Policy for the made-up tenant, worked out from its rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tools.contoso_definitions import RULES, Assignment, Definition, Row, applies, definitions
from tools.contoso_inventory import MANAGEMENT_GROUPS, SUBSCRIPTIONS, number

INITIATIVE: Final = "179d1daa-458f-4e47-8086-2a68d0d6c38f"
FIRST_SCAN: Final = datetime(2026, 10, 31, 8, tzinfo=UTC)
SCANNED_WITHIN: Final = 19 * 3600

PASSED_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "cf820ca0-f99e-4f3e-84fb-66e913812d21": ("requiredRetentionDays",),
}
"""Which parameters of the initiative reach a definition."""

PLANTED_STATES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    # the row says RBAC, the state was found before it was switched on
    ("kv-ehr-portal", "12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5"): {
        "complianceState": "NonCompliant",
        "timestamp": "2026-10-31T08:03:41Z",
    },
    # exempted in Azure, with no exception of ours
    ("kv-ehr-integration", "55615ac9-af46-4a59-874e-391cc3dfb490"): {"complianceState": "Exempt"},
    ("stehrexport", "34c877ad-507e-4c82-993e-3452a6e0ad3c"): {"complianceState": "Error"},
    # three days old: older than the two days that the workspace allows
    ("stehraudit", "34c877ad-507e-4c82-993e-3452a6e0ad3c"): {"timestamp": "2026-10-28T05:12:00Z"},
    ("kv-anl-ingest", "cf820ca0-f99e-4f3e-84fb-66e913812d21"): {"complianceState": "NonCompliant"},
    # exempted, of definitions that no control reads
    ("vm-ehr-imaging-01", "013e242c-8828-4970-87b3-ab247555486d"): {"complianceState": "Exempt"},
    ("vm-anl-lake-01", "0015ea4d-51ff-4ce3-8d8c-f3f8f0179a56"): {"complianceState": "Exempt"},
}


def effective(definition: Definition, assignment: Assignment) -> str | None:
    """Return the parameters of a definition of the initiative that has any, as JSON text.

    What an assignment of an initiative is given are the initiative's parameters; what reaches a
    definition stands here.
    """
    names = PASSED_ON.get(definition.name, ()) if assignment.initiative else ()
    given = {name: assignment.parameters[name] for name in names}
    return json.dumps(given, separators=(",", ":")) if given else None


def set_definition(assignment: Assignment) -> dict[str, str | None]:
    """Return what a record says of the initiative; nothing where one definition is assigned."""
    initiative = assignment.initiative
    scope = "/providers/Microsoft.Authorization/policySetDefinitions/"
    return {
        "policySetDefinitionId": scope + INITIATIVE if initiative else "",
        "policySetDefinitionName": INITIATIVE if initiative else "",
        "policySetDefinitionOwner": None,
        "policySetDefinitionCategory": "regulatory compliance" if initiative else None,
        "policySetDefinitionParameters": None,
        "policySetDefinitionVersion": "14.19.0" if initiative else None,
    }


def state(row: Row, definition: Definition, assignment: Assignment) -> dict[str, Any]:
    """Return one record, with the members that the REST answer has."""
    spread = number(SCANNED_WITHIN, row["id"], definition.name)
    found = {
        "complianceState": "Compliant" if RULES[definition.finds](row) else "NonCompliant",
        "timestamp": (FIRST_SCAN + timedelta(seconds=spread)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **PLANTED_STATES.get((row["name"], definition.name), {}),
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
        "effectiveParameters": effective(definition, assignment),
        "isCompliant": found["complianceState"] == "Compliant",
        "subscriptionId": row["subscriptionId"],
        "resourceType": row["type"],
        "resourceLocation": row["location"],
        "resourceGroup": row["resourceGroup"],
        "resourceTags": "tbd",
        "policyAssignmentName": assignment.name,
        "policyAssignmentOwner": "tbd",
        "policyAssignmentParameters": json.dumps(assignment.parameters, separators=(",", ":")),
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


def states(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return every record by subscription, sorted by resource and definition."""
    found: dict[str, list[dict[str, Any]]] = {s.id: [] for s in SUBSCRIPTIONS}
    for row in rows:
        for definition in definitions():
            if not applies(definition, row):
                continue
            found[row["subscriptionId"]] += [
                state(row, definition, assignment)
                for assignment in definition.assignments
                if row["subscriptionId"] in assignment.subscriptions
            ]
    return {
        subscription: sorted(
            records, key=lambda r: (r["resourceId"].lower(), r["policyDefinitionName"])
        )
        for subscription, records in found.items()
    }
