"""The policy assignments of the made-up tenant, and what each definition finds in a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.contoso_inventory import ANALYTICS, EHR, SHARED, number

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An assignment of the initiative, or of one definition."""

    name: str
    scope: str
    subscriptions: frozenset[str]
    parameters: Mapping[str, Any]
    initiative: bool = False

    @property
    def id(self) -> str:
        """The full id of the assignment."""
        return f"{self.scope}/providers/Microsoft.Authorization/policyAssignments/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A built-in definition: whom it applies to, and what it finds."""

    name: str
    version: str
    type: str
    """Lower case; `*` is every type but subscriptions."""
    effect: str
    groups: tuple[str, ...]
    """Requirements of the initiative that it is grouped under; none where assigned on its own."""
    assignments: tuple[Assignment, ...]
    finds: str
    """Which rule of `RULES` finds a row compliant."""


EVERYWHERE: Final = frozenset({EHR, ANALYTICS, SHARED})
GROUP: Final = "/providers/Microsoft.Management/managementGroups/mg-contoso"
NIST: Final = (
    Assignment(
        name="nist-800-53-r5",
        scope=GROUP,
        subscriptions=frozenset({EHR, ANALYTICS}),
        parameters={"requiredRetentionDays": {"value": "365"}},
        initiative=True,
    ),
    # looser: the shared subscription keeps logs for a month
    Assignment(
        name="nist-800-53-r5-shared",
        scope=f"/subscriptions/{SHARED}",
        subscriptions=frozenset({SHARED}),
        parameters={"requiredRetentionDays": {"value": "30"}},
        initiative=True,
    ),
)


def alone(name: str, parameters: Mapping[str, Any]) -> tuple[Assignment, ...]:
    """Return the assignment of a single definition to the whole tenant."""
    given = {key: {"value": value} for key, value in parameters.items()}
    return (Assignment(name=name, scope=GROUP, subscriptions=EVERYWHERE, parameters=given),)


def protected(row: Row) -> bool:
    """Tell whether a vault has soft delete and purge protection."""
    about = row["properties"]
    return about.get("enableSoftDelete") is True and about.get("enablePurgeProtection") is True


def default_deny(row: Row) -> bool:
    """Tell whether the default network rule is deny."""
    action: str = row["properties"]["networkAcls"]["defaultAction"]
    return action == "Deny"


def denies(row: Row) -> bool:
    """Tell whether the default network rule is deny, or public access is off."""
    about = row["properties"]
    closed: bool = about.get("publicNetworkAccess") == "Disabled"
    return closed or default_deny(row)


def linked(row: Row) -> bool:
    """Tell whether there is an approved private endpoint connection."""
    connections = row["properties"]["privateEndpointConnections"]
    states = [found["properties"]["privateLinkServiceConnectionState"] for found in connections]
    return any(state["status"] == "Approved" for state in states)


RULES: Final[Mapping[str, Callable[[Row], bool]]] = {
    "always": lambda _: True,
    "protected": protected,
    "denies": denies,
    "default-deny": default_deny,
    "linked": linked,
    "soft-delete": lambda row: row["properties"].get("enableSoftDelete") is True,
    "rbac": lambda row: row["properties"].get("enableRbacAuthorization") is True,
    "https": lambda row: row["properties"].get("supportsHttpsTrafficOnly") is True,
    "not-anonymous": lambda row: row["properties"].get("allowBlobPublicAccess") is False,
    "no-shared-key": lambda row: row["properties"].get("allowSharedKeyAccess") is False,
    "tls-1-2": lambda row: bool(row["properties"].get("minimumTlsVersion") == "TLS1_2"),
    "owned": lambda row: "owner" in (row["tags"] or {}),
    "never": lambda _: False,
    # always the same rows, chosen by their ids
    "mostly": lambda row: number(4, "mostly", row["id"]) != 0,
    "half": lambda row: number(2, "half", row["id"]) != 0,
}

