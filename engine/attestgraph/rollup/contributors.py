"""What a control says of a requirement that it is linked to (ASSESSMENT section 5)."""

from __future__ import annotations

from typing import Final, assert_never

from attestgraph.model.authored import Control
from attestgraph.model.concluded import Contribution, ControlStatus
from attestgraph.model.words import (
    Basis,
    Covers,
    Extent,
    Outcome,
    Relationship,
    RequirementOutcome,
    Responsibility,
    Result,
)
from attestgraph.rollup.controls import JUDGED
from attestgraph.rollup.derive import Part

_GOOD: Final = (RequirementOutcome.MET, RequirementOutcome.RISK_ACCEPTED)


def control_part(
    contribution: Contribution, status: ControlStatus, control: Control, *, inherited: bool
) -> Part:
    """Return what a control says of a requirement over one link.

    Args:
        contribution: The link, direct or derived.
        status: What the control came to with the link's parameter values.
        control: The control as authored.
        inherited: An inheritance record of the requirement counts. Without one, a control that the
            provider operates shows nothing: inheritance is not evidenced.
    """
    outcome = _outcome(status.result)
    best = _best(status, outcome)
    because = because_of(status)
    if outcome is RequirementOutcome.NOT_SATISFIED and not _is_same(contribution):
        # the requirement that fails is another one: whether this one fails too, a person decides
        outcome, best = RequirementOutcome.NOT_EVALUATED, RequirementOutcome.MET
        because = f"a related control fails: decide ({because}, {_source(contribution)})"
    if outcome in _GOOD and control.responsibility is Responsibility.PROVIDER and not inherited:
        outcome = RequirementOutcome.NOT_EVALUATED
        because = f"inheritance not evidenced ({status.control})"
    return Part(
        outcome=outcome,
        extent=Extent.FULL if contribution.covers is Covers.FULL else Extent.PART,
        basis=status.bases | ({Basis.DERIVED} if contribution.path else frozenset()),
        because=because,
        best=best,
        control=status.control,
        draft=contribution.draft,
    )


def because_of(status: ControlStatus) -> str:
    """Return what a control comes to, in a few words."""
    match status.result:
        case Result.NOT_SATISFIED:
            failing = status.counts.get(Outcome.FAIL, 0)
            judged = sum(status.counts.get(outcome, 0) for outcome in JUDGED)
            return f"{status.control} fails: {failing} of {judged} findings"
        case Result.NOT_EVALUATED:
            reasons = ", ".join(sorted(status.reasons)) or "no findings"
            notes = "".join(f"; {note}" for note in status.notes)
            return f"{status.control} not evaluated ({reasons}{notes})"
        case Result.ACCEPTED:
            return f"{status.control} accepted by {', '.join(status.exceptions) or 'an exception'}"
        case Result.SATISFIED:
            return f"{status.control} met"
        case Result.NONE_DEPLOYED:
            return f"{status.control} has nothing to assess"
        case _:  # pragma: no cover
            assert_never(status.result)


def _outcome(result: Result) -> RequirementOutcome | None:
    match result:
        case Result.NOT_SATISFIED:
            return RequirementOutcome.NOT_SATISFIED
        case Result.NOT_EVALUATED:
            return RequirementOutcome.NOT_EVALUATED
        case Result.ACCEPTED:
            return RequirementOutcome.RISK_ACCEPTED
        case Result.SATISFIED:
            return RequirementOutcome.MET
        case Result.NONE_DEPLOYED:
            return None
        case _:  # pragma: no cover
            assert_never(result)


def _best(status: ControlStatus, outcome: RequirementOutcome | None) -> RequirementOutcome | None:
    """Return the outcome if all that is not evaluated were met; what is accepted stays so."""
    if outcome is not RequirementOutcome.NOT_EVALUATED:
        return outcome
    return RequirementOutcome.RISK_ACCEPTED if status.accepted else RequirementOutcome.MET


def _is_same(contribution: Contribution) -> bool:
    """Tell whether what fails is this requirement: a direct link, or equal steps all the way."""
    return all(step.relationship is Relationship.EQUAL for step in contribution.path)


def _source(contribution: Contribution) -> str:
    first = contribution.path[0]
    return f"linked to {first.source_framework} {first.source}"
