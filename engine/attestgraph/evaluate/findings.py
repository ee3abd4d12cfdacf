"""From verdict characters to findings: the working table `work`, and what is not about a resource.

`work` (instance, g, m, verdict, exception, accepted): one line a finding about a resource;
`chosen` (g, instance, r): the compliance state that each rests on, by its row in the table;
`special` (instance, m, …): findings about scopes and systems, with the columns of a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

from attestgraph.checks import states, verdicts
from attestgraph.checks.plan import CheckInstance
from attestgraph.checks.tables import POLICY_STATES
from attestgraph.checks.verdicts import Verdict
from attestgraph.diagnostics import Reason
from attestgraph.evaluate.answers import SystemFinding
from attestgraph.evaluate.gaps import TableGap, gaps_of, left_out_by_plan
from attestgraph.evaluate.policy import NO_STATES, States
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.model.ids import subscription_of
from attestgraph.model.words import Outcome

STATE: Final = "S"
_MISSING_STATE: Final = (f"{STATE}{states.NOT_ASSIGNED}", f"{STATE}{NO_STATES}")


def verdict_table() -> Mapping[str, Verdict]:
    """Return every verdict by the text that `work` holds."""
    no_states = Verdict(outcome=Outcome.NOT_EVALUATED, reason=Reason.NO_STATES)
    by_state = {**states.STATE_VERDICTS, NO_STATES: no_states}
    return {**verdicts.VERDICTS, **{f"{STATE}{code}": v for code, v in by_state.items()}}


def make_work(session: Session) -> None:
    """Expand the strings of verdicts; policy checks are still to be decided (see `decide`)."""
    _vocabulary(session)
    session.run("CREATE TABLE chosen (g BIGINT, instance INTEGER, r BIGINT)")
    session.run(
        "CREATE TABLE work AS SELECT item.instance, s.g, s.m, "
        "coalesce(s.state, substr(j.codes, item.position, 1), item.code, $fault) AS verdict, "
        "NULL::VARCHAR AS exception, false AS accepted "
        "FROM subject s JOIN item USING (type) LEFT JOIN judged j USING (g) "
        "WHERE NOT s.excluded AND item.instance NOT IN (SELECT instance FROM unplanned)",
        {"fault": verdicts.FAULTY},
    )


def _vocabulary(session: Session) -> None:
    session.create(
        "verdict",
        {"verdict": "VARCHAR", "outcome": "VARCHAR", "reason": "VARCHAR", "basis": "VARCHAR"},
        ((key, v.outcome, v.reason, v.basis) for key, v in verdict_table().items()),
    )
    session.create(
        "instance",
        {"instance": "INTEGER", "control": "VARCHAR", "check_id": "VARCHAR", "digest": "VARCHAR"},
        ((i.number, i.control.id, i.check.id, i.parameters.digest) for i in session.plan.instances),
    )
    session.create(
        "unplanned",
        {"instance": "INTEGER"},
        ((i.number,) for i in session.plan.instances if left_out_by_plan(session, i)),
    )


def left_out_by_states(
    session: Session,
    found: Subjects,
    held: States,
    gaps: Iterable[TableGap],
    selected: Mapping[tuple[int, int], int],
) -> dict[int, set[int]]:
    """Return, by instance, the systems where its definition has no state though all are known.

    There an alternative is not configured, and is dropped from the findings of resources that are
    in no other system; a required check's findings say `no-states`. What is in no system is treated
    as a system of its own, number -1. Where nothing is selected, nothing could be assigned.
    """
    known = [g for g in gaps if g.table == POLICY_STATES]
    out: dict[int, set[int]] = {}
    if session.snapshot.table(POLICY_STATES) is None:
        return out
    systems = range(-1, len(session.library.workspace.systems))
    for instance in session.judged:
        if instance.kind != "policy" or instance.rules or left_out_by_plan(session, instance):
            # one that has its definition is configured without an assignment
            continue
        holes = {n for g in known if g.concerns(instance.types) for n in g.systems}
        out[instance.number] = {
            n
            for n in systems
            if n not in holes
            and not _has_state(held, instance.number, n)
            and selected.get((instance.number, n), 0)
        }
        for m, members in enumerate(found.memberships):
            if set(members or (-1,)) <= out[instance.number]:
                _without_states(session, instance.number, m, instance.check.alternative)
    alternatives = {i.number for i in session.judged if i.check.alternative is not None}
    return {
        n: {s for s in found_out if s >= 0} for n, found_out in out.items() if n in alternatives
    }


def _has_state(held: States, instance: int, system: int) -> bool:
    if system < 0:
        return instance in held.assigned_outside
    return (instance, system) in held.assigned


def _without_states(session: Session, instance: int, m: int, alternative: str | None) -> None:
    values = {"instance": instance, "m": m}
    where = "WHERE instance = $instance AND m = $m"
    if alternative is not None:
        # what is left out says nothing at all, not even of what it would leave out
        session.run(f"DELETE FROM work {where}", values)  # noqa: S608
        return
    session.run(
        f"UPDATE work SET verdict = $no_states {where} AND verdict = $not_assigned",  # noqa: S608
        {**values, "no_states": _MISSING_STATE[1], "not_assigned": _MISSING_STATE[0]},
    )


def concerned_by(
    session: Session, gaps: Iterable[TableGap]
) -> tuple[tuple[CheckInstance, TableGap], ...]:
    """Return each instance with each gap that concerns it."""
    gaps = tuple(gaps)
    systems = len(session.library.workspace.systems)
    return tuple(
        (instance, gap)
        for instance in session.judged
        if not left_out_by_plan(session, instance)
        for gap in gaps_of(session, instance, gaps, systems)
    )


_SPECIAL: Final = {
    "s": "INTEGER",
    "instance": "INTEGER",
    "systems": "INTEGER[]",
    "names": "VARCHAR[]",
    "resource_key": "VARCHAR",
    "resource_id": "VARCHAR",
    "subscription_id": "VARCHAR",
    "outcome": "VARCHAR",
    "reason": "VARCHAR",
    "basis": "VARCHAR",
    "evidence_table": "VARCHAR",
    "actual": "VARCHAR",
}


def make_special(
    session: Session,
    concerned: Iterable[tuple[CheckInstance, TableGap]],
    about_systems: Iterable[SystemFinding],
) -> None:
    """Write the findings about scopes and systems; each names its systems by their numbers."""
    rows = _special(session, concerned, about_systems)
    session.create("special", _SPECIAL, ((s, *row) for s, row in enumerate(rows)))


def _special(
    session: Session,
    concerned: Iterable[tuple[CheckInstance, TableGap]],
    about_systems: Iterable[SystemFinding],
) -> Iterator[tuple[object, ...]]:
    systems = session.library.workspace.systems
    for instance, gap in concerned:
        shown = {"missing": list(gap.types), "detail": gap.detail}
        yield (
            instance.number,
            list(gap.systems),
            sorted(systems[n].id for n in gap.systems),
            gap.scope,
            gap.scope,
            subscription_of(gap.scope),
            Outcome.NOT_EVALUATED,
            gap.reason,
            None,
            gap.table,
            orjson.dumps({k: v for k, v in shown.items() if v}).decode(),
        )
    for finding in about_systems:
        yield (
            finding.instance,
            [finding.system],
            [systems[finding.system].id],
            "",
            systems[finding.system].id,
            None,
            finding.outcome,
            finding.reason,
            finding.basis,
            finding.table,
            finding.detail,
        )
