"""Resource Graph: a query and its scope become a plan, whose pages are cut and written."""

from __future__ import annotations

import base64
import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, assert_never

import orjson

from tests.fake_azure.expressions import ParserFailureError, value_of
from tests.fake_azure.faults import Place
from tests.fake_azure.queries import (
    Away,
    Count,
    Distinct,
    Extend,
    Order,
    Project,
    Query,
    Stage,
    Take,
    UnknownTableError,
    Where,
    parse,
)
from tests.fake_azure.tables import Picked, Reach, Table, held, pick
from tests.fake_azure.wire import Answer, RefusedError, dumps, support

Row = dict[str, Any]
_EMPTY: Final = held(())
_BY_INDEX: Final = frozenset({"type", "subscriptionId"})
_ABOVE: Final = frozenset({"AtScopeAndAbove", "AtScopeAboveAndBelow"})
LIMIT: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rows of a query: `page(offset, top)` writes some of them, each as JSON text."""

    total: int
    page: Callable[[int, int], list[bytes]]
    continues: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One page of one query."""

    plan: Plan
    digest: str
    offset: int
    top: int
    as_table: bool = False

    @property
    def place(self) -> Place:
        """Return which page it is."""
        pages = max(1, -(-self.plan.total // self.top))
        return Place(page=self.offset // self.top, pages=pages)


@dataclass(slots=True, kw_only=True)
class Bent:
    """How a script bends an answer."""

    truncated: bool = False
    token: bool = True
    shift: int = 0
    lost: int = 0
    hidden: int = 0
    subscription_limit: bool = False
    most: int | None = None


@dataclass(slots=True)
class Graph:
    """The Resource Graph of one tenant; the last plans are kept, so that pages cost little."""

    tables: Mapping[str, Table]
    limit: int = LIMIT
    _plans: OrderedDict[str, Plan] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, body: Mapping[str, Any], reach: Reach) -> Asked:
        """Read the body of a request; raises RefusedError where it is not good."""
        text, options = body.get("query"), body.get("options") or {}
        if not isinstance(text, str) or not isinstance(options, dict):
            raise _bad("InvalidRequest", "The request has no query.")
        scope = [sorted(body.get(n) or ()) for n in ("subscriptions", "managementGroups")]
        filtered = options.get("authorizationScopeFilter")
        digest = sha256(orjson.dumps([text, scope, filtered])).hexdigest()
        shown = sha256("".join(sorted(reach.subscriptions)).encode()).hexdigest()
        offset, top = 0, 1000
        if token := options.get("$skipToken"):
            offset, top = _read_token(token, digest)
        offset, top = options.get("$skip", offset), options.get("$top", top)
        if not isinstance(top, int) or not 1 <= top <= 1000:
            raise _bad("InvalidQueryOptions", "$top must be from 1 to 1000.")
        if not isinstance(offset, int) or offset < 0:
            raise _bad("InvalidQueryOptions", "$skip must not be negative.")
        return Asked(
            plan=self._plan(digest + shown, text, reach),
            digest=digest,
            offset=offset,
            top=top,
            as_table=options.get("resultFormat") == "table",
        )

    def answer(self, asked: Asked, bent: Bent) -> Answer:
        """Write one page."""
        plan, offset = asked.plan, max(0, asked.offset + bent.shift)
        rows = plan.page(offset, asked.top)
        size = sum(map(len, rows))
        if size > self.limit or (bent.most is not None and asked.top > bent.most):
            raise _bad(
                "ResponsePayloadTooLarge",
                f"Response payload size is {max(size, self.limit + 1)}, and has exceeded the limit "
                f"of {self.limit}. Please consider querying less data at a time and make paginated "
                "call if needed.",
            )
        total, count = plan.total, len(rows)
        if bent.lost:
            rows = rows[: -bent.lost]
            total, count = total - bent.lost, len(rows)
        rows = rows[: -bent.hidden] if bent.hidden else rows
        more = plan.continues and asked.offset + asked.top < plan.total
        cut = bent.truncated or (not plan.continues and asked.offset + count < total)
        token = _token(asked) if more and bent.token and not bent.truncated else b""
        head = b'{"totalRecords":%d,"count":%d,"resultTruncated":"%s","facets":[]' % (
            total,
            count,
            b"true" if cut else b"false",
        )
        data = _as_table(rows) if asked.as_table else b"[%b]" % b",".join(rows)
        token = b',"$skipToken":"%b"' % token if token else b""
        answer = Answer(body=b'%b%b,"data":%b}' % (head, token, data))
        if bent.subscription_limit:
            answer.headers["x-ms-tenant-subscription-limit-hit"] = "true"
        return answer

    def _plan(self, key: str, text: str, reach: Reach) -> Plan:
        with self._lock:
            if key in self._plans:
                self._plans.move_to_end(key)
                return self._plans[key]
        try:
            query = parse(text)
        except ParserFailureError as error:
            raise _unparsed(text, error) from None
        except UnknownTableError as error:
            detail = f"Table {error} is invalid, unsupported or disallowed."
            raise _bad("InvalidQuery", _INVALID, "DisallowedLogicalTableName", detail) from None
        made = plan_of(query, self.tables.get(query.table, _EMPTY), reach)
        with self._lock:
            self._plans[key] = made
            while len(self._plans) > 128:
                self._plans.popitem(last=False)
        return made


def reach_of(
    body: Mapping[str, Any], visible: frozenset[str], below: Callable[[str], Reach]
) -> Reach:
    """Return what a request reaches: the subscriptions and groups it names, or the tenant."""
    options = body.get("options") or {}
    above = options.get("authorizationScopeFilter") in _ABOVE
    if named := body.get("subscriptions"):
        wanted = frozenset(str(s).lower() for s in named)
        if not wanted & visible:
            raise _bad(
                "NoValidSubscriptionsInQueryRequest",
                "There must be at least one subscription that is eligible to contain resources. "
                f"Given: '{','.join(map(str, named))}'.",
            )
        return Reach(subscriptions=wanted & visible, above=above)
    if groups := body.get("managementGroups"):
        reached = [below(str(g).lower()) for g in groups]
        subscriptions = frozenset[str]().union(*(r.subscriptions for r in reached))
        seen = frozenset[str]().union(*(r.groups or () for r in reached))
        return Reach(subscriptions=subscriptions & visible, groups=seen, above=above)
    return Reach(subscriptions=visible, above=True)


def plan_of(query: Query, table: Table, reach: Reach) -> Plan:
    """Return how the rows of a query are found."""
    stages = list(query.stages)
    leading: list[Where] = []
    while stages and isinstance(stages[0], Where):
        leading.append(stages[0])
        stages.pop(0)
    picked = pick(leading)
    positions = table.select(reach, picked)
    match stages:
        case [Count(name, by)] if not by or set(by) <= _BY_INDEX:
            tally = table.tally(positions, by) or ({} if by else {(): 0})
            counted = [dict(zip(by, key, strict=True)) | {name: n} for key, n in tally.items()]
            return _held_plan(counted)
    orders = [s for s in stages if isinstance(s, Order)]
    shaping = [s for s in stages if not isinstance(s, Order)]
    simple = all(isinstance(s, Extend | Project | Away) for s in shaping)
    if simple and all(order.columns == (("id", True),) for order in orders) and len(orders) < 2:
        return _index_plan(table, positions, tuple(shaping), ordered=bool(orders))
    rows = [orjson.loads(one) for one in table.written(positions)]
    for stage in stages:
        rows = apply(stage, rows)
    continues = not any(isinstance(s, Take) for s in stages)
    return _held_plan(rows, continues=continues)


def _index_plan(
    table: Table, positions: array[int], shaping: tuple[Stage, ...], *, ordered: bool
) -> Plan:
    def page(offset: int, top: int) -> list[bytes]:
        chosen = positions[offset : offset + top]
        if not ordered and len(positions) > top:  # nothing is promised without an order
            start = (offset + offset // top * 7) % len(positions)
            chosen = (positions[start:] + positions[:start])[: len(chosen)]
        written = table.written(chosen)
        if not shaping:
            return written
        rows = [orjson.loads(one) for one in written]
        for stage in shaping:
            rows = apply(stage, rows)
        return [orjson.dumps(row) for row in rows]

    return Plan(total=len(positions), page=page)


def _held_plan(rows: list[Row], *, continues: bool = True) -> Plan:
    return Plan(
        total=len(rows),
        page=lambda offset, top: [orjson.dumps(row) for row in rows[offset : offset + top]],
        continues=continues,
    )


def apply(stage: Stage, rows: list[Row]) -> list[Row]:
    """Return what a stage makes of rows."""
    match stage:
        case Where(condition):
            return [row for row in rows if value_of(condition, row) is True]
        case Extend(columns):
            for row in rows:
                row.update({name: value_of(made, row) for name, made in columns})
            return rows
        case Project(columns):
            return [{name: value_of(made, row) for name, made in columns} for row in rows]
        case Away(names):
            return [{k: v for k, v in row.items() if k not in names} for row in rows]
        case Order(columns):
            for name, ascending in reversed(columns):
                rows = _sorted(rows, name, ascending=ascending)
            return rows
        case Take(amount):
            return rows[:amount]
        case Count(name, by):
            found: dict[bytes, Row] = {} if by else {b"[]": {name: 0}}
            for row in rows:
                key = {n: row.get(n) for n in by}
                counted = found.setdefault(orjson.dumps(list(key.values())), key | {name: 0})
                counted[name] += 1
            return list(found.values())
        case Distinct(names):
            kept = {orjson.dumps([r.get(n) for n in names]): r for r in reversed(rows)}
            return [{n: r.get(n) for n in names} for r in reversed(kept.values())]
        case _:
            assert_never(stage)


def _sorted(rows: list[Row], name: str, *, ascending: bool) -> list[Row]:
    return sorted(rows, key=lambda row: _sort_key(row.get(name)), reverse=not ascending)


def _sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, int | float):
        return 1, value
    return (0, "") if value is None else (2, str(value).lower())


def _as_table(rows: list[bytes]) -> bytes:
    read = [orjson.loads(row) for row in rows]
    names = list(dict.fromkeys(name for row in read for name in row))
    columns = [{"name": name, "type": _type_of([r.get(name) for r in read])} for name in names]
    return dumps({"columns": columns, "rows": [[r.get(n) for n in names] for r in read]})


def _type_of(values: list[Any]) -> str:
    found = next((v for v in values if v is not None), None)
    if isinstance(found, str):
        return "string"
    return "integer" if isinstance(found, int) and not isinstance(found, bool) else "object"


def _token(asked: Asked) -> bytes:
    inside = [asked.digest, asked.offset + asked.top, asked.top]
    return base64.urlsafe_b64encode(orjson.dumps(inside))


def _read_token(token: Any, digest: str) -> tuple[int, int]:
    try:
        bound, offset, top = orjson.loads(base64.urlsafe_b64decode(str(token)))
    except ValueError:
        raise _bad("InvalidSkipToken", "The skip token cannot be read.") from None
    if bound != digest:
        raise _bad("InvalidSkipToken", "The skip token belongs to another query or scope.")
    return int(offset), int(top)


_INVALID: Final = (
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and "
    "fix the error before retrying."
)


def _bad(code: str, message: str, *more: str) -> RefusedError:
    details: list[Mapping[str, Any]] = [{"code": code, "message": message}]
    if more:
        details.append(dict(zip(("code", "message"), more, strict=True)))
    return RefusedError(400, support("BadRequest", *details))


def _unparsed(text: str, error: ParserFailureError) -> RefusedError:
    before = text[: error.at]
    place = {
        "code": "ParserFailure",
        "message": "ParserFailure",
        "line": before.count("\n") + 1,
        "characterPositionInLine": error.at - (before.rfind("\n") + 1),
        "token": error.token,
    }
    details = ({"code": "InvalidQuery", "message": _INVALID}, place)
    return RefusedError(400, support("BadRequest", *details))


__all__ = ["Asked", "Bent", "Graph", "Picked", "Plan", "plan_of", "reach_of"]
