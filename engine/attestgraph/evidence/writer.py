"""Writing a snapshot: rows are spooled, sorted by DuckDB, and described in snapshot.json."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attestgraph.evidence.database import connect
from attestgraph.evidence.documents import manifest_json
from attestgraph.evidence.folders import atomic_folder, file_sha256, json_bytes
from attestgraph.evidence.merge import (
    SnapshotClaim,
    TableClaim,
    claim_of,
    merged_snapshot,
    merged_table,
)
from attestgraph.evidence.snapshot import MANIFEST, Snapshot, open_snapshot
from attestgraph.evidence.spool import PATHS, PLACE, SHA, Spool, spool_columns, stored_values
from attestgraph.evidence.tables import ROW_GROUP, TABLES, TIME_TEXT, TableSchema
from attestgraph.model.snapshot import (
    RESOURCE_TABLES,
    Redaction,
    SnapshotManifest,
    TableManifest,
)

if TYPE_CHECKING:
    import duckdb

STORED_PLACE: Final = "the snapshot"
_SPOOLS: Final = ".spool"
_MOST_CONFLICTS: Final = 50
# what is set aside for reading grows with this
_LEAST_LINE: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Rows of one key that differ: all are kept, and no finding can rest on them.

    Attributes:
        subject: The id that they are about.
        places: Where the rows came from, sorted.
    """

    table: str
    subject: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTable:
    """A table that was written, and the first conflicts in it."""

    manifest: TableManifest
    redactions: tuple[Redaction, ...]
    conflicts: tuple[Conflict, ...]
    conflicting_keys: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSnapshot:
    """A snapshot that was written: its manifest, and the tables that gained rows."""

    manifest: SnapshotManifest
    tables: tuple[WrittenTable, ...]


class SnapshotWriter:
    """Takes rows for any number of tables, then writes them beside those of an older snapshot."""

    def __init__(
        self,
        folder: Path,
        *,
        older: Snapshot | None = None,
        threads: int | None = None,
        memory: str | None = None,
    ) -> None:
        self._folder = folder
        self._older = older
        self._threads = threads
        self._memory = memory
        self._spools: dict[str, Spool] = {}

    def spool(self, table: str) -> Spool:
        """Return where rows of a table go.

        Raises:
            KeyError: No table is called that.
        """
        if table not in self._spools:
            (self._folder / _SPOOLS).mkdir(exist_ok=True)
            path = self._folder / _SPOOLS / f"{table}.ndjson"
            self._spools[table] = Spool(TABLES[table], path)
        return self._spools[table]

    def close(self) -> None:
        """Let go of the files; harmless after `write`."""
        for spool in self._spools.values():
            spool.close()

    def write(self, claims: Sequence[TableClaim], about: SnapshotClaim) -> WrittenSnapshot:
        """Write every table and snapshot.json.

        Args:
            claims: One for each table that gains rows, or is stated to have none.
            about: The snapshot as a whole.
        """
        written = self._tables(claims)
        shutil.rmtree(self._folder / _SPOOLS, ignore_errors=True)
        manifest = self._manifest(written, about)
        (self._folder / MANIFEST).write_bytes(json_bytes(manifest_json(manifest)))
        return WrittenSnapshot(manifest=manifest, tables=written)

    def _tables(self, claims: Sequence[TableClaim]) -> tuple[WrittenTable, ...]:
        """Write all tables; where the memory that was asked for is too little, with the usual."""
        import duckdb

        try:
            return self._within(claims, self._memory)
        except duckdb.OutOfMemoryException:
            if self._memory is None or self._older is not None:
                raise
            return self._within(claims, None)

    def _within(self, claims: Sequence[TableClaim], memory: str | None) -> tuple[WrittenTable, ...]:
        connection = connect(
            folder=self._folder,
            reads=sorted({path.parent for s in self._spools.values() for path in s.adopted}),
            threads=self._threads,
            memory=memory,
        )
        try:
            return tuple(
                self._table(connection, claim) for claim in sorted(claims, key=lambda c: c.name)
            )
        finally:
            connection.close()

    def _table(self, connection: duckdb.DuckDBPyConnection, claim: TableClaim) -> WrittenTable:
        spool = self.spool(claim.name)
        stored = None if self._older is None else self._older.find(claim.name)
        if stored is not None:
            _spool_stored(self._older, claim.name, spool)
        spool.close()
        load_spool(connection, spool)
        if stored is not None:
            old_types, new_types = _types_by_part(connection, spool.schema)
            claim = merged_table(
                claim_of(stored.manifest), claim, old_types=old_types, new_types=new_types
            )
        return write_table(connection, spool.schema, self._folder, claim)

    def _manifest(self, written: Sequence[WrittenTable], about: SnapshotClaim) -> SnapshotManifest:
        tables = {table.manifest.name: table.manifest for table in written}
        redactions = [redaction for table in written for redaction in table.redactions]
        if self._older is not None:
            about = merged_snapshot(self._older.manifest, about)
            kept = [t for t in self._older.tables if t.manifest.name not in tables]
            for table in kept:
                shutil.copyfile(table.path, self._folder / table.path.name)
                tables[table.manifest.name] = table.manifest
            names = {table.manifest.name for table in kept}
            redactions += [r for r in self._older.manifest.redactions if r.table in names]
        return SnapshotManifest(
            created_at=about.created_at,
            tool=about.tool,
            origin=about.origin,
            cloud=about.cloud,
            tenant_id=about.tenant_id,
            principal=about.principal,
            scopes=about.scopes,
            tables={name: tables[name] for name in sorted(tables)},
            exclusions=about.exclusions,
            redactions=tuple(sorted(redactions, key=lambda r: (r.table, r.path))),
        )


