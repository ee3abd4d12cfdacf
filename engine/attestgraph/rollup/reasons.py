"""Why a requirement has its word, in one line (printed beside it in every report)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from attestgraph.model.words import Word
from attestgraph.rollup.derive import Conclusion, Heard, Part

_MOST: Final = 3


def reason_of(
    conclusion: Conclusion, heard: Heard, declared_by: Iterable[str], resources: int
) -> str:
    """Return the line.

    Args:
        conclusion: What the requirement came to.
        heard: What it was concluded from.
        declared_by: Records that declare the requirement not applicable.
        resources: How many resources its controls found, for a declaration that is contested.
    """
    if conclusion.contested:
        found = f"{resources} resources found" if resources else "its controls say otherwise"
        return _joined([f"declared not applicable, {found}", *_because(conclusion.deciding)])
    match conclusion.word:
        case Word.NOT_COVERED:
            alone = "; a remainder alone says nothing" if heard.remainders else ""
            return f"no control is linked{alone}"
        case Word.NOT_APPLICABLE:
            return f"declared not applicable by {', '.join(sorted(declared_by))}"
        case Word.NOT_EVALUATED if not conclusion.deciding:
            return "nothing to assess"
        case Word.NOT_SATISFIED | Word.NOT_EVALUATED | Word.RISK_ACCEPTED:
            return _joined(_because(conclusion.deciding))
        case Word.PARTIALLY_SATISFIED:
            return _partly(conclusion, heard)
        case Word.SATISFIED | Word.INHERITED:
            rest = f"the rest by {conclusion.remainder}"
            return _joined(
                [*_because(conclusion.deciding), *([rest] if conclusion.remainder else [])]
            )
        case _:  # pragma: no cover
            assert_never(conclusion.word)


def _partly(conclusion: Conclusion, heard: Heard) -> str:
    drafts = ["draft mapping"] if any(part.draft for part in conclusion.deciding) else []
    parts = [] if heard.whole else ["not all that it is made of is met in full"]
    return _joined(["covered in part", *drafts, *parts, *_because(conclusion.deciding)])


def _because(parts: tuple[Part, ...]) -> list[str]:
    texts = sorted({part.because for part in parts})
    more = len(texts) - _MOST
    return [*texts[:_MOST], f"and {more} more"] if more > 0 else texts


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)
