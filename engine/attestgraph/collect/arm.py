"""What hangs on other resources and has no row in Resource Graph: one GET for each that it is of.

A list of Resource Manager is whole where it names no next page. A parent that is not there has
nothing below it, which is a fact; any other refusal is a gap of that parent, and the rest is read.
Where parents themselves are missing, so is what hangs on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from attestgraph.checks.arm_types import (
    arm_version,
    holders_to_read,
    is_extension,
    is_listed_by_subscription,
    is_read_by_arm,
)
from attestgraph.checks.plan import Plan
from attestgraph.collect.area import READER
from attestgraph.collect.session import NOT_FOUND, UNAUTHORIZED, CallError, Family, Session
from attestgraph.collect.source import (
    Area,
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
from attestgraph.evidence import canonical_type, named_fields, resource_values, row_faults
from attestgraph.model.ids import digest_of, id_key, is_within, subscription_of, type_in_id

ARM_TABLE: Final = "armresources"
PARENTS: Final = 50
"""Parents of one partition."""
_SUBSCRIPTIONS: Final = "microsoft.resources/subscriptions"
_TOO_MANY: Final = 429
_MOST_PAGES: Final = 10_000
# a 404 that says that the question was wrong, and nothing of what is there
_NOT_A_FACT: Final = (
    "InvalidApiVersionParameter",
    "InvalidResourceNamespace",
    "InvalidResourceType",
    "InvalidSubscriptionId",
    "MissingSubscription",
    "NoRegisteredProviderFound",
    "SubscriptionNotFound",
)
# who made a row is personal data, and no check reads it
_LEFT_OUT: Final = frozenset({"systemData"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRead:
    """One type that is read.

    Attributes:
        kind: The type, lower case.
        parents: The types of what it hangs on.
        below: The types that can only be read where rows of this one are known.
    """

    kind: str
    parents: tuple[str, ...]
    below: tuple[str, ...] = ()

    @property
    def types(self) -> tuple[str, ...]:
        """What is missing where this type cannot be read."""
        return tuple(sorted({self.kind, *self.below}))

    def path(self, parent: str) -> str:
        """Return the list's address below a parent."""
        if is_extension(self.kind):
            return f"{parent}/providers/{self.kind}"
        return f"{parent}/{self.kind.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmReads:
    """The types whose parents are all known at one time.

    Attributes:
        order: Read after everything of a lower order: its parents are among that.
    """

    reads: tuple[ArmRead, ...]
    order: int = 1
    most: int = PARENTS
    table: str = field(default=ARM_TABLE, init=False)
    kind: str = field(default="arm", init=False)
    family: Family = field(default=Family.ARM, init=False)
    projection: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that are asked for."""
        return tuple(sorted({read.kind for read in self.reads}))

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Divide the parents of each type, by subscription."""
        del session
        found: list[Partition] = []
        lost: list[Lost] = []
        for read in self.reads:
            if arm_version(read.kind) is None:
                lost += _unreadable(read, area)
                continue
            lost += _missing_parents(read, held)
            parents = _parents(read, area, held)
            for subscription, ids in sorted(parents.items()):
                found += [
                    _partition(read, subscription, ids[at : at + self.most])
                    for at in range(0, len(ids), self.most)
                ]
        return Laid(partitions=tuple(found), lost=tuple(lost))

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page of what hangs on one parent; `after` says which, and where."""
        del top
        read, parents = partition.ask["read"], partition.ask["parents"]
        at, link, number = _place(after)
        parent = parents[at]
        try:
            rows, link, request_id = _list(read, parent, link, session)
        except CallError as error:
            if error.status in (UNAUTHORIZED, _TOO_MANY) or error.code == "connection":
                # nothing is learnt of this parent, and the next would fare no better
                raise
            # a list that broke off in the middle was there
            nothing = link is None and _nothing_there(error)
            rows, link, request_id = [], None, ""
            lost = () if nothing else (_lost(read, parent, error),)
        else:
            lost = ()
        if link is not None and number >= _MOST_PAGES:
            endless = CallError(None, "garbled", "the pages do not end")
            link, lost = None, (_lost(read, parent, endless),)
        following = _next(at, link, number, len(parents))
        return Page(rows=rows, request_id=request_id, next=following, lost=lost)

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the row of what was listed."""
        row = named_fields(value)
        faults = list(row_faults(row))
        if faults:
            raise ValueError(faults[0])
        kept = {name: item for name, item in row.items() if name not in _LEFT_OUT}
        values = resource_values(kept, observed_at=at, source=self.kind)
        if values["type"] not in self.types:
            raise ValueError(f"is a `{values['type']}`, which was not asked for")
        values["id_key"] = id_key(values["id"])
        yield Row(table=self.table, key=row_key(self.table, values), values=values)

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why the lists are not all; each names its next page, and no row is in two."""
        del partition, session
        if len(tally.keys) < tally.rows:
            return f"{len(tally.keys)} of {tally.rows} rows are different ones"
        return None


def arm_sources(plan: Plan) -> tuple[ArmReads, ...]:
    """Return what reads the types of `armresources` that the checks in use need, in order."""
    holders = _holders(plan)
    orders: dict[str, int] = {}
    for kind in holders:
        orders[kind] = _order(kind, holders, ())
    levels: dict[int, list[ArmRead]] = {}
    for kind, parents in sorted(holders.items()):
        below = tuple(sorted(k for k in holders if kind in _above(k, holders)))
        read = ArmRead(kind=kind, parents=parents, below=below)
        levels.setdefault(orders[kind], []).append(read)
    return tuple(
        ArmReads(reads=tuple(reads), order=order) for order, reads in sorted(levels.items())
    )


def parent_types(sources: Iterable[ArmReads]) -> frozenset[str]:
    """Return the types of other tables whose ids must be known, subscriptions left out."""
    found = {parent for s in sources for read in s.reads for parent in read.parents}
    return frozenset(p for p in found if p != _SUBSCRIPTIONS and not is_read_by_arm(p))


def _holders(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return each type to read with the types that it hangs on, those on the way included."""
    asked: dict[str, set[str]] = {}
    for instance in plan.awake:
        for need in instance.needs:
            for kind in need.types if need.table == ARM_TABLE else ():
                asked.setdefault(kind, set()).update(instance.types)
    found: dict[str, tuple[str, ...]] = {}
    waiting = list(asked)
    while waiting:
        kind = waiting.pop()
        if kind in found:
            continue
        found[kind] = holders_to_read(kind, tuple(asked.get(kind, ())))
        waiting += [p for p in found[kind] if is_read_by_arm(p)]
    return found


