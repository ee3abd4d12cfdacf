"""NIST SP 800-53A: satisfied, or other than satisfied (ASSESSMENT section 8).

What was not evaluated is "not assessed", never "other than satisfied". A requirement that is met in
part is neither: what is left of it was not assessed. Control enhancements stand for themselves and
never roll into their base control.
"""

from __future__ import annotations

from typing import Final

from attestgraph.model.words import Word
from attestgraph.rollup.methodologies.form import Methodology

METHODOLOGY: Final = Methodology(
    name="nist-800-53a",
    words={
        Word.SATISFIED: "satisfied",
        Word.INHERITED: "satisfied (inherited)",
        Word.PARTIALLY_SATISFIED: "satisfied in part, the rest not assessed",
        Word.RISK_ACCEPTED: "other than satisfied (risk accepted)",
        Word.NOT_SATISFIED: "other than satisfied",
        Word.NOT_EVALUATED: "not assessed",
        Word.NOT_COVERED: "not assessed",
        Word.NOT_APPLICABLE: "not applicable",
    },
    made_of_children=False,
)
