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
# exceptions that hold on the day, by control: what their scopes cover
ACCEPTED = {
    "st-shared-key-off": "/resourcegroups/rg-ehr-imaging/",
    "redis-entra-auth": "/redis/redis-ehr-cache",
}

VAULT = "microsoft.keyvault/vaults"
ACCOUNT = "microsoft.storage/storageaccounts"
COSMOS = "microsoft.documentdb/databaseaccounts"
SQL = "microsoft.sql/servers"
INSTANCE = "microsoft.sql/managedinstances"
POSTGRES = "microsoft.dbforpostgresql/flexibleservers"
REDIS = "microsoft.cache/redis"
HUBS = "microsoft.eventhub/namespaces"
BUS = "microsoft.servicebus/namespaces"
IOT = "microsoft.devices/iothubs"
REGISTRY = "microsoft.containerregistry/registries"
AUTOMATION = "microsoft.automation/automationaccounts"
AI = "microsoft.cognitiveservices/accounts"
SYNAPSE = "microsoft.synapse/workspaces"
BATCH = "microsoft.batch/batchaccounts"
LOG = "microsoft.operationalinsights/workspaces"
AKS = "microsoft.containerservice/managedclusters"


def approved(value: Any) -> bool:
    words = [c["properties"]["privateLinkServiceConnectionState"]["status"] for c in value or ()]
    return "Approved" in words


def among(*good: Any) -> Callable[[Any], bool]:
    return lambda value: value in good


def is_set(value: Any) -> bool:
    return bool(value)


def at_least(least: int) -> Callable[[Any], bool]:
    return lambda value: value >= least


TRUE, FALSE, OFF = among(True), among(False), among("Disabled")
TLS = among("1.2", "1.3")
LINKS = "properties.privateEndpointConnections"
PUBLIC = "properties.publicNetworkAccess"
LOCAL = "properties.disableLocalAuth"

# control, type, path, what is good there, and the definition that says the same (eight digits)
RULES: tuple[tuple[str, str, str, Callable[[Any], bool], str], ...] = (
    ("kv-purge-protection", VAULT, "properties.enablePurgeProtection", TRUE, "0b60c0b2"),
    ("kv-purge-protection", VAULT, "properties.enableSoftDelete", TRUE, "1e66c121"),
    ("kv-purge-protection", VAULT, "properties.softDeleteRetentionInDays", at_least(30), ""),
    ("kv-rbac", VAULT, "properties.enableRbacAuthorization", TRUE, "12d4fa5e"),
    ("kv-firewall", VAULT, "properties.networkAcls.defaultAction", among("Deny"), "55615ac9"),
    ("kv-private-access", VAULT, PUBLIC, OFF, ""),
    ("kv-private-access", VAULT, LINKS, approved, "a6abeaec"),
    ("st-shared-key-off", ACCOUNT, "properties.allowSharedKeyAccess", FALSE, "8c6a50c6"),
    ("st-encrypted-transport", ACCOUNT, "properties.supportsHttpsTrafficOnly", TRUE, "404c3081"),
    (
        "st-encrypted-transport",
        ACCOUNT,
        "properties.minimumTlsVersion",
        among("TLS1_2", "TLS1_3"),
        "fe83a0eb",
    ),
    ("st-no-public-blobs", ACCOUNT, "properties.allowBlobPublicAccess", FALSE, "4fa4b6c0"),
    ("st-default-deny", ACCOUNT, "properties.networkAcls.defaultAction", among("Deny"), "34c877ad"),
    ("st-public-access-off", ACCOUNT, PUBLIC, OFF, "b2982f36"),
    ("st-private-link", ACCOUNT, LINKS, approved, "6edd7eda"),
    ("st-sas-policy", ACCOUNT, "properties.sasPolicy", is_set, "bc1b984e"),
    (
        "cmk-storage-account",
        ACCOUNT,
        "properties.encryption.keySource",
        among("Microsoft.Keyvault"),
        "6fac406b",
    ),
    ("cmk-cosmos-db", COSMOS, "properties.keyVaultKeyUri", is_set, "1f905d99"),
    ("cosmos-public-access-off", COSMOS, PUBLIC, OFF, "797b37f7"),
    ("cosmos-private-link", COSMOS, LINKS, approved, "58440f8a"),
    ("cosmos-local-auth-off", COSMOS, LOCAL, TRUE, "5450f5bd"),
    ("sql-tls", SQL, "properties.minimalTlsVersion", TLS, "32e6bbec"),
    ("sql-public-access-off", SQL, PUBLIC, OFF, "5cc7aeef"),
    ("sql-mi-tls", INSTANCE, "properties.minimalTlsVersion", TLS, "a8793640"),
    (
        "sql-mi-public-endpoint-off",
        INSTANCE,
        "properties.publicDataEndpointEnabled",
        FALSE,
        "9dfea752",
    ),
    (
        "postgresql-public-access-off",
        POSTGRES,
        "properties.network.publicNetworkAccess",
        OFF,
        "5e1de0e3",
    ),
    ("postgresql-entra-auth", POSTGRES, "properties.authConfig.passwordAuth", OFF, "fa498b91"),
    ("redis-entra-auth", REDIS, "properties.disableAccessKeyAuthentication", TRUE, "3827af20"),
    ("redis-public-access-off", REDIS, PUBLIC, OFF, "470baccb"),
    ("redis-tls-only", REDIS, "properties.enableNonSslPort", FALSE, "22bee202"),
    ("redis-tls-only", REDIS, "properties.minimumTlsVersion", TLS, ""),
    ("event-hubs-local-auth-off", HUBS, LOCAL, TRUE, "5d4e3c65"),
    ("event-hubs-public-access-off", HUBS, PUBLIC, OFF, "0602787f"),
    ("event-hubs-tls", HUBS, "properties.minimumTlsVersion", TLS, ""),
    ("service-bus-local-auth-off", BUS, LOCAL, TRUE, "cfb11c26"),
    ("service-bus-public-access-off", BUS, PUBLIC, OFF, "cbd11fd3"),
    ("service-bus-tls", BUS, "properties.minimumTlsVersion", TLS, ""),
    ("iot-hub-service-auth", IOT, LOCAL, TRUE, "672d56b3"),
    ("iot-hub-public-access-off", IOT, PUBLIC, OFF, "2d6830fb"),
    ("iot-hub-private-link", IOT, LINKS, approved, "0d40b058"),
    ("iot-hub-tls", IOT, "properties.minTlsVersion", TLS, ""),
    ("container-registry-admin-off", REGISTRY, "properties.adminUserEnabled", FALSE, "dc921057"),
    (
        "cmk-container-registry",
        REGISTRY,
        "properties.encryption.status",
        among("enabled"),
        "5b9159ae",
    ),
    ("automation-local-auth-off", AUTOMATION, LOCAL, TRUE, "48c5f1cb"),
    ("automation-public-access-off", AUTOMATION, PUBLIC, FALSE, "955a914f"),
    ("managed-identity-automation", AUTOMATION, "identity", is_set, "dea83a72"),
    ("ai-services-local-auth-off", AI, LOCAL, TRUE, "71ef260a"),
    ("managed-identity-ai-services", AI, "identity", is_set, "fe3fd216"),
    ("synapse-public-access-off", SYNAPSE, PUBLIC, OFF, "38d8df46"),
    (
        "batch-local-auth-off",
        BATCH,
        "properties.allowedAuthenticationModes",
        lambda value: value == ["AAD"],
        "6f68b69f",
    ),
    ("log-workspace-retention", LOG, "properties.retentionInDays", at_least(365), ""),
    ("law-retention", LOG, "properties.retentionInDays", at_least(365), ""),
    ("aks-local-accounts-off", AKS, "properties.disableLocalAccounts", TRUE, "993c2fcd"),
    ("signalr-local-auth-off", "microsoft.signalrservice/signalr", LOCAL, TRUE, "f70eecba"),
    ("web-pubsub-local-auth-off", "microsoft.signalrservice/webpubsub", LOCAL, TRUE, "b66ab71c"),
    ("event-grid-topics-local-auth-off", "microsoft.eventgrid/topics", LOCAL, TRUE, "ae9fb87f"),
    ("event-grid-domains-local-auth-off", "microsoft.eventgrid/domains", LOCAL, TRUE, "8bfadddb"),
    (
        "app-configuration-local-auth-off",
        "microsoft.appconfiguration/configurationstores",
        LOCAL,
        TRUE,
        "b08ab3ca",
    ),
)
COUNTED = tuple(dict.fromkeys(control for control, *_ in RULES))
BY_DEFINITION = {name: (control, kind) for control, kind, _, _, name in RULES if name}


