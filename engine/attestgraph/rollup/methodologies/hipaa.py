"""HIPAA Security Rule: implemented or not (ASSESSMENT section 8).

A standard is made of its implementation specifications. The two words for addressable
specifications come only from a decision record. There is no word for a part: it is left to ours.
"""

from __future__ import annotations

from typing import Final

from attestgraph.model.words import Decision, Word
from attestgraph.rollup.methodologies.form import Methodology

METHODOLOGY: Final = Methodology(
    name="hipaa",
    words={
        Word.SATISFIED: "implemented",
        Word.INHERITED: "implemented",
        Word.RISK_ACCEPTED: "not implemented",
        Word.NOT_SATISFIED: "not implemented",
        Word.NOT_EVALUATED: "not assessed",
        Word.NOT_COVERED: "not assessed",
    },
    made_of_children=True,
    decisions={
        Decision.ALTERNATIVE: "implemented by an equivalent alternative",
        Decision.NOT_REASONABLE: "documented as not reasonable and appropriate",
    },
)
