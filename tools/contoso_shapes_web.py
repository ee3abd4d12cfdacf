"""Rows of what serves the web in the made-up tenant: sites, gateways, clusters, registries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tools.contoso_base import (
    ABSENT,
    Resource,
    Shape,
    connections,
    digest,
    guid,
    identity,
    key_uri,
    made_on,
)

_CIPHERS: Final = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"


def _is_function(resource: Resource) -> bool:
    return resource.name.startswith("func-")


def _kind(resource: Resource) -> str:
    return "functionapp,linux" if _is_function(resource) else "app,linux"


def _plan_of(resource: Resource) -> str:
    short = resource.subscription.short
    names = {
        "ehr": "plan-ehr-func" if _is_function(resource) else "plan-ehr-web",
        "anl": "plan-anl",
    }
    return resource.near(f"Microsoft.Web/serverfarms/{names.get(short, 'plan-gen-lab')}")


def _host(resource: Resource) -> str:
    return f"{resource.name.replace('/', '-')}.azurewebsites.net"


def _site(resource: Resource) -> dict[str, Any]:
    host = _host(resource)
    return {
        "state": "Running",
        "hostNames": [host],
        "repositorySiteName": resource.name,
        "usageState": "Normal",
        "enabled": True,
        "enabledHostNames": [host, host.replace(".", ".scm.", 1)],
        "availabilityState": "Normal",
        "hostNameSslStates": [{"name": host, "sslState": "Disabled", "hostType": "Standard"}],
        "serverFarmId": _plan_of(resource),
        "reserved": True,
        "lastModifiedTimeUtc": made_on(resource)[:23],
        "vnetRouteAllEnabled": True,
        "siteConfig": {"numberOfWorkers": 2, "linuxFxVersion": "DOTNETCORE|8.0", "alwaysOn": True},
        "clientAffinityEnabled": False,
        "clientCertEnabled": True,
        "clientCertMode": "Required",
        "httpsOnly": True,
        "publicNetworkAccess": "Disabled",
        "defaultHostName": host,
        "keyVaultReferenceIdentity": "SystemAssigned",
    }


def _plan(_: Resource) -> dict[str, Any]:
    return {
        "status": "Ready",
        "maximumNumberOfWorkers": 30,
        "reserved": True,
        "zoneRedundant": True,
        "targetWorkerCount": 2,
        "provisioningState": "Succeeded",
    }


def _certificate(resource: Resource) -> dict[str, Any]:
    vault = resource.near(f"Microsoft.KeyVault/vaults/{resource.key_vault}")
    return {
        "friendlyName": "",
        "subjectName": f"{resource.name.removeprefix('cert-')}.contoso.example",
        "hostNames": [f"{resource.name.removeprefix('cert-')}.contoso.example"],
        "issuer": "DigiCert TLS RSA SHA256 2020 CA1",
        "issueDate": "2026-08-03T00:00:00+00:00",
        "expirationDate": "2027-07-31T23:59:59+00:00",
        "thumbprint": digest(resource.id, "thumbprint")[:40].upper(),
        "keyVaultId": vault,
        "keyVaultSecretName": resource.name,
        "keyVaultSecretStatus": "Initialized",
    }


def _environment(resource: Resource) -> dict[str, Any]:
    network = resource.near("Microsoft.Network/virtualNetworks/vnet-ase")
    return {
        "provisioningState": "Succeeded",
        "status": "Ready",
        "virtualNetwork": {"id": f"{network}/subnets/snet-ase"},
        "internalLoadBalancingMode": "Web, Publishing",
        "dnsSuffix": f"{resource.name}.appserviceenvironment.net",
        "suspended": False,
        "zoneRedundant": True,
        "clusterSettings": [
            {"name": "FrontEndSSLCipherSuiteOrder", "value": _CIPHERS},
            {"name": "InternalEncryption", "value": "true"},
            {"name": "DisableTls1.0", "value": "1"},
        ],
    }


def _api_management(resource: Resource) -> dict[str, Any]:
    own = f"api-{resource.subscription.short}.contoso.example"
    certificate = {
        "expiry": "2027-06-30T23:59:59+00:00",
        "thumbprint": digest(resource.id, "thumbprint")[:40].upper(),
        "subject": f"CN={own}",
    }
    return {
        "provisioningState": "Succeeded",
        "gatewayUrl": f"https://{resource.name}.azure-api.net",
        "publisherEmail": "api@contoso.example",
        "publisherName": "Contoso Health",
        "createdAtUtc": made_on(resource),
        "hostnameConfigurations": [
            {
                "type": "Proxy",
                "hostName": f"{resource.name}.azure-api.net",
                "negotiateClientCertificate": False,
                "defaultSslBinding": False,
                "certificateSource": "BuiltIn",
            },
            {
                "type": "Proxy",
                "hostName": own,
                "keyVaultId": f"https://{resource.key_vault}.vault.azure.net/secrets/{resource.name}",
                "certificate": certificate,
                "negotiateClientCertificate": False,
                "defaultSslBinding": True,
                "certificateSource": "KeyVault",
            },
        ],
        "virtualNetworkType": "Internal",
        "publicNetworkAccess": "Enabled",
        "platformVersion": "stv2.1",
    }


def _gateway(resource: Resource) -> dict[str, Any]:
    secret = f"https://{resource.key_vault}.vault.azure.net/secrets/{resource.name}"
    return {
        "provisioningState": "Succeeded",
        "resourceGuid": guid(resource.id, "gateway"),
        "sku": {"name": "WAF_v2", "tier": "WAF_v2"},
        "operationalState": "Running",
        "sslCertificates": [
            {
                "name": "listener",
                "id": f"{resource.id}/sslCertificates/listener",
                "properties": {"provisioningState": "Succeeded", "keyVaultSecretId": secret},
            }
        ],
        "sslPolicy": {"policyType": "Predefined", "policyName": "AppGwSslPolicy20220101S"},
        "enableHttp2": True,
    }


def _front_door(resource: Resource) -> dict[str, Any]:
    return {
        "originResponseTimeoutSeconds": 60,
        "frontDoorId": guid(resource.id, "door"),
        "provisioningState": "Succeeded",
        "resourceState": "Active",
    }


def _door_endpoint(resource: Resource) -> dict[str, Any]:
    return {
        "enabledState": "Enabled",
        "provisioningState": "Succeeded",
        "deploymentStatus": "NotStarted",
        "hostName": f"portal-{digest(resource.id)[:16]}.z01.azurefd.net",
    }


def _cluster(resource: Resource) -> dict[str, Any]:
    pool = {
        "name": "system",
        "count": 3,
        "vmSize": "Standard_D4s_v5",
        "osType": "Linux",
        "mode": "System",
        "type": "VirtualMachineScaleSets",
        "enableNodePublicIP": False,
        "provisioningState": "Succeeded",
    }
    return {
        "provisioningState": "Succeeded",
        "powerState": {"code": "Running"},
        "kubernetesVersion": "1.30",
        "dnsPrefix": resource.name,
        "agentPoolProfiles": [pool],
        "nodeResourceGroup": f"rg-nodes-{resource.name}",
        "enableRBAC": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "apiServerAccessProfile": {"enablePrivateCluster": True},
        "disableLocalAccounts": True,
    }


def _registry(resource: Resource) -> dict[str, Any]:
    return {
        "loginServer": f"{resource.name}.azurecr.io",
        "creationDate": made_on(resource),
        "provisioningState": "Succeeded",
        "adminUserEnabled": False,
        "networkRuleSet": {"defaultAction": "Deny", "ipRules": []},
        "policies": {"exportPolicy": {"status": "disabled"}},
        "encryption": {
            "status": "enabled",
            "keyVaultProperties": {
                "identity": guid("id-cmk", resource.subscription.id),
                "keyIdentifier": key_uri(resource),
                "keyRotationEnabled": True,
            },
        },
        "dataEndpointEnabled": True,
        "publicNetworkAccess": "Disabled",
        "anonymousPullEnabled": False,
        "privateEndpointConnections": connections(resource),
    }


def _container_group(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "sku": "Standard",
        "containers": [{"name": "dicom", "properties": {"image": "crehr.azurecr.io/dicom:4.2"}}],
        "restartPolicy": "Always",
        "osType": "Linux",
        "ipAddress": {"ip": "10.42.3.17", "type": "Private"},
        "instanceView": {"state": "Running"},
        "groupId": guid(resource.id, "group"),
    }


_OPEN_SITE: Final = {
    "identity": None,
    "properties.clientCertEnabled": False,
    "properties.httpsOnly": False,
    "properties.publicNetworkAccess": ABSENT,
    "properties.keyVaultReferenceIdentity": ABSENT,
}

WEB: Final[Mapping[str, Shape]] = {
    "Microsoft.Web/sites": Shape(
        properties=_site,
        members={"kind": _kind, "identity": identity},
        link="sites",
        worst=_OPEN_SITE,
    ),
    "Microsoft.Web/sites/slots": Shape(
        properties=_site, members={"kind": "app,linux", "identity": identity}, worst=_OPEN_SITE
    ),
    "Microsoft.Web/serverfarms": Shape(
        properties=_plan,
        members={"kind": "linux", "sku": {"name": "P1v3", "tier": "PremiumV3", "capacity": 2}},
    ),
    "Microsoft.Web/certificates": Shape(
        properties=_certificate,
        worst={
            "properties.expirationDate": "2026-11-09T23:59:59+00:00",
            "properties.keyVaultId": ABSENT,
            "properties.keyVaultSecretName": ABSENT,
            "properties.keyVaultSecretStatus": ABSENT,
        },
    ),
    "Microsoft.Web/hostingEnvironments": Shape(
        properties=_environment,
        members={"kind": "ASEV3"},
        worst={
            "properties.internalLoadBalancingMode": "None",
            "properties.clusterSettings": None,
        },
    ),
    "Microsoft.ApiManagement/service": Shape(
        properties=_api_management,
        members={"sku": {"name": "Premium", "capacity": 1}, "identity": identity},
        worst={
            "properties.hostnameConfigurations.1.keyVaultId": None,
            "properties.hostnameConfigurations.1.certificateSource": "Custom",
            "properties.hostnameConfigurations.1.certificate.expiry": "2026-11-12T23:59:59+00:00",
        },
    ),
    "Microsoft.Network/applicationGateways": Shape(
        properties=_gateway,
        members={"zones": ["1", "2", "3"], "identity": {"type": "UserAssigned"}},
        worst={"properties.sslCertificates.0.properties.keyVaultSecretId": ABSENT},
    ),
    "Microsoft.Cdn/profiles": Shape(
        properties=_front_door,
        members={
            "kind": "frontdoor",
            "location": "global",
            "sku": {"name": "Premium_AzureFrontDoor"},
        },
    ),
    "Microsoft.Cdn/profiles/afdEndpoints": Shape(
        properties=_door_endpoint, members={"location": "global"}
    ),
    "Microsoft.ContainerService/managedClusters": Shape(
        properties=_cluster,
        members={"sku": {"name": "Base", "tier": "Standard"}, "identity": identity},
        worst={"properties.disableLocalAccounts": ABSENT},
    ),
    "Microsoft.ContainerRegistry/registries": Shape(
        properties=_registry,
        members={"sku": {"name": "Premium", "tier": "Premium"}, "identity": identity},
        link="registry",
        worst={
            "properties.adminUserEnabled": True,
            "properties.encryption": {"status": "disabled"},
            "properties.privateEndpointConnections": [],
            "properties.publicNetworkAccess": "Enabled",
        },
    ),
    "Microsoft.ContainerInstance/containerGroups": Shape(properties=_container_group),
}
