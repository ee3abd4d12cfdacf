"""Resources of the made-up tenant that are named by number or after others, and the whole list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tools.contoso_base import LAB, Resource, Subscription
from tools.contoso_inventory import NAMED, SUBSCRIPTIONS
from tools.contoso_shapes import OPERATIONS, SHAPES

# how many more of these lie in each group, named by number
NUMBERED: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "Microsoft.Compute/virtualMachines": (
        "vm",
        {
            "rg-ehr-app": 4,
            "rg-ehr-imaging": 3,
            "rg-anl-lake": 2,
            "rg-anl-ml": 2,
            "rg-shd-dev": 2,
            LAB: 1,
        },
    ),
    "Microsoft.Compute/disks": (
        "disk",
        {
            "rg-ehr-app": 5,
            "rg-ehr-imaging": 5,
            "rg-anl-lake": 3,
            "rg-anl-ml": 3,
            "rg-shd-dev": 2,
            LAB: 1,
        },
    ),
    "Microsoft.Network/networkInterfaces": (
        "nic",
        {
            "rg-ehr-app": 4,
            "rg-ehr-imaging": 3,
            "rg-anl-lake": 2,
            "rg-anl-ml": 2,
            "rg-shd-dev": 2,
            LAB: 1,
        },
    ),
    "Microsoft.Network/virtualNetworks": (
        "vnet",
        {
            "rg-ehr-app": 1,
            "rg-ehr-imaging": 1,
            "rg-ehr-messaging": 1,
            "rg-anl-lake": 2,
            "rg-shd-net": 2,
            LAB: 1,
        },
    ),
    "Microsoft.Network/networkSecurityGroups": (
        "nsg",
        {
            "rg-ehr-app": 4,
            "rg-ehr-data": 3,
            "rg-ehr-imaging": 2,
            "rg-ehr-messaging": 2,
            "rg-anl-lake": 4,
            "rg-shd-net": 3,
            LAB: 1,
        },
    ),
    "Microsoft.Network/routeTables": (
        "rt",
        {"rg-ehr-app": 2, "rg-ehr-data": 1, "rg-ehr-imaging": 1, "rg-anl-lake": 2, "rg-shd-net": 2},
    ),
    "Microsoft.Insights/metricAlerts": ("ma", {"rg-ehr-ops": 12, "rg-anl-ops": 6}),
}

# analytics never got the last four, and the shared subscription has the first alone
ALERTED: Final = {"rg-ehr-ops": 12, "rg-anl-ops": 8, "rg-shd-net": 1}
ALERT: Final = "Microsoft.Insights/activityLogAlerts"
ENDPOINT: Final = "Microsoft.Network/privateEndpoints"
INTERFACE: Final = "Microsoft.Network/networkInterfaces"


def tags_of(subscription: Subscription, group: str) -> dict[str, str]:
    """Return the tags of what a group holds."""
    env, app, owner = subscription.groups[group]
    return {"app": app, "env": env, "owner": owner}


def _names(subscription: Subscription, group: str) -> Iterator[tuple[str, str]]:
    for kind, names in NAMED[group].items():
        for name in names.split():
            yield kind, name
            if SHAPES[kind].link and group != LAB:
                yield ENDPOINT, f"pe-{name}"
                yield INTERFACE, f"nic-pe-{name}"
    for kind, (prefix, counts) in NUMBERED.items():
        for count in range(1, counts.get(group, 0) + 1):
            yield kind, f"{prefix}-{group.removeprefix('rg-')}-{count:02}"
    for end in tuple(OPERATIONS)[: ALERTED.get(group, 0)]:
        yield ALERT, f"ala-{subscription.short}-{end}"


def resources() -> list[Resource]:
    """Return every resource of the tenant, sorted by id."""
    found = [
        Resource(
            subscription=subscription,
            group=group,
            type=kind,
            name=name,
            tags=tags_of(subscription, group),
        )
        for subscription in SUBSCRIPTIONS
        for group in subscription.groups
        for kind, name in _names(subscription, group)
    ]
    return sorted(found, key=lambda resource: resource.id.lower())
