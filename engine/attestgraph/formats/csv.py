"""CSV as RFC 4180 has it, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

Value = str | int | bool | None
"""What a field can hold; floats are not used."""

GUARD: Final = "'"
# the start of a cell, or a place where a spreadsheet of another locale starts one: it may split
# at semicolons, tabs and line ends even between our quotes
_START: Final = "(?:\\A|(?<=[;\t\r\n]))"
# what a spreadsheet may take for a formula or command there, behind the spaces, quotes and
# invisible marks that it skips; an apostrophe too, so that `plain` can tell ours from the text's
_RISK: Final = re.compile(
    _START
    + '(?=[\\s\ufeff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f"]*'
    + "['=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212]|\\A[\t\r\n])"
)
_GUARDED: Final = re.compile(_START + GUARD)
_QUOTED: Final = re.compile('[",;\t\r\n]')
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def cell(value: Value) -> str:
    """Return one value as a CSV field, quoted where needed.

    Integers and booleans are written as they are. Wherever text could be taken for a formula, an
    apostrophe goes in front, which spreadsheets show as text. Characters that no spreadsheet can
    hold become U+FFFD.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = _RISK.sub(GUARD, _CONTROL.sub("\ufffd", value))
    if _QUOTED.search(text) or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def plain(field: str) -> str:
    """Return the text that `cell` was given, from a field as a CSV reader gives it."""
    return _GUARDED.sub("", field)


def lines(header: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> Iterator[str]:
    """Return the header and each row as lines that end in CR LF.

    Raises:
        KeyError: A row lacks a column of the header.
    """
    yield ",".join(cell(name) for name in header) + "\r\n"
    for row in rows:
        yield ",".join(cell(row[name]) for name in header) + "\r\n"
