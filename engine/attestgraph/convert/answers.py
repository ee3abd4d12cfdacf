"""The forms of an export: what its rows are, and what it says about how many there should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, InputError, Span
from attestgraph.model.ids import ascii_lower

_LIMIT_HEADER: Final = "x-ms-tenant-subscription-limit-hit"
_NEXT: Final = ("$skipToken", "skip_token", "skipToken", "nextLink", "@odata.nextLink")
_FORMS: Final = (
    "one of: `az graph query` output, a Resource Graph or Resource Manager answer, an array of "
    "rows, or one row a line"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row, its number from 1, and its place where that is known without a search."""

    number: int
    value: Any
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One page of an answer, or a file of rows.

    Attributes:
        count: How many rows the page says that it holds.
        total: How many rows the page says that the whole answer has.
        continues: The page names a next one.
        ends: The page says that there is no next one (a link that is null).
        truncated: The service says that it cut the answer short.
        limit_hit: The service says that it did not look at all subscriptions.
        omits_absent: Members that are left out have no value (Resource Manager), rather than not
            having been asked for (a projection of Resource Graph).
        pointer: Keys to the rows.
        locate: Gives the place of a row.
    """

    path: str
    rows: Iterable[Row]
    count: int | None = None
    total: int | None = None
    continues: bool = False
    ends: bool = False
    truncated: bool = False
    limit_hit: bool = False
    omits_absent: bool = False
    pointer: tuple[str, ...] = ()
    locate: Callable[[int], Span] | None = None

    def place(self, row: Row) -> Span | None:
        """Return where a row of this answer stands."""
        if row.span is not None or self.locate is None:
            return row.span
        return self.locate(row.number)


def is_answer(value: Any) -> bool:
    """Tell whether a value wraps rows, rather than being one."""
    if not isinstance(value, dict) or "id" in value or "resourceId" in value:
        return False
    return any(key in value for key in ("data", "value", "error", "body"))


def answer_of(value: Any, *, path: str, line: int | None = None) -> Answer:
    """Return the answer that a document holds.

    Args:
        value: The document: an array of rows, an answer of `az graph query`, Resource Graph (both
            forms), Resource Manager or Policy Insights, one of these as recorded with its status
            and headers, or a single row.
        path: The file, for messages.
        line: The line it stands at, in NDJSON.

    Raises:
        InputError: `error-answer` or `unknown-form`.
    """
    span = None
    if line is not None:
        span = Span(path=path, line=line, column=1, end_line=line, end_column=1)
    if isinstance(value, list):
        return Answer(path=path, rows=_numbered(value))
    if not isinstance(value, dict):
        raise InputError(_unknown(path, span))
    if not is_answer(value):
        if "id" not in value and "resourceId" not in value:
            raise InputError(_unknown(path, span))
        return Answer(path=path, rows=[Row(number=line or 1, value=value, span=span)])
    return _answer(value, path=path, span=span)


def _answer(value: Mapping[str, Any], *, path: str, span: Span | None) -> Answer:
    body: Mapping[str, Any] = value
    headers: Any = None
    prefix: tuple[str, ...] = ()
    if isinstance(value.get("body"), dict):
        body, prefix = value["body"], ("body",)
        headers = value.get("headers")
    if "error" in body or _status(value) >= 400:
        raise InputError(_refused(body, _status(value), path, span))
    if "data" in body:
        rows, pointer = _data(body["data"], path=path, span=span)
    elif isinstance(body.get("value"), list):
        rows, pointer = _numbered(body["value"]), ("value",)
    else:
        raise InputError(_unknown(path, span))
    if span is not None:
        rows = [Row(number=row.number, value=row.value, span=span) for row in rows]
    links = [body[key] for key in _NEXT if key in body]
    return Answer(
        path=path,
        rows=rows,
        count=_number(body, "count", "@odata.count"),
        total=_number(body, "totalRecords", "total_records"),
        continues=any(links),
        ends=bool(links) and not any(links),
        truncated=str(body.get("resultTruncated", body.get("result_truncated"))).lower() == "true",
        limit_hit=_header(headers, _LIMIT_HEADER).lower() == "true",
        omits_absent=pointer == ("value",),
        pointer=(*prefix, *pointer),
    )


def _data(data: Any, *, path: str, span: Span | None) -> tuple[Iterable[Row], tuple[str, ...]]:
    if isinstance(data, list):
        return _numbered(data), ("data",)
    if isinstance(data, dict) and isinstance(data.get("rows"), list):
        columns = data.get("columns")
        if isinstance(columns, list) and all(isinstance(c, dict) for c in columns):
            names = [str(column.get("name")) for column in columns]
            return list(_table_rows(names, data["rows"])), ("data", "rows")
    raise InputError(_unknown(path, span))


def _table_rows(names: list[str], rows: list[Any]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if isinstance(row, list) and len(row) == len(names):
            yield Row(number=number, value=dict(zip(names, row, strict=True)))
        else:
            yield Row(number=number, value=None)


def _numbered(values: list[Any]) -> list[Row]:
    return [Row(number=number, value=value) for number, value in enumerate(values, start=1)]


def _number(body: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = body.get(name)
        if type(value) is int:
            return value
    return None


def _status(value: Mapping[str, Any]) -> int:
    status = value.get("status")
    return status if type(status) is int else 200


def _header(headers: Any, name: str) -> str:
    if not isinstance(headers, dict):
        return ""
    for key, value in headers.items():
        if ascii_lower(key) == name:
            return str(value[0]) if isinstance(value, list) and value else str(value)
    return ""


def _refused(body: Mapping[str, Any], status: int, path: str, span: Span | None) -> Diagnostic:
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    what = f"`{code}`" if isinstance(code, str) else f"status {status}"
    return Diagnostic(
        slug="error-answer",
        message=f"the file is an error of the service, {what}, and no rows",
        help="export again",
        path=path,
        span=span,
    )


def _unknown(path: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        slug="unknown-form",
        message="the JSON is no export that is known here",
        help=f"it must be {_FORMS}",
        path=path,
        span=span,
    )
