"""From tallies and records to the status of every control and requirement, per system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attestgraph.checks.parameters import ParameterSets
from attestgraph.model.authored import System
from attestgraph.model.concluded import (
    Assessment,
    CheckTally,
    ControlStatus,
    FrameworkStatus,
    Links,
)
from attestgraph.model.ids import CheckId, ControlId, SystemId
from attestgraph.model.records import Library
from attestgraph.rollup.controls import control_status
from attestgraph.rollup.frameworks import framework_status
from attestgraph.rollup.methodologies import methodology
from attestgraph.rollup.records import index_of
from attestgraph.rollup.requirements import Setting

_Tallies = Mapping[tuple[SystemId, ControlId, str], Mapping[CheckId, CheckTally]]


def assess(
    library: Library,
    links: Links,
    tallies: Iterable[CheckTally],
    parameter_sets: Mapping[ControlId, ParameterSets],
    at: datetime,
) -> Assessment:
    """Return what a run concludes; the order of what is given changes nothing.

    Args:
        library: Everything authored, free of errors.
        links: As `graph.link` makes them, with the digests of `parameter_sets`.
        tallies: Findings counted by system, control, check and parameter values, each once.
        parameter_sets: The sets of values of every control of the library.
        at: When it is; records count as they stand then.

    Raises:
        ValueError: Two tallies are of the same findings.
    """
    index = _index(tallies)
    controls: list[ControlStatus] = []
    frameworks: list[FrameworkStatus] = []
    for system in sorted(library.workspace.systems, key=lambda s: s.id):
        own = _controls(library, system, index, parameter_sets)
        controls.extend(own)
        frameworks.extend(_frameworks(library, links, system, own, at))
    return Assessment(controls=tuple(controls), frameworks=tuple(frameworks))


def _index(tallies: Iterable[CheckTally]) -> _Tallies:
    index: dict[tuple[SystemId, ControlId, str], dict[CheckId, CheckTally]] = {}
    for tally in tallies:
        key = (tally.system, tally.control, tally.parameters)
        checks = index.setdefault(key, {})
        if tally.check in checks:
            raise ValueError(f"two tallies of {tally.control}, {tally.check} in {tally.system}")
        checks[tally.check] = tally
    return index


def _controls(
    library: Library,
    system: System,
    index: _Tallies,
    parameter_sets: Mapping[ControlId, ParameterSets],
) -> list[ControlStatus]:
    return [
        control_status(
            system.id,
            library.controls[control],
            values,
            index.get((system.id, control, values.digest), {}),
        )
        for control in sorted(library.controls)
        for values in sorted(parameter_sets[control].all, key=lambda v: v.digest)
    ]


def _frameworks(
    library: Library,
    links: Links,
    system: System,
    controls: Iterable[ControlStatus],
    at: datetime,
) -> list[FrameworkStatus]:
    by_key = {(status.control, status.parameters): status for status in controls}
    records = index_of(library, system)
    return [
        framework_status(
            Setting(
                library=library,
                links=links,
                system=system,
                framework=library.frameworks[ref.framework],
                ref=ref,
                methodology=methodology(library.frameworks[ref.framework].methodology),
                controls=by_key,
                records=records,
                at=at,
            )
        )
        for ref in sorted(set(system.frameworks), key=str)
    ]
