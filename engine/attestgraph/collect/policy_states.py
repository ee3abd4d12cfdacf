"""Compliance states: the latest of each subscription, compliant ones too, page by page.

An answer does not say how many records there are in all, and a link that is missing looks like the
end. So the records are counted apart, once for all subscriptions where the identity may ask at the
tenant's root group, else for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from attestgraph.checks.tables import POLICY_STATES
from attestgraph.collect.session import CallError, Family, Session
from attestgraph.collect.source import (
    Area,
    Held,
    Laid,
    Page,
    Partition,
    Row,
    Tally,
    group_key,
    row_key,
    subscription_key,
)
from attestgraph.evidence import component_values, state_faults, state_record, state_values
from attestgraph.model.ids import ascii_lower, digest_of

VERSION: Final = "2019-10-01"
PAGE: Final = 1000
_PATH: Final = "/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
_COUNT: Final = "aggregate($count as total)"
_BY_SUBSCRIPTION: Final = "groupby((subscriptionId), aggregate($count as total))"
_LONGEST_FILTER: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStates:
    """The states of the definitions in use, or of all.

    Attributes:
        definitions: Names of the definitions that are asked for; None is all.
    """

    definitions: tuple[str, ...] | None = None
    table: str = field(default=POLICY_STATES, init=False)
    kind: str = field(default="policy", init=False)
    family: Family = field(default=Family.STATES, init=False)
    order: int = field(default=0, init=False)
    # an answer for a scope holds the states of every type there: none is asked for by itself
    types: tuple[str, ...] | None = field(default=None, init=False)
    projection: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False)

    @property
    def filter(self) -> str | None:
        """The filter by definition, where it is short enough for an address."""
        if self.definitions is None:
            return None
        terms = [f"PolicyDefinitionName eq {_quoted(name)}" for name in self.definitions]
        text = " or ".join(terms)
        return text if text and len(text) <= _LONGEST_FILTER else None

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Make a partition of every subscription."""
        del held
        counts = self._counts(area, session)
        query = f"policyStates latest{f' where {self.filter}' if self.filter else ''}"
        about = digest_of(query)[:12]
        return Laid(
            partitions=tuple(
                Partition(
                    name=f"{self.table} {about} {subscription}",
                    scopes=(subscription_key(subscription),),
                    query=query,
                    ask={"url": f"{subscription_key(subscription)}{_PATH}"},
                    expected=None if counts is None else counts.get(subscription, 0),
                )
                for subscription in area.subscriptions
            )
        )

    def _counts(self, area: Area, session: Session) -> Mapping[str, int] | None:
        """Count all subscriptions in one request, or give up: they are counted one by one then."""
        if area.tenant is None or len(area.subscriptions) < 3:
            return None
        url = f"{group_key(area.tenant)}{_PATH}"
        try:
            reply = session.call(
                Family.STATES, "POST", url, params=self._params(apply=_BY_SUBSCRIPTION)
            )
        except CallError:
            return None
        values = reply.value.get("value")
        if not isinstance(values, list) or reply.value.get("@odata.nextLink"):
            return None
        found = {}
        for value in values:
            subscription, total = _member(value, "subscriptionId"), _member(value, "total")
            if not isinstance(subscription, str) or type(total) is not int:
                return None
            found[ascii_lower(subscription)] = total
        return found

    def _params(self, *, apply: str | None = None) -> dict[str, str]:
        params = {"api-version": VERSION}
        if self.filter is not None:
            params["$filter"] = self.filter
        if apply is not None:
            params["$apply"] = apply
        return params

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page; `after` is the link of the page before."""
        del top
        if after is None:
            url, params = partition.ask["url"], self._params()
        else:
            url, params = after, None
        reply = session.call(Family.STATES, "POST", url, params=params)
        rows = reply.value.get("value")
        if not isinstance(rows, list):
            raise CallError(None, "garbled", "the answer holds no states")
        link = reply.value.get("@odata.nextLink")
        count = reply.value.get("@odata.count")
        return Page(
            rows=rows,
            request_id=reply.request_id,
            count=count if type(count) is int else None,
            next=link if isinstance(link, str) and link else None,
        )

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the row of a record, and one of each of its components."""
        del at
        record = state_record(value)
        faults = list(state_faults(record))
        if faults:
            raise ValueError(faults[0])
        values = state_values(record)
        for component in ({}, *component_values(record)):
            row = {**values, **component}
            yield Row(table=self.table, key=row_key(self.table, row), values=row)

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why the pages are not all: they must hold what they say, and what was counted."""
        if any(count != size for count, size in zip(tally.counts, tally.sizes, strict=True)):
            return "a page holds fewer states than it says"
        if partition.expected is not None and tally.rows == partition.expected == len(tally.keys):
            return None
        try:
            total = self._count(partition, session)
        except CallError as error:
            return f"the states could not be counted: {error}"
        if tally.rows != total:
            return f"{tally.rows} of {total} states were answered"
        if len(tally.keys) < total:
            return f"{len(tally.keys)} of {total} states are different ones"
        return None

    def _count(self, partition: Partition, session: Session) -> int:
        url = partition.ask["url"]
        reply = session.call(Family.STATES, "POST", url, params=self._params(apply=_COUNT))
        values = reply.value.get("value")
        if isinstance(values, list) and not values:
            return 0
        total = _member(values[0], "total") if isinstance(values, list) else None
        if type(total) is not int:
            raise CallError(None, "garbled", "a count was asked for, and none was answered")
        return total


def _member(value: Any, name: str) -> Any:
    """Return a member of an object, whatever its case."""
    if not isinstance(value, dict):
        return None
    wanted = ascii_lower(name)
    return next((v for k, v in value.items() if ascii_lower(k) == wanted), None)


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
