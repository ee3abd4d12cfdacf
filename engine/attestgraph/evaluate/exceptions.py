"""Exclusions and exceptions: what people decided about scopes and about failing findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from attestgraph.checks import states, verdicts
from attestgraph.checks.plan import CheckInstance
from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.evaluate.answers import SystemFinding
from attestgraph.evaluate.findings import verdict_table
from attestgraph.evaluate.gaps import EVERYWHERE, TableGap, outside
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects, subjects_in
from attestgraph.evaluate.territory import MANAGEMENT_GROUP, Territory, scope_key
from attestgraph.model.records import ExceptionKind, ExceptionRecord, Exclusion
from attestgraph.model.words import Outcome

_FAILS = (verdicts.FAIL, verdicts.FAIL_ABSENT, f"S{states.FAIL}")
# Azure's own exemption counts only where we hold an exception for it
_ACCEPTABLE = (*_FAILS, f"S{states.EXEMPT}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Where a control is not known to be satisfied, beside its findings about resources.

    Attributes:
        scopes: Where evidence of it is missing.
        memberships: Sets of systems of which one has a finding of its own that is no pass.
    """

    scopes: tuple[str, ...] = ()
    memberships: tuple[int, ...] = ()


def exclude(
    session: Session, land: Territory, found: Subjects, gaps: tuple[TableGap, ...]
) -> tuple[tuple[TableGap, ...], list[Diagnostic]]:
    """Mark the subjects that exclusions leave out; return the gaps that remain, and warnings."""
    exclusions = [e for e in session.library.exclusions if e.holds(session.at)]
    if not exclusions:
        return gaps, []
    subjects_in(session, land, found, [e.scope for e in exclusions])
    session.run("UPDATE subject SET excluded = true WHERE g IN (SELECT g FROM in_scope)")
    warnings = []
    for n, exclusion in enumerate(exclusions):
        rows = session.count("SELECT count(*) FROM in_scope WHERE n = ?", [n])
        left = tuple(rest for gap in gaps if (rest := outside(land, gap, exclusion.scope)))
        warnings.append(_excluded(exclusion, rows, sum(g not in left for g in gaps)))
        gaps = left
    return tuple(sorted(gaps)), warnings


def _excluded(exclusion: Exclusion, rows: int, gaps: int) -> Diagnostic:
    parts = [f"{rows} resource{'' if rows == 1 else 's'}"]
    if gaps:
        parts.append(f"{gaps} gap{'' if gaps == 1 else 's'} in the evidence")
    return Diagnostic(
        slug="excluded-scope",
        severity=Severity.WARNING,
        message=(
            f"{' and '.join(parts)} in `{scope_key(exclusion.scope)}` left out until "
            f"{exclusion.until.isoformat()}: {exclusion.reason} "
            f"(approved by {exclusion.approved_by})"
        ),
        span=exclusion.span,
    )


def accept(
    session: Session,
    land: Territory,
    found: Subjects,
    concerned: Iterable[tuple[CheckInstance, TableGap]],
    about_systems: Iterable[SystemFinding],
) -> None:
    """Apply the exceptions that are honoured to failing findings, in `work`.

    The finding keeps what it found; `exception` names the record and `accepted` its effect. A
    false-positive record labels a finding and changes nothing (ASSESSMENT section 5). Of several
    exceptions the first by id holds; those that need a compensating control come last, so that
    they see which findings of that control are themselves accepted.
    """
    records = sorted(
        (e for e in session.library.exceptions if e.honoured(session.at) and e.subject.control),
        key=lambda e: (_late(e), e.id),
    )
    if not records:
        return
    subjects_in(session, land, found, [e.scope for e in records])
    doubts = _doubts(session, found, concerned, about_systems)
    for n, record in enumerate(records):
        if record.kind is ExceptionKind.FALSE_POSITIVE:
            _label(session, n, record)
        elif record.kind is ExceptionKind.MITIGATED:
            _mitigate(session, n, record, doubts)
        else:
            _accept(session, n, record)


def _late(record: ExceptionRecord) -> int:
    if record.kind is ExceptionKind.FALSE_POSITIVE:
        return 2
    return int(record.kind is ExceptionKind.MITIGATED)