def read(folder: Path, pattern: str, member: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(pattern)):
        yield from json.loads(path.read_bytes())[member]


def resources(folder: Path) -> list[dict[str, Any]]:
    return [*read(folder, "resources-[0-9].json", "data")]


def value_at(row: Row, path: str) -> Any:
    value: Any = row
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def system_of(row: Row) -> str | None:
    if row["subscriptionId"] == EHR or row["resourceGroup"] == "rg-shd-net":
        return "ehr-prod"
    if row["subscriptionId"] == ANALYTICS:
        return "analytics"
    return "genomics" if (row["tags"] or {}).get("env") == "research" else None


def verdict(control: str, key: str, *, good: bool) -> str:
    if good:
        return "pass"
    accepted = control in ACCEPTED and f"{ACCEPTED[control]}/".rstrip("/") in key.lower()
    return "accepted" if accepted else "fail"


def state_verdict(control: str, state: Row) -> str:
    if state["timestamp"] < OLDEST_STATE:
        return "stale"
    word = state["complianceState"]
    if word in ("Compliant", "NonCompliant"):
        return verdict(control, state["resourceId"], good=word == "Compliant")
    return {"Exempt": "exempt", "Error": "state-error"}[word]


def recount(evidence: Path) -> dict[tuple[str, str], Counter[str]]:
    """Return, by system and control: how many pass, fail, are accepted, and states by reason."""
    rows = resources(evidence)
    by_id = {row["id"].lower(): row for row in rows}
    found: dict[tuple[str, str], Counter[str]] = {}

    def count(row: Row, control: str, word: str) -> None:
        if system := system_of(row):
            found.setdefault((system, control), Counter())[word] += 1

    for row in rows:
        for control, kind, path, rule, _ in RULES:
            if row["type"] == kind:
                good = bool(rule(value_at(row, path)))
                count(row, control, verdict(control, row["id"], good=good))
    for state in read(evidence, "policy-states-*.json", "value"):
        control, kind = BY_DEFINITION.get(state["policyDefinitionName"][:8], ("", ""))
        if control and state["resourceType"] == kind:
            row = by_id[state["resourceId"].lower()]
            count(row, control, state_verdict(control, state))
    return found


def titles(evidence: Path) -> dict[str, str]:
    """Return names for ids whose last part is none: subscriptions, roles, applications."""
    found = {
        row["id"].lower(): row["name"] for row in read(evidence, "resourcecontainers.json", "data")
    }
    for row in read(evidence, "authorizationresources.json", "data"):
        if row["type"].endswith("/roledefinitions"):
            found[row["id"].lower()] = row["properties"]["roleName"]
    for row in read(evidence, "entraobjects.json", "data"):
        found[row["id"].lower()] = row["name"]
    return found
