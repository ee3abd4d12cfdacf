"""What `frameworks/azure-policy/` holds of Azure Policy: definitions, groups and aliases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.frameworks_cmmc import cmmc_ids
from tools.frameworks_files import read_csv, read_lines, read_object, written_csv

PUBLIC_CLOUD: Final = "AzureCloud"
COMPONENT: Final = "rp-mode-component"
"""What the table calls a field of a data-plane component, which a row holds in `properties`."""
ALIASES_HEADER: Final = ("alias", "type", "path")
LONGEST_PATH: Final = 4
"""Row-level aliases: at most so many segments below the row."""

EFFECTS: Final = (
    "append",
    "audit",
    "auditIfNotExists",
    "deny",
    "denyAction",
    "deployIfNotExists",
    "disabled",
    "enforceRegoPolicy",
    "enforceOPAConstraint",
    "enforceSetting",
    "manual",
    "modify",
    "mutate",
)

ROW_TYPES: Final = """
    microsoft.apimanagement/service microsoft.apimanagement/service/namedvalues
    microsoft.app/containerapps microsoft.app/managedenvironments
    microsoft.appconfiguration/configurationstores microsoft.authorization/locks
    microsoft.authorization/policyexemptions microsoft.authorization/roleassignments
    microsoft.authorization/roledefinitions microsoft.automation/automationaccounts
    microsoft.automation/automationaccounts/certificates
    microsoft.automation/automationaccounts/connections
    microsoft.automation/automationaccounts/credentials
    microsoft.automation/automationaccounts/variables microsoft.batch/batchaccounts
    microsoft.cache/redis microsoft.cdn/profiles microsoft.cdn/profiles/customdomains
    microsoft.cdn/profiles/secrets microsoft.cognitiveservices/accounts
    microsoft.compute/diskencryptionsets microsoft.compute/disks
    microsoft.compute/galleries/images/versions microsoft.compute/images
    microsoft.compute/virtualmachines microsoft.compute/virtualmachinescalesets
    microsoft.containerregistry/registries microsoft.containerservice/managedclusters
    microsoft.databricks/workspaces microsoft.datafactory/factories
    microsoft.dataprotection/backupvaults microsoft.dbformysql/flexibleservers
    microsoft.dbformysql/flexibleservers/configurations microsoft.dbformysql/servers
    microsoft.dbformysql/servers/keys microsoft.dbforpostgresql/flexibleservers
    microsoft.dbforpostgresql/flexibleservers/configurations microsoft.dbforpostgresql/servers
    microsoft.dbforpostgresql/servers/keys microsoft.devices/iothubs
    microsoft.devices/provisioningservices microsoft.documentdb/databaseaccounts
    microsoft.eventgrid/domains microsoft.eventgrid/topics microsoft.eventhub/namespaces
    microsoft.eventhub/namespaces/authorizationrules microsoft.eventhub/namespaces/eventhubs
    microsoft.eventhub/namespaces/eventhubs/authorizationrules microsoft.hdinsight/clusters
    microsoft.insights/activitylogalerts microsoft.insights/components
    microsoft.insights/diagnosticsettings microsoft.insights/logprofiles
    microsoft.keyvault.data/vaults/certificates microsoft.keyvault.data/vaults/keys
    microsoft.keyvault.data/vaults/secrets microsoft.keyvault/managedhsms microsoft.keyvault/vaults
    microsoft.kusto/clusters microsoft.logic/workflows microsoft.machinelearningservices/workspaces
    microsoft.managedhsm.data/managedhsms/keys microsoft.managedidentity/userassignedidentities
    microsoft.network/azurefirewalls microsoft.network/networksecuritygroups
    microsoft.network/privateendpoints microsoft.network/publicipaddresses
    microsoft.network/virtualnetworks microsoft.operationalinsights/clusters
    microsoft.operationalinsights/workspaces microsoft.recoveryservices/vaults
    microsoft.resources/subscriptions microsoft.search/searchservices microsoft.security/pricings
    microsoft.security/securitycontacts microsoft.servicebus/namespaces
    microsoft.servicebus/namespaces/authorizationrules
    microsoft.servicebus/namespaces/queues/authorizationrules
    microsoft.servicebus/namespaces/topics/authorizationrules microsoft.signalrservice/signalr
    microsoft.signalrservice/webpubsub microsoft.sql/managedinstances
    microsoft.sql/managedinstances/securityalertpolicies microsoft.sql/servers
    microsoft.sql/servers/auditingsettings microsoft.sql/servers/databases
    microsoft.sql/servers/databases/transparentdataencryption
    microsoft.sql/servers/securityalertpolicies microsoft.storage/storageaccounts
    microsoft.storage/storageaccounts/blobservices
    microsoft.storage/storageaccounts/encryptionscopes
    microsoft.storage/storageaccounts/queueservices microsoft.storage/storageaccounts/tableservices
    microsoft.synapse/workspaces microsoft.synapse/workspaces/dedicatedsqlminimaltlssettings
    microsoft.web/certificates microsoft.web/hostingenvironments microsoft.web/serverfarms
    microsoft.web/sites microsoft.web/sites/basicpublishingcredentialspolicies
    microsoft.web/sites/privateendpointconnections
    microsoft.web/sites/slots/basicpublishingcredentialspolicies
