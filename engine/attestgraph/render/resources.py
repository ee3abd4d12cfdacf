"""The index of resources: from one resource to its findings, controls and requirements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from attestgraph.formats import markup
from attestgraph.render.findings import FindingRow, Gathered, ResourceRows

ROWS_PER_INDEX: Final = 2500
"""Findings that the index of one system prints at most; the files hold all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Requirements of one framework that the failing controls of a resource are linked to."""

    framework: str
    page: str
    requirements: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceReport:
    """One resource that does not pass everything.

    Attributes:
        counts: Its findings by outcome, passes not counted.
        rows: The findings that are printed; `total` counts all.
        touched: What its failing and accepted findings touch, by framework.
    """

    resource_id: str
    name: str
    resource_type: str | None
    subscription_id: str | None
    anchor: str
    counts: Mapping[str, int]
    rows: tuple[FindingRow, ...]
    total: int
    touched: tuple[Touched, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceIndex:
    """The resources of a system that do not pass everything, most failing first.

    Attributes:
        total: How many there are; `resources` may hold fewer.
        places: Anchors of those that are printed, by resource key.
    """

    resources: tuple[ResourceReport, ...]
    total: int
    places: Mapping[str, str]

    @property
    def types(self) -> tuple[str, ...]:
        """The types that occur, sorted."""
        return tuple(sorted({r.resource_type or "other" for r in self.resources}))


def resource_index(
    gathered: Gathered,
    system: str,
    touched: Mapping[tuple[str, str], Iterable[Touched]],
    order: Sequence[tuple[str, str]],
) -> ResourceIndex:
    """Return the index of one system.

    Args:
        gathered: The findings of the run.
        system: Its id.
        touched: What each control touches, by control and digest of parameter values.
        order: Page and anchor of every requirement, in the order of the catalogues.
    """
    nth = {place: number for number, place in enumerate(order)}
    found = gathered.resources(system)
    ordered = sorted(
        found.items(), key=lambda item: (-item[1].counts.get("fail", 0), -item[1].total, item[0])
    )
    anchors: set[str] = set()
    made: list[ResourceReport] = []
    left = ROWS_PER_INDEX
    for key, rows in ordered:
        if left < len(rows.rows) or not rows.rows:
            break
        left -= len(rows.rows)
        anchor = markup.unique(markup.anchor("r", *key.rsplit("/", 2)[-2:]), anchors)
        made.append(_resource(rows, anchor, touched, nth))
    places = {key: report.anchor for (key, _), report in zip(ordered, made, strict=False)}
    return ResourceIndex(resources=tuple(made), total=len(found), places=places)


def _resource(
    found: ResourceRows,
    anchor: str,
    touched: Mapping[tuple[str, str], Iterable[Touched]],
    nth: Mapping[tuple[str, str], int],
) -> ResourceReport:
    first = found.rows[0]
    keys = dict.fromkeys(
        (row.control, row.parameters) for row in found.rows if row.outcome in ("fail", "accepted")
    )
    return ResourceReport(
        resource_id=first.resource_id,
        name=first.name,
        resource_type=next((r.resource_type for r in found.rows if r.resource_type), None),
        subscription_id=first.subscription_id,
        anchor=anchor,
        counts=found.counts,
        rows=tuple(sorted(found.rows, key=_worst_first)),
        total=found.total,
        touched=_merged((entry for key in keys for entry in touched.get(key, ())), nth),
    )


def _worst_first(row: FindingRow) -> tuple[int, str, str]:
    order = ("fail", "accepted", "error", "not-evaluated")
    return (order.index(row.outcome), row.control, row.check)


def _merged(entries: Iterable[Touched], nth: Mapping[tuple[str, str], int]) -> tuple[Touched, ...]:
    """Return one entry for each framework, all in the order of the catalogues."""
    named: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for entry in entries:
        named.setdefault((entry.framework, entry.page), set()).update(entry.requirements)
    merged = []
    for (framework, page), found in named.items():
        placed = sorted((nth[page, anchor], name, anchor) for name, anchor in found)
        requirements = tuple((name, anchor) for _, name, anchor in placed)
        merged.append(Touched(framework=framework, page=page, requirements=requirements))
    return tuple(sorted(merged, key=lambda t: nth[t.page, t.requirements[0][1]]))