@contextlib.contextmanager
def snapshot_writer(
    out: Path, *, threads: int | None = None, memory: str | None = None
) -> Iterator[SnapshotWriter]:
    """Give a writer for a snapshot folder that appears, or is replaced, when the block ends well.

    A snapshot that is there already keeps its tables and gains those that are written.

    Raises:
        InputError: The folder is not ours, or holds a damaged snapshot.
    """
    older = open_snapshot(out) if (out / MANIFEST).exists() else None
    with atomic_folder(out) as folder:
        writer = SnapshotWriter(folder, older=older, threads=threads, memory=memory)
        try:
            yield writer
        finally:
            writer.close()


def write_tables(
    out: Path,
    tables: Sequence[tuple[TableClaim, Iterable[Mapping[str, Any]]]],
    about: SnapshotClaim,
    *,
    threads: int | None = None,
) -> WrittenSnapshot:
    """Write a snapshot in one call; rows as `Spool.add` takes them.

    Raises:
        InputError: The folder is not ours, or holds a damaged snapshot.
    """
    with snapshot_writer(out, threads=threads) as writer:
        for claim, rows in tables:
            spool = writer.spool(claim.name)
            for number, row in enumerate(rows, start=1):
                spool.add(row, place=f"row {number}")
        return writer.write([claim for claim, _ in tables], about)


def _spool_stored(older: Snapshot | None, name: str, spool: Spool) -> None:
    names = spool.schema.names
    for rows in older.batches(name, names) if older is not None else ():
        for row in rows:
            spool.add(stored_values(names, spool.schema, row), place=STORED_PLACE)


