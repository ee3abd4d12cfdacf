"""Template functions on strings.

Source: Microsoft's reference of ARM template functions (string). Strings are sequences of code
points here; the service counts UTF-16 units, which differ only beyond the basic plane.
"""

from __future__ import annotations

import base64
import binascii
import urllib.parse
from collections.abc import Callable
from typing import Any

from attestgraph.conditions.functions_base import (
    Function,
    FunctionError,
    array_of,
    as_text,
    bounded,
    check_size,
    integer_of,
    is_array,
    kind,
    refuse,
    text_of,
)
from attestgraph.conditions.functions_format import composite
from attestgraph.conditions.functions_number import from_json
from attestgraph.conditions.values import fold

_DATA_HEAD = "data:"
_MOST_WIDTH = 1024 * 1024


def lower(value: Any) -> str:
    """Return the text in lower case, one code point for one (culture-invariant)."""
    text = text_of(1, value)
    return text.lower() if text.isascii() else "".join(map(_lower_one, text))


def _lower_one(character: str) -> str:
    changed = character.lower()
    return changed if len(changed) == 1 else character


def upper(value: Any) -> str:
    """Return the text in upper case, one code point for one (culture-invariant)."""
    text = text_of(1, value)
    return text.upper() if text.isascii() else "".join(map(_upper_one, text))


def _upper_one(character: str) -> str:
    changed = character.upper()
    return changed if len(changed) == 1 else character


def trim(value: Any) -> str:
    """Return the text without white space at both ends."""
    return text_of(1, value).strip()


def replace(text: Any, old: Any, new: Any) -> str:
    """Return the text with every occurrence of `old` replaced."""
    whole, part, other = text_of(1, text), text_of(2, old), text_of(3, new)
    if not part:
        raise FunctionError("argument 2 is empty")
    check_size(len(whole) + whole.count(part) * (len(other) - len(part)))
    return bounded(whole.replace(part, other))


def split(text: Any, delimiter: Any) -> list[str]:
    """Return the parts between the delimiter, or between any of an array of delimiters."""
    whole = text_of(1, text)
    marks = [text_of(2, mark) for mark in (delimiter if is_array(delimiter) else [delimiter])]
    marks = [mark for mark in marks if mark]
    if len(marks) == 1:
        return whole.split(marks[0])
    return _split_any(whole, marks)


def _split_any(whole: str, marks: list[str]) -> list[str]:
    """Split at whichever delimiter comes first; each is searched once over the text."""
    parts: list[str] = []
    start = 0
    found = [whole.find(mark) for mark in marks]
    while True:
        for index, place in enumerate(found):
            if 0 <= place < start:
                found[index] = whole.find(marks[index], start)
        places = [(place, index) for index, place in enumerate(found) if place >= 0]
        if not places:
            return [*parts, whole[start:]]
        place, index = min(places)
        parts.append(whole[start:place])
        start = place + len(marks[index])


def join(items: Any, delimiter: Any) -> str:
    """Return the texts of an array with the delimiter between them."""
    texts = [as_text(item) for item in array_of(1, items)]
    mark = text_of(2, delimiter)
    check_size(sum(map(len, texts)) + len(mark) * max(0, len(texts) - 1))
    return bounded(mark.join(texts))


def starts_with(text: Any, part: Any) -> bool:
    """Tell whether the text starts with the other, without case."""
    return fold(text_of(1, text)).startswith(fold(text_of(2, part)))


def ends_with(text: Any, part: Any) -> bool:
    """Tell whether the text ends with the other, without case."""
    return fold(text_of(1, text)).endswith(fold(text_of(2, part)))


def substring(text: Any, start: Any, length: Any = None) -> str:
    """Return a stretch of the text; one that reaches past the end is an error."""
    whole, first = text_of(1, text), integer_of(2, start)
    count = len(whole) - first if length is None else integer_of(3, length)
    if first < 0 or count < 0 or first + count > len(whole):
        raise FunctionError(f"the stretch lies outside the text of {len(whole)} characters")
    return whole[first : first + count]


def pad_left(value: Any, width: Any, filler: Any = " ") -> str:
    """Return the text of a string or integer, filled up at the left."""
    if kind(value) not in ("string", "number"):
        raise refuse(1, value, "string", "integer")
    total, mark = integer_of(2, width), text_of(3, filler)
    if len(mark) != 1:
        raise FunctionError("argument 3 is not one character")
    check_size(total)
    return bounded(as_text(value).rjust(max(0, total), mark))


