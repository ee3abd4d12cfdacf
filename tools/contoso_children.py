"""What hangs on the resources of the made-up tenant and has no row of its own in Resource Graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tools.contoso_base import LAB, Resource, digest, guid, key_uri, made_on, row_of

Row = dict[str, Any]

DIAGNOSED: Final = frozenset(
    {
        "Microsoft.KeyVault/vaults",
        "Microsoft.KeyVault/managedHSMs",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.AppConfiguration/configurationStores",
        "Microsoft.Web/sites",
        "Microsoft.Automation/automationAccounts",
        "Microsoft.Batch/batchAccounts",
        "Microsoft.DocumentDB/databaseAccounts",
        "Microsoft.DataFactory/factories",
        "Microsoft.EventHub/namespaces",
        "Microsoft.ServiceBus/namespaces",
        "Microsoft.Devices/IotHubs",
        "Microsoft.Logic/workflows",
        "Microsoft.MachineLearningServices/workspaces",
        "Microsoft.Search/searchServices",
    }
)
"""Types whose resource logs go to the workspace of their subscription."""


def log_workspace(subscription: str, short: str) -> str:
    """Return the id of the workspace that gets the logs of a subscription."""
    group = {"ehr": "rg-ehr-ops", "anl": "rg-anl-ops"}.get(short, "rg-shd-net")
    path = f"/subscriptions/{subscription}/resourceGroups/{group}/providers"
    return f"{path}/Microsoft.OperationalInsights/workspaces/log-{short}"


def extension(holder: Resource, key: str, kind: str, name: str, properties: Row) -> Row:
    """Return the row of an extension resource of whatever has the id `key`."""
    made = row_of(holder, properties)
    full = f"{key}/providers/{kind}/{name}"
    return {**made, "id": full, "name": name, "type": kind, "location": "", "tags": None}


def child(parent: Resource, kind: str, name: str, properties: Row) -> Row:
    """Return the row of a child: `kind` and `name` may have several parts."""
    provider = Resource(
        subscription=parent.subscription,
        group=parent.group,
        type=f"{parent.type}/{kind}",
        name=f"{parent.name}/{name}",
    )
    return {**row_of(provider, properties), "type": provider.type, "location": ""}


def diagnostics(holder: Resource, key: str) -> Row:
    """Return the diagnostic setting that sends all logs of something to the workspace."""
    off = {"enabled": False, "days": 0}
    properties = {
        "storageAccountId": None,
        "workspaceId": log_workspace(holder.subscription.id, holder.subscription.short),
        "logs": [
            {"category": None, "categoryGroup": "allLogs", "enabled": True, "retentionPolicy": off}
        ],
        "metrics": [],
    }
    return extension(holder, key, "Microsoft.Insights/diagnosticSettings", "to-log", properties)


def _vault(vault: Resource) -> Iterator[Row]:
    if vault.group == LAB:
        return
    function = vault.near("Microsoft.Web/sites/func-rotate/functions/rotate")
    properties = {
        "topic": vault.id,
        "provisioningState": "Succeeded",
        "destination": {"endpointType": "AzureFunction", "properties": {"resourceId": function}},
        "filter": {
            "subjectBeginsWith": "",
            "subjectEndsWith": "",
            "includedEventTypes": ["Microsoft.KeyVault.SecretNearExpiry"],
        },
        "eventDeliverySchema": "CloudEventSchemaV1_0",
    }
    kind = "Microsoft.EventGrid/eventSubscriptions"
    yield extension(vault, vault.id, kind, "near-expiry", properties)


def _storage(account: Resource) -> Iterator[Row]:
    for kind in ("blobServices", "queueServices", "tableServices"):
        service = child(account, kind, "default", {"cors": {"corsRules": []}})
        yield service
        if account.group != LAB:
            yield diagnostics(account, service["id"])


def _sql_server(server: Resource) -> Iterator[Row]:
    on = "Disabled" if server.group == LAB else "Enabled"
    auditing = {
        "state": on,
        "isAzureMonitorTargetEnabled": on == "Enabled",
        "storageEndpoint": "",
        "retentionDays": 0 if on == "Enabled" else 30,
        "auditActionsAndGroups": ["BATCH_COMPLETED_GROUP", "FAILED_DATABASE_AUTHENTICATION_GROUP"],
    }
    yield child(server, "auditingSettings", "default", auditing)
    yield child(
        server, "securityAlertPolicies", "Default", {"state": on, "emailAccountAdmins": True}
    )
    only = {"azureADOnlyAuthentication": server.group != LAB}
    yield child(server, "azureADOnlyAuthentications", "Default", only)
    yield _protector(server, own=server.group != LAB)


def _protector(holder: Resource, *, own: bool) -> Row:
    kind = "AzureKeyVault" if own else "ServiceManaged"
    about: Row = {"serverKeyType": kind, "serverKeyName": kind, "autoRotationEnabled": own}
    if own:
        about |= {
            "uri": key_uri(holder, version=True),
            "serverKeyName": f"{holder.key_vault}_cmk-sql",
        }
    return child(holder, "encryptionProtector", "current", about)


def _sql_database(database: Resource) -> Iterator[Row]:
    state = "Disabled" if database.group == LAB else "Enabled"
    yield child(database, "transparentDataEncryption", "current", {"state": state})


def _managed_instance(instance: Resource) -> Iterator[Row]:
    good = instance.group != LAB
    state = {"state": "Enabled" if good else "Disabled"}
    yield child(instance, "securityAlertPolicies", "Default", state)
    only = {"azureADOnlyAuthentication": good}
    yield child(instance, "azureADOnlyAuthentications", "Default", only)
    # no key of one's own is required for instances
    yield _protector(instance, own=False)


def _synapse(workspace: Resource) -> Iterator[Row]:
    good = workspace.group != LAB
    only = {"azureADOnlyAuthentication": good}
    yield child(workspace, "azureADOnlyAuthentications", "default", only)
    least = {"minimalTlsVersion": "1.2" if good else "1.0"}
    yield child(workspace, "dedicatedSQLminimalTlsSettings", "default", least)


def _settings(server: Resource, values: Mapping[str, tuple[str, str]]) -> Iterator[Row]:
    for name, (good, bad) in values.items():
        value = bad if server.group == LAB else good
        yield child(server, "configurations", name, {"value": value, "source": "user-override"})


def _postgresql(server: Resource) -> Iterator[Row]:
    values = {
        "ssl_min_protocol_version": ("TLSv1.2", "TLSv1"),
        "require_secure_transport": ("ON", "OFF"),
        "log_connections": ("on", "off"),
    }
    yield from _settings(server, values)


def _mysql(server: Resource) -> Iterator[Row]:
    values = {
        "tls_version": ("TLSv1.2,TLSv1.3", "TLSv1"),
        "require_secure_transport": ("ON", "OFF"),
        "aad_auth_only": ("ON", "OFF"),
    }
    yield from _settings(server, values)


def _rule(holder: Resource, path: str, name: str, rights: str) -> Row:
    return child(holder, f"{path}authorizationRules", name, {"rights": rights.split()})


def _event_hubs(namespace: Resource) -> Iterator[Row]:
    yield _rule(namespace, "", "RootManageSharedAccessKey", "Listen Manage Send")
    if namespace.group == LAB:
        yield _rule(namespace, "", "everything", "Listen Manage Send")
        yield child(namespace, "eventhubs", "reads", {"partitionCount": 2, "status": "Active"})
        return
    for hub in ("raw", "clean"):
        about = {"partitionCount": 4, "messageRetentionInDays": 7, "status": "Active"}
        yield child(namespace, "eventhubs", hub, about)
        yield _rule(namespace, "eventhubs/", f"{hub}/reader", "Listen")


def _service_bus(namespace: Resource) -> Iterator[Row]:
    yield _rule(namespace, "", "RootManageSharedAccessKey", "Listen Manage Send")
    if namespace.group == LAB:
        yield _rule(namespace, "", "everything", "Listen Manage Send")
        return
    yield _rule(namespace, "queues/", "inbox/sender", "Send")
    yield _rule(namespace, "topics/", "changes/listener", "Listen")


def _automation(account: Resource) -> Iterator[Row]:
    good = account.group != LAB
    changed = "2026-06-02T08:00:00+00:00" if good else "2023-02-14T08:00:00+00:00"
    for name in ("maintenance-window", "webhook-url"):
        about = {"isEncrypted": good, "creationTime": made_on(account), "lastModifiedTime": changed}
        yield child(account, "variables", name, about)
    credential = {"userName": "svc-runbooks", "lastModifiedTime": changed}
    yield child(account, "credentials", "svc-runbooks", credential)
    certificate = {
        "isExportable": not good,
        "thumbprint": digest(account.id, "certificate")[:40].upper(),
        "expiryTime": "2027-05-31T23:59:59+00:00" if good else "2026-11-08T23:59:59+00:00",
    }
    yield child(account, "certificates", "runbooks", certificate)
    kind = {"connectionType": {"name": "ServiceNow" if good else "AzureServicePrincipal"}}
    yield child(account, "connections", "tickets" if good else "run-as", kind)


def _api_management(service: Resource) -> Iterator[Row]:
    secret = f"https://{service.key_vault}.vault.azure.net/secrets/{service.name}-backend"
    held = {"keyVault": {"secretIdentifier": secret}} if service.group != LAB else {}
    about = {"displayName": "backend-key", "secret": True, "provisioningState": "Succeeded"}
    yield child(service, "namedValues", "backend-key", {**about, **held})
    yield child(service, "namedValues", "region", {"displayName": "region", "secret": False})


def _front_door(profile: Resource) -> Iterator[Row]:
    good = profile.group != LAB
    tls = {
        "certificateType": "CustomerCertificate",
        "minimumTlsVersion": "TLS12" if good else "TLS10",
    }
    domain = {"hostName": f"{profile.name}.contoso.example", "tlsSettings": tls}
    yield child(profile, "customDomains", "www", {**domain, "provisioningState": "Succeeded"})
    parameters = {
        "type": "CustomerCertificate",
        "useLatestVersion": good,
        "subject": f"CN={profile.name}.contoso.example",
        "expirationDate": "2027-04-30T23:59:59Z" if good else "2026-11-10T23:59:59Z",
    }
    yield child(profile, "secrets", "www", {"parameters": parameters})


def _data_factory(factory: Resource) -> Iterator[Row]:
    if factory.group == LAB:
        database = {"connectionString": "Server=old;Database=v;User ID=sa;Password=********"}
        about = {"type": "AzureSqlDatabase", "typeProperties": database}
        yield child(factory, "linkedservices", "old", about)
        return
    store = {"type": "LinkedServiceReference", "referenceName": "vault"}
    password = {"type": "AzureKeyVaultSecret", "store": store, "secretName": "source-password"}
    services: dict[str, tuple[str, Row]] = {
        "lake": (
            "AzureBlobFS",
            {"url": f"https://st{factory.subscription.short}.dfs.core.windows.net"},
        ),
        "vault": ("AzureKeyVault", {"baseUrl": f"https://{factory.key_vault}.vault.azure.net/"}),
        "source": ("SqlServer", {"server": "src01", "userName": "reader", "password": password}),
    }
    for name, (kind, about) in services.items():
        yield child(factory, "linkedservices", name, {"type": kind, "typeProperties": about})


def _publishing(site: Resource) -> Iterator[Row]:
    for name in ("ftp", "scm"):
        yield child(site, "basicPublishingCredentialsPolicies", name, {"allow": site.group == LAB})


def _site(site: Resource) -> Iterator[Row]:
    good = site.group != LAB
    config = {
        "numberOfWorkers": 2,
        "linuxFxVersion": "DOTNETCORE|8.0",
        "remoteDebuggingEnabled": not good,
        "siteAuthEnabled": good,
        "cors": {"allowedOrigins": ["https://portal.contoso.example"] if good else ["*"]},
        "minTlsVersion": "1.2" if good else "1.0",
        "scmMinTlsVersion": "1.2",
        "ftpsState": "FtpsOnly" if good else "AllAllowed",
        "http20Enabled": True,
    }
    # recorded answers have the site's name here
    yield {**child(site, "config", "web", config), "name": site.name}
    yield from _publishing(site)
    if good:
        state = {"privateLinkServiceConnectionState": {"status": "Approved"}}
        name = f"pe-{site.name}-{guid(site.id, 'connection')}"
        yield child(
            site, "privateEndpointConnections", name, {**state, "provisioningState": "Succeeded"}
        )


_CHILDREN: Final[Mapping[str, Callable[[Resource], Iterator[Row]]]] = {
    "Microsoft.KeyVault/vaults": _vault,
    "Microsoft.Storage/storageAccounts": _storage,
    "Microsoft.Sql/servers": _sql_server,
    "Microsoft.Sql/servers/databases": _sql_database,
    "Microsoft.Sql/managedInstances": _managed_instance,
    "Microsoft.Synapse/workspaces": _synapse,
    "Microsoft.DBforPostgreSQL/flexibleServers": _postgresql,
    "Microsoft.DBforMySQL/flexibleServers": _mysql,
    "Microsoft.EventHub/namespaces": _event_hubs,
    "Microsoft.ServiceBus/namespaces": _service_bus,
    "Microsoft.Automation/automationAccounts": _automation,
    "Microsoft.ApiManagement/service": _api_management,
    "Microsoft.Cdn/profiles": _front_door,
    "Microsoft.DataFactory/factories": _data_factory,
    "Microsoft.Web/sites": _site,
    "Microsoft.Web/sites/slots": _publishing,
}


def children(resource: Resource) -> Iterator[Row]:
    """Yield the rows of what hangs on a resource."""
    if resource.type in DIAGNOSED and resource.group != LAB:
        yield diagnostics(resource, resource.id)
    make = _CHILDREN.get(resource.type)
    if make is not None:
        yield from make(resource)
