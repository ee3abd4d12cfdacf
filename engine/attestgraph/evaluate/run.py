"""One evaluation: a plan and a snapshot in, findings and tallies out."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph.checks import Plan
from attestgraph.checks.tables import POLICY_STATES
from attestgraph.diagnostics import Diagnostic, Severity, in_order
from attestgraph.evaluate.answers import find_answers
from attestgraph.evaluate.decide import decide
from attestgraph.evaluate.exceptions import accept, exclude
from attestgraph.evaluate.existence import find_existences
from attestgraph.evaluate.findings import (
    concerned_by,
    left_out_by_states,
    make_special,
    make_work,
)
from attestgraph.evaluate.gaps import TableGap, find_gaps
from attestgraph.evaluate.policy import judge_states
from attestgraph.evaluate.related import find_related
from attestgraph.evaluate.rows import Judgement, judge_rows
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects, find_subjects
from attestgraph.evaluate.tallies import find_empty, make_tallies, take_census
from attestgraph.evaluate.territory import territory
from attestgraph.evaluate.write import hand_over, write_findings, write_verdicts
from attestgraph.evidence import Snapshot, connect
from attestgraph.model.concluded import CheckTally
from attestgraph.model.records import Library
from attestgraph.model.times import age_words
from attestgraph.model.words import Outcome

_SPOOL: Final = ".evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What an evaluation concludes beside its files.

    Attributes:
        tallies: One for every check, set of values and system.
        totals: Findings by outcome.
        completeness: What is missing, as it stands in run.json.
        unassigned: Resources in no system.
        states: Policy states in the snapshot.
        resources: Resources that were looked at, exclusions aside.
    """

    tallies: tuple[CheckTally, ...]
    totals: Mapping[str, int]
    completeness: list[dict[str, Any]]
    warnings: list[Diagnostic]
    unassigned: int
    states: int
    resources: int


def run(
    plan: Plan,
    library: Library,
    snapshot: Snapshot,
    *,
    at: datetime,
    folder: Path,
    threads: int | None = None,
    memory: str | None = None,
) -> Evaluated:
    """Judge a snapshot and write findings.parquet and verdicts.parquet.

    Args:
        plan: The compiled checks of the library.
        library: What was authored.
        snapshot: The evidence, verified.
        folder: Where the files are written.
        at: The time at which ages are measured.
        threads: Worker threads; the bytes written never depend on them.
        memory: DuckDB's limit, such as `2GB`.
    """
    spool = folder / _SPOOL
    spool.mkdir(mode=0o700)
    session = Session(
        connection=connect(folder=folder, reads=(snapshot.folder,), threads=threads, memory=memory),
        plan=plan,
        library=library,
        snapshot=snapshot,
        at=at,
        spool=spool,
        memory=memory,
    )
    try:
        found, evaluated = _judge(session, folder)
        hand_over(session)
        session.connection.close()
        write_findings(session, found, folder)
        return evaluated
    finally:
        session.connection.close()
        shutil.rmtree(spool, ignore_errors=True)


def _judge(session: Session, folder: Path) -> tuple[Subjects, Evaluated]:
    land = territory(session)
    found = find_subjects(session, land)
    every_gap = find_gaps(session, land, found)
    gaps, warnings = exclude(session, land, found, every_gap)
    census = take_census(session, found)
    judged = judge_rows(
        session,
        found,
        find_related(session, land, found, every_gap),
        find_existences(session, land, found, every_gap),
    )
    held = judge_states(session, land, found)
    make_work(session)
    decide(session, land, found, every_gap)
    not_assigned = left_out_by_states(session, found, held, gaps, census.selected)
    concerned = concerned_by(session, gaps)
    about_systems = (*find_answers(session), *find_empty(session, census, concerned))
    make_special(session, concerned, about_systems)
    accept(session, land, found, concerned, about_systems)
    write_verdicts(session, found, folder)
    warnings += [*_error_warnings(session, judged), *_age_warnings(session)]
    return found, Evaluated(
        tallies=make_tallies(session, found, census, concerned, not_assigned, held.notes),
        totals=_totals(session),
        completeness=list(_completeness(session, gaps, concerned)),
        warnings=in_order(warnings),
        unassigned=session.count("SELECT count(*) FROM subject WHERE m = 0 AND NOT excluded"),
        states=_rows(session, POLICY_STATES),
        resources=session.count("SELECT count(*) FROM subject WHERE NOT excluded"),
    )