def to_base64(value: Any) -> str:
    """Return the base64 form of the text in UTF-8."""
    raw = _bytes(text_of(1, value))
    check_size(len(raw) * 4 // 3)
    return bounded(base64.b64encode(raw).decode("ascii"))


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise FunctionError("the text holds half of a surrogate pair") from None


def base64_to_text(value: Any) -> str:
    """Return the UTF-8 text that the base64 form holds."""
    try:
        return base64.b64decode(_bytes(text_of(1, value)), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise FunctionError("the text is no base64 of UTF-8") from None


def base64_to_json(value: Any) -> Any:
    """Return the JSON value that the base64 form holds."""
    return from_json(base64_to_text(value))


def data_uri(value: Any) -> str:
    """Return the text as a data URI."""
    return bounded(f"data:text/plain;charset=utf8;base64,{to_base64(value)}")


def data_uri_to_text(value: Any) -> str:
    """Return the text of a data URI, base64 or percent-encoded."""
    text = text_of(1, value)
    head, comma, body = text.partition(",")
    if not comma or head[: len(_DATA_HEAD)].lower() != _DATA_HEAD:
        raise FunctionError("the text is no data URI")
    if head.lower().endswith(";base64"):
        return base64_to_text(body)
    return uri_to_text(body)


def uri(base: Any, relative: Any) -> str:
    """Return the address of `relative` seen from `base`, by the reference's rules for slashes."""
    start, end = text_of(1, base), text_of(2, relative)
    if start.endswith("/"):
        return bounded(start + end.removeprefix("/"))
    authority = start.find("//") + 2 if "//" in start else 0
    slash = start.rfind("/", authority)
    return bounded((start if slash < 0 else start[: slash + 1]) + end)


def uri_component(value: Any) -> str:
    """Return the text percent-encoded; only unreserved characters stay."""
    text = text_of(1, value)
    check_size(len(text))
    return bounded(urllib.parse.quote(_bytes(text), safe=""))


def uri_to_text(value: Any) -> str:
    """Return the text of a percent-encoded one."""
    text = text_of(1, value)
    try:
        return urllib.parse.unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise FunctionError("the text is no percent-encoded UTF-8") from None


def formatted(pattern: Any, *values: Any) -> str:
    """Return the pattern with `{0}`, `{1:D3}` and the like replaced."""
    return composite(text_of(1, pattern), values)


def _entry(
    name: str,
    least: int,
    most: int | None,
    call: Callable[..., Any],
    note: str,
    *,
    family: str = "string",
) -> Function:
    return Function(name=name, family=family, least=least, most=most, call=call, note=note)


def entries() -> tuple[Function, ...]:
    """Return the functions of this file."""
    return (
        _entry("toLower", 1, 1, lower, "lower case, culture-invariant"),
        _entry("toUpper", 1, 1, upper, "upper case, culture-invariant"),
        _entry("trim", 1, 1, trim, "without white space at both ends"),
        _entry("replace", 3, 3, replace, "every occurrence replaced; counts case"),
        _entry("split", 2, 2, split, "parts between one delimiter or any of an array"),
        _entry("join", 2, 2, join, "texts of an array with a delimiter between them"),
        _entry("startsWith", 2, 2, starts_with, "without case"),
        _entry("endsWith", 2, 2, ends_with, "without case"),
        _entry("substring", 2, 3, substring, "a stretch; past the end is an error"),
        _entry("padLeft", 2, 3, pad_left, "filled up at the left; integers too"),
        _entry("format", 1, None, formatted, "`{0}`, alignment, D, F, N and X forms"),
        _entry("base64", 1, 1, to_base64, "base64 of UTF-8"),
        _entry("base64ToString", 1, 1, base64_to_text, "text of base64"),
        _entry("base64ToJson", 1, 1, base64_to_json, "JSON value of base64"),
        _entry("dataUri", 1, 1, data_uri, "the text as a data URI"),
        _entry("dataUriToString", 1, 1, data_uri_to_text, "text of a data URI"),
        _entry("uri", 2, 2, uri, "a relative address seen from a base"),
        _entry("uriComponent", 1, 1, uri_component, "percent-encoded"),
        _entry("uriComponentToString", 1, 1, uri_to_text, "text of percent-encoding"),
    )
