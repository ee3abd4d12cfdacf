"""The members of a Resource Graph row and the columns that they are kept in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from attestgraph.model.ids import (
    ascii_lower,
    id_key,
    resource_group_of,
    subscription_of,
    type_in_id,
)

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
MOST_NESTED: Final = 100
"""How deep objects and arrays of a row may be nested."""
_FIELDS: Final = {ascii_lower(name): name for name in (*READABLE_FIELDS, "tenantId", "apiVersion")}
_KNOWN: Final = frozenset(_FIELDS.values())
_TEXTS: Final = ("type", "name", "location", "kind", "managedBy", "tenantId", "apiVersion")
_OBJECTS: Final = ("properties", "tags", "identity")
_DERIVED: Final = {"subscriptionId": subscription_of, "resourceGroup": resource_group_of}
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


def named_fields(value: Any) -> Any:
    """Return a row with its known members under their own names, whatever their case."""
    if not isinstance(value, dict) or value.keys() <= _KNOWN:
        return value
    return {_FIELDS.get(ascii_lower(key), key): item for key, item in value.items()}


def row_faults(value: Any) -> Iterator[str]:
    """Give what is wrong with a row of resources."""
    if not isinstance(value, dict):
        yield "is no row of its columns"
        return
    resource_id = value.get("id")
    if not isinstance(resource_id, str) or not id_key(resource_id):
        yield "has no `id`; export whole rows, without summarize"
        return
    key = id_key(resource_id)
    yield from _shape_faults(value)
    if not value.get("type") and type_in_id(key) is None:
        yield "has no `type`, and its id names none"
    for name, derive in _DERIVED.items():
        column, in_id = value.get(name), derive(key)
        if column and (not isinstance(column, str) or ascii_lower(column) != (in_id or "")):
            yield f"`{name}` is `{column}`, and the id says `{in_id or 'none'}`"


def _shape_faults(value: Mapping[str, Any]) -> Iterator[str]:
    for name in _TEXTS:
        if not isinstance(value.get(name), str | None):
            yield f"`{name}` is not text"
    for name in _OBJECTS:
        if value.get(name) not in (None, "") and not isinstance(value[name], dict):
            yield f"`{name}` is not an object"
    if too_deep(value):
        yield f"is nested more than {MOST_NESTED} deep"


def too_deep(value: Any) -> bool:
    """Tell whether objects and arrays are nested deeper than is read."""
    text = orjson.dumps(value)
    if text.count(b"{") + text.count(b"[") <= MOST_NESTED:
        return False
    level = [value]
    for _ in range(MOST_NESTED):
        level = [
            child
            for holder in level
            for child in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
