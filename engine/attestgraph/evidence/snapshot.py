"""Opening a snapshot: nothing is believed before its size, digest, rows and columns agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence.database import connect
from attestgraph.evidence.documents import manifest_of, read_document
from attestgraph.evidence.folders import file_sha256
from attestgraph.evidence.tables import TABLES, TableSchema
from attestgraph.model.snapshot import (
    RESOURCE_TABLES,
    SNAPSHOT_FORMAT,
    SnapshotManifest,
    TableManifest,
)

MANIFEST: Final = "snapshot.json"
_BATCH: Final = 4096
_HELP: Final = "the file changed after it was written; collect or import the evidence again"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTable:
    """One table of an opened snapshot: what it says of itself, its columns and its file."""

    manifest: TableManifest
    schema: TableSchema
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened snapshot, every table of which was verified.

    Attributes:
        folder: Where it lies.
    """

    folder: Path
    manifest: SnapshotManifest
    tables: tuple[SnapshotTable, ...]

    def table(self, name: str) -> Path | None:
        """Return the Parquet file of a table, or None where it was not collected."""
        found = self.find(name)
        return None if found is None else found.path

    def find(self, name: str) -> SnapshotTable | None:
        """Return a table, or None where it was not collected."""
        return next((t for t in self.tables if t.manifest.name == name), None)

    def batches(
        self,
        name: str,
        columns: Sequence[str],
        types: Sequence[str] | None = None,
        *,
        size: int = _BATCH,
        threads: int | None = None,
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows of a table in its order, as lists of tuples of the columns asked for.

        Times are text in our form, `VARCHAR[]` is a list, JSON columns are JSON text. A table that
        was not collected gives nothing: look at `table` first.

        Args:
            name: The table.
            columns: Column names, in the order wanted.
            types: Only rows of these resource types (lower case); default: all.
            size: Most rows in a list.
            threads: Worker threads; the rows and their order never depend on it.

        Raises:
            KeyError: A column is not one of the table's.
            InputError: The file cannot be read.
        """
        found = self.find(name)
        if found is None or (types is not None and not types):
            return
        yield from _read(found, columns, types, size=size, threads=threads)


def _read(
    table: SnapshotTable,
    columns: Sequence[str],
    types: Sequence[str] | None,
    *,
    size: int,
    threads: int | None,
) -> Iterator[list[tuple[Any, ...]]]:
    import duckdb

    chosen = ", ".join(table.schema.column(name).read for name in columns)
    where, values = "", [str(table.path)]
    if types is not None:
        column = "type" if table.schema.name in RESOURCE_TABLES else "resource_type"
        table.schema.column(column)
        where = f" WHERE {column} IN ({', '.join('?' * len(types))})"
        values += sorted(set(types))
    connection = connect(folder=table.path.parent, threads=threads)
    try:
        # the file is in the table's order, and a scan keeps the order of a file
        connection.execute(f"SELECT {chosen} FROM read_parquet(?){where}", values)  # noqa: S608
        while rows := connection.fetchmany(size):
            yield rows
    except duckdb.Error as error:
        raise _damaged(table.path, _first_line(error)) from None
    finally:
        connection.close()


def open_snapshot(path: Path) -> Snapshot:
    """Open a snapshot and verify every table: present, whole, unchanged, of the right columns.

    Raises:
        InputError: `no-snapshot`, `damaged-snapshot`, `unknown-format` or `newer-format`; all
            damaged tables at once.
    """
    file = path / MANIFEST
    if not path.is_dir() or not file.exists():
        raise InputError(
            Diagnostic(
                slug="no-snapshot",
                message="there is no evidence snapshot here",
                path=str(path),
                help="make one with `attestgraph import resources FILE --out FOLDER`",
            )
        )
    document = read_document(file, slug="damaged-snapshot", wanted=SNAPSHOT_FORMAT)
    manifest = manifest_of(document, file=file)
    tables = tuple(
        SnapshotTable(manifest=table, schema=TABLES[name], path=path / table.file)
        for name, table in manifest.tables.items()
    )
    faults = [fault for table in tables if (fault := _fault(table)) is not None]
    if not faults and tables:
        faults = _column_faults(path, tables)
    if faults:
        raise InputError(*faults)
    return Snapshot(folder=path, manifest=manifest, tables=tables)


def _fault(table: SnapshotTable) -> Diagnostic | None:
    path, manifest = table.path, table.manifest
    if path.is_symlink() or not path.is_file():
        return _damage(path, "the table is listed and its file is missing")
    size = path.stat().st_size
    if size != manifest.bytes:
        return _damage(path, f"the table has {size} bytes of {manifest.bytes}")
    if file_sha256(path) != manifest.sha256:
        return _damage(path, "the digest of the table is not the one that was written")
    return None


def _column_faults(folder: Path, tables: Sequence[SnapshotTable]) -> list[Diagnostic]:
    import duckdb

    faults = []
    connection = connect(folder=folder)
    try:
        for table in tables:
            try:
                cursor = connection.execute(
                    "SELECT * FROM read_parquet(?) LIMIT 0", [str(table.path)]
                )
            except duckdb.Error as error:
                faults.append(_damage(table.path, _first_line(error)))
                continue
            names = tuple(column[0] for column in cursor.description or ())
            if names != table.schema.names:
                faults.append(_damage(table.path, _columns_differ(names, table.schema.names)))
                continue
            rows = connection.execute(
                "SELECT num_rows FROM parquet_file_metadata(?)", [str(table.path)]
            ).fetchone()
            if rows is None or rows[0] != table.manifest.rows:
                had = 0 if rows is None else rows[0]
                faults.append(
                    _damage(table.path, f"the table has {had} rows of {table.manifest.rows}")
                )
    finally:
        connection.close()
    return faults


def _columns_differ(have: Sequence[str], want: Sequence[str]) -> str:
    missing = sorted(set(want) - set(have))
    extra = sorted(set(have) - set(want))
    parts = [f"no column `{name}`" for name in missing] + [f"a column `{name}`" for name in extra]
    return "the table has " + (", ".join(parts) if parts else "its columns in another order")


def _damage(path: Path, message: str) -> Diagnostic:
    return Diagnostic(slug="damaged-snapshot", message=message, path=str(path), help=_HELP)


def _damaged(path: Path, message: str) -> InputError:
    return InputError(_damage(path, message))


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"the table cannot be read: {text}"
