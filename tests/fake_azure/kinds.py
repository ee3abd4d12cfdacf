"""The kinds of resources of a generated tenant: how their rows look, good ones and bad ones.

In properties `Pick(a, b, …)` is one of these by chance; `@ID@`, `@NAME@`, `@SUB@`, `@RG@` and
`@TENANT@` stand for the row's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


class Pick:
    """One of some values."""

    def __init__(self, *values: Any) -> None:
        self.values = values


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of resource.

    Attributes:
        type: As Resource Manager spells it.
        prefix: How names start.
        share: Parts of a hundred.
        children: Collections below a resource, or extensions of it: path and properties of one.
    """

    type: str
    prefix: str
    share: int
    properties: Mapping[str, Any]
    sku: Any = None
    kind: Any = ""
    identity: Any = None
    children: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


_OK: Final = {"provisioningState": "Succeeded"}
_PUBLIC: Final = Pick("Enabled", "Disabled", "Disabled")
_TLS: Final = Pick("1.0", "1.2", "1.2", "1.2")
_SYSTEM: Final = Pick(None, {"type": "SystemAssigned", "principalId": "@TENANT@"})
_RULES: Final = {"rights": Pick(["Listen"], ["Manage", "Listen", "Send"])}
_LINKS: Final = Pick([], [{"id": "@ID@/privateEndpointConnections/pe", "properties": _OK}])
_ACLS: Final = Pick(
    {"bypass": "AzureServices", "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": []},
    {"bypass": "None", "defaultAction": "Allow", "ipRules": [{"value": "203.0.113.7/32"}]},
)

