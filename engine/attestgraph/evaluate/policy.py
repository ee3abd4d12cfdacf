"""Policy checks: what the compliance states say of the applicable resources.

The denominator is the snapshot's resources (ASSESSMENT section 3); a state of a resource that is
not in the snapshot counts for nothing. DuckDB joins and picks; what a state says is judged in
Python, once for each distinct combination of word, effect, parameters and age.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson

from attestgraph.checks.plan import CheckInstance
from attestgraph.checks.states import LOOSER, NOT_ASSIGNED, PASS, bounds, judge_state
from attestgraph.checks.tables import POLICY_STATES
from attestgraph.evaluate.gaps import reads_states
from attestgraph.evaluate.session import LEEWAY, Session, naive
from attestgraph.evaluate.subjects import Subjects
from attestgraph.evaluate.territory import Territory
from attestgraph.model.authored import PolicyTest

NO_STATES: Final = NOT_ASSIGNED + 1
_BY_COMPONENT: Final = ("microsoft.keyvault.data/", "microsoft.managedhsm.data/")
_CODE: Final = 1 << 40
"""A state's rank and its place in the table in one number: the worst state, then the first."""


@dataclass(slots=True)
class States:
    """What policy states leave beside the working tables.

    Attributes:
        assigned: Pairs of instance and system where the definition has any state.
        assigned_outside: Instances whose definition has a state of a resource in no system.
        notes: By instance and system: what a reader must be told.
    """

    assigned: set[tuple[int, int]] = field(default_factory=set)
    assigned_outside: set[int] = field(default_factory=set)
    notes: dict[tuple[int, int], list[str]] = field(default_factory=dict)


def judge_states(session: Session, land: Territory, found: Subjects) -> States:
    """Decide what policy checks say, in the working table `state` (instance, id_key, code, r).

    `state_detail` (r, expected, actual) explains the states that are no pass.
    """
    result = States()
    session.run(
        "CREATE TABLE state (instance INTEGER, id_key VARCHAR, by_component BOOLEAN, "
        "code INTEGER, r BIGINT)"
    )
    session.run(
        "CREATE TABLE state_detail (instance INTEGER, r BIGINT, observed_at TIMESTAMP, "
        "expected VARCHAR, actual VARCHAR)"
    )
    instances = [i for i in session.judged if reads_states(session, i)]
    path = session.snapshot.table(POLICY_STATES)
    if path is None or not instances:
        return result
    _select(session, instances, str(path))
    _judge(session, {i.number: i for i in instances})
    session.run(
        "INSERT INTO state SELECT instance, id_key, by_component, max(rank) // $code, "  # noqa: S608
        f"{_CODE - 1} - max(rank) % $code FROM ("
        "SELECT instance, resource_key AS id_key, false AS by_component, rank FROM known "
        "UNION ALL SELECT instance, component_id, true, rank FROM known "
        "WHERE component_id IS NOT NULL) GROUP BY ALL",
        {"code": _CODE},
    )
    _assigned(session, land, result)
    _looser(session, found, result)
    _details(session)
    session.run("DROP TABLE known")
    return result


def _select(session: Session, instances: Iterable[CheckInstance], path: str) -> None:
    """Keep the states of the definitions in use, in `candidate`."""
    session.create(
        "wanted",
        {
            "instance": "INTEGER",
            "name": "VARCHAR",
            "key": "VARCHAR",
            "oldest": "TIMESTAMP",
            "bound": "BOOLEAN",
        },
        (
            _wanted(session, i, i.check.test)
            for i in instances
            if isinstance(i.check.test, PolicyTest)
        ),
    )
    columns = (
        "wanted.instance, s.file_row_number AS r, s.resource_key, s.component_id, s.state, "
        "s.effect, CASE WHEN wanted.bound THEN s.parameters END AS parameters, s.assignment_key, "
        "s.subscription_id, s.evaluated_at, "
        "coalesce(s.evaluated_at BETWEEN wanted.oldest AND $newest, false) AS young"
    )
    source = "FROM read_parquet($path, file_row_number=true) s JOIN wanted ON"
    session.run(
        f"CREATE TABLE candidate AS SELECT {columns} {source} s.definition_name = wanted.name "
        f"UNION ALL SELECT {columns} {source} s.definition_key = wanted.key",
        {"path": path, "newest": naive(session.at + LEEWAY)},
    )


def _wanted(
    session: Session, instance: CheckInstance, test: PolicyTest
) -> tuple[int, str | None, str | None, str, bool]:
    full = "/" in test.definition
    age = test.max_state_age or session.max_age(POLICY_STATES)
    return (
        instance.number,
        None if full else test.definition,
        test.definition if full else None,
        naive(session.at - age).isoformat(sep=" "),
        bool(test.requires),
    )


