"""Deciding policy checks: by the state of each resource, else by the definition itself.

The definition decides only where it is known that there is no state: where states may be missing,
a resource without one stays not evaluated. So a table that goes missing never turns one claim into
another (ASSESSMENT section 6, law 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attestgraph.checks import states, verdicts
from attestgraph.checks.tables import POLICY_STATES
from attestgraph.evaluate.findings import STATE
from attestgraph.evaluate.gaps import TableGap, reads_states
from attestgraph.evaluate.policy import by_component
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.evaluate.territory import Territory
from attestgraph.evaluate.whole import whole_at

_OPEN: Final = (verdicts.BY_STATE, *verdicts.RULED.values())
# a state, where there is one; else the rule, whose error is no more than its word
_DECIDED: Final = """
CREATE TABLE decided AS SELECT work.instance, work.g, state.r,
  CASE WHEN state.code IS NOT NULL THEN $state || state.code
    WHEN blind.place IS NOT NULL THEN $state || $unseen
    WHEN ruled.instance IS NULL THEN $state || $none
    ELSE work.verdict END AS verdict
FROM work JOIN resource USING (g) JOIN subject USING (g)
LEFT JOIN ruled ON ruled.instance = work.instance
LEFT JOIN blind ON blind.instance = work.instance AND blind.place = subject.place
LEFT JOIN state ON state.instance = work.instance AND state.id_key = resource.id_key
  AND state.by_component = (resource.type IN (SELECT type FROM component_type))
WHERE work.verdict IN (SELECT unnest($open)) OR (work.verdict = $faulty AND ruled.reads)
"""


def decide(session: Session, land: Territory, found: Subjects, gaps: Iterable[TableGap]) -> None:
    """Give every policy finding of `work` its verdict, and note its state in `chosen`."""
    by_rule = [i for i in session.judged if i.rules]
    session.create(
        "ruled",
        {"instance": "INTEGER", "reads": "BOOLEAN"},
        ((i.number, reads_states(session, i)) for i in by_rule),
    )
    session.create(
        "open_verdict",
        {"code": "VARCHAR", "verdict": "VARCHAR"},
        ((code, verdict) for verdict, code in verdicts.RULED.items()),
    )
    if session.snapshot.table(POLICY_STATES) is None:
        # the missing table is a finding of its own
        session.run(
            "DELETE FROM work WHERE verdict = $open OR (verdict IN (SELECT code FROM open_verdict) "
            "AND instance IN (SELECT instance FROM ruled WHERE reads))",
            {"open": verdicts.BY_STATE},
        )
    elif session.count(
        "SELECT count(*) FROM work WHERE verdict IN (SELECT unnest($open))", {"open": list(_OPEN)}
    ):
        _by_state(session, land, found, tuple(gaps))
    session.run(
        "UPDATE work SET verdict = open_verdict.verdict FROM open_verdict "
        "WHERE work.verdict = open_verdict.code"
    )


def _by_state(
    session: Session,
    land: Territory,
    found: Subjects,
    gaps: tuple[TableGap, ...],
) -> None:
    types = sorted(by_component(session.plan.by_type))
    session.create("component_type", {"type": "VARCHAR"}, ((t,) for t in types))
    session.create(
        "blind",
        {"instance": "INTEGER", "place": "INTEGER"},
        _blind(session, land, found, gaps),
    )
    session.run(
        _DECIDED,
        {
            "state": STATE,
            "none": states.NOT_ASSIGNED,
            "unseen": states.UNSEEN,
            "open": list(_OPEN),
            "faulty": verdicts.FAULTY,
        },
    )
    session.run(
        "UPDATE work SET verdict = decided.verdict FROM decided "
        "WHERE work.instance = decided.instance AND work.g = decided.g"
    )
    session.run("INSERT INTO chosen SELECT g, instance, r FROM decided WHERE r IS NOT NULL")
    # what the rule would have said explains nothing where a state was found
    session.run(
        "DELETE FROM detail_of USING decided WHERE detail_of.g = decided.g "
        "AND detail_of.instance = decided.instance AND starts_with(decided.verdict, $state)",
        {"state": STATE},
    )
    session.run("DROP TABLE decided")


def _blind(
    session: Session,
    land: Territory,
    found: Subjects,
    gaps: tuple[TableGap, ...],
) -> Iterator[tuple[int, int]]:
    """Yield the places where a state may be missing, for each instance that reads states."""
    for instance in session.judged:
        if instance.kind != "policy" or not reads_states(session, instance):
            continue
        is_whole = whole_at(session, land, POLICY_STATES, instance.types, gaps)
        for place in found.places:
            if not is_whole(place.key):
                yield instance.number, place.number
