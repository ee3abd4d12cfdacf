"""Rows of machines and networks of the made-up tenant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tools.contoso_base import (
    ABSENT,
    TENANT,
    Resource,
    Shape,
    encrypting_set,
    guid,
    identity,
    key_uri,
    made_on,
    number,
)

_NETWORK: Final = "Microsoft.Network"


def _set_of(resource: Resource) -> dict[str, Any]:
    return {"id": encrypting_set(resource)}


def _machine(resource: Resource) -> dict[str, Any]:
    disk = resource.name.replace("vm-", "disk-")
    nic = resource.name.replace("vm-", "nic-")
    windows = resource.name.endswith("-03")
    image = ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition")
    linux = ("canonical", "ubuntu-24_04-lts", "server")
    return {
        "hardwareProfile": {"vmSize": "Standard_D4s_v5"},
        "provisioningState": "Succeeded",
        "vmId": guid(resource.id, "vm"),
        "storageProfile": {
            "imageReference": {
                **dict(
                    zip(("publisher", "offer", "sku"), image if windows else linux, strict=True)
                ),
                "version": "latest",
            },
            "osDisk": {
                "osType": "Windows" if windows else "Linux",
                "name": disk,
                "createOption": "FromImage",
                "caching": "ReadWrite",
                "managedDisk": {
                    "storageAccountType": "Premium_LRS",
                    "id": resource.near(f"Microsoft.Compute/disks/{disk}"),
                    "diskEncryptionSet": _set_of(resource),
                },
                "diskSizeGB": 64,
            },
            "dataDisks": [],
        },
        "osProfile": {"computerName": resource.name, "adminUsername": "operator"},
        "securityProfile": {"encryptionAtHost": True, "securityType": "TrustedLaunch"},
        "networkProfile": {
            "networkInterfaces": [{"id": resource.near(f"{_NETWORK}/networkInterfaces/{nic}")}]
        },
        "extended": {"instanceView": {"powerState": {"code": "PowerState/running"}}},
    }


def _scale_set(resource: Resource) -> dict[str, Any]:
    return {
        "singlePlacementGroup": False,
        "orchestrationMode": "Uniform",
        "uniqueId": guid(resource.id, "set"),
        "virtualMachineProfile": {
            "storageProfile": {
                "imageReference": {"id": resource.near("Microsoft.Compute/images/img-ehr-render")},
                "osDisk": {
                    "osType": "Linux",
                    "caching": "ReadWrite",
                    "createOption": "FromImage",
                    "managedDisk": {
                        "storageAccountType": "Premium_LRS",
                        "diskEncryptionSet": _set_of(resource),
                    },
                },
                "dataDisks": [],
            },
            "osProfile": {"computerNamePrefix": "render", "adminUsername": "operator"},
        },
        "upgradePolicy": {"mode": "Rolling"},
        "provisioningState": "Succeeded",
    }


def _image(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "hyperVGeneration": "V2",
        "storageProfile": {
            "osDisk": {
                "osType": "Linux",
                "osState": "Generalized",
                "diskSizeGB": 64,
                "diskEncryptionSet": _set_of(resource),
            },
            "dataDisks": [],
        },
    }


def _disk(resource: Resource) -> dict[str, Any]:
    return {
        "osType": "Linux",
        "hyperVGeneration": "V2",
        "creationData": {"createOption": "FromImage"},
        "diskSizeGB": 64,
        "diskIOPSReadWrite": 240,
        "diskMBpsReadWrite": 50,
        "encryption": {
            "type": "EncryptionAtRestWithCustomerKey",
            "diskEncryptionSetId": encrypting_set(resource),
        },
        "networkAccessPolicy": "DenyAll",
        "publicNetworkAccess": "Disabled",
        "timeCreated": made_on(resource),
        "provisioningState": "Succeeded",
        "diskState": "Unattached" if resource.name in _UNATTACHED else "Attached",
        "uniqueId": guid(resource.id, "disk"),
    }


# disks of machines that are gone
_UNATTACHED: Final = frozenset(
    {
        "disk-ehr-app-05",
        "disk-ehr-imaging-04",
        "disk-ehr-imaging-05",
        "disk-anl-lake-03",
        "disk-anl-ml-03",
    }
)


def _encryption_set(resource: Resource) -> dict[str, Any]:
    return {
        "activeKey": {
            "sourceVault": {"id": resource.near(f"Microsoft.KeyVault/vaults/{resource.key_vault}")},
            "keyUrl": key_uri(resource, version=True),
        },
        "encryptionType": "EncryptionAtRestWithCustomerKey",
        "previousKeys": [],
        "rotationToLatestKeyVersionEnabled": True,
        "lastKeyRotationTimestamp": "2026-09-14T02:41:07.1190000Z",
        "provisioningState": "Succeeded",
    }


def _interface(resource: Resource) -> dict[str, Any]:
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
        "enableAcceleratedNetworking": True,
        "enableIPForwarding": False,
    }


def _virtual_network(resource: Resource) -> dict[str, Any]:
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


def _security_group(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "nsg"),
        "securityRules": [
            {
                "name": "allow-https-internal",
                "id": f"{resource.id}/securityRules/allow-https-internal",
                "properties": {
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


def _endpoint(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "pe"),
        "subnet": {"id": resource.near(f"{_NETWORK}/virtualNetworks/vnet-spoke/subnets/snet-pe")},
        "networkInterfaces": [
            {"id": resource.near(f"{_NETWORK}/networkInterfaces/nic-{resource.name}")}
        ],
        "manualPrivateLinkServiceConnections": [],
        "customDnsConfigs": [],
    }


def _plain(resource: Resource) -> dict[str, Any]:
    return {"provisioningState": "Succeeded", "resourceGuid": guid(resource.id, "guid")}


def _address(resource: Resource) -> dict[str, Any]:
    return {
        **_plain(resource),
        "ipAddress": f"203.0.113.{number(250, resource.id) + 2}",
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": "Static",
    }


def _route_table(resource: Resource) -> dict[str, Any]:
    route = {
        "addressPrefix": "0.0.0.0/0",
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": "10.40.0.4",
    }
    return {**_plain(resource), "routes": [{"name": "out", "properties": route}]}


def _user_identity(resource: Resource) -> dict[str, Any]:
    return {
        "clientId": guid(resource.id, "client"),
        "principalId": guid(resource.id, "principal"),
        "tenantId": TENANT,
    }


_SET: Final = "properties.storageProfile.osDisk.managedDisk.diskEncryptionSet"

COMPUTE: Final[Mapping[str, Shape]] = {
    "Microsoft.Compute/virtualMachines": Shape(
        properties=_machine, members={"zones": ["1"]}, worst={_SET: ABSENT}
    ),
    "Microsoft.Compute/virtualMachineScaleSets": Shape(
        properties=_scale_set, members={"sku": {"name": "Standard_D8s_v5", "capacity": 3}}
    ),
    "Microsoft.Compute/images": Shape(properties=_image),
    "Microsoft.Compute/disks": Shape(
        properties=_disk,
        members={"sku": {"name": "Premium_LRS", "tier": "Premium"}},
        worst={"properties.encryption": {"type": "EncryptionAtRestWithPlatformKey"}},
    ),
    "Microsoft.Compute/diskEncryptionSets": Shape(
        properties=_encryption_set,
        members={"identity": identity},
        worst={"properties.rotationToLatestKeyVersionEnabled": False},
    ),
    "Microsoft.Network/networkInterfaces": Shape(properties=_interface),
    "Microsoft.Network/virtualNetworks": Shape(properties=_virtual_network),
    "Microsoft.Network/networkSecurityGroups": Shape(properties=_security_group),
    "Microsoft.Network/privateEndpoints": Shape(properties=_endpoint),
    "Microsoft.Network/publicIPAddresses": Shape(
        properties=_address, members={"sku": {"name": "Standard", "tier": "Regional"}}
    ),
    "Microsoft.Network/routeTables": Shape(properties=_route_table),
    "Microsoft.Network/privateDnsZones": Shape(properties=_plain, members={"location": "global"}),
    "Microsoft.Network/azureFirewalls": Shape(properties=_plain),
    "Microsoft.Network/bastionHosts": Shape(
        properties=_plain, members={"sku": {"name": "Standard"}}
    ),
    "Microsoft.Network/networkWatchers": Shape(properties=_plain),
    "Microsoft.ManagedIdentity/userAssignedIdentities": Shape(properties=_user_identity),
}
