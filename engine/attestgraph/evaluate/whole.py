"""Whether a snapshot holds all rows of some types at a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attestgraph.evaluate.gaps import EVERYWHERE, TableGap, covered
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.territory import MANAGEMENT_GROUP, Territory
from attestgraph.model.ids import is_within, subscription_of


def whole_at(
    session: Session,
    land: Territory,
    table: str,
    types: tuple[str, ...],
    gaps: Iterable[TableGap],
) -> Callable[[str], bool]:
    """Return the function that tells whether a table holds all rows of some types at a place.

    Args:
        session: The evaluation.
        land: What is known of management groups.
        table: The table's name.
        types: Resource types, lower case.
        gaps: Every gap of the snapshot, exclusions aside.
    """
    holes = [g.scope for g in gaps if g.table == table and not g.membership and g.concerns(types)]
    manifest = session.snapshot.manifest.tables.get(table)
    absent = manifest is None or (
        manifest.types is not None and any(t not in manifest.types for t in types)
    )
    fresh = [s for s in manifest.sources if session.fresh(table, s.started_at)] if manifest else []
    known: dict[str, bool] = {}

    def is_whole(place: str) -> bool:
        whole = known.get(place)
        if whole is None:
            whole = known[place] = (
                not absent
                and covered(land, place, fresh)
                and not any(_meets(land, place, hole) for hole in holes)
            )
        return whole

    return is_whole


def _meets(land: Territory, place: str, hole: str) -> bool:
    if EVERYWHERE in (place, hole):
        return True
    if hole.startswith(MANAGEMENT_GROUP):
        chain = land.chains.get(subscription_of(place) or "")
        return chain is None or hole.removeprefix(MANAGEMENT_GROUP) in chain
    return is_within(place, hole) or is_within(hole, place)
