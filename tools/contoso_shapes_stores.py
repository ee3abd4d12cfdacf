"""Rows of what stores data in the made-up tenant: shaped like real ones, every value made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tools.contoso_base import (
    ABSENT,
    TENANT,
    Resource,
    Shape,
    connections,
    guid,
    identity,
    key_name,
    key_uri,
    made_on,
    renewed_on,
)

_OLD: Final = "2024-03-11T09:12:44.5500000Z"


def _storage(resource: Resource) -> dict[str, Any]:
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": made_on(resource)}
    names = ("dfs", "web", "blob", "queue", "table", "file")
    return {
        "dnsEndpointType": "Standard",
        "defaultToOAuthAuthentication": True,
        "publicNetworkAccess": "Disabled",
        "keyCreationTime": {
            "key1": renewed_on(resource, "key1"),
            "key2": renewed_on(resource, "key2"),
        },
        "keyPolicy": {"keyExpirationPeriodInDays": 60},
        "sasPolicy": {"sasExpirationPeriod": "0.01:00:00", "expirationAction": "Block"},
        "allowCrossTenantReplication": False,
        "privateEndpointConnections": connections(resource),
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
            "keySource": "Microsoft.Keyvault",
            "keyvaultproperties": {
                "keyvaulturi": f"https://{resource.key_vault}.vault.azure.net",
                "keyname": key_name(resource),
                "keyversion": "",
                "currentVersionedKeyIdentifier": key_uri(resource, version=True),
            },
        },
        "accessTier": "Hot",
        "provisioningState": "Succeeded",
        "creationTime": made_on(resource),
        "primaryEndpoints": {n: f"https://{resource.name}.{n}.core.windows.net/" for n in names},
        "primaryLocation": resource.subscription.location,
        "statusOfPrimary": "available",
    }


def _cosmos(resource: Resource) -> dict[str, Any]:
    place = resource.subscription.location
    location = {
        "id": f"{resource.name}-{place}",
        "locationName": place,
        "documentEndpoint": f"https://{resource.name}-{place}.documents.azure.com:443/",
        "provisioningState": "Succeeded",
        "failoverPriority": 0,
    }
    keys = [
        f"{rank}{way}MasterKey" for way in ("", "Readonly") for rank in ("primary", "secondary")
    ]
    return {
        "provisioningState": "Succeeded",
        "documentEndpoint": f"https://{resource.name}.documents.azure.com:443/",
        "publicNetworkAccess": "Disabled",
        "enableAutomaticFailover": True,
        "enableMultipleWriteLocations": False,
        "isVirtualNetworkFilterEnabled": False,
        "virtualNetworkRules": [],
        "ipRules": [],
        "disableKeyBasedMetadataWriteAccess": True,
        "disableLocalAuth": True,
        "databaseAccountOfferType": "Standard",
        "minimalTlsVersion": "Tls12",
        "defaultIdentity": "FirstPartyIdentity",
        "keyVaultKeyUri": key_uri(resource),
        "consistencyPolicy": {"defaultConsistencyLevel": "Session"},
        "writeLocations": [location],
        "capabilities": [],
        "privateEndpointConnections": connections(resource),
        "keysMetadata": {key: {"generationTime": renewed_on(resource, key)} for key in keys},
        "backupPolicy": {
            "type": "Continuous",
            "continuousModeProperties": {"tier": "Continuous7Days"},
        },
        "instanceId": guid(resource.id, "instance"),
    }


def _administrators() -> dict[str, Any]:
    return {
        "administratorType": "ActiveDirectory",
        "principalType": "Group",
        "login": "sg-sql-admins",
        "sid": guid("sg-sql-admins"),
        "tenantId": TENANT,
        "azureADOnlyAuthentication": True,
    }


def _sql_server(resource: Resource) -> dict[str, Any]:
    return {
        "administratorLogin": "breakglass",
        "version": "12.0",
        "state": "Ready",
        "fullyQualifiedDomainName": f"{resource.name}.database.windows.net",
        "privateEndpointConnections": connections(resource),
        "minimalTlsVersion": "1.2",
        "publicNetworkAccess": "Disabled",
        "administrators": _administrators(),
        "keyId": key_uri(resource, version=True),
        "restrictOutboundNetworkAccess": "Disabled",
    }


def _sql_database(resource: Resource) -> dict[str, Any]:
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


def _managed_instance(resource: Resource) -> dict[str, Any]:
    network = resource.near("Microsoft.Network/virtualNetworks/vnet-data")
    return {
        "fullyQualifiedDomainName": f"{resource.name}.1b4e2caff253.database.windows.net",
        "administratorLogin": "breakglass",
        "subnetId": f"{network}/subnets/snet-mi",
        "state": "Ready",
        "provisioningState": "Succeeded",
        "vCores": 8,
        "storageSizeInGB": 1024,
        "publicDataEndpointEnabled": False,
        "proxyOverride": "Redirect",
        "minimalTlsVersion": "1.2",
        "currentBackupStorageRedundancy": "Geo",
        "administrators": _administrators(),
        "createTime": made_on(resource),
    }


def _postgresql(resource: Resource) -> dict[str, Any]:
    return {
        "fullyQualifiedDomainName": f"{resource.name}.postgres.database.azure.com",
        "version": "16",
        "minorVersion": "4",
        "state": "Ready",
        "availabilityZone": "1",
        "storage": {"storageSizeGB": 512, "autoGrow": "Enabled", "tier": "P20", "iops": 2300},
        "dataEncryption": {
            "type": "AzureKeyVault",
            "primaryKeyURI": key_uri(resource, version=True),
            "primaryUserAssignedIdentityId": resource.near(
                f"Microsoft.ManagedIdentity/userAssignedIdentities/id-{resource.subscription.short}-cmk"
            ),
            "primaryEncryptionKeyStatus": "Valid",
        },
        "authConfig": {
            "activeDirectoryAuth": "Enabled",
            "passwordAuth": "Disabled",
            "tenantId": TENANT,
        },
        "backup": {"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"},
        "network": {"publicNetworkAccess": "Disabled"},
        "highAvailability": {"mode": "ZoneRedundant", "state": "Healthy"},
    }


def _mysql(resource: Resource) -> dict[str, Any]:
    return {
        "administratorLogin": "breakglass",
        "storage": {"storageSizeGB": 128, "iops": 684, "autoGrow": "Enabled"},
        "version": "8.0.21",
        "state": "Ready",
        "fullyQualifiedDomainName": f"{resource.name}.mysql.database.azure.com",
        "availabilityZone": "1",
        "network": {"publicNetworkAccess": "Disabled"},
        "backup": {"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"},
        "highAvailability": {"mode": "ZoneRedundant", "state": "Healthy"},
    }


def _redis(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "redisVersion": "6.0",
        "sku": {"name": "Premium", "family": "P", "capacity": 1},
        "enableNonSslPort": False,
        "disableAccessKeyAuthentication": True,
        "redisConfiguration": {"aad-enabled": "true", "maxmemory-policy": "volatile-lru"},
        "hostName": f"{resource.name}.redis.cache.windows.net",
        "port": 6379,
        "sslPort": 6380,
        "minimumTlsVersion": "1.2",
        "publicNetworkAccess": "Disabled",
        "privateEndpointConnections": connections(resource),
    }


_NO_KEYS: Final = {
    f"properties.keysMetadata.{key}.generationTime": _OLD
    for key in ("primaryMasterKey", "secondaryMasterKey")
}

STORES: Final[Mapping[str, Shape]] = {
    "Microsoft.Storage/storageAccounts": Shape(
        properties=_storage,
        members={
            "kind": "StorageV2",
            "sku": {"name": "Standard_GRS", "tier": "Standard"},
            "identity": identity,
        },
        link="blob",
        worst={
            "properties.publicNetworkAccess": "Enabled",
            "properties.keyCreationTime": {"key1": _OLD, "key2": _OLD},
            "properties.keyPolicy": ABSENT,
            "properties.sasPolicy": ABSENT,
            "properties.privateEndpointConnections": [],
            "properties.minimumTlsVersion": "TLS1_0",
            "properties.allowBlobPublicAccess": True,
            "properties.allowSharedKeyAccess": ABSENT,
            "properties.networkAcls.defaultAction": "Allow",
            "properties.supportsHttpsTrafficOnly": False,
            "properties.encryption.keySource": "Microsoft.Storage",
            "properties.encryption.keyvaultproperties": ABSENT,
            "properties.encryption.requireInfrastructureEncryption": ABSENT,
        },
    ),
    "Microsoft.DocumentDB/databaseAccounts": Shape(
        properties=_cosmos,
        members={"kind": "GlobalDocumentDB", "identity": identity},
        link="Sql",
        worst={
            "properties.publicNetworkAccess": "Enabled",
            "properties.disableKeyBasedMetadataWriteAccess": False,
            "properties.disableLocalAuth": False,
            "properties.keyVaultKeyUri": ABSENT,
            "properties.privateEndpointConnections": [],
            **_NO_KEYS,
        },
    ),
    "Microsoft.Sql/servers": Shape(
        properties=_sql_server,
        members={"kind": "v12.0", "identity": identity},
        link="sqlServer",
        worst={
            "properties.privateEndpointConnections": [],
            "properties.minimalTlsVersion": "None",
            "properties.publicNetworkAccess": "Enabled",
            "properties.administrators.azureADOnlyAuthentication": False,
            "properties.keyId": ABSENT,
        },
    ),
    "Microsoft.Sql/servers/databases": Shape(
        properties=_sql_database,
        members={
            "kind": "v12.0,user,vcore",
            "sku": {"name": "GP_Gen5", "tier": "GeneralPurpose", "capacity": 2},
        },
    ),
    "Microsoft.Sql/managedInstances": Shape(
        properties=_managed_instance,
        members={
            "sku": {"name": "GP_Gen5", "tier": "GeneralPurpose", "capacity": 8},
            "identity": identity,
        },
        worst={
            "properties.publicDataEndpointEnabled": True,
            "properties.minimalTlsVersion": "1.0",
            "properties.administrators.azureADOnlyAuthentication": False,
        },
    ),
    "Microsoft.DBforPostgreSQL/flexibleServers": Shape(
        properties=_postgresql,
        members={"sku": {"name": "Standard_D4ds_v5", "tier": "GeneralPurpose"}},
        worst={
            "properties.dataEncryption": {"type": "SystemManaged"},
            "properties.authConfig.passwordAuth": "Enabled",
            "properties.network.publicNetworkAccess": "Enabled",
        },
    ),
    "Microsoft.DBforMySQL/flexibleServers": Shape(
        properties=_mysql,
        members={"sku": {"name": "Standard_D2ds_v4", "tier": "GeneralPurpose"}},
        worst={"properties.network.publicNetworkAccess": "Enabled"},
    ),
    "Microsoft.Cache/Redis": Shape(
        properties=_redis,
        members={"zones": ["1"]},
        link="redisCache",
        worst={
            "properties.enableNonSslPort": True,
            "properties.disableAccessKeyAuthentication": ABSENT,
            "properties.minimumTlsVersion": "1.0",
            "properties.publicNetworkAccess": "Enabled",
            "properties.privateEndpointConnections": [],
        },
    ),
}
