"""Rows of what holds keys and backups in the made-up tenant: shaped like real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tools.contoso_base import ABSENT, TENANT, Resource, Shape, connections, guid, identity


def _vault(resource: Resource) -> dict[str, Any]:
    return {
        "sku": {"family": "A", "name": "premium"},
        "tenantId": TENANT,
        "networkAcls": {
            "bypass": "AzureServices",
            "defaultAction": "Deny",
            "ipRules": [],
            "virtualNetworkRules": [],
        },
        "privateEndpointConnections": connections(resource),
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


def _managed_hsm(resource: Resource) -> dict[str, Any]:
    return {
        "tenantId": TENANT,
        "initialAdminObjectIds": [guid("sg-hsm-officers")],
        "hsmUri": f"https://{resource.name}.managedhsm.azure.net/",
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enablePurgeProtection": True,
        "provisioningState": "Succeeded",
        "statusMessage": "The Managed HSM is provisioned and ready to use.",
        "networkAcls": {
            "bypass": "None",
            "defaultAction": "Deny",
            "ipRules": [],
            "virtualNetworkRules": [],
        },
        "privateEndpointConnections": connections(resource),
        "publicNetworkAccess": "Disabled",
        "securityDomainProperties": {
            "activationStatus": "Active",
            "activationStatusMessage": "Your HSM is provisioned and ready to use.",
        },
    }


def _backup_vault(_: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "securitySettings": {
            "softDeleteSettings": {"state": "AlwaysOn", "retentionDurationInDays": 30},
            "immutabilitySettings": {"state": "Unlocked"},
        },
        "storageSettings": [{"datastoreType": "VaultStore", "type": "GeoRedundant"}],
        "isVaultProtectedByResourceGuard": False,
    }


def _recovery_vault(_: Resource) -> dict[str, Any]:
    return {
        "publicNetworkAccess": "Disabled",
        "provisioningState": "Succeeded",
        "privateEndpointStateForBackup": "Enabled",
        "securitySettings": {
            "immutabilitySettings": {"state": "Unlocked"},
            "softDeleteSettings": {
                "softDeleteRetentionPeriodInDays": 14,
                "softDeleteState": "AlwaysON",
            },
        },
        "redundancySettings": {"standardTierStorageRedundancy": "GeoRedundant"},
    }


KEEPERS: Final[Mapping[str, Shape]] = {
    "Microsoft.KeyVault/vaults": Shape(
        properties=_vault,
        link="vault",
        worst={
            "properties.networkAcls.defaultAction": "Allow",
            "properties.privateEndpointConnections": [],
            "properties.softDeleteRetentionInDays": 7,
            "properties.enableSoftDelete": False,
            "properties.enableRbacAuthorization": ABSENT,
            "properties.enablePurgeProtection": ABSENT,
            "properties.publicNetworkAccess": "Enabled",
            "properties.accessPolicies": ABSENT,
            "properties.sku.name": "standard",
            "tags": {"env": "research"},
        },
    ),
    "Microsoft.KeyVault/managedHSMs": Shape(
        properties=_managed_hsm,
        members={"sku": {"family": "B", "name": "Standard_B1"}},
        link="managedhsm",
        worst={
            "properties.networkAcls.defaultAction": "Allow",
            "properties.privateEndpointConnections": [],
            "properties.softDeleteRetentionInDays": 7,
            "properties.enablePurgeProtection": False,
            "properties.publicNetworkAccess": "Enabled",
            "properties.securityDomainProperties.activationStatus": "NotActivated",
        },
    ),
    "Microsoft.DataProtection/backupVaults": Shape(
        properties=_backup_vault, members={"identity": identity}
    ),
    "Microsoft.RecoveryServices/vaults": Shape(
        properties=_recovery_vault,
        members={"sku": {"name": "Standard"}, "identity": identity},
        link="AzureBackup",
    ),
}
