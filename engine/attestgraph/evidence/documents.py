"""snapshot.json: written with keys in a fixed order, read with a path to whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import orjson

from attestgraph.diagnostics import Diagnostic, InputError, Reason, Span
from attestgraph.evidence.tables import TABLES
from attestgraph.model.snapshot import (
    Gap,
    Redaction,
    SnapshotManifest,
    SnapshotOrigin,
    TableManifest,
    TableSource,
)
from attestgraph.model.times import format_time, parse_time
from attestgraph.model.words import Completeness

W = TypeVar("W")
_FORMAT: Final = re.compile(r"attestgraph/([a-z]+)/(\d+)")
_HELP: Final = "collect or import the evidence again; a snapshot is never edited by hand"


def manifest_json(manifest: SnapshotManifest) -> dict[str, Any]:
    """Return snapshot.json, keys in the order of CONTRACT section 2."""
    return {
        "format": manifest.format,
        "created_at": format_time(manifest.created_at),
        "tool": manifest.tool,
        "origin": str(manifest.origin),
        "cloud": manifest.cloud,
        "tenant_id": manifest.tenant_id,
        "principal": manifest.principal,
        "scopes": list(manifest.scopes),
        "exclusions": [dict(exclusion) for exclusion in manifest.exclusions],
        "redactions": [
            {"table": r.table, "path": r.path, "rows": r.rows} for r in manifest.redactions
        ],
        "tables": [table_json(manifest.tables[name]) for name in sorted(manifest.tables)],
    }


def table_json(table: TableManifest) -> dict[str, Any]:
    """Return one entry of `tables`, keys in the order of CONTRACT section 2."""
    declared = table.declared_by
    return {
        "name": table.name,
        "file": table.file,
        "rows": table.rows,
        "bytes": table.bytes,
        "sha256": table.sha256,
        "content_sha256": table.content_sha256,
        "sources": [_source_json(source) for source in table.sources],
        "projection": "full"
        if table.projection is None
        else {name: list(table.projection[name]) for name in sorted(table.projection)},
        "types": "all" if table.types is None else list(table.types),
        "includes_compliant": table.includes_compliant,
        "duplicates": table.duplicates,
        "complete": str(table.complete),
        "incomplete": [
            {
                "reason": str(gap.reason),
                "scope": gap.scope,
                "types": list(gap.types),
                "detail": gap.detail,
            }
            for gap in table.incomplete
        ],
        "declared_by": None if declared is None else {"name": declared[0], "reason": declared[1]},
    }


def _source_json(source: TableSource) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "query": source.query,
        "query_sha256": source.query_sha256,
        "scopes": list(source.scopes),
        "started_at": format_time(source.started_at),
        "ended_at": format_time(source.ended_at),
        "pages": source.pages,
        "request_ids": list(source.request_ids),
    }


def read_document(path: Path, *, slug: str, wanted: str) -> dict[str, Any]:
    """Return a JSON object that says it is of format `wanted`.

    Args:
        path: The file.
        slug: The slug of what is damaged.
        wanted: For example `attestgraph/snapshot/1`.

    Raises:
        InputError: Not JSON (with line and column), not an object, of another or a newer format.
    """
    document = read_json(path, slug=slug)
    if not isinstance(document, dict):
        raise InputError(Diagnostic(slug=slug, message="not a JSON object", path=str(path)))
    found = document.get("format")
    if found == wanted:
        return document
    have, want = _FORMAT.fullmatch(str(found)), _FORMAT.fullmatch(wanted)
    if have and want and have[1] == want[1] and int(have[2]) > int(want[2]):
        raise InputError(
            Diagnostic(
                slug="newer-format",
                message=f"written in format `{found}`; this version reads `{wanted}`",
                path=str(path),
                help="use a newer attestgraph",
            )
        )
    raise InputError(
        Diagnostic(slug="unknown-format", message=f"the format is not `{wanted}`", path=str(path))
    )


def read_json(path: Path, *, slug: str) -> Any:
    """Return what a JSON file of ours holds.

    Raises:
        InputError: It is missing, or not JSON (with line and column).
    """
    try:
        return orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(
            Diagnostic(slug=slug, message="the file is missing", path=str(path), help=_HELP)
        ) from None
    except orjson.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        raise InputError(
            Diagnostic(
                slug=slug,
                message=f"not JSON: {error.msg}",
                help=_HELP,
                span=Span(
                    path=str(path), line=line, column=column, end_line=line, end_column=column
                ),
            )
        ) from None


class Member:
    """A value in a document of ours, with the path to it for messages."""

    def __init__(self, value: Any, *, file: Path, at: str = "") -> None:
        self.value = value
        self._file = file
        self._at = at

    def fail(self, wanted: str) -> NoReturn:
        """Raise the fault that this member is not what it must be."""
        where = f"`{self._at}` is" if self._at else "the document is"
        raise InputError(
            Diagnostic(
                slug="damaged-snapshot",
                message=f"{where} not {wanted}",
                path=str(self._file),
                help=_HELP,
            )
        )

    def __getitem__(self, key: str) -> Member:
        if not isinstance(self.value, dict):
            self.fail("an object")
        at = f"{self._at}.{key}" if self._at else key
        return Member(self.value.get(key), file=self._file, at=at)

    def items(self) -> list[Member]:
        """Return the elements of a list."""
        if not isinstance(self.value, list):
            self.fail("a list")
        return [Member(v, file=self._file, at=f"{self._at}[{i}]") for i, v in enumerate(self.value)]

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            self.fail("text")
        return self.value

    def text_or_none(self) -> str | None:
        """Return a text, or None where it is null or left out."""
        return None if self.value is None else self.text()

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(item.text() for item in self.items())

    def count(self) -> int:
        """Return a whole number that is not negative."""
        if type(self.value) is not int or self.value < 0:
            self.fail("a number")
        return self.value

    def time(self) -> datetime:
        """Return a time."""
        try:
            return parse_time(self.text())
        except ValueError:
            self.fail("a time")

    def word(self, of: Callable[[str], W]) -> W:
        """Return a word of a closed set."""
        try:
            return of(self.text())
        except ValueError:
            self.fail("a word that is known here")


def manifest_of(document: Mapping[str, Any], *, file: Path) -> SnapshotManifest:
    """Return snapshot.json as the model holds it; members that are not known are ignored.

    Raises:
        InputError: `damaged-snapshot`, with the member that is wrong.
    """
    top = Member(dict(document), file=file)
    tables = [_table_of(member) for member in top["tables"].items()]
    if len({table.name for table in tables}) < len(tables):
        top["tables"].fail("free of repetitions")
    return SnapshotManifest(
        created_at=top["created_at"].time(),
        tool=top["tool"].text(),
        origin=top["origin"].word(SnapshotOrigin),
        cloud=top["cloud"].text_or_none(),
        tenant_id=top["tenant_id"].text_or_none(),
        principal=top["principal"].text_or_none(),
        scopes=top["scopes"].texts(),
        tables={table.name: table for table in sorted(tables, key=lambda t: t.name)},
        exclusions=tuple(_exclusion_of(member) for member in top["exclusions"].items()),
        redactions=tuple(
            Redaction(
                table=member["table"].text(),
                path=member["path"].text(),
                rows=member["rows"].count(),
            )
            for member in top["redactions"].items()
        ),
        format=top["format"].text(),
    )


def _exclusion_of(member: Member) -> dict[str, str]:
    return {key: member[key].text() for key in ("scope", "reason", "approved_by", "until")}


def _table_of(member: Member) -> TableManifest:
    name = member["name"].text()
    if name not in TABLES:
        member["name"].fail("a table that is known here")
    if member["file"].text() != f"{name}.parquet":
        # a name is never a path: nothing outside the folder can be named
        member["file"].fail(f"`{name}.parquet`")
    types, projection, declared = member["types"], member["projection"], member["declared_by"]
    compliant = member["includes_compliant"]
    if compliant.value not in (None, True, False):
        compliant.fail("true, false or null")
    return TableManifest(
        name=name,
        file=f"{name}.parquet",
        rows=member["rows"].count(),
        bytes=member["bytes"].count(),
        sha256=member["sha256"].text(),
        content_sha256=member["content_sha256"].text(),
        sources=tuple(_source_of(source) for source in member["sources"].items()),
        complete=member["complete"].word(Completeness),
        projection=None if projection.value == "full" else _projection_of(projection),
        types=None if types.value == "all" else types.texts(),
        includes_compliant=compliant.value,
        duplicates=member["duplicates"].count(),
        incomplete=tuple(_gap_of(gap) for gap in member["incomplete"].items()),
        declared_by=None
        if declared.value is None
        else (declared["name"].text(), declared["reason"].text()),
    )


def _projection_of(member: Member) -> dict[str, tuple[str, ...]]:
    if not isinstance(member.value, dict):
        member.fail("`full` or an object")
    return {name: member[name].texts() for name in sorted(member.value)}


def _gap_of(member: Member) -> Gap:
    return Gap(
        reason=member["reason"].word(Reason),
        scope=member["scope"].text(),
        types=member["types"].texts(),
        detail=member["detail"].text(),
    )


def _source_of(member: Member) -> TableSource:
    return TableSource(
        kind=member["kind"].text(),
        query=member["query"].text(),
        query_sha256=member["query_sha256"].text(),
        scopes=member["scopes"].texts(),
        started_at=member["started_at"].time(),
        ended_at=member["ended_at"].time(),
        pages=member["pages"].count(),
        request_ids=member["request_ids"].texts(),
    )