VAULT: Final = "microsoft.keyvault/vaults"
ACCOUNT: Final = "microsoft.storage/storageaccounts"
MACHINE: Final = "microsoft.compute/virtualmachines"
NETWORK: Final = "microsoft.network/virtualnetworks"
SERVER: Final = "microsoft.sql/servers"
DATABASE: Final = "microsoft.sql/servers/databases"
LOG: Final = "microsoft.operationalinsights/workspaces"
SUBSCRIPTION: Final = "microsoft.resources/subscriptions"
EVERY: Final = "*"
AINE: Final = "auditifnotexists"
LINK: Final = "AC-4 AC-17 AC-17(1) SC-7 SC-7(3)"
EDGE: Final = "AC-4 SC-7 SC-7(3)"
LOGS: Final = "AU-6(4) AU-6(5) AU-12 AU-12(1)"
REST: Final = "SC-28 SC-28(1)"

# Of the initiative: definition, version, type, effect, groups, rule. An answer always holds more
# than is asked: no control reads the states of the second half.
GROUPED: Final = (
    ("0b60c0b2-2dc2-4e1c-b5c9-abbed971de53", "2.1.0", VAULT, "audit", "CP-9", "protected"),
    ("1e66c121-a66a-4b1f-9b83-0fd99bf0fc2d", "3.1.0", VAULT, "audit", "CP-9", "soft-delete"),
    ("55615ac9-af46-4a59-874e-391cc3dfb490", "3.3.0", VAULT, "audit", EDGE, "denies"),
    ("a6abeaec-4d90-4a02-805f-6b26c4d3fbe9", "1.2.1", VAULT, "audit", LINK, "linked"),
    ("cf820ca0-f99e-4f3e-84fb-66e913812d21", "5.0.0", VAULT, AINE, LOGS, "always"),
    ("404c3081-a854-4457-ae30-26a93ef643f9", "2.0.0", ACCOUNT, "audit", "SC-8 SC-8(1)", "https"),
    ("34c877ad-507e-4c82-993e-3452a6e0ad3c", "1.1.1", ACCOUNT, "audit", LINK, "default-deny"),
    ("4fa4b6c0-31ca-4c0d-b10d-24b96f62a751", "3.1.1", ACCOUNT, "audit", EDGE, "not-anonymous"),
    ("6edd7eda-6dd8-40f7-810d-67160c639cd9", "2.0.0", ACCOUNT, AINE, LINK, "linked"),
    ("bf045164-79ba-4215-8f95-f8048dc1780b", "1.0.0", ACCOUNT, "audit", "CP-6 CP-6(1)", "always"),
    ("6fac406b-40ca-413b-bf8e-0bf964659c25", "1.0.3", ACCOUNT, "audit", "SC-12", "never"),
    ("4733ea7b-a883-42fe-8cac-97454c2a9e4a", "1.0.0", ACCOUNT, "audit", REST, "always"),
    ("fc4d8e41-e223-45ea-9bf5-eada37891d87", "1.0.0", MACHINE, "audit", REST, "always"),
    ("702dd420-7fcc-42c5-afe8-4026edd20fe0", "3.0.0", MACHINE, "audit", "SC-12", "half"),
    ("013e242c-8828-4970-87b3-ab247555486d", "3.0.0", MACHINE, AINE, "CP-9", "mostly"),
    ("0015ea4d-51ff-4ce3-8d8c-f3f8f0179a56", "1.0.0", MACHINE, AINE, "CP-7", "half"),
    ("b0f33259-77d7-4c9e-aac6-3aabcfae693c", "3.0.0", MACHINE, AINE, EDGE, "mostly"),
    ("bd352bd5-2853-4985-bf0d-73806b4a5744", "3.0.0", MACHINE, AINE, EDGE, "always"),
    ("ae89ebca-1c92-4898-ac2c-9f63decb045c", "1.0.3", MACHINE, AINE, LOGS, "mostly"),
    ("a7aca53f-2ed4-4466-a25e-0b45ade68efd", "3.0.1", NETWORK, AINE, "SC-5", "half"),
    ("b6e2945c-0b7b-40f5-9233-7a5323b5cdc6", "3.0.0", NETWORK, AINE, "AU-6 SI-4", "always"),
    ("a6fb4358-5bf4-4ad7-ba82-2cd2f41ce5e9", "2.0.0", SERVER, AINE, LOGS, "always"),
    ("1b8ca024-1d5c-4dec-8995-b1a932b41780", "1.1.0", SERVER, "audit", EDGE, "always"),
    ("1f314764-cb73-4fc9-b863-8eca98ac36e9", "1.0.0", SERVER, AINE, "AC-2 IA-2 IA-4", "always"),
    ("abfb4388-5bf4-4ad7-ba82-2cd2f41ceae9", "2.0.1", SERVER, AINE, "RA-5 SI-4", "mostly"),
    ("17k78e20-9358-41c9-923c-fb736d382a12", "2.0.0", DATABASE, AINE, REST, "always"),
    ("d38fc420-0735-4ef3-ac11-c806f651a570", "2.0.0", DATABASE, AINE, "CP-6 CP-6(1)", "mostly"),
    ("fa298e57-9444-42ba-bf04-86e8470e32c7", "1.1.0", LOG, "audit", "SC-12", "never"),
    ("0e6763cc-5078-4e64-889d-ff4d9a839047", "1.0.3", SUBSCRIPTION, AINE, "RA-5 SI-4", "always"),
    ("4f11b553-d42e-4e3a-89be-32ca364cad4c", "3.0.0", SUBSCRIPTION, AINE, "AC-6", "always"),
    ("4f4f78b8-e367-4b10-a341-d9a4ad5cf1c7", "1.0.1", SUBSCRIPTION, AINE, "IR-4 IR-5", "always"),
)

