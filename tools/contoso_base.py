"""What every part of the made-up tenant shares: names, digests, and how a row is changed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

TENANT: Final = "9a3b1c7e-5d42-4f8a-8c6b-0e1d2f3a4b5c"
EHR: Final = "7d0e3f52-6c1b-4a8e-9f47-2b5c8d1a0e31"
ANALYTICS: Final = "c2a94b6d-0f3e-4d17-8a5b-6e7f1c2d3b40"
SHARED: Final = "15b8e7a9-4d2c-4f60-b3a1-9c8d7e6f5a21"
GENOMICS: Final = "e84f1d06-72b9-4c35-a0de-5b9627c3f418"
"""Whoever collected the evidence may not read this one."""

ABSENT: Final = "(absent)"
"""As a changed value: the member is left out."""

LAB: Final = "rg-shd-lab"
"""The resource group that nobody hardened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of the tenant.

    Attributes:
        short: The middle of the names of what lies in it.
        groups: Resource group to the `env` tag, the application and the owner of what it holds.
    """

    id: str
    title: str
    short: str
    env: str
    location: str
    groups: Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, before it has a row.

    Attributes:
        type: As Resource Manager spells it.
        name: For a child: `parent/child`.
    """

    subscription: Subscription
    group: str
    type: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The id of the resource group, and `/providers`."""
        return f"/subscriptions/{self.subscription.id}/resourceGroups/{self.group}/providers"

    @property
    def id(self) -> str:
        """The resource id, in the spelling that Resource Manager returns."""
        provider, *kinds = self.type.split("/")
        path = "/".join(f"{k}/{n}" for k, n in zip(kinds, self.name.split("/"), strict=True))
        return f"{self.place}/{provider}/{path}"

    @property
    def key_vault(self) -> str:
        """The vault that holds the keys of the subscription's services."""
        return {"ehr": "kv-ehr-records", "anl": "kv-anl-lake"}.get(
            self.subscription.short, "kv-shd-net"
        )

    def near(self, path: str) -> str:
        """Return the id of another resource of the same group: `Microsoft.X/kinds/name`."""
        return f"{self.place}/{path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How rows of a type look.

    Attributes:
        properties: What a well-kept resource has.
        members: Members of the row beside the usual ones (`kind`, `sku`, `identity`); a function
            is asked with the resource.
        worst: What differs where nobody hardened it: dotted path to value.
        link: The group id of its private endpoint, where it has one.
    """

    properties: Callable[[Resource], dict[str, Any]]
    members: Mapping[str, Any] = field(default_factory=dict)
    worst: Mapping[str, Any] = field(default_factory=dict)
    link: str | None = None


def digest(*keys: str) -> str:
    """Return hexadecimal digits that depend on the keys only."""
    return hashlib.sha256("\0".join(keys).encode()).hexdigest()


def number(limit: int, *keys: str) -> int:
    """Return a number below `limit` that depends on the keys only."""
    return int(digest(*keys)[:12], 16) % limit


def guid(*keys: str) -> str:
    """Return a GUID that depends on the keys only."""
    return str(uuid.UUID(digest(*keys)[:32], version=4))


def made_on(resource: Resource) -> str:
    """Return a time of creation, some day of 2025."""
    day = number(28, resource.id, "day") + 1
    month = number(12, resource.id, "month") + 1
    return f"2025-{month:02}-{day:02}T{number(24, resource.id):02}:17:09.4408336Z"


def renewed_on(resource: Resource, *keys: str) -> str:
    """Return a time in October 2026: the day on which a key was made anew."""
    return f"2026-10-{number(24, resource.id, *keys) + 3:02}T02:30:00.1120000Z"


def connections(resource: Resource) -> list[dict[str, Any]]:
    """Return the one approved private endpoint connection of a resource."""
    name = f"pe-{resource.name}.{guid(resource.id, 'connection')}"
    return [
        {
            "id": f"{resource.id}/privateEndpointConnections/{name}",
            "properties": {
                "provisioningState": "Succeeded",
                "privateEndpoint": {
                    "id": resource.near(f"Microsoft.Network/privateEndpoints/pe-{resource.name}")
                },
                "privateLinkServiceConnectionState": {
                    "status": "Approved",
                    "description": "Auto-approved",
                    "actionsRequired": "None",
                },
            },
        }
    ]


# the keys that encrypt what services hold, by type
_KEYS: Final = {
    "Microsoft.Storage/storageAccounts": "cmk-storage",
    "Microsoft.DocumentDB/databaseAccounts": "cmk-cosmos",
    "Microsoft.Sql/servers": "cmk-sql",
    "Microsoft.DBforPostgreSQL/flexibleServers": "cmk-postgresql",
    "Microsoft.ContainerRegistry/registries": "cmk-registry",
    "Microsoft.Compute/diskEncryptionSets": "cmk-disks",
}


def key_name(resource: Resource) -> str:
    """Return the name of the key that encrypts resources of a type."""
    return _KEYS[resource.type]


def key_uri(resource: Resource, *, version: bool = False) -> str:
    """Return the address of the key that encrypts a resource."""
    key = f"https://{resource.key_vault}.vault.azure.net/keys/{key_name(resource)}"
    return (
        f"{key}/{digest(resource.key_vault, 'keys', key_name(resource))[:32]}" if version else key
    )


def encrypting_set(resource: Resource) -> str:
    """Return the id of the disk encryption set of the subscription."""
    short = resource.subscription.short
    group = {"ehr": "rg-ehr-data", "anl": "rg-anl-lake"}.get(short, resource.group)
    scope = f"/subscriptions/{resource.subscription.id}/resourceGroups/{group}"
    return f"{scope}/providers/Microsoft.Compute/diskEncryptionSets/des-{short}"


def identity(resource: Resource) -> dict[str, Any]:
    """Return the system-assigned identity of a resource."""
    return {
        "type": "SystemAssigned",
        "principalId": guid(resource.id, "principal"),
        "tenantId": TENANT,
    }


def row_of(
    resource: Resource, properties: Mapping[str, Any], members: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a row with all the members that Resource Graph gives."""
    own = {n: v(resource) if callable(v) else v for n, v in (members or {}).items()}
    return {
        "id": resource.id,
        "name": resource.name.rsplit("/", 1)[-1],
        "type": resource.type.lower(),
        "tenantId": TENANT,
        "kind": "",
        "location": resource.subscription.location,
        "resourceGroup": resource.group.lower(),
        "subscriptionId": resource.subscription.id,
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": dict(properties),
        "tags": dict(resource.tags) or None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
        **own,
    }


def changed(row: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with values set at dotted paths; numbers in a path are places of a list."""
    for path, value in changes.items():
        *parents, last = path.split(".")
        holder: Any = row
        for part in parents:
            if isinstance(holder, list):
                holder = holder[int(part)]
            else:
                held = holder.get(part)
                holder[part] = holder = held if held is not None else {}
        if isinstance(holder, list):
            holder[int(last)] = value
        elif value == ABSENT:
            holder.pop(last, None)
        else:
            holder[last] = value
    return row
