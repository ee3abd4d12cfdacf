"""From spooled partitions to a snapshot: what each table may say of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph import __version__
from attestgraph.collect.masked import masked_about, masked_claim, masked_files
from attestgraph.collect.masking import Mask
from attestgraph.collect.source import Area, Lost, Source, group_key
from attestgraph.collect.spool import Store, Written
from attestgraph.diagnostics import Reason
from attestgraph.evidence import (
    SnapshotClaim,
    SnapshotWriter,
    TableClaim,
    WrittenSnapshot,
    atomic_folder,
    merged_table,
)
from attestgraph.evidence.merge import gaps_in_order
from attestgraph.model.ids import id_key
from attestgraph.model.snapshot import Gap, SnapshotOrigin, TableSource
from attestgraph.model.times import format_time, parse_time
from attestgraph.model.words import Completeness

STATES: Final = "policystates"
MEMORY: Final = "192MB"
"""What the database may use: what does not fit is spilled, and only then is more taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a snapshot says of itself.

    Attributes:
        exclusions: The records by which scopes were left out.
        threads: Of the database; more are no faster, and each needs memory of its own.
        mask: Under which ids are masked; None where they are kept.
    """

    cloud: str
    tenant_id: str | None
    principal: str | None
    exclusions: tuple[Mapping[str, str], ...] = ()
    threads: int = 1
    mask: Mask | None = None

    @property
    def key(self) -> dict[str, Any]:
        """What makes two collections the same: who asks, and where."""
        return {"cloud": self.cloud, "tenant": self.tenant_id, "principal": self.principal}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one source."""

    source: Source
    parts: tuple[Written, ...]
    lost: tuple[Lost, ...] = ()


@dataclass(slots=True)
class _Table:
    """The claims of one table, put together."""

    claim: TableClaim | None = None
    kinds: set[str] = field(default_factory=set)

    def add(self, claim: TableClaim, kinds: set[str]) -> None:
        """Add what one source says."""
        if self.claim is None:
            self.claim = claim
        else:
            self.claim = merged_table(self.claim, claim, old_types=self.kinds, new_types=kinds)
        self.kinds |= kinds


def write(
    done: Sequence[Done], area: Area, store: Store, out: Path, *, about: About, at: datetime
) -> WrittenSnapshot:
    """Write the snapshot, which appears whole or not at all.

    Args:
        done: Every source.
        area: What was asked for, and what of it cannot be seen.
        store: Where the lines are.
        out: The snapshot folder.
        about: What the snapshot says of itself.
        at: When the collection ended.
    """
    tables: dict[str, _Table] = {}
    for one in done:
        for claim, kinds in _claims(one, area, at):
            tables.setdefault(claim.name, _Table()).add(claim, kinds)
    claims = [
        masked_claim(table.claim, about.mask)
        for table in tables.values()
        if table.claim is not None
    ]
    parts = [written for one in done for written in one.parts]
    with masked_files(store, parts, about.mask) as files, atomic_folder(out) as folder:
        writer = SnapshotWriter(folder, threads=about.threads, memory=MEMORY)
        try:
            for table, path, rows, longest in files:
                writer.spool(table).adopt(path, rows=rows, longest=longest)
            return writer.write(claims, _about(about, area, at))
        finally:
            writer.close()


def _about(about: About, area: Area, at: datetime) -> SnapshotClaim:
    claim = SnapshotClaim(
        created_at=at,
        tool=f"attestgraph {__version__}",
        origin=SnapshotOrigin.COLLECTED,
        scopes=area.scopes,
        cloud=about.cloud,
        tenant_id=about.tenant_id,
        principal=about.principal,
        exclusions=about.exclusions,
    )
    return masked_about(claim, about.mask)


def _claims(done: Done, area: Area, at: datetime) -> Iterator[tuple[TableClaim, set[str]]]:
    source = done.source
    sources = tuple(_sources(done, area, at))
    kinds: dict[str, set[str]] = {source.table: set()}
    for written in done.parts:
        for table, found in written.kinds.items():
            kinds.setdefault(table, set()).update(found)
    gaps = gaps_in_order(
        Gap(reason=g.reason, scope=g.scope, types=g.types, detail=g.detail) for g in done.lost
    )
    yield (
        TableClaim(
            name=source.table,
            sources=sources,
            complete=Completeness.FALSE if gaps else Completeness.TRUE,
            projection=_projection(source, kinds[source.table]),
            types=source.types,
            includes_compliant=True if source.table == STATES else None,
            incomplete=gaps,
        ),
        kinds.pop(source.table),
    )
    for table, strays in sorted(kinds.items()):
        yield _strays(table, strays, sources, area), strays


def _projection(source: Source, kinds: set[str]) -> Mapping[str, tuple[str, ...]] | None:
    if source.projection is None:
        return None
    return {t: tuple(sorted(source.projection[t])) for t in sorted(kinds & set(source.projection))}


def _strays(
    table: str, kinds: set[str], sources: tuple[TableSource, ...], area: Area
) -> TableClaim:
    """Return what may be said of rows that another table answers for: nothing proves them whole."""
    types = tuple(sorted(kinds))
    gaps = tuple(
        Gap(
            reason=Reason.UNKNOWN_COMPLETENESS,
            scope=scope,
            types=types,
            detail="Resource Graph does not prove this table",
        )
        for scope in area.scopes
    )
    return TableClaim(
        name=table,
        sources=sources,
        complete=Completeness.UNKNOWN,
        types=types,
        incomplete=gaps_in_order(gaps),
    )


def _sources(done: Done, area: Area, at: datetime) -> Iterator[TableSource]:
    """Give one record for each different question, with the ids of all its requests."""
    by_query: dict[str, list[Written]] = {}
    for written in done.parts:
        by_query.setdefault(written.partition.query, []).append(written)
    if not by_query:
        # all of it is lost, and nobody must read an empty list of scopes as everything
        scopes = tuple(sorted({lost.scope for lost in done.lost})) or area.scopes
        yield _record(done.source.kind, "nothing could be asked", scopes, [], at)
        return
    groups = {group_key(g) for g in area.groups}
    for query, parts in sorted(by_query.items()):
        asked = {id_key(scope) for written in parts for scope in written.partition.scopes}
        # what hangs on others was asked for wherever there is one of these
        asked |= set(area.scopes) if done.source.order else set()
        yield _record(done.source.kind, query, tuple(sorted(asked | groups)), parts, at)


def _record(
    kind: str, query: str, scopes: tuple[str, ...], parts: Iterable[Written], at: datetime
) -> TableSource:
    read = list(parts)
    now = format_time(at)
    return TableSource(
        kind=kind,
        query=query,
        query_sha256=hashlib.sha256(query.encode()).hexdigest(),
        scopes=scopes,
        started_at=parse_time(min((w.started for w in read if w.started), default=now)),
        ended_at=parse_time(max((w.ended for w in read if w.ended), default=now)),
        pages=sum(len(w.tally.sizes) for w in read),
        request_ids=tuple(rid for w in read for rid in w.tally.request_ids),
    )