KINDS: Final = (
    Kind(
        type="Microsoft.KeyVault/vaults",
        prefix="kv-",
        share=8,
        properties={
            "sku": {"family": "A", "name": Pick("standard", "premium")},
            "tenantId": "@TENANT@",
            "accessPolicies": [],
            "enabledForDeployment": False,
            "enableRbacAuthorization": Pick(True, True, False),
            "enableSoftDelete": Pick(True, True, True, False),
            "softDeleteRetentionInDays": Pick(7, 90, 90),
            "enablePurgeProtection": Pick(True, True, None),
            "networkAcls": _ACLS,
            "privateEndpointConnections": _LINKS,
            "publicNetworkAccess": _PUBLIC,
            "vaultUri": "https://@NAME@.vault.azure.net/",
            "provisioningState": "Succeeded",
        },
    ),
    Kind(
        type="Microsoft.Storage/storageAccounts",
        prefix="st",
        share=14,
        sku={"name": "Standard_ZRS", "tier": "Standard"},
        kind=Pick("StorageV2", "StorageV2", "BlobStorage"),
        properties={
            "accessTier": "Hot",
            "supportsHttpsTrafficOnly": Pick(True, True, False),
            "minimumTlsVersion": Pick("TLS1_0", "TLS1_2", "TLS1_2"),
            "allowBlobPublicAccess": Pick(True, False, False),
            "allowSharedKeyAccess": Pick(True, False),
            "publicNetworkAccess": _PUBLIC,
            "networkAcls": _ACLS,
            "privateEndpointConnections": _LINKS,
            "encryption": {
                "keySource": Pick("Microsoft.Storage", "Microsoft.Keyvault"),
                "requireInfrastructureEncryption": Pick(True, None),
                "services": {"blob": {"enabled": True}, "file": {"enabled": True}},
            },
            "primaryEndpoints": {"blob": "https://@NAME@.blob.core.windows.net/"},
            "keyCreationTime": {"key1": "2026-01-04T09:00:00Z", "key2": "2026-06-04T09:00:00Z"},
            "provisioningState": "Succeeded",
        },
        children={"encryptionScopes": {"source": "Microsoft.Storage", "state": "Enabled"}},
    ),
    Kind(
        type="Microsoft.Compute/virtualMachines",
        prefix="vm-",
        share=18,
        identity=_SYSTEM,
        properties={
            "hardwareProfile": {"vmSize": Pick("Standard_D4s_v5", "Standard_B2ms")},
            "securityProfile": Pick(
                {"encryptionAtHost": True, "securityType": "TrustedLaunch"},
                {"encryptionAtHost": False},
            ),
            "storageProfile": {
                "osDisk": {
                    "osType": Pick("Linux", "Windows"),
                    "managedDisk": {"id": "@ID@-os", "storageAccountType": "Premium_LRS"},
                },
                "dataDisks": [],
            },
            "osProfile": {
                "computerName": "@NAME@",
                "linuxConfiguration": {"disablePasswordAuthentication": Pick(True, True, False)},
            },
            "provisioningState": "Succeeded",
        },
    ),
    Kind(
        type="Microsoft.Compute/disks",
        prefix="disk-",
        share=18,
        sku={"name": "Premium_LRS", "tier": "Premium"},
        properties={
            "diskSizeGB": Pick(64, 128, 256),
            "encryption": {
                "type": Pick("EncryptionAtRestWithPlatformKey", "EncryptionAtRestWithCustomerKey")
            },
            "networkAccessPolicy": Pick("AllowAll", "DenyAll"),
            "publicNetworkAccess": _PUBLIC,
            "diskState": "Attached",
            "provisioningState": "Succeeded",
        },
    ),
    Kind(
        type="Microsoft.Network/networkInterfaces",
        prefix="nic-",
        share=8,
        properties={
            "enableIPForwarding": Pick(False, False, True),
            "ipConfigurations": [
                {
                    "id": "@ID@/ipConfigurations/one",
                    "name": "one",
                    "properties": {"privateIPAddress": "10.4.0.4", "primary": True},
                }
            ],
            "provisioningState": "Succeeded",
        },
    ),
    Kind(
        type="Microsoft.Network/networkSecurityGroups",
        prefix="nsg-",
        share=7,
        properties={
            "securityRules": Pick(
                [],
                [
                    {
                        "id": "@ID@/securityRules/ssh",
                        "name": "ssh",
                        "properties": {
                            "access": "Allow",
                            "direction": "Inbound",
                            "protocol": "Tcp",
                            "priority": 100,
                            "sourceAddressPrefix": Pick("*", "10.0.0.0/8"),
                            "destinationPortRange": "22",
                        },
                    }
                ],
            ),
            "provisioningState": "Succeeded",
        },
    ),
    Kind(
        type="Microsoft.Web/sites",
        prefix="app-",
        share=8,
        kind=Pick("app,linux", "app", "functionapp,linux"),
        identity=_SYSTEM,
        properties={
            "httpsOnly": Pick(True, True, False),
            "clientCertEnabled": Pick(True, False),
            "publicNetworkAccess": _PUBLIC,
            "state": "Running",
            "defaultHostName": "@NAME@.azurewebsites.net",
        },
    ),
    Kind(
        type="Microsoft.Sql/servers",
        prefix="sql-",
        share=5,
        kind="v12.0",
        identity=_SYSTEM,
        properties={
            "minimalTlsVersion": _TLS,
            "publicNetworkAccess": _PUBLIC,
            "administrators": Pick({"azureADOnlyAuthentication": True}, None),
            "privateEndpointConnections": _LINKS,
            "version": "12.0",
            "state": "Ready",
        },
        children={
            "auditingSettings": {"state": Pick("Enabled", "Disabled"), "retentionDays": 0},
            "encryptionProtector": {"serverKeyType": Pick("ServiceManaged", "AzureKeyVault")},
            "azureADOnlyAuthentications": {"azureADOnlyAuthentication": Pick(True, False)},
        },
    ),
    Kind(
        type="Microsoft.DocumentDB/databaseAccounts",
        prefix="cosmos-",
        share=3,
        kind="GlobalDocumentDB",
        properties={
            "disableLocalAuth": Pick(True, False),
            "disableKeyBasedMetadataWriteAccess": Pick(True, False),
            "publicNetworkAccess": _PUBLIC,
            "minimalTlsVersion": Pick("Tls", "Tls12"),
            "ipRules": [],
            "keyVaultKeyUri": Pick(None, "https://kv-cmk.vault.azure.net/keys/cmk"),
            "provisioningState": "Succeeded",
        },
    ),
    Kind(
        type="Microsoft.EventHub/namespaces",
        prefix="evh-",
        share=3,
        sku={"name": "Standard", "tier": "Standard", "capacity": 1},
        properties={
            "disableLocalAuth": Pick(True, False),
            "minimumTlsVersion": _TLS,
            "publicNetworkAccess": _PUBLIC,
            "provisioningState": "Succeeded",
        },
        children={"authorizationRules": _RULES, "networkRuleSets": {"defaultAction": "Deny"}},
    ),
    Kind(
        type="Microsoft.ServiceBus/namespaces",
        prefix="sb-",
        share=2,
        sku={"name": "Premium", "tier": "Premium", "capacity": 1},
        properties={
            "disableLocalAuth": Pick(True, False),
            "minimumTlsVersion": _TLS,
            "publicNetworkAccess": _PUBLIC,
            "provisioningState": "Succeeded",
        },
        children={"authorizationRules": _RULES},
    ),
    Kind(
        type="Microsoft.Automation/automationAccounts",
        prefix="aa-",
        share=2,
        identity=_SYSTEM,
        properties={
            "disableLocalAuth": Pick(True, False, None),
            "publicNetworkAccess": Pick(True, False),
            "encryption": {"keySource": Pick("Microsoft.Automation", "Microsoft.Keyvault")},
            "state": "Ok",
        },
        children={"variables": {"isEncrypted": Pick(True, True, False), "description": ""}},
    ),
    Kind(
        type="Microsoft.DBforPostgreSQL/flexibleServers",
        prefix="psql-",
        share=2,
        sku={"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
        properties={
            "version": "16",
            "network": {"publicNetworkAccess": _PUBLIC},
            "authConfig": {
                "activeDirectoryAuth": Pick("Enabled", "Disabled"),
                "passwordAuth": Pick("Enabled", "Disabled"),
            },
            "dataEncryption": {"type": Pick("SystemManaged", "AzureKeyVault")},
            "state": "Ready",
        },
        children={"configurations": {"value": Pick("on", "off"), "source": "system-default"}},
    ),
    Kind(
        type="Microsoft.OperationalInsights/workspaces",
        prefix="log-",
        share=2,
        properties={
            "retentionInDays": Pick(30, 90, 365),
            "features": {"disableLocalAuth": Pick(True, None)},
            "publicNetworkAccessForIngestion": _PUBLIC,
            "publicNetworkAccessForQuery": "Enabled",
            "sku": {"name": "PerGB2018"},
            "provisioningState": "Succeeded",
        },
    ),
)

DIAGNOSTICS: Final = {
    "workspaceId": "/subscriptions/@SUB@/resourceGroups/@RG@/providers/"
    "Microsoft.OperationalInsights/workspaces/log-central",
    "logs": [{"category": "AuditEvent", "categoryGroup": None, "enabled": Pick(True, False)}],
    "metrics": [{"category": "AllMetrics", "enabled": True}],
}
SITE_CONFIG: Final = {
    "numberOfWorkers": 1,
    "linuxFxVersion": "DOTNETCORE|8.0",
    "remoteDebuggingEnabled": Pick(False, False, True),
    "cors": {"allowedOrigins": Pick(None, ["*"])},
    "minTlsVersion": _TLS,
    "scmMinTlsVersion": "1.2",
    "ftpsState": Pick("AllAllowed", "FtpsOnly", "Disabled"),
    "http20Enabled": True,
}
PLANS: Final = (
    "AI",
    "Api",
    "AppServices",
    "Arm",
    "CloudPosture",
    "Containers",
    "CosmosDbs",
    "Discovery",
    "KeyVaults",
    "OpenSourceRelationalDatabases",
    "SqlServerVirtualMachines",
    "SqlServers",
    "StorageAccounts",
    "VirtualMachines",
)
LOCATIONS: Final = ("eastus", "eastus2", "westeurope", "northeurope", "canadacentral")
