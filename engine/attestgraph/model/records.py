"""What people sign: attestations, exceptions, exclusions (ASSESSMENT sections 1, 2, 5 and 7)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from attestgraph.diagnostics import Reason, Span
from attestgraph.model.authored import (
    Control,
    CrosswalkEntry,
    DefinitionFacts,
    Framework,
    Workspace,
)
from attestgraph.model.ids import (
    CheckId,
    ControlId,
    FrameworkId,
    RequirementId,
    SystemId,
    ascii_lower,
    is_within,
)
from attestgraph.model.policies import Initiative, PolicyRule
from attestgraph.model.times import first_second, last_second
from attestgraph.model.words import Identity


class AttestationKind(enum.StrEnum):
    """What an attestation states."""

    CHECK = "check"
    REQUIREMENT = "requirement"
    REMAINDER = "remainder"
    INHERITANCE = "inheritance"
    ADDRESSABLE_DECISION = "addressable-decision"
    NOT_APPLICABLE = "not-applicable"


class AttestedOutcome(enum.StrEnum):
    """The answer that was signed."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"


class ExceptionKind(enum.StrEnum):
    """The kinds of exception of ASSESSMENT section 7."""

    WAIVER = "waiver"
    MITIGATED = "mitigated"
    FALSE_POSITIVE = "false-positive"
    RISK_ADJUSTMENT = "risk-adjustment"
    OPERATIONAL_REQUIREMENT = "operational-requirement"
    VENDOR_DEPENDENCY = "vendor-dependency"
    TEMPORARY_DEFICIENCY = "temporary-deficiency"
    ENDURING_EXCEPTION = "enduring-exception"
    ADDRESSABLE_DECISION = "addressable-decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's sign-off in a role."""

    role: str
    person: str
    on: date
    identity: Identity = Identity.DECLARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a record is about: a requirement, or a control and perhaps one check of it."""

    framework: FrameworkId | None = None
    requirement: RequirementId | None = None
    control: ControlId | None = None
    check: CheckId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file that an attestation points at.

    Attributes:
        fault: Why it does not count (missing, changed, outside the workspace), or None.
    """

    file: str
    sha256: str
    title: str
    fault: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A signed statement about what rules cannot see.

    Attributes:
        system: The system it holds for; None only in a workspace without systems.
        controls: For a remainder: the controls beside which the rest is met.
        effective_from: First day of the period that the statement describes.
        valid_until: Last day on which it counts, inclusive.
        details: Members of one kind only (an inheritance's provider document, services, …).
        faults: Why the record itself is invalid; each makes it count for nothing.
    """

    id: str
    kind: AttestationKind
    system: SystemId | None
    covers: tuple[Subject, ...]
    statement: str
    outcome: AttestedOutcome
    signed: tuple[Signature, ...]
    effective_from: date
    effective_until: date | None
    valid_until: date
    controls: tuple[ControlId, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()
    next_review: date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    span: Span | None = None

    def standing(self, at: datetime) -> Reason | None:
        """Return why the attestation does not count at a time, or None where it does."""
        if self.faults or not self.signed or any(f.fault for f in self.evidence):
            return Reason.ATTESTATION_INVALID
        starts = [self.effective_from, *(s.on for s in self.signed)]
        if any(first_second(day) > at for day in starts):
            return Reason.ATTESTATION_FUTURE
        return Reason.ATTESTATION_EXPIRED if at > last_second(self.valid_until) else None


class ScopeKind(enum.StrEnum):
    """What the one id of a scope names."""

    MANAGEMENT_GROUP = "management_group"
    SUBSCRIPTION = "subscription"
    RESOURCE_GROUP = "resource_group"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where a record holds: one id and all below it, narrowed by type and tag (CONTRACT section 3).

    Attributes:
        key: Id key; for a management group its name.
        tag: A tag's lower-case name and its value.
    """

    kind: ScopeKind
    key: str
    type: str | None = None
    tag: tuple[str, str] | None = None

    def covers(
        self,
        key: str,
        resource_type: str | None,
        tags: Mapping[str, str],
        management_groups: frozenset[str],
    ) -> bool:
        """Tell whether a resource lies in the scope.

        Args:
            key: The resource's id key.
            resource_type: Its type, lower case, where known.
            tags: Its tags by lower-case name.
            management_groups: Names (lower case) of the groups above its subscription.
        """
        if self.kind is ScopeKind.MANAGEMENT_GROUP:
            inside = self.key in management_groups
        else:
            inside = is_within(key, self.key)
        if not inside or (self.type is not None and self.type != resource_type):
            return False
        return self.tag is None or tags.get(ascii_lower(self.tag[0])) == self.tag[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRecord:
    """A dated, owned decision to accept a failing finding for a while.

    Attributes:
        compensating: The control that mitigates, for `mitigated`.
        expires_on: Last day on which it is honoured, inclusive.
        faults: Why the record itself is invalid; each makes it count for nothing.
    """

    id: str
    kind: ExceptionKind
    subject: Subject
    scope: Scope
    reason: str
    risk: str
    requested_by: str
    approved_by: str
    approved_on: date
    expires_on: date
    identity: Identity = Identity.DECLARED
    compensating: ControlId | None = None
    mitigation: str | None = None
    ticket: str | None = None
    faults: tuple[str, ...] = ()
    span: Span | None = None

    def honoured(self, at: datetime) -> bool:
        """Tell whether the exception is approved and unexpired at a time."""
        return not self.faults and first_second(self.approved_on) <= at <= last_second(
            self.expires_on
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A scope that is left out of the evidence, with the reason and who approved it."""

    scope: Scope
    reason: str
    approved_by: str
    until: date
    span: Span | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether the exclusion still holds at a time."""
        return at <= last_second(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedGap:
    """Evidence that is known not to be had: collecting ends well without it, evaluating does not.

    Attributes:
        table: The table that lacks it; None is any.
    """

    scope: Scope
    table: str | None
    reason: str
    approved_by: str
    until: date
    span: Span | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether the gap is still expected at a time."""
        return at <= last_second(self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A control of the library that a workspace does not use, and why."""

    control: ControlId
    because: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that went into a library, and its digest."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Everything that was authored, loaded and checked.

    Attributes:
        rules: The policy definitions of the workspace, by name.
        initiatives: Its initiatives, by name.
        left_out: The library's controls that it does not use; they are not among `controls`.
    """

    frameworks: Mapping[FrameworkId, Framework]
    controls: Mapping[ControlId, Control]
    crosswalks: tuple[CrosswalkEntry, ...]
    definitions: Mapping[str, DefinitionFacts]
    workspace: Workspace
    attestations: tuple[Attestation, ...]
    exceptions: tuple[ExceptionRecord, ...]
    exclusions: tuple[Exclusion, ...]
    files: tuple[SourceFile, ...]
    library_sha256: str
    rules: Mapping[str, PolicyRule] = field(default_factory=dict)
    initiatives: Mapping[str, Initiative] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    expected_gaps: tuple[ExpectedGap, ...] = ()