def load_spool(connection: duckdb.DuckDBPyConnection, spool: Spool) -> None:
    """Load a spool into the temporary table `spooled`, and drop repetitions of whole rows.

    Of rows that differ in `observed_at` alone the latest stays: that is when they were last seen.
    """
    # a struct literal takes no parameters; names and types are constants of this package
    columns = ", ".join(
        f"\"{name}\": '{kind}'" for name, kind in spool_columns(spool.schema).items()
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE spooled AS SELECT * FROM read_json(?, "  # noqa: S608
        f"columns = {{{columns}}}, format = 'newline_delimited', "
        f"maximum_object_size = {max(_LEAST_LINE, spool.longest + 1)})",
        [[str(path) for path in (spool.path, *spool.adopted)]],
    )
    connection.execute("ALTER TABLE spooled ADD COLUMN _kept BOOLEAN DEFAULT true")
    time = "observed_at" if spool.schema.name in RESOURCE_TABLES else "NULL::TIMESTAMP"
    connection.execute(
        "UPDATE spooled SET _kept = false WHERE rowid NOT IN ("  # noqa: S608
        f"SELECT arg_max(rowid, ({time}, -rowid)) FROM spooled GROUP BY {SHA})"
    )


def _types_by_part(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema
) -> tuple[set[str], set[str]]:
    column = _type_column(schema)
    if column is None:
        return set(), set()
    rows = connection.execute(
        f"SELECT DISTINCT {column}, {PLACE} = ? FROM spooled WHERE {column} IS NOT NULL",  # noqa: S608
        [STORED_PLACE],
    ).fetchall()
    return {t for t, old in rows if old}, {t for t, old in rows if not old}


def _type_column(schema: TableSchema) -> str | None:
    return next((n for n in ("type", "resource_type") if n in schema.names), None)


def write_table(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema, folder: Path, claim: TableClaim
) -> WrittenTable:
    """Write what `load_spool` loaded as Parquet, in the table's total order, and describe it."""
    path = folder / f"{schema.name}.parquet"
    order = ", ".join(f'"{name}" NULLS LAST' for name in (*schema.order, SHA))
    chosen = ", ".join(column.quoted for column in schema.columns)
    connection.execute(
        f"COPY (SELECT {chosen} FROM spooled WHERE _kept ORDER BY {order}) "  # noqa: S608
        f"TO ? (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})",
        [str(path)],
    )
    rows, duplicates, digest = _content(connection, schema, order)
    conflicts, keys = _conflicts(connection, schema)
    manifest = TableManifest(
        name=schema.name,
        file=path.name,
        rows=rows,
        bytes=path.stat().st_size,
        sha256=file_sha256(path),
        content_sha256=digest,
        sources=claim.sources,
        complete=claim.complete,
        projection=claim.projection,
        types=claim.types,
        includes_compliant=claim.includes_compliant,
        duplicates=claim.duplicates + duplicates,
        incomplete=claim.incomplete,
        declared_by=claim.declared_by,
    )
    return WrittenTable(
        manifest=manifest,
        redactions=_redactions(connection, schema),
        conflicts=conflicts,
        conflicting_keys=keys,
    )


def _content(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema, order: str
) -> tuple[int, int, str]:
    """Return how many rows were kept and dropped, and the digest of the content.

    The digest is SHA-256 over one line a row, in the table's order: the digest of the row, a
    space, and `observed_at` or `-`.
    """
    time = "NULL"
    if schema.name in RESOURCE_TABLES:
        time = f"strftime(observed_at, '{TIME_TEXT}')"
    digest, rows = hashlib.sha256(), 0
    cursor = connection.execute(
        f"SELECT {SHA}, {time} FROM spooled WHERE _kept ORDER BY {order}"  # noqa: S608
    )
    while batch := cursor.fetchmany(10_000):
        rows += len(batch)
        digest.update("".join(f"{sha} {at or '-'}\n" for sha, at in batch).encode())
    every = connection.execute("SELECT count(*) FROM spooled").fetchone()
    return rows, (every[0] if every else 0) - rows, digest.hexdigest()


def _conflicts(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema
) -> tuple[tuple[Conflict, ...], int]:
    key = ", ".join(schema.key)
    found = connection.execute(
        f"SELECT {schema.subject}, list({PLACE} ORDER BY {PLACE}) FROM spooled WHERE _kept "  # noqa: S608
        f"GROUP BY {key} HAVING count(*) > 1 ORDER BY {key}"
    ).fetchall()
    shown = tuple(
        Conflict(
            table=schema.name,
            subject=subject,
            places=tuple(places),
        )
        for subject, places in found[:_MOST_CONFLICTS]
    )
    return shown, len(found)


def _redactions(
    connection: duckdb.DuckDBPyConnection, schema: TableSchema
) -> tuple[Redaction, ...]:
    rows = connection.execute(
        f"SELECT path, count(*) FROM (SELECT unnest({PATHS}) AS path FROM spooled WHERE _kept) "  # noqa: S608
        "GROUP BY path ORDER BY path"
    ).fetchall()
    return tuple(Redaction(table=schema.name, path=path, rows=count) for path, count in rows)
