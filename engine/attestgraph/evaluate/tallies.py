"""Counting findings, for each system and check, and concluding that nothing was there to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from attestgraph.checks.plan import CheckInstance
from attestgraph.diagnostics import Reason
from attestgraph.evaluate.answers import SystemFinding
from attestgraph.evaluate.findings import verdict_table
from attestgraph.evaluate.gaps import TableGap, left_out_by_plan
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.model.concluded import CheckTally
from attestgraph.model.ids import SystemId, subscription_of
from attestgraph.model.snapshot import RESOURCE_TABLES
from attestgraph.model.words import FindingBasis, Outcome

_Key = TypeVar("_Key", bound=str)
_NEUTRAL = frozenset({Outcome.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How many rows there are where.

    Attributes:
        selected: By instance and system: rows of its types inside the boundary; system -1 is none.
        present: By table and system: rows of any type, exclusions aside.
        subscriptions: By system: the subscriptions that have rows.
    """

    selected: Mapping[tuple[int, int], int]
    present: Mapping[tuple[str, int], int]
    subscriptions: Mapping[int, frozenset[str]]


def take_census(session: Session, found: Subjects) -> Census:
    """Count the subjects by type, table, system and subscription."""
    by_type: Counter[tuple[str, int]] = Counter()
    present: Counter[tuple[str, int]] = Counter()
    for type_, tbl, m, excluded, rows in session.rows(
        "SELECT type, tbl, m, excluded, count(*) FROM subject GROUP BY ALL ORDER BY ALL"
    ):
        for system in found.memberships[m] or (-1,):
            present[RESOURCE_TABLES[tbl], system] += rows
            if not excluded:
                by_type[type_, system] += rows
    selected: Counter[tuple[int, int]] = Counter()
    systems = range(-1, len(session.library.workspace.systems))
    for instance in session.plan.instances:
        for system in systems:
            selected[instance.number, system] = sum(by_type[t, system] for t in instance.types)
    subscriptions: dict[int, set[str]] = {}
    for place in found.places:
        for system in place.systems:
            if place.subscription is not None:
                subscriptions.setdefault(system, set()).add(place.subscription)
    return Census(
        selected=selected,
        present=present,
        subscriptions={n: frozenset(s) for n, s in subscriptions.items()},
    )


def find_empty(
    session: Session, census: Census, concerned: Iterable[tuple[CheckInstance, TableGap]]
) -> Iterator[SystemFinding]:
    """Yield what cannot be judged at all in a system: empty tables, and checks without a way.

    A table that is complete and holds no row of the boundary is a problem of permissions until a
    person says otherwise (ASSESSMENT section 2).
    """
    holes = {(instance.number, n) for instance, gap in concerned for n in gap.systems}
    for number in range(len(session.library.workspace.systems)):
        for instance in session.plan.instances:
            if instance.dormant or left_out_by_plan(session, instance):
                continue
            if instance.kind == "query" or (instance.kind == "policy" and not instance.types):
                yield _not_evaluated(instance, number, Reason.UNSUPPORTED, None)
            elif instance.types and (instance.number, number) not in holes:
                empty = [t for t in instance.tables if not census.present.get((t, number))]
                if empty:
                    yield _not_evaluated(instance, number, Reason.EMPTY_TABLE, empty[0])


def _not_evaluated(
    instance: CheckInstance, system: int, reason: Reason, table: str | None
) -> SystemFinding:
    return SystemFinding(
        instance=instance.number,
        system=system,
        outcome=Outcome.NOT_EVALUATED,
        reason=reason,
        table=table,
    )


