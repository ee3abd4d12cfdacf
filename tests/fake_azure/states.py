"""Policy states: `latest/queryResults` in pages, each named by a next link that is a POST.

Read are `$filter` (`policyDefinitionName`, `policyDefinitionId` or `complianceState` `eq` a text,
joined by `or`, or groups of these in brackets joined by `and`), `$top`, `$select` and `$skiptoken`.
`$apply` counts: `aggregate($count as NAME)`, and at a management group with
`groupby((subscriptionId), …)` around it. Any other `$apply`, `$orderby` and `$expand` are refused
with 400, as is a filter outside this grammar.
`@odata.count` is the number of records in the page, as Azure gives it.
"""

from __future__ import annotations

import base64
import re
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol
from urllib.parse import quote

import orjson

from tests.fake_azure.faults import Place
from tests.fake_azure.graph import Bent
from tests.fake_azure.wire import Answer, RefusedError, error

PAGE: Final = 1000
_FILTER_WORDS: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>\w+)|(?P<mark>[()]))", re.ASCII
)
_AGGREGATE: Final = re.compile(r"aggregate\(\$count as (\w+)\)")
_GROUPED: Final = re.compile(r"groupby\(\(subscriptionId\), ?aggregate\(\$count as \w+\)\)")
_FIELDS: Final = {
    "policydefinitionname": "name",
    "policydefinitionid": "id",
    "compliancestate": "state",
}


@dataclass(frozen=True, slots=True)
class StateHead:
    """What a filter reads of a record, lower case."""

    definition: str
    state: str


class Store(Protocol):
    """The records of a tenant, by subscription (lower case) and number."""

    def count(self, subscription: str) -> int:
        """Return how many records a subscription has."""
        ...

    def head(self, subscription: str, number: int) -> StateHead:
        """Return what filters read of a record; `definition` is the whole id."""
        ...

    def written(self, subscription: str, numbers: Sequence[int]) -> list[bytes]:
        """Return records as JSON text."""
        ...


Term = tuple[str, str]
Filter = tuple[frozenset[Term], ...]
"""All groups must hold; a group holds where one of its terms does."""


