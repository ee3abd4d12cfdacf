"""`import policy-states`: answers of the policy states API, of `az policy state list`, NDJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from attestgraph.checks.tables import POLICY_STATES
from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import (
    NOT_SCOPED,
    Judgement,
    Page,
    contradictions,
    links_prove,
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
from attestgraph.evidence import (
    Spool,
    TableClaim,
    component_values,
    snapshot_writer,
    state_faults,
    state_record,
    state_values,
)
from attestgraph.model.snapshot import PolicyState, TableSource
from attestgraph.model.words import Completeness


@dataclass(slots=True)
class _Reading:
    """What is learnt from the rows of an import."""

    progress: Progress
    compliant: bool = False

    def read(self, answer: Answer, spool: Spool) -> None:
        """Read every record of an answer."""
        rows = 0
        for row in answer.rows:
            rows += 1
            record = state_record(row.value)
            found = list(state_faults(record))
            if found:
                self.progress.faults.add(answer, row, found)
            else:
                self._keep(record, answer, row, spool)
        self.progress.pages.append(Page(answer=answer, rows=rows))

    def _keep(self, record: Mapping[str, Any], answer: Answer, row: Row, spool: Spool) -> None:
        values = state_values(record)
        self.progress.saw(values["resource_key"], answer, row)
        self.compliant |= values["state"] == PolicyState.COMPLIANT
        place = f"{answer.path} row {row.number}"
        spool.add(values, place=place)
        for component in component_values(record):
            spool.add({**values, **component}, place=place)


def import_policy_states(
    files: Sequence[Path],
    out: Path,
    *,
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
    threads: int | None = None,
) -> Imported:
    """Import compliance states into a snapshot; several files are pages of one export.

    A record is as old as its own timestamp says.

    Args:
        files: Answers of the policy states API (also with components), arrays, NDJSON, rows of
            `policyresources`.
        out: The snapshot folder; a snapshot that is there gains the table or its rows.
        scopes: Ids that the export was asked for; without, completeness cannot be proven.
        declared: Who says that the export is whole, and why.
        at: When the export was made.
        threads: Worker threads; the bytes written never depend on it.

    Raises:
        InputError: Files that cannot be read, rows with faults (all of them), a damaged snapshot.
    """
    progress = Progress(asked=asked_for(scopes, declared, at))
    reading = _Reading(progress=progress)
    with snapshot_writer(out, threads=threads) as writer:
        spool = writer.spool(POLICY_STATES)
        for file in sorted(files):
            for answer in read_answers(file):
                reading.read(answer, spool)
        progress.faults.refuse()
        contradicted = contradictions(progress.pages, distinct=progress.rows)
        source = import_source(files, progress.asked, pages=len(progress.pages))
        claim = _claim(reading, contradicted, source)
        written = writer.write([claim], about_import(progress.asked, tenants=()))
    return imported(out, written.tables, progress, contradicted)


def _claim(reading: _Reading, contradicted: tuple[str, ...], source: TableSource) -> TableClaim:
    asked = reading.progress.asked
    judged = _judge(reading, contradicted)
    return TableClaim(
        name=POLICY_STATES,
        sources=(source,),
        complete=judged.complete,
        # an answer for a scope holds the states of every type there: none is asked for by itself
        types=None,
        # none seen: the export may have been asked for what does not comply
        includes_compliant=True if reading.compliant else None,
        incomplete=judged.gaps(asked.scopes),
        declared_by=asked.declared,
    )


def _judge(reading: _Reading, contradicted: tuple[str, ...]) -> Judgement:
    progress = reading.progress
    if contradicted:
        return Judgement(complete=Completeness.FALSE, because=contradicted)
    if progress.asked.declared is not None:
        return Judgement(complete=Completeness.TRUE)
    reasons = []
    if not progress.rows:
        reasons.append("the export holds no rows")
    elif not reading.compliant:
        reasons.append("no record complies: the export may be of the others only")
    if not progress.asked.named:
        reasons.append(NOT_SCOPED)
    if progress.outside:
        reasons.append("rows lie outside the scopes named")
    if not links_prove(progress.pages):
        reasons.append("the export does not say that nothing follows")
    if reasons:
        return Judgement(complete=Completeness.UNKNOWN, because=tuple(reasons))
    return Judgement(complete=Completeness.TRUE)
