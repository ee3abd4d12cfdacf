"""How rows of every type of the made-up tenant look; what watches is here, the rest by area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tools.contoso_base import Resource, Shape, guid, identity, made_on
from tools.contoso_shapes_compute import COMPUTE
from tools.contoso_shapes_keys import KEEPERS
from tools.contoso_shapes_services import SERVICES
from tools.contoso_shapes_stores import STORES
from tools.contoso_shapes_web import WEB

OPERATIONS: Final[Mapping[str, str]] = {
    "vault-deleted": "Microsoft.KeyVault/vaults/delete",
    "nsg-written": "Microsoft.Network/networkSecurityGroups/write",
    "nsg-deleted": "Microsoft.Network/networkSecurityGroups/delete",
    "policy-assigned": "Microsoft.Authorization/policyAssignments/write",
    "policy-removed": "Microsoft.Authorization/policyAssignments/delete",
    "solution-written": "Microsoft.Security/securitySolutions/write",
    "solution-deleted": "Microsoft.Security/securitySolutions/delete",
    "security-policy": "Microsoft.Security/policies/write",
    "sql-rule-written": "Microsoft.Sql/servers/firewallRules/write",
    "sql-rule-deleted": "Microsoft.Sql/servers/firewallRules/delete",
    "address-written": "Microsoft.Network/publicIPAddresses/write",
    "address-deleted": "Microsoft.Network/publicIPAddresses/delete",
}
"""What an activity log alert watches, by the end of its name."""


def _alert(resource: Resource) -> dict[str, Any]:
    operation = OPERATIONS[resource.name.split("-", 2)[2]]
    group = resource.near("microsoft.insights/actionGroups/ag-soc")
    return {
        "scopes": [f"/subscriptions/{resource.subscription.id}"],
        "condition": {
            "allOf": [
                {"field": "category", "equals": "Administrative"},
                {"field": "operationName", "equals": operation},
            ]
        },
        "actions": {"actionGroups": [{"actionGroupId": group}]},
        "enabled": True,
        "description": f"{operation} was called",
    }


def _action_group(_: Resource) -> dict[str, Any]:
    receiver = {"name": "soc", "emailAddress": "soc@contoso.example", "useCommonAlertSchema": True}
    return {"groupShortName": "soc", "enabled": True, "emailReceivers": [receiver]}


def _query_rule(resource: Resource) -> dict[str, Any]:
    workspace = f"Microsoft.OperationalInsights/workspaces/log-{resource.subscription.short}"
    return {
        "displayName": resource.name,
        "severity": 2,
        "enabled": True,
        "evaluationFrequency": "PT15M",
        "windowSize": "PT15M",
        "scopes": [resource.near(workspace)],
        "checkWorkspaceAlertsStorageConfigured": False,
        "actions": {"actionGroups": [resource.near("microsoft.insights/actionGroups/ag-soc")]},
    }


def _metric_alert(_: Resource) -> dict[str, Any]:
    return {
        "severity": 3,
        "enabled": True,
        "evaluationFrequency": "PT5M",
        "windowSize": "PT15M",
        "autoMitigate": True,
    }


def _workspace(resource: Resource) -> dict[str, Any]:
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


def _log_cluster(resource: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "clusterId": guid(resource.id, "cluster"),
        "billingType": "Cluster",
        "isDoubleEncryptionEnabled": True,
        "isAvailabilityZonesEnabled": True,
        "keyVaultProperties": {"keyVaultUri": "", "keyName": "", "keyVersion": ""},
    }


def _component(resource: Resource) -> dict[str, Any]:
    return {
        "Application_Type": "web",
        "AppId": guid(resource.id, "app"),
        "CreationDate": made_on(resource),
        "provisioningState": "Succeeded",
        "RetentionInDays": 90,
        "DisableLocalAuth": True,
    }


_GLOBAL: Final = {"location": "global"}

SHAPES: Final[Mapping[str, Shape]] = {
    **KEEPERS,
    **STORES,
    **SERVICES,
    **WEB,
    **COMPUTE,
    "Microsoft.Insights/activityLogAlerts": Shape(properties=_alert, members=_GLOBAL),
    "Microsoft.Insights/actionGroups": Shape(properties=_action_group, members=_GLOBAL),
    "Microsoft.Insights/scheduledQueryRules": Shape(
        properties=_query_rule, members={"kind": "LogAlert"}
    ),
    "Microsoft.Insights/metricAlerts": Shape(properties=_metric_alert, members=_GLOBAL),
    "Microsoft.Insights/components": Shape(properties=_component, members={"kind": "web"}),
    "Microsoft.OperationalInsights/workspaces": Shape(
        properties=_workspace, worst={"properties.retentionInDays": 30}
    ),
    "Microsoft.OperationalInsights/clusters": Shape(
        properties=_log_cluster,
        members={"sku": {"name": "CapacityReservation", "capacity": 100}, "identity": identity},
    ),
}
