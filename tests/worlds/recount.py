"""Counts what must come out of contoso's files without the engine: plain JSON, plain loops."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
EHR = "7d0e3f52-6c1b-4a8e-9f47-2b5c8d1a0e31"
ANALYTICS = "c2a94b6d-0f3e-4d17-8a5b-6e7f1c2d3b40"
SHARED = "15b8e7a9-4d2c-4f60-b3a1-9c8d7e6f5a21"
OLDEST_STATE = "2026-10-30T06:00:00Z"
ACCEPTED = ("st-shared-key-off", f"/subscriptions/{EHR}/resourcegroups/rg-ehr-imaging/")
LONG_ENOUGH = 365

VAULT = "microsoft.keyvault/vaults"
ACCOUNT = "microsoft.storage/storageaccounts"


def properties(row: Row) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row["properties"]
    return found


def approved(row: Row) -> bool:
    return any(
        c["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
        for c in properties(row)["privateEndpointConnections"]
    )


def denies(row: Row) -> bool:
    rule = properties(row)["networkAcls"]["defaultAction"] == "Deny"
    return rule or properties(row).get("publicNetworkAccess") == "Disabled"


ROW_CHECKS: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
    ("kv-purge-protection", VAULT, lambda r: properties(r).get("enablePurgeProtection") is True),
    ("kv-purge-protection", VAULT, lambda r: properties(r).get("enableSoftDelete") is True),
    ("kv-purge-protection", VAULT, lambda r: properties(r)["softDeleteRetentionInDays"] >= 30),
    ("kv-rbac", VAULT, lambda r: properties(r).get("enableRbacAuthorization") is True),
    ("kv-firewall", VAULT, denies),
    ("kv-private-access", VAULT, lambda r: properties(r)["publicNetworkAccess"] == "Disabled"),
    ("kv-private-access", VAULT, approved),
    ("st-shared-key-off", ACCOUNT, lambda r: properties(r).get("allowSharedKeyAccess") is False),
    ("st-encrypted-transport", ACCOUNT, lambda r: properties(r)["supportsHttpsTrafficOnly"]),
    (
        "st-encrypted-transport",
        ACCOUNT,
        lambda r: properties(r)["minimumTlsVersion"] in ("TLS1_2", "TLS1_3"),
    ),
    ("st-no-public-blobs", ACCOUNT, lambda r: properties(r).get("allowBlobPublicAccess") is False),
    (
        "st-default-deny",
        ACCOUNT,
        lambda r: properties(r)["networkAcls"]["defaultAction"] == "Deny",
    ),
    (
        "law-retention",
        "microsoft.operationalinsights/workspaces",
        lambda r: properties(r)["retentionInDays"] >= LONG_ENOUGH,
    ),
    (
        "sql-entra-only",
        "microsoft.sql/servers",
        lambda r: properties(r)["administrators"]["azureADOnlyAuthentication"],
    ),
)
POLICY_CHECKS = {
    "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53": "kv-purge-protection",
    "1e66c121-a66a-4b1f-9b83-0fd99bf0fc2d": "kv-purge-protection",
    "12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5": "kv-rbac",
    "55615ac9-af46-4a59-874e-391cc3dfb490": "kv-firewall",
    "405c5871-3e91-4644-8a63-58e19d68ff5b": "kv-private-access",
    "a6abeaec-4d90-4a02-805f-6b26c4d3fbe9": "kv-private-access",
    "cf820ca0-f99e-4f3e-84fb-66e913812d21": "kv-resource-logs",
    "8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54": "st-shared-key-off",
    "404c3081-a854-4457-ae30-26a93ef643f9": "st-encrypted-transport",
    "fe83a0eb-a853-422d-aac2-1bffd182c5d0": "st-encrypted-transport",
    "4fa4b6c0-31ca-4c0d-b10d-24b96f62a751": "st-no-public-blobs",
    "34c877ad-507e-4c82-993e-3452a6e0ad3c": "st-default-deny",
}


def read(folder: Path, pattern: str, member: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(pattern)):
        yield from json.loads(path.read_bytes())[member]


def system_of(row: Row) -> str | None:
    if row["subscriptionId"] == ANALYTICS:
        return "analytics"
    inside = row["subscriptionId"] in (EHR, SHARED) and (row["tags"] or {}).get("env") == "prod"
    return "ehr-prod" if inside else None


def verdict(control: str, row: Row, *, good: bool) -> str:
    if good:
        return "pass"
    accepted = control == ACCEPTED[0] and ACCEPTED[1] in row["id"].lower()
    return "accepted" if accepted else "fail"


def state_verdict(control: str, state: Mapping[str, Any], row: Row) -> str:
    given = json.loads(state["effectiveParameters"] or "{}")
    days = int(given.get("requiredRetentionDays", {"value": LONG_ENOUGH})["value"])
    if control == "kv-resource-logs" and days < LONG_ENOUGH:
        return "looser-parameters"
    if state["timestamp"] < OLDEST_STATE:
        return "stale"
    word = state["complianceState"]
    if word in ("Compliant", "NonCompliant"):
        return verdict(control, row, good=word == "Compliant")
    return {"Exempt": "exempt", "Error": "state-error"}[word]


def alerted(alerts: list[dict[str, Any]], subscription: Row) -> bool:
    return any(
        alert["subscriptionId"] == subscription["subscriptionId"]
        and properties(alert)["enabled"]
        and {"field": "operationName", "equals": "Microsoft.KeyVault/vaults/delete"}
        in properties(alert)["condition"]["allOf"]
        and subscription["id"] in properties(alert)["scopes"]
        and properties(alert)["actions"]["actionGroups"]
        for alert in alerts
    )


def recount(evidence: Path) -> dict[tuple[str, str], Counter[str]]:
    """Return, by system and control: how many pass, fail, are accepted, and states by reason."""
    rows = [*read(evidence, "resources-*.json", "data")]
    containers = [*read(evidence, "resourcecontainers.json", "data")]
    by_id = {row["id"].lower(): row for row in rows}
    found: dict[tuple[str, str], Counter[str]] = {}

    def count(row: Row, control: str, word: str) -> None:
        if system := system_of(row):
            found.setdefault((system, control), Counter())[word] += 1

    for row in rows:
        for control, kind, rule in ROW_CHECKS:
            if row["type"] == kind:
                count(row, control, verdict(control, row, good=bool(rule(row))))
    for state in read(evidence, "policy-states-*.json", "value"):
        read_by = POLICY_CHECKS.get(state["policyDefinitionName"])
        if read_by is not None:
            row = by_id[state["resourceId"].lower()]
            count(row, read_by, state_verdict(read_by, state, row))
    alerts = [row for row in rows if row["type"] == "microsoft.insights/activitylogalerts"]
    for row in containers:
        if row["type"] == "microsoft.resources/subscriptions":
            count(row, "kv-delete-alert", "pass" if alerted(alerts, row) else "fail")
    # one answer is on file: ehr-prod's question of kv-delete-alert
    found["ehr-prod", "kv-delete-alert"]["pass"] += 1
    return found
