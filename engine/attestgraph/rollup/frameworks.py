"""One framework in one system: its rows, what they are made of, totals and the interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attestgraph.model.authored import Framework, Requirement
from attestgraph.model.concluded import FrameworkStatus, Interval, RequirementStatus
from attestgraph.model.ids import RequirementId
from attestgraph.model.words import Assessable, Catalogue, Word
from attestgraph.rollup.derive import Conclusion, Heard, best_case, conclude, with_children
from attestgraph.rollup.requirements import Setting, gather, requirement_status

_CLAIMED = (Word.SATISFIED, Word.INHERITED)
Children = Mapping[RequirementId, tuple[RequirementId, ...]]


def framework_status(setting: Setting) -> FrameworkStatus:
    """Return the status of every row of a profile, in catalogue order, with totals."""
    rows = _rows(setting)
    children = children_of(rows) if setting.methodology.made_of_children else {}
    actual: dict[RequirementId, Conclusion] = {}
    best: dict[RequirementId, Conclusion] = {}
    statuses: dict[RequirementId, RequirementStatus] = {}
    for row in _children_first(rows):
        below = children.get(row.id, ())
        gathered = gather(setting, row)
        heard = with_children(gathered.heard, _concluded(below, actual))
        hoped = with_children(best_case(gathered.heard), _concluded(below, best))
        actual[row.id], best[row.id] = conclude(heard), conclude(hoped)
        statuses[row.id] = requirement_status(
            setting, row, gathered, (heard, actual[row.id]), best[row.id]
        )
    ordered = tuple(statuses[row.id] for row in rows)
    return FrameworkStatus(
        system=setting.system.id,
        ref=setting.ref,
        requirements=ordered,
        totals=totals(ordered),
        interval=None
        if setting.methodology.supporting_only
        else interval(setting.framework, ordered),
    )


def _concluded(
    below: Iterable[RequirementId], known: Mapping[RequirementId, Conclusion]
) -> list[tuple[str, Conclusion]]:
    # rows whose parents go in a circle are not known yet: they count as not covered
    return [(name, known.get(name) or conclude(Heard(parts=()))) for name in below]


def totals(statuses: Iterable[RequirementStatus]) -> dict[Word, int]:
    """Return how many assessable rows have each word; every word is there."""
    count = dict.fromkeys(Word, 0)
    for status in statuses:
        if status.status is not None:
            count[status.status] += 1
    return count


def interval(framework: Framework, statuses: tuple[RequirementStatus, ...]) -> Interval | None:
    """Return how many assessable rows are met in full at least, and could be at most.

    What is not evaluated could be met; what is known to be anything else could not. None where the
    catalogue is not complete: a share of an unknown whole says nothing.
    """
    if framework.catalogue is not Catalogue.COMPLETE:
        return None
    least = sum(status.status in _CLAIMED for status in statuses)
    could = sum(
        status.status is Word.NOT_EVALUATED and status.at_most in _CLAIMED for status in statuses
    )
    of = sum(status.status is not None for status in statuses)
    return Interval(least=least, most=least + could, of=of)


def children_of(rows: Iterable[Requirement]) -> dict[RequirementId, tuple[RequirementId, ...]]:
    """Return the assessable rows that each assessable row is made of.

    A row belongs to the nearest assessable one above it; headings between are passed over.
    """
    by_id = {row.id: row for row in rows}
    children: dict[RequirementId, list[RequirementId]] = {}
    for row in by_id.values():
        if row.assessable is Assessable.TRUE:
            above = next(
                (up.id for up in _above(row, by_id) if up.assessable is Assessable.TRUE), None
            )
            if above is not None:
                children.setdefault(above, []).append(row.id)
    return {parent: tuple(below) for parent, below in children.items()}


def _above(row: Requirement, by_id: Mapping[RequirementId, Requirement]) -> list[Requirement]:
    """Return the rows above a row, the nearest first; a circle of parents ends where it closes."""
    chain: list[Requirement] = []
    parent = by_id.get(row.parent) if row.parent is not None else None
    while parent is not None and parent is not row and parent not in chain:
        chain.append(parent)
        parent = by_id.get(parent.parent) if parent.parent is not None else None
    return chain


def _children_first(rows: Iterable[Requirement]) -> list[Requirement]:
    by_id = {row.id: row for row in rows}
    return sorted(by_id.values(), key=lambda row: (-len(_above(row, by_id)), row.order))


def _rows(setting: Setting) -> list[Requirement]:
    framework, profile = setting.framework, setting.ref.profile
    chosen = framework.profiles[profile].requirements if profile is not None else None
    rows = framework.requirements.values()
    return sorted(
        (row for row in rows if chosen is None or row.id in chosen),
        key=lambda row: (row.order, row.id),
    )
