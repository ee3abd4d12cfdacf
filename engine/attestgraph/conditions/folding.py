"""Folding of text: the case-insensitive comparison of the condition language (ADR 0004)."""

from __future__ import annotations

from functools import cache

from attestgraph.conditions.fold_table import RANGES

_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@cache
def _table() -> dict[int, int]:
    table = dict(_ASCII_LOWER)
    for first, last, step, distance in RANGES:
        table.update((code, code + distance) for code in range(first, last + 1, step))
    return table


def fold(text: str) -> str:
    """Return `text` so that ordinal comparison ignores case: A to Z lower, the rest simple upper.

    Two texts are equal without regard to case when their folds are. A text of ASCII only never
    equals one that is not.
    """
    return text.lower() if text.isascii() else text.translate(_table())


def ascii_lower(text: str) -> str:
    """Return `text` with A to Z in lower case and nothing else changed: ids, types, keys."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def is_letter(character: str) -> bool:
    """Tell whether `?` of a match pattern takes it: ASCII letters, and others that have case.

    The rest of Unicode's letters is left out, so that no verdict follows the interpreter's
    Unicode version.
    """
    if character.isascii():
        return character.isalpha()
    return ord(character) in _table() or ord(character) in _uppers()


@cache
def _uppers() -> frozenset[int]:
    return frozenset(code + by for a, b, step, by in RANGES for code in range(a, b + 1, step))


def is_digit(character: str) -> bool:
    """Tell whether `#` of a match pattern takes it: 0 to 9."""
    return "0" <= character <= "9"
