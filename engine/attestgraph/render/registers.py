"""The registers of a report as values: scope, evidence, and what people signed or changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A name, and the id of its place on the page where it has one."""

    text: str
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonReport:
    """One reason why findings or requirements were not evaluated, in one system.

    Attributes:
        needs: What exactly is missing, where the run names it: definitions, questions, types.
    """

    reason: str
    words: str
    remedy: str
    findings: int
    needs: tuple[str, ...]
    controls: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionReport:
    """One thing to look at first.

    Attributes:
        page, anchor: Where it stands.
        by_when: A date, where the record has one.
    """

    what: str
    text: str
    page: str
    anchor: str
    by_when: str | None
    who: str | None


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
