"""A tenant: what the fake holds, made from a seed or from given rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from tests.fake_azure.states import Store
from tests.fake_azure.tables import Reach, Table

Row = dict[str, Any]
TENANT: Final = "9a3b1c7e-5d42-4f8a-8c6b-0e1d2f3a4b5c"
EVALUATED: Final = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription and the management group it is in."""

    id: str
    name: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A management group; the root has no parent."""

    name: str
    title: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultItem:
    """A key, secret or certificate: as lists show it, as a GET does, and its policy."""

    name: str
    listed: Row
    got: Row
    policy: Row | None = None


class Below(Protocol):
    """What Resource Manager has of single resources and below them."""

    def find(self, path: str) -> Sequence[Row] | Row | None:
        """Return the collection or the resource at a path; None where there is nothing."""
        ...


class Vaults(Protocol):
    """The data plane of every vault."""

    def names(self) -> Iterator[str]:
        """Return the names of all vaults."""
        ...

    def items(self, vault: str, kind: str) -> Sequence[VaultItem] | None:
        """Return the `keys`, `secrets` or `certificates` of a vault; None: no such vault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """Everything that one fake holds."""

    id: str
    subscriptions: tuple[Subscription, ...]
    groups: tuple[Group, ...]
    tables: Mapping[str, Table]
    states: Store
    below: Below
    vaults: Vaults
    _ids: Mapping[str, Subscription] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ids", {s.id.lower(): s for s in self.subscriptions})

    @classmethod
    def of(
        cls,
        seed: int = 1,
        *,
        resources: int = 1000,
        subscriptions: int = 4,
        states: int = 0,
        vaults: int | None = None,
        at: datetime = EVALUATED,
    ) -> Tenant:
        """Return a made-up tenant: the same for the same arguments, its rows made when asked.

        Args:
            resources: Rows of the table `resources`.
            states: Policy states; they belong to the resources in equal numbers.
            vaults: How many of the resources are key vaults; None: by chance.
            at: When states were last evaluated.
        """
        from tests.fake_azure.generated import generate

        return generate(
            seed,
            resources=resources,
            subscriptions=subscriptions,
            states=states,
            vaults=vaults,
            at=at,
        )

    @classmethod
    def from_rows(
        cls,
        rows: Mapping[str, Iterable[Row]],
        states: Iterable[Row] = (),
        children: Iterable[Row] = (),
        *,
        vault_records: Iterable[Row] = (),
        groups: Sequence[Group] = (),
        subscriptions: Sequence[Subscription] = (),
        tenant_id: str = TENANT,
    ) -> Tenant:
        """Return a tenant that holds given rows.

        Args:
            rows: By table of Resource Graph, in the form in which it shows them.
            states: Records of Policy Insights; they keep their order within a subscription.
            children: Rows as Resource Manager gives them, found by their ids.
            vault_records: Answers of GETs of the data plane, found by `kid` or `id`.
            groups: Management groups; those of subscriptions' ancestor chains are added.
            subscriptions: Those of which no row tells.
        """
        from tests.fake_azure.given import give

        return give(
            rows,
            states,
            children,
            vault_records=vault_records,
            groups=groups,
            subscriptions=subscriptions,
            tenant_id=tenant_id,
        )

    def subscription(self, subscription: str) -> Subscription | None:
        """Return a subscription by its id in any case."""
        return self._ids.get(subscription.lower())

    def groups_below(self, group: str) -> frozenset[str]:
        """Return a management group and those below it, lower case; empty if there is none."""
        found = {g.name.lower() for g in self.groups if g.name.lower() == group.lower()}
        while True:
            more = {g.name.lower() for g in self.groups if g.parent.lower() in found} - found
            if not more:
                return frozenset(found)
            found |= more

    def reach_below(self, group: str) -> Reach:
        """Return what is in a management group."""
        groups = self.groups_below(group)
        inside = (s.id.lower() for s in self.subscriptions if s.group.lower() in groups)
        return Reach(subscriptions=frozenset(inside), groups=groups)
