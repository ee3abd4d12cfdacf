"""The report as values: every number is here once, and every format prints these.

Counts objects have the keys of `formats.words.OUTCOMES`. Times are RFC 3339 text, dates ISO text.
Members that are None are printed as a dash or left out; an unknown is always a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attestgraph.formats import words
from attestgraph.model.words import Word
from attestgraph.render.findings import FindingsSource, Shown
from attestgraph.render.registers import (
    AttentionReport,
    AttestationReport,
    ExceptionReport,
    ExclusionReport,
    OverrideReport,
    ReasonReport,
    TableReport,
)
from attestgraph.render.resources import ResourceIndex

Counts = Mapping[str, int]


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
    severity: str | None
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

    @property
    def severities(self) -> tuple[str, ...]:
        """Severities of its controls that are not met; of all of them where all are met."""
        open_ones = [c for c in self.controls if c.result not in ("satisfied", "none-deployed")]
        found = {c.severity for c in open_ones or self.controls if c.severity}
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkReport:
    """One framework, or one profile of it, in one system.

    Attributes:
        of: Assessable requirements of the profile: the denominator of every share.
        shares: None where no share can be stated; `withheld` then says why.
        waiting: Requirements that wait for evidence.
        page: File name of its page.
        framework_words: Requirements by the framework's own words, the most frequent first.
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
    page: str
    profile_note: str | None
    method_note: str | None
    of: int
    totals: Mapping[Word, int]
    shares: tuple[Share, ...] | None
    withheld: str | None
    waiting: int
    families: tuple[Family, ...]
    vocabulary: Mapping[str, str]
    framework_words: Counts

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every assessable requirement, in catalogue order of families."""
        return tuple(r for family in self.families for r in family.requirements)

    @property
    def assessed(self) -> int | None:
        """How many were assessed, where the methodology asks for it: all others are not met."""
        if self.methodology != "cmmc":
            return None
        said = (r.framework_word for r in self.requirements if r.framework_word)
        return sum("not assessed" not in word for word in said)

    @property
    def supporting(self) -> bool:
        """Whether its evidence supports a validation and is none."""
        return words.supporting(self.framework, self.methodology)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a report of this framework must say of itself."""
        return tuple(note for note in (self.profile_note, self.method_note) if note)

    @property
    def name(self) -> str:
        """The title, with the profile; a profile that is a number is a level."""
        if not self.profile:
            return self.title
        level = "level " if self.profile.isdigit() else ""
        return f"{self.title}, {level}{self.profile}"

    @property
    def looked_at(self) -> tuple[Family, ...]:
        """Families with a requirement that has a control or a record."""
        return tuple(f for f in self.families if f.of > f.totals[Word.NOT_COVERED])

    def of_word(self, word: Word) -> tuple[Requirement, ...]:
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
    """A requirement that a control is linked to, and the page that it stands on."""

    framework: str
    requirement: str
    page: str
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
class SystemReport:
    """Everything about one system.

    Attributes:
        page: File name of its page: what the frameworks share, registers, scope, method.
        controls_page, resources_page: File names of the pages of its controls and resources.
        totals: Findings of its controls by outcome.
        attention: What a person has to look at first.
        index: Its resources that do not pass everything.
    """

    system: str
    title: str
    owner: str | None
    page: str
    controls_page: str
    resources_page: str
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
    attention: tuple[AttentionReport, ...]
    index: ResourceIndex = field(repr=False)

    @property
    def pages(self) -> tuple[tuple[str, str], ...]:
        """Its pages and what each holds, in reading order."""
        return (
            (self.page, "what to look at first, registers, scope and evidence, method"),
            *(
                (f.page, f"{f.name}: every requirement, and what it rests on")
                for f in self.frameworks
            ),
            (self.controls_page, "controls, their checks and findings, remediation"),
            (self.resources_page, "resources that do not pass everything, and what they touch"),
        )

    def results(self) -> Counts:
        """Return its controls by result, worst first."""
        order = ("not-satisfied", "not-evaluated", "accepted", "satisfied", "none-deployed")
        counted = {name: sum(c.result == name for c in self.controls) for name in order}
        return {name: count for name, count in counted.items() if count}

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
