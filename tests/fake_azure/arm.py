"""Resource Manager: subscriptions, management groups, single resources and what is below them.

Also the data plane of the key vaults, whose host names cannot be had on loopback: a vault's
`https://NAME.vault.azure.net/` is `ENDPOINT/vault/NAME/` here. Ids inside the answers keep the
vault's own host; `nextLink` names the fake's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.fake_azure.faults import Place
from tests.fake_azure.graph import Bent
from tests.fake_azure.tenant import Row, Subscription, Tenant, VaultItem
from tests.fake_azure.wire import Answer, RefusedError, error, ok

PAGE: Final = 100
VAULT_PAGE: Final = 25
_PERMISSIONS: Final = "/providers/microsoft.authorization/permissions"
_GROUPS: Final = "/providers/microsoft.management/managementgroups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a GET finds: one thing, or a list of which a page is cut."""

    rows: Sequence[Row] | Row
    path: str
    options: Mapping[str, str]
    page: int = PAGE

    @property
    def offset(self) -> int:
        """Return where the page starts."""
        told = self.options.get("$skiptoken", "0").removeprefix("after-")
        return int(told) if told.isdigit() else 0

    @property
    def place(self) -> Place:
        """Return which page it is."""
        if isinstance(self.rows, Mapping):
            return Place()
        pages = max(1, -(-len(self.rows) // self.page))
        return Place(page=self.offset // self.page, pages=pages)

    def answer(self, endpoint: str, bent: Bent) -> Answer:
        """Write it."""
        if isinstance(self.rows, Mapping):
            return ok(self.rows)
        start = max(0, self.offset + bent.shift)
        rows = list(self.rows[start : start + self.page])
        gone = bent.lost or bent.hidden
        body: dict[str, Any] = {"value": rows[:-gone] if gone else rows}
        if self.offset + self.page < len(self.rows) and bent.token:
            kept = {k: v for k, v in self.options.items() if k != "$skiptoken"}
            kept["$skiptoken"] = f"after-{self.offset + self.page}"
            options = "&".join(f"{k}={v}" for k, v in kept.items())
            body["nextLink"] = f"{endpoint}{self.path}?{options}"
        return ok(body)


def find(tenant: Tenant, path: str, options: Mapping[str, str], visible: frozenset[str]) -> Found:
    """Return what a GET of Resource Manager finds; raises RefusedError where there is nothing."""
    if "api-version" not in options:
        raise RefusedError(
            400,
            error(
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            ),
        )
    key = path.lower().rstrip("/")
    rows: Sequence[Row] | Row | None
    if key == "/subscriptions":
        shown = (s for s in tenant.subscriptions if s.id.lower() in visible)
        rows = [_subscription(tenant, one) for one in shown]
    elif key == "/tenants":
        rows = [{"id": f"/tenants/{tenant.id}", "tenantId": tenant.id}]
    elif key.startswith("/subscriptions/") and key.count("/") == 2:
        found = tenant.subscription(key.rpartition("/")[2])
        rows = _subscription(tenant, found) if found else None
    elif key.startswith("/subscriptions/") and key.endswith(_PERMISSIONS):
        # of whoever asks: one who sees the subscription reads all of it
        rows = [{"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}]
    elif key.startswith("/subscriptions/") and key.endswith("/resourcegroups"):
        rows = list(_resource_groups(tenant, key.split("/")[2]))
    elif key == _GROUPS or (key.startswith(_GROUPS) and "/providers/" not in key[1:]):
        rows = _groups(tenant, key.removeprefix(_GROUPS).strip("/"), visible)
    else:
        rows = tenant.below.find(path.rstrip("/"))
    if rows is None:
        raise _missing(path)
    return Found(rows=rows, path=path, options=options)


def find_in_vault(tenant: Tenant, path: str, options: Mapping[str, str]) -> Found:
    """Return what a GET of the data plane finds; `path` starts with `/vault/NAME`."""
    _, _, vault, *rest = path.rstrip("/").split("/")
    if "api-version" not in options:
        raise RefusedError(400, error("BadParameter", "The api-version is missing."))
    items = tenant.vaults.items(vault, rest[0].lower()) if rest else None
    if items is None:
        raise RefusedError(404, error("VaultNotFound", f"There is no vault {vault}."))
    if len(rest) == 1:
        most = options.get("maxresults", "")
        page = min(int(most), VAULT_PAGE) if most.isdigit() and int(most) else VAULT_PAGE
        listed = [item.listed for item in items]
        return Found(rows=listed, path=path, options=options, page=page)
    item = next((i for i in items if i.name.lower() == rest[1].lower()), None)
    row = None if item is None else _item(item, rest)
    if row is None:
        raise RefusedError(
            404, error(f"{rest[0][:-1].title()}NotFound", f"{rest[1]} was not found in this vault.")
        )
    return Found(rows=row, path=path, options=options)


def _item(item: VaultItem, rest: Sequence[str]) -> Row | None:
    match [part.lower() for part in rest[2:]]:
        case ["rotationpolicy"] if rest[0].lower() == "keys":
            return item.policy or {"id": f"{item.listed['kid']}/rotationpolicy"}
        case ["policy"] if rest[0].lower() == "certificates":
            return item.policy
        case ["versions"]:
            return {"value": [item.listed], "nextLink": None}
        case [] | [_]:
            return item.got
        case _:
            return None


def _subscription(tenant: Tenant, found: Subscription) -> Row:
    return {
        "id": f"/subscriptions/{found.id}",
        "subscriptionId": found.id,
        "tenantId": tenant.id,
        "displayName": found.name,
        "state": "Enabled",
        "authorizationSource": "RoleBased",
    }


def _resource_groups(tenant: Tenant, subscription: str) -> Sequence[Row]:
    table = tenant.tables.get("resourcecontainers")
    kept = ("id", "name", "location", "tags", "properties")
    return [
        {"type": "Microsoft.Resources/resourceGroups"} | {k: row.get(k) for k in kept}
        for row in (table.rows() if table else ())
        if str(row["type"]).lower().endswith("resourcegroups")
        and str(row["subscriptionId"]).lower() == subscription
    ]


def _groups(tenant: Tenant, rest: str, visible: frozenset[str]) -> Sequence[Row] | Row | None:
    kind = "Microsoft.Management/managementGroups"
    rows = {
        g.name.lower(): {
            "id": f"/providers/{kind}/{g.name}",
            "type": kind,
            "name": g.name,
            "properties": {
                "displayName": g.title,
                "tenantId": tenant.id,
                "parent": {"id": f"/providers/{kind}/{g.parent}" if g.parent else None},
            },
        }
        for g in tenant.groups
    }
    name, _, tail = rest.partition("/")
    if not name:
        return list(rows.values())
    if name not in rows or tail not in {"", "descendants"}:
        return None
    if not tail:
        return rows[name]
    inside = tenant.groups_below(name)
    below = [row for key, row in rows.items() if key in inside and key != name]
    for one in tenant.subscriptions:
        if one.group.lower() in inside and one.id.lower() in visible:
            parent = {"id": f"/providers/{kind}/{one.group}"}
            below.append(
                {
                    "id": f"/subscriptions/{one.id}",
                    "type": "/subscriptions",
                    "name": one.id,
                    "properties": {"displayName": one.name, "parent": parent},
                }
            )
    return below


def _missing(path: str) -> RefusedError:
    if path.lower().startswith("/subscriptions/") and path.count("/") == 2:
        name = path.rpartition("/")[2]
        return RefusedError(
            404,
            error("SubscriptionNotFound", f"The subscription '{name}' could not be found."),
        )
    return RefusedError(
        404,
        error(
            "ResourceNotFound",
            f"The Resource '{path}' was not found. For more details please go to "
            "https://aka.ms/ARMResourceNotFoundFix",
        ),
    )
