"""What a table may say of itself once further rows were added to it: never more than its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from attestgraph.diagnostics import Reason
from attestgraph.evidence.fields import READABLE_FIELDS
from attestgraph.model.ids import is_within
from attestgraph.model.snapshot import (
    Gap,
    SnapshotManifest,
    SnapshotOrigin,
    TableManifest,
    TableSource,
)
from attestgraph.model.words import Completeness


@dataclass(frozen=True, slots=True, kw_only=True)
class TableClaim:
    """What is said of the rows that are added to a table; members as in `TableManifest`."""

    name: str
    sources: tuple[TableSource, ...]
    complete: Completeness
    projection: Mapping[str, tuple[str, ...]] | None = None
    types: tuple[str, ...] | None = None
    includes_compliant: bool | None = None
    incomplete: tuple[Gap, ...] = ()
    declared_by: tuple[str, str] | None = None
    duplicates: int = 0

    @property
    def scopes(self) -> tuple[str, ...]:
        """Everything that was asked for, sorted."""
        return tuple(sorted({scope for source in self.sources for scope in source.scopes}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotClaim:
    """What is said of a snapshot as a whole; members as in `SnapshotManifest`."""

    created_at: datetime
    tool: str
    origin: SnapshotOrigin
    scopes: tuple[str, ...]
    cloud: str | None = None
    tenant_id: str | None = None
    principal: str | None = None
    exclusions: tuple[Mapping[str, str], ...] = ()


def claim_of(table: TableManifest) -> TableClaim:
    """Return what a stored table says of itself."""
    return TableClaim(
        name=table.name,
        sources=table.sources,
        complete=table.complete,
        projection=table.projection,
        types=table.types,
        includes_compliant=table.includes_compliant,
        incomplete=table.incomplete,
        declared_by=table.declared_by,
        duplicates=table.duplicates,
    )


def merged_table(
    old: TableClaim,
    new: TableClaim,
    *,
    old_types: Iterable[str],
    new_types: Iterable[str],
) -> TableClaim:
    """Return what may be said of the rows of both.

    What either lacks is lacking. Types proven for one scope are not proven for the other's.

    Args:
        old: What the table says of itself.
        new: What is said of the rows that are added.
        old_types: The resource types that have rows in the old part.
        new_types: The same for the new part.
    """
    across = [*_unproven(old, new), *_unproven(new, old)]
    complete = _worse(old.complete, new.complete)
    if across and complete is Completeness.TRUE:
        complete = Completeness.UNKNOWN
    return TableClaim(
        name=old.name,
        sources=_unique([*old.sources, *new.sources]),
        complete=complete,
        projection=_projection(old, new, set(old_types), set(new_types)),
        types=None
        if old.types is None or new.types is None
        else tuple(sorted({*old.types, *new.types})),
        includes_compliant=_either(old.includes_compliant, new.includes_compliant),
        incomplete=gaps_in_order([*old.incomplete, *new.incomplete, *across]),
        declared_by=_declared(old.declared_by, new.declared_by),
        duplicates=old.duplicates + new.duplicates,
    )


def merged_snapshot(old: SnapshotManifest, new: SnapshotClaim) -> SnapshotClaim:
    """Return what may be said of a snapshot that gained tables or rows."""
    same = old.origin is new.origin
    return SnapshotClaim(
        created_at=max(old.created_at, new.created_at),
        tool=new.tool,
        origin=new.origin if same else SnapshotOrigin.MIXED,
        scopes=tuple(sorted({*old.scopes, *new.scopes})),
        cloud=old.cloud or new.cloud,
        tenant_id=old.tenant_id if old.tenant_id == new.tenant_id or not new.tenant_id else None,
        principal=old.principal or new.principal,
        exclusions=old.exclusions
        + tuple(
            dict(e) for e in new.exclusions if dict(e) not in [dict(o) for o in old.exclusions]
        ),
    )


def gaps_in_order(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return gaps sorted and without repetitions."""
    unique = dict.fromkeys(gaps)
    return tuple(sorted(unique, key=lambda g: (g.scope, str(g.reason), g.types, g.detail)))


def _unproven(one: TableClaim, other: TableClaim) -> list[Gap]:
    """Return gaps for the scopes that only `one` names, for what only `other` asked for there."""
    if one.types is None:
        return []
    # a gap of no types is a gap of all: "all but these" cannot be said
    missing = () if other.types is None else tuple(sorted(set(other.types) - set(one.types)))
    if other.types is not None and not missing:
        return []
    return [
        Gap(
            reason=Reason.UNKNOWN_COMPLETENESS,
            scope=scope,
            types=missing,
            detail="asked for in other scopes only",
        )
        for scope in one.scopes
        if not any(is_within(scope, wider) for wider in other.scopes)
    ]


def _worse(old: Completeness, new: Completeness) -> Completeness:
    for word in (Completeness.FALSE, Completeness.UNKNOWN):
        if word in (old, new):
            return word
    return Completeness.TRUE


def _projection(
    old: TableClaim, new: TableClaim, old_types: set[str], new_types: set[str]
) -> Mapping[str, tuple[str, ...]] | None:
    if old.projection is None and new.projection is None:
        return None
    merged = {}
    for name in sorted(old_types | new_types):
        parts = [
            set(READABLE_FIELDS if claim.projection is None else claim.projection.get(name, ()))
            for claim, types in ((old, old_types), (new, new_types))
            if name in types
        ]
        merged[name] = tuple(sorted(set.intersection(*parts)))
    return merged


def _either(old: bool | None, new: bool | None) -> bool | None:  # noqa: FBT001 - three-valued
    if old is None or new is None:
        return None
    return old and new


def _declared(old: tuple[str, str] | None, new: tuple[str, str] | None) -> tuple[str, str] | None:
    if old is None or new is None or old == new:
        return old or new
    return (f"{old[0]}; {new[0]}", f"{old[1]}; {new[1]}")


def _unique(sources: Iterable[TableSource]) -> tuple[TableSource, ...]:
    return tuple(dict.fromkeys(sources))