def _doubts(
    session: Session,
    found: Subjects,
    concerned: Iterable[tuple[CheckInstance, TableGap]],
    about_systems: Iterable[SystemFinding],
) -> Mapping[str, Doubt]:
    """Return, by control, where it is not known to be satisfied as a whole."""
    scopes: dict[str, set[str]] = {}
    systems: dict[str, set[int]] = {}
    for instance, gap in concerned:
        scopes.setdefault(instance.control.id, set()).add(gap.scope)
    for finding in about_systems:
        if finding.outcome is not Outcome.PASS:
            control = session.plan.instances[finding.instance].control.id
            systems.setdefault(control, set()).add(finding.system)
    return {
        control: Doubt(
            scopes=tuple(sorted(scopes.get(control, ()))),
            memberships=tuple(
                m
                for m, members in enumerate(found.memberships)
                if systems.get(control, set()) & set(members)
            ),
        )
        for control in sorted(scopes.keys() | systems.keys())
    }


def _instances(session: Session, record: ExceptionRecord) -> Iterator[int]:
    for instance in session.plan.instances:
        if instance.control.id == record.subject.control and record.subject.check in (
            None,
            instance.check.id,
        ):
            yield instance.number


def _where(session: Session, record: ExceptionRecord, n: int) -> tuple[str, dict[str, object]]:
    where = (
        "WHERE instance IN (SELECT unnest($instances)) AND exception IS NULL "
        "AND verdict IN (SELECT unnest($verdicts)) "
        "AND g IN (SELECT g FROM in_scope WHERE n = $n)"
    )
    values: dict[str, object] = {
        "instances": list(_instances(session, record)),
        "verdicts": list(_ACCEPTABLE),
        "n": n,
        "id": record.id,
    }
    return where, values


def _accept(session: Session, n: int, record: ExceptionRecord) -> None:
    where, values = _where(session, record, n)
    session.run(f"UPDATE work SET exception = $id, accepted = true {where}", values)  # noqa: S608


def _label(session: Session, n: int, record: ExceptionRecord) -> None:
    where, values = _where(session, record, n)
    session.run(
        f"UPDATE work SET exception = $id {where}",  # noqa: S608
        {**values, "verdicts": list(_FAILS)},
    )


def _mitigate(
    session: Session, n: int, record: ExceptionRecord, doubts: Mapping[str, Doubt]
) -> None:
    """Accept where the compensating control passes for the same resource, and nothing else.

    Any other finding of that control on the resource, an accepted one included, or a gap that may
    hide one, and the exception is not honoured there.
    """
    doubt = doubts.get(record.compensating or "", Doubt())
    if record.compensating is None or any(
        s == EVERYWHERE or s.startswith(MANAGEMENT_GROUP) for s in doubt.scopes
    ):
        return
    good = [k for k, v in verdict_table().items() if v.outcome is Outcome.PASS]
    neutral = [k for k, v in verdict_table().items() if v.outcome is Outcome.NOT_APPLICABLE]
    session.create("hole", {"scope": "VARCHAR"}, ((s,) for s in doubt.scopes))
    where, values = _where(session, record, n)
    session.run(
        "UPDATE work SET exception = $id, accepted = true "  # noqa: S608
        f"{where} AND m NOT IN (SELECT unnest($memberships)) "
        "AND g IN (SELECT other.g FROM work other JOIN instance USING (instance) "
        "WHERE instance.control = $control GROUP BY other.g HAVING bool_and("
        "other.verdict IN (SELECT unnest($good) UNION ALL SELECT unnest($neutral))) "
        "AND bool_or(other.verdict IN (SELECT unnest($good)))) "
        "AND g NOT IN (SELECT resource.g FROM resource JOIN hole ON resource.id_key = hole.scope "
        "OR starts_with(resource.id_key, hole.scope || '/'))",
        {
            **values,
            "control": record.compensating,
            "good": good,
            "neutral": neutral,
            "memberships": [-1, *doubt.memberships],
        },
    )
    session.run("DROP TABLE hole")
