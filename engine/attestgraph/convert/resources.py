"""`import resources`: rows of Resource Graph, Resource Manager lists, NDJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph.checks.tables import RESOURCES, table_of
from attestgraph.convert.answers import Answer, Row
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
from attestgraph.evidence import (
    READABLE_FIELDS,
    SnapshotWriter,
    TableClaim,
    named_fields,
    resource_values,
    row_faults,
    snapshot_writer,
)
from attestgraph.model.ids import id_key
from attestgraph.model.snapshot import TableSource
from attestgraph.model.words import Completeness

_READABLE: Final = frozenset(READABLE_FIELDS)
# the id says these whether or not a column does
_ALWAYS: Final = frozenset({"id", "name", "type", "subscriptionId", "resourceGroup"})


@dataclass(slots=True)
class _Part:
    """The rows of one table, while they are read."""

    projection: dict[str, frozenset[str]] = field(default_factory=dict)

    def saw(self, resource_type: str, given: frozenset[str]) -> None:
        known = self.projection.get(resource_type)
        self.projection[resource_type] = given if known is None else known & given


@dataclass(slots=True)
class _Reading:
    """What is learnt from the rows of an import."""

    progress: Progress
    parts: dict[str, _Part] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    tenants: set[str] = field(default_factory=set)

    def read(self, answer: Answer, writer: SnapshotWriter) -> None:
        """Read every row of an answer into the writer's tables."""
        rows = 0
        for row in answer.rows:
            rows += 1
            value = named_fields(row.value)
            found = list(row_faults(value))
            if found:
                self.progress.faults.add(answer, row, found)
            else:
                self._keep(value, answer, row, writer)
        self.progress.pages.append(Page(answer=answer, rows=rows))

    def _keep(
        self, value: dict[str, Any], answer: Answer, row: Row, writer: SnapshotWriter
    ) -> None:
        values = resource_values(value, observed_at=self.progress.asked.at, source="import")
        table = table_of(values["type"])
        part = self.parts.setdefault(table, _Part())
        part.saw(values["type"], _given(value, answer))
        key = id_key(values["id"])
        self.keys.add(key)
        self.progress.saw(key, answer, row)
        if values.get("tenant_id"):
            self.tenants.add(values["tenant_id"])
        writer.spool(table).add(values, place=f"{answer.path} row {row.number}")


def import_resources(
    files: Sequence[Path],
    out: Path,
    *,
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
    threads: int | None = None,
) -> Imported:
    """Import resource rows into a snapshot; several files are pages of one export.

    Args:
        files: `az graph query` output, Resource Graph or Resource Manager answers, arrays, NDJSON.
        out: The snapshot folder; a snapshot that is there gains the rows.
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
        for file in sorted(files):
            for answer in read_answers(file):
                reading.read(answer, writer)
        progress.faults.refuse()
        contradicted = contradictions(progress.pages, distinct=len(reading.keys))
        source = import_source(files, progress.asked, pages=len(progress.pages))
        claims = [
            _claim(name, part, reading, contradicted, source)
            for name, part in sorted((reading.parts or {RESOURCES: _Part()}).items())
        ]
        about = about_import(progress.asked, tenants=reading.tenants)
        written = writer.write(claims, about)
    return imported(out, written.tables, progress, contradicted)


def _claim(
    name: str, part: _Part, reading: _Reading, contradicted: tuple[str, ...], source: TableSource
) -> TableClaim:
    asked = reading.progress.asked
    judged = _judge(name, part, reading, contradicted)
    types: tuple[str, ...] | None = None
    if judged.complete is Completeness.TRUE and asked.declared is None:
        # a count proves the answer, and what else the query left out cannot be seen from it
        types = tuple(sorted(part.projection))
    whole = all(given >= _READABLE for given in part.projection.values())
    return TableClaim(
        name=name,
        sources=(source,),
        complete=judged.complete,
        projection=None
        if whole
        else {kind: tuple(sorted(given)) for kind, given in sorted(part.projection.items())},
        types=types,
        incomplete=judged.gaps(asked.scopes),
        declared_by=asked.declared,
    )


def _judge(name: str, part: _Part, reading: _Reading, contradicted: tuple[str, ...]) -> Judgement:
    progress = reading.progress
    if contradicted:
        return Judgement(complete=Completeness.FALSE, because=contradicted)
    if progress.asked.declared is not None:
        return Judgement(complete=Completeness.TRUE)
    reasons = []
    if not part.projection:
        reasons.append("the export holds no rows")
    if name != RESOURCES:
        reasons.append("Resource Graph does not prove this table")
    if not progress.asked.named:
        reasons.append(NOT_SCOPED)
    if progress.outside:
        reasons.append("rows lie outside the scopes named")
    if not counts_prove(progress.pages, distinct=len(reading.keys)):
        reasons.append("the export does not say how many rows there should be")
    if reasons:
        return Judgement(complete=Completeness.UNKNOWN, because=tuple(reasons))
    return Judgement(complete=Completeness.TRUE)


def _given(value: Mapping[str, Any], answer: Answer) -> frozenset[str]:
    """Return the members that the row was asked for; what is not among them cannot be judged.

    Properties that are null were not asked for: `az resource list` leaves them out of every row.
    """
    given = _READABLE if answer.omits_absent else _ALWAYS | (value.keys() & _READABLE)
    return given - {"properties"} if value.get("properties") is None else given