"""
"""The types that controls are written for most; their row-level aliases are carried whole."""

LIBRARY_ALIASES: Final = """
    Microsoft.DataFactory/factories/linkedservices/typeProperties
    Microsoft.Databricks/workspaces/encryption.entities.managedDisk.keySource
    Microsoft.Databricks/workspaces/encryption.entities.managedServices.keySource
    Microsoft.Databricks/workspaces/parameters.encryption.value.keySource
    Microsoft.EventGrid/eventSubscriptions/destination.endpointType
    Microsoft.EventGrid/eventSubscriptions/filter.advancedFilters[*]
    Microsoft.EventGrid/eventSubscriptions/filter.includedEventTypes
    Microsoft.EventGrid/eventSubscriptions/filter.includedEventTypes[*]
    Microsoft.EventGrid/eventSubscriptions/filter.subjectBeginsWith
    Microsoft.EventGrid/eventSubscriptions/filter.subjectEndsWith
    Microsoft.EventHub/namespaces/privateEndpointConnections[*].privateLinkServiceConnectionState.status
    Microsoft.Network/applicationGateways/sslCertificates
    Microsoft.Network/applicationGateways/sslCertificates[*]
    Microsoft.Network/applicationGateways/sslCertificates[*].keyVaultSecretId
    Microsoft.ServiceBus/namespaces/privateEndpointConnections[*].privateLinkServiceConnectionState.status
    Microsoft.Storage/storageAccounts/privateEndpointConnections[*].privateLinkServiceConnectionState.status
    Microsoft.Web/sites/config/cors.allowedOrigins[*]
"""
"""What the library's own controls read beyond those: it never needs the table of all aliases."""


def types_of(condition: Any) -> frozenset[str] | None:
    """Return the resource types that a rule's `if` can be true for, lower case; None: not known."""
    if not isinstance(condition, Mapping):
        return None
    node = {str(key).lower(): value for key, value in condition.items()}
    if "allof" in node:
        known = [found for part in node["allof"] if (found := types_of(part)) is not None]
        return frozenset.intersection(*known) if known else None
    if "anyof" in node:
        parts = [types_of(part) for part in node["anyof"]]
        sets = [part for part in parts if part is not None]
        return frozenset().union(*sets) if sets and len(sets) == len(parts) else None
    if str(node.get("field", "")).lower() != "type":
        return None
    named = node.get("equals", node.get("in"))
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or any(not literal(name) for name in names):
        return None
    return frozenset(name.lower() for name in names)


def literal(value: Any) -> bool:
    """Tell whether a value is text and not an expression."""
    return isinstance(value, str) and not value.startswith("[")


def effect_of(definition: Mapping[str, Any]) -> str:
    """Return a definition's default effect in one spelling, or nothing where it has none."""
    effect = str(definition["policyRule"]["then"]["effect"])
    if not literal(effect):
        name = effect.split("'")[1]
        effect = str(definition["parameters"][name].get("defaultValue", ""))
    spelled = {known.lower(): known for known in EFFECTS}
    return spelled.get(effect.lower(), effect)


