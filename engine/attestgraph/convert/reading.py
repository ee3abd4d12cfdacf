"""Files in, answers out: every form an export can have, read strictly and with limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from attestgraph.convert.answers import Answer, Row, answer_of, is_answer
from attestgraph.convert.scan import faults_in, row_offsets, span_at, suspicious, value_offsets
from attestgraph.diagnostics import Diagnostic, InputError, Span

MOST_DOCUMENT: Final = 256 << 20
MOST_LINE: Final = 32 << 20
_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most bytes of one JSON document, and of one line of NDJSON."""

    document: int = MOST_DOCUMENT
    line: int = MOST_LINE


def read_answers(path: Path, *, limits: Limits | None = None) -> Iterator[Answer]:
    """Give the answers in a file: one for a document, one for the rows of NDJSON.

    Rows of NDJSON are read as they are asked for, so that a file may be larger than memory.

    Raises:
        InputError: `missing-file`, `unreadable-file`, `empty-file`, `export-too-large`,
            `not-utf8`, `bad-json`, `duplicate-key`, `null-character`, `number-too-large`,
            `nested-too-deep`, `unknown-form`, `error-answer`.
    """
    limits = limits or Limits()
    if _is_lines(path, limits):
        yield from _lines(path, limits)
        return
    data = _whole(path, limits)
    answer = answer_of(_strict(data, path=str(path)), path=str(path))
    yield replace(answer, locate=_locator(data, answer.pointer, str(path)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One JSON text: a file, or a line of NDJSON.

    Attributes:
        data: The text, without a byte order mark.
        value: What it holds.
        line: Where it begins in its file.
    """

    path: str
    data: bytes
    value: Any
    line: int = 1

    def spans(self, pointers: Iterable[tuple[str | int, ...]]) -> dict[tuple[str | int, ...], Span]:
        """Return where the value at each pointer stands, or what holds it where it is not there."""
        wanted = list(pointers)
        every = {pointer[:length] for pointer in wanted for length in range(len(pointer) + 1)}
        offsets = value_offsets(self.data, every)
        found = {}
        for pointer in wanted:
            nearest = next(
                pointer[:n] for n in range(len(pointer), -1, -1) if pointer[:n] in offsets
            )
            span = span_at(self.data, offsets[nearest], path=self.path)
            found[pointer] = _moved(span, self.line)
        return found


def read_texts(path: Path, *, limits: Limits | None = None) -> Iterator[Text]:
    """Give the JSON texts of a file, of any form: one document, or the lines of NDJSON.

    Raises:
        InputError: As `read_answers` does for files and for JSON.
    """
    limits = limits or Limits()
    if _is_lines(path, limits):
        for line, data, value in _line_values(path, limits):
            yield Text(path=str(path), data=data, value=value, line=line)
        return
    data = _whole(path, limits)
    yield Text(path=str(path), data=data, value=_strict(data, path=str(path)))


def _is_lines(path: Path, limits: Limits) -> bool:
    """Tell whether a file is NDJSON: its first line is an object by itself, and another follows.

    Raises:
        InputError: The file is not there, or empty.
    """
    if not path.is_file():
        is_folder = path.is_dir()
        raise InputError(
            Diagnostic(
                slug="unreadable-file" if is_folder else "missing-file",
                message="this is a folder" if is_folder else "there is no such file",
                path=str(path),
            )
        )
    first, more = _first_line(path, limits)
    if first is None:
        raise InputError(_empty(path))
    return isinstance(_quiet(first) if more else None, dict)


def _whole(path: Path, limits: Limits) -> bytes:
    """Return a document's text.

    Raises:
        InputError: It is too large.
    """
    if path.stat().st_size > limits.document:
        raise InputError(_too_large(path, limits))
    return path.read_bytes().removeprefix(_BOM)


def _first_line(path: Path, limits: Limits) -> tuple[bytes | None, bool]:
    """Return the first line that is not blank, and whether another follows."""
    first = None
    with path.open("rb") as stream:
        while line := stream.readline(limits.line + 1):
            if line.startswith(_WIDE):
                raise InputError(_wide(path))
            text = line.removeprefix(_BOM).strip()
            if text and first is not None:
                return first, True
            if len(line) > limits.line:
                return text, False
            first = first or text or None
    return first, False


def _empty(path: Path) -> Diagnostic:
    return Diagnostic(
        slug="empty-file",
        message="the file is empty",
        path=str(path),
        help="an export of nothing is `[]`; an empty file is an export that failed",
    )


def _too_large(path: Path, limits: Limits) -> Diagnostic:
    return Diagnostic(
        slug="export-too-large",
        message=f"a JSON document of more than {limits.document >> 20} MiB",
        path=str(path),
        help="write one row a line (NDJSON), which has no such limit: `jq -c '.data[]'`",
    )


def _wide(path: Path) -> Diagnostic:
    return Diagnostic(
        slug="not-utf8",
        message="the file is UTF-16, as Windows PowerShell writes with `>`",
        path=str(path),
        help="write it with `| Out-File -Encoding utf8`, or use PowerShell 7",
    )


def _quiet(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _lines(path: Path, limits: Limits) -> Iterator[Answer]:
    """NDJSON: each line is a page of an answer, or each is a row."""
    values = _line_values(path, limits)
    number, _, first = next(values)
    if is_answer(first):
        yield answer_of(first, path=str(path), line=number)
        for number, _, value in values:
            yield answer_of(value, path=str(path), line=number)
        return

    def rows() -> Iterator[Row]:
        yield Row(number=number, value=first, span=_line_span(path, number))
        for at, _, value in values:
            yield Row(number=at, value=value, span=_line_span(path, at))

    yield Answer(path=str(path), rows=rows())


def _line_values(path: Path, limits: Limits) -> Iterator[tuple[int, bytes, Any]]:
    """Yield each line that is not blank: its number, its text and what it holds."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(limits.line + 1):
            number += 1
            if len(line) > limits.line:
                raise InputError(
                    Diagnostic(
                        slug="export-too-large",
                        message=f"a line of more than {limits.line >> 20} MiB",
                        span=_line_span(path, number),
                    )
                )
            text = line.removeprefix(_BOM) if number == 1 else line
            if text.strip():
                yield number, text, _strict(text, path=str(path), line=number)


def _line_span(path: Path, line: int) -> Span:
    return Span(path=str(path), line=line, column=1, end_line=line, end_column=1)


def _strict(data: bytes, *, path: str, line: int = 1) -> Any:
    """Return what a text holds; `line` is where it begins in its file.

    Raises:
        InputError: All faults of the text, each at its line and column.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(_syntax_fault(data, error, path=path, line=line)) from None
    if not suspicious(data, value):
        return value
    faults = [
        Diagnostic(
            slug=fault.slug,
            message=fault.message if fault.row is None else f"row {fault.row}: {fault.message}",
            span=_moved(span_at(data, fault.offset, path=path), line),
        )
        for fault in faults_in(data)
    ]
    if faults:
        raise InputError(*faults)
    return value


def _syntax_fault(
    data: bytes, error: orjson.JSONDecodeError, *, path: str, line: int
) -> Diagnostic:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as bad:
        span = _moved(span_at(data, bad.start, path=path), line)
        return Diagnostic(slug="not-utf8", message="a byte that is not UTF-8", span=span)
    at = Span(
        path=path,
        line=error.lineno,
        column=error.colno,
        end_line=error.lineno,
        end_column=error.colno,
    )
    cut = "unexpected end" in error.msg
    return Diagnostic(
        slug="bad-json",
        message=f"not JSON: {error.msg}",
        help="the file was cut short; export it again" if cut else None,
        span=_moved(at, line),
    )


def _moved(span: Span, line: int) -> Span:
    return replace(span, line=span.line + line - 1, end_line=span.end_line + line - 1)


def _locator(data: bytes, pointer: tuple[str, ...], path: str) -> Callable[[int], Span]:
    """Return where a row (from 1) stands; the text is searched when the first is asked for."""
    found: list[int] = []

    def locate(number: int) -> Span:
        if not found:
            found.extend(row_offsets(data, pointer))
        return span_at(data, found[number - 1], path=path)

    return locate
