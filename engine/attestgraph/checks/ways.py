"""What would make known what is not: for a check and a reason, the ways, as closed values.

Pure and without wording of its own beside what a way says; `way_commands` has the command lines.
Reports, explanations and first looks read the same ways, so that all name the same commands.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from attestgraph.checks.plan import EvidenceNeed
from attestgraph.checks.tables import POLICY_STATES, RESOURCES
from attestgraph.diagnostics import Reason
from attestgraph.model.authored import AttestTest, Check, PolicyTest
from attestgraph.model.words import Completeness

Held = Mapping[str, Completeness]
"""The tables of the evidence, by name, and whether each is known to be whole."""


class WayKind(enum.StrEnum):
    """How something can become known; in the order of effort.

    `scope` is said only by whoever knows that nothing else lacks; `ways_to_know` says `prove`.
    """

    SCOPE = "scope"
    PROVE = "prove"
    EXPORT = "export"
    STATES = "states"
    LIST = "list"
    SHOW = "show"
    READ = "read"
    SCAN = "scan"
    RESCAN = "rescan"
    ASSIGN = "assign"
    DECLARE = "declare"
    SIGN = "sign"
    LOOK = "look"
    NONE = "none"


KIND_ORDER: Final[Mapping[WayKind, int]] = {kind: n for n, kind in enumerate(WayKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One thing to do, after which something is known that was not.

    Attributes:
        kind: What is done.
        table: The table that it fills or proves; empty where no table is concerned.
        name: What tells ways of a kind apart: a child type, a definition, or who signs.
        types: Resource types that rows are wanted of, lower case.
        parents: Types of the resources that a child or extension hangs on, lower case.
        tables: The tables that are declared whole, for `declare`.
        questions: What people are asked, for `sign`.
        valid_for: The days that the shortest-lived answer holds, for `sign`.
    """

    kind: WayKind
    table: str = ""
    name: str = ""
    types: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    valid_for: int | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        """Return what makes two ways one, in the order in which ways of equal use are listed."""
        return (KIND_ORDER[self.kind], self.table, self.name)


ROTATION: Final = "rotationpolicy"
_LISTED: Final = ("properties.attributes", "properties.contentType", "tags")
# a table read with one command each; of all others, each type is read by itself
_GRAPH: Final = frozenset(
    {
        "resources",
        "resourcecontainers",
        "securityresources",
        "authorizationresources",
        "appserviceresources",
        "policyresources",
    }
)


