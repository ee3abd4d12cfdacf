"""The report as rows and as JSON: the same values as the pages, in forms that programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from attestgraph.formats import csv, words
from attestgraph.render.findings import FindingRow, FindingsSource
from attestgraph.render.model import FrameworkReport, ReportModel, Requirement, SystemReport

REPORT_FORMAT: Final = "attestgraph/report/1"
REQUIREMENT_COLUMNS: Final = (
    "system",
    "framework",
    "profile",
    "family",
    "requirement",
    "title",
    "status",
    "at_most",
    "framework_word",
    "outcome",
    "extent",
    "basis",
    "reason",
    "draft_mapping",
    "controls",
    "failing_controls",
    *(key for key, _ in words.OUTCOMES),
    "attestations",
    "remainder",
    "inheritance",
    "exceptions",
)
_FOR_PAGES: Final = frozenset({"name", "key"})
FINDING_COLUMNS: Final = tuple(
    field.name for field in fields(FindingRow) if field.name not in _FOR_PAGES
)
# where something stands on a page is no fact about it; findings have a file of their own
_LEFT_OUT: Final = frozenset(
    {"anchor", "control_anchor", "page", "controls_page", "resources_page", "key", "index", "mark"}
)


def requirements_csv(model: ReportModel) -> Iterator[str]:
    """Return the lines of requirements.csv: one row for each assessable requirement."""
    rows = (
        _requirement_row(system, framework, requirement)
        for system in model.systems
        for framework in system.frameworks
        for requirement in framework.requirements
    )
    return csv.lines(REQUIREMENT_COLUMNS, rows)


def _requirement_row(
    system: SystemReport, framework: FrameworkReport, requirement: Requirement
) -> dict[str, csv.Value]:
    failing = (c.control for c in requirement.controls if c.result == "not-satisfied")
    return {
        "system": system.system,
        "framework": framework.framework,
        "profile": framework.profile,
        "family": requirement.family,
        "requirement": requirement.id,
        "title": requirement.title,
        "status": str(requirement.word),
        "at_most": None if requirement.at_most is None else str(requirement.at_most),
        "framework_word": requirement.framework_word,
        "outcome": requirement.outcome,
        "extent": requirement.extent,
        "basis": _joined(requirement.basis),
        "reason": requirement.reason,
        "draft_mapping": requirement.draft,
        "controls": _joined(c.control for c in requirement.controls),
        "failing_controls": _joined(failing),
        **{key: requirement.counts.get(key, 0) for key, _ in words.OUTCOMES},
        "attestations": _joined(f"{a.id} ({a.standing})" for a in requirement.attestations),
        "remainder": requirement.remainder,
        "inheritance": requirement.inheritance,
        "exceptions": _joined(e.id for e in requirement.exceptions),
    }


def _joined(parts: Iterable[str]) -> str:
    return " | ".join(parts)


def findings_csv(findings: FindingsSource) -> Iterator[str]:
    """Return the lines of findings.csv: every finding of the systems that is not a pass."""
    rows = ({name: getattr(row, name) for name in FINDING_COLUMNS} for row in findings)
    return csv.lines(FINDING_COLUMNS, rows)


def report_json(model: ReportModel) -> dict[str, Any]:
    """Return report.json: the model without its places on pages."""
    return {"format": REPORT_FORMAT, **_value(model)}


def _value(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _value(getattr(value, field.name))
            for field in fields(value)
            if field.name not in _LEFT_OUT
            and not isinstance(getattr(value, field.name), FindingsSource)
        }
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _value(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_value(entry) for entry in value]
    return value
