"""A snapshot under a mask: its lines, and all that it says of itself."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from attestgraph.collect.masking import Mask, masked_line
from attestgraph.collect.spool import Store, Written
from attestgraph.evidence import TABLES, Lines, SnapshotClaim, TableClaim
from attestgraph.model.snapshot import Gap, TableSource


def masked_claim(claim: TableClaim, mask: Mask | None) -> TableClaim:
    """Return what is said of a table, with its ids masked."""
    if mask is None:
        return claim
    return replace(
        claim,
        sources=tuple(_source(source, mask) for source in claim.sources),
        incomplete=tuple(_gap(gap, mask) for gap in claim.incomplete),
    )


def masked_about(about: SnapshotClaim, mask: Mask | None) -> SnapshotClaim:
    """Return what is said of a snapshot, with its ids masked."""
    if mask is None:
        return about
    exclusions = tuple(
        {**exclusion, "scope": mask.resource_id(exclusion["scope"])}
        for exclusion in about.exclusions
    )
    return replace(
        about,
        scopes=tuple(sorted(mask.resource_id(scope) for scope in about.scopes)),
        tenant_id=None if about.tenant_id is None else mask.text(about.tenant_id),
        principal=None if about.principal is None else mask.text(about.principal),
        exclusions=exclusions,
    )


@contextlib.contextmanager
def masked_files(
    store: Store, parts: Sequence[Written], mask: Mask | None
) -> Iterator[list[tuple[str, Path, int, int]]]:
    """Give the files of all partitions: table, path, rows, and bytes of the longest line."""
    plain = [
        (table, store.path(written, table), rows, written.longest)
        for written in parts
        for table, rows in sorted(written.rows.items())
    ]
    if mask is None:
        yield plain
        return
    lines = {name: Lines(schema) for name, schema in TABLES.items()}
    with tempfile.TemporaryDirectory(prefix=".masked-", dir=store.folder.parent) as folder:
        found = []
        for number, (table, path, rows, _) in enumerate(plain):
            made = Path(folder) / f"{number}.ndjson"
            longest = 0
            with path.open("rb") as stream, made.open("wb") as out:
                for line in stream:
                    masked = masked_line(line, lines[table], TABLES[table], mask)
                    longest = max(longest, len(masked))
                    out.write(masked)
            found.append((table, made, rows, longest))
        yield found


def _source(source: TableSource, mask: Mask) -> TableSource:
    scopes = tuple(sorted(mask.resource_id(scope) for scope in source.scopes))
    return replace(source, query=mask.text(source.query), scopes=scopes)


def _gap(gap: Gap, mask: Mask) -> Gap:
    return replace(gap, scope=mask.resource_id(gap.scope), detail=mask.text(gap.detail))
