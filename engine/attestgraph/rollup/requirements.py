"""One catalogue row in one system: what is heard of it, and its status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from attestgraph.model.authored import Framework, ProfileRef, Requirement, System
from attestgraph.model.concluded import (
    Contribution,
    ContributorStatus,
    ControlStatus,
    Links,
    RequirementStatus,
)
from attestgraph.model.ids import ControlId
from attestgraph.model.records import Library
from attestgraph.model.words import Assessable, Obligation, Outcome, Responsibility, Word
from attestgraph.rollup.contributors import control_part
from attestgraph.rollup.controls import JUDGED, control_status, is_left_out, unknown_values
from attestgraph.rollup.derive import Conclusion, Heard
from attestgraph.rollup.manual import unanswered
from attestgraph.rollup.methodologies import Methodology
from attestgraph.rollup.reasons import reason_of
from attestgraph.rollup.records import Index, Recorded, recorded

Controls = Mapping[tuple[ControlId, str], ControlStatus]
"""The controls of one system by id and digest of their parameter values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the requirements of one framework in one system are weighed with."""

    library: Library
    links: Links
    system: System
    framework: Framework
    ref: ProfileRef
    methodology: Methodology
    controls: Controls
    records: Index
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything about one requirement, before it is concluded."""

    heard: Heard
    recorded: Recorded
    contributions: tuple[tuple[Contribution, ControlStatus], ...]


def gather(setting: Setting, requirement: Requirement) -> Gathered:
    """Return what is heard of a requirement from controls and records."""
    key = (setting.framework.id, requirement.id)
    contributions = tuple(
        (contribution, _status(setting, contribution))
        for contribution in setting.links.contributions.get(key, ())
    )
    operated = {
        c.control: setting.library.controls[c.control].responsibility for c, _ in contributions
    }
    shared = Responsibility.SHARED in operated.values()
    found = recorded(
        setting.records.get(key, ()),
        setting.at,
        shared=shared,
        addressable=requirement.obligation is Obligation.ADDRESSABLE,
    )
    of_controls = tuple(
        control_part(
            contribution,
            status,
            setting.library.controls[contribution.control],
            inherited=found.inheritance is not None,
        )
        for contribution, status in contributions
    )
    parts = (*of_controls, *found.parts)
    if requirement.obligation is Obligation.MANUAL:
        parts = (*parts, *unanswered(parts, found.remainders))
    heard = Heard(
        parts=parts,
        waiting=tuple(found.waiting),
        remainders=tuple(found.remainders),
        not_applicable=found.not_applicable,
        declared=bool(found.declared_by),
    )
    return Gathered(heard=heard, recorded=found, contributions=contributions)


def requirement_status(
    setting: Setting,
    requirement: Requirement,
    gathered: Gathered,
    actual: tuple[Heard, Conclusion],
    best: Conclusion,
) -> RequirementStatus:
    """Return the status of a catalogue row; one that is not assessable has no word.

    Args:
        setting: What it was weighed with.
        requirement: The row.
        gathered: What was gathered for it.
        actual: What was heard, with what the requirement is made of, and the conclusion.
        best: The conclusion if everything that is not evaluated were met.
    """
    _, conclusion = actual
    statuses = _distinct(gathered.contributions)
    made = RequirementStatus(
        system=setting.system.id,
        framework=setting.framework.id,
        profile=setting.ref.profile,
        requirement=requirement.id,
        status=conclusion.word,
        outcome=conclusion.outcome,
        extent=conclusion.extent,
        basis=conclusion.basis,
        reason=_reason(gathered, actual, statuses),
        contributors=tuple(_contributor(*linked) for linked in gathered.contributions),
        suggestions=setting.links.suggestions.get((setting.framework.id, requirement.id), ()),
        attestations=tuple(gathered.recorded.looked_at),
        remainder=conclusion.remainder,
        inheritance=gathered.recorded.inheritance,
        exceptions=tuple(sorted({e for status in statuses for e in status.exceptions})),
        counts=_counts(statuses),
        framework_word=_own_word(setting, gathered.recorded, conclusion),
        at_most=best.word,
    )
    return made if requirement.assessable is Assessable.TRUE else _without_word(made)


def _contributor(contribution: Contribution, status: ControlStatus) -> ContributorStatus:
    return ContributorStatus(
        contribution=contribution, result=status.result, accepted=status.accepted
    )


def _without_word(made: RequirementStatus) -> RequirementStatus:
    return replace(
        made,
        status=None,
        outcome=None,
        extent=None,
        basis=frozenset(),
        reason=None,
        remainder=None,
        framework_word=None,
        at_most=None,
    )


def _own_word(setting: Setting, found: Recorded, conclusion: Conclusion) -> str | None:
    """Return the framework's word, or its methodology's, where there is one.

    What was decided has a word of its own only where nothing that was heard says less.
    """
    word = conclusion.word
    if found.decision is not None and word in (Word.SATISFIED, Word.RISK_ACCEPTED):
        return setting.methodology.decisions.get(found.decision)
    return setting.framework.vocabulary.get(word, setting.methodology.words.get(word))


def _reason(
    gathered: Gathered, actual: tuple[Heard, Conclusion], statuses: tuple[ControlStatus, ...]
) -> str:
    heard, conclusion = actual
    resources = max(map(_resources, statuses), default=0)
    return reason_of(conclusion, heard, gathered.recorded.declared_by, resources)


def _status(setting: Setting, contribution: Contribution) -> ControlStatus:
    """Return what a linked control came to; one that was not judged is not evaluated."""
    known = setting.controls.get((contribution.control, contribution.parameters))
    if known is not None:
        return known
    control = setting.library.controls[contribution.control]
    return control_status(
        setting.system.id, control, unknown_values(contribution.parameters), tallies={}
    )


def _distinct(
    contributions: Iterable[tuple[Contribution, ControlStatus]],
) -> tuple[ControlStatus, ...]:
    """Return each control once for each set of values, however many links lead to it."""
    found = {(status.control, status.parameters): status for _, status in contributions}
    return tuple(found[key] for key in sorted(found))


def _counts(statuses: Iterable[ControlStatus]) -> dict[Outcome, int]:
    total = dict.fromkeys(Outcome, 0)
    for status in statuses:
        for outcome, count in status.counts.items():
            total[outcome] += count
    return total


def _resources(status: ControlStatus) -> int:
    """Return how many resources one check of a control looked at, at most."""
    tallies = [check.tally for check in status.checks if not is_left_out(check)]
    judged = [sum(tally.counts.get(outcome, 0) for outcome in JUDGED) for tally in tallies]
    return max([*judged, *(tally.selected for tally in tallies)], default=0)
