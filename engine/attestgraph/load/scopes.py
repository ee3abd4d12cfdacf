"""Scopes of records (CONTRACT section 3), and boundaries of systems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place
from attestgraph.model.authored import Boundary
from attestgraph.model.ids import ascii_lower, id_key
from attestgraph.model.records import Scope, ScopeKind

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_GROUPS: Final = "/providers/microsoft.management/managementgroups/"
_RESOURCE_GROUP: Final = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+")
_RESOURCE: Final = re.compile(
    r"(/subscriptions/[^/]+(/resourcegroups/[^/]+)?)?(/providers/.+/.+/.+)"
)
_HELP: Final[Mapping[ScopeKind, str]] = {
    ScopeKind.MANAGEMENT_GROUP: "give its name, or its full id",
    ScopeKind.SUBSCRIPTION: "give its GUID",
    ScopeKind.RESOURCE_GROUP: "give its full id: /subscriptions/<guid>/resourceGroups/<name>",
    ScopeKind.RESOURCE: "give its full id, with /providers/",
}


def scope_key(kind: ScopeKind, written: str) -> str | None:
    """Return the key of a scope's id, or None where it does not name what `kind` says.

    A management group's key is its name, a subscription's `/subscriptions/<guid>`.
    """
    key = id_key(written)
    name = key.rpartition("/")[2]
    if kind is ScopeKind.MANAGEMENT_GROUP:
        plain = key == f"/{name}" or key == _GROUPS + name
        return name if plain and name else None
    if kind is ScopeKind.SUBSCRIPTION:
        plain = key in (f"/{name}", f"/subscriptions/{name}")
        return f"/subscriptions/{name}" if plain and _GUID.fullmatch(name) else None
    form = _RESOURCE_GROUP if kind is ScopeKind.RESOURCE_GROUP else _RESOURCE
    return key if form.fullmatch(key) else None


def read_id(place: Place, pointer: Pointer, kind: ScopeKind, written: str) -> str | None:
    """Return the key of an id; None and a fault where it is not of its form or has a wildcard."""
    if "*" in written or "?" in written:
        message = f"`{written}` has a wildcard"
        place.fault(pointer, "wildcard", message, "name each scope by its id")
        return None
    key = scope_key(kind, written)
    if key is None:
        noun = str(kind).replace("_", " ")
        place.fault(pointer, "wrong-form", f"`{written}` is not the id of a {noun}", _HELP[kind])
    return key


def read_scope(place: Place, pointer: Pointer, form: Any) -> Scope | None:
    """Return a scope; None and faults where it has any. Its shape is the schema's affair."""
    if not isinstance(form, dict):
        return None
    kinds = [kind for kind in ScopeKind if isinstance(form.get(kind), str) and form[kind]]
    if len(kinds) != 1:
        return None
    kind = kinds[0]
    key = read_id(place, (*pointer, kind), kind, form[kind])
    tag, of_type = form.get("tag"), form.get("type")
    pairs = list(tag.items()) if isinstance(tag, dict) else []
    if key is None or len(pairs) > 1:
        return None
    return Scope(
        kind=kind,
        key=key,
        type=ascii_lower(of_type) if isinstance(of_type, str) else None,
        tag=(ascii_lower(pairs[0][0]), str(pairs[0][1])) if pairs else None,
    )


def read_boundary(place: Place, pointer: Pointer, form: Any) -> Boundary:
    """Return a system's boundary; ids with a fault are left out."""
    if not isinstance(form, dict):
        return Boundary()
    tags = form.get("tags")
    return Boundary(
        management_groups=_ids(place, pointer, ScopeKind.MANAGEMENT_GROUP, form),
        subscriptions=_ids(place, pointer, ScopeKind.SUBSCRIPTION, form),
        resource_groups=_ids(place, pointer, ScopeKind.RESOURCE_GROUP, form),
        tags={ascii_lower(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {},
    )


def _ids(
    place: Place, pointer: Pointer, kind: ScopeKind, form: Mapping[str, Any]
) -> tuple[str, ...]:
    name = f"{kind}s"
    values = form.get(name)
    keys = [
        read_id(place, (*pointer, name, at), kind, value)
        for at, value in enumerate(values if isinstance(values, list) else ())
        if isinstance(value, str) and value
    ]
    return tuple(sorted({key for key in keys if key is not None}))
