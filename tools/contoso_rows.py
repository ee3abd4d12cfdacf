"""Rows of Azure Resource Graph for the made-up tenant of `examples/contoso`."""

from __future__ import annotations

from typing import Any

from tools.contoso_inventory import (
    ABSENT,
    MANAGEMENT_GROUPS,
    PLANTED_ROWS,
    SUBSCRIPTIONS,
    TENANT,
    Resource,
    Subscription,
    resources,
)
from tools.contoso_shapes import SHAPES


def row(resource: Resource) -> dict[str, Any]:
    """Return a resource's row with all the members that Resource Graph gives."""
    make, others = SHAPES[resource.type]
    subscription = resource.subscription
    members: dict[str, Any] = {
        "id": resource.id,
        "name": resource.name.rsplit("/", 1)[-1],
        "type": resource.type.lower(),
        "tenantId": TENANT,
        "kind": "",
        "location": subscription.location,
        "resourceGroup": resource.group.lower(),
        "subscriptionId": subscription.id,
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": planted(resource.name, make(resource)),
        "tags": dict(resource.tags) or None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }
    return {**members, **others}


def planted(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return properties with what is planted in the resource of that name."""
    changes = dict(PLANTED_ROWS.get(name, {}))
    if status := changes.pop("private_endpoint", None):
        for connection in properties["privateEndpointConnections"]:
            connection["properties"]["privateLinkServiceConnectionState"]["status"] = status
    if action := changes.pop("defaultAction", None):
        properties["networkAcls"]["defaultAction"] = action
    merged = {**properties, **changes}
    return {key: value for key, value in merged.items() if value != ABSENT}


def resource_rows() -> list[dict[str, Any]]:
    """Return the rows of table `resources`, sorted by id."""
    return [row(resource) for resource in resources()]


def container_row(subscription: Subscription, group: str | None) -> dict[str, Any]:
    """Return the row of a subscription, or of one of its resource groups."""
    key = f"/subscriptions/{subscription.id}"
    chain = [{"displayName": title, "name": name} for name, title in MANAGEMENT_GROUPS]
    about = {
        "managementGroupAncestorsChain": chain,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
        "managedByTenants": [],
        "state": "Enabled",
    }
    env = subscription.groups[group] if group else subscription.env
    return {
        "id": f"{key}/resourceGroups/{group}" if group else key,
        "name": group or subscription.title,
        "type": "microsoft.resources/subscriptions" + ("/resourcegroups" if group else ""),
        "tenantId": TENANT,
        "kind": "",
        "location": subscription.location if group else "",
        "resourceGroup": group or "",
        "subscriptionId": subscription.id,
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": {"provisioningState": "Succeeded"} if group else about,
        "tags": {"env": env, "owner": "cloud-platform"},
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }


def container_rows() -> list[dict[str, Any]]:
    """Return the rows of table `resourcecontainers`, sorted by id."""
    rows = [container_row(s, group) for s in SUBSCRIPTIONS for group in (None, *s.groups)]
    return sorted(rows, key=lambda made: str(made["id"]).lower())
