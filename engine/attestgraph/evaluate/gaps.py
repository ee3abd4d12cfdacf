"""What is missing: every known or possible hole in the evidence, and the systems it concerns.

A gap becomes a `not-evaluated` finding of its own (decision 0006): it belongs to every system whose
boundary meets its scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from attestgraph.checks.plan import CheckInstance
from attestgraph.checks.tables import CONTAINERS, POLICY_STATES, table_of
from attestgraph.diagnostics import Reason
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.evaluate.territory import MANAGEMENT_GROUP, Domain, Territory, scope_key
from attestgraph.model.authored import RowTest
from attestgraph.model.ids import is_within, subscription_of
from attestgraph.model.records import Scope, ScopeKind
from attestgraph.model.snapshot import TableManifest, TableSource
from attestgraph.model.words import Completeness

EVERYWHERE = "/"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class TableGap:
    """A hole in one table.

    Attributes:
        scope: Id key of the part that is missing; `/` is everything.
        types: Resource types that it concerns; empty is all.
        systems: Numbers of the systems that it concerns.
        membership: It is about which resources are in a system, so it concerns every type.
    """

    table: str
    scope: str
    reason: Reason
    types: tuple[str, ...] = ()
    detail: str = ""
    systems: tuple[int, ...] = ()
    membership: bool = False

    def concerns(self, types: Iterable[str]) -> bool:
        """Tell whether rows of some types may be missing."""
        return not self.types or any(t in self.types for t in types)


def find_gaps(session: Session, land: Territory, found: Subjects) -> tuple[TableGap, ...]:
    """Return every gap of every table of the snapshot, sorted, before exclusions."""
    gaps = [
        *_stated(session, land),
        *_uncovered(session, land),
        *_membership(session, land, found),
    ]
    return tuple(sorted(_joined(gaps)))


def _joined(gaps: Iterable[TableGap]) -> Iterator[TableGap]:
    """Put gaps that differ only in their systems together."""
    systems: dict[TableGap, set[int]] = {}
    for gap in gaps:
        systems.setdefault(replace(gap, systems=()), set()).update(gap.systems)
    for gap, numbers in systems.items():
        yield replace(gap, systems=tuple(sorted(numbers)))


def _stated(session: Session, land: Territory) -> Iterator[TableGap]:
    """Yield what the tables say of themselves."""
    for name, table in session.snapshot.manifest.tables.items():
        for reason, scope, types, detail in _own(table):
            yield TableGap(
                table=name,
                scope=scope or EVERYWHERE,
                reason=reason,
                types=tuple(sorted(types)),
                detail=detail,
                systems=land.meeting(scope or EVERYWHERE),
            )


def _own(table: TableManifest) -> Iterator[tuple[Reason, str, tuple[str, ...], str]]:
    for gap in table.incomplete:
        yield gap.reason, gap.scope, gap.types, gap.detail
    if not table.incomplete and table.complete is not Completeness.TRUE:
        known = table.complete is Completeness.FALSE
        reason = Reason.INCOMPLETE if known else Reason.UNKNOWN_COMPLETENESS
        yield reason, EVERYWHERE, (), "the table does not say what is missing"
    if table.name == POLICY_STATES and table.includes_compliant is False:
        yield Reason.INCOMPLETE, EVERYWHERE, (), "compliant states were not asked for"


def _uncovered(session: Session, land: Territory) -> Iterator[TableGap]:
    """Yield the parts of boundaries that were not asked for, or asked for too long ago."""
    for name, table in session.snapshot.manifest.tables.items():
        fresh = [s for s in table.sources if session.fresh(name, s.started_at)]
        for number, domain in enumerate(land.domains):
            for part in _parts(session, land, domain):
                if covered(land, part, fresh):
                    continue
                old = covered(land, part, table.sources)
                yield TableGap(
                    table=name,
                    scope=part,
                    reason=Reason.STALE if old else Reason.NOT_COLLECTED,
                    detail="the evidence is too old" if old else "the scope was not asked for",
                    systems=(number,),
                )


def _parts(session: Session, land: Territory, domain: Domain) -> tuple[str, ...]:
    """Return the scopes that make up a boundary; without any, those that the snapshot is of."""
    if domain.everywhere:
        return session.snapshot.manifest.scopes or (EVERYWHERE,)
    groups = [part for g in sorted(domain.groups) for part in _of_group(session, land, g)]
    return (*domain.scopes, *groups)


def _of_group(session: Session, land: Territory, group: str) -> list[str]:
    """Return a management group, or its subscriptions where all of them are known to be known."""
    whole = MANAGEMENT_GROUP + group
    containers = session.snapshot.manifest.tables.get(CONTAINERS)
    if containers is None or containers.complete is not Completeness.TRUE:
        return [whole]
    if not covered(land, whole, containers.sources):
        return [whole]
    inside = sorted(s for s, chain in land.chains.items() if group in chain)
    return [f"/subscriptions/{s}" for s in inside] or [whole]


def covered(land: Territory, part: str, sources: Iterable[TableSource]) -> bool:
    """Tell whether sources hold a whole scope; one without scopes is of everything."""
    return any(_reaches(land, part, scope) for s in sources for scope in s.scopes or (EVERYWHERE,))


def _reaches(land: Territory, part: str, scope: str) -> bool:
    if is_within(part, scope):
        return True
    if not scope.startswith(MANAGEMENT_GROUP):
        return False
    group = scope.removeprefix(MANAGEMENT_GROUP)
    return group in land.chains.get(subscription_of(part) or "", frozenset())


def _membership(session: Session, land: Territory, found: Subjects) -> Iterator[TableGap]:
    """Yield what is not known about which resources belong to a system."""
    by_group = tuple(n for n, domain in enumerate(land.domains) if domain.groups)
    if by_group and session.snapshot.table(CONTAINERS) is None:
        yield TableGap(
            table=CONTAINERS,
            scope=EVERYWHERE,
            reason=Reason.NOT_COLLECTED,
            detail="which subscriptions are in the management groups is not known",
            systems=by_group,
            membership=True,
        )
        return
    for place in found.places:
        for number in place.perhaps:
            by_group_alone = land.inside(land.domains[number], place.key) is None
            yield TableGap(
                table=CONTAINERS,
                scope=f"/subscriptions/{place.subscription}" if by_group_alone else place.key,
                reason=land.unknown if by_group_alone else Reason.REDACTED,
                detail="whether these resources belong to the system is not known",
                systems=(number,),
                membership=True,
            )


def reads_states(session: Session, instance: CheckInstance) -> bool:
    """Tell whether an instance reads compliance states.

    Where they are outside the plan, a check that has its definition judges rows alone: as always,
    whether the snapshot holds the table all the same plays no part.
    """
    if instance.kind != "policy":
        return False
    return not instance.rules or session.in_plan(POLICY_STATES)


def tables_of(session: Session, instance: CheckInstance) -> tuple[str, ...]:
    """Return the tables that an instance needs: its subjects', and that of policy states."""
    return (*instance.tables, *((POLICY_STATES,) if reads_states(session, instance) else ()))


