"""What hangs on the subscriptions and groups of the made-up tenant, and on its directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tools.contoso_base import ANALYTICS, EHR, TENANT, Resource, Subscription, guid
from tools.contoso_children import Row, extension, log_workspace
from tools.contoso_inventory import NAMED, SUBSCRIPTIONS

PLANS: Final = [
    "AppServices",
    "Arm",
    "Containers",
    "CosmosDbs",
    "KeyVaults",
    "OpenSourceRelationalDatabases",
    "SqlServers",
    "SqlServerVirtualMachines",
    "StorageAccounts",
    "VirtualMachines",
]
CATEGORIES: Final = [
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
]

# built-in roles that are in use: GUID and name
BUILT_IN: Final = (
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
    ("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User"),
    ("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"),
    ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"),
)
# roles of analytics' own: name and actions
CUSTOM: Final = (
    ("Pipeline operator", ["Microsoft.DataFactory/factories/pipelines/createRun/action"]),
    ("Everything but billing", ["*"]),
)


def _stand_in(subscription: Subscription, group: str = "") -> Resource:
    return Resource(
        subscription=subscription, group=group, type="Microsoft.Resources/deployments", name="-"
    )


def _on(subscription: Subscription, kind: str, name: str, properties: dict[str, Any]) -> Row:
    key = f"/subscriptions/{subscription.id}"
    return extension(_stand_in(subscription), key, kind, name, properties)


def security_rows() -> list[Row]:
    """Return the rows of table `securityresources`."""
    found = []
    for subscription in SUBSCRIPTIONS:
        for plan in PLANS:
            about: dict[str, Any] = {
                "pricingTier": "Standard",
                "freeTrialRemainingTime": "PT0S",
                "enablementTime": "2025-02-03T10:11:12.0000000Z",
            }
            if plan == "StorageAccounts":
                names = ("OnUploadMalwareScanning", "SensitiveDataDiscovery")
                about["subPlan"] = "DefenderForStorageV2"
                about["extensions"] = [{"name": name, "isEnabled": "True"} for name in names]
            found.append(_on(subscription, "Microsoft.Security/pricings", plan, about))
        contact = {
            "emails": "soc@contoso.example",
            "isEnabled": True,
            "alertNotifications": {"state": "On", "minimalSeverity": "Medium"},
            "notificationsByRole": {"state": "On", "roles": ["Owner"]},
            "notificationsSources": [{"sourceType": "Alert", "minimalSeverity": "Medium"}],
        }
        kind = "Microsoft.Security/securityContacts"
        found.append(_on(subscription, kind, "default", contact))
    return [{**row, "type": row["type"].lower()} for row in found]


def authorization_rows() -> list[Row]:
    """Return the rows of table `authorizationresources`: roles, and who has them."""
    found = []
    for subscription in SUBSCRIPTIONS:
        scope = f"/subscriptions/{subscription.id}"
        for name, title in BUILT_IN:
            about = {"roleName": title, "type": "BuiltInRole", "assignableScopes": ["/"]}
            found.append(_role(subscription, name, {**about, "permissions": [{"actions": []}]}))
            role = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}"
            assignment = {
                "roleDefinitionId": role,
                "principalId": guid("sg", subscription.short, title),
                "principalType": "Group",
                "scope": scope,
            }
            kind = "Microsoft.Authorization/roleAssignments"
            found.append(_on(subscription, kind, guid(scope, "assignment", name), assignment))
        for title, actions in CUSTOM if subscription.id == ANALYTICS else ():
            about = {"roleName": title, "type": "CustomRole", "assignableScopes": [scope]}
            permission = {"actions": actions, "notActions": [], "dataActions": []}
            own = {**about, "permissions": [permission]}
            found.append(_role(subscription, guid("role", title), own))
    return [{**row, "type": row["type"].lower()} for row in found]


def _role(subscription: Subscription, name: str, properties: dict[str, Any]) -> Row:
    return _on(subscription, "Microsoft.Authorization/roleDefinitions", name, properties)


def scope_rows() -> Iterator[Row]:
    """Yield what Resource Manager lists of subscriptions and resource groups."""
    for subscription in SUBSCRIPTIONS:
        logs = [{"category": name, "enabled": True} for name in CATEGORIES]
        workspace = log_workspace(subscription.id, subscription.short)
        activity = {"workspaceId": workspace, "storageAccountId": None, "logs": logs}
        kind = "Microsoft.Insights/diagnosticSettings"
        yield _on(subscription, kind, "activity-to-log", activity)
        for group in subscription.groups:
            if any(kind.startswith("Microsoft.KeyVault/") for kind in NAMED[group]):
                key = f"/subscriptions/{subscription.id}/resourceGroups/{group}"
                about = {"level": "CanNotDelete", "notes": "keys and secrets"}
                holder = _stand_in(subscription, group)
                if subscription.groups[group][0] == "prod":
                    yield extension(holder, key, "Microsoft.Authorization/locks", "keep", about)
        kind = "Microsoft.Authorization/policyAssignments"
        for name in ("nist-800-53-r5", "contoso-secrets"):
            scope = "/providers/Microsoft.Management/managementGroups/mg-contoso"
            about = {"displayName": name, "scope": scope, "enforcementMode": "Default"}
            yield _on(subscription, kind, name, about)
        if subscription.id == EHR:
            profile = {
                "locations": ["global", "eastus2", "westus3"],
                "categories": ["Write", "Delete", "Action"],
                "retentionPolicy": {"enabled": True, "days": 365},
            }
            yield _on(subscription, "Microsoft.Insights/logProfiles", "default", profile)
    yield from _exemptions()


def _exemptions() -> Iterator[Row]:
    ehr, analytics = SUBSCRIPTIONS[0], SUBSCRIPTIONS[1]
    kind = "Microsoft.Authorization/policyExemptions"
    about = {"policyAssignmentId": "nist-800-53-r5", "exemptionCategory": "Waiver"}
    vault = f"/subscriptions/{EHR}/resourceGroups/rg-ehr-app/providers/Microsoft.KeyVault/vaults"
    key, until = f"{vault}/kv-ehr-integration", {"expiresOn": "2027-03-31T00:00:00Z"}
    holder = _stand_in(ehr, "rg-ehr-app")
    yield extension(holder, key, kind, "integration-firewall", {**about, **until})
    # nobody said when it ends
    yield _on(analytics, kind, "backup-of-machines", about)


def directory_rows() -> list[Row]:
    """Return applications of the directory, as Microsoft Graph shows them: no subscription."""
    credential = {
        "keyId": guid("credential"),
        "displayName": "deploy",
        "startDateTime": "2026-07-01T00:00:00Z",
        "endDateTime": "2026-12-28T00:00:00Z",
        "secretText": None,
    }
    endless = {
        **credential,
        "startDateTime": "2022-05-04T00:00:00Z",
        "endDateTime": "2099-12-31T00:00:00Z",
    }
    listed: tuple[tuple[str, list[str], list[dict[str, Any]]], ...] = (
        ("pipeline-portal", ["pipeline"], []),
        ("pipeline-records", ["pipeline"], []),
        ("pipeline-lake", ["pipeline"], [endless]),
        ("partner-gateway", [], [credential]),
        ("legacy-export", [], [endless]),
        ("portal-sign-in", [], []),
    )
    return [
        {
            "id": f"/applications/{guid('application', name)}",
            "name": name,
            "type": "microsoft.graph/applications",
            "tenantId": TENANT,
            "properties": {
                "displayName": name,
                "appId": guid("client", name),
                "signInAudience": "AzureADMyOrg",
                "tags": tags,
                "passwordCredentials": credentials,
                "keyCredentials": [],
            },
        }
        for name, tags, credentials in listed
    ]
