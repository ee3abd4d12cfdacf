"""The row of evidence itself, out of the snapshot that a run was made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import orjson

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import Snapshot, StoredRun
from attestgraph.explain.trace import Line, Section, Trace
from attestgraph.model.snapshot import RESOURCE_TABLES
from attestgraph.rollup.run_document import snapshot_digest

_COLUMNS: Final = ("id_key", "row_sha256", "observed_at", "source", "properties", "tags", "sku")


def with_row(trace: Trace, run: StoredRun, snapshot: Snapshot, key: str) -> Trace:
    """Return a resource's trace with its row.

    Raises:
        InputError: `other-snapshot`: the run was made of other evidence.
    """
    _refuse_other(run, snapshot)
    digests = {f["row_sha256"] for f in run.findings(resource=key) if f["row_sha256"]}
    sections = [
        _section(table, row, digests)
        for table in RESOURCE_TABLES
        for batch in snapshot.batches(table, _COLUMNS)
        for row in batch
        if row[0] == key
    ]
    none = Section(title="row", lines=(Line(text="the snapshot holds no row of it"),))
    return replace(trace, sections=(*trace.sections, *(sections or [none])))


def _refuse_other(run: StoredRun, snapshot: Snapshot) -> None:
    if run.run["inputs"]["snapshot"]["content_sha256"] != snapshot_digest(snapshot.manifest):
        raise InputError(
            Diagnostic(
                slug="other-snapshot",
                message="the run was made of other evidence",
                path=str(snapshot.folder),
                help="name the snapshot that the run was evaluated against",
            )
        )


def _section(table: str, row: tuple[Any, ...], digests: set[str]) -> Section:
    _, digest, observed, source, *parts = row
    same = "the digest that the findings name" if digest in digests else "no finding names it"
    lines = [
        Line(text=f"{table}, observed {observed}, source {source}"),
        Line(text=f"sha256 {digest}: {same}"),
    ]
    for name, text in zip(_COLUMNS[4:], parts, strict=True):
        if text:
            shown = orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()
            below = tuple(Line(text=line) for line in shown.splitlines())
            lines.append(Line(text=name, below=below))
    return Section(title="row", lines=tuple(lines))
