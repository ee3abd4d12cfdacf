"""A first look as JSON (docs/first-look.md): the numbers of the pages, and every control."""

from __future__ import annotations

from typing import Any, Final

from attestgraph.render.first_look_model import (
    ControlCounts,
    ControlLook,
    FailingResource,
    FirstLook,
    FrameworkLook,
    RequirementCounts,
    WayLook,
)

FORMAT: Final = "attestgraph/first-look/1"


def first_look_json(model: FirstLook) -> dict[str, Any]:
    """Return the document."""
    return {
        "format": FORMAT,
        "run": model.run,
        "tool": model.tool,
        "evaluated_at": model.evaluated_at,
        "read": {
            "files": list(model.files),
            "scopes": list(model.scopes),
            "resources": model.resources,
            "policy_states": model.policy_states,
            "tables": [
                {"name": t.name, "rows": t.rows, "complete": t.complete, "why": t.why}
                for t in model.tables
            ],
            "completeness": list(model.completeness),
            "prove": model.prove or None,
        },
        "findings": dict(model.findings),
        "controls_by_standing": _controls_by_standing(model.control_counts),
        "frameworks": [_framework(framework) for framework in model.frameworks],
        "next": [_way(way) for way in model.next],
        "controls": [_control(control) for control in model.controls],
    }


def _controls_by_standing(counts: ControlCounts) -> dict[str, int]:
    return {
        "failing": counts.failing,
        "unknown": counts.unknown,
        "seen_passing": counts.seen_passing,
        "met": counts.met,
        "none_deployed": counts.none_deployed,
        "of": counts.of,
    }


def _requirements(counts: RequirementCounts) -> dict[str, Any]:
    return {
        "failing": counts.failing,
        "unknown": counts.unknown,
        "seen_passing": counts.seen_passing,
        "claimed": dict(counts.claimed),
        "not_covered": counts.not_covered,
        "of": counts.of,
    }


def _framework(framework: FrameworkLook) -> dict[str, Any]:
    return {
        "framework": framework.framework,
        "profile": framework.profile,
        "title": framework.title,
        "edition": framework.edition,
        "catalogue": framework.catalogue,
        "page": framework.page,
        "requirements_by_standing": _requirements(framework.counts),
        "controls_by_standing": _controls_by_standing(framework.control_counts),
        "next": [_use(way) for way in framework.next],
        "requirements": [
            {
                "requirement": each.requirement,
                "title": each.title,
                "status": each.status,
                "standing": each.standing,
                "controls": list(each.controls),
            }
            for each in framework.requirements
        ],
    }


def _use(way: WayLook) -> dict[str, Any]:
    return {
        "way": way.anchor,
        "controls": way.controls,
        "alone": way.alone,
        "requirements": way.requirements,
    }


def _way(way: WayLook) -> dict[str, Any]:
    return {
        **_use(way),
        "kind": way.kind,
        "by_people": way.by_people,
        "title": way.steps.title,
        "says": way.steps.says,
        "commands": list(way.steps.commands),
        "then": way.again or None,
        "import": way.steps.import_command() or None,
        "note": way.steps.note or None,
        "questions": list(way.questions),
    }


def _control(control: ControlLook) -> dict[str, Any]:
    return {
        "id": control.anchor,
        "control": control.control,
        "parameters": dict(control.parameters),
        "says": control.says,
        "domain": control.domain,
        "severity": control.severity,
        "standing": str(control.standing),
        "status": control.status,
        "rows": {
            "fail": control.rows.fail,
            "unknown": control.rows.unknown,
            "pass": control.rows.passing,
            "not_applicable": control.rows.not_applicable,
            "seen": control.rows.seen,
        },
        "missing": [[list(option) for option in part] for part in control.missing],
        "questions": list(control.questions),
        "failing": [_resource(resource) for resource in control.failing],
        "failing_total": control.failing_total,
        "remediation": control.remediation,
    }


def _resource(resource: FailingResource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "type": resource.type,
        "checks": [
            {"says": c.says, "path": c.path, "wanted": c.wanted, "actual": c.actual}
            for c in resource.checks
        ],
    }
