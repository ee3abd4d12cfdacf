"""What a source of evidence is: partitions that are read page by page, and proven one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from attestgraph.collect.session import CallError, Family, Session
from attestgraph.diagnostics import Reason
from attestgraph.evidence import TABLES
from attestgraph.model.ids import ascii_lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """What is to be collected.

    Attributes:
        subscriptions: Ids of those that are seen whole, lower case, sorted.
        groups: Names of the management groups that were asked for, lower case.
        lost: What was asked for and cannot be seen.
        tenant: The tenant's id, where it is known.
    """

    subscriptions: tuple[str, ...]
    groups: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()
    tenant: str | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The id keys of everything that was asked for, with what cannot be seen."""
        found = {subscription_key(s) for s in self.subscriptions}
        found.update(group_key(g) for g in self.groups)
        found.update(lost.scope for lost in self.lost)
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A part that is missing for good.

    Attributes:
        scope: Id key of the part.
        types: Resource types that it concerns; empty is all.
        detail: Why, in words.
        remedy: What to grant or do; empty where nothing is known.
    """

    scope: str
    detail: str
    reason: Reason = Reason.INCOMPLETE
    types: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A part of a table that is read in one sequence of pages and proven by itself.

    Attributes:
        name: Unique in the collection; the same for the same question.
        scopes: Id keys of what it is of.
        types: Resource types asked for; empty is all.
        query: What is asked, as the manifest says it.
        ask: What the source needs to ask it.
        expected: How many rows there should be, where that was asked before.
    """

    name: str
    scopes: tuple[str, ...]
    query: str
    types: tuple[str, ...] = ()
    ask: Mapping[str, Any] = field(default_factory=dict)
    expected: int | None = None

    def lost(self, detail: str, *, remedy: str = "") -> tuple[Lost, ...]:
        """Return the whole partition as missing."""
        return tuple(
            Lost(scope=scope, types=self.types, detail=detail, remedy=remedy)
            for scope in self.scopes
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer.

    Attributes:
        count: How many rows the answer says it has.
        total: How many rows it says there are in all.
        next: Where the next page begins; None is the end.
        lost: What of the partition is missing for good while the rest is read.
    """

    rows: Sequence[Any]
    request_id: str
    count: int | None = None
    total: int | None = None
    next: str | None = None
    lost: tuple[Lost, ...] = ()


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was read of a partition.

    Attributes:
        sizes: Rows of each page.
        totals: What the pages say of the whole.
        counted: What a count that was asked apart says.
        keys: The different ids.
    """

    sizes: list[int] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)
    totals: set[int | None] = field(default_factory=set)
    keys: set[bytes] = field(default_factory=set)
    request_ids: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return sum(self.sizes)

    def add(self, page: Page, keys: set[bytes]) -> None:
        """Count a page."""
        self.sizes.append(len(page.rows))
        self.counts.append(page.count)
        self.totals.add(page.total)
        self.keys |= keys
        self.request_ids.append(page.request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """How a source divides what it has to read."""

    partitions: tuple[Partition, ...]
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The columns of one row of a table, and the key that tells it from others."""

    table: str
    key: bytes
    values: dict[str, Any]


class Held(Protocol):
    """What was collected before, for sources that hang on it."""

    def ids(self, types: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Give the id and the type of every row of some types, lower case."""
        ...

    def lost(self, types: Sequence[str]) -> Iterator[Lost]:
        """Give what is missing of some types, lower case."""
        ...


class Source(Protocol):
    """One source of one table."""

    @property
    def table(self) -> str:
        """The table of the snapshot."""
        ...

    @property
    def kind(self) -> str:
        """`arg`, `arm`, `policy`, `keyvault` or `graph`."""
        ...

    @property
    def family(self) -> Family:
        """Whose quota it counts against."""
        ...

    @property
    def order(self) -> int:
        """When it is read: after everything of a lower order."""
        ...

    @property
    def types(self) -> tuple[str, ...] | None:
        """The resource types asked for; None is all."""
        ...

    @property
    def projection(self) -> Mapping[str, tuple[str, ...]] | None:
        """What is read of each type; None is whole rows."""
        ...

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Divide what is to be read."""
        ...

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page.

        Args:
            partition: Of what.
            session: Asks.
            after: The `next` of the page before; None is the first page.
            top: The most rows wanted.

        Raises:
            CallError: It cannot be read.
            CutShortError: It was read, and what follows is lost.
        """
        ...

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the rows of tables that a row of an answer makes.

        Raises:
            ValueError: It is no row; the words say why.
        """
        ...

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why what was read is not all; None where it is proven to be.

        Raises:
            CallError: The proof cannot be had.
        """
        ...


class CutShortError(Exception):
    """The service says by itself that its answer is not whole."""


def row_key(table: str, columns: Mapping[str, Any]) -> bytes:
    """Return what tells a row of a table from others, by the columns that name one thing."""
    parts = [columns[name] for name in TABLES[table].key]
    return blake2b(orjson.dumps(parts), digest_size=12).digest()


def fault_key(number: int) -> bytes:
    """Return what tells a row that is none from others."""
    return f"fault {number}".encode()


def remedy_for(error: CallError, role: str, scope: str) -> str:
    """Return what to do about a request that failed."""
    if error.forbidden:
        return f"grant `{role}` on {scope} to the identity that collects"
    return "collect again later; what is there already is not asked for again"


def subscription_key(subscription: str) -> str:
    """Return the id key of a subscription."""
    return f"/subscriptions/{ascii_lower(subscription)}"


def group_key(name: str) -> str:
    """Return the id key of a management group."""
    return f"/providers/microsoft.management/managementgroups/{ascii_lower(name)}"
