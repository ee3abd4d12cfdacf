"""What the made-up tenant of `examples/contoso` holds. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tools.contoso_base import ANALYTICS, EHR, LAB, SHARED, TENANT, Subscription

MANAGEMENT_GROUPS: Final = (
    ("mg-landingzones", "Landing zones"),
    ("mg-contoso", "Contoso Health"),
    (TENANT, "Tenant Root Group"),
)
"""From the subscriptions upwards: name and display name."""

SUBSCRIPTIONS: Final = (
    Subscription(
        id=EHR,
        title="contoso-ehr-prod",
        short="ehr",
        env="prod",
        location="eastus2",
        groups={
            "rg-ehr-app": ("prod", "portal", "ehr-platform"),
            "rg-ehr-data": ("prod", "records", "ehr-platform"),
            "rg-ehr-imaging": ("prod", "imaging", "radiology-it"),
            "rg-ehr-messaging": ("prod", "messaging", "ehr-platform"),
            "rg-ehr-ops": ("prod", "operations", "cloud-platform"),
        },
    ),
    Subscription(
        id=ANALYTICS,
        title="contoso-analytics",
        short="anl",
        env="prod",
        location="westus3",
        groups={
            "rg-anl-lake": ("prod", "lake", "data-platform"),
            "rg-anl-ml": ("prod", "ml", "data-science"),
            "rg-anl-serve": ("prod", "reports", "data-platform"),
            "rg-anl-ops": ("prod", "operations", "cloud-platform"),
        },
    ),
    Subscription(
        id=SHARED,
        title="contoso-shared",
        short="shd",
        env="shared",
        location="eastus2",
        groups={
            "rg-shd-net": ("prod", "network", "cloud-platform"),
            "rg-shd-dev": ("dev", "dev", "cloud-platform"),
            LAB: ("research", "genomics", "genomics-lab"),
        },
    ),
)

# type to names by resource group; a name that is used in several groups stands in each
NAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "rg-ehr-app": {
        "Microsoft.KeyVault/vaults": "kv-ehr-portal kv-ehr-integration kv-ehr-billing",
        "Microsoft.Storage/storageAccounts": "stehrportal stehrscratch",
        "Microsoft.Web/sites": (
            "app-ehr-portal app-ehr-scheduling app-ehr-billing app-ehr-results "
            "func-ehr-intake func-ehr-rotate func-ehr-notify"
        ),
        "Microsoft.Web/sites/slots": "app-ehr-portal/staging app-ehr-scheduling/staging",
        "Microsoft.Web/serverfarms": "plan-ehr-web plan-ehr-func",
        "Microsoft.Web/certificates": "cert-ehr-portal cert-ehr-partners",
        "Microsoft.Web/hostingEnvironments": "ase-ehr",
        "Microsoft.Cache/Redis": "redis-ehr-sessions redis-ehr-cache",
        "Microsoft.SignalRService/SignalR": "sigr-ehr-alerts",
        "Microsoft.SignalRService/webPubSub": "wps-ehr-chat",
        "Microsoft.AppConfiguration/configurationStores": "appcs-ehr",
        "Microsoft.Search/searchServices": "srch-ehr-directory",
        "Microsoft.CognitiveServices/accounts": "ai-ehr-transcribe",
        "Microsoft.ContainerService/managedClusters": "aks-ehr-portal",
        "Microsoft.ContainerRegistry/registries": "crehr",
        "Microsoft.ApiManagement/service": "apim-ehr",
        "Microsoft.Network/applicationGateways": "agw-ehr-portal",
        "Microsoft.Cdn/profiles": "afd-ehr-portal",
        "Microsoft.Cdn/profiles/afdEndpoints": "afd-ehr-portal/portal",
        "Microsoft.Logic/workflows": "logic-ehr-referrals logic-ehr-recalls",
        "Microsoft.ManagedIdentity/userAssignedIdentities": "id-ehr-portal id-ehr-intake",
        "Microsoft.Insights/components": "appi-ehr-portal appi-ehr-intake",
        "Microsoft.Network/publicIPAddresses": "pip-agw-ehr-portal pip-apim-ehr",
    },
    "rg-ehr-data": {
        "Microsoft.KeyVault/vaults": "kv-ehr-records kv-ehr-backup",
        "Microsoft.KeyVault/managedHSMs": "hsm-ehr",
        "Microsoft.Storage/storageAccounts": "stehrrecords stehrbackup stehraudit stehrexport",
        "Microsoft.DocumentDB/databaseAccounts": "cosmos-ehr-sessions cosmos-ehr-consent",
        "Microsoft.Sql/servers": "sql-ehr-records sql-ehr-billing",
        "Microsoft.Sql/servers/databases": (
            "sql-ehr-records/records sql-ehr-records/consent sql-ehr-records/audit "
            "sql-ehr-billing/claims sql-ehr-billing/ledger"
        ),
        "Microsoft.Sql/managedInstances": "mi-ehr-legacy",
        "Microsoft.DBforPostgreSQL/flexibleServers": "pg-ehr-fhir pg-ehr-terminology",
        "Microsoft.DBforMySQL/flexibleServers": "mysql-ehr-portal",
        "Microsoft.DataFactory/factories": "adf-ehr-feeds",
        "Microsoft.Synapse/workspaces": "syn-ehr-reporting",
        "Microsoft.Batch/batchAccounts": "baehrclaims",
        "Microsoft.Compute/diskEncryptionSets": "des-ehr",
        "Microsoft.ManagedIdentity/userAssignedIdentities": "id-ehr-cmk id-ehr-feeds",
    },
    "rg-ehr-imaging": {
        "Microsoft.KeyVault/vaults": "kv-ehr-imaging",
        "Microsoft.Storage/storageAccounts": "stehrimaging01 stehrimaging02",
        "Microsoft.ContainerService/managedClusters": "aks-ehr-imaging",
        "Microsoft.ContainerInstance/containerGroups": "aci-ehr-dicom",
        "Microsoft.Compute/virtualMachineScaleSets": "vmss-ehr-render",
        "Microsoft.Compute/images": "img-ehr-render",
        "Microsoft.MachineLearningServices/workspaces": "mlw-ehr-triage",
    },
    "rg-ehr-messaging": {
        "Microsoft.KeyVault/vaults": "kv-ehr-messaging",
        "Microsoft.ServiceBus/namespaces": "sb-ehr-orders sb-ehr-results",
        "Microsoft.EventHub/namespaces": "evh-ehr-telemetry",
        "Microsoft.Devices/IotHubs": "iot-ehr-monitors",
        "Microsoft.Devices/provisioningServices": "dps-ehr-monitors",
        "Microsoft.EventGrid/topics": "evgt-ehr-orders",
        "Microsoft.EventGrid/domains": "evgd-ehr-partners",
        "Microsoft.Logic/workflows": "logic-ehr-hl7",
    },
    "rg-ehr-ops": {
        "Microsoft.OperationalInsights/workspaces": "log-ehr",
        "Microsoft.OperationalInsights/clusters": "lac-ehr",
        "Microsoft.Insights/actionGroups": "ag-soc",
        "Microsoft.Insights/scheduledQueryRules": (
            "sqr-ehr-secret-reads sqr-ehr-denied sqr-ehr-purges sqr-ehr-new-readers"
        ),
        "Microsoft.Automation/automationAccounts": "aa-ehr-ops",
        "Microsoft.RecoveryServices/vaults": "rsv-ehr",
        "Microsoft.DataProtection/backupVaults": "bvault-ehr",
    },
    "rg-anl-lake": {
        "Microsoft.KeyVault/vaults": "kv-anl-lake kv-anl-ingest kv-anl-reports",
        "Microsoft.Storage/storageAccounts": (
            "stanllake01 stanllake02 stanlingest stanlreports stanlaudit"
        ),
        "Microsoft.DataFactory/factories": "adf-anl-pipelines",
        "Microsoft.Synapse/workspaces": "syn-anl",
        "Microsoft.EventHub/namespaces": "evh-anl-ingest",
        "Microsoft.EventGrid/topics": "evgt-anl-files",
        "Microsoft.EventGrid/domains": "evgd-anl-sources",
        "Microsoft.ServiceBus/namespaces": "sb-anl-jobs",
        "Microsoft.Devices/IotHubs": "iot-anl-wearables",
        "Microsoft.DocumentDB/databaseAccounts": "cosmos-anl-features",
        "Microsoft.Sql/servers": "sql-anl-marts",
        "Microsoft.Sql/servers/databases": (
            "sql-anl-marts/quality sql-anl-marts/finance sql-anl-marts/capacity"
        ),
        "Microsoft.Sql/managedInstances": "mi-anl-history",
        "Microsoft.DBforPostgreSQL/flexibleServers": "pg-anl-catalog",
        "Microsoft.DBforMySQL/flexibleServers": "mysql-anl-wiki",
        "Microsoft.Compute/diskEncryptionSets": "des-anl",
        "Microsoft.Databricks/workspaces": "dbw-anl",
        "Microsoft.HDInsight/clusters": "hdi-anl",
        "Microsoft.ManagedIdentity/userAssignedIdentities": "id-anl-cmk id-anl-pipelines",
    },
    "rg-anl-ml": {
        "Microsoft.KeyVault/vaults": "kv-anl-ml kv-anl-train",
        "Microsoft.KeyVault/managedHSMs": "hsm-anl",
        "Microsoft.Storage/storageAccounts": "stanlml stanltrain stanlmodels",
        "Microsoft.MachineLearningServices/workspaces": "mlw-anl-risk mlw-anl-imaging",
        "Microsoft.ContainerRegistry/registries": "cranl",
        "Microsoft.ContainerService/managedClusters": "aks-anl-serve",
        "Microsoft.CognitiveServices/accounts": "ai-anl-documents",
        "Microsoft.Search/searchServices": "srch-anl-catalog",
        "Microsoft.Cache/Redis": "redis-anl-serving",
        "Microsoft.Batch/batchAccounts": "baanltrain",
        "Microsoft.Insights/components": "appi-anl-ml",
    },
    "rg-anl-serve": {
        "Microsoft.Web/sites": "app-anl-dash func-anl-ingest func-anl-rotate",
        "Microsoft.Web/sites/slots": "app-anl-dash/staging",
        "Microsoft.Web/serverfarms": "plan-anl",
        "Microsoft.Web/certificates": "cert-anl-dash",
        "Microsoft.Web/hostingEnvironments": "ase-anl",
        "Microsoft.ApiManagement/service": "apim-anl",
        "Microsoft.Network/applicationGateways": "agw-anl-dash",
        "Microsoft.Cdn/profiles": "afd-anl-dash",
        "Microsoft.AppConfiguration/configurationStores": "appcs-anl",
        "Microsoft.SignalRService/SignalR": "sigr-anl-dash",
        "Microsoft.SignalRService/webPubSub": "wps-anl-dash",
        "Microsoft.Logic/workflows": "logic-anl-notify",
        "Microsoft.Network/publicIPAddresses": "pip-agw-anl-dash",
        "Microsoft.ManagedIdentity/userAssignedIdentities": "id-anl-dash",
    },
    "rg-anl-ops": {
        "Microsoft.OperationalInsights/workspaces": "log-anl",
        "Microsoft.Insights/actionGroups": "ag-soc",
        "Microsoft.Insights/scheduledQueryRules": "sqr-anl-secret-reads sqr-anl-denied",
        "Microsoft.Automation/automationAccounts": "aa-anl-ops",
        "Microsoft.RecoveryServices/vaults": "rsv-anl",
        "Microsoft.DataProtection/backupVaults": "bvault-anl",
    },
    "rg-shd-net": {
        "Microsoft.KeyVault/vaults": "kv-shd-net kv-shd-certs",
        "Microsoft.Storage/storageAccounts": "stshdflowlogs stshddiag",
        "Microsoft.Sql/servers": "sql-shd-inventory",
        "Microsoft.Sql/servers/databases": "sql-shd-inventory/assets",
        "Microsoft.OperationalInsights/workspaces": "log-shd",
        "Microsoft.Insights/actionGroups": "ag-soc",
        "Microsoft.Network/azureFirewalls": "afw-shd",
        "Microsoft.Network/bastionHosts": "bas-shd",
        "Microsoft.Network/networkWatchers": "nw-shd-eastus2 nw-shd-westus3",
        "Microsoft.Network/publicIPAddresses": "pip-afw-shd pip-bas-shd",
        "Microsoft.Network/privateDnsZones": (
            "privatelink.vaultcore.azure.net privatelink.blob.core.windows.net "
            "privatelink.dfs.core.windows.net privatelink.database.windows.net "
            "privatelink.documents.azure.com privatelink.servicebus.windows.net "
            "privatelink.azurewebsites.net privatelink.azurecr.io "
            "privatelink.redis.cache.windows.net "
            "privatelink.azure-devices.net privatelink.search.windows.net "
            "privatelink.postgres.database.azure.com"
        ),
    },
    "rg-shd-dev": {
        "Microsoft.KeyVault/vaults": "kv-shd-dev",
        "Microsoft.Storage/storageAccounts": "stshdtools stshdbuild",
        "Microsoft.Sql/servers": "sql-shd-dev",
        "Microsoft.Sql/servers/databases": "sql-shd-dev/sandbox sql-shd-dev/fixtures",
        "Microsoft.Web/serverfarms": "plan-shd-dev",
        "Microsoft.Insights/components": "appi-shd-dev",
    },
    LAB: {
        "Microsoft.KeyVault/vaults": "kv-gen-lab",
        "Microsoft.KeyVault/managedHSMs": "hsm-gen-lab",
        "Microsoft.Storage/storageAccounts": "stgenlab",
        "Microsoft.DocumentDB/databaseAccounts": "cosmos-gen-lab",
        "Microsoft.Sql/servers": "sql-gen-lab",
        "Microsoft.Sql/servers/databases": "sql-gen-lab/variants",
        "Microsoft.Sql/managedInstances": "mi-gen-lab",
        "Microsoft.DBforPostgreSQL/flexibleServers": "pg-gen-lab",
        "Microsoft.DBforMySQL/flexibleServers": "mysql-gen-lab",
        "Microsoft.ServiceBus/namespaces": "sb-gen-lab",
        "Microsoft.EventHub/namespaces": "evh-gen-lab",
        "Microsoft.Devices/IotHubs": "iot-gen-lab",
        "Microsoft.AppConfiguration/configurationStores": "appcs-gen-lab",
        "Microsoft.Search/searchServices": "srch-gen-lab",
        "Microsoft.CognitiveServices/accounts": "ai-gen-lab",
        "Microsoft.MachineLearningServices/workspaces": "mlw-gen-lab",
        "Microsoft.DataFactory/factories": "adf-gen-lab",
        "Microsoft.Synapse/workspaces": "syn-gen-lab",
        "Microsoft.ContainerService/managedClusters": "aks-gen-lab",
        "Microsoft.ContainerRegistry/registries": "crgenlab",
        "Microsoft.Automation/automationAccounts": "aa-gen-lab",
        "Microsoft.Batch/batchAccounts": "bagenlab",
        "Microsoft.Cache/Redis": "redis-gen-lab",
        "Microsoft.SignalRService/SignalR": "sigr-gen-lab",
        "Microsoft.SignalRService/webPubSub": "wps-gen-lab",
        "Microsoft.EventGrid/topics": "evgt-gen-lab",
        "Microsoft.EventGrid/domains": "evgd-gen-lab",
        "Microsoft.ApiManagement/service": "apim-gen-lab",
        "Microsoft.Network/applicationGateways": "agw-gen-lab",
        "Microsoft.Cdn/profiles": "afd-gen-lab",
        "Microsoft.Web/sites": "app-gen-lab func-gen-lab",
        "Microsoft.Web/sites/slots": "app-gen-lab/staging",
        "Microsoft.Web/serverfarms": "plan-gen-lab",
        "Microsoft.Web/certificates": "cert-gen-lab",
        "Microsoft.Web/hostingEnvironments": "ase-gen-lab",
        "Microsoft.Logic/workflows": "logic-gen-lab",
        "Microsoft.OperationalInsights/workspaces": "log-gen-lab",
        "Microsoft.RecoveryServices/vaults": "rsv-gen-lab",
        "Microsoft.DataProtection/backupVaults": "bvault-gen-lab",
        "Microsoft.Compute/diskEncryptionSets": "des-gen-lab",
    },
}
