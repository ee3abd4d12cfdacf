"""What the imports of exemptions and of attestations share: read, check, keep, judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph.convert.answers import Answer
from attestgraph.convert.completeness import (
    NOT_SCOPED,
    Judgement,
    Page,
    contradictions,
    counts_prove,
)
from attestgraph.convert.imports import (
    Imported,
    Progress,
    about_import,
    asked_for,
    import_source,
    imported,
)
from attestgraph.convert.reading import read_answers
from attestgraph.evidence import Spool, TableClaim, snapshot_writer
from attestgraph.model.ids import id_key
from attestgraph.model.words import Completeness

_SUBSCRIPTIONS: Final = "/subscriptions/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """One kind of record of Azure Policy.

    Attributes:
        table: The table that it is kept in.
        subject: The column that says what a record is about.
        faults: Gives what is wrong with a record.
        values: Gives its columns.
    """

    table: str
    subject: str
    faults: Callable[[Any], Iterator[str]]
    values: Callable[[Mapping[str, Any]], dict[str, Any]]


def import_records(
    records: Records,
    files: Sequence[Path],
    out: Path,
    *,
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import records of one kind; several files are pages of one export.

    Raises:
        InputError: Files that cannot be read, rows with faults (all of them), a damaged snapshot.
    """
    progress = Progress(asked=asked_for(scopes, declared, at))
    keys: set[str] = set()
    with snapshot_writer(out) as writer:
        spool = writer.spool(records.table)
        for file in sorted(files):
            for answer in read_answers(file):
                keys |= _read(records, answer, spool, progress)
        progress.faults.refuse()
        contradicted = contradictions(progress.pages, distinct=len(keys))
        judged = _judge(progress, contradicted, len(keys))
        claim = TableClaim(
            name=records.table,
            sources=(import_source(files, progress.asked, pages=len(progress.pages)),),
            complete=judged.complete,
            incomplete=judged.gaps(progress.asked.scopes),
            declared_by=progress.asked.declared,
        )
        written = writer.write([claim], about_import(progress.asked, tenants=()))
    return imported(out, written.tables, progress, contradicted)


def _read(records: Records, answer: Answer, spool: Spool, progress: Progress) -> set[str]:
    """Read every record of an answer; return their ids."""
    rows, keys = 0, set()
    for row in answer.rows:
        rows += 1
        found = list(records.faults(row.value))
        if found:
            progress.faults.add(answer, row, found)
            continue
        values = records.values(row.value)
        keys.add(id_key(row.value["id"]))
        # what a management group is exempted from holds below it too
        if values[records.subject].startswith(_SUBSCRIPTIONS):
            progress.saw(values[records.subject], answer, row)
        spool.add(values, place=f"{answer.path} row {row.number}")
    progress.pages.append(Page(answer=answer, rows=rows))
    return keys


def _judge(progress: Progress, contradicted: tuple[str, ...], distinct: int) -> Judgement:
    if contradicted:
        return Judgement(complete=Completeness.FALSE, because=contradicted)
    if progress.asked.declared is not None:
        return Judgement(complete=Completeness.TRUE)
    reasons = []
    if not progress.rows:
        reasons.append("the export holds no rows")
    if not progress.asked.named:
        reasons.append(NOT_SCOPED)
    if progress.outside:
        reasons.append("rows lie outside the scopes named")
    if not counts_prove(progress.pages, distinct=distinct):
        reasons.append("the export does not say how many rows there should be")
    if reasons:
        return Judgement(complete=Completeness.UNKNOWN, because=tuple(reasons))
    return Judgement(complete=Completeness.TRUE)
