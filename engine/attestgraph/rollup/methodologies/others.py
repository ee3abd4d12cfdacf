"""Methodologies whose every row stands by itself (ASSESSMENT section 8).

NIST SP 800-171A assesses as SP 800-53A does. CIS, HITRUST, ITSG-33 and the areas of FIPS 200 have
no words of a status here: a benchmark's recommendation is met or not, a HITRUST score and a
certificate of a cryptographic module are given by others. What configuration shows of cryptography
supports a validation and is none, so that FIPS has neither a status column nor a share.
"""

from __future__ import annotations

from typing import Final

from attestgraph.model.words import Word
from attestgraph.rollup.methodologies import nist_800_53a
from attestgraph.rollup.methodologies.form import Methodology

NIST_800_171A: Final = Methodology(
    name="nist-800-171a", words=nist_800_53a.METHODOLOGY.words, made_of_children=False
)
CIS: Final = Methodology(
    name="cis",
    words={
        Word.NOT_EVALUATED: "not assessed",
        Word.NOT_COVERED: "not assessed",
    },
    made_of_children=False,
)
HITRUST: Final = Methodology(name="hitrust", words={}, made_of_children=False)
ITSG_33: Final = Methodology(name="itsg-33", words={}, made_of_children=False)
FIPS: Final = Methodology(name="fips", words={}, made_of_children=False, supporting_only=True)
