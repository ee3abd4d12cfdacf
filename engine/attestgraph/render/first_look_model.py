"""What a first look shows: the one value that its pages, its JSON and the terminal print."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from attestgraph.checks.way_commands import Steps


class Standing(enum.StrEnum):
    """What is known of a control, worst first.

    `seen-passing` is no pass: the rows that are here pass, and whether there are more is not known.
    `met` and `none-deployed` are said only where the engine says so.
    """

    FAILING = "failing"
    UNKNOWN = "unknown"
    SEEN_PASSING = "seen-passing"
    MET = "met"
    NONE_DEPLOYED = "none-deployed"


STANDING: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.FAILING: ("fails", "not"),
    Standing.UNKNOWN: ("unknown", "nev"),
    Standing.SEEN_PASSING: ("seen passing", "seen"),
    Standing.MET: ("met", "sat"),
    Standing.NONE_DEPLOYED: ("none deployed", "na"),
}
"""The word of a standing and the mark beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The resources that a control saw, each counted once, by the worst that was found."""

    fail: int = 0
    unknown: int = 0
    passing: int = 0
    not_applicable: int = 0

    @property
    def seen(self) -> int:
        """How many resources there are."""
        return self.fail + self.unknown + self.passing + self.not_applicable


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCheck:
    """One check that a resource fails: what it says, what was wanted, and what is there."""

    says: str
    path: str | None
    wanted: str | None
    actual: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingResource:
    """A resource that fails a control."""

    id: str
    name: str
    type: str
    checks: tuple[FailedCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayLook:
    """One thing to do, and what it would help with.

    Attributes:
        steps: How it is done.
        again: The first look that then takes the new file in, or an empty text.
        questions: What people are asked.
        controls: How many controls need it, of those that are unknown or only seen passing.
        alone: How many of them need nothing else.
        requirements: How many requirements have one of these controls.
        by_people: No command does it: people say something, or look.
    """

    anchor: str
    kind: str
    steps: Steps
    again: str
    questions: tuple[str, ...]
    controls: int
    alone: int
    requirements: int
    by_people: bool


Missing = tuple[tuple[str, ...], ...]
"""What a part of a control lacks, by anchors of ways: any one alternative, with all its ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLook:
    """One control with one set of parameter values.

    Attributes:
        digest: Of the parameter values.
        anchor: Its place on a page.
        missing: What is not known of it, one entry a part.
        failing: The first resources that fail.
        failing_total: How many there are.
    """

    control: str
    digest: str
    anchor: str
    says: str
    domain: str
    severity: str
    standing: Standing
    status: str
    rows: Rows
    missing: tuple[Missing, ...]
    questions: tuple[str, ...]
    failing: tuple[FailingResource, ...]
    failing_total: int
    remediation: str | None
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCounts:
    """Controls by standing."""

    failing: int
    unknown: int
    seen_passing: int
    met: int
    none_deployed: int

    @property
    def of(self) -> int:
        """All of them."""
        return self.failing + self.unknown + self.seen_passing + self.met + self.none_deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementLook:
    """A requirement that a control here touches.

    Attributes:
        status: The engine's own word.
        standing: `failing`, `seen-passing`, `unknown`, or the engine's word where it claims more.
        controls: Anchors of its controls, worst first.
    """

    requirement: str
    anchor: str
    title: str
    status: str
    standing: str
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementCounts:
    """Assessable requirements: each is in one of these.

    Attributes:
        claimed: By the engine's word, where it claims more than that something is not known.
        unknown: Not evaluated, and not all rows that are here pass.
    """

    failing: int
    unknown: int
    seen_passing: int
    not_covered: int
    claimed: Mapping[str, int]
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkLook:
    """One framework: what is known, what is not, and what would make it known."""

    ref: str
    framework: str
    profile: str | None
    title: str
    edition: str
    catalogue: str
    page: str
    note: str | None
    counts: RequirementCounts
    control_counts: ControlCounts
    next: tuple[WayLook, ...]
    requirements: tuple[RequirementLook, ...]
    controls: tuple[ControlLook, ...]
    requirements_of: Mapping[str, tuple[RequirementLook, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLook:
    """One table that was read."""

    name: str
    rows: int
    complete: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLook:
    """All of it.

    Attributes:
        files: Names of the files that were read.
        completeness: Whether the export is whole, in sentences.
        prove: The command that would prove it, or an empty text.
        findings: Findings by outcome.
    """

    run: str
    tool: str
    evaluated_at: str
    files: tuple[str, ...]
    scopes: tuple[str, ...]
    resources: int
    policy_states: int
    tables: tuple[TableLook, ...]
    completeness: tuple[str, ...]
    prove: str
    findings: Mapping[str, int]
    control_counts: ControlCounts
    controls: tuple[ControlLook, ...]
    next: tuple[WayLook, ...]
    frameworks: tuple[FrameworkLook, ...]
