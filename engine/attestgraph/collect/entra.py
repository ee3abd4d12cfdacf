"""Objects of the directory by Microsoft Graph: dates of credentials and settings, never a value.

Optional: it needs permissions of its own, which no role of Azure gives. Only the members that are
kept are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from attestgraph.collect.session import CallError, Family, Session
from attestgraph.collect.source import (
    Area,
    Held,
    Laid,
    Lost,
    Page,
    Partition,
    Row,
    Tally,
    row_key,
)
from attestgraph.evidence import resource_values
from attestgraph.evidence.entra_objects import (
    ENTRA_OBJECTS,
    EntraKind,
    entra_row,
    holds_secret,
    members_of,
    object_faults,
)
from attestgraph.model.ids import id_key

_TENANT: Final = "/"
_PATHS: Final[Mapping[EntraKind, str]] = {
    EntraKind.APPLICATIONS: "applications",
    EntraKind.SERVICE_PRINCIPALS: "servicePrincipals",
    EntraKind.USER_REGISTRATIONS: "reports/authenticationMethods/userRegistrationDetails",
    EntraKind.CONDITIONAL_ACCESS: "identity/conditionalAccess/policies",
}
PERMISSIONS: Final[Mapping[EntraKind, str]] = {
    EntraKind.APPLICATIONS: "Application.Read.All",
    EntraKind.SERVICE_PRINCIPALS: "Application.Read.All",
    EntraKind.USER_REGISTRATIONS: "AuditLog.Read.All",
    EntraKind.CONDITIONAL_ACCESS: "Policy.Read.All",
}
# the other lists take no `$select`
_SELECTS: Final = frozenset({EntraKind.APPLICATIONS, EntraKind.SERVICE_PRINCIPALS})


@dataclass(frozen=True, slots=True, kw_only=True)
class EntraObjects:
    """The objects of some kinds.

    Attributes:
        kinds: Which.
        keep_names: Whether names of people are kept.
        tenant: The directory, where it is known.
    """

    kinds: tuple[EntraKind, ...]
    keep_names: bool = False
    tenant: str | None = None
    table: str = field(default=ENTRA_OBJECTS, init=False)
    kind: str = field(default="graph", init=False)
    family: Family = field(default=Family.ENTRA, init=False)
    order: int = field(default=0, init=False)
    projection: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that are asked for."""
        return tuple(sorted(kind.row_type for kind in self.kinds))

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Make a partition of every kind; each is of the whole tenant."""
        del area, session, held
        return Laid(
            partitions=tuple(
                Partition(
                    name=f"{self.table} {kind}",
                    scopes=(_TENANT,),
                    types=(kind.row_type,),
                    query=f"GET v1.0/{_PATHS[kind]}",
                    ask={"kind": kind},
                )
                for kind in sorted(self.kinds)
            )
        )

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page; `after` is the link of the page before."""
        del top
        kind: EntraKind = partition.ask["kind"]
        url = after or f"{session.graph}/v1.0/{_PATHS[kind]}"
        params = None if after else _params(kind)
        try:
            reply = session.call(self.family, "GET", url, params=params)
        except CallError as error:
            if not error.forbidden:
                raise
            # a role of Azure would not help, so this is no loss that a role mends
            lost = Lost(
                scope=_TENANT,
                types=(kind.row_type,),
                detail=f"{kind} cannot be read: {error}",
                remedy=f"grant the permission `{PERMISSIONS[kind]}` of Microsoft Graph",
            )
            return Page(rows=[], request_id="", lost=(lost,))
        rows, link = reply.value.get("value"), reply.value.get("@odata.nextLink")
        if not isinstance(rows, list):
            raise CallError(None, "garbled", "the answer holds no list")
        following = link if isinstance(link, str) and link else None
        told = [{"kind": kind, "item": row} for row in rows]
        return Page(rows=told, request_id=reply.request_id, next=following)

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the row of an object."""
        kind, item = value["kind"], value["item"]
        if not isinstance(item, dict) or holds_secret(item):
            raise ValueError("is no object, or one that holds a secret")
        faults = list(object_faults(item))
        if faults:
            raise ValueError(faults[0])
        made, _ = entra_row(kind, item, tenant=self.tenant, keep_names=self.keep_names)
        values = resource_values(made, observed_at=at, source=self.kind)
        values["id_key"] = id_key(values["id"])
        yield Row(table=self.table, key=row_key(self.table, values), values=values)

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why the pages are not all: no object is in two."""
        del partition, session
        if len(tally.keys) < tally.rows:
            return f"{len(tally.keys)} of {tally.rows} objects are different ones"
        return None


def _params(kind: EntraKind) -> dict[str, str]:
    if kind not in _SELECTS:
        return {}
    return {"$select": ",".join(("id", *members_of(kind))), "$top": "999"}
