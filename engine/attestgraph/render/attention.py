"""What a person has to look at first: failing controls, records that end, values that weaken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from attestgraph.formats import words
from attestgraph.model.words import ControlSeverity
from attestgraph.render.model import ControlReport
from attestgraph.render.registers import AttentionReport, AttestationReport, ExceptionReport

MOST_CONTROLS: Final = 5
SOON: Final = timedelta(days=30)
SEVERITIES: Final = tuple(str(severity) for severity in ControlSeverity)
"""Worst first."""


def attention(
    controls: Sequence[ControlReport],
    exceptions: Sequence[ExceptionReport],
    attestations: Sequence[AttestationReport],
    *,
    records: Sequence[Mapping[str, Any]],
    pages: tuple[str, str, str],
    at: str,
) -> tuple[AttentionReport, ...]:
    """Return what to look at first in one system.

    Args:
        controls: Its controls.
        exceptions: Its exceptions.
        attestations: Its attestations.
        records: The exceptions as run.json has them, in the same order.
        pages: Its page, and those of its controls and resources.
        at: When the run was evaluated.
    """
    today = date.fromisoformat(at[:10])
    return (
        *_failing(controls, pages[1]),
        *_ending(
            [e for e, r in zip(exceptions, records, strict=True) if _touches(e, r, controls)],
            pages[0],
            today,
        ),
        *_signed(attestations, pages[0], today),
    )


def _failing(controls: Sequence[ControlReport], page: str) -> Iterator[AttentionReport]:
    failing = [c for c in controls if c.result == "not-satisfied"]
    failing.sort(key=lambda c: (rank(c.severity), -c.counts.get("fail", 0), c.control))
    for control in failing[:MOST_CONTROLS]:
        yield AttentionReport(
            what=f"{control.severity} control fails",
            text=f"{control.says} {words.counted(control.counts)}.",
            page=page,
            anchor=control.anchor,
            by_when=None,
            who=control.owner,
        )
    if len(failing) > MOST_CONTROLS:
        yield AttentionReport(
            what="more controls fail",
            text=f"{words.plural(len(failing) - MOST_CONTROLS, 'more control')} of "
            f"{len(controls):,} {'fails' if len(failing) == MOST_CONTROLS + 1 else 'fail'}.",
            page=page,
            anchor="controls-all",
            by_when=None,
            who="several owners",
        )


def open_controls(controls: Sequence[ControlReport]) -> list[ControlReport]:
    """Return the controls that are not met: failing first, then waiting, then accepted."""
    order = ("not-satisfied", "not-evaluated", "accepted")
    found = [c for c in controls if c.result in order]
    return sorted(found, key=lambda c: (order.index(c.result), rank(c.severity), c.control))


def rank(severity: str) -> int:
    """Return the place of a severity, worst first; one that is not known comes last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _ending(
    exceptions: Sequence[ExceptionReport], page: str, today: date
) -> Iterator[AttentionReport]:
    """Give exceptions that accept something and end soon, and those that ended."""
    for entry in sorted(exceptions, key=lambda e: (e.expires_on, e.id)):
        expires = date.fromisoformat(entry.expires_on)
        soon = entry.state == "active" and entry.accepted > 0 and expires - today <= SOON
        if not soon and entry.state != "expired":
            continue
        said = "ends" if soon else "expired"
        yield AttentionReport(
            what=f"exception {said}",
            text=f"{entry.id} ({entry.kind}) on {entry.control} {said} on {entry.expires_on}.",
            page=page,
            anchor=entry.anchor,
            by_when=entry.expires_on,
            who=entry.approved_by,
        )


def _touches(
    entry: ExceptionReport, record: Mapping[str, Any], controls: Sequence[ControlReport]
) -> bool:
    """Return whether an exception accepts findings here, or would if it had not ended."""
    if entry.accepted:
        return True
    kinds = ("subscription", "resource_group", "resource")
    scope = next((str(record["scope"][k]) for k in kinds if record["scope"].get(k)), None)
    start = "/subscriptions/" if scope and not scope.startswith("/") else ""
    under = f"{start}{scope}".lower().rstrip("/") if scope else ""
    return any(
        f"{row.key}/".startswith(f"{under}/")
        for control in controls
        if control.control == record["control"]
        for row in control.failing.rows
    )


def _signed(
    attestations: Sequence[AttestationReport], page: str, today: date
) -> Iterator[AttentionReport]:
    for entry in sorted(attestations, key=lambda a: (a.valid_until, a.id)):
        soon = date.fromisoformat(entry.valid_until) - today <= SOON
        if entry.standing == "valid" and not soon:
            continue
        counts = entry.standing == "valid"
        reason = words.reason_words(entry.standing)
        yield AttentionReport(
            what="attestation ends" if counts else "attestation counts for nothing",
            text=f"{entry.id}: valid until {entry.valid_until}."
            if counts
            else f"{entry.id}: {reason}",
            page=page,
            anchor=entry.anchor,
            by_when=entry.valid_until,
            who=", ".join(s.role for s in entry.signed) or None,
        )
