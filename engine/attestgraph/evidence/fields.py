"""The members of a Resource Graph row and the columns that they are kept in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from attestgraph.model.ids import ascii_lower, id_key, type_in_id

COLUMN_OF_FIELD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "id",
        "type": "type",
        "name": "name",
        "location": "location",
        "kind": "kind",
        "managedBy": "managed_by",
        "tenantId": "tenant_id",
        "apiVersion": "api_version",
        "sku": "sku",
        "plan": "plan",
        "tags": "tags",
        "identity": "identity",
        "zones": "zones",
        "extendedLocation": "extended_location",
        "properties": "properties",
    }
)
# columns that the id says too, and better
DERIVED_FIELDS: Final = frozenset({"subscriptionId", "resourceGroup"})
READABLE_FIELDS: Final = tuple(
    sorted({*COLUMN_OF_FIELD, *DERIVED_FIELDS} - {"apiVersion", "tenantId"})
)
"""What a condition can read of a row; a row with all of them is whole."""
# Resource Manager and Resource Graph name the type of a resource group differently
_ALIAS_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"microsoft.resources/resourcegroups": "microsoft.resources/subscriptions/resourcegroups"}
)


def resource_values(
    row: Mapping[str, Any], *, observed_at: datetime, source: str
) -> dict[str, Any]:
    """Return the column values of a row in the form of Resource Graph, as `Spool.add` takes them.

    The type is lowered; where it is missing the id names it, and the id's last segment names the
    resource. Empty text is null. What the table has no column for goes to `extra`.

    Args:
        row: Has a text `id`.
        observed_at: When the row was read.
        source: `arg`, `arm`, `policy`, `keyvault`, `graph` or `import`.
    """
    values: dict[str, Any] = {"observed_at": observed_at, "source": source}
    extra = {}
    for field, value in row.items():
        column = COLUMN_OF_FIELD.get(field)
        if column is not None:
            values[column] = None if value == "" else value
        elif field not in DERIVED_FIELDS and value is not None:
            extra[field] = value
    key = id_key(values["id"])
    values["type"] = canonical_type(values.get("type") or type_in_id(key) or "")
    values["name"] = values.get("name") or values["id"].strip().rstrip("/").rsplit("/", 1)[-1]
    values["extra"] = extra or None
    return values


def canonical_type(resource_type: str) -> str:
    """Return a resource type in the one form used as a key."""
    lowered = ascii_lower(resource_type.strip().strip("/"))
    return _ALIAS_TYPES.get(lowered, lowered)
