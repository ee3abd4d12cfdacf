"""What the made-up tenant of `examples/contoso` holds, and what is planted in it. Data only."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TENANT: Final = "9a3b1c7e-5d42-4f8a-8c6b-0e1d2f3a4b5c"
EHR: Final = "7d0e3f52-6c1b-4a8e-9f47-2b5c8d1a0e31"
ANALYTICS: Final = "c2a94b6d-0f3e-4d17-8a5b-6e7f1c2d3b40"
SHARED: Final = "15b8e7a9-4d2c-4f60-b3a1-9c8d7e6f5a21"
MANAGEMENT_GROUPS: Final = (
    ("mg-landingzones", "Landing zones"),
    ("mg-contoso", "Contoso Health"),
    (TENANT, "Tenant Root Group"),
)
"""From the subscriptions upwards: name and display name."""

ABSENT: Final = "(absent)"
"""As a planted value: the property is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of the tenant."""

    id: str
    title: str
    short: str
    env: str
    location: str
    groups: Mapping[str, str]
    """Resource group to the `env` tag of what lies in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, before it has a row."""

    subscription: Subscription
    group: str
    type: str
    """As Resource Manager spells it."""
    name: str
    """For a child: `parent/child`."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The resource id, in the spelling that Resource Manager returns."""
        provider, *kinds = self.type.split("/")
        path = "/".join(f"{k}/{n}" for k, n in zip(kinds, self.name.split("/"), strict=True))
        scope = f"/subscriptions/{self.subscription.id}/resourceGroups/{self.group}"
        return f"{scope}/providers/{provider}/{path}"


SUBSCRIPTIONS: Final = (
    Subscription(
        id=EHR,
        title="contoso-ehr-prod",
        short="ehr",
        env="prod",
        location="eastus2",
        groups={"rg-ehr-app": "prod", "rg-ehr-data": "prod", "rg-ehr-imaging": "prod"},
    ),
    Subscription(
        id=ANALYTICS,
        title="contoso-analytics",
        short="anl",
        env="prod",
        location="westus3",
        groups={"rg-anl-lake": "prod", "rg-anl-ml": "test"},
    ),
    Subscription(
        id=SHARED,
        title="contoso-shared",
        short="shd",
        env="shared",
        location="eastus2",
        groups={"rg-shd-net": "prod", "rg-shd-dev": "dev"},
    ),
)

# names by subscription and resource group; the order is the order of making, not of output
NAMED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "Microsoft.KeyVault/vaults": {
        "rg-ehr-app": ("kv-ehr-portal", "kv-ehr-integration", "kv-ehr-billing"),
        "rg-ehr-data": ("kv-ehr-records", "kv-ehr-backup"),
        "rg-ehr-imaging": ("kv-ehr-imaging",),
        "rg-anl-lake": ("kv-anl-lake", "kv-anl-ingest", "kv-anl-reports"),
        "rg-anl-ml": ("kv-anl-ml", "kv-anl-train"),
        "rg-shd-net": ("kv-shd-net", "kv-shd-certs"),
        "rg-shd-dev": ("kv-shd-dev",),
    },
    "Microsoft.Storage/storageAccounts": {
        "rg-ehr-app": ("stehrportal", "stehrscratch"),
        "rg-ehr-data": ("stehrrecords", "stehrbackup", "stehraudit", "stehrexport"),
        "rg-ehr-imaging": ("stehrimaging01", "stehrimaging02"),
        "rg-anl-lake": ("stanllake01", "stanllake02", "stanlingest", "stanlreports", "stanlaudit"),
        "rg-anl-ml": ("stanlml", "stanltrain", "stanlmodels"),
        "rg-shd-net": ("stshdflowlogs", "stshddiag"),
        "rg-shd-dev": ("stshdtools", "stshdbuild"),
    },
    "Microsoft.Sql/servers": {
        "rg-ehr-data": ("sql-ehr-records", "sql-ehr-billing"),
        "rg-shd-net": ("sql-shd-inventory",),
        "rg-shd-dev": ("sql-shd-dev",),
    },
    "Microsoft.Sql/servers/databases": {
        "rg-ehr-data": (
            "sql-ehr-records/records",
            "sql-ehr-records/consent",
            "sql-ehr-records/audit",
            "sql-ehr-billing/claims",
            "sql-ehr-billing/ledger",
        ),
        "rg-shd-net": ("sql-shd-inventory/assets",),
        "rg-shd-dev": ("sql-shd-dev/sandbox", "sql-shd-dev/fixtures"),
    },
    "Microsoft.Insights/activityLogAlerts": {
        "rg-ehr-app": ("ala-ehr-vault-deleted",),
        "rg-anl-lake": ("ala-anl-vault-deleted",),
        "rg-shd-net": ("ala-shd-vault-deleted",),
    },
    "Microsoft.OperationalInsights/workspaces": {
        "rg-ehr-app": ("log-ehr",),
        "rg-anl-lake": ("log-anl",),
        "rg-shd-net": ("log-shd",),
    },
}

