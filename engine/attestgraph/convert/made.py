"""Rows that are made of another tool's answers: what key vaults and code scanners say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import Judgement, Page, contradictions
from attestgraph.convert.imports import (
    Asked,
    Imported,
    Progress,
    about_import,
    import_source,
    imported,
)
from attestgraph.convert.reading import Text
from attestgraph.diagnostics import Diagnostic, InputError, Span, in_order
from attestgraph.evidence import TableClaim, resource_values, snapshot_writer
from attestgraph.model.ids import id_key
from attestgraph.model.words import Completeness

IN_EVERY_ROW = frozenset({"id", "name", "type", "subscriptionId", "resourceGroup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One row.

    Attributes:
        value: The row in the form of Resource Graph.
        given: The row paths that the answer says something of, present or not.
        answer: The answer that it was made of.
        row: Its place there.
    """

    value: dict[str, Any]
    given: frozenset[str]
    answer: Answer
    row: Row


@dataclass(slots=True, kw_only=True)
class Making:
    """What is learnt while rows are made.

    Attributes:
        rows: The rows so far.
        pages: The answers so far.
        faults: All that is wrong.
        contradicted: Why the answers cannot be whole, by their own words.
    """

    asked: Asked
    rows: list[Made] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)

    def refuse(self) -> None:
        """Refuse the import where something is wrong.

        Raises:
            InputError: All of it, in order.
        """
        if self.faults:
            raise InputError(*in_order(self.faults))

    def write(
        self,
        out: Path,
        *,
        table: str,
        files: Sequence[Path],
        unknown: str,
        tenants: Sequence[str] = (),
    ) -> Imported:
        """Write the rows into a table of a snapshot.

        Args:
            out: The snapshot folder; a snapshot that is there gains the rows.
            table: The table.
            files: Where they come from.
            unknown: Why nothing but a person can say that they are all.
            tenants: The directories that the rows are of, where they are known.
        """
        progress = Progress(asked=self.asked, pages=self.pages)
        with snapshot_writer(out) as writer:
            spool = writer.spool(table)
            for made in self.rows:
                values = resource_values(made.value, observed_at=self.asked.at, source="import")
                progress.saw(id_key(values["id"]), made.answer, made.row)
                spool.add(values, place=f"{made.answer.path} row {made.row.number}")
            found = [*self.contradicted, *contradictions(self.pages, distinct=len(self.rows))]
            contradicted = tuple(dict.fromkeys(found))
            judged = self._judge(contradicted, unknown)
            claim = TableClaim(
                name=table,
                sources=(import_source(files, self.asked, pages=len(self.pages)),),
                complete=judged.complete,
                projection=self._projection(),
                incomplete=judged.gaps(self.asked.scopes),
                declared_by=self.asked.declared,
            )
            written = writer.write([claim], about_import(self.asked, tenants=tenants))
        return imported(out, written.tables, progress, contradicted)

    def _judge(self, contradicted: tuple[str, ...], unknown: str) -> Judgement:
        if contradicted:
            return Judgement(complete=Completeness.FALSE, because=contradicted)
        if self.asked.declared is not None:
            return Judgement(complete=Completeness.TRUE)
        return Judgement(complete=Completeness.UNKNOWN, because=(unknown,))

    def _projection(self) -> dict[str, tuple[str, ...]]:
        known: dict[str, frozenset[str]] = {}
        for made in self.rows:
            kind = str(made.value["type"])
            known[kind] = known[kind] & made.given if kind in known else made.given
        return {kind: tuple(sorted(given | IN_EVERY_ROW)) for kind, given in sorted(known.items())}


def place_of(text: Text, pointer: tuple[str | int, ...]) -> Span:
    """Return where a value of a JSON text stands."""
    return text.spans([pointer])[pointer]
