"""The subjects of an evaluation: every row, its systems, its state, and whether it is excluded.

Working tables in DuckDB (a subject is a number `g`, unique over all resource tables):
`place` (place, systems, sub): the distinct combinations of subscription, resource group and tags;
`subject` (g, tbl, type, place, m, state, excluded): `m` numbers a set of systems, `state` is the
verdict character that holds for every check of the row (stale, conflicting) or null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from attestgraph.checks import verdicts
from attestgraph.evaluate.holders import OWN_TAGS, find_holders
from attestgraph.evaluate.session import Session, quoted
from attestgraph.evaluate.territory import Territory, scope_key, tags_of
from attestgraph.model.ids import is_within
from attestgraph.model.records import Scope, ScopeKind
from attestgraph.model.snapshot import RESOURCE_TABLES

_KEYED: Final = (ScopeKind.RESOURCE,)
_NO_RESOURCES: Final = (
    "SELECT 0::BIGINT AS g, '' AS tbl, '' AS id_key, '' AS id, '' AS type, "
    "'' AS subscription_id, '' AS row_sha256, NULL::TIMESTAMP AS observed_at WHERE false"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place where resources are.

    Attributes:
        key: Id key of the resource group, subscription, or of the one row that is in neither.
        systems: Numbers of the systems that its resources are in.
        perhaps: Numbers of those they may be in, which cannot be known.
    """

    number: int
    key: str
    subscription: str | None
    tags: dict[str, Any]
    systems: tuple[int, ...]
    perhaps: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A resource table of the snapshot: its number, name, file and first subject."""

    number: int
    name: str
    path: Path
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """The subjects, as working tables and as what Python needs to know of them.

    Attributes:
        memberships: The sets of systems, by number; number 0 is "in no system".
    """

    sources: tuple[Source, ...]
    places: tuple[Place, ...]
    memberships: tuple[tuple[int, ...], ...]


def find_subjects(session: Session, land: Territory) -> Subjects:
    """Build the working tables `place` and `subject`, and the view `resource`."""
    sources = tuple(_sources(session))
    session.run(
        "CREATE TABLE raw (g BIGINT, tbl TINYINT, type VARCHAR, sub VARCHAR, rg VARCHAR, "
        "lone VARCHAR, tags VARCHAR, state VARCHAR)"
    )
    tagged = _reads_tags(session, land)
    find_holders(session, [(s.name, s.path) for s in sources] if tagged else [])
    for source in sources:
        _scan(session, source, tagged=tagged)
    session.run(
        "CREATE TABLE spot AS SELECT row_number() OVER (ORDER BY sub, rg, lone, tags) AS place, * "
        "FROM (SELECT DISTINCT sub, rg, lone, tags FROM raw)"
    )
    places = tuple(_places(session, land))
    memberships = ((), *sorted({p.systems for p in places if p.systems}))
    numbers = {systems: number for number, systems in enumerate(memberships)}
    session.create(
        "place",
        {"place": "INTEGER", "m": "INTEGER"},
        ((p.number, numbers[p.systems]) for p in places),
    )
    session.run(
        "CREATE TABLE subject AS SELECT raw.g, raw.tbl, raw.type, place.place, place.m, raw.state, "
        "false AS excluded FROM raw JOIN spot ON raw.sub IS NOT DISTINCT FROM spot.sub "
        "AND raw.rg IS NOT DISTINCT FROM spot.rg AND raw.lone IS NOT DISTINCT FROM spot.lone "
        "AND raw.tags IS NOT DISTINCT FROM spot.tags JOIN place USING (place)"
    )
    for name in ("raw", "spot", "holder"):
        session.run(f"DROP TABLE {name}")
    session.run(f"CREATE VIEW resource AS {resource_query(sources)}")
    return Subjects(sources=sources, places=places, memberships=memberships)


def _sources(session: Session) -> Iterator[Source]:
    first = 0
    for number, name in enumerate(RESOURCE_TABLES):
        path = session.snapshot.table(name)
        if path is not None:
            yield Source(number=number, name=name, path=path, first=first)
            first += session.snapshot.manifest.tables[name].rows


def _reads_tags(session: Session, land: Territory) -> bool:
    scopes = [e.scope for e in session.library.exceptions]
    scopes += [e.scope for e in session.library.exclusions]
    return any(d.tags for d in land.domains) or any(s.tag for s in scopes)


def _scan(session: Session, source: Source, *, tagged: bool) -> None:
    """Read the narrow columns of a table, one row for each id and type."""
    path = str(source.path)
    oldest, newest = session.window(source.name)
    twice = session.rows(
        "SELECT id_key FROM read_parquet(?) GROUP BY id_key HAVING count(*) > 1 ORDER BY ALL",
        [path],
    )
    session.create(f"twice_{source.number}", {"id_key": "VARCHAR"}, twice)
    hangs = tagged and source.name not in OWN_TAGS
    tags = "coalesce(holder.tags, t.tags)" if hangs else "t.tags" if tagged else "NULL"
    hung = "LEFT JOIN holder ON holder.parent_key = t.parent_key" if hangs else ""
    session.run(
        "INSERT INTO raw SELECT ? + file_row_number, ?, type, subscription_id, resource_group, "  # noqa: S608
        "CASE WHEN subscription_id IS NULL THEN id_key END, "
        f"{tags}, CASE WHEN observed_at BETWEEN ? AND ? THEN NULL ELSE ? END "
        f"FROM read_parquet(?, file_row_number=true) t {hung} "
        f"WHERE id_key NOT IN (SELECT id_key FROM twice_{source.number})",
        [source.first, source.number, oldest, newest, verdicts.STALE, path],
    )
    if twice:
        session.run(
            "INSERT INTO raw SELECT ? + min(file_row_number), ?, type, min(subscription_id), "  # noqa: S608
            "min(resource_group), min(CASE WHEN subscription_id IS NULL THEN id_key END), "
            f"min({tags}), ? FROM read_parquet(?, file_row_number=true) t {hung} "
            f"WHERE id_key IN (SELECT id_key FROM twice_{source.number}) GROUP BY id_key, type",
            [source.first, source.number, verdicts.CONFLICT, path],
        )


def _places(session: Session, land: Territory) -> Iterator[Place]:
    for number, sub, rg, lone, text in session.rows(
        "SELECT place, sub, rg, lone, tags FROM spot ORDER BY place"
    ):
        key = lone or f"/subscriptions/{sub}" + (f"/resourcegroups/{rg}" if rg else "")
        tags = tags_of(text)
        sure, perhaps = land.members(key, tags)
        yield Place(
            number=number, key=key, subscription=sub, tags=tags, systems=sure, perhaps=perhaps
        )


def resource_query(sources: tuple[Source, ...]) -> str:
    """Return the query of a subject's wide columns, read from the files when they are needed.

    It becomes a view, which takes no parameters.
    """
    parts = [
        f"SELECT {s.first} + file_row_number AS g, {quoted(s.name)} AS tbl, id_key, id, type, "  # noqa: S608
        "subscription_id, row_sha256, observed_at "
        f"FROM read_parquet({quoted(s.path)}, file_row_number=true)"
        for s in sources
    ]
    return " UNION ALL ".join(parts) or _NO_RESOURCES


def subjects_in(session: Session, land: Territory, found: Subjects, scopes: list[Scope]) -> None:
    """Make the working table `in_scope` (n, g): which subjects each scope covers."""
    session.run("CREATE OR REPLACE TABLE in_scope (n INTEGER, g BIGINT)")
    for n, scope in enumerate(scopes):
        session.create("here", {"place": "INTEGER"}, ((p,) for p in _places_in(land, found, scope)))
        keyed = scope.kind in _KEYED
        session.run(
            "INSERT INTO in_scope SELECT $n, subject.g FROM subject "  # noqa: S608
            + ("JOIN resource USING (g) " if keyed else "")
            + "WHERE subject.place IN (SELECT place FROM here) "
            "AND ($type IS NULL OR subject.type = $type)"
            + (" AND (id_key = $key OR starts_with(id_key, $key || '/'))" if keyed else ""),
            {"n": n, "type": scope.type, **({"key": scope_key(scope)} if keyed else {})},
        )
        session.run("DROP TABLE here")


def _places_in(land: Territory, found: Subjects, scope: Scope) -> Iterator[int]:
    for place in found.places:
        if scope.kind in _KEYED:
            # the resource lies somewhere below the place; its own key is compared in the query
            near = is_within(scope.key, place.key) or is_within(place.key, scope.key)
            key = scope.key
        else:
            near, key = True, place.key
        if near and land.covers(scope, key, place.tags):
            yield place.number


def in_system(found: Subjects, system: int) -> frozenset[int]:
    """Return the numbers of the memberships that a system is part of."""
    return frozenset(m for m, systems in enumerate(found.memberships) if system in systems)
