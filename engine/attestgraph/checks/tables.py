"""Which table of a snapshot answers for a resource type: one map, for import and for checks.

Where Resource Graph has no row of a type, its `resources` table being complete says nothing about
it, so such types live in a table of their own whose completeness must be shown apart.
"""

from __future__ import annotations

from typing import Final

from attestgraph.model.ids import ascii_lower

RESOURCES: Final = "resources"
CONTAINERS: Final = "resourcecontainers"
POLICY_STATES: Final = "policystates"
_ARM: Final = "armresources"

_BY_TYPE: Final[dict[str, str]] = {
    "microsoft.resources/subscriptions": CONTAINERS,
    "microsoft.resources/subscriptions/resourcegroups": CONTAINERS,
    "microsoft.resources/resourcegroups": CONTAINERS,
    "microsoft.management/managementgroups": CONTAINERS,
    "microsoft.authorization/roleassignments": "authorizationresources",
    "microsoft.authorization/roledefinitions": "authorizationresources",
    "microsoft.web/sites/config": "appserviceresources",
    "microsoft.web/sites/slots/config": "appserviceresources",
}
_BY_PREFIX: Final[tuple[tuple[str, str], ...]] = (
    ("microsoft.security/", "securityresources"),
    ("microsoft.keyvault.data/", "components"),
    ("microsoft.managedhsm.data/", "components"),
    ("microsoft.graph/", "entraobjects"),
    ("attestgraph.code/", "codescans"),
    ("microsoft.authorization/", _ARM),
    ("microsoft.policyinsights/", _ARM),
)
# extension types of two segments that hang on other resources and have no row of their own
_EXTENSIONS: Final = frozenset(
    {
        "microsoft.insights/diagnosticsettings",
        "microsoft.insights/logprofiles",
        "microsoft.insights/diagnosticsettingscategories",
        "microsoft.consumption/budgets",
        "microsoft.costmanagement/exports",
        "microsoft.eventgrid/eventsubscriptions",
        "microsoft.subscription/policies",
    }
)
# child types that Resource Graph does list; every other child is read through Resource Manager
_LISTED_CHILDREN: Final = frozenset(
    {
        "microsoft.automation/automationaccounts/configurations",
        "microsoft.automation/automationaccounts/runbooks",
        "microsoft.cdn/profiles/afdendpoints",
        "microsoft.cdn/profiles/endpoints",
        "microsoft.compute/galleries/images",
        "microsoft.compute/galleries/images/versions",
        "microsoft.compute/virtualmachines/extensions",
        "microsoft.containerregistry/registries/replications",
        "microsoft.containerregistry/registries/webhooks",
        "microsoft.kusto/clusters/databases",
        "microsoft.machinelearningservices/workspaces/onlineendpoints",
        "microsoft.netapp/netappaccounts/capacitypools",
        "microsoft.netapp/netappaccounts/capacitypools/volumes",
        "microsoft.network/networkwatchers/connectionmonitors",
        "microsoft.network/networkwatchers/flowlogs",
        "microsoft.network/privatednszones/virtualnetworklinks",
        "microsoft.sql/managedinstances/databases",
        "microsoft.sql/servers/databases",
        "microsoft.sql/servers/elasticpools",
        "microsoft.synapse/workspaces/bigdatapools",
        "microsoft.synapse/workspaces/sqlpools",
        "microsoft.web/sites/slots",
    }
)


def table_of(resource_type: str) -> str:
    """Return the name of the snapshot table that holds rows of a resource type.

    Args:
        resource_type: The type in any case, with or without a leading slash.
    """
    key = ascii_lower(resource_type.strip().strip("/"))
    if key in _BY_TYPE:
        return _BY_TYPE[key]
    for prefix, table in _BY_PREFIX:
        if key.startswith(prefix):
            return table
    if key in _EXTENSIONS or (key.count("/") > 1 and key not in _LISTED_CHILDREN):
        return _ARM
    return RESOURCES
