"""controls.json, requirements.json and the records of run.json (CONTRACT section 3).

Members come in the documented order, every list is sorted, and words are those of the closed sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attestgraph.checks.parameters import ParameterSet, ParameterSets
from attestgraph.diagnostics import Span
from attestgraph.model.authored import Control, Framework, PolicyTest
from attestgraph.model.concluded import (
    Assessment,
    CheckStatus,
    Contribution,
    ContributorStatus,
    ControlStatus,
    FrameworkStatus,
    PathStep,
    RequirementStatus,
)
from attestgraph.model.ids import ControlId
from attestgraph.model.records import Library
from attestgraph.model.words import Assessable, Outcome


def controls_json(
    assessment: Assessment,
    library: Library,
    parameter_sets: Mapping[ControlId, ParameterSets],
) -> list[dict[str, Any]]:
    """Return controls.json: one entry a system, control and set of parameter values."""
    values = {
        (control, one.digest): one for control, sets in parameter_sets.items() for one in sets.all
    }
    return [
        _control(
            status,
            library.controls[status.control],
            values[status.control, status.parameters],
            library,
        )
        for status in assessment.controls
    ]


def requirements_json(assessment: Assessment, library: Library) -> list[dict[str, Any]]:
    """Return requirements.json: one entry a system, framework and catalogue row."""
    return [
        _requirement(status, framework, library)
        for framework in assessment.frameworks
        for status in framework.requirements
    ]


def counts_json(counts: Mapping[Outcome, int]) -> dict[str, int]:
    """Return counts by outcome, every outcome there, in words that are names."""
    return {
        "pass": counts.get(Outcome.PASS, 0),
        "fail": counts.get(Outcome.FAIL, 0),
        "accepted": counts.get(Outcome.ACCEPTED, 0),
        "not_applicable": counts.get(Outcome.NOT_APPLICABLE, 0),
        "not_evaluated": counts.get(Outcome.NOT_EVALUATED, 0),
        "error": counts.get(Outcome.ERROR, 0),
    }


def span_json(span: Span | None) -> dict[str, Any] | None:
    """Return a stretch of a file as JSON."""
    if span is None:
        return None
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _control(
    status: ControlStatus, control: Control, values: ParameterSet, library: Library
) -> dict[str, Any]:
    return {
        "system": status.system,
        "control": status.control,
        "says": control.says,
        "severity": str(control.severity),
        "domain": control.domain,
        "responsibility": str(control.responsibility),
        "origin": str(control.origin),
        "owner": control.owner,
        "status": str(status.result),
        "accepted": status.accepted,
        "reasons": _sorted_counts(status.reasons),
        "counts": {**counts_json(status.counts), "none_deployed": status.none_deployed},
        "checks": [_check(check, control, library) for check in status.checks],
        "exceptions": list(status.exceptions),
        "span": span_json(control.span),
        "remediation": control.remediation,
        "source": control.source,
        "parameters": _parameters(values),
        "bases": sorted(str(basis) for basis in status.bases),
        "notes": list(status.notes),
    }


def _check(status: CheckStatus, control: Control, library: Library) -> dict[str, Any]:
    tally = status.tally
    return {
        "check": status.check,
        "says": status.says,
        "kind": status.kind,
        "alternative": status.alternative,
        "status": str(status.result),
        "left_out": None if status.left_out is None else str(status.left_out),
        "counts": counts_json(tally.counts),
        "reasons": _sorted_counts(tally.reasons),
        "bases": _sorted_counts(tally.bases),
        "selected": tally.selected,
        "definition": _definition(status, control, library),
        "notes": list(tally.notes),
    }


def _definition(
    status: CheckStatus, control: Control, library: Library
) -> dict[str, str | None] | None:
    """Return the Azure Policy definition of a check: its name, and its title where known."""
    test = next(check.test for check in control.checks if check.id == status.check)
    if not isinstance(test, PolicyTest):
        return None
    name = test.definition.rsplit("/", 1)[-1]
    known = library.definitions.get(name)
    return {"name": name, "title": known.title if known else None}


def _parameters(values: ParameterSet) -> dict[str, Any]:
    return {
        "digest": values.digest,
        "values": [
            {
                "name": name,
                "value": setting.value,
                "set_by": setting.set_by,
                "looser": setting.looser,
            }
            for name, setting in sorted(values.values.items())
        ],
    }


def _requirement(
    status: RequirementStatus, of: FrameworkStatus, library: Library
) -> dict[str, Any]:
    framework: Framework = library.frameworks[status.framework]
    row = framework.requirements[status.requirement]
    return {
        "system": status.system,
        "framework": status.framework,
        "edition": framework.edition,
        "profile": of.ref.profile,
        "requirement": status.requirement,
        "title": row.title,
        "parent": row.parent,
        "assessable": row.assessable is Assessable.TRUE,
        "status": _word(status.status),
        "outcome": _word(status.outcome),
        "extent": _word(status.extent),
        "basis": sorted(str(basis) for basis in status.basis),
        "reason": status.reason,
        "controls": [_contributor(contributor) for contributor in status.contributors],
        "suggested": [
            {"control": suggestion.control, "path": _path(suggestion.path)}
            for suggestion in status.suggestions
        ],
        "attestations": [
            {"id": record, "standing": None if standing is None else str(standing)}
            for record, standing in status.attestations
        ],
        "remainder": status.remainder,
        "inheritance": status.inheritance,
        "exceptions": list(status.exceptions),
        "counts": counts_json(status.counts),
        "framework_word": status.framework_word,
        "family": row.family,
        "order": row.order,
        "at_most": _word(status.at_most),
        "obligation": _word(row.obligation),
    }


def _contributor(contributor: ContributorStatus) -> dict[str, Any]:
    contribution = contributor.contribution
    return {
        "control": contribution.control,
        "covers": str(contribution.covers),
        "review": _review(contribution),
        "provenance": str(contribution.provenance),
        "because": contribution.because,
        "status": str(contributor.result),
        "accepted": contributor.accepted,
        "parameters": contribution.parameters,
        "path": _path(contribution.path),
        "threshold_met": None,
    }


def _review(contribution: Contribution) -> str:
    return "draft" if contribution.draft else contribution.review or "reviewed"


def _path(path: Iterable[PathStep]) -> list[dict[str, str]]:
    return [
        {
            "source_framework": step.source_framework,
            "source": step.source,
            "target_framework": step.target_framework,
            "target": step.target,
            "relationship": str(step.relationship),
        }
        for step in path
    ]


def _word(word: object) -> str | None:
    return None if word is None else str(word)


def _sorted_counts(counts: Mapping[Any, int]) -> dict[str, int]:
    return {str(key): counts[key] for key in sorted(counts, key=str) if counts[key]}