def left_out_by_plan(session: Session, instance: CheckInstance) -> bool:
    """Tell whether an alternative is not configured: a source is outside the plan.

    Whether the snapshot holds the table all the same plays no part: removing it must not change
    what counts (decision 0007).
    """
    if instance.check.alternative is None:
        return False
    states_alone = instance.kind == "policy" and not instance.rules
    if states_alone and not session.in_plan(POLICY_STATES):
        return True
    if instance.kind == "query":
        return not session.in_plan("queries")
    if any(not session.in_plan(table) for table in _related_tables(instance)):
        return True
    return bool(instance.tables) and not any(session.in_plan(t) for t in instance.tables)


def _related_tables(instance: CheckInstance) -> tuple[str, ...]:
    """Return the tables that a row check reads beside its subjects'."""
    test = instance.check.test
    return tuple(table_of(r.type) for r in test.related) if isinstance(test, RowTest) else ()


def gaps_of(
    session: Session, instance: CheckInstance, gaps: Iterable[TableGap], systems: int
) -> Iterator[TableGap]:
    """Yield the gaps that concern one instance, one for each scope and set of systems."""
    chosen: dict[tuple[str, tuple[int, ...]], TableGap] = {}
    everyone = tuple(range(systems))
    for gap in sorted((*_missing(session, instance, everyone), *gaps)):
        if gap.systems and (gap.membership or _in_tables(session, instance, gap)):
            chosen.setdefault((gap.scope, gap.systems), gap)
    yield from chosen.values()


def _in_tables(session: Session, instance: CheckInstance, gap: TableGap) -> bool:
    if gap.table == POLICY_STATES:
        return reads_states(session, instance) and gap.concerns(instance.types)
    here = [t for t in instance.types if table_of(t) == gap.table]
    return bool(here) and gap.concerns(here)


def _missing(
    session: Session, instance: CheckInstance, everyone: tuple[int, ...]
) -> Iterator[TableGap]:
    """Yield the tables that are not there, and the types that were not asked for."""
    for name in tables_of(session, instance):
        table = session.snapshot.manifest.tables.get(name)
        of_table = [t for t in instance.types if name in (table_of(t), POLICY_STATES)]
        if table is None:
            lacking, detail = of_table, "the table is not in the snapshot"
        elif table.types is not None:
            lacking, detail = [t for t in of_table if t not in table.types], "not asked for"
        else:
            continue
        if lacking:
            yield TableGap(
                table=name,
                scope=EVERYWHERE,
                reason=Reason.NOT_COLLECTED,
                types=tuple(sorted(lacking)),
                detail=detail,
                systems=everyone,
            )


def outside(land: Territory, gap: TableGap, scope: Scope) -> TableGap | None:
    """Return what an exclusion leaves of a gap: nothing, other types only, or all of it."""
    if scope.tag is not None or gap.scope == EVERYWHERE or not _lies_in(land, gap.scope, scope):
        return gap
    if scope.type is None:
        return None
    rest = tuple(t for t in gap.types if t != scope.type)
    return replace(gap, types=rest) if rest else (gap if not gap.types else None)


def _lies_in(land: Territory, key: str, scope: Scope) -> bool:
    if scope.kind is ScopeKind.MANAGEMENT_GROUP:
        return key == scope_key(scope) or scope.key in land.groups_above(key)
    return is_within(key, scope.key)