@dataclass(slots=True)
class _Count:
    """The findings of one instance in one system."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    bases: Counter[FindingBasis] = field(default_factory=Counter)
    exceptions: set[str] = field(default_factory=set)
    contested: Counter[str] = field(default_factory=Counter)
    special: int = 0

    def add(
        self, outcome: Outcome, reason: Reason | None, basis: FindingBasis | None, rows: int
    ) -> None:
        self.outcomes[outcome] += rows
        if reason is not None:
            self.reasons[reason] += rows
        if basis is not None:
            self.bases[basis] += rows


def make_tallies(
    session: Session,
    found: Subjects,
    census: Census,
    concerned: Iterable[tuple[CheckInstance, TableGap]],
    not_assigned: Mapping[int, set[int]],
    notes: Mapping[tuple[int, int], list[str]],
) -> tuple[CheckTally, ...]:
    """Return the tally of every instance in every system, by system, control, check and digest."""
    counts = _counted(session, found)
    missing = _gap_subscriptions(concerned)
    tallies = []
    for number, system in enumerate(session.library.workspace.systems):
        for instance in session.plan.instances:
            at = (instance.number, number)
            out = _left_out(session, instance, number, not_assigned)
            count = counts.get(at, _Count()) if out is None else _Count()
            about = (
                *_subscription_notes(count, missing.get(at, set()), census, number),
                *(f"{n} findings contested by `{e}`" for e, n in sorted(count.contested.items())),
                *(notes.get((instance.number, number), ()) if out is None else ()),
                *((instance.rule_note,) if out is None and instance.rule_note else ()),
            )
            selected = census.selected.get(at, 0)
            tallies.append(_tally(system.id, instance, count, selected, out, about))
    return tuple(sorted(tallies, key=lambda t: (t.system, t.control, t.check, t.parameters)))


def _tally(
    system: SystemId,
    instance: CheckInstance,
    count: _Count,
    selected: int,
    out: Reason | None,
    notes: tuple[str, ...],
) -> CheckTally:
    none = out is None and _none_deployed(instance, count)
    return CheckTally(
        system=system,
        control=instance.control.id,
        check=instance.check.id,
        parameters=instance.parameters.digest,
        counts={o: count.outcomes[o] for o in Outcome if count.outcomes[o]},
        reasons=_sorted(count.reasons),
        bases=_sorted(count.bases),
        selected=selected,
        none_deployed=none,
        left_out=out,
        exceptions=tuple(sorted(count.exceptions)),
        notes=(*_selection_notes(instance, selected, none=none), *notes),
    )


def _sorted(counter: Counter[_Key]) -> dict[_Key, int]:
    return {key: counter[key] for key in sorted(counter)}


def _counted(session: Session, found: Subjects) -> dict[tuple[int, int], _Count]:
    vocabulary = verdict_table()
    counts: dict[tuple[int, int], _Count] = {}
    for instance, m, text, exception, accepted, rows in session.rows(
        "SELECT instance, m, verdict, exception, accepted, count(*) FROM work "
        "GROUP BY ALL ORDER BY ALL"
    ):
        verdict = vocabulary[text]
        outcome, reason = verdict.outcome, verdict.reason
        if accepted:
            outcome, reason = Outcome.ACCEPTED, None
        for system in found.memberships[m]:
            count = counts.setdefault((instance, system), _Count())
            count.add(outcome, reason, verdict.basis, rows)
            if accepted:
                count.exceptions.add(exception)
            elif exception is not None:
                count.contested[exception] += rows
    for instance, systems, outcome, reason, basis, rows in session.rows(
        "SELECT instance, systems, outcome, reason, basis, count(*) FROM special "
        "GROUP BY ALL ORDER BY ALL"
    ):
        for system in systems:
            count = counts.setdefault((instance, system), _Count())
            count.special += rows
            count.add(
                Outcome(outcome),
                Reason(reason) if reason else None,
                FindingBasis(basis) if basis else None,
                rows,
            )
    return counts


def _left_out(
    session: Session, instance: CheckInstance, system: int, not_assigned: Mapping[int, set[int]]
) -> Reason | None:
    if instance.dormant:
        return None
    if left_out_by_plan(session, instance):
        return Reason.NOT_COLLECTED
    out = system in not_assigned.get(instance.number, ())
    return Reason.NOT_ASSIGNED if out else None


def _none_deployed(instance: CheckInstance, count: _Count) -> bool:
    """Tell whether nothing was left to judge, and nothing is missing that could change that."""
    if not instance.types:
        return False
    return not any(n for outcome, n in count.outcomes.items() if outcome not in _NEUTRAL)


def _selection_notes(instance: CheckInstance, selected: int, *, none: bool) -> Iterator[str]:
    if none and instance.dormant:
        yield "nothing is asked: with the values set, `where` is false for every resource"
    elif none and selected:
        kinds = ", ".join(instance.types)
        who = "the definition applies to" if instance.rules else "`where` leaves"
        yield f"{who} 0 of {selected} resources of {kinds}"


def _gap_subscriptions(
    concerned: Iterable[tuple[CheckInstance, TableGap]],
) -> dict[tuple[int, int], set[str]]:
    """Return, by instance and system, the subscriptions that are missing as a whole."""
    found: dict[tuple[int, int], set[str]] = {}
    for instance, gap in concerned:
        subscription = subscription_of(gap.scope)
        if subscription is not None and gap.scope == f"/subscriptions/{subscription}":
            for system in gap.systems:
                found.setdefault((instance.number, system), set()).add(subscription)
    return found


def _subscription_notes(
    count: _Count, missing: set[str], census: Census, system: int
) -> Iterator[str]:
    if not missing:
        return
    known = census.subscriptions.get(system, frozenset()) | missing
    judged = [n for o, n in count.outcomes.items() if o not in (Outcome.PASS, *_NEUTRAL)]
    passes = count.outcomes[Outcome.PASS] and sum(judged) == count.special
    yield (
        f"{len(known) - len(missing)} of {len(known)} subscriptions evaluated"
        + (", all pass" if passes else "")
    )
