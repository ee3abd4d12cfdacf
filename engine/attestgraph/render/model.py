"""The report as values: every number is here once, and every format prints these.

Counts objects have the keys of `formats.words.OUTCOMES`. Times are RFC 3339 text, dates ISO text.
Members that are None are printed as a dash or left out; an unknown is always a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attestgraph.model.words import Word
from attestgraph.render.findings import FindingsSource, Shown

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A name, and the id of its place on the page where it has one."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Requirements as they could be: at least and at most, and as whole per cents.

    Attributes:
        least_percent: Rounded down, so that rounding never claims.
        most_percent: Rounded up.
        could: How many of those that wait for evidence could still be so.
    """

    label: str
    mark: str
    least: int
    most: int
    could: int
    of: int
    least_percent: int
    most_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One family of a framework, its assessable requirements counted by word."""

    id: str
    title: str
    anchor: str
    of: int
    totals: Mapping[Word, int]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedControl:
    """A control beside a requirement.

    Attributes:
        review: Who reviewed the link, or None for a draft.
        path: The crosswalk steps of a derived link, as words.
    """

    control: str
    says: str
    anchor: str | None
    covers: str
    because: str
    review: str | None
    provenance: str
    result: str
    accepted: bool
    counts: Counts
    none_deployed: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRef:
    """An attestation beside a requirement: `standing` is `valid` or the reason it is not."""

    id: str
    kind: str
    anchor: str | None
    standing: str
    statement: str
    signed: tuple[str, ...]
    valid_until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRef:
    """An exception beside a requirement or a finding."""

    id: str
    anchor: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One assessable row of a catalogue in one system.

    Attributes:
        reason: Why, in one line.
        at_most: The best that the word could be once all evidence is there.
        framework_word: The word in the framework's own vocabulary, where it has one.
    """

    id: str
    title: str
    family: str
    parent: str | None
    anchor: str
    word: Word
    at_most: Word | None
    outcome: str | None
    extent: str | None
    basis: tuple[str, ...]
    reason: str
    framework_word: str | None
    counts: Counts
    controls: tuple[LinkedControl, ...]
    suggested: tuple[str, ...]
    attestations: tuple[RecordRef, ...]
    remainder: str | None
    inheritance: str | None
    exceptions: tuple[ExceptionRef, ...]

    @property
    def draft(self) -> bool:
        """Whether a mapping that it rests on has not been reviewed."""
        return any(c.review is None for c in self.controls)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkReport:
    """One framework, or one profile of it, in one system.

    Attributes:
        of: Assessable requirements of the profile: the denominator of every share.
        shares: None where no share can be stated; `withheld` then says why.
        waiting: Requirements that wait for evidence.
    """

    framework: str
    profile: str | None
    title: str
    publisher: str
    edition: str
    catalogue: str
    source: str
    licence: str
    methodology: str
    checked_on: str
    anchor: str
    profile_note: str | None
    method_note: str | None
    of: int
    totals: Mapping[Word, int]
    shares: tuple[Share, ...] | None
    withheld: str | None
    waiting: int
    families: tuple[Family, ...]
    vocabulary: Mapping[str, str]

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every assessable requirement, in catalogue order of families."""
        return tuple(r for family in self.families for r in family.requirements)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a report of this framework must say of itself."""
        return tuple(note for note in (self.profile_note, self.method_note) if note)

    @property
    def name(self) -> str:
        """The title, with the profile."""
        return f"{self.title}, {self.profile}" if self.profile else self.title

    def words(self, word: Word) -> tuple[Requirement, ...]:
        """Return the requirements of one word."""
        return tuple(r for r in self.requirements if r.word is word)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """One check of a control.

    Attributes:
        left_out: Why an alternative is not configured, or None.
        selected: Rows of its types inside the boundary, before `where`; None where it has none.
    """

    check: str
    says: str
    kind: str
    alternative: str | None
    definition: str | None
    status: str
    left_out: str | None
    selected: int | None
    counts: Counts
    reasons: Counts
    bases: Counts
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValue:
    """An effective value, who set it, and whether it is looser than the library's."""

    control: str
    anchor: str
    name: str
    value: str
    set_by: str
    looser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """A requirement that a control is linked to."""

    framework: str
    requirement: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlReport:
    """One control in one system, with one set of parameter values.

    Attributes:
        failing: Findings that fail: the first ones, and how many there are.
        excused: Findings that an exception accepts; each stays a fail.
        waiting: Findings that are not evaluated or in error.
        supports: Requirements that it is linked to.
    """

    control: str
    digest: str
    anchor: str
    says: str
    result: str
    severity: str
    domain: str
    responsibility: str
    origin: str
    owner: str | None
    source: str | None
    remediation: str | None
    accepted: bool
    counts: Counts
    none_deployed: int
    reasons: Counts
    bases: tuple[str, ...]
    notes: tuple[str, ...]
    checks: tuple[CheckReport, ...]
    parameters: tuple[ParameterValue, ...]
    exceptions: tuple[ExceptionRef, ...]
    supports: tuple[Support, ...]
    failing: Shown
    excused: Shown
    waiting: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonReport:
    """One reason why findings or requirements were not evaluated, in one system."""

    reason: str
    words: str
    remedy: str
    findings: int
    controls: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """One table of the snapshot, or one that the plan needs and nobody collected."""

    name: str
    rows: int | None
    complete: str
    observed_from: str | None
    observed_to: str | None
    age: str | None
    sources: tuple[str, ...]
    declared_by: str | None
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionReport:
    """A scope that is left out."""

    scope: str
    reason: str
    approved_by: str
    until: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionReport:
    """One exception of the register.

    Attributes:
        accepted: Findings of this system that it accepts; `used` is for the whole run.
    """

    id: str
    anchor: str
    kind: str
    control: str
    control_anchor: str | None
    check: str | None
    scope: str
    reason: str
    risk: str
    compensation: str
    requested_by: str
    approved_by: str
    identity: str
    approved_on: str
    expires_on: str
    state: str
    used: bool
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One sign-off, and how it is known who gave it."""

    person: str
    role: str
    on: str
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationReport:
    """One signed record.

    Attributes:
        covers: What it is about.
        standing: `valid`, or the reason why it counts for nothing.
    """

    id: str
    anchor: str
    kind: str
    covers: tuple[Ref, ...]
    controls: tuple[str, ...]
    statement: str
    outcome: str
    signed: tuple[Signed, ...]
    effective: str
    valid_until: str
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideReport:
    """A control of the library that the workspace changed."""

    id: str
    origin: str
    weakens: bool
    reason: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemReport:
    """Everything about one system.

    Attributes:
        page: File name of its page.
        totals: Findings of its controls by outcome.
    """

    system: str
    title: str
    owner: str | None
    page: str
    anchor: str
    boundary: tuple[str, ...]
    data_classes: tuple[str, ...]
    categorisation: str | None
    frameworks: tuple[FrameworkReport, ...]
    controls: tuple[ControlReport, ...]
    totals: Counts
    reasons: tuple[ReasonReport, ...]
    exceptions: tuple[ExceptionReport, ...]
    attestations: tuple[AttestationReport, ...]
    parameters: tuple[ParameterValue, ...]

    @property
    def looser(self) -> tuple[ParameterValue, ...]:
        """Values that are looser than the library's."""
        return tuple(p for p in self.parameters if p.looser)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportModel:
    """A whole report of one run.

    Attributes:
        digests: Names and SHA-256 digests of what went into the run.
        oldest, youngest: Age of the evidence at evaluation, in words.
        findings: Every finding that is not a pass, to be read again when it is written.
    """

    organisation: str
    classification: str | None
    run: str
    evaluated_at: str
    tool: str
    content: Mapping[str, str]
    digests: Mapping[str, str]
    origin: str
    created_at: str
    oldest: str | None
    youngest: str | None
    resources: int
    policy_states: int
    unassigned: int
    tables: tuple[TableReport, ...]
    exclusions: tuple[ExclusionReport, ...]
    overrides: tuple[OverrideReport, ...]
    warnings: tuple[str, ...]
    systems: tuple[SystemReport, ...]
    findings: FindingsSource = field(repr=False)
