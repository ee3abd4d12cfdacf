"""What must exist beside the subjects of policy rules: related rows read once, then looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from attestgraph.checks.existence import CompiledExistence
from attestgraph.checks.rules import ExistenceLookup
from attestgraph.checks.tables import table_of
from attestgraph.conditions import TRUE, UNKNOWN, EvaluationError
from attestgraph.evaluate.gaps import TableGap
from attestgraph.evaluate.projection import outside_projection, reading
from attestgraph.evaluate.rows import Existences
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.evaluate.territory import Territory
from attestgraph.evaluate.whole import whole_at
from attestgraph.model.ids import (
    ascii_lower,
    id_key,
    parent_key,
    resource_group_of,
    subscription_of,
)

_BATCH: Final = 2048
_EXTENSION: Final = 2
"""How often `/providers/` stands in the id of an extension of another resource, at least."""


@dataclass(slots=True)
class _Rows:
    """The rows of one related type, by where they stand.

    Attributes:
        rows: All of them; a row is meant by its number.
        doubtful: Numbers of rows that are stale or in conflict: one may count, never does.
        below: By key of a resource: the child and extension resources below it, at any depth.
        beside: By subscription: those that are no extension of another resource.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)
    below: dict[str, list[int]] = field(default_factory=dict)
    beside: dict[str | None, list[int]] = field(default_factory=dict)

    def add(self, row: dict[str, Any], key: str, *, doubtful: bool) -> None:
        """Keep one row."""
        number = len(self.rows)
        self.rows.append(row)
        if doubtful:
            self.doubtful.add(number)
        above = parent_key(key)
        while above is not None:
            self.below.setdefault(above, []).append(number)
            above = parent_key(above)
        if key.count("/providers/") < _EXTENSION:
            self.beside.setdefault(subscription_of(key), []).append(number)

    def near(self, subject: str, *, child: bool) -> Iterator[int]:
        """Yield the rows that may be what a subject needs; where each stands is judged later.

        Args:
            subject: The subject's key.
            child: The rows' type is one of children of the subject's.
        """
        below = self.below.get(subject, ())
        yield from below
        if not child:
            seen = set(below)
            yield from (n for n in self.beside.get(subscription_of(subject), ()) if n not in seen)


def find_existences(
    session: Session, land: Territory, found: Subjects, gaps: Iterable[TableGap]
) -> Existences:
    """Return the answers for every rule that looks for related resources.

    Exclusions play no part: a related resource that is excluded is there all the same.
    """
    holes = tuple(gaps)
    wanted: dict[str, set[str]] = {}
    for instance in session.plan.instances:
        for rule in instance.rules.values():
            if rule.existence is not None:
                paths = wanted.setdefault(rule.existence.resource_type, set())
                paths.update(rule.existence.paths)
    read = {kind: _read(session, found, kind, paths) for kind, paths in sorted(wanted.items())}
    return {
        (instance.number, kind): _lookup(session, land, rule.existence, kind, read, holes)
        for instance in session.plan.instances
        for kind, rule in instance.rules.items()
        if rule.existence is not None
    }


def _read(session: Session, found: Subjects, kind: str, paths: Iterable[str]) -> _Rows:
    table = table_of(kind)
    result = _Rows()
    source = next((s for s in found.sources if s.name == table), None)
    if source is None:
        return result
    read = reading(kind, paths)
    make = read.rows()
    columns = ", ".join(f"file.{column}" for column in (*read.columns, "id_key"))
    cursor = session.connection.cursor()
    cursor.execute(
        f"SELECT {columns}, subject.state IS NOT NULL FROM "  # noqa: S608
        "read_parquet($path, file_row_number=true) file "
        "JOIN subject ON subject.g = file_row_number + $first AND subject.tbl = $tbl "
        "WHERE file.type = $type ORDER BY file.id_key",
        {"path": str(source.path), "first": source.first, "tbl": source.number, "type": kind},
    )
    while batch := cursor.fetchmany(_BATCH):
        for record in batch:
            result.add(make(record), record[-2], doubtful=record[-1])
    cursor.close()
    return result


def _lookup(
    session: Session,
    land: Territory,
    existence: CompiledExistence,
    kind: str,
    read: Mapping[str, _Rows],
    gaps: tuple[TableGap, ...],
) -> ExistenceLookup:
    related = existence.resource_type
    table = table_of(related)
    blind = outside_projection(session, table, related, existence.paths)
    is_whole = whole_at(session, land, table, (related,), gaps)
    area = _area_of(existence, kind)
    rows, child = read[related], related.startswith(kind + "/")
    answer = _answers(existence, rows, blind=blind)
    # where nothing stands below a subject, the answer is the same for all subjects of a place
    alone = not (existence.depends or existence.names or child)
    at_places: dict[str, int] = {}

    def lookup(subject: Mapping[str, Any]) -> int:
        key = id_key(str(subject["id"]))
        place = area(key)
        alike = alone and key not in rows.below
        there = at_places.get(place) if alike else None
        if there is None:
            near = ((rows.rows[n], answer(n)) for n in rows.near(key, child=child))
            there = existence.among(subject, near)
            if alike:
                at_places[place] = there
        return there if there == TRUE or is_whole(place) else UNKNOWN

    return lookup


def _answers(
    existence: CompiledExistence, rows: _Rows, *, blind: bool
) -> Callable[[int], int | None]:
    """Return what is known of a row before a subject is: None where that must be asked."""
    # where the condition does not read the subject, a row's answer is the same for all
    known: dict[int, int] = {}

    def answer(number: int) -> int | None:
        if blind or number in rows.doubtful:
            return UNKNOWN
        if existence.depends:
            return None
        if number not in known:
            try:
                known[number] = existence.fulfils(rows.rows[number])
            except EvaluationError:
                return None
        return known[number]

    return answer


def _area_of(existence: CompiledExistence, kind: str) -> Callable[[str], str]:
    """Return where all rows must be known before a subject can be said to lack one."""
    if existence.resource_type.startswith(kind + "/"):
        return lambda key: key

    def area(key: str) -> str:
        subscription, group = subscription_of(key), resource_group_of(key)
        if subscription is None:
            return key
        whole = f"/subscriptions/{subscription}"
        wanted = ascii_lower(existence.group) if existence.group else group
        return whole if existence.wide or wanted is None else f"{whole}/resourcegroups/{wanted}"

    return area
