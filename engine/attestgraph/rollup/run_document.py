"""run.json: what a run was made from, and what it looked at (CONTRACT section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attestgraph import __version__
from attestgraph.checks.parameters import ParameterSets
from attestgraph.checks.plan import Plan, merged
from attestgraph.diagnostics import in_order
from attestgraph.model.authored import Framework, ProfileRef, System
from attestgraph.model.ids import ControlId, digest_of, stable_uuid
from attestgraph.model.records import Library
from attestgraph.model.snapshot import RUN_FORMAT, SnapshotManifest, TableManifest
from attestgraph.model.times import format_time
from attestgraph.model.words import Origin, Outcome, Word
from attestgraph.rollup.documents import counts_json, span_json
from attestgraph.rollup.methodologies import methodology
from attestgraph.rollup.register import exclusion_json, records_json

if TYPE_CHECKING:
    from attestgraph.evaluate import Evaluated


def run_json(
    plan: Plan,
    library: Library,
    snapshot: SnapshotManifest,
    judged: Evaluated,
    parameter_sets: Mapping[ControlId, ParameterSets],
    at: datetime,
    *,
    aliases_sha256: str | None = None,
) -> dict[str, Any]:
    """Return run.json.

    Its id is a digest of everything that decides the run: the same inputs are the same run.

    Args:
        plan: The checks that were judged.
        library: Everything authored.
        snapshot: The manifest of the evidence.
        judged: What the evaluation came to.
        parameter_sets: The sets of values of every control.
        at: When it was.
        aliases_sha256: Digest of the table of aliases, where it is not part of the library's.
    """
    inputs = _inputs(library, snapshot, parameter_sets, aliases_sha256)
    tool = f"attestgraph {__version__}"
    return {
        "format": RUN_FORMAT,
        "run": stable_uuid("run", tool, format_time(at), digest_of(inputs)),
        "evaluated_at": format_time(at),
        "tool": tool,
        "content": {"library_sha256": library.library_sha256},
        "organisation": library.workspace.organisation,
        "classification": library.workspace.classification,
        "inputs": inputs,
        "overrides": _overrides(library),
        "checks": _checks(plan),
        **_authored(library, judged, at),
        "snapshot": _snapshot(snapshot),
        **_found(judged),
    }


def _authored(library: Library, judged: Evaluated, at: datetime) -> dict[str, Any]:
    """Return what people wrote, as far as a report prints it (decision 0008)."""
    systems = sorted(library.workspace.systems, key=lambda s: s.id)
    exclusions = sorted(library.exclusions, key=lambda e: (e.scope.key, e.until, e.reason))
    used = {exception for tally in judged.tallies for exception in tally.exceptions}
    return {
        "systems": [_system(system) for system in systems],
        "exclusions": [exclusion_json(exclusion, at) for exclusion in exclusions],
        "frameworks": [_framework(library, ref) for ref in _refs(systems)],
        "records": records_json(library, at, used),
    }


def _found(judged: Evaluated) -> dict[str, Any]:
    return {
        "totals": {
            "resources": judged.resources,
            "policy_states": judged.states,
            "findings": counts_json(_by_outcome(judged.totals)),
            "unassigned": judged.unassigned,
        },
        "completeness": [dict(entry) for entry in judged.completeness],
        "disagreements": [],
        "warnings": [warning.to_json() for warning in in_order(judged.warnings)],
    }


def _by_outcome(totals: Mapping[str, int]) -> dict[Outcome, int]:
    return {Outcome(word.replace("_", "-")): count for word, count in totals.items()}


def _inputs(
    library: Library,
    snapshot: SnapshotManifest,
    parameter_sets: Mapping[ControlId, ParameterSets],
    aliases_sha256: str | None,
) -> dict[str, Any]:
    files = sorted(library.files, key=lambda file: file.path)
    systems = sorted(library.workspace.systems, key=lambda s: s.id)
    return {
        "snapshot": {
            "origin": str(snapshot.origin),
            "content_sha256": snapshot_digest(snapshot),
        },
        "library_sha256": library.library_sha256,
        "workspace_files": [{"path": file.path, "sha256": file.sha256} for file in files],
        "aliases_sha256": aliases_sha256,
        "parameters": {
            control: [one.digest for one in parameter_sets[control].all]
            for control in sorted(parameter_sets)
        },
        "frameworks": [str(ref) for ref in _refs(systems)],
        "systems": [system.id for system in systems],
    }


def snapshot_digest(snapshot: SnapshotManifest) -> str:
    """Return the digest by which a run names the evidence that it was made of."""
    return digest_of([_evidence(snapshot.tables[n]) for n in _names(snapshot)])


def _names(snapshot: SnapshotManifest) -> list[str]:
    return sorted(snapshot.tables)


def _evidence(table: TableManifest) -> dict[str, Any]:
    """Return what of a table decides verdicts; the same on every platform."""
    return {
        **_table(table),
        "content_sha256": table.content_sha256,
        "types": None if table.types is None else sorted(table.types),
        "projection": None
        if table.projection is None
        else {name: sorted(paths) for name, paths in table.projection.items()},
    }


def _overrides(library: Library) -> list[dict[str, Any]]:
    # the two forms are not compared here, so that nobody is told that a change weakens nothing
    replaced = [
        {
            "id": control.id,
            "origin": str(control.origin),
            "weakens": True,
            "reason": control.replaces_reason,
            "diff": "not compared with the library's own form",
        }
        for _, control in sorted(library.controls.items())
        if control.origin is Origin.MODIFIED
    ]
    left_out = [
        {
            "id": left.control,
            "origin": str(Origin.LIBRARY),
            "weakens": True,
            "reason": left.because,
            "diff": ["left out"],
        }
        for left in library.left_out
    ]
    return sorted([*replaced, *left_out], key=lambda entry: str(entry["id"]))


def _checks(plan: Plan) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    needs: dict[tuple[str, str], list[Any]] = {}
    for instance in plan.instances:
        key = (instance.control.id, instance.check.id)
        needs.setdefault(key, []).extend(instance.needs)
        found[key] = {
            "control": instance.control.id,
            "check": instance.check.id,
            "sha256": instance.sha256,
            "span": span_json(instance.check.span),
            "severity": str(instance.control.severity),
        }
    return [
        {**found[key], "needs": [need.to_json() for need in merged(needs[key])]}
        for key in sorted(found)
    ]


def _refs(systems: Iterable[System]) -> list[ProfileRef]:
    return sorted({ref for system in systems for ref in system.frameworks}, key=str)


def _system(system: System) -> dict[str, Any]:
    boundary = system.boundary
    return {
        "system": system.id,
        "title": system.title,
        "owner": system.owner,
        "boundary": {
            "management_groups": sorted(boundary.management_groups),
            "subscriptions": sorted(boundary.subscriptions),
            "resource_groups": sorted(boundary.resource_groups),
            "tags": {name: boundary.tags[name] for name in sorted(boundary.tags)},
        },
        "data_classes": sorted(system.data_classes),
        "categorisation": system.categorisation,
        "frameworks": [str(ref) for ref in _refs([system])],
    }


def _framework(library: Library, ref: ProfileRef) -> dict[str, Any]:
    framework = library.frameworks[ref.framework]
    return {
        "framework": ref.framework,
        "profile": ref.profile,
        "title": framework.title,
        "publisher": framework.publisher,
        "edition": framework.edition,
        "catalogue": str(framework.catalogue),
        "source": framework.source,
        "licence": framework.licence,
        "methodology": framework.methodology,
        "checked_on": framework.checked_on.isoformat(),
        "families": dict(framework.families),
        "vocabulary": _vocabulary(framework),
        "supporting_only": methodology(framework.methodology).supporting_only,
    }


def _vocabulary(framework: Framework) -> dict[str, str]:
    own: dict[str, str] = {
        str(w): text for w, text in methodology(framework.methodology).words.items()
    }
    own.update(framework.vocabulary)
    return {str(word): own[word] for word in Word if word in own}


def _snapshot(snapshot: SnapshotManifest) -> dict[str, Any]:
    return {
        "created_at": format_time(snapshot.created_at),
        "origin": str(snapshot.origin),
        "tables": [_table(snapshot.tables[name]) for name in _names(snapshot)],
    }


def _table(table: TableManifest) -> dict[str, Any]:
    first = min((source.started_at for source in table.sources), default=None)
    last = max((source.ended_at for source in table.sources), default=None)
    return {
        "name": table.name,
        "rows": table.rows,
        "complete": str(table.complete),
        "observed_from": None if first is None else format_time(first),
        "observed_to": None if last is None else format_time(last),
        "incomplete": [
            {
                "reason": str(gap.reason),
                "scope": gap.scope,
                "types": list(gap.types),
                "detail": gap.detail,
            }
            for gap in table.incomplete
        ],
        "declared_by": None
        if table.declared_by is None
        else {"name": table.declared_by[0], "reason": table.declared_by[1]},
        "sources": [
            {
                "kind": source.kind,
                "query_sha256": source.query_sha256,
                "scopes": list(source.scopes),
                "started_at": format_time(source.started_at),
                "ended_at": format_time(source.ended_at),
            }
            for source in table.sources
        ],
    }
