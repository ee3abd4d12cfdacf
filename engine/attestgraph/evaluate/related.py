"""Related resources: counted once for each place, then looked up for each subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from attestgraph.checks.judge import CompiledRelated, RelatedLookup
from attestgraph.checks.tables import table_of
from attestgraph.conditions import TRUE, UNKNOWN, EvaluationError
from attestgraph.evaluate.gaps import EVERYWHERE, TableGap
from attestgraph.evaluate.projection import outside_projection, reading
from attestgraph.evaluate.rows import Lookups
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.evaluate.territory import Territory
from attestgraph.evaluate.whole import whole_at
from attestgraph.model.ids import parent_key, resource_group_of, subscription_of
from attestgraph.model.words import Within

_BATCH = 2048


@dataclass(slots=True)
class Count:
    """How many related resources there are at one place, and how many more there may be."""

    sure: int = 0
    perhaps: int = 0


def find_related(
    session: Session, land: Territory, found: Subjects, gaps: Iterable[TableGap]
) -> Lookups:
    """Return the answers for every `related` entry of the plan.

    Exclusions play no part: a related resource that is excluded is there all the same.
    """
    holes = tuple(gaps)
    counted: dict[tuple[int, str, int], Mapping[str, Count]] = {}
    lookups: dict[tuple[int, str], tuple[RelatedLookup, ...]] = {}
    for instance in session.judged:
        for resource_type, test in sorted(instance.compiled.items()):
            answers: list[RelatedLookup] = []
            for at, entry in enumerate(test.related):
                # the entry is compiled for the related type: the same for every subject type
                key = (instance.number, entry.related.type, at)
                if key not in counted:
                    counted[key] = _count(session, found, entry)
                answers.append(_lookup(session, land, entry, counted[key], holes))
            if answers:
                lookups[instance.number, resource_type] = tuple(answers)
    return lookups


def _count(session: Session, found: Subjects, entry: CompiledRelated) -> Mapping[str, Count]:
    table = table_of(entry.related.type)
    counts: dict[str, Count] = {}
    source = next((s for s in found.sources if s.name == table), None)
    if source is None:
        return counts
    blind = outside_projection(session, table, entry.related.type, entry.paths)
    named = ("name",) if entry.related.name is not None else ()
    read = reading(entry.related.type, (*entry.paths, *named))
    make = read.rows()
    area = _area_of(entry.related.within)
    columns = ", ".join(f"file.{column}" for column in (*read.columns, "id_key"))
    cursor = session.connection.cursor()
    cursor.execute(
        f"SELECT {columns}, subject.state IS NOT NULL FROM "  # noqa: S608
        "read_parquet($path, file_row_number=true) file "
        "JOIN subject ON subject.g = file_row_number + $first AND subject.tbl = $tbl "
        "WHERE file.type = $type",
        {
            "path": str(source.path),
            "first": source.first,
            "tbl": source.number,
            "type": entry.related.type,
        },
    )
    while batch := cursor.fetchmany(_BATCH):
        for record in batch:
            code = _code(entry, make(record), doubtful=blind or record[-1])
            count = counts.setdefault(area(record[-2]), Count())
            count.sure += code == TRUE
            count.perhaps += code == UNKNOWN
    cursor.close()
    return counts


def _code(entry: CompiledRelated, row: Mapping[str, object], *, doubtful: bool) -> int:
    """Return whether a row counts; one that is stale or in conflict may count, never does."""
    try:
        code = entry.counts(row)
    except EvaluationError:
        return UNKNOWN
    return UNKNOWN if doubtful else code


def _area_of(within: Within) -> Callable[[str], str]:
    """Return the function from a related resource's key to the area that it counts for."""
    match within:
        case Within.SELF:
            return lambda key: parent_key(key) or EVERYWHERE
        case Within.RESOURCE_GROUP:
            return _group_area
        case Within.SUBSCRIPTION:
            return _subscription_area
        case Within.TENANT:
            return lambda _key: EVERYWHERE


def _subject_area_of(within: Within) -> Callable[[str], str]:
    return (lambda key: key) if within is Within.SELF else _area_of(within)


def _subscription_area(key: str) -> str:
    subscription = subscription_of(key)
    return f"/subscriptions/{subscription}" if subscription else EVERYWHERE


def _group_area(key: str) -> str:
    group = resource_group_of(key)
    return f"{_subscription_area(key)}/resourcegroups/{group}" if group else _subscription_area(key)


def _lookup(
    session: Session,
    land: Territory,
    entry: CompiledRelated,
    counts: Mapping[str, Count],
    gaps: tuple[TableGap, ...],
) -> RelatedLookup:
    area = _subject_area_of(entry.related.within)
    of_type = entry.related.type
    is_whole = whole_at(session, land, table_of(of_type), (of_type,), gaps)

    def lookup(key: str) -> int:
        place = area(key)
        count = counts.get(place)
        sure, perhaps = (count.sure, count.perhaps) if count else (0, 0)
        return entry.enough(sure, perhaps, gap=not is_whole(place))

    return lookup
