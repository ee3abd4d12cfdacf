"""Composite formatting of `format()`: a tokenizer of its own for .NET's format items.

pattern = { literal | "{{" | "}}" | item }
item    = "{" index [ "," [ "-" ] width ] [ ":" form ] "}"
form    = ( "D" | "F" | "N" | "X" | "x" | "G" ) [ digits ]
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from attestgraph.conditions.functions_base import (
    FunctionError,
    as_text,
    bounded,
    check_size,
    integer_of,
    number_of,
)

_DIGITS = frozenset("0123456789")
_MOST_PRECISION = 99


def composite(pattern: str, values: Sequence[Any]) -> str:
    """Return the pattern with its items replaced by the texts of the values."""
    parts: list[str] = []
    size = place = 0
    while place < len(pattern):
        character = pattern[place]
        if character in "{}" and pattern[place : place + 2] == character * 2:
            part, place = character, place + 2
        elif character == "{":
            end = pattern.find("}", place)
            if end < 0:
                raise FunctionError(f"the format item at {place} is not closed")
            part, place = _item(pattern[place + 1 : end], values), end + 1
        elif character == "}":
            raise FunctionError(f"the `}}` at {place} closes nothing")
        else:
            part, place = character, place + 1
        size += len(part)
        check_size(size)
        parts.append(part)
    return bounded("".join(parts))


def _item(body: str, values: Sequence[Any]) -> str:
    """Return the text of one format item, the braces cut off."""
    head, _, form = body.partition(":")
    index_text, comma, width_text = head.partition(",")
    index = _small(index_text.strip(" "))
    if index >= len(values):
        raise FunctionError(f"the format names argument {index}, there are {len(values)}")
    text = _formed(values[index], form)
    if not comma:
        return text
    width_text = width_text.strip(" ")
    width = _small(width_text.removeprefix("-"))
    check_size(width)
    return text.ljust(width) if width_text.startswith("-") else text.rjust(width)


def _small(text: str) -> int:
    if not text or len(text) > 7 or not _DIGITS.issuperset(text):
        raise FunctionError(f"`{text[:20]}` is no index or width of a format item")
    return int(text)


def _formed(value: Any, form: str) -> str:
    """Return the text of a value in one of the numeric forms, or plainly."""
    if not form or isinstance(value, str | bool):
        return as_text(value)
    letter, digits = form[0], form[1:]
    precision = _small(digits) if digits else None
    if precision is not None and precision > _MOST_PRECISION:
        raise FunctionError(f"the precision of `{form[:20]}` is beyond {_MOST_PRECISION}")
    if letter in "Dd":
        number = integer_of(1, value)
        return ("-" if number < 0 else "") + str(abs(number)).rjust(precision or 0, "0")
    if letter in "Xx":
        number = integer_of(1, value) & 0xFFFF_FFFF_FFFF_FFFF
        text = f"{number:x}".rjust(precision or 0, "0")
        return text.upper() if letter == "X" else text
    if letter in "FfNn":
        return _fixed(number_of(1, value), 2 if precision is None else precision, letter in "Nn")
    if letter in "Gg" and precision is None:
        return as_text(value)
    raise FunctionError(f"the form `{form[:20]}` is not supported")


def _fixed(value: float, precision: int, grouped: bool) -> str:  # noqa: FBT001 - private
    with localcontext() as context:
        context.prec = 500
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_EVEN)
        return f"{rounded:,f}" if grouped else f"{rounded:f}"
