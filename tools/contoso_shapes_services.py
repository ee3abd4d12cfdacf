"""Rows of messaging, data, AI and operations services of the made-up tenant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tools.contoso_base import ABSENT, Resource, Shape, connections, guid, identity, made_on


def _namespace(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "metricId": f"{resource.subscription.id}:{resource.name}",
        "createdAt": made_on(resource),
        "updatedAt": made_on(resource),
        "serviceBusEndpoint": f"https://{resource.name}.servicebus.windows.net:443/",
        "status": "Active",
        "minimumTlsVersion": "1.2",
        "publicNetworkAccess": "Disabled",
        "disableLocalAuth": True,
        "zoneRedundant": True,
        "privateEndpointConnections": connections(resource),
    }


def _event_hubs(resource: Resource) -> dict[str, Any]:
    return {
        **_namespace(resource),
        "isAutoInflateEnabled": True,
        "maximumThroughputUnits": 8,
        "kafkaEnabled": True,
    }


def _iot_hub(resource: Resource) -> dict[str, Any]:
    return {
        "state": "Active",
        "provisioningState": "Succeeded",
        "hostName": f"{resource.name}.azure-devices.net",
        "ipFilterRules": [],
        "eventHubEndpoints": {
            "events": {"retentionTimeInDays": 7, "partitionCount": 4, "path": resource.name}
        },
        "enableFileUploadNotifications": False,
        "features": "None",
        "locations": [{"location": resource.subscription.location, "role": "primary"}],
        "minTlsVersion": "1.2",
        "disableLocalAuth": True,
        "disableDeviceSAS": True,
        "disableModuleSAS": True,
        "publicNetworkAccess": "Disabled",
        "privateEndpointConnections": connections(resource),
    }


def _provisioning(resource: Resource) -> dict[str, Any]:
    return {
        "state": "Active",
        "provisioningState": "Succeeded",
        "allocationPolicy": "Hashed",
        "serviceOperationsHostName": f"{resource.name}.azure-devices-provisioning.net",
        "deviceProvisioningHostName": "global.azure-devices-provisioning.net",
        "idScope": "0ne00C41D07",
        "publicNetworkAccess": "Disabled",
    }


def _topic(resource: Resource) -> dict[str, Any]:
    place = resource.subscription.location
    return {
        "provisioningState": "Succeeded",
        "endpoint": f"https://{resource.name}.{place}-1.eventgrid.azure.net/api/events",
        "inputSchema": "CloudEventSchemaV1_0",
        "metricResourceId": guid(resource.id, "metric"),
        "publicNetworkAccess": "Disabled",
        "disableLocalAuth": True,
        "privateEndpointConnections": connections(resource),
    }


def _configuration(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "creationDate": made_on(resource),
        "endpoint": f"https://{resource.name}.azconfig.io",
        "encryption": None,
        "publicNetworkAccess": "Disabled",
        "disableLocalAuth": True,
        "softDeleteRetentionInDays": 7,
        "enablePurgeProtection": True,
        "privateEndpointConnections": connections(resource),
    }


def _search(resource: Resource) -> dict[str, Any]:
    return {
        "replicaCount": 2,
        "partitionCount": 1,
        "status": "running",
        "hostingMode": "default",
        "provisioningState": "succeeded",
        "publicNetworkAccess": "disabled",
        "disableLocalAuth": True,
        "encryptionWithCmk": {"enforcement": "Unspecified"},
        "privateEndpointConnections": connections(resource),
    }


def _cognitive(resource: Resource) -> dict[str, Any]:
    return {
        "endpoint": f"https://{resource.name}.cognitiveservices.azure.com/",
        "provisioningState": "Succeeded",
        "customSubDomainName": resource.name,
        "networkAcls": {"defaultAction": "Deny", "virtualNetworkRules": [], "ipRules": []},
        "publicNetworkAccess": "Disabled",
        "disableLocalAuth": True,
        "dateCreated": made_on(resource),
        "privateEndpointConnections": connections(resource),
    }


def _machine_learning(resource: Resource) -> dict[str, Any]:
    short = resource.subscription.short
    return {
        "friendlyName": resource.name,
        "provisioningState": "Succeeded",
        "storageAccount": resource.near(f"Microsoft.Storage/storageAccounts/st{short}ml"),
        "keyVault": resource.near(f"Microsoft.KeyVault/vaults/kv-{short}-ml"),
        "hbiWorkspace": True,
        "publicNetworkAccess": "Disabled",
        "v1LegacyMode": False,
        "workspaceId": guid(resource.id, "workspace"),
        "privateEndpointConnections": connections(resource),
    }


def _data_factory(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "createTime": made_on(resource),
        "version": "2018-06-01",
        "publicNetworkAccess": "Disabled",
    }


def _synapse(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "connectivityEndpoints": {
            "web": f"https://web.azuresynapse.net?workspace={resource.name}",
            "sql": f"{resource.name}.sql.azuresynapse.net",
        },
        "managedVirtualNetwork": "default",
        "sqlAdministratorLogin": "breakglass",
        "publicNetworkAccess": "Disabled",
        "azureADOnlyAuthentication": True,
        "trustedServiceBypassEnabled": False,
        "workspaceUID": guid(resource.id, "workspace"),
        "encryption": {"doubleEncryptionEnabled": False},
        "privateEndpointConnections": connections(resource),
    }


def _automation(resource: Resource) -> dict[str, Any]:
    return {
        "creationTime": made_on(resource),
        "lastModifiedTime": made_on(resource),
        "disableLocalAuth": True,
        "publicNetworkAccess": False,
        "encryption": {"keySource": "Microsoft.Automation"},
        "privateEndpointConnections": connections(resource),
    }


def _batch(resource: Resource) -> dict[str, Any]:
    place = resource.subscription.location
    return {
        "accountEndpoint": f"{resource.name}.{place}.batch.azure.com",
        "provisioningState": "Succeeded",
        "poolAllocationMode": "BatchService",
        "dedicatedCoreQuota": 100,
        "encryption": {"keySource": "Microsoft.Batch"},
        "allowedAuthenticationModes": ["AAD"],
        "publicNetworkAccess": "Disabled",
        "privateEndpointConnections": connections(resource),
    }


def _signal(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "hostName": f"{resource.name}.service.signalr.net",
        "publicPort": 443,
        "serverPort": 443,
        "version": "1.0",
        "tls": {"clientCertEnabled": False},
        "publicNetworkAccess": "Disabled",
        "disableLocalAuth": True,
        "disableAadAuth": False,
        "privateEndpointConnections": connections(resource),
    }


def _databricks(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "managedResourceGroupId": (
            f"/subscriptions/{resource.subscription.id}/resourceGroups/rg-managed-{resource.name}"
        ),
        "workspaceUrl": "adb-4471029836551204.4.azuredatabricks.net",
        "publicNetworkAccess": "Disabled",
        "requiredNsgRules": "NoAzureDatabricksRules",
    }


def _hdinsight(resource: Resource) -> dict[str, Any]:
    return {
        "clusterVersion": "5.1.3000.0",
        "osType": "Linux",
        "tier": "Standard",
        "provisioningState": "Succeeded",
        "clusterState": "Running",
        "createdDate": made_on(resource),
    }


def _logic(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "createdTime": made_on(resource),
        "changedTime": made_on(resource),
        "state": "Enabled",
        "version": "08584412367120551204",
    }


_OPEN: Final = {
    "properties.publicNetworkAccess": "Enabled",
    "properties.privateEndpointConnections": [],
    "properties.disableLocalAuth": False,
}

SERVICES: Final[Mapping[str, Shape]] = {
    "Microsoft.ServiceBus/namespaces": Shape(
        properties=_namespace,
        members={"sku": {"name": "Premium", "tier": "Premium", "capacity": 1}},
        link="namespace",
        worst={**_OPEN, "properties.minimumTlsVersion": "1.0"},
    ),
    "Microsoft.EventHub/namespaces": Shape(
        properties=_event_hubs,
        members={"sku": {"name": "Standard", "tier": "Standard", "capacity": 2}},
        link="namespace",
        worst={**_OPEN, "properties.minimumTlsVersion": "1.0"},
    ),
    "Microsoft.Devices/IotHubs": Shape(
        properties=_iot_hub,
        members={"sku": {"name": "S1", "tier": "Standard", "capacity": 2}},
        link="iotHub",
        worst={
            **_OPEN,
            "properties.minTlsVersion": ABSENT,
            "properties.disableDeviceSAS": False,
            "properties.disableModuleSAS": False,
        },
    ),
    "Microsoft.Devices/provisioningServices": Shape(
        properties=_provisioning,
        members={"sku": {"name": "S1", "tier": "Standard", "capacity": 1}},
    ),
    "Microsoft.EventGrid/topics": Shape(properties=_topic, link="topic", worst=_OPEN),
    "Microsoft.EventGrid/domains": Shape(properties=_topic, link="domain", worst=_OPEN),
    "Microsoft.AppConfiguration/configurationStores": Shape(
        properties=_configuration,
        members={"sku": {"name": "standard"}},
        link="configurationStores",
        worst=_OPEN,
    ),
    "Microsoft.Search/searchServices": Shape(
        properties=_search,
        members={"sku": {"name": "standard"}},
        link="searchService",
        worst=_OPEN,
    ),
    "Microsoft.CognitiveServices/accounts": Shape(
        properties=_cognitive,
        members={"kind": "FormRecognizer", "sku": {"name": "S0"}, "identity": identity},
        link="account",
        worst={**_OPEN, "identity": None},
    ),
    "Microsoft.MachineLearningServices/workspaces": Shape(
        properties=_machine_learning,
        members={
            "kind": "Default",
            "sku": {"name": "Basic", "tier": "Basic"},
            "identity": identity,
        },
        link="amlworkspace",
    ),
    "Microsoft.DataFactory/factories": Shape(
        properties=_data_factory, members={"identity": identity}
    ),
    "Microsoft.Synapse/workspaces": Shape(
        properties=_synapse,
        members={"identity": identity},
        link="Sql",
        worst={**_OPEN, "properties.azureADOnlyAuthentication": False},
    ),
    "Microsoft.Automation/automationAccounts": Shape(
        properties=_automation,
        members={"identity": identity},
        link="DSCAndHybridWorker",
        worst={**_OPEN, "properties.publicNetworkAccess": True, "identity": None},
    ),
    "Microsoft.Batch/batchAccounts": Shape(
        properties=_batch,
        members={"identity": identity},
        link="batchAccount",
        worst={"properties.allowedAuthenticationModes": ["SharedKey", "AAD"]},
    ),
    "Microsoft.SignalRService/SignalR": Shape(
        properties=_signal,
        members={"kind": "SignalR", "sku": {"name": "Premium_P1", "tier": "Premium"}},
        link="signalr",
        worst=_OPEN,
    ),
    "Microsoft.SignalRService/webPubSub": Shape(
        properties=_signal,
        members={"kind": "WebPubSub", "sku": {"name": "Premium_P1", "tier": "Premium"}},
        link="webpubsub",
        worst=_OPEN,
    ),
    "Microsoft.Databricks/workspaces": Shape(
        properties=_databricks, members={"sku": {"name": "premium"}}
    ),
    "Microsoft.HDInsight/clusters": Shape(properties=_hdinsight),
    "Microsoft.Logic/workflows": Shape(properties=_logic, members={"identity": identity}),
}
