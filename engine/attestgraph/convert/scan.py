"""The slow, exact look at JSON text: what is wrong in it, and at which line and column.

orjson reads fast and keeps silent about repeated keys and numbers that lose digits. `suspicious`
tells cheaply whether a text needs the look; `faults_in` takes it. The text is valid JSON here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from attestgraph.diagnostics import Span
from attestgraph.model.ids import ascii_lower

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_WHOLE: Final = re.compile(rb"-?[0-9]+")
# orjson reads an integer beyond 64 bit as a float, and writes such floats with an exponent
_HUGE: Final = re.compile(rb"[0-9]e\+?(?:1[89]|[2-9][0-9]|[1-3][0-9]{2})(?:[,}\]]|\Z)")
_LEAST: Final = -(1 << 63)
_MOST: Final = (1 << 64) - 1
MOST_DEEP: Final = 110
"""Of a document; an answer wraps its rows a few levels deep."""
_NUL: Final = b"\\u0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFault:
    """One fault, the byte offset at which it stands, and the row (from 1) where it is in one."""

    slug: str
    message: str
    offset: int
    row: int | None


def suspicious(data: bytes, value: Any) -> bool:
    """Tell whether a text may repeat a key, hold U+0000, or a number beyond 64 bit.

    Repeated keys are seen by counting: every string of a text is in what was read, unless it went
    with a key that was dropped. Keys that differ in case only are dropped by reading the text in
    lower case.

    Args:
        data: The text.
        value: What orjson read from it.
    """
    try:
        compact = orjson.dumps(value)
    except orjson.JSONEncodeError:
        # nested deeper than orjson writes
        return True
    lowered = orjson.dumps(orjson.loads(compact.lower()))
    return _strings(data) != _strings(lowered) or _NUL in data or _HUGE.search(compact) is not None


def _strings(data: bytes) -> int:
    """Count the quotes that begin or end a string."""
    if b"\\" in data:
        data = data.replace(b"\\\\", b"")
        return data.count(b'"') - data.count(b'\\"')
    return data.count(b'"')


@dataclass(slots=True)
class _Frame:
    """An object or array that is open: where in it we are, and the keys seen so far."""

    is_object: bool
    at: str | int = 0
    expects_key: bool = False
    keys: dict[str, str] = field(default_factory=dict)


def faults_in(data: bytes) -> list[TextFault]:
    """Return every fault of a text that orjson could read."""
    return [fault for token, frames in _walk(data) for fault in _faults_of(token, frames)]


def row_offsets(data: bytes, pointer: tuple[str, ...]) -> list[int]:
    """Return the byte offset of each element of the array at a pointer of keys."""
    depth = len(pointer) + 1
    return [
        token.start()
        for token, frames in _walk(data)
        if len(frames) == depth
        and not frames[-1].is_object
        and token.group()[:1] not in b",]}"
        and tuple(frame.at for frame in frames[:-1]) == pointer
    ]


def value_offsets(
    data: bytes, pointers: Iterable[tuple[str | int, ...]]
) -> dict[tuple[str | int, ...], int]:
    """Return the byte offset of the value at each pointer; what is not there is left out."""
    wanted = set(pointers)
    found: dict[tuple[str | int, ...], int] = {}
    for token, frames in _walk(data):
        if token.group()[:1] in b",:]}" or (frames and frames[-1].expects_key):
            continue
        here = tuple(frame.at for frame in frames)
        if here in wanted:
            found.setdefault(here, token.start())
    return found


def _walk(data: bytes) -> Iterator[tuple[re.Match[bytes], list[_Frame]]]:
    """Give each token with the frames around it: an opening bracket before its own is opened."""
    frames: list[_Frame] = []
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text in (b"}", b"]"):
            frames.pop()
            yield token, frames
            continue
        yield token, frames
        if text in (b"{", b"["):
            frames.append(_Frame(is_object=text == b"{", expects_key=text == b"{"))
        elif frames:
            _advance(frames[-1], text)


def _advance(frame: _Frame, text: bytes) -> None:
    if text == b":":
        frame.expects_key = False
    elif text == b"," and frame.is_object:
        frame.expects_key = True
    elif text == b"," and isinstance(frame.at, int):
        frame.at += 1
    elif frame.expects_key:
        key = orjson.loads(text)
        frame.at = key
        frame.keys.setdefault(ascii_lower(key), key)


def _faults_of(token: re.Match[bytes], frames: list[_Frame]) -> Iterator[TextFault]:
    text = token.group()
    row = next((f.at + 1 for f in frames if isinstance(f.at, int) and not f.is_object), None)

    def fault(slug: str, message: str) -> TextFault:
        return TextFault(slug=slug, message=message, offset=token.start(), row=row)

    if text in (b"{", b"[") and len(frames) == MOST_DEEP:
        yield fault("nested-too-deep", f"nested more than {MOST_DEEP} deep")
    if text.startswith(b'"'):
        word = orjson.loads(text)
        if "\0" in word:
            yield fault("null-character", "a text holds the character U+0000")
        if frames and frames[-1].expects_key:
            earlier = frames[-1].keys.get(ascii_lower(word))
            if earlier == word:
                yield fault("duplicate-key", f"`{word}` is written twice in one object")
            elif earlier is not None:
                yield fault("duplicate-key", f"`{earlier}` and `{word}` differ only in case")
    elif _WHOLE.fullmatch(text) and not _LEAST <= int(text[:40]) <= _MOST:
        shown = text[:24].decode()
        yield fault("number-too-large", f"`{shown}` is an integer beyond 64 bit")


def span_at(data: bytes, offset: int, *, path: str) -> Span:
    """Return the place of a byte offset: line and column from 1, columns in characters."""
    start = data.rfind(b"\n", 0, offset) + 1
    line = data.count(b"\n", 0, offset) + 1
    column = len(data[start:offset].decode("utf-8", "replace")) + 1
    return Span(path=path, line=line, column=column, end_line=line, end_column=column)
