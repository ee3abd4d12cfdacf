"""Which systems a resource belongs to, and which scopes meet which boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from attestgraph.checks.tables import CONTAINERS
from attestgraph.diagnostics import Reason
from attestgraph.evaluate.session import Session
from attestgraph.model.authored import System
from attestgraph.model.ids import ascii_lower, id_key, is_within, subscription_of
from attestgraph.model.records import Scope, ScopeKind

MANAGEMENT_GROUP: Final = "/providers/microsoft.management/managementgroups/"
_SUBSCRIPTION: Final = "microsoft.resources/subscriptions"
_REDACTED: Final = "$redacted"
Tags = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One system's boundary in canonical keys.

    Attributes:
        groups: Names of management groups, lower case.
        scopes: Keys of subscriptions and resource groups.
        tags: Values by lower-case name.
    """

    system: System
    groups: frozenset[str]
    scopes: tuple[str, ...]
    tags: Mapping[str, str]

    @property
    def everywhere(self) -> bool:
        """Tell whether no scope is named."""
        return not self.groups and not self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """The boundaries of all systems, and the management groups above each subscription.

    Attributes:
        chains: Subscription id to the names of the groups above it; a missing one is not known.
        unknown: Why a chain may not be known.
    """

    domains: tuple[Domain, ...]
    chains: Mapping[str, frozenset[str]]
    unknown: Reason

    def inside(self, domain: Domain, key: str) -> bool | None:
        """Tell whether a key lies in a boundary, tags aside; None where it cannot be known."""
        if domain.everywhere or any(is_within(key, scope) for scope in domain.scopes):
            return True
        if not domain.groups:
            return False
        if key.startswith(MANAGEMENT_GROUP):
            return key.removeprefix(MANAGEMENT_GROUP).split("/")[0] in domain.groups
        subscription = subscription_of(key)
        if subscription is None:
            return False
        chain = self.chains.get(subscription)
        return None if chain is None else bool(chain & domain.groups)

    def members(self, key: str, tags: Tags) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the numbers of the systems that a resource is in, and of those it may be in.

        What belongs to the whole tenant (applications of Entra, roles) is in every system: no
        boundary leaves it out.
        """
        if subscription_of(key) is None and not key.startswith(MANAGEMENT_GROUP):
            return tuple(range(len(self.domains))), ()
        sure, perhaps = [], []
        for number, domain in enumerate(self.domains):
            within, tagged = self.inside(domain, key), _tagged(domain, tags)
            if within and tagged:
                sure.append(number)
            elif within is not False and tagged is not False:
                perhaps.append(number)
        return tuple(sure), tuple(perhaps)

    def meets(self, domain: Domain, scope: str) -> bool:
        """Tell whether something missing in a scope may concern a boundary."""
        if domain.everywhere or scope in ("", "/"):
            return True
        if scope.startswith(MANAGEMENT_GROUP):
            return bool(domain.groups) or any(
                self._may_hang(subscription_of(s), scope) for s in domain.scopes
            )
        if any(is_within(scope, s) or is_within(s, scope) for s in domain.scopes):
            return True
        return bool(domain.groups) and self.inside(domain, scope) is not False

    def _may_hang(self, subscription: str | None, group: str) -> bool:
        chain = self.chains.get(subscription or "")
        return chain is None or group.removeprefix(MANAGEMENT_GROUP).split("/")[0] in chain

    def meeting(self, scope: str) -> tuple[int, ...]:
        """Return the numbers of the systems whose boundaries meet a scope."""
        return tuple(n for n, domain in enumerate(self.domains) if self.meets(domain, scope))

    def groups_above(self, key: str) -> frozenset[str]:
        """Return the management groups above a key, as far as they are known."""
        return self.chains.get(subscription_of(key) or "", frozenset())

    def covers(self, scope: Scope, key: str, tags: Tags) -> bool:
        """Tell whether a scope covers what is at a key, its type aside."""
        words = {name: value for name, value in tags.items() if isinstance(value, str)}
        return scope.covers(key, scope.type, words, self.groups_above(key))


def territory(session: Session) -> Territory:
    """Read the boundaries, and the management groups from the subscriptions' own rows."""
    domains = tuple(_domain(system) for system in session.library.workspace.systems)
    path = session.snapshot.table(CONTAINERS)
    if path is None:
        return Territory(domains=domains, chains={}, unknown=Reason.NOT_COLLECTED)
    oldest, newest = session.window(CONTAINERS)
    chains: dict[str, frozenset[str]] = {}
    seen: set[str] = set()
    stale = False
    for key, properties, observed_at in session.rows(
        "SELECT id_key, properties, observed_at FROM read_parquet(?) WHERE type = ? "
        "ORDER BY id_key, row_sha256",
        [str(path), _SUBSCRIPTION],
    ):
        subscription, chain = subscription_of(key), _chain(properties)
        fresh = oldest <= observed_at <= newest
        stale = stale or not fresh
        if subscription is None or chain is None or not fresh:
            continue
        if key in seen:
            chains.pop(subscription, None)
        else:
            chains[subscription] = chain
        seen.add(key)
    return Territory(
        domains=domains, chains=chains, unknown=Reason.STALE if stale else Reason.INCOMPLETE
    )


def _chain(properties: str | None) -> frozenset[str] | None:
    document = orjson.loads(properties) if properties else None
    chain = document.get("managementGroupAncestorsChain") if isinstance(document, dict) else None
    if not isinstance(chain, list):
        return None
    return frozenset(
        ascii_lower(str(entry["name"]))
        for entry in chain
        if isinstance(entry, dict) and "name" in entry
    )


def _domain(system: System) -> Domain:
    boundary = system.boundary
    subscriptions = [
        id_key(s if s.strip().startswith("/") else f"/subscriptions/{s.strip()}")
        for s in boundary.subscriptions
    ]
    return Domain(
        system=system,
        groups=frozenset(
            ascii_lower(g.strip()).rsplit("/", 1)[-1] for g in boundary.management_groups
        ),
        scopes=(*sorted(subscriptions), *sorted(id_key(g) for g in boundary.resource_groups)),
        tags={ascii_lower(name): value for name, value in boundary.tags.items()},
    )


def _tagged(domain: Domain, tags: Tags) -> bool | None:
    unknown = False
    for name, value in domain.tags.items():
        actual = tags.get(name)
        if _REDACTED in tags or (isinstance(actual, dict) and _REDACTED in actual):
            unknown = True
        elif actual != value:
            return False
    return None if unknown else True


def tags_of(text: str | None) -> dict[str, Any]:
    """Return tags by lower-case name."""
    document = orjson.loads(text) if text else None
    if not isinstance(document, dict):
        return {}
    return {ascii_lower(name): value for name, value in document.items()}


def scope_key(scope: Scope) -> str:
    """Return a scope's id key; a management group is named by its full id."""
    return (
        f"{MANAGEMENT_GROUP}{scope.key}" if scope.kind is ScopeKind.MANAGEMENT_GROUP else scope.key
    )
