"""What is concluded: findings, tallies, and the status of controls and requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attestgraph.diagnostics import Reason, Span
from attestgraph.model.authored import ProfileRef
from attestgraph.model.ids import CheckId, ControlId, FrameworkId, RequirementId, SystemId
from attestgraph.model.words import (
    Basis,
    Covers,
    Extent,
    FindingBasis,
    Outcome,
    Provenance,
    Relationship,
    RequirementOutcome,
    Result,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check on one resource with one set of parameter values (CONTRACT section 3).

    Attributes:
        parameters: Digest of the effective values.
        resource_key: Id key; a scope's key for what is missing; empty for attestations, whose
            `resource_id` then names the system.
        expected: JSON text, where the outcome is not pass.
        actual: JSON text, where the outcome is not pass.
        path: The field that decided.
    """

    control: ControlId
    check: CheckId
    parameters: str
    resource_key: str
    outcome: Outcome
    resource_id: str | None = None
    resource_type: str | None = None
    subscription_id: str | None = None
    reason: Reason | None = None
    basis: FindingBasis | None = None
    exception: str | None = None
    evidence_table: str | None = None
    row_sha256: str | None = None
    observed_at: datetime | None = None
    expected: str | None = None
    actual: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTally:
    """The findings of one check with one set of values inside one system, counted.

    Attributes:
        counts: Findings by outcome.
        reasons: Findings by reason.
        bases: Findings by basis.
        selected: Rows of the check's types inside the boundary, before `where`.
        none_deployed: The table is complete for the boundary, holds other rows, and no row was
            left to judge. Never set where anything is missing.
        left_out: Why an alternative is not configured (its source is not in the plan), or None.
        exceptions: Ids of the exceptions that accepted findings.
        notes: What a reader must be told, such as `299 of 300 subscriptions evaluated`.
    """

    system: SystemId
    control: ControlId
    check: CheckId
    parameters: str
    counts: Mapping[Outcome, int]
    reasons: Mapping[Reason, int] = field(default_factory=dict)
    bases: Mapping[FindingBasis, int] = field(default_factory=dict)
    selected: int = 0
    none_deployed: bool = False
    left_out: Reason | None = None
    exceptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStatus:
    """What one check comes to in one system."""

    check: CheckId
    says: str
    alternative: str | None
    parameters: str
    values: Mapping[str, Any]
    result: Result
    left_out: Reason | None
    kind: str
    tally: CheckTally


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlStatus:
    """What one control comes to in one system, with one set of parameter values.

    Attributes:
        parameters: Digest of the effective values.
        bases: What its claims rest on.
        accepted: Whether exceptions accept part of it.
        threshold_met: `n of m` in words, for reports.
    """

    system: SystemId
    control: ControlId
    parameters: str
    result: Result
    bases: frozenset[Basis]
    counts: Mapping[Outcome, int]
    reasons: Mapping[Reason, int]
    accepted: bool
    none_deployed: int
    checks: tuple[CheckStatus, ...]
    exceptions: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One crosswalk step of a derived link, as walked."""

    source_framework: FrameworkId
    source: RequirementId
    target_framework: FrameworkId
    target: RequirementId
    relationship: Relationship


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A control's way to a requirement: a direct link, or one derived over crosswalks.

    Attributes:
        draft: The link has not been reviewed; it never yields more than part.
        path: Empty for a direct link.
        parameters: Digest of the effective parameter values for this framework.
    """

    framework: FrameworkId
    requirement: RequirementId
    control: ControlId
    covers: Covers
    draft: bool
    because: str
    provenance: Provenance
    parameters: str
    review: str | None = None
    path: tuple[PathStep, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A neighbour that may help with a requirement and never contributes to it."""

    framework: FrameworkId
    requirement: RequirementId
    control: ControlId
    path: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Every way from controls to requirements, by framework and requirement."""

    contributions: Mapping[tuple[FrameworkId, RequirementId], tuple[Contribution, ...]]
    suggestions: Mapping[tuple[FrameworkId, RequirementId], tuple[Suggestion, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributorStatus:
    """One contribution and what its control came to."""

    contribution: Contribution
    result: Result
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementStatus:
    """The status of one catalogue row in one system (CONTRACT section 3, requirements.json).

    Attributes:
        status: The word; None for rows that are not assessable.
        reason: Why, in one line; printed beside the word.
        attestations: Ids of the attestations that were looked at, with their standing.
        at_most: The word if everything that is not evaluated were met; for intervals.
    """

    system: SystemId
    framework: FrameworkId
    profile: str | None
    requirement: RequirementId
    status: Word | None
    outcome: RequirementOutcome | None
    extent: Extent | None
    basis: frozenset[Basis]
    reason: str | None
    contributors: tuple[ContributorStatus, ...]
    suggestions: tuple[Suggestion, ...]
    attestations: tuple[tuple[str, Reason | None], ...]
    remainder: str | None
    inheritance: str | None
    exceptions: tuple[str, ...]
    counts: Mapping[Outcome, int]
    framework_word: str | None
    at_most: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A share as it could be: the least and the most requirements that may be met."""

    least: int
    most: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkStatus:
    """A framework in one system: counts and intervals, never a word of its own.

    Attributes:
        totals: Assessable requirements of the profile by word.
        interval: Satisfied or inherited at least and at most; None where the catalogue is not
            complete, since no share can be stated, and where rows only support a validation.
    """

    system: SystemId
    ref: ProfileRef
    requirements: tuple[RequirementStatus, ...]
    totals: Mapping[Word, int]
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything that one run concludes, per system."""

    controls: tuple[ControlStatus, ...]
    frameworks: tuple[FrameworkStatus, ...]
