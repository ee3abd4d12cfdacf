"""Tables of Resource Graph: asked by types, in partitions by a hash of the id, each proven."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from attestgraph.checks.tables import CONTAINERS, RESOURCES, table_of
from attestgraph.collect.area import READER
from attestgraph.collect.session import CallError, Family, Reply, Session
from attestgraph.collect.source import (
    Area,
    CutShortError,
    Held,
    Laid,
    Lost,
    Page,
    Partition,
    Row,
    Tally,
    remedy_for,
    row_key,
    subscription_key,
)
from attestgraph.evidence import named_fields, resource_values, row_faults
from attestgraph.evidence.policy_records import (
    EXEMPTIONS,
    exemption_faults,
    exemption_values,
)
from attestgraph.model.ids import id_key

URL: Final = "/providers/Microsoft.ResourceGraph/resources"
VERSION: Final = "2022-10-01"
COLUMNS: Final = (
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
)
BATCH: Final = 300
"""Subscriptions of one query."""
PARTITION_ROWS: Final = 20_000
_LIMIT_HIT: Final = "x-ms-tenant-subscription-limit-hit"
AUTHORIZATION: Final = "authorizationresources"
POLICY_RESOURCES: Final = "policyresources"
TABLES_HERE: Final = (
    RESOURCES,
    CONTAINERS,
    "securityresources",
    AUTHORIZATION,
    "appserviceresources",
    EXEMPTIONS,
)
"""The tables of a snapshot that Resource Graph answers for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTable:
    """One table, as a source.

    Attributes:
        types: Those that are asked for; None is all.
        projection: The columns by type where not all are asked for.
        elsewhere: Types whose rows another source collects: theirs are left out here.
    """

    table: str
    types: tuple[str, ...] | None = None
    projection: Mapping[str, tuple[str, ...]] | None = None
    elsewhere: frozenset[str] = frozenset()
    batch: int = BATCH
    partition_rows: int = PARTITION_ROWS
    kind: str = field(default="arg", init=False)
    family: Family = field(default=Family.GRAPH, init=False)
    order: int = field(default=0, init=False)

    @property
    def asked(self) -> str:
        """The table of Resource Graph."""
        return POLICY_RESOURCES if self.table == EXEMPTIONS else self.table

    @property
    def _options(self) -> Mapping[str, str]:
        """What hangs above a subscription and holds in it is asked for where it matters."""
        handed_down = self.table in (AUTHORIZATION, EXEMPTIONS)
        return {"authorizationScopeFilter": "AtScopeAndAbove"} if handed_down else {}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are asked for."""
        if self.projection is None:
            return COLUMNS
        wanted = {"tenantId", *(name for names in self.projection.values() for name in names)}
        return tuple(name for name in COLUMNS if name in wanted)

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Count each batch of subscriptions, and divide it by size."""
        del held
        found: list[Partition] = []
        lost: list[Lost] = []
        waiting = [
            area.subscriptions[at : at + self.batch]
            for at in range(0, len(area.subscriptions), self.batch)
        ]
        while waiting:
            batch = waiting.pop(0)
            try:
                total = self._count(batch, session)
            except CallError as error:
                if len(batch) > 1 and error.status is not None and 400 <= error.status < 500:
                    # one refused subscription must not take the others with it
                    middle = len(batch) // 2
                    waiting[:0] = [batch[:middle], batch[middle:]]
                else:
                    lost += self._lost(batch, error)
            except CutShortError as error:
                lost += [self._gap(s, str(error)) for s in batch]
            else:
                found += self._divided(batch, total)
        return Laid(partitions=tuple(found), lost=tuple(lost))

    def _count(self, batch: Sequence[str], session: Session) -> int:
        query = f"{self._head()} | summarize total = count()"
        reply = self._ask(batch, query, session, {"$top": 1})
        rows = reply.value.get("data")
        total = rows[0].get("total") if isinstance(rows, list) and rows else None
        if type(total) is not int:
            raise CallError(None, "garbled", "a count was asked for, and none was answered")
        return total

    def _lost(self, batch: Sequence[str], error: CallError) -> Iterator[Lost]:
        for subscription in batch:
            scope = subscription_key(subscription)
            yield self._gap(subscription, str(error), remedy_for(error, READER, scope))

    def _gap(self, subscription: str, detail: str, remedy: str = "") -> Lost:
        scope = subscription_key(subscription)
        return Lost(scope=scope, types=self.types or (), detail=detail, remedy=remedy)

    def _divided(self, batch: Sequence[str], total: int) -> Iterator[Partition]:
        many = max(1, -(-total // self.partition_rows))
        digest = hashlib.sha256("\n".join((self._head(), *self.columns, *batch)).encode())
        for number in range(many):
            part = f" | where hash(tolower(id), {many}) == {number}" if many > 1 else ""
            yield Partition(
                name=f"{self.table} {digest.hexdigest()[:12]} {number + 1} of {many}",
                scopes=tuple(subscription_key(s) for s in batch),
                types=self.types or (),
                query=f"{self._head()}{part} | project {', '.join(self.columns)} | order by id asc",
                ask={"subscriptions": tuple(batch)},
                expected=total if many == 1 else None,
            )

    def _head(self) -> str:
        if self.types is None:
            return self.asked
        named = ", ".join(_quoted(t) for t in self.types)
        return f"{self.asked} | where type in~ ({named})"

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page; `after` is the token of the page before."""
        options: dict[str, Any] = {"$top": top}
        if after is not None:
            options["$skipToken"] = after
        reply = self._ask(partition.ask["subscriptions"], partition.query, session, options)
        rows = reply.value.get("data")
        if not isinstance(rows, list):
            raise CallError(None, "garbled", "the answer holds no rows")
        token = reply.value.get("$skipToken")
        return Page(
            rows=rows,
            request_id=reply.request_id,
            count=_whole(reply.value.get("count")),
            total=_whole(reply.value.get("totalRecords")),
            next=token if isinstance(token, str) and token else None,
        )

    def _ask(
        self, batch: Sequence[str], query: str, session: Session, options: Mapping[str, Any]
    ) -> Reply:
        body = {
            "subscriptions": list(batch),
            "query": query,
            "options": {**options, **self._options, "resultFormat": "objectArray"},
        }
        params = {"api-version": VERSION}
        reply = session.call(Family.GRAPH, "POST", URL, params=params, body=body)
        if str(reply.value.get("resultTruncated", "false")).lower() == "true":
            raise CutShortError("the service cut the answer short (resultTruncated)")
        if str(reply.headers.get(_LIMIT_HIT, "")).lower() == "true":
            raise CutShortError("the service did not look at all subscriptions (limit)")
        return reply

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the row of the table that its type belongs to."""
        if self.table == EXEMPTIONS:
            yield _exemption(value)
            return
        row = named_fields(value)
        faults = list(row_faults(row))
        if faults:
            raise ValueError(faults[0])
        values = resource_values(row, observed_at=at, source=self.kind)
        table = table_of(values["type"])
        if table != self.table and values["type"] in self.elsewhere:
            return
        key = row_key(table, {"id_key": id_key(values["id"])})
        yield Row(table=table, key=key, values=values)

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why the pages are not all: the total of each, the rows and the ids must agree."""
        if any(count != size for count, size in zip(tally.counts, tally.sizes, strict=True)):
            return "a page holds fewer rows than it says"
        if len(tally.totals) != 1 or None in tally.totals:
            return "the pages do not agree on how many rows there are"
        total = next(iter(tally.totals))
        if tally.rows != total or len(tally.keys) != total:
            return f"{len(tally.keys)} of {total} rows were answered"
        if partition.expected in (None, total):
            return None
        # counted before: the tenant may have changed since
        counted = self._count(partition.ask["subscriptions"], session)
        return None if counted == total else f"{total} of {counted} rows were answered"


def _exemption(value: Any) -> Row:
    faults = list(exemption_faults(value))
    if faults:
        raise ValueError(faults[0])
    values = exemption_values(value)
    # the table has no column for the id, which alone tells two exemptions from each other
    key = blake2b(id_key(value["id"]).encode(), digest_size=12).digest()
    return Row(table=EXEMPTIONS, key=key, values=values)


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if type(value) is int else None


def _quoted(text: str) -> str:
    """Return a text as a literal of the query language."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