def _order(kind: str, holders: Mapping[str, tuple[str, ...]], seen: tuple[str, ...]) -> int:
    above = [p for p in holders[kind] if p in holders and p not in (*seen, kind)]
    return 1 + max((_order(p, holders, (*seen, kind)) for p in above), default=0)


def _above(kind: str, holders: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return everything that a type hangs on, directly or not."""
    found: set[str] = set()
    waiting = list(holders[kind])
    while waiting:
        one = waiting.pop()
        if one in holders and one not in found and one != kind:
            found.add(one)
            waiting += holders[one]
    return found


def _parents(read: ArmRead, area: Area, held: Held) -> dict[str, list[str]]:
    """Return the ids of the parents by subscription, sorted."""
    found: dict[str, dict[str, str]] = {}
    if _SUBSCRIPTIONS in read.parents:
        for subscription in area.subscriptions:
            scope = subscription_key(subscription)
            found.setdefault(subscription, {})[scope] = scope
    others = tuple(p for p in read.parents if p != _SUBSCRIPTIONS)
    for resource_id, _ in held.ids(others) if others else ():
        key = id_key(resource_id)
        subscription_in_id = subscription_of(key)
        if subscription_in_id is not None:
            found.setdefault(subscription_in_id, {})[key] = resource_id.strip().rstrip("/")
    return {s: [ids[key] for key in sorted(ids)] for s, ids in found.items()}


def _partition(read: ArmRead, subscription: str, ids: Sequence[str]) -> Partition:
    version = arm_version(read.kind)
    of = ", ".join(read.parents)
    return Partition(
        name=f"{ARM_TABLE} {read.kind} {subscription} {digest_of(list(ids))[:16]}",
        scopes=(subscription_key(subscription),),
        types=read.types,
        query=f"GET {read.kind} of each {of}, api-version {version}",
        ask={"read": read, "parents": tuple(ids)},
    )


def _unreadable(read: ArmRead, area: Area) -> Iterator[Lost]:
    for subscription in area.subscriptions:
        yield Lost(
            scope=subscription_key(subscription),
            types=read.types,
            detail=f"no version of Resource Manager that reads {read.kind} is known here",
            remedy="read it with `az rest` and use `attestgraph import resources`",
        )


def _missing_parents(read: ArmRead, held: Held) -> Iterator[Lost]:
    for lost in held.lost(read.parents):
        yield Lost(
            scope=lost.scope,
            types=read.types,
            reason=lost.reason,
            detail=f"what it hangs on is missing: {lost.detail}",
            remedy=lost.remedy,
        )


def _list(
    read: ArmRead, parent: str, link: str | None, session: Session
) -> tuple[list[Any], str | None, str]:
    """Return the rows of a page, the address of the next, and the id of the request.

    Raises:
        CallError: It cannot be read, or is no list of what was asked for.
    """
    params = None if link is not None else {"api-version": arm_version(read.kind) or ""}
    reply = session.call(Family.ARM, "GET", link or read.path(parent), params=params)
    rows, following = reply.value.get("value"), reply.value.get("nextLink")
    if not isinstance(rows, list):
        raise CallError(None, "garbled", "the answer holds no list")
    if not all(_belongs(row, read, parent) for row in rows):
        raise CallError(None, "garbled", "the answer holds rows of something else")
    return rows, following if isinstance(following, str) and following else None, reply.request_id


def _belongs(row: Any, read: ArmRead, parent: str) -> bool:
    """Tell whether a row is of the type and the parent that were asked for."""
    resource_id = row.get("id") if isinstance(row, dict) else None
    if not isinstance(resource_id, str):
        return False
    key = id_key(resource_id)
    kind = row.get("type") or type_in_id(key)
    if not isinstance(kind, str) or canonical_type(kind) != read.kind:
        return False
    # what a management group hands down is in the list of a subscription too
    return is_within(key, id_key(parent)) or is_listed_by_subscription(read.kind)


def _nothing_there(error: CallError) -> bool:
    return error.status == NOT_FOUND and not error.has_code(*_NOT_A_FACT)


def _lost(read: ArmRead, parent: str, error: CallError) -> Lost:
    scope = id_key(parent)
    detail = f"{read.kind} cannot be read: {error}"
    return Lost(
        scope=scope, types=read.types, detail=detail, remedy=remedy_for(error, READER, scope)
    )


def _place(after: str | None) -> tuple[int, str | None, int]:
    """Return the number of the parent, the address of the page, and the page's number there."""
    if after is None:
        return 0, None, 1
    told = orjson.loads(after)
    return told["at"], told["link"], told["page"]


def _next(at: int, link: str | None, number: int, parents: int) -> str | None:
    if link is not None:
        return orjson.dumps({"at": at, "link": link, "page": number + 1}).decode()
    if at + 1 < parents:
        return orjson.dumps({"at": at + 1, "link": None, "page": 1}).decode()
    return None
