"""Properties by type for the made-up tenant: shaped like real ones, every value made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tools.contoso_inventory import TENANT, Resource, guid, number

ACTION_GROUP: Final = (
    "/subscriptions/{}/resourceGroups/{}/providers/microsoft.insights/actionGroups/ag-soc"
)


def made_on(resource: Resource) -> str:
    """Return a time of creation, some day of 2025."""
    day = number(28, resource.id, "day") + 1
    month = number(12, resource.id, "month") + 1
    return f"2025-{month:02}-{day:02}T{number(24, resource.id):02}:17:09.4408336Z"


def connection(resource: Resource) -> dict[str, Any]:
    """Return an approved private endpoint connection of a resource."""
    name = f"pe-{resource.name}.{guid(resource.id, 'connection')}"
    group = f"/subscriptions/{resource.subscription.id}/resourceGroups/{resource.group}"
    endpoint = f"{group}/providers/Microsoft.Network/privateEndpoints/pe-{resource.name}"
    return {
        "id": f"{resource.id}/privateEndpointConnections/{name}",
        "properties": {
            "provisioningState": "Succeeded",
            "privateEndpoint": {"id": endpoint},
            "privateLinkServiceConnectionState": {
                "status": "Approved",
                "description": "Auto-approved",
                "actionsRequired": "None",
            },
        },
    }


def vault(resource: Resource) -> dict[str, Any]:
    """Return the properties of a Key Vault."""
    return {
        "sku": {"family": "A", "name": "premium"},
        "tenantId": TENANT,
        "networkAcls": {
            "bypass": "AzureServices",
            "defaultAction": "Deny",
            "ipRules": [],
            "virtualNetworkRules": [],
        },
        "privateEndpointConnections": [connection(resource)],
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enabledForDiskEncryption": False,
        "enabledForTemplateDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
        "vaultUri": f"https://{resource.name}.vault.azure.net/",
        "provisioningState": "Succeeded",
        "publicNetworkAccess": "Disabled",
    }


def storage(resource: Resource) -> dict[str, Any]:
    """Return the properties of a storage account."""
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": made_on(resource)}
    names = ("dfs", "web", "blob", "queue", "table", "file")
    return {
        "dnsEndpointType": "Standard",
        "defaultToOAuthAuthentication": True,
        "publicNetworkAccess": "Enabled",
        "keyCreationTime": {"key1": made_on(resource), "key2": made_on(resource)},
        "allowCrossTenantReplication": False,
        "privateEndpointConnections": [],
        "isNfsV3Enabled": False,
        "isSftpEnabled": False,
        "minimumTlsVersion": "TLS1_2",
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "isHnsEnabled": "lake" in resource.name,
        "networkAcls": {
            "resourceAccessRules": [],
            "bypass": "AzureServices",
            "virtualNetworkRules": [],
            "ipRules": [],
            "defaultAction": "Deny",
        },
        "supportsHttpsTrafficOnly": True,
        "encryption": {
            "requireInfrastructureEncryption": True,
            "services": {"file": service, "blob": dict(service)},
            "keySource": "Microsoft.Storage",
        },
        "accessTier": "Hot",
        "provisioningState": "Succeeded",
        "creationTime": made_on(resource),
        "primaryEndpoints": {n: f"https://{resource.name}.{n}.core.windows.net/" for n in names},
        "primaryLocation": resource.subscription.location,
        "statusOfPrimary": "available",
    }


def machine(resource: Resource) -> dict[str, Any]:
    """Return the properties of a virtual machine."""
    group = f"/subscriptions/{resource.subscription.id}/resourceGroups/{resource.group}/providers"
    disk = resource.name.replace("vm-", "disk-")
    nic = resource.name.replace("vm-", "nic-")
    return {
        "hardwareProfile": {"vmSize": "Standard_D4s_v5"},
        "provisioningState": "Succeeded",
        "vmId": guid(resource.id, "vm"),
        "additionalCapabilities": {},
        "storageProfile": {
            "imageReference": {
                "publisher": "canonical",
                "offer": "ubuntu-24_04-lts",
                "sku": "server",
                "version": "latest",
            },
            "osDisk": {
                "osType": "Linux",
                "name": disk,
                "createOption": "FromImage",
                "caching": "ReadWrite",
                "managedDisk": {
                    "storageAccountType": "Premium_LRS",
                    "id": f"{group}/Microsoft.Compute/disks/{disk}",
                },
                "diskSizeGB": 64,
            },
            "dataDisks": [],
        },
        "osProfile": {
            "computerName": resource.name,
            "adminUsername": "operator",
            "linuxConfiguration": {"disablePasswordAuthentication": True},
        },
        "securityProfile": {"encryptionAtHost": True, "securityType": "TrustedLaunch"},
        "networkProfile": {
            "networkInterfaces": [{"id": f"{group}/Microsoft.Network/networkInterfaces/{nic}"}]
        },
        "extended": {"instanceView": {"powerState": {"code": "PowerState/running"}}},
    }


def disk(resource: Resource) -> dict[str, Any]:
    """Return the properties of a managed disk."""
    return {
        "osType": "Linux",
        "hyperVGeneration": "V2",
        "creationData": {"createOption": "FromImage"},
        "diskSizeGB": 64,
        "diskIOPSReadWrite": 240,
        "diskMBpsReadWrite": 50,
        "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
        "networkAccessPolicy": "DenyAll",
        "publicNetworkAccess": "Disabled",
        "timeCreated": made_on(resource),
        "provisioningState": "Succeeded",
        "diskState": "Attached",
        "diskSizeBytes": 68719476736,
        "uniqueId": guid(resource.id, "disk"),
    }


def interface(resource: Resource) -> dict[str, Any]:
    """Return the properties of a network interface."""
    address = f"10.{number(200, resource.id) + 20}.1.{number(200, resource.name) + 10}"
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "nic"),
        "ipConfigurations": [
            {
                "name": "ipconfig1",
                "id": f"{resource.id}/ipConfigurations/ipconfig1",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateIPAddress": address,
                    "privateIPAllocationMethod": "Dynamic",
                    "primary": True,
                    "privateIPAddressVersion": "IPv4",
                },
            }
        ],
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "enableAcceleratedNetworking": True,
        "enableIPForwarding": False,
    }


def network(resource: Resource) -> dict[str, Any]:
    """Return the properties of a virtual network."""
    second = number(200, resource.id) + 20
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "vnet"),
        "addressSpace": {"addressPrefixes": [f"10.{second}.0.0/16"]},
        "subnets": [
            {
                "name": "snet-workload",
                "id": f"{resource.id}/subnets/snet-workload",
                "properties": {
                    "provisioningState": "Succeeded",
                    "addressPrefix": f"10.{second}.1.0/24",
                    "privateEndpointNetworkPolicies": "Enabled",
                },
            }
        ],
        "virtualNetworkPeerings": [],
        "enableDdosProtection": False,
    }


def security_group(resource: Resource) -> dict[str, Any]:
    """Return the properties of a network security group."""
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "nsg"),
        "securityRules": [
            {
                "name": "allow-https-internal",
                "id": f"{resource.id}/securityRules/allow-https-internal",
                "type": "Microsoft.Network/networkSecurityGroups/securityRules",
                "properties": {
                    "provisioningState": "Succeeded",
                    "protocol": "TCP",
                    "sourcePortRange": "*",
                    "destinationPortRange": "443",
                    "sourceAddressPrefix": "VirtualNetwork",
                    "destinationAddressPrefix": "*",
                    "access": "Allow",
                    "priority": 200,
                    "direction": "Inbound",
                },
            }
        ],
        "defaultSecurityRules": [],
    }


def endpoint(resource: Resource) -> dict[str, Any]:
    """Return the properties of a private endpoint."""
    group = f"/subscriptions/{resource.subscription.id}/resourceGroups/{resource.group}/providers"
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "pe"),
        "privateLinkServiceConnections": [
            {
                "name": resource.name,
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateLinkServiceId": f"{group}/Microsoft.Sql/servers/{resource.name}",
                    "groupIds": ["sqlServer"],
                    "privateLinkServiceConnectionState": {"status": "Approved"},
                },
            }
        ],
        "manualPrivateLinkServiceConnections": [],
        "customDnsConfigs": [],
    }


def sql_server(resource: Resource) -> dict[str, Any]:
    """Return the properties of a SQL server."""
    return {
        "administratorLogin": "breakglass",
        "version": "12.0",
        "state": "Ready",
        "fullyQualifiedDomainName": f"{resource.name}.database.windows.net",
        "privateEndpointConnections": [],
        "minimalTlsVersion": "1.2",
        "publicNetworkAccess": "Disabled",
        "administrators": {
            "administratorType": "ActiveDirectory",
            "principalType": "Group",
            "login": "sg-sql-admins",
            "sid": guid("sg-sql-admins"),
            "tenantId": TENANT,
            "azureADOnlyAuthentication": True,
        },
        "restrictOutboundNetworkAccess": "Disabled",
    }


def database(resource: Resource) -> dict[str, Any]:
    """Return the properties of a SQL database."""
    return {
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "maxSizeBytes": 34359738368,
        "status": "Online",
        "databaseId": guid(resource.id, "db"),
        "creationDate": made_on(resource),
        "currentServiceObjectiveName": "GP_Gen5_2",
        "requestedServiceObjectiveName": "GP_Gen5_2",
        "zoneRedundant": True,
        "readScale": "Disabled",
    }


def alert(resource: Resource) -> dict[str, Any]:
    """Return the properties of an activity log alert on deleted vaults."""
    subscription = resource.subscription.id
    return {
        "scopes": [f"/subscriptions/{subscription}"],
        "condition": {
            "allOf": [
                {"field": "category", "equals": "Administrative"},
                {"field": "operationName", "equals": "Microsoft.KeyVault/vaults/delete"},
            ]
        },
        "actions": {
            "actionGroups": [
                {"actionGroupId": ACTION_GROUP.format(subscription, resource.group)},
            ]
        },
        "enabled": True,
        "description": "A key vault was deleted",
    }


def workspace(resource: Resource) -> dict[str, Any]:
    """Return the properties of a Log Analytics workspace."""
    return {
        "customerId": guid(resource.id, "workspace"),
        "provisioningState": "Succeeded",
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 365,
        "publicNetworkAccessForIngestion": "Disabled",
        "publicNetworkAccessForQuery": "Enabled",
        "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
        "createdDate": made_on(resource),
    }


Shape = tuple[Callable[[Resource], dict[str, Any]], Mapping[str, Any]]
SHAPES: Final[Mapping[str, Shape]] = {
    "Microsoft.KeyVault/vaults": (vault, {}),
    "Microsoft.Storage/storageAccounts": (
        storage,
        {"kind": "StorageV2", "sku": {"name": "Standard_GRS", "tier": "Standard"}},
    ),
    "Microsoft.Compute/virtualMachines": (machine, {"zones": ["1"]}),
    "Microsoft.Compute/disks": (disk, {"sku": {"name": "Premium_LRS", "tier": "Premium"}}),
    "Microsoft.Network/networkInterfaces": (interface, {}),
    "Microsoft.Network/virtualNetworks": (network, {}),
    "Microsoft.Network/networkSecurityGroups": (security_group, {}),
    "Microsoft.Network/privateEndpoints": (endpoint, {}),
    "Microsoft.Sql/servers": (sql_server, {"kind": "v12.0"}),
    "Microsoft.Sql/servers/databases": (
        database,
        {"kind": "v12.0,user,vcore", "sku": {"name": "GP_Gen5", "tier": "GeneralPurpose"}},
    ),
    "Microsoft.Insights/activityLogAlerts": (alert, {"location": "global"}),
    "Microsoft.OperationalInsights/workspaces": (workspace, {}),
}
