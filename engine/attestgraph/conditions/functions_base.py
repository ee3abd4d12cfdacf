"""What every template function shares: its table entry, kinds of values, and size limits."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from attestgraph.conditions.errors import UnknownValueError
from attestgraph.conditions.values import MISSING

MOST_OUTPUT = 1024 * 1024
MOST_DEPTH = 100
LEAST_INTEGER = -(2**63)
MOST_INTEGER = 2**63 - 1


class FunctionError(Exception):
    """A function was given what it cannot work on; becomes an EvaluationError with a position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One template function that policy rules may use.

    Attributes:
        name: As Microsoft spells it; matched ASCII-case-insensitively.
        family: string, array, number, date, logical, conversion, object, comparison, network.
        least: Fewest arguments.
        most: Most arguments, or None for any number.
        call: Pure callable of the evaluated arguments; raises FunctionError.
        note: One line for the reference: what it gives, and where it departs from the service.
        paired: Arguments come in pairs.
    """

    name: str
    family: str
    least: int
    most: int | None
    call: Callable[..., Any]
    note: str
    paired: bool = False


def kind(value: Any) -> str:
    """Return the JSON kind of `value`: null, bool, number, string, array or object."""
    if value is None or value is MISSING:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def is_array(value: Any) -> bool:
    """Tell whether `value` is a JSON array."""
    return isinstance(value, list | tuple)


def refuse(position: int, value: Any, *wanted: str) -> FunctionError:
    """Return the error of an argument (counted from 1) of the wrong kind."""
    return FunctionError(f"argument {position} is {kind(value)}, not {' or '.join(wanted)}")


def is_redacted(value: Mapping[str, Any]) -> bool:
    """Tell whether an object stands for a value that was taken out of the evidence."""
    return value.get("$redacted") is True


def text_of(position: int, value: Any) -> str:
    """Return the argument if it is a string."""
    if not isinstance(value, str):
        raise refuse(position, value, "string")
    return value


def integer_of(position: int, value: Any) -> int:
    """Return the argument if it is a whole number (a float without fraction counts)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(position, value, "integer")
    if isinstance(value, float):
        if not value.is_integer():
            raise FunctionError(f"argument {position} is no whole number")
        value = int(value)
    return in_range(value)


def number_of(position: int, value: Any) -> int | float:
    """Return the argument if it is a number; bool is never one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(position, value, "number")
    return in_range(value) if isinstance(value, int) else value


def bool_of(position: int, value: Any) -> bool:
    """Return the argument if it is a bool."""
    if not isinstance(value, bool):
        raise refuse(position, value, "bool")
    return value


def array_of(position: int, value: Any) -> list[Any]:
    """Return the argument if it is an array."""
    if isinstance(value, tuple):
        return list(value)
    if not isinstance(value, list):
        raise refuse(position, value, "array")
    return value


def in_range(value: int) -> int:
    """Return `value` if it fits 64 bits with sign."""
    if not LEAST_INTEGER <= value <= MOST_INTEGER:
        raise FunctionError("the integer is beyond 64 bits")
    return value


def finite(value: float) -> float:
    """Return `value` if it is neither infinite nor undefined."""
    if not math.isfinite(value):
        raise FunctionError("the number is not finite")
    return value


def bounded(text: str) -> str:
    """Return `text` if it is at most 1 MiB in UTF-8."""
    check_size(len(text))
    if not text.isascii():
        check_size(len(text.encode("utf-8", "surrogatepass")))
    return text


def check_size(size: int) -> None:
    """Refuse an output of more than 1 MiB before it is built."""
    if size > MOST_OUTPUT:
        raise FunctionError("the output is longer than 1 MiB")


def json_text(value: Any) -> str:
    """Return compact JSON; refuses nesting beyond 100 and output beyond 1 MiB."""
    check_depth(value)
    parts: list[str] = []
    size = 0
    encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_plain)
    for part in encoder.iterencode(value):
        size += len(part)
        check_size(size)
        parts.append(part)
    return bounded("".join(parts))


def _plain(value: Any) -> Any:
    """Return what the encoder can write for a mapping that is no dict, or for MISSING."""
    return dict(value) if isinstance(value, Mapping) else None


def check_depth(value: Any, depth: int = 0) -> None:
    """Refuse values nested deeper than 100, and those that hold something redacted."""
    if depth > MOST_DEPTH:
        raise FunctionError(f"the value is nested deeper than {MOST_DEPTH}")
    if isinstance(value, Mapping):
        if is_redacted(value):
            raise UnknownValueError
        for member in value.values():
            check_depth(member, depth + 1)
    elif is_array(value):
        for member in value:
            check_depth(member, depth + 1)


def as_text(value: Any) -> str:
    """Return the text of a value in another text: .NET's True and False, JSON for the rest."""
    if isinstance(value, str):
        return value
    if value is None or value is MISSING:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, int):
        return str(in_range(value))
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 10**15
        return str(int(value)) if whole else repr(finite(value))
    return json_text(value)


def identity(value: Any, depth: int = 0) -> Any:
    """Return a hashable key that is equal for equal JSON values.

    Strings count exactly, kinds never mix, 1 and 1.0 are one number, and the keys of objects
    match ASCII-case-insensitively (Azure treats names of tags and properties so).
    """
    if depth > MOST_DEPTH:
        raise FunctionError(f"the value is nested deeper than {MOST_DEPTH}")
    if isinstance(value, Mapping):
        if is_redacted(value):
            raise UnknownValueError
        members = ((ascii_lower(k), identity(v, depth + 1)) for k, v in value.items())
        return ("object", frozenset(members))
    if is_array(value):
        return ("array", tuple(identity(v, depth + 1) for v in value))
    if value is MISSING:
        return ("null", None)
    return (kind(value), value)


def ascii_lower(text: str) -> str:
    """Return `text` with A to Z in lower case, everything else unchanged."""
    return text.lower() if text.isascii() else "".join(map(_lower_ascii, text))


def _lower_ascii(character: str) -> str:
    return character.lower() if character.isascii() else character


def key_in(mapping: Mapping[str, Any], name: str) -> str | None:
    """Return the key of `mapping` that is `name`, exactly or ASCII-case-insensitively."""
    if name in mapping:
        return name
    wanted = ascii_lower(name)
    return next((key for key in mapping if ascii_lower(key) == wanted), None)


def member_of(mapping: Mapping[str, Any], name: str) -> Any:
    """Return the member of that name (ASCII-case-insensitive), or MISSING."""
    key = key_in(mapping, name)
    return MISSING if key is None else mapping[key]


def table(entries: Iterable[Function]) -> dict[str, Function]:
    """Return the entries by lower-case name."""
    return {entry.name.lower(): entry for entry in entries}
