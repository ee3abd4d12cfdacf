"""Rows on their way into a table: keys, redaction, digest; then spooled as NDJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from attestgraph.evidence.redaction import SecretPath, redact, secret_paths, state_secret_paths
from attestgraph.evidence.tables import Kind, TableSchema
from attestgraph.model.ids import (
    digest_of,
    id_key,
    parent_key,
    resource_group_of,
    subscription_of,
)
from attestgraph.model.snapshot import RESOURCE_TABLES
from attestgraph.model.times import format_time

SHA: Final = "_sha"
PATHS: Final = "_paths"
PLACE: Final = "_place"
_NOT_DIGESTED: Final = frozenset({"observed_at", "row_sha256"})


class Lines:
    """Makes the spooled line of a row: keys, redaction, digest.

    Nothing is kept but the paths of secrets, by type.
    """

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self._names = schema.names
        self._json = tuple(c.name for c in schema.columns if c.kind is Kind.JSON)
        self._times = tuple(c.name for c in schema.columns if c.kind is Kind.TIME)
        self._is_resource = schema.name in RESOURCE_TABLES
        self._secrets: dict[tuple[str, str], tuple[SecretPath, ...]] = {}
        self._of_states = state_secret_paths() if schema.name == "policystates" else ()

    def line(self, values: Mapping[str, Any], *, place: str = "") -> bytes:
        """Return the line of one row, with its line break.

        For resource tables the keys, the parent, the subscription and resource group, `redacted`
        and `row_sha256` are made here; secrets are replaced before anything is written.

        Args:
            values: Column values; JSON columns as JSON values (not text), times as datetimes with
                a zone or as text in our form. What is left out is null.
            place: Where the row came from, for messages: `page1.json row 7`.
        """
        row = {name: values.get(name) for name in self._names}
        paths = self._complete(row) if self._is_resource else self._redact_details(row)
        for name in self._times:
            moment = row[name]
            if isinstance(moment, datetime):
                row[name] = format_time(moment)
        sha = digest_of({k: v for k, v in row.items() if k not in _NOT_DIGESTED})
        if self._is_resource:
            row["row_sha256"] = sha
        for name in self._json:
            row[name] = json_text(row[name])
        row[SHA], row[PATHS], row[PLACE] = sha, paths, place
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)

    def _complete(self, row: dict[str, Any]) -> list[str]:
        key = id_key(row["id"])
        row["id_key"] = key
        row["parent_key"] = parent_key(key)
        row["subscription_id"] = subscription_of(key)
        row["resource_group"] = resource_group_of(key)
        paths = self._redact(row, key)
        row["redacted"] = bool(paths)
        return paths

    def _redact_details(self, row: dict[str, Any]) -> list[str]:
        if not self._of_states or not isinstance(row["details"], dict):
            return []
        return redact({"details": row["details"]}, self._of_states)

    def _redact(self, row: dict[str, Any], key: str) -> list[str]:
        # the last segment matters for a few types only; keyed by it the memory stays small
        resource_type = row["type"]
        name = key.rsplit("/", 1)[-1] if resource_type.endswith("/config") else ""
        secrets = self._secrets.get((resource_type, name))
        if secrets is None:
            secrets = secret_paths(resource_type, key)
            self._secrets[resource_type, name] = secrets
        if not secrets:
            return []
        extra = row["extra"] or {}
        inside = {"properties": row["properties"], **extra}
        hit = redact(inside, secrets)
        row["properties"] = inside.pop("properties")
        row["extra"] = inside or None
        return hit


class Spool:
    """Collects rows of one table in a file, one JSON object a line.

    Bulk rows reach DuckDB fastest as NDJSON with explicit columns; nothing is kept in memory but
    the paths of secrets, by type.
    """

    def __init__(self, schema: TableSchema, path: Path) -> None:
        self.schema = schema
        self.path = path
        self.rows = 0
        self.longest = 0
        self.adopted: list[Path] = []
        self._stream = path.open("wb")
        self._lines = Lines(schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, values: Mapping[str, Any], *, place: str = "") -> None:
        """Add one row; see `Lines.line`."""
        line = self._lines.line(values, place=place)
        self._stream.write(line)
        self.rows += 1
        self.longest = max(self.longest, len(line))

    def adopt(self, path: Path, *, rows: int, longest: int) -> None:
        """Add a file of lines that `Lines` made; it is read where it is, and not changed.

        Args:
            path: The file.
            rows: How many lines it has.
            longest: The bytes of the longest.
        """
        self.adopted.append(path)
        self.rows += rows
        self.longest = max(self.longest, longest)

    def close(self) -> None:
        """Write what is buffered; no row can follow."""
        self._stream.close()


def json_text(value: Any) -> str | None:
    """Return a JSON value as compact text with its keys as given, or None for null."""
    return None if value is None else orjson.dumps(value).decode()


def stored_values(names: Sequence[str], schema: TableSchema, row: Sequence[Any]) -> dict[str, Any]:
    """Return a stored row as `Spool.add` takes it: JSON columns parsed."""
    values = dict(zip(names, row, strict=True))
    for column in schema.columns:
        if column.kind is Kind.JSON and values.get(column.name) is not None:
            values[column.name] = orjson.loads(values[column.name])
    return values


def spool_columns(schema: TableSchema) -> dict[str, str]:
    """Return the members of a spooled line and their DuckDB types."""
    return {
        **{column.name: column.kind.sql for column in schema.columns},
        SHA: "VARCHAR",
        PATHS: "VARCHAR[]",
        PLACE: "VARCHAR",
    }
