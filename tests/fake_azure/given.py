"""A tenant of given rows: recorded or written evidence, served as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from tests.fake_azure.states import HeldStates
from tests.fake_azure.tables import held
from tests.fake_azure.tenant import Group, Row, Subscription, Tenant, VaultItem

_SUBSCRIPTION: Final = "microsoft.resources/subscriptions"
_KINDS: Final = frozenset({"keys", "secrets", "certificates"})
_ONLY_GOT: Final = frozenset({"key", "kid", "id", "sid", "policy", "cer", "value"})


@dataclass(frozen=True, slots=True)
class GivenBelow:
    """Rows by id and by the collection they are in."""

    rows: Mapping[str, Row]
    collections: Mapping[str, Sequence[Row]]

    def find(self, path: str) -> Sequence[Row] | Row | None:
        """Return the collection or the resource at a path; None where there is nothing."""
        key = path.lower().rstrip("/")
        if key in self.collections:
            return self.collections[key]
        if key in self.rows:
            return self.rows[key]
        parts = key.split("/")
        parents = ["/".join(parts[:-1])]
        if parts[-3:-2] == ["providers"]:
            parents.append("/".join(parts[:-3]))
        return () if any(parent in self.rows for parent in parents) else None


@dataclass(frozen=True, slots=True)
class GivenVaults:
    """Items by vault and kind."""

    found: Mapping[str, Mapping[str, Sequence[VaultItem]]]

    def names(self) -> Iterator[str]:
        """Return the names of all vaults."""
        yield from self.found

    def items(self, vault: str, kind: str) -> Sequence[VaultItem] | None:
        """Return the items of a vault; None: no such vault."""
        kinds = self.found.get(vault.lower())
        return None if kinds is None else kinds.get(kind, ())


def give(
    rows: Mapping[str, Iterable[Row]],
    states: Iterable[Row],
    children: Iterable[Row],
    *,
    vault_records: Iterable[Row],
    groups: Sequence[Group],
    subscriptions: Sequence[Subscription],
    tenant_id: str,
) -> Tenant:
    """Return a tenant that holds given rows; see `Tenant.from_rows`."""
    tables = {name: list(table) for name, table in rows.items()}
    records: dict[str, list[Row]] = {}
    for state in states:
        where = str(state.get("subscriptionId") or _subscription_in(state.get("resourceId")))
        records.setdefault(where.lower(), []).append(state)
    listed = list(children)
    found = dict(_subscriptions(tables, records))
    found |= {s.id.lower(): s for s in subscriptions}
    by_id = {s: {"id": f"/subscriptions/{s}", "subscriptionId": s} for s in found}
    by_path: dict[str, Row] = {f"/subscriptions/{s}": row for s, row in by_id.items()}
    for row in (*(r for table in tables.values() for r in table), *listed):
        by_path[str(row["id"]).lower().rstrip("/")] = row
    collections: dict[str, list[Row]] = {}
    for row in listed:
        collections.setdefault(str(row["id"]).lower().rpartition("/")[0], []).append(row)
    return Tenant(
        id=tenant_id,
        subscriptions=tuple(found.values()),
        groups=tuple({g.name: g for g in (*_groups(tables, tenant_id), *groups)}.values()),
        tables={name: held(table) for name, table in tables.items()},
        states=HeldStates(records),
        below=GivenBelow(by_path, collections),
        vaults=GivenVaults(_items(_vaults(tables), vault_records)),
    )


def _vaults(tables: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    for row in tables.get("resources", ()):
        if str(row["type"]).lower() in {
            "microsoft.keyvault/vaults",
            "microsoft.keyvault/managedhsms",
        }:
            yield str(row["name"]).lower()


def _subscription_in(resource_id: Any) -> str:
    parts = str(resource_id or "").split("/")
    return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def _subscriptions(
    tables: Mapping[str, Sequence[Row]], records: Mapping[str, Any]
) -> Iterator[tuple[str, Subscription]]:
    told: dict[str, Row] = {}
    for row in tables.get("resourcecontainers", ()):
        if str(row["type"]).lower() == _SUBSCRIPTION:
            told[str(row["subscriptionId"]).lower()] = row
    seen = dict.fromkeys((*told, *records))
    for table in tables.values():
        seen.update(dict.fromkeys(str(r.get("subscriptionId") or "").lower() for r in table))
    for subscription in seen:
        if subscription:
            row = told.get(subscription, {})
            chain = (row.get("properties") or {}).get("managementGroupAncestorsChain") or []
            group = str(chain[0]["name"]) if chain else ""
            name = str(row.get("name") or subscription)
            yield subscription, Subscription(id=subscription, name=name, group=group)


def _groups(tables: Mapping[str, Sequence[Row]], tenant_id: str) -> Iterator[Group]:
    yield Group(name=tenant_id, title="Tenant Root Group")
    for row in tables.get("resourcecontainers", ()):
        chain = (row.get("properties") or {}).get("managementGroupAncestorsChain") or []
        for inner, outer in pairwise([*chain, {"name": ""}]):
            yield Group(
                name=inner["name"], title=inner.get("displayName", ""), parent=outer["name"]
            )


def _items(
    vaults: Iterable[str], records: Iterable[Row]
) -> dict[str, dict[str, Sequence[VaultItem]]]:
    """Put the records of each object together: as listed, as got, its policy."""
    listed: dict[tuple[str, str, str], Row] = {}
    got: dict[tuple[str, str, str], Row] = {}
    policies: dict[tuple[str, str, str], Row] = {}
    for record in records:
        key = record.get("key")
        own = key if isinstance(key, dict) else record  # a certificate has a `kid` beside its id
        url = urlsplit(str(own.get("id") or own["kid"]))
        kind, name, *version = url.path.strip("/").split("/")
        place = (url.hostname or "").partition(".")[0], kind, name
        if kind not in _KINDS:
            continue
        if version == ["rotationpolicy"]:
            policies[place] = record
            continue
        named = "kid" if kind == "keys" else "id"
        kept = {k: v for k, v in record.items() if k not in _ONLY_GOT}
        listed.setdefault(place, {named: f"https://{url.netloc}/{kind}/{name}"} | kept)
        if version or place not in got:
            got[place] = {k: v for k, v in record.items() if k != "value"}
    found: dict[str, dict[str, list[VaultItem]]] = {vault: {} for vault in vaults}
    for (vault, kind, name), row in listed.items():
        answer = got[vault, kind, name]
        policy = policies.get((vault, kind, name)) or answer.get("policy")
        item = VaultItem(name=name, listed=row, got=answer, policy=policy)
        found.setdefault(vault, {}).setdefault(kind, []).append(item)
    return {vault: dict(kinds) for vault, kinds in found.items()}
