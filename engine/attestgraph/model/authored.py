"""What people write: frameworks, controls, checks, systems and the workspace (DESIGN section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from attestgraph.conditions import Condition, Definition
from attestgraph.diagnostics import Span
from attestgraph.model.ids import CheckId, ControlId, FrameworkId, RequirementId, SystemId
from attestgraph.model.words import (
    Assessable,
    Catalogue,
    ControlSeverity,
    Covers,
    Obligation,
    Origin,
    Provenance,
    Relationship,
    Responsibility,
    Stricter,
    Within,
)

ParameterValue = int | str | bool
"""A parameter's value: an integer, a string or a boolean (floats are not used)."""

_REFERENCE: Final = re.compile(r"\[parameters\('([A-Za-z][A-Za-z0-9_]*)'\)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One row of a framework's catalogue.

    Attributes:
        order: The row's place in the catalogue, from 0; requirements sort by it, not by text.
        parent: The id of the requirement it belongs to, or None.
        obligation: What the framework says of it beside its level, or None.
    """

    id: RequirementId
    title: str
    order: int
    family: str
    assessable: Assessable
    parent: RequirementId | None = None
    obligation: Obligation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named selection of a framework's requirements, such as a baseline."""

    name: str
    title: str
    requirements: frozenset[RequirementId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """A framework's own catalogue: the denominator of every share.

    Attributes:
        methodology: The family of rules that words its results (`nist-800-53a`, `hipaa`, …).
        families: Family id to title, in catalogue order.
        vocabulary: Our word to the framework's own.
        requirements: Every row, in catalogue order, by id.
    """

    id: FrameworkId
    title: str
    publisher: str
    edition: str
    catalogue: Catalogue
    source: str
    licence: str
    methodology: str
    checked_on: date
    in_force_from: date | None
    superseded_by: str | None
    families: Mapping[str, str]
    vocabulary: Mapping[str, str]
    profiles: Mapping[str, Profile]
    requirements: Mapping[RequirementId, Requirement]
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ProfileRef:
    """A framework, or one profile of it: `nist-800-53-r5@moderate`."""

    framework: FrameworkId
    profile: str | None = None

    def __str__(self) -> str:
        return f"{self.framework}@{self.profile}" if self.profile else self.framework


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who agreed to a link, and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A control's support of a requirement.

    Attributes:
        review: None while the link is a draft; a draft never yields more than part.
        part: A statement letter or objective of the requirement, or None for all of it.
        parameters: Values that the framework asks for, by parameter name.
    """

    framework: FrameworkId
    requirement: RequirementId
    covers: Covers
    because: str
    review: Review | None
    part: str | None = None
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    provenance: Provenance = Provenance.DIRECT
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A value of a control that a workspace or a framework may set.

    Attributes:
        type: `integer`, `string` or `boolean`.
        stricter: Which of two values wins; `none` with two values is a load error.
    """

    name: str
    type: str
    default: ParameterValue
    stricter: Stricter
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A resource that must (or must not) exist beside the subject.

    Attributes:
        within: Where to look; `self` means that the subject is its parent.
        at_least: How many must exist; 0 means that none may.
    """

    type: str
    within: Within = Within.SELF
    name: str | None = None
    where: Condition | None = None
    at_least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTest:
    """A test of resource rows.

    Attributes:
        types: Resource types, lower case.
        where: Which rows it applies to; others are not applicable. None: all.
        condition: None where only `related` decides.
        violated_when: The condition's direction: true where it holding is a violation.
        related: Satisfied needs every one; a violation needs at least one missing.
    """

    types: tuple[str, ...]
    where: Condition | None
    condition: Condition | None
    violated_when: bool
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterBound:
    """What an assignment's effective parameter must be for its state to count.

    Attributes:
        operator: `equals`, `maximum`, `minimum`, `in`, `within` (every member of a list is one of
            these) or `not_empty`.
        value: What it is compared with; `[parameters('name')]` stands for a value of the control.
    """

    parameter: str
    operator: str
    value: Any

    @property
    def stands_for(self) -> str | None:
        """The parameter of the control whose value is meant; None for a plain value."""
        match = _REFERENCE.fullmatch(self.value) if isinstance(self.value, str) else None
        return match[1] if match is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTest:
    """A test by the compliance states of an Azure Policy definition.

    Attributes:
        definition: The definition's name or full id, lower case.
        types: The resource types that the definition applies to, lower case.
        rule: The definition itself, to judge resources that have no state; None where only states
            are read.
        values: Values of the definition's parameters for that, by name.
    """

    definition: str
    types: tuple[str, ...]
    where: Condition | None = None
    requires: tuple[ParameterBound, ...] = ()
    max_state_age: timedelta | None = None
    rule: Definition | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTest:
    """A test by a KQL query whose rows are the failing resources of a population."""

    query: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestTest:
    """A test that people answer.

    Attributes:
        roles: Who must sign; every one.
        valid_for: The longest an answer holds.
    """

    question: str
    roles: tuple[str, ...]
    valid_for: timedelta


Test = RowTest | PolicyTest | QueryTest | AttestTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One automatic test of a control, or one question.

    Attributes:
        alternative: The name of its group of alternatives, or None where it is required.
        document: The check as written, as JSON; its digest names the check in a run.
    """

    id: CheckId
    says: str
    test: Test
    document: Mapping[str, Any]
    alternative: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What we assert, and how it is tested.

    Attributes:
        replaces_reason: Why it stands in for the library's control of the same id, where it does.
    """

    id: ControlId
    says: str
    domain: str
    severity: ControlSeverity
    responsibility: Responsibility
    owner: str
    source: str
    supports: tuple[Link, ...]
    parameters: Mapping[str, Parameter]
    checks: tuple[Check, ...]
    remediation: str | None
    origin: Origin = Origin.LIBRARY
    replaces_reason: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkEntry:
    """One relationship between requirements of two frameworks, read source to target."""

    source_framework: FrameworkId
    source: RequirementId
    target_framework: FrameworkId
    target: RequirementId
    relationship: Relationship
    rationale: str
    origin: str
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionFacts:
    """What is known of an Azure Policy definition without its rule.

    Attributes:
        name: The last segment of its id, lower case; opaque.
        types: Resource types that it applies to, lower case.
    """

    name: str
    title: str
    category: str
    mode: str
    effect: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """Which resources belong to a system.

    A resource is inside where it lies in any of the named scopes (or none is named) and carries
    all the tags. An empty boundary is everything.
    """

    management_groups: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()
    resource_groups: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A boundary that statuses are stated for (ASSESSMENT section 1)."""

    id: SystemId
    title: str
    owner: str
    boundary: Boundary
    frameworks: tuple[ProfileRef, ...]
    data_classes: tuple[str, ...] = ()
    categorisation: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """What evidence a workspace asks for.

    Attributes:
        sources: The tables in the plan; a table outside it is "not configured", one inside it
            that is missing makes its checks not-evaluated.
        max_age: The longest age by table name; `default` for the others.
    """

    sources: frozenset[str]
    max_age: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The workspace file.

    Attributes:
        parameters: Values by control id and parameter name.
        sources: See `EvidenceRules`.
    """

    path: str
    organisation: str
    classification: str | None
    systems: tuple[System, ...]
    evidence: EvidenceRules
    parameters: Mapping[ControlId, Mapping[str, ParameterValue]]
    span: Span | None = None
