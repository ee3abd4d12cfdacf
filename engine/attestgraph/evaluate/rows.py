"""Judging rows: a type at a time, a batch at a time, one string of verdict characters a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from attestgraph.checks import verdicts
from attestgraph.checks.details import Detail, Explain, explainer
from attestgraph.checks.judge import RelatedLookup, RowJudge
from attestgraph.checks.plan import CheckInstance, context_of
from attestgraph.checks.tables import table_of
from attestgraph.conditions import EvaluationError
from attestgraph.evaluate.projection import outside_projection, reading
from attestgraph.evaluate.session import Session, Spool
from attestgraph.evaluate.subjects import Source, Subjects
from attestgraph.model.authored import RowTest

_STEP: Final = 20_000
_BATCH: Final = 2048
Lookups = Mapping[tuple[int, str], tuple[RelatedLookup, ...]]
"""By instance number and type: the answers for its `related` entries, in order."""


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


def judge_rows(session: Session, found: Subjects, lookups: Lookups) -> Judgement:
    """Judge every row and make the working tables `judged`, `detail` and `detail_of`.

    `judged` (g, codes), `detail_of` (g, instance, detail), `detail` (detail, expected, actual,
    path), `item` (type, position, instance, codes): `codes` there holds where no row was judged.
    """
    result = Judgement()
    types = [_type_judge(session, t, i, lookups) for t, i in session.plan.by_type.items()]
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
    for judge in types:
        if judge.constant is None:
            for source in found.sources:
                if source.name == table_of(judge.resource_type):
                    _judge_type(session, source, judge, codes, details, result)
    session.load("judged", {"g": "BIGINT", "codes": "VARCHAR"}, codes)
    details.load(session)
    return result


def _type_judge(
    session: Session,
    resource_type: str,
    instances: tuple[CheckInstance, ...],
    lookups: Lookups,
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
        judges.append(test.bind(lookups.get((instance.number, resource_type), ())))
        constant += verdicts.BY_STATE if test.by_state and test.where is None else " "
        paths.update(test.paths)
        if isinstance(instance.check.test, RowTest):
            explain[at] = explainer(
                instance.check.test,
                resource_type,
                parameters=instance.parameters.plain,
                context=context_of(session.at),
                paths=test.paths,
            )
    return TypeJudge(
        resource_type=resource_type,
        instances=instances,
        judges=tuple(judges),
        explain=explain,
        paths=tuple(sorted(paths)),
        constant=None if " " in constant else constant,
    )


def _always(code: str) -> RowJudge:
    return lambda _row: code


def _judge_type(
    session: Session,
    source: Source,
    judge: TypeJudge,
    codes: Spool,
    details: Details,
    result: Judgement,
) -> None:
    read = reading(judge.paths)
    make = read.rows()
    for batch in _batches(session, source, judge.resource_type, read.columns):
        lines: list[str] = []
        for record in batch:
            g, row = record[-1], make(record)
            verdict = _verdict(judge, row, result)
            lines.append(f'{{"g":{g},"codes":"{verdict}"}}')
            if verdicts.FAIL in verdict or verdicts.FAIL_ABSENT in verdict:
                _explain(judge, g, row, verdict, details)
        codes.write(lines)


def _verdict(judge: TypeJudge, row: dict[str, Any], result: Judgement) -> str:
    try:
        return "".join([decide(row) for decide in judge.judges])
    except EvaluationError:
        return "".join(_one_by_one(judge, row, result))


def _one_by_one(judge: TypeJudge, row: dict[str, Any], result: Judgement) -> Iterator[str]:
    for instance, decide in zip(judge.instances, judge.judges, strict=True):
        try:
            yield decide(row)
        except EvaluationError as error:
            result.failed(instance.number, str(error))
            yield verdicts.FAULTY


def _explain(judge: TypeJudge, g: int, row: dict[str, Any], verdict: str, details: Details) -> None:
    for at, code in enumerate(verdict):
        if code in (verdicts.FAIL, verdicts.FAIL_ABSENT):
            details.add(g, judge.instances[at].number, judge.explain[at](row))


def _batches(
    session: Session, source: Source, resource_type: str, columns: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a type that can be judged, with the subject's number as the last column."""
    low, high, rest = session.rows(
        "SELECT min(g), max(g), count(*) FILTER (state IS NOT NULL OR excluded) FROM subject "
        "WHERE tbl = ? AND type = ?",
        [source.number, resource_type],
    )[0]
    if low is None:
        return
    only = (
        " AND file_row_number + $first IN (SELECT g FROM subject WHERE state IS NULL "
        "AND NOT excluded AND tbl = $tbl AND type = $type)"
        if rest
        else ""
    )
    # a cursor of its own: the rows are read while other statements run
    cursor = session.connection.cursor()
    sql = (
        f"SELECT {', '.join(columns)}, file_row_number + $first FROM "  # noqa: S608
        "read_parquet($path, file_row_number=true) WHERE type = $type "
        f"AND file_row_number BETWEEN $low AND $high{only}"
    )
    for start in range(low - source.first, high - source.first + 1, _STEP):
        values = {
            "path": str(source.path),
            "type": resource_type,
            "first": source.first,
            "low": start,
            "high": min(start + _STEP - 1, high - source.first),
            **({"tbl": source.number} if rest else {}),
        }
        cursor.execute(sql, values)
        while batch := cursor.fetchmany(_BATCH):
            yield batch
    cursor.close()


class Details:
    """Explanations of fails, each distinct one kept once."""

    def __init__(self, sink: Spool) -> None:
        self._sink = sink
        self._numbers: dict[Detail, int] = {}

    def add(self, g: int, instance: int, detail: Detail) -> None:
        """Keep the explanation of one finding."""
        number = self._numbers.setdefault(detail, len(self._numbers))
        self._sink.add((g, instance, number))

    def load(self, session: Session) -> None:
        """Make the working tables."""
        kinds = {"g": "BIGINT", "instance": "INTEGER", "detail": "INTEGER"}
        session.load("detail_of", kinds, self._sink)
        session.create(
            "detail",
            {"detail": "INTEGER", "expected": "VARCHAR", "actual": "VARCHAR", "path": "VARCHAR"},
            ((n, d.expected, d.actual, d.path) for d, n in self._numbers.items()),
        )
