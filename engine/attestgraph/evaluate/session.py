"""What every step of one evaluation shares: the connection, the plan, the evidence and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from attestgraph.checks.plan import CheckInstance, Plan
from attestgraph.evidence import Snapshot
from attestgraph.model.records import Library

if TYPE_CHECKING:
    import duckdb

LEEWAY: Final = timedelta(minutes=5)
"""How far clocks may differ before evidence counts as taken after the evaluation."""

DEFAULT_AGE: Final = timedelta(hours=24)
_CHUNK: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One evaluation.

    Attributes:
        spool: Folder of our own for rows on their way into DuckDB.
    """

    connection: duckdb.DuckDBPyConnection
    plan: Plan
    library: Library
    snapshot: Snapshot
    at: datetime
    spool: Path
    memory: str | None = None

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """Run a query and return all its rows."""
        return self.connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> None:
        """Run a statement."""
        self.connection.execute(sql, values)

    def count(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> int:
        """Run a query that gives one number."""
        return int(self.rows(sql, values)[0][0])

    def create(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a working table out of rows, spooled as NDJSON and read with the columns given."""
        sink = Spool(self.spool / f"{table}.ndjson", tuple(columns))
        sink.extend(rows)
        self.load(table, columns, sink)

    def load(self, table: str, columns: Mapping[str, str], sink: Spool) -> None:
        """Make a working table out of a spool, which is closed and removed."""
        sink.close()
        inside = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self.run(f"CREATE TABLE {table} ({inside})")
        if sink.count:
            typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
            self.run(
                f"INSERT INTO {table} SELECT * FROM read_json(?, columns={{{typed}}}, "  # noqa: S608
                "format='newline_delimited', maximum_object_size=67108864)",
                [str(sink.path)],
            )
        sink.path.unlink(missing_ok=True)

    def max_age(self, table: str) -> timedelta:
        """Return how old the rows of a table may be."""
        ages = self.library.workspace.evidence.max_age
        return ages.get(table, ages.get("default", DEFAULT_AGE))

    def fresh(self, table: str, moment: datetime) -> bool:
        """Tell whether something observed at a time is neither too old nor of the future."""
        return self.at - self.max_age(table) <= moment <= self.at + LEEWAY

    def window(self, table: str) -> tuple[datetime, datetime]:
        """Return the oldest and newest time of fresh rows, as DuckDB keeps times: UTC, no zone."""
        return naive(self.at - self.max_age(table)), naive(self.at + LEEWAY)

    def in_plan(self, table: str) -> bool:
        """Tell whether the workspace asks for a table (decision 0007)."""
        return table in self.library.workspace.evidence.sources

    @property
    def judged(self) -> tuple[CheckInstance, ...]:
        """Return the instances that judge resources: by rows or by policy states."""
        return tuple(
            i
            for i in self.plan.instances
            if i.kind in ("row", "policy") and i.types and not i.dormant
        )


def quoted(text: str | Path) -> str:
    """Return a literal for the few places that take no parameter: views and the target of COPY."""
    return "'" + str(text).replace("'", "''") + "'"


def naive(moment: datetime) -> datetime:
    """Return a time in UTC without its zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


class Spool:
    """Rows on their way into DuckDB, written as NDJSON in chunks."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self.path = path
        self.count = 0
        self._columns = columns
        self._lines: list[bytes] = []
        self._file = path.open("wb")

    def add(self, values: Sequence[Any]) -> None:
        """Write one row, its values in the order of the columns."""
        self._lines.append(
            orjson.dumps(
                dict(zip(self._columns, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE
            )
        )
        if len(self._lines) >= _CHUNK:
            self._flush()

    def extend(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write several rows."""
        for row in rows:
            self.add(row)

    def write(self, lines: list[str]) -> None:
        """Write rows that are JSON text already, one a line; for plain numbers and codes."""
        if lines:
            self._flush()
            self._file.write(("\n".join(lines) + "\n").encode())
            self.count += len(lines)

    def close(self) -> None:
        """Write what is left and close the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        self._file.write(b"".join(self._lines))
        self.count += len(self._lines)
        self._lines.clear()
