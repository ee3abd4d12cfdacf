"""Related resources: whether a row stands where an existence condition looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestgraph.conditions.fields import full_name_of
from attestgraph.conditions.folding import ascii_lower


def id_key(row: Mapping[str, Any]) -> str | None:
    """Return a row's id for comparison, or None where it has none."""
    value = row.get("id")
    if not isinstance(value, str) or not value.strip(" /"):
        return None
    return "/" + ascii_lower(value.strip(" ").strip("/"))


def parent_key(key: str) -> str | None:
    """Return the id of the resource that a child or extension resource belongs to, if any."""
    head, _, tail = key.rpartition("/providers/")
    if "/providers/" in head:
        return head
    parts = tail.split("/")
    return key.rpartition("/")[0].rpartition("/")[0] if len(parts) > 3 else None


def group_key(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return subscription and resource group of a row in lower case, None where it does not say."""
    found: list[str | None] = []
    parts = (id_key(row) or "").split("/")
    for name, column in (("subscriptions", "subscriptionId"), ("resourcegroups", "resourceGroup")):
        value = row.get(column)
        if isinstance(value, str) and value:
            found.append(ascii_lower(value))
        elif name in parts[:-1]:
            found.append(parts[parts.index(name) + 1])
        else:
            found.append(None)
    return found[0], found[1]


def is_named(row: Mapping[str, Any], name: str) -> bool:
    """Tell whether a row has a name: its own, or with its parents' names; true if it has none."""
    own = row.get("name")
    full = full_name_of(row.get("id"))
    if not isinstance(own, str) and full is None:
        return True
    low = ascii_lower(name)
    names = {ascii_lower(one) for one in (own, full) if isinstance(one, str)}
    return low in names or low.rpartition("/")[2] in names


def in_scope(
    row: Mapping[str, Any], resource: Mapping[str, Any], *, wide: bool, group: str | None
) -> bool:
    """Tell whether a row stands where to look, as far as both tell.

    A child or extension resource must belong to the resource itself; any other stands in the same
    resource group, in `group`, or with `wide` anywhere in the subscription.
    """
    key, own = id_key(row), id_key(resource)
    if key is not None and own is not None and _belongs(key, row, resource):
        return key == own or key.startswith(own + "/")
    subscription, place = group_key(row)
    wanted_subscription, wanted_place = group_key(resource)
    if None not in {subscription, wanted_subscription} and subscription != wanted_subscription:
        return False
    if wide:
        return True
    wanted = ascii_lower(group) if group is not None else wanted_place
    return place is None or wanted is None or place == wanted


def _belongs(key: str, row: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Tell whether a row of its type can only be looked for below the resource."""
    if parent_key(key) is None:
        return False
    kind, other = row.get("type"), resource.get("type")
    below = isinstance(kind, str) and isinstance(other, str)
    extension = key.count("/providers/") > 1
    return extension or (below and ascii_lower(str(kind)).startswith(ascii_lower(str(other)) + "/"))