def definitions_csv(azure: Path) -> str:
    """Return every built-in definition of the public cloud, one row each."""
    rows = sorted(
        (
            d["name"].lower(),
            d["displayName"],
            d["category"] or "",
            d["mode"] or "",
            effect_of(d),
            "|".join(sorted(types_of(d["policyRule"]["if"]) or ())),
        )
        for d in read_lines(azure / "builtin-policies.ndjson.gz")
        if PUBLIC_CLOUD in d["clouds"]
    )
    return written_csv(("name", "title", "category", "mode", "effect", "types"), rows)


def groups_csv(facts: Path, catalogues: Mapping[str, Collection[str]]) -> str:
    """Return which requirement each group of a built-in initiative names, where we have it.

    A name that initiatives of several catalogues use says nothing and is left out, and so is a
    group that names a heading.

    Args:
        facts: The folder of framework facts.
        catalogues: The assessable requirements of each framework that is written.
    """
    groups = read_csv(facts / "azure-policy-groups.csv")
    numbered = cmmc_ids(facts)
    used: dict[str, set[str]] = {}
    for row in groups:
        used.setdefault(row["group_name"].lower(), set()).add(row["catalogue"])
    rows = {
        (row["group_name"], row["catalogue"], requirement)
        for row in groups
        if row["in_catalogue"] == "true" and len(used[row["group_name"].lower()]) == 1
        for requirement in numbered.get(row["requirement_id"], (row["requirement_id"],))
        if requirement in catalogues.get(row["catalogue"], ())
    }
    return written_csv(("group", "framework", "requirement"), sorted(rows))


def spelled_alias(alias: str, resource_type: str, path: str, spelling: Mapping[str, str]) -> str:
    """Return an alias of the full table, which is lower case, spelled as Azure spells it.

    The table keeps the spelling of the path only; the type's comes from aliases that are known.
    """
    rest = alias[len(resource_type) + 1 :]
    if rest and path.lower().endswith(rest):
        rest = path[len(path) - len(rest) :]
    return f"{spelling.get(resource_type, resource_type)}/{rest}"


def used_rows(used: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield alias, type and path below a row of each alias that built-ins use."""
    for entry in used.values():
        paths = entry.get("pathsByType") or {entry["resourceType"]: entry["path"]}
        before = "properties." if entry["source"] == COMPONENT else ""
        for kind, path in paths.items():
            yield entry["alias"], kind, before + path


def spelling_of(used: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the spelling of each resource type that an alias of a built-in begins with."""
    found: dict[str, str] = {}
    for entry in used.values():
        kind, alias = entry["resourceType"], entry["alias"]
        if alias.lower().startswith(kind + "/"):
            found.setdefault(kind, alias[: len(kind)])
    return found


def full_rows(azure: Path) -> Iterator[tuple[str, str, str]]:
    """Yield alias, type and path of every alias of the full table."""
    used = read_object(azure / "aliases.json.gz")
    spelling = spelling_of(used)
    for alias, (path, kinds) in read_object(azure / "aliases-full.json.gz").items():
        for kind, below in kinds.items() if isinstance(kinds, dict) else [(kinds, path)]:
            name = alias
            if alias in used:
                name = used[alias]["alias"]
            elif alias.startswith(kind + "/"):
                name = spelled_alias(alias, kind, below, spelling)
            yield name, kind, below


def in_order(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return rows of aliases without repetition, sorted without regard to case."""
    return sorted(set(rows), key=lambda row: (row[0].lower(), row))


def aliases_csv(azure: Path) -> str:
    """Return the aliases that built-ins and the library use, and those of the most used types."""
    used = read_object(azure / "aliases.json.gz")
    row_types = frozenset(ROW_TYPES.split())
    library = frozenset(LIBRARY_ALIASES.lower().split())
    rows = list(used_rows(used))
    for alias, kind, path in full_rows(azure):
        low = alias.lower()
        shallow = low.startswith(kind + "/") and len(path.split(".")) <= LONGEST_PATH
        if low not in used and (low in library or (kind in row_types and shallow)):
            rows.append((alias, kind, path))
    return written_csv(ALIASES_HEADER, in_order(rows))


def all_aliases_csv(azure: Path) -> str:
    """Return every alias that is known, those of `aliases.csv` among them."""
    used = read_object(azure / "aliases.json.gz")
    return written_csv(ALIASES_HEADER, in_order([*used_rows(used), *full_rows(azure)]))
