"""Requirements that a person has to check (CIS: manual recommendations, ASSESSMENT section 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attestgraph.model.words import Basis, Extent, RequirementOutcome
from attestgraph.rollup.derive import Part, Remainder

_GOOD: Final = (RequirementOutcome.MET, RequirementOutcome.RISK_ACCEPTED)
_BY_PEOPLE: Final = frozenset({Basis.ATTESTED, Basis.INHERITED})


def unanswered(parts: Iterable[Part], remainders: Iterable[Remainder]) -> tuple[Part, ...]:
    """Return the question that is left where only machines speak for a manual requirement.

    Rows may help a person to answer and never answer instead: what they say for the requirement
    waits for a signature, what they say against it holds.

    Args:
        parts: What speaks for and against the requirement.
        remainders: Standing statements about the rest of it; a person signed them.
    """
    good = [part for part in parts if part.outcome in _GOOD]
    signed = any(part.basis & _BY_PEOPLE for part in good) or any(True for _ in remainders)
    if not good or signed:
        return ()
    question = Part(
        outcome=RequirementOutcome.NOT_EVALUATED,
        extent=Extent.FULL,
        basis=frozenset(),
        because="manual, and nobody has attested it",
        best=RequirementOutcome.MET,
    )
    return (question,)
