"""Values of the condition language: equality, order, numbers and dates in text.

Values are JSON values, `MISSING` where a field is not there, and `REDACTED` where a value may not
be known. Booleans are never numbers.
"""

from __future__ import annotations

import enum
import math
import re
from datetime import date
from typing import Any, Final

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.folding import ascii_lower, fold, is_digit, is_letter

__all__ = [
    "HIDDEN",
    "MISSING",
    "REDACTED",
    "UNLISTED",
    "Special",
    "deep_redacted",
    "equal",
    "fold",
    "instant_of",
    "kind_of",
    "like",
    "matches",
    "number_of_text",
    "order",
    "truth_of_text",
]


class Special(enum.Enum):
    """What a field can be besides a JSON value."""

    MISSING = "missing"
    REDACTED = "redacted"
    UNLISTED = "no array where `[*]` wants one"
    HIDDEN = "an array that may not be read"


MISSING: Final = Special.MISSING
REDACTED: Final = Special.REDACTED
UNLISTED: Final = Special.UNLISTED
HIDDEN: Final = Special.HIDDEN
REDACTED_KEY: Final = "$redacted"
MOST_DEPTH: Final = 100

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MOST_NUMBER_TEXT = 64
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,7}))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?)?"
)
_TICKS = 10_000_000
_LENGTH_OF_DATE = 10


def is_redacted(value: object) -> bool:
    """Tell whether a JSON value stands for one that was redacted."""
    return type(value) is dict and value.get(REDACTED_KEY) is True


def deep_redacted(value: object) -> bool:
    """Tell whether a redacted value stands anywhere within a JSON value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            if is_redacted(one):
                return True
            waiting.extend(one.values())
        elif type(one) is list:
            waiting.extend(one)
    return False


def number_of_text(text: str) -> int | float | None:
    """Return the number that a text is, or None: `-?(0|[1-9]…)(.…)?(e…)?`, finite, <= 64 long."""
    if len(text) > _MOST_NUMBER_TEXT:
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found[2] is None and found[3] is None:
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else None


def truth_of_text(text: str) -> bool | None:
    """Return the boolean that a text is in any letter case, or None."""
    return {"true": True, "false": False}.get(text.lower()) if len(text) <= 5 else None


def instant_of(text: str) -> int | None:
    """Return the instant that a text is, in ticks of 100 ns since 0001-01-01 UTC, or None.

    `YYYY-MM-DD`, then perhaps `Thh:mm:ss`, up to seven digits of a second, and `Z` or an offset;
    no zone means UTC. A grammar of our own: `fromisoformat` takes other forms and cuts digits.
    """
    if len(text) < _LENGTH_OF_DATE or text[4] != "-":
        return None
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = (int(found[part] or 0) for part in (4, 5, 6))
    ahead = int(found[10] or 0) * 60 + int(found[11] or 0)
    if hour > 23 or minute > 59 or second > 59 or ahead > 14 * 60:
        return None
    try:
        days = date(int(found[1]), int(found[2]), int(found[3])).toordinal()
    except ValueError:
        return None
    if found[9] == "-":
        ahead = -ahead
    seconds = ((days * 24 + hour) * 60 + minute - ahead) * 60 + second
    return seconds * _TICKS + int((found[7] or "").ljust(7, "0"))


def equal(left: Any, right: Any, depth: int = 0) -> bool:
    """Tell whether what was read (`left`) equals what the rule says (`right`).

    Texts are equal when their folds are; a number equals its text, a boolean `true` or `false` as
    text. Null equals null and the empty text; what is missing equals null only. Arrays and objects
    are equal member by member.

    Raises:
        EvaluationError: The values are nested deeper than 100.
    """
    if left is None:
        return right is None or right == ""
    if left is MISSING:
        return right is None
    kind, other = type(left), type(right)
    if kind is str:
        if other is str:
            return left == right or fold(left) == fold(right)
        return _equal_to_text(right, left)
    if other is str:
        return _equal_to_text(left, right)
    if kind is list or kind is dict:
        return kind is other and _equal_members(left, right, depth)
    if (kind is bool) is not (other is bool):
        return False
    return other not in {list, dict} and bool(left == right)


def _equal_to_text(value: Any, text: str) -> bool:
    """Tell whether a value that is no text equals a text."""
    if type(value) is bool:
        return truth_of_text(text) is value
    if type(value) is int or type(value) is float:
        return number_of_text(text) == value
    return False


def _equal_members(left: Any, right: Any, depth: int) -> bool:
    if depth >= MOST_DEPTH:
        raise EvaluationError.of("value-too-deep", f"a value is nested deeper than {MOST_DEPTH}")
    if len(left) != len(right):
        return False
    if type(left) is list:
        return all(equal(a, b, depth + 1) for a, b in zip(left, right, strict=True))
    others = {ascii_lower(key): value for key, value in right.items()}
    return all(
        ascii_lower(key) in others and equal(value, others[ascii_lower(key)], depth + 1)
        for key, value in left.items()
    )


def order(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1 as `left` comes before, with or after `right`; None if they do not compare.

    Numbers and texts that are numbers by value; two texts as instants where both are dates, else
    by their folds, ordinally.
    """
    if type(left) is str and type(right) is str:
        first, second = instant_of(left), instant_of(right)
        if first is None or second is None:
            return _sign(fold(left), fold(right))
        return _sign(first, second)
    a, b = _number(left), _number(right)
    return None if a is None or b is None else _sign(a, b)


def _number(value: Any) -> int | float | None:
    if type(value) is str:
        return number_of_text(value)
    return value if type(value) is int or type(value) is float else None


def _sign(left: Any, right: Any) -> int:
    return 1 if left > right else -1 if left < right else 0


def like(text: str, pattern: str) -> bool:
    """Tell whether a text has the form of a pattern; both folded.

    `*` is any run of characters, also none; `?` is one character. Time is bounded by the product
    of the two lengths.
    """
    if "?" not in pattern and pattern.count("*") <= 1:
        head, star, tail = pattern.partition("*")
        if not star:
            return text == pattern
        fits = len(text) >= len(head) + len(tail)
        return fits and text.startswith(head) and text.endswith(tail)
    return _like_any(text, pattern)


def _like_any(text: str, pattern: str) -> bool:
    at = place = 0
    star = mark = -1
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, mark = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in {"?", text[at]}:
            at += 1
            place += 1
        elif star >= 0:
            mark += 1
            at, place = mark, star + 1
        else:
            return False
    return all(character == "*" for character in pattern[place:])


def matches(text: str, pattern: str) -> bool:
    """Tell whether a text has the form of a match pattern, character by character.

    `#` is a digit, `?` a letter, `.` any character, any other character itself.
    """
    if len(text) != len(pattern):
        return False
    for character, wanted in zip(text, pattern, strict=True):
        if wanted == ".":
            continue
        if wanted == "#":
            fits = is_digit(character)
        elif wanted == "?":
            fits = is_letter(character)
        else:
            fits = character == wanted
        if not fits:
            return False
    return True


def kind_of(value: Any) -> str:
    """Return the name of a value's kind, for messages."""
    names = {str: "text", bool: "boolean", int: "number", float: "number", list: "array"}
    return names.get(type(value), "object" if type(value) is dict else "null")
