from __future__ import annotations

import pytest

from attestgraph.checks import table_of
from attestgraph.model.snapshot import RESOURCE_TABLES


@pytest.mark.parametrize(
    ("resource_type", "table"),
    [
        ("Microsoft.KeyVault/vaults", "resources"),
        ("/microsoft.storage/storageAccounts", "resources"),
        ("Microsoft.Sql/servers/databases", "resources"),
        ("Microsoft.Resources/subscriptions", "resourcecontainers"),
        ("Microsoft.Resources/subscriptions/resourceGroups", "resourcecontainers"),
        ("Microsoft.Management/managementGroups", "resourcecontainers"),
        ("Microsoft.Security/pricings", "securityresources"),
        ("Microsoft.Security/locations/jitNetworkAccessPolicies", "securityresources"),
        ("Microsoft.Authorization/roleAssignments", "authorizationresources"),
        ("Microsoft.Authorization/locks", "armresources"),
        ("Microsoft.Web/sites/config", "appserviceresources"),
        ("Microsoft.Web/sites", "resources"),
        ("Microsoft.KeyVault.Data/vaults/keys", "components"),
        ("Microsoft.KeyVault/vaults/keys", "armresources"),
        ("Microsoft.Insights/diagnosticSettings", "armresources"),
        ("Microsoft.Insights/activityLogAlerts", "resources"),
        ("Microsoft.Storage/storageAccounts/blobServices/containers", "armresources"),
    ],
)
def test_a_type_has_one_table(resource_type: str, table: str) -> None:
    assert table_of(resource_type) == table
    assert table in RESOURCE_TABLES