def ways_to_know(
    check: Check,
    needs: Iterable[EvidenceNeed],
    reason: Reason,
    *,
    held: Held,
    seen: Collection[str] | None = None,
) -> tuple[Way, ...]:
    """Return what makes a check known that is not, for one reason; every way is needed.

    Args:
        check: The check.
        needs: What it reads, as its plan says.
        reason: Why it is not evaluated, or why it was left out.
        held: The tables of the evidence.
        seen: The resource types that have rows, lower case; None where that is not known. Counts
            prove only the types that an export holds (decision 0011).
    """
    evidence = _Evidence(held=held, seen=seen)
    return merged_ways(_ways(check, tuple(needs), reason, evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    held: Held
    seen: Collection[str] | None

    def shows(self, types: Iterable[str]) -> bool:
        """Tell whether rows of all types are there, as far as that is known."""
        return self.seen is None or all(kind in self.seen for kind in types)


def merged_ways(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Return ways in order, those of one key put together."""
    found: dict[tuple[int, str, str], Way] = {}
    for way in ways:
        known = found.get(way.key)
        found[way.key] = way if known is None else _joined(known, way)
    return tuple(found[key] for key in sorted(found))


def _joined(one: Way, other: Way) -> Way:
    periods = [days for days in (one.valid_for, other.valid_for) if days is not None]
    return replace(
        one,
        types=tuple(sorted({*one.types, *other.types})),
        parents=tuple(sorted({*one.parents, *other.parents})),
        tables=tuple(sorted({*one.tables, *other.tables})),
        questions=tuple(sorted({*one.questions, *other.questions})),
        valid_for=min(periods, default=None),
    )


def _ways(
    check: Check, needs: tuple[EvidenceNeed, ...], reason: Reason, evidence: _Evidence
) -> Iterator[Way]:
    match reason:
        case Reason.NOT_COLLECTED | Reason.RELATED_INCOMPLETE:
            yield from _missing(check, needs, evidence)
        case Reason.UNKNOWN_COMPLETENESS | Reason.NOTHING_TO_ASSESS | Reason.NONE_DEPLOYED:
            yield from _unproven(needs, evidence)
        case Reason.INCOMPLETE:
            yield from _again(check, needs, evidence.held, only_incomplete=True)
        case Reason.STALE | Reason.OUTSIDE_PROJECTION | Reason.CONFLICTING_ROWS:
            yield from _again(check, needs, evidence.held, only_incomplete=False)
        case Reason.EMPTY_TABLE:
            yield Way(kind=WayKind.LOOK, name=str(reason))
            yield from _again(check, needs, evidence.held, only_incomplete=False)
        case Reason.NOT_ASSIGNED | Reason.LOOSER_PARAMETERS:
            yield from _assign(check)
        case Reason.NO_STATES | Reason.STATE_UNKNOWN | Reason.STATE_ERROR:
            yield Way(kind=WayKind.RESCAN, table=POLICY_STATES)
        case (
            Reason.ATTESTATION_MISSING
            | Reason.ATTESTATION_EXPIRED
            | Reason.ATTESTATION_FUTURE
            | Reason.ATTESTATION_INVALID
        ):
            yield from _sign(check)
        case (
            Reason.REDACTED
            | Reason.EXEMPT
            | Reason.INHERITANCE_NOT_EVIDENCED
            | Reason.CONTESTED_NOT_APPLICABLE
            | Reason.EVALUATION_ERROR
        ):
            yield Way(kind=WayKind.LOOK, name=str(reason))
        case Reason.UNSUPPORTED:
            yield Way(kind=WayKind.NONE, name=str(reason))
        case _:
            assert_never(reason)


def _missing(check: Check, needs: tuple[EvidenceNeed, ...], evidence: _Evidence) -> Iterator[Way]:
    """Yield how the tables are read that are not there; else what is not known of those that are.

    A table that is there and does not hold a type was not shown to have been asked for it.
    """
    held = evidence.held
    absent = [need for need in needs if need.table not in held]
    for need in absent:
        yield from ways_to_table(need, parents=_parents(check))
    if not absent:
        proven = [n for n in needs if held[n.table] is Completeness.TRUE]
        for need in proven:
            yield _declare(need)
        yield from _unproven(needs, evidence)


def _unproven(needs: Iterable[EvidenceNeed], evidence: _Evidence) -> Iterator[Way]:
    for need in needs:
        if evidence.held.get(need.table) not in (Completeness.UNKNOWN, Completeness.FALSE):
            continue
        is_rows = need.table == RESOURCES and evidence.shows(need.types)
        if is_rows or need.table == POLICY_STATES:
            yield Way(kind=WayKind.PROVE, table=need.table)
        else:
            yield _declare(need)


def _declare(need: EvidenceNeed) -> Way:
    return Way(kind=WayKind.DECLARE, tables=(need.table,), types=need.types)


def _again(
    check: Check, needs: tuple[EvidenceNeed, ...], held: Held, *, only_incomplete: bool
) -> Iterator[Way]:
    """Yield how tables are read again: those that are incomplete, or all that the check reads."""
    poor = [n for n in needs if held.get(n.table) is not Completeness.TRUE]
    for need in poor if only_incomplete and poor else needs:
        yield from ways_to_table(need, parents=_parents(check))


def _parents(check: Check) -> tuple[str, ...]:
    return () if isinstance(check.test, AttestTest) else check.test.types


def ways_to_table(need: EvidenceNeed, *, parents: tuple[str, ...] = ()) -> Iterator[Way]:
    """Yield how the rows of a need are read; rows of Resource Manager, one way for each type.

    Args:
        need: The table and the types.
        parents: The types that a check is about: what extensions and children hang on.
    """
    table = need.table
    if table in _GRAPH:
        yield Way(kind=WayKind.EXPORT, table=table, types=need.types)
    elif table == POLICY_STATES:
        yield Way(kind=WayKind.STATES, table=table)
    elif table == "components":
        yield from _components(need)
    elif table == "codescans":
        yield Way(kind=WayKind.SCAN, table=table)
    elif table == "armresources":
        for kind in need.types:
            above = tuple(p for p in parents if p != kind and _can_hold(p, kind))
            yield Way(kind=WayKind.READ, table=table, name=kind, types=(kind,), parents=above)
    else:
        yield Way(kind=WayKind.NONE, name=table, types=need.types)


def _components(need: EvidenceNeed) -> Iterator[Way]:
    """Yield how objects of vaults are read: a list has their attributes, and little else."""
    is_listed = all(path.startswith(_LISTED) for path in need.paths)
    rotates = any(path.endswith("scheduledRotationDate") for path in need.paths)
    for kind in need.types:
        yield Way(
            kind=WayKind.LIST if is_listed else WayKind.SHOW,
            table=need.table,
            name=f"{kind}/{ROTATION}" if rotates else kind,
            types=(kind,),
        )


def _can_hold(parent: str, kind: str) -> bool:
    """Tell whether a resource of a type can have a child or extension of another."""
    return kind.startswith(f"{parent}/") or kind.count("/") == 1


def _assign(check: Check) -> Iterator[Way]:
    if isinstance(check.test, PolicyTest):
        name = check.test.definition.rsplit("/", 1)[-1]
        yield Way(kind=WayKind.ASSIGN, table=POLICY_STATES, name=name)


def _sign(check: Check) -> Iterator[Way]:
    test = check.test
    if isinstance(test, AttestTest):
        yield Way(
            kind=WayKind.SIGN,
            name=", ".join(test.roles),
            questions=(test.question,),
            valid_for=test.valid_for.days,
        )
