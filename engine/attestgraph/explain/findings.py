"""Checks and resources explained by their findings, down to the row of evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import StoredRun
from attestgraph.explain.trace import Line, Section, Trace, listed, spoken

_SHOWN: Final = 5
_OUTCOMES: Final = ("fail", "not-evaluated", "error", "accepted", "pass", "not-applicable")
_GOOD: Final = ("pass", "not-applicable")
_TITLES: Final = {
    "fail": "fails",
    "not-evaluated": "is not evaluated for",
    "error": "could not be judged for",
    "accepted": "fails under an exception",
    "pass": "passes",
    "not-applicable": "is left out of",
}


def of_check(run: StoredRun, entry: Mapping[str, Any], check: Mapping[str, Any]) -> Line:
    """Return a line of a check in one system: its counts, and the resources that do not pass."""
    counts = ", ".join(
        f"{number:,} {word.replace('_', ' ')}" for word, number in check["counts"].items() if number
    )
    how = check["kind"] if check["alternative"] is None else f"{check['kind']}, one way of several"
    result = check["status"] or "left-out"
    said = (
        f"left out, {spoken(check['left_out'])}"
        if check["left_out"]
        else (counts or "nothing to judge")
    )
    below = [Line(text=f"{n:,} {spoken(reason)}") for reason, n in check["reasons"].items()]
    below += [_finding_line(f) for f in _listed(run, entry, check)]
    below += [Line(text=note) for note in check["notes"]]
    return Line(
        mark=result,
        ref=f"{entry['control']}/{check['check']}",
        text=f"{check['says']} ({how}) {said}",
        below=listed(tuple(below), _SHOWN + len(check["reasons"]), "findings that do not pass"),
    )


def _listed(
    run: StoredRun, entry: Mapping[str, Any], check: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    if not any(check["counts"][word] for word in ("fail", "accepted", "not_evaluated", "error")):
        return
    wanted = ["fail", "accepted", "not-evaluated", "error"]
    found = [
        f
        for f in run.findings(outcomes=wanted, control=entry["control"])
        if f["check"] == check["check"]
        and f["parameters"] == entry["parameters"]["digest"]
        and entry["system"] in f["systems"]
    ]
    yield from sorted(found, key=lambda f: wanted.index(f["outcome"]))


def _finding_line(finding: Mapping[str, Any]) -> Line:
    subject = finding["resource_id"] or finding["resource_key"]
    return Line(mark=finding["outcome"], ref=subject, text=_said(finding))


def _said(finding: Mapping[str, Any]) -> str:
    """Return what a finding saw, in one line."""
    parts = []
    if finding["outcome"] in ("fail", "accepted") and finding["path"]:
        parts.append(f"{finding['path']} is {_short(finding['actual'], 'absent')}")
        parts.append(f"wanted {_short(finding['expected'], 'something else')}")
    if finding["reason"]:
        parts.append(spoken(finding["reason"]))
    if finding["exception"]:
        parts.append(f"exception {finding['exception']}")
    if finding["evidence_table"]:
        seen = f", observed {finding['observed_at']}" if finding["observed_at"] else ""
        parts.append(f"{finding['evidence_table']}{seen}")
    if finding["row_sha256"]:
        parts.append(f"row {finding['row_sha256'][:12]}")
    return " · ".join(parts) or str(finding["outcome"])


def _short(text: str | None, otherwise: str) -> str:
    if text is None:
        return otherwise
    return text if len(text) <= 120 else f"{text[:119]}…"


def of_resource(run: StoredRun, key: str, systems: Sequence[str]) -> Trace:
    """Explain a resource: every finding about it, and the requirements that these touch.

    Raises:
        InputError: `unknown-id`: the run has no finding about it.
    """
    found = list(run.findings(resource=key))
    if not found:
        raise InputError(
            Diagnostic(
                slug="unknown-id",
                message=f"the run has no finding about `{key}`",
                help="no check applies to it, or the snapshot does not hold it",
            )
        )
    mine = sorted({s for f in found for s in f["systems"]})
    says = {(c["control"], k["check"]): k["says"] for c in run.controls for k in c["checks"]}
    sections = []
    for outcome in _OUTCOMES:
        of_outcome = [f for f in found if f["outcome"] == outcome]
        if of_outcome:
            lines = tuple(_resource_line(f, says[f["control"], f["check"]]) for f in of_outcome)
            sections.append(Section(title=_TITLES[outcome], mark=outcome, lines=lines))
    sections += _controls(run, found, systems)
    bad = [f["control"] for f in found if f["outcome"] in ("fail", "accepted")]
    return Trace(
        kind="resource",
        id=found[0]["resource_id"],
        title=found[0]["resource_type"] or "",
        facts={"systems": ", ".join(mine) or "none: it is in no system's boundary"},
        sections=tuple(sections),
        follow=tuple(dict.fromkeys(bad))[:3],
    )


def _resource_line(finding: Mapping[str, Any], says: str) -> Line:
    return Line(
        mark=finding["outcome"],
        ref=f"{finding['control']}/{finding['check']}",
        text=says,
        below=(Line(text=_said(finding)),),
    )


def _controls(
    run: StoredRun, found: Sequence[Mapping[str, Any]], systems: Sequence[str]
) -> list[Section]:
    """Return what the findings that do not pass touch: requirements, and what mends them."""
    lines = []
    for control in dict.fromkeys(f["control"] for f in found if f["outcome"] not in _GOOD):
        mine = {s for f in found if f["control"] == control for s in f["systems"]}
        below = _touched(run, control, [s for s in systems if s in mine])
        entry = next(c for c in run.controls if c["control"] == control)
        below += [Line(text=f"mend: {entry['remediation']}")] if entry["remediation"] else []
        lines.append(Line(ref=control, text=entry["says"], below=tuple(below)))
    return [Section(title="touches", lines=tuple(lines))] if lines else []


def _touched(run: StoredRun, control: str, systems: Sequence[str]) -> list[Line]:
    """Return the requirements that a control supports, one line a system and framework."""
    by_framework: dict[tuple[str, str], list[str]] = {}
    for row in run.requirements:
        if row["system"] in systems and any(c["control"] == control for c in row["controls"]):
            place = (row["system"], row["framework"])
            by_framework.setdefault(place, []).append(
                f"{row['requirement']} {spoken(row['status'])}"
            )
    return [
        Line(text=f"{system} · {framework}: {', '.join(of_framework)}")
        for (system, framework), of_framework in by_framework.items()
    ]
