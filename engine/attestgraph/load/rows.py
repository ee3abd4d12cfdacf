"""Reads CSV files (RFC 4180) with positions."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attestgraph.diagnostics import Diagnostic, Span, nearest
from attestgraph.load.files import Folder
from attestgraph.load.nodes import span_of
from attestgraph.load.reader import decode_utf8


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, and the line that it starts on."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Rows:
    """The rows of a file.

    Attributes:
        path: As shown in messages.
        columns: The header.
        lines: The file's lines, for columns of faults.
        rows: In file order; a row with a fault is left out.
    """

    path: str
    columns: tuple[str, ...]
    lines: list[str]
    rows: list[Row] = field(default_factory=list)

    def span(self, row: Row, column: str | None = None) -> Span:
        """Return where a row stands, or one cell of it."""
        line = self.lines[row.line - 1] if row.line <= len(self.lines) else ""
        start, end = 0, len(line)
        if column is not None:
            start, end = cell_place(line, self.columns.index(column))
        return span_of(self.path, (row.line, start + 1, row.line, end + 1))

    def fault(
        self, row: Row, column: str, slug: str, message: str, mend: str | None = None
    ) -> Diagnostic:
        """Return a fault of one cell."""
        return Diagnostic(slug=slug, message=message, help=mend, span=self.span(row, column))


def cell_place(line: str, index: int) -> tuple[int, int]:
    """Return where a cell starts and ends in a line, from 0; commas in quotes do not count."""
    start, quoted, seen = 0, False, 0
    for at, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            if seen == index:
                return start, at
            seen, start = seen + 1, at + 1
    return (start, len(line)) if seen == index else (len(line), len(line))


def read_rows(
    folder: Folder, path: str, columns: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Rows | None:
    """Return the rows of a CSV file; None and faults where the file or its header cannot be used.

    Args:
        folder: Where the file is.
        path: Relative to the folder.
        columns: The header that the file must have, in any order.
        optional: Columns that it may have; cells of one that is not there are empty.
    """
    data = folder.read(path)
    if data is None:
        return None
    text, faults = decode_utf8(data, path)
    folder.faults.extend(faults)
    if text is None:
        return None
    lines = text.split("\n")
    rows = Rows(path=path, columns=columns, lines=[line.rstrip("\r") for line in lines])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, None)
        if header is None or not _header(folder, rows, header, columns, optional):
            if header is None:
                folder.fault("empty-file", "the file is empty", path)
            return None
        rows.columns = tuple(header)
        _collect(folder, rows, reader, dict.fromkeys(optional, ""))
    except csv.Error as fault:
        span = span_of(path, (reader.line_num or 1, 1, reader.line_num or 1, 2))
        message = f"not a row of a CSV file: {fault}"
        folder.faults.add(Diagnostic(slug="csv-syntax", message=message, span=span))
    return rows


def _collect(folder: Folder, rows: Rows, reader: Any, empty: Mapping[str, str]) -> None:
    """Add the rows that have as many cells as the header."""
    width, start = len(rows.columns), 2
    for cells in reader:
        line, start = start, reader.line_num + 1
        if len(cells) == width:
            rows.rows.append(Row(line, {**empty, **dict(zip(rows.columns, cells, strict=True))}))
        elif cells:
            message = f"the row has {len(cells)} cells; the header has {width}"
            span = rows.span(Row(line, {}))
            folder.faults.add(Diagnostic(slug="csv-row", message=message, span=span))


def _header(
    folder: Folder,
    rows: Rows,
    header: list[str],
    columns: tuple[str, ...],
    optional: tuple[str, ...],
) -> bool:
    """Tell whether the header names each column once and no other; keep faults where not."""
    every = (*columns, *optional)
    rows.columns = tuple(header)
    first = Row(1, {})
    faults = []
    for at, name in enumerate(header):
        start, end = cell_place(rows.lines[0], at)
        span = span_of(rows.path, (1, start + 1, 1, end + 1))
        if name not in every:
            near = nearest(name, [c for c in every if c not in header])
            mend = f"did you mean `{near[0]}`?" if near else "columns: " + ", ".join(every)
            message = f"unknown column `{name}`"
            faults.append(Diagnostic(slug="csv-header", message=message, help=mend, span=span))
        elif name in header[:at]:
            message = f"column `{name}` stands twice"
            faults.append(Diagnostic(slug="csv-header", message=message, span=span))
    for name in columns:
        if name not in header:
            message = f"the header has no column `{name}`"
            faults.append(Diagnostic(slug="csv-header", message=message, span=rows.span(first)))
    folder.faults.extend(faults)
    return not faults
