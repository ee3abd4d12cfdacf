"""One character a verdict: how millions of findings travel before they are findings.

A row's verdicts are one string, a character for each check of its type. The characters stand in a
closed table, which is also what the findings' outcome, reason and basis are read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from attestgraph.diagnostics import Reason
from attestgraph.model.words import FindingBasis, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one character says."""

    outcome: Outcome
    reason: Reason | None = None
    basis: FindingBasis | None = None


def _unknown(reason: Reason, basis: FindingBasis | None = None) -> Verdict:
    return Verdict(outcome=Outcome.NOT_EVALUATED, reason=reason, basis=basis)


PASS: Final = "p"  # noqa: S105 - a verdict, not a password
PASS_ABSENT: Final = "P"  # noqa: S105 - as above
FAIL: Final = "f"
FAIL_ABSENT: Final = "F"
NOT_APPLICABLE: Final = "n"
NOT_APPLICABLE_ABSENT: Final = "N"
REDACTED: Final = "r"
FIELD_MISSING: Final = "m"
STALE: Final = "s"
CONFLICT: Final = "c"
OUTSIDE: Final = "o"
RELATED_UNKNOWN: Final = "l"
FAULTY: Final = "e"
BY_STATE: Final = "q"
UNDECIDED: Final = "u"
MANUAL: Final = "a"

VERDICTS: Final[dict[str, Verdict]] = {
    PASS: Verdict(outcome=Outcome.PASS, basis=FindingBasis.OBSERVED),
    PASS_ABSENT: Verdict(outcome=Outcome.PASS, basis=FindingBasis.ABSENT),
    FAIL: Verdict(outcome=Outcome.FAIL, basis=FindingBasis.OBSERVED),
    FAIL_ABSENT: Verdict(outcome=Outcome.FAIL, basis=FindingBasis.ABSENT),
    NOT_APPLICABLE: Verdict(outcome=Outcome.NOT_APPLICABLE, basis=FindingBasis.OBSERVED),
    NOT_APPLICABLE_ABSENT: Verdict(outcome=Outcome.NOT_APPLICABLE, basis=FindingBasis.ABSENT),
    REDACTED: _unknown(Reason.REDACTED),
    # `when_absent: not-evaluated`: the evidence of this one resource lacks the field
    FIELD_MISSING: _unknown(Reason.INCOMPLETE, FindingBasis.ABSENT),
    STALE: _unknown(Reason.STALE),
    CONFLICT: _unknown(Reason.CONFLICTING_ROWS),
    OUTSIDE: _unknown(Reason.OUTSIDE_PROJECTION),
    RELATED_UNKNOWN: _unknown(Reason.RELATED_INCOMPLETE),
    FAULTY: Verdict(outcome=Outcome.ERROR, reason=Reason.EVALUATION_ERROR),
    # a policy's rule reads what an evaluation offline has nothing of, such as the request
    UNDECIDED: _unknown(Reason.UNSUPPORTED),
    MANUAL: _unknown(Reason.ATTESTATION_MISSING),
}
"""The verdicts of rows. `BY_STATE` is not among them: a policy check is decided by its states."""

RULED: Final[dict[str, str]] = {
    PASS: "0",
    PASS_ABSENT: "1",
    FAIL: "2",
    FAIL_ABSENT: "3",
    NOT_APPLICABLE: "4",
    NOT_APPLICABLE_ABSENT: "5",
    REDACTED: "6",
    UNDECIDED: "7",
    RELATED_UNKNOWN: "8",
    OUTSIDE: "9",
    MANUAL: "A",
}
"""What the rule of a policy check says, and holds only where the resource has no state."""

EXPLAINED: Final = (FAIL, FAIL_ABSENT, RULED[FAIL], RULED[FAIL_ABSENT])
"""The verdicts that are explained, field by field."""
