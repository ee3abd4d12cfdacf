"""The order of words that the laws speak of (ASSESSMENT section 6)."""

from __future__ import annotations

from typing import Final

from attestgraph.model.words import Word

ORDER: Final = {
    Word.NOT_SATISFIED: 0,
    Word.NOT_EVALUATED: 1,
    Word.RISK_ACCEPTED: 2,
    Word.PARTIALLY_SATISFIED: 3,
    Word.SATISFIED: 4,
    Word.INHERITED: 4,
}


def is_no_raise(before: Word, after: Word) -> bool:
    """Tell whether a move does not raise the word; words outside the order are not compared."""
    if before not in ORDER or after not in ORDER:
        return True
    return ORDER[after] <= ORDER[before]


def claims_nothing_else(before: Word, after: Word) -> bool:
    """Tell whether a word stays as it is or becomes not evaluated."""
    return after in (before, Word.NOT_EVALUATED)