# Assigned on their own: definition, version, type, effect, rule, assignment, parameters.
ALONE: Final[tuple[tuple[str, str, str, str, str, str, Mapping[str, Any]], ...]] = (
    ("12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5", "1.0.1", VAULT, "audit", "rbac", "kv-rbac", {}),
    (
        "8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54",
        "2.0.0",
        ACCOUNT,
        "audit",
        "no-shared-key",
        "st-shared-key",
        {},
    ),
    (
        "fe83a0eb-a853-422d-aac2-1bffd182c5d0",
        "1.0.0",
        ACCOUNT,
        "audit",
        "tls-1-2",
        "st-minimum-tls",
        {"minimumTlsVersion": "TLS1_2"},
    ),
    (
        "e56962a6-4747-49cd-b67b-bf8b01975c4c",
        "1.1.0",
        EVERY,
        "deny",
        "always",
        "allowed-locations",
        {"listOfAllowedLocations": ["eastus2", "westus3"]},
    ),
    (
        "871b6d14-10aa-478d-b590-94f262ecfa99",
        "1.0.1",
        EVERY,
        "deny",
        "owned",
        "require-owner",
        {"tagName": "owner"},
    ),
)


def definitions() -> tuple[Definition, ...]:
    """Return every definition that is assigned."""
    grouped = tuple(
        Definition(
            name=name,
            version=version,
            type=kind,
            effect=effect,
            groups=tuple(groups.split()),
            assignments=NIST,
            finds=rule,
        )
        for name, version, kind, effect, groups, rule in GROUPED
    )
    return grouped + tuple(
        Definition(
            name=name,
            version=version,
            type=kind,
            effect=effect,
            groups=(),
            assignments=alone(assignment, parameters),
            finds=rule,
        )
        for name, version, kind, effect, rule, assignment, parameters in ALONE
    )


def applies(definition: Definition, row: Row) -> bool:
    """Tell whether a definition applies to a row."""
    if definition.type == EVERY:
        return not row["type"].startswith(SUBSCRIPTION)
    return bool(row["type"] == definition.type)
