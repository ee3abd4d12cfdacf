"""Judging rows: a table in one pass, one string of verdict characters a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from attestgraph.checks import verdicts
from attestgraph.checks.details import Detail, Explain
from attestgraph.checks.explainers import explainer_of
from attestgraph.checks.judge import RelatedLookup, RowJudge
from attestgraph.checks.plan import CheckInstance, context_of
from attestgraph.checks.rules import ExistenceLookup
from attestgraph.checks.tables import table_of
from attestgraph.conditions import EvaluationError
from attestgraph.evaluate.projection import MakeRow, outside_projection, reading
from attestgraph.evaluate.session import Session, Spool
from attestgraph.evaluate.subjects import Source, Subjects

_BATCH: Final = 2048
Lookups = Mapping[tuple[int, str], tuple[RelatedLookup, ...]]
"""By instance number and type: the answers for its `related` entries, in order."""
Existences = Mapping[tuple[int, str], ExistenceLookup]
"""By instance number and type of the subject: whether what its rule looks for exists."""


@dataclass(slots=True)
class Judgement:
    """What judging rows leaves beside the working tables.

    Attributes:
        errors: By instance number: how many rows failed in judging, and the first message.
    """

    errors: dict[int, tuple[int, str]] = field(default_factory=dict)

    def failed(self, instance: int, message: str) -> None:
        """Count one more failure."""
        count, first = self.errors.get(instance, (0, message))
        self.errors[instance] = (count + 1, min(first, message))


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeJudge:
    """The judges of one type, in the order of the code characters."""

    resource_type: str
    instances: tuple[CheckInstance, ...]
    judges: tuple[RowJudge, ...]
    explain: Mapping[int, Explain]
    paths: tuple[str, ...]
    constant: str | None


def judge_rows(
    session: Session, found: Subjects, lookups: Lookups, existences: Existences
) -> Judgement:
    """Judge every row and make the working tables `judged`, `detail` and `detail_of`.

    `judged` (g, codes), `detail_of` (g, instance, detail), `detail` (detail, expected, actual,
    path), `item` (type, position, instance, codes): `codes` there holds where no row was judged.
    """
    result = Judgement()
    types = [
        _type_judge(session, t, i, lookups, existences) for t, i in session.plan.by_type.items()
    ]
    session.create(
        "item",
        {"type": "VARCHAR", "position": "INTEGER", "instance": "INTEGER", "code": "VARCHAR"},
        (
            (t.resource_type, at + 1, i.number, t.constant[at] if t.constant else None)
            for t in types
            for at, i in enumerate(t.instances)
        ),
    )
    codes = Spool(session.spool / "judged.ndjson", ("g", "codes"))
    details = Details(Spool(session.spool / "detail_of.ndjson", ("g", "instance", "detail")))
    for source in found.sources:
        here = [t for t in types if t.constant is None and table_of(t.resource_type) == source.name]
        if here:
            _judge_source(session, source, here, codes, details, result)
    session.load("judged", {"g": "BIGINT", "codes": "VARCHAR"}, codes)
    details.load(session)
    return result


def _type_judge(
    session: Session,
    resource_type: str,
    instances: tuple[CheckInstance, ...],
    lookups: Lookups,
    existences: Existences,
) -> TypeJudge:
    table = table_of(resource_type)
    judges: list[RowJudge] = []
    explain: dict[int, Explain] = {}
    paths: set[str] = set()
    constant = ""
    for at, instance in enumerate(instances):
        test = instance.compiled[resource_type]
        if outside_projection(session, table, resource_type, test.paths):
            judges.append(_always(verdicts.OUTSIDE))
            constant += verdicts.OUTSIDE
            continue
        key = (instance.number, resource_type)
        rule, of_rule = _rule_judge(session, instance, resource_type, existences.get(key))
        judges.append(test.bind(lookups.get(key, ()), rule=rule))
        by_state_alone = test.by_state and test.where is None and rule is None
        constant += verdicts.BY_STATE if by_state_alone else " "
        paths.update(test.paths, of_rule, ("id",) if test.related else ())
        why = explainer_of(instance, resource_type, context_of(session.at))
        if why is not None:
            explain[at] = why
    return TypeJudge(
        resource_type=resource_type,
        instances=instances,
        judges=tuple(judges),
        explain=explain,
        paths=tuple(sorted(paths)),
        constant=None if " " in constant else constant,
    )


def _rule_judge(
    session: Session,
    instance: CheckInstance,
    resource_type: str,
    existence: ExistenceLookup | None,
) -> tuple[RowJudge | None, tuple[str, ...]]:
    """Return what judges a row where there is no state, and the paths that it reads."""
    rule = instance.rules.get(resource_type)
    if rule is None:
        return None, ()
    if outside_projection(session, table_of(resource_type), resource_type, rule.paths):
        return _always(verdicts.RULED[verdicts.OUTSIDE]), ()
    return rule.bind(existence), rule.paths


def _always(code: str) -> RowJudge:
    return lambda _row: code


def _judge_source(
    session: Session,
    source: Source,
    judges: Sequence[TypeJudge],
    codes: Spool,
    details: Details,
    result: Judgement,
) -> None:
    """Judge a table in one pass: its rows come sorted by type, in batches."""
    reads = [reading(judge.resource_type, judge.paths) for judge in judges]
    columns = tuple(sorted({column for read in reads for column in read.columns}))
    ready = {
        judge.resource_type: (judge, read.rows(columns))
        for judge, read in zip(judges, reads, strict=True)
    }
    for batch in _batches(session, source, sorted(ready), columns):
        for resource_type, records in groupby(batch, key=itemgetter(-2)):
            judge, make = ready[resource_type]
            codes.write(list(_lines(judge, make, records, details, result)))


def _lines(
    judge: TypeJudge,
    make: MakeRow,
    records: Iterable[tuple[Any, ...]],
    details: Details,
    result: Judgement,
) -> Iterator[str]:
    """Yield the verdicts of rows of one type, each as a line of JSON."""
    judges = judge.judges
    explained = frozenset(verdicts.EXPLAINED)
    for record in records:
        row = make(record)
        try:
            verdict = "".join([decide(row) for decide in judges])
        except EvaluationError:
            verdict = "".join(_one_by_one(judge, row, result))
        if not explained.isdisjoint(verdict):
            _explain(judge, record[-1], row, verdict, details)
        yield f'{{"g":{record[-1]},"codes":"{verdict}"}}'


def _one_by_one(judge: TypeJudge, row: dict[str, Any], result: Judgement) -> Iterator[str]:
    for instance, decide in zip(judge.instances, judge.judges, strict=True):
        try:
            yield decide(row)
        except EvaluationError as error:
            result.failed(instance.number, str(error))
            yield verdicts.FAULTY


def _explain(judge: TypeJudge, g: int, row: dict[str, Any], verdict: str, details: Details) -> None:
    for at, code in enumerate(verdict):
        if code in verdicts.EXPLAINED:
            details.add(g, judge.instances[at].number, judge.explain[at](row))


def _batches(
    session: Session, source: Source, types: Sequence[str], columns: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of some types that can be judged; the last columns are the type and `g`."""
    unfit = session.count(
        "SELECT count(*) FROM subject WHERE tbl = ? AND (state IS NOT NULL OR excluded)",
        [source.number],
    )
    only = (
        " AND file_row_number + $first IN (SELECT g FROM subject WHERE tbl = $tbl "
        "AND state IS NULL AND NOT excluded)"
        if unfit
        else ""
    )
    # a cursor of its own: its rows come as they are read, never all at once
    cursor = session.connection.cursor()
    cursor.execute(
        f"SELECT {', '.join((*columns, 'type'))}, file_row_number + $first FROM "  # noqa: S608
        f"read_parquet($path, file_row_number=true) WHERE type IN (SELECT unnest($types)){only}",
        {
            "path": str(source.path),
            "types": list(types),
            "first": source.first,
            **({"tbl": source.number} if unfit else {}),
        },
    )
    while batch := cursor.fetchmany(_BATCH):
        yield batch
    cursor.close()


class Details:
    """Explanations of fails, each distinct one kept once."""

    def __init__(self, sink: Spool) -> None:
        self._sink = sink
        self._numbers: dict[Detail, int] = {}
        self._lines: list[str] = []

    def add(self, g: int, instance: int, detail: Detail) -> None:
        """Keep the explanation of one finding."""
        number = self._numbers.setdefault(detail, len(self._numbers))
        self._lines.append(f'{{"g":{g},"instance":{instance},"detail":{number}}}')
        if len(self._lines) >= _BATCH:
            self._flush()

    def load(self, session: Session) -> None:
        """Make the working tables."""
        self._flush()
        kinds = {"g": "BIGINT", "instance": "INTEGER", "detail": "INTEGER"}
        session.load("detail_of", kinds, self._sink)
        session.create(
            "detail",
            {"detail": "INTEGER", "expected": "VARCHAR", "actual": "VARCHAR", "path": "VARCHAR"},
            ((n, d.expected, d.actual, d.path) for d, n in self._numbers.items()),
        )

    def _flush(self) -> None:
        self._sink.write(self._lines)
        self._lines.clear()
