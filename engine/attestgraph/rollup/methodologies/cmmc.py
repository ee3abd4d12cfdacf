"""CMMC: MET only when every objective is (ASSESSMENT section 8).

What is not known to be met is NOT MET, with "not assessed" beside it where that is why.
"""

from __future__ import annotations

from typing import Final

from attestgraph.model.words import Word
from attestgraph.rollup.methodologies.form import Methodology

_NOT_ASSESSED: Final = "NOT MET (not assessed)"
METHODOLOGY: Final = Methodology(
    name="cmmc",
    words={
        Word.SATISFIED: "MET",
        Word.INHERITED: "MET",
        Word.NOT_APPLICABLE: "NOT APPLICABLE",
        Word.NOT_SATISFIED: "NOT MET",
        Word.PARTIALLY_SATISFIED: _NOT_ASSESSED,
        Word.RISK_ACCEPTED: _NOT_ASSESSED,
        Word.NOT_EVALUATED: _NOT_ASSESSED,
        Word.NOT_COVERED: _NOT_ASSESSED,
    },
    made_of_children=True,
)
