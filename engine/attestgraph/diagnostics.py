"""Faults and reasons: where something is wrong, what is wrong, and how it is mended.

Faults in authored files are `Diagnostic` values, collected and shown all at once. Faults of the
outside world are exceptions under one base, `EngineError`, and carry the same values.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

MOST_SHOWN = 50


class Severity(enum.StrEnum):
    """How a fault counts: an error stops the work, a warning is printed."""

    ERROR = "error"
    WARNING = "warning"


class Reason(enum.StrEnum):
    """Why a finding is not evaluated, in error, or has nothing to say. Closed list."""

    NOT_COLLECTED = "not-collected"
    INCOMPLETE = "incomplete"
    STALE = "stale"
    UNKNOWN_COMPLETENESS = "unknown-completeness"
    OUTSIDE_PROJECTION = "outside-projection"
    REDACTED = "redacted"
    NONE_DEPLOYED = "none-deployed"
    EMPTY_TABLE = "empty-table"
    NO_STATES = "no-states"
    NOT_ASSIGNED = "not-assigned"
    LOOSER_PARAMETERS = "looser-parameters"
    EXEMPT = "exempt"
    STATE_UNKNOWN = "state-unknown"
    STATE_ERROR = "state-error"
    CONFLICTING_ROWS = "conflicting-rows"
    RELATED_INCOMPLETE = "related-incomplete"
    ATTESTATION_MISSING = "attestation-missing"
    ATTESTATION_EXPIRED = "attestation-expired"
    ATTESTATION_FUTURE = "attestation-future"
    ATTESTATION_INVALID = "attestation-invalid"
    INHERITANCE_NOT_EVIDENCED = "inheritance-not-evidenced"
    NOTHING_TO_ASSESS = "nothing-to-assess"
    CONTESTED_NOT_APPLICABLE = "contested-not-applicable"
    EVALUATION_ERROR = "evaluation-error"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A stretch of a file. Lines and columns count from 1; the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault: its slug, what is wrong, the mend, and where it stands.

    Attributes:
        slug: Stable lower-case name with hyphens; each has a page in docs/errors.
        message: Lower case, no full stop, the user's words in backticks.
        help: One remedy, or None.
        path: The file, where no position within it is known; ignored beside a span.
    """

    slug: str
    message: str
    severity: Severity = Severity.ERROR
    help: str | None = None
    span: Span | None = None
    path: str | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order by place, then slug and message, so that output is stable."""
        if self.span is None:
            return (self.path or "", 0, 0, self.slug, self.message)
        return (self.span.path, self.span.line, self.span.column, self.slug, self.message)

    def text(self) -> str:
        """Return `path:line:column: error[slug]: message`, then the indented help."""
        if self.span is not None:
            place = f"{self.span.path}:{self.span.line}:{self.span.column}: "
        else:
            place = f"{self.path}: " if self.path else ""
        head = f"{place}{self.severity}[{self.slug}]: {self.message}"
        return f"{head}\n  help: {self.help}" if self.help else head

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of CONTRACT: severity, slug, message, help and the place."""
        span = self.span
        return {
            "severity": str(self.severity),
            "slug": self.slug,
            "message": self.message,
            "help": self.help,
            "path": span.path if span else self.path,
            "line": span.line if span else None,
            "column": span.column if span else None,
            "end_line": span.end_line if span else None,
            "end_column": span.end_column if span else None,
        }

    def at(self, span: Span | None) -> Diagnostic:
        """Return the same fault placed at `span`, if one is given."""
        return self if span is None else replace(self, span=span)


class EngineError(Exception):
    """A fault that ends the work: bad input, or the outside world.

    Attributes:
        diagnostics: What is wrong; at least one.
        exit_code: 1 problems found by validation or verification, 2 unreadable input or usage,
            3 evidence missing, incomplete or too old.
    """

    exit_code = 2

    def __init__(self, *diagnostics: Diagnostic) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(d.text() for d in diagnostics))


class InputError(EngineError):
    """Input that cannot be read or is not of its form (exit code 2)."""


class InvalidWorkspaceError(EngineError):
    """Authored files have faults (exit code 1)."""

    exit_code = 1


class EvidenceError(EngineError):
    """Evidence is missing, incomplete or too old to decide (exit code 3)."""

    exit_code = 3


@dataclass(slots=True)
class Collector:
    """Collects the faults of one stage, so that all are shown at once."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep one more fault."""
        self.found.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep several more."""
        self.found.extend(diagnostics)

    @property
    def errors(self) -> int:
        """How many of the faults are errors."""
        return sum(d.severity is Severity.ERROR for d in self.found)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the faults sorted by place, without repetitions."""
    unique = dict.fromkeys(diagnostics)
    return sorted(unique, key=lambda d: d.sort_key)


def as_text(diagnostics: Iterable[Diagnostic], *, most: int = MOST_SHOWN) -> str:
    """Return the faults as lines, at most `most` of them, then how many more there are."""
    ordered = in_order(diagnostics)
    lines = [d.text() for d in ordered[:most]]
    if len(ordered) > most:
        lines.append(f"… and {len(ordered) - most} more")
    return "\n".join(lines)


def nearest(word: str, known: Iterable[str], *, most: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the known words nearest to `word`, best first, for did-you-mean."""
    import difflib

    lowered = {k.lower(): k for k in sorted(known, reverse=True)}
    hits = difflib.get_close_matches(word.lower(), sorted(lowered), n=most, cutoff=cutoff)
    return [lowered[h] for h in hits]