def _judge(session: Session, instances: dict[int, CheckInstance]) -> None:
    """Judge each distinct combination, and rank the states in `known`."""
    distinct = session.rows(
        "SELECT DISTINCT instance, state, effect, parameters, young FROM candidate ORDER BY ALL"
    )
    session.create(
        "judged_state",
        {
            "instance": "INTEGER",
            "state": "VARCHAR",
            "effect": "VARCHAR",
            "parameters": "VARCHAR",
            "young": "BOOLEAN",
            "code": "BIGINT",
        },
        (
            (number, state, effect, parameters, young, code)
            for number, state, effect, parameters, young in distinct
            for code in [_code(instances[number], state, effect, parameters, young=young)]
        ),
    )
    session.run(
        "CREATE TABLE known AS SELECT c.*, j.code, "  # noqa: S608
        f"j.code * {_CODE} + {_CODE - 1} - c.r AS rank FROM candidate c "
        "JOIN judged_state j ON c.instance = j.instance AND c.state = j.state "
        "AND c.effect IS NOT DISTINCT FROM j.effect "
        "AND c.parameters IS NOT DISTINCT FROM j.parameters AND c.young = j.young"
    )
    session.run("DROP TABLE candidate")


def _code(
    instance: CheckInstance, state: str, effect: str | None, parameters: str | None, *, young: bool
) -> int:
    test = instance.check.test
    requires = test.requires if isinstance(test, PolicyTest) else ()
    requires = bounds(requires, instance.parameters.plain)
    return judge_state(state, effect=effect, parameters=parameters, young=young, requires=requires)


def _assigned(session: Session, land: Territory, result: States) -> None:
    """Note in which systems each definition has any state at all; tags play no part here."""
    for instance, key in session.rows(
        "SELECT DISTINCT instance, array_to_string(string_split(resource_key, '/')[:5], '/') "
        "FROM known ORDER BY ALL"
    ):
        systems = [n for n, d in enumerate(land.domains) if land.inside(d, key) is not False]
        result.assigned.update((instance, n) for n in systems)
        if not systems:
            result.assigned_outside.add(instance)


def _looser(session: Session, found: Subjects, result: States) -> None:
    """Note how many states of a system's resources are of assignments that do not count."""
    counted: dict[tuple[int, int], int] = {}
    for instance, m, looser in session.rows(
        "SELECT known.instance, subject.m, count(*) FROM known "
        "JOIN resource ON resource.id_key = known.resource_key JOIN subject USING (g) "
        "WHERE known.code = $looser GROUP BY ALL ORDER BY ALL",
        {"looser": LOOSER},
    ):
        for system in found.memberships[m]:
            key = (instance, system)
            counted[key] = counted.get(key, 0) + looser
    for key, looser in counted.items():
        noun = "state is" if looser == 1 else "states are"
        result.notes.setdefault(key, []).append(
            f"{looser} {noun} of assignments with looser parameters, and not counted"
        )


def _details(session: Session) -> None:
    """Explain the states that were chosen and are no pass."""
    rows = session.rows(
        "SELECT DISTINCT known.instance, known.state, known.effect, known.assignment_key "
        "FROM state JOIN known USING (instance, r) WHERE state.code <> $passed ORDER BY ALL",
        {"passed": PASS},
    )
    session.create(
        "explained",
        {
            "instance": "INTEGER",
            "state": "VARCHAR",
            "effect": "VARCHAR",
            "assignment_key": "VARCHAR",
            "actual": "VARCHAR",
        },
        ((*row, _actual(row[1], row[2], row[3])) for row in rows),
    )
    session.run(
        "INSERT INTO state_detail SELECT DISTINCT known.instance, known.r, known.evaluated_at, "
        "CASE WHEN state.code <> $passed THEN $expected END, explained.actual "
        "FROM state JOIN known USING (instance, r) LEFT JOIN explained "
        "ON explained.instance = known.instance AND explained.state = known.state "
        "AND explained.effect IS NOT DISTINCT FROM known.effect "
        "AND explained.assignment_key = known.assignment_key AND state.code <> $passed",
        {"passed": PASS, "expected": '{"complianceState":"compliant"}'},
    )


def _actual(state: str, effect: str | None, assignment: str) -> str:
    shown = {"complianceState": state, "effect": effect, "policyAssignmentId": assignment}
    return orjson.dumps({k: v for k, v in shown.items() if v is not None}).decode()


def by_component(types: Iterable[str]) -> Iterator[str]:
    """Yield the types whose states name them as components of another resource."""
    return (t for t in types if t.startswith(_BY_COMPONENT))