def _rows(session: Session, table: str) -> int:
    manifest = session.snapshot.manifest.tables.get(table)
    return 0 if manifest is None else manifest.rows


def _totals(session: Session) -> dict[str, int]:
    counted = dict(
        session.rows(
            "SELECT outcome, sum(n)::BIGINT FROM ("
            "SELECT CASE WHEN accepted THEN $accepted ELSE outcome END AS outcome, count(*) AS n "
            "FROM work JOIN verdict USING (verdict) GROUP BY ALL "
            "UNION ALL SELECT outcome, count(*) FROM special GROUP BY ALL) GROUP BY outcome",
            {"accepted": Outcome.ACCEPTED},
        )
    )
    return {str(outcome): counted.get(str(outcome), 0) for outcome in Outcome}


def _completeness(
    session: Session, gaps: Iterable[TableGap], concerned: Iterable[tuple[Any, TableGap]]
) -> Iterator[dict[str, Any]]:
    """Yield every gap of the snapshot and of the plan, with the systems that it concerns."""
    systems = session.library.workspace.systems
    for gap in sorted({*gaps, *(gap for _, gap in concerned)}):
        yield {
            "table": gap.table,
            "scope": gap.scope,
            "reason": str(gap.reason),
            "types": list(gap.types),
            "detail": gap.detail,
            "systems": sorted(systems[n].id for n in gap.systems),
        }


def _error_warnings(session: Session, judged: Judgement) -> Iterator[Diagnostic]:
    for number, (rows, message) in sorted(judged.errors.items()):
        instance = session.plan.instances[number]
        yield Diagnostic(
            slug="evaluation-error",
            severity=Severity.WARNING,
            message=(
                f"check `{instance.check.id}` of control `{instance.control.id}` could not judge "
                f"{rows} resource{'' if rows == 1 else 's'}: {message.splitlines()[0]}"
            ),
            help="the findings are errors, which count as not evaluated",
            span=instance.check.span,
        )


def _age_warnings(session: Session) -> Iterator[Diagnostic]:
    """Yield a warning for each table with rows that are too old, or of after the evaluation."""
    for name, table in session.snapshot.manifest.tables.items():
        path = session.snapshot.table(name)
        column = "evaluated_at" if name == POLICY_STATES else "observed_at"
        if path is None or not table.rows or name in _UNTIMED:
            continue
        oldest, newest = session.window(name)
        old, new = session.rows(
            f"SELECT count(*) FILTER ({column} < ?), count(*) FILTER ({column} > ?) "  # noqa: S608
            "FROM read_parquet(?)",
            [oldest, newest, str(path)],
        )[0]
        if old:
            yield _warning(
                "stale-evidence",
                f"{old} of {table.rows} rows of `{name}` are older than "
                f"{age_words(session.max_age(name))} and are not evaluated",
                "collect or import the evidence again, or set `evidence.max_age`",
            )
        if new:
            yield _warning(
                "future-evidence",
                f"{new} of {table.rows} rows of `{name}` were taken after the time of the "
                "evaluation and are not evaluated",
                "evaluate at a later time with `--at`",
            )


_UNTIMED: Final = (
    "policydefinitions",
    "policyassignments",
    "policyexemptions",
    "policyattestations",
    "queries",
)


def _warning(slug: str, message: str, mend: str) -> Diagnostic:
    return Diagnostic(slug=slug, severity=Severity.WARNING, message=message, help=mend)
