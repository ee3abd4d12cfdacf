"""Controls in one system: checks, counts, parameter values, and what failed or waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attestgraph.formats import words
from attestgraph.render.findings import Gathered
from attestgraph.render.model import (
    CheckReport,
    ControlReport,
    Counts,
    ParameterValue,
    Support,
)
from attestgraph.render.registers import ReasonReport, Ref
from attestgraph.render.requirements import Places, exception_ref


def control_report(
    entry: Mapping[str, Any],
    places: Places,
    gathered: Gathered,
    supports: Sequence[Support],
) -> ControlReport:
    """Return one control of one system, from its entry of controls.json."""
    digest = entry["parameters"]["digest"]
    anchor = places.controls[entry["control"], digest]
    key = (entry["system"], entry["control"], digest)
    most = gathered.most_per_list(entry["system"])
    return ControlReport(
        control=entry["control"],
        digest=digest,
        anchor=anchor,
        says=entry["says"],
        result=entry["status"],
        severity=entry["severity"],
        domain=entry["domain"],
        responsibility=entry["responsibility"],
        origin=words.ORIGIN.get(entry["origin"], entry["origin"]),
        owner=entry["owner"],
        source=entry.get("source"),
        remediation=entry.get("remediation"),
        accepted=entry["accepted"],
        counts=entry["counts"],
        none_deployed=entry["counts"]["none_deployed"],
        reasons=in_order(entry["reasons"]),
        bases=tuple(entry.get("bases", ())),
        notes=tuple(entry.get("notes", ())),
        checks=tuple(_check(check) for check in entry["checks"]),
        parameters=_parameters(entry, anchor),
        exceptions=tuple(exception_ref(name, places) for name in entry["exceptions"]),
        supports=tuple(supports),
        failing=gathered.shown(key, "failing", most=most),
        excused=gathered.shown(key, "excused", most=most),
        waiting=gathered.shown(key, "waiting", most=most),
    )


def in_order(counts: Counts) -> Counts:
    """Return counts with the largest first, then by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _check(check: Mapping[str, Any]) -> CheckReport:
    definition = check.get("definition")
    return CheckReport(
        check=check["check"],
        says=check["says"],
        kind=check["kind"],
        alternative=check["alternative"],
        definition=None if definition is None else _definition(definition),
        status=check["status"],
        left_out=check["left_out"],
        selected=check.get("selected"),
        counts=check["counts"],
        reasons=in_order(check["reasons"]),
        bases=in_order(check["bases"]),
        notes=tuple(check.get("notes", ())),
    )


def _definition(definition: Mapping[str, Any]) -> str:
    title = definition.get("title")
    return f"{title} ({definition['name']})" if title else str(definition["name"])


def _parameters(entry: Mapping[str, Any], anchor: str) -> tuple[ParameterValue, ...]:
    return tuple(
        ParameterValue(
            control=entry["control"],
            anchor=anchor,
            name=value["name"],
            value=_value(value["value"]),
            set_by=value["set_by"],
            looser=value["looser"],
        )
        for value in entry["parameters"]["values"]
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def reason_reports(
    controls: Sequence[ControlReport], tables: Mapping[tuple[str, str], Sequence[str]]
) -> tuple[ReasonReport, ...]:
    """Return why findings of a system were not evaluated, the most frequent first.

    Args:
        controls: The controls of the system.
        tables: Tables that are not complete, by the control and check that need them.
    """
    counts: dict[str, int] = {}
    touched: dict[str, list[Ref]] = {}
    needs: dict[str, dict[str, None]] = {}
    for control in controls:
        for reason, count in control.reasons.items():
            counts[reason] = counts.get(reason, 0) + count
            touched.setdefault(reason, []).append(Ref(text=control.control, anchor=control.anchor))
        for check in control.checks:
            missing = tables.get((control.control, check.check), ())
            for reason in {*check.reasons, check.left_out or ""} & control.reasons.keys():
                found = dict.fromkeys(_needs(reason, check, missing))
                needs.setdefault(reason, {}).update(found)
    return tuple(
        ReasonReport(
            reason=reason,
            words=words.reason_words(reason),
            remedy=words.reason_remedy(reason),
            findings=count,
            needs=tuple(sorted(needs.get(reason, ()))),
            controls=tuple(touched[reason]),
        )
        for reason, count in in_order(counts).items()
    )


_ANSWERS = ("attestation-missing", "attestation-expired", "attestation-future")
_STATES = ("not-assigned", "no-states", "looser-parameters", "exempt", "state-unknown")


def _needs(reason: str, check: CheckReport, missing: Sequence[str]) -> tuple[str, ...]:
    """Return what exactly would make a check known, where one thing would."""
    if reason in (*_STATES, "state-error"):
        return (f"policy definition {check.definition}",) if check.definition else ()
    if reason in _ANSWERS:
        return (f"an answer to: {check.says}",) if check.kind == "attest" else ()
    return tuple(f"table {name}" for name in missing)


def totals_of(controls: Sequence[ControlReport]) -> Counts:
    """Return the findings of several controls by outcome."""
    return {
        key: sum(control.counts.get(key, 0) for control in controls) for key, _ in words.OUTCOMES
    }
