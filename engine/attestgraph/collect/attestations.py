"""What people said in Azure Policy of manual definitions: one list of each subscription."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from attestgraph.checks.arm_types import arm_version
from attestgraph.collect.session import CallError, Family, Session
from attestgraph.collect.source import (
    Area,
    Held,
    Laid,
    Page,
    Partition,
    Row,
    Tally,
    row_key,
    subscription_key,
)
from attestgraph.evidence.policy_records import (
    ATTESTATION_TYPE,
    ATTESTATIONS,
    attestation_faults,
    attestation_values,
)

_PATH: Final = "/providers/Microsoft.PolicyInsights/attestations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestations:
    """The attestations of Azure Policy.

    The SDK has no operation for them: plain GETs of Resource Manager.
    """

    table: str = field(default=ATTESTATIONS, init=False)
    kind: str = field(default="policy", init=False)
    family: Family = field(default=Family.ARM, init=False)
    order: int = field(default=0, init=False)
    types: tuple[str, ...] | None = field(default=None, init=False)
    projection: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False)

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Make a partition of every subscription."""
        del session, held
        return Laid(
            partitions=tuple(
                Partition(
                    name=f"{self.table} {subscription}",
                    scopes=(subscription_key(subscription),),
                    query=f"GET {_PATH.removeprefix('/providers/')}, api-version {_version()}",
                )
                for subscription in area.subscriptions
            )
        )

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page; `after` is the link of the page before."""
        del top
        url = after or f"{partition.scopes[0]}{_PATH}"
        params = None if after else {"api-version": _version()}
        reply = session.call(self.family, "GET", url, params=params)
        rows, link = reply.value.get("value"), reply.value.get("nextLink")
        if not isinstance(rows, list):
            raise CallError(None, "garbled", "the answer holds no attestations")
        following = link if isinstance(link, str) and link else None
        return Page(rows=rows, request_id=reply.request_id, next=following)

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the row of an attestation."""
        del at
        faults = list(attestation_faults(value))
        if faults:
            raise ValueError(faults[0])
        values = attestation_values(value)
        yield Row(table=self.table, key=row_key(self.table, values), values=values)

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why the pages are not all: what was listed must be different things."""
        del partition, session
        if len(tally.keys) < tally.rows:
            return f"{len(tally.keys)} of {tally.rows} attestations are different ones"
        return None


def _version() -> str:
    return arm_version(ATTESTATION_TYPE) or ""