@dataclass(slots=True)
class HeldStates:
    """Records that are there already."""

    records: Mapping[str, Sequence[Mapping[str, Any]]]

    def count(self, subscription: str) -> int:
        """Return how many records a subscription has."""
        return len(self.records.get(subscription, ()))

    def head(self, subscription: str, number: int) -> StateHead:
        """Return what filters read of a record."""
        record = self.records[subscription][number]
        definition = str(record.get("policyDefinitionId") or "").lower()
        return StateHead(definition, str(record.get("complianceState") or "").lower())

    def written(self, subscription: str, numbers: Sequence[int]) -> list[bytes]:
        """Return records as JSON text."""
        records = self.records[subscription]
        return [orjson.dumps(records[number]) for number in numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStates:
    """One page of one query."""

    scope: str
    subscription: str
    numbers: Sequence[int]
    digest: str
    options: Mapping[str, str]
    offset: int
    top: int

    @property
    def place(self) -> Place:
        """Return which page it is."""
        return Place(page=self.offset // PAGE, pages=max(1, -(-self.top // PAGE)))


@dataclass(slots=True)
class States:
    """The Policy Insights of one tenant."""

    store: Store
    endpoint: str
    _found: OrderedDict[str, Sequence[int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, scope: str, subscription: str, options: Mapping[str, str]) -> AskedStates:
        """Read a request; raises RefusedError where it is not good."""
        for name in ("$orderby", "$expand"):
            if name in options:
                raise _bad(f"The fake does not execute {name}.")
        counted = _AGGREGATE.fullmatch(options.get("$apply", "aggregate($count as n)"))
        if counted is None:
            raise _bad("The fake does not execute this $apply.")
        key = [scope.lower(), options.get("$filter"), options.get("$select")]
        digest = sha256(orjson.dumps(key)).hexdigest()[:24]
        numbers = self._numbers(subscription, options.get("$filter"))
        top, offset = options.get("$top", ""), 0
        if top and not top.isdigit():
            raise _bad("$top is not a number.")
        if token := options.get("$skiptoken"):
            offset = _read_token(token, digest)
        return AskedStates(
            scope=scope,
            subscription=subscription,
            numbers=numbers,
            digest=digest,
            options=options,
            offset=offset,
            top=min(int(top), len(numbers)) if top else len(numbers),
        )

    def answer(self, asked: AskedStates, bent: Bent) -> Answer:
        """Write one page."""
        if "$apply" in asked.options:
            return self._counted(asked.scope, asked.options, {None: len(asked.numbers)})
        start = max(0, asked.offset + bent.shift)
        numbers = asked.numbers[start : min(asked.offset + PAGE, asked.top) + bent.shift]
        rows = self.store.written(asked.subscription, numbers) if numbers else []
        count = len(rows)
        if bent.lost:
            rows = rows[: -bent.lost]
            count = len(rows)
        rows = rows[: -bent.hidden] if bent.hidden else rows
        if names := asked.options.get("$select"):
            wanted = [name.strip() for name in names.split(",")]
            read = [orjson.loads(row) for row in rows]
            rows = [orjson.dumps({n: row.get(n) for n in wanted}) for row in read]
        more = asked.offset + PAGE < asked.top and bent.token
        context = f"{self.endpoint}{asked.scope}/providers/Microsoft.PolicyInsights/policyStates"
        head = {
            "@odata.nextLink": self._next(asked) if more else None,
            "@odata.context": f"{context}/$metadata#latest",
            "@odata.count": count,
        }
        return Answer(body=orjson.dumps(head)[:-1] + b',"value":[%b]}' % b",".join(rows))

    def count_by_subscription(
        self, scope: str, subscriptions: Sequence[str], options: Mapping[str, str]
    ) -> Answer:
        """Count the records of each subscription; raises RefusedError for anything else."""
        if _GROUPED.fullmatch(options.get("$apply", "")) is None:
            raise _bad("The fake counts at management groups, and nothing else.")
        found = {s: len(self._numbers(s, options.get("$filter"))) for s in subscriptions}
        return self._counted(scope, options, {s: n for s, n in found.items() if n})

    def _counted(
        self, scope: str, options: Mapping[str, str], counts: Mapping[str | None, int]
    ) -> Answer:
        named = _AGGREGATE.search(options["$apply"])
        name = named[1] if named else "total"
        context = f"{self.endpoint}{scope}/providers/Microsoft.PolicyInsights/policyStates"
        context += "/$metadata#latest"
        value = [
            {"@odata.id": None, "@odata.context": f"{context}/$entity"}
            | ({} if subscription is None else {"subscriptionId": subscription})
            | {name: count}
            for subscription, count in counts.items()
        ]
        body = {"@odata.context": context, "@odata.count": len(value), "value": value}
        return Answer(body=orjson.dumps(body))

    def all(self, subscriptions: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Return every record, subscription by subscription."""
        for subscription in subscriptions:
            count = self.store.count(subscription)
            for start in range(0, count, PAGE):
                numbers = range(start, min(start + PAGE, count))
                yield from map(orjson.loads, self.store.written(subscription, numbers))

    def _numbers(self, subscription: str, text: str | None) -> Sequence[int]:
        count = self.store.count(subscription)
        if not text:
            return range(count)
        key = f"{subscription} {text}"
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        wanted = parse_filter(text)
        found = array(
            "I", (n for n in range(count) if _fits(wanted, self.store.head(subscription, n)))
        )
        with self._lock:
            self._found[key] = found
            while len(self._found) > 64:
                self._found.popitem(last=False)
        return found

    def _next(self, asked: AskedStates) -> str:
        inside = orjson.dumps([asked.digest, asked.offset + PAGE])
        token = base64.urlsafe_b64encode(inside).decode().rstrip("=")
        kept = {k: v for k, v in asked.options.items() if k != "$skiptoken"}
        options = "&".join(f"{k}={quote(v, safe='')}" for k, v in kept.items())
        path = f"{asked.scope}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"
        return f"{self.endpoint}{quote(path)}?{options}&$skiptoken={token}"


def parse_filter(text: str) -> Filter:
    """Parse a filter; raises RefusedError where it is outside the grammar."""
    words, at = [], 0
    while at < len(text.rstrip()):
        match = _FILTER_WORDS.match(text, at)
        if match is None:
            raise _bad(f"Syntax error at position {at} in the filter.")
        words.append(match[0].strip())
        at = match.end()
    words.reverse()
    groups = [_group(words)]
    while words:
        if words.pop().lower() != "and":
            raise _bad("The filter is not groups of `or` joined by `and`.")
        groups.append(_group(words))
    return tuple(groups)


def _group(words: list[str]) -> frozenset[Term]:
    if words and words[-1] == "(":
        words.pop()
        found = _group(words)
        if not words or words.pop() != ")":
            raise _bad("A bracket of the filter is not closed.")
    else:
        found = frozenset({_term(words)})
    if words and words[-1].lower() == "or":
        words.pop()
        found |= _group(words)
    return found


def _term(words: list[str]) -> Term:
    if len(words) < 3:
        raise _bad("The filter ends too early.")
    name, operator, value = words.pop(), words.pop(), words.pop()
    if name.lower() not in _FIELDS or operator.lower() != "eq" or not value.startswith("'"):
        raise _bad(f"The fake does not execute `{name} {operator} {value}`.")
    return _FIELDS[name.lower()], value[1:-1].replace("''", "'").lower()


def _fits(wanted: Filter, head: StateHead) -> bool:
    terms = {
        ("name", head.definition.rpartition("/")[2]),
        ("id", head.definition),
        ("state", head.state),
    }
    return all(not group.isdisjoint(terms) for group in wanted)


def _read_token(token: str, digest: str) -> int:
    try:
        bound, offset = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        raise _bad("The skip token cannot be read.") from None
    if bound != digest:
        raise _bad("The skip token belongs to another query.")
    return int(offset)


def _bad(message: str) -> RefusedError:
    return RefusedError(400, error("InvalidRequest", message))
