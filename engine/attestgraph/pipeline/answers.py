"""What each command answers with, ready for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attestgraph.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from attestgraph.checks import CaseResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What `validate` found, and how much it looked at."""

    diagnostics: tuple[Diagnostic, ...]
    controls: int
    requirements: int
    frameworks: int

    @property
    def errors(self) -> int:
        """How many of the faults are errors."""
        return sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many are warnings."""
        return len(self.diagnostics) - self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """The cases of the controls, as they came out, sorted by control."""

    cases: tuple[CaseResult, ...]

    def by_control(self) -> Iterator[tuple[str, list[CaseResult]]]:
        """Return each control with its cases."""
        for control, cases in groupby(self.cases, key=lambda case: case.control):
            yield control, list(cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """One table of a snapshot, for the terminal.

    Attributes:
        complete: `true`, `false` or `unknown`.
        why: What is missing or not known, or who declared it complete.
    """

    name: str
    rows: int
    complete: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import wrote."""

    tables: tuple[TableSummary, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPolicies:
    """What an import of policy definitions wrote.

    Attributes:
        replaced: Files that stood in the folder with other content.
        static: Definitions that were left out since they say nothing about resources.
    """

    definitions: int
    initiatives: int
    replaced: int
    static: int
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run came to.

    Attributes:
        findings: Findings by outcome.
        nothing_evaluated: No finding passed, failed or was accepted.
    """

    diagnostics: tuple[Diagnostic, ...]
    systems: int
    resources: int
    policy_states: int
    evaluated_at: str
    findings: Mapping[str, int]

    @property
    def nothing_evaluated(self) -> bool:
        """Tell whether no finding at all could be judged."""
        return not any(self.findings.get(word) for word in ("pass", "fail", "accepted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One framework in one system: requirements by word, how many there are, and the interval."""

    framework: str
    counts: tuple[int, ...]
    of: int
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStatus:
    """The frameworks of one system."""

    name: str
    rows: tuple[StatusRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The status of a run, as a document and as rows."""

    document: Mapping[str, Any]
    columns: tuple[str, ...]
    systems: tuple[SystemStatus, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo did, and where it is."""

    organisation: str
    run: RunSummary
    status: Status
    run_folder: Path
    report: Path
