"""A table: its rows in order of id, each made when asked, and what queries select of it."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from tests.fake_azure.expressions import (
    Call,
    Column,
    Expression,
    Literal,
    Operation,
    hash_of,
    value_of,
)
from tests.fake_azure.queries import Where

_NOWHERE: Final = 0xFFFF
_GROUP: Final = re.compile(r"/managementgroups/([^/]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """What the index knows of a row: its number, id, type (lower) and subscription ("" if none)."""

    number: int
    id: str
    type: str
    subscription: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which rows a caller and a scope let through.

    Attributes:
        subscriptions: Lower case.
        groups: Management groups (lower case) whose own rows are shown; None: all of them.
        above: Whether rows above the subscriptions are shown.
    """

    subscriptions: frozenset[str]
    groups: frozenset[str] | None = None
    above: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Conditions answered from the index, and the rest."""

    types: frozenset[str] | None = None
    subscriptions: frozenset[str] | None = None
    part: tuple[int, int] | None = None
    rest: tuple[Expression, ...] = ()


class Table:
    """Rows in order of their ids; about 16 bytes a row are held, and what `row` needs."""

    def __init__(self, heads: Iterable[Head], row: Callable[[int], bytes]) -> None:
        ordered = sorted(heads, key=lambda h: (h.id.lower(), h.number))
        self._row = row
        self._numbers = array("I", (h.number for h in ordered))
        self._hashes = array("I", (hash_of(h.id.lower()) for h in ordered))
        self._type_names, self._types = _coded(h.type for h in ordered)
        self._subscription_names, self._subscriptions = _coded(
            h.subscription.lower() for h in ordered
        )
        self._groups: dict[int, str] = {
            at: _group_of(h.id) for at, h in enumerate(ordered) if not h.subscription
        }

    def __len__(self) -> int:
        return len(self._numbers)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Return every row in order of id, as Resource Graph shows it without a projection."""
        for number in self._numbers:
            yield orjson.loads(self._row(number))

    def written(self, positions: Iterable[int]) -> list[bytes]:
        """Return rows as JSON text."""
        row, numbers = self._row, self._numbers
        return [row(numbers[at]) for at in positions]

    def select(self, reach: Reach, picked: Picked) -> array[int]:
        """Return the positions of the rows that a scope and conditions let through."""
        types = self._codes(self._type_names, picked.types)
        seen = self._codes(self._subscription_names, reach.subscriptions | {""})
        wanted = self._codes(self._subscription_names, picked.subscriptions)
        seen = seen if wanted is None else (seen or frozenset()) & wanted
        count, part = picked.part or (1, 0)
        found = array(
            "I",
            (
                at
                for at, (kind, where, hashed) in enumerate(
                    zip(self._types, self._subscriptions, self._hashes, strict=True)
                )
                if (types is None or kind in types)
                and (seen is None or where in seen)
                and (count == 1 or hashed % count == part)
                and (where != _NOWHERE or self._shown(at, reach))
            ),
        )
        if not picked.rest:
            return found
        return array("I", (at for at in found if self._fits(at, picked.rest)))

    def tally(self, positions: Iterable[int], by: tuple[str, ...]) -> dict[tuple[str, ...], int]:
        """Return how many rows there are by type and subscriptionId (or one of them)."""
        sources: Mapping[str, tuple[list[str], array[int]]] = {
            "type": (self._type_names, self._types),
            "subscriptionId": (self._subscription_names, self._subscriptions),
        }
        used = [sources[name] for name in by]
        found: dict[tuple[str, ...], int] = {}
        for at in positions:
            key = tuple("" if c[at] == _NOWHERE else names[c[at]] for names, c in used)
            found[key] = found.get(key, 0) + 1
        return found

    def _fits(self, at: int, rest: tuple[Expression, ...]) -> bool:
        row = orjson.loads(self._row(self._numbers[at]))
        return all(value_of(condition, row) is True for condition in rest)

    def _shown(self, at: int, reach: Reach) -> bool:
        group = self._groups[at]
        if not group or reach.above:  # what is built in is shown everywhere
            return True
        return reach.groups is not None and group in reach.groups

    @staticmethod
    def _codes(names: list[str], wanted: frozenset[str] | None) -> frozenset[int] | None:
        if wanted is None:
            return None
        found = {code for code, name in enumerate(names) if name in wanted}
        return frozenset(found | ({_NOWHERE} if "" in wanted else set()))


def held(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Return a table of rows that are there already."""
    written: list[bytes] = []
    heads: list[Head] = []
    for number, row in enumerate(rows):
        written.append(orjson.dumps(row))
        subscription = str(row.get("subscriptionId") or "")
        kind = str(row.get("type") or "").lower()
        heads.append(Head(number, str(row["id"]), kind, subscription))
    return Table(heads, written.__getitem__)


def pick(stages: Iterable[Where]) -> Picked:
    """Sort the conditions of leading `where` stages into those of the index and others."""
    types: frozenset[str] | None = None
    subscriptions: frozenset[str] | None = None
    part: tuple[int, int] | None = None
    rest: list[Expression] = []
    for condition in _conjuncts(stage.condition for stage in stages):
        named, split = _listed(condition), _part(condition)
        if named and named[0] == "type":
            types = named[1] if types is None else types & named[1]
        elif named:
            subscriptions = named[1] if subscriptions is None else subscriptions & named[1]
        elif split and part is None:
            part = split
        else:
            rest.append(condition)
    return Picked(types=types, subscriptions=subscriptions, part=part, rest=tuple(rest))


def _conjuncts(conditions: Iterable[Expression]) -> Iterator[Expression]:
    for condition in conditions:
        if isinstance(condition, Operation) and condition.operator == "and":
            yield from _conjuncts(condition.parts)
        else:
            yield condition


def _listed(condition: Expression) -> tuple[str, frozenset[str]] | None:
    if not isinstance(condition, Operation):
        return None
    left, *others = condition.parts
    if isinstance(left, Call) and left.name == "tolower":
        left = left.arguments[0]
    if left not in {Column(("type",)), Column(("subscriptionId",))}:
        return None
    if condition.operator not in {"in~", "=~", "in", "=="}:
        return None
    values = [o.value for o in others if isinstance(o, Literal) and isinstance(o.value, str)]
    if len(values) != len(others):
        return None
    if condition.operator in {"in", "=="}:  # rows write both in lower case
        values = [v for v in values if v == v.lower()]
    assert isinstance(left, Column)
    return str(left.path[0]), frozenset(v.lower() for v in values)


def _part(condition: Expression) -> tuple[int, int] | None:
    match condition:
        case Operation(
            "==",
            (
                Call("hash", (Call("tolower", (Column(("id",)),)), Literal(int() as count))),
                Literal(int() as part),
            ),
        ) if count > 0:
            return count, part
    return None


def _coded(values: Iterable[str]) -> tuple[list[str], array[int]]:
    names: dict[str, int] = {}
    codes = array("H")
    for value in values:
        codes.append(names.setdefault(value, len(names)) if value else _NOWHERE)
    return list(names), codes


def _group_of(row_id: str) -> str:
    found = _GROUP.search(row_id)
    return found[1].lower() if found else ""
