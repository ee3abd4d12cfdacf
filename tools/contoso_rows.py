"""Rows of Azure Resource Graph and Resource Manager for the made-up tenant."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from tools.contoso_base import LAB, TENANT, Subscription, changed, row_of
from tools.contoso_children import Row, children
from tools.contoso_inventory import MANAGEMENT_GROUPS, SUBSCRIPTIONS
from tools.contoso_numbered import resources
from tools.contoso_planted import PLANTED, Plant
from tools.contoso_scopes import authorization_rows, scope_rows, security_rows
from tools.contoso_shapes import SHAPES

SITE_CONFIG: Final = "microsoft.web/sites/config"


def plants_of(row: Row) -> list[Plant]:
    """Return what is planted in a row."""
    key = str(row["id"]).lower()
    return [plant for plant in PLANTED if f"/{plant.at}" in f"{key}/" and _ends(key, plant)]


def _ends(key: str, plant: Plant) -> bool:
    if key.endswith(f"/{plant.at}"):
        return True
    # the name of a connection is a GUID
    return plant.at.endswith("/privateendpointconnections") and f"/{plant.at}/" in key


def planted(row: Row) -> Row | None:
    """Return a row with what is planted in it; None where it is not there."""
    for plant in plants_of(row):
        if not plant.changes:
            return None
        row = changed(row, plant.changes)
    return row


def _planted(rows: list[Row]) -> list[Row]:
    found = [made for row in rows if (made := planted(row)) is not None]
    return sorted(found, key=lambda made: str(made["id"]).lower())


def _row(resource: Any) -> Row:
    shape = SHAPES[resource.type]
    row = row_of(resource, shape.properties(resource), shape.members)
    return changed(row, shape.worst) if resource.group == LAB else row


@cache
def resource_rows() -> list[Row]:
    """Return the rows of table `resources`, sorted by id."""
    return _planted([_row(resource) for resource in resources()])


@cache
def child_rows() -> list[Row]:
    """Return what Resource Manager lists beside the resources, sorted by id."""
    below = [row for resource in resources() for row in children(resource)]
    return _planted([*below, *scope_rows()])


def arm_rows() -> list[Row]:
    """Return the rows of table `armresources`, with the members of a Resource Manager answer."""
    rows = [row for row in child_rows() if row["type"].lower() != SITE_CONFIG]
    return [{key: row[key] for key in ("id", "name", "type", "properties")} for row in rows]


def site_rows() -> list[Row]:
    """Return the rows of table `appserviceresources`."""
    rows = [row for row in child_rows() if row["type"].lower() == SITE_CONFIG]
    return [{**row, "type": row["type"].lower()} for row in rows]


def security() -> list[Row]:
    """Return the rows of table `securityresources`."""
    return _planted(security_rows())


def authorizations() -> list[Row]:
    """Return the rows of table `authorizationresources`."""
    return _planted(authorization_rows())


def _container(subscription: Subscription, group: str | None) -> Row:
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
    env = subscription.groups[group][0] if group else subscription.env
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


def container_rows() -> list[Row]:
    """Return the rows of table `resourcecontainers`, sorted by id."""
    rows = [_container(s, group) for s in SUBSCRIPTIONS for group in (None, *s.groups)]
    return sorted(rows, key=lambda made: str(made["id"]).lower())