# how many more of these lie in each group, named by number
NUMBERED: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "Microsoft.Compute/virtualMachines": (
        "vm",
        {"rg-ehr-app": 4, "rg-ehr-imaging": 3, "rg-anl-lake": 2, "rg-anl-ml": 1, "rg-shd-dev": 2},
    ),
    "Microsoft.Compute/disks": (
        "disk",
        {"rg-ehr-app": 5, "rg-ehr-imaging": 4, "rg-anl-lake": 3, "rg-anl-ml": 2, "rg-shd-dev": 2},
    ),
    "Microsoft.Network/networkInterfaces": (
        "nic",
        {"rg-ehr-app": 5, "rg-ehr-imaging": 3, "rg-anl-lake": 3, "rg-anl-ml": 1, "rg-shd-dev": 2},
    ),
    "Microsoft.Network/virtualNetworks": (
        "vnet",
        {"rg-ehr-app": 1, "rg-ehr-imaging": 1, "rg-anl-lake": 2, "rg-shd-net": 2},
    ),
    "Microsoft.Network/networkSecurityGroups": (
        "nsg",
        {"rg-ehr-app": 2, "rg-ehr-imaging": 1, "rg-anl-lake": 3, "rg-shd-net": 2},
    ),
    "Microsoft.Network/privateEndpoints": (
        "pe",
        {"rg-ehr-app": 2, "rg-ehr-data": 4, "rg-anl-lake": 3, "rg-shd-net": 3},
    ),
}

OWNERS: Final[Mapping[str, tuple[str, str]]] = {
    "rg-ehr-app": ("portal", "ehr-platform"),
    "rg-ehr-data": ("records", "ehr-platform"),
    "rg-ehr-imaging": ("imaging", "radiology-it"),
    "rg-anl-lake": ("lake", "data-platform"),
    "rg-anl-ml": ("ml", "data-science"),
    "rg-shd-net": ("network", "cloud-platform"),
    "rg-shd-dev": ("dev", "cloud-platform"),
}

PLANTED_ROWS: Final[Mapping[str, Mapping[str, Any]]] = {
    # fails: the endpoint waits for approval; its exception has expired
    "kv-ehr-backup": {"private_endpoint": "Pending"},
    # passes only because the workspace asks for 30 days and not for 90
    "kv-ehr-billing": {"softDeleteRetentionInDays": 30},
    # fails: both accounts take their keys; an exception that holds accepts it
    "stehrimaging01": {"allowSharedKeyAccess": True},
    "stehrimaging02": {"allowSharedKeyAccess": True},
    # fails: purge protection was never chosen, retention is the least there is
    "kv-anl-train": {"enablePurgeProtection": ABSENT, "softDeleteRetentionInDays": 7},
    # fails: an old vault on access policies
    "kv-anl-ingest": {"enableRbacAuthorization": ABSENT},
    # fail: settings that nobody chose
    "stanlingest": {"allowBlobPublicAccess": ABSENT},
    "stanlmodels": {"allowSharedKeyAccess": ABSENT},
    # fail, and are in no system: development
    "kv-shd-dev": {"publicNetworkAccess": "Enabled", "defaultAction": "Allow"},
    "stshdbuild": {"minimumTlsVersion": "TLS1_0", "supportsHttpsTrafficOnly": False},
}

UNTAGGED: Final = frozenset({"stehrscratch"})
"""Nobody tagged it, so no system holds it."""


def digest(*keys: str) -> str:
    """Return hexadecimal digits that depend on the keys only."""
    return hashlib.sha256("\0".join(keys).encode()).hexdigest()


def number(limit: int, *keys: str) -> int:
    """Return a number below `limit` that depends on the keys only."""
    return int(digest(*keys)[:12], 16) % limit


def guid(*keys: str) -> str:
    """Return a GUID that depends on the keys only."""
    return str(uuid.UUID(digest(*keys)[:32], version=4))


def tags_of(subscription: Subscription, group: str, name: str) -> dict[str, str]:
    """Return the tags of a resource."""
    if name in UNTAGGED:
        return {}
    app, owner = OWNERS[group]
    return {"app": app, "env": subscription.groups[group], "owner": owner}


def resources() -> list[Resource]:
    """Return every resource of the tenant, sorted by id."""
    found = []
    for subscription in SUBSCRIPTIONS:
        for group in subscription.groups:
            names = [(t, n) for t, named in NAMED.items() for n in named.get(group, ())]
            for kind, (prefix, counts) in NUMBERED.items():
                start = f"{prefix}-{group.removeprefix('rg-')}"
                names += [(kind, f"{start}-{n:02}") for n in range(1, counts.get(group, 0) + 1)]
            found += [
                Resource(
                    subscription=subscription,
                    group=group,
                    type=kind,
                    name=name,
                    tags=tags_of(subscription, group, name),
                )
                for kind, name in names
            ]
    return sorted(found, key=lambda resource: resource.id.lower())
