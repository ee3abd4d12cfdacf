"""Records that people wrote, explained: who says what until when, and what rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestgraph.evidence import StoredRun
from attestgraph.explain.trace import Line, Section, Trace, listed

_MOST = 10


def of_attestation(run: StoredRun, record_id: str) -> Trace:
    """Explain an attestation."""
    record = next(r for r in run.run["records"]["attestations"] if r["id"] == record_id)
    signed = "; ".join(
        f"{s['person']} as {s['role']} on {s['on']} ({s['identity']})" for s in record["signed"]
    )
    facts = {
        "kind": record["kind"],
        "system": record["system"] or "all",
        "outcome": record["outcome"],
        "signed": signed,
        "effective": f"{record['effective_from']} to {record['effective_until'] or 'open'}",
        "valid until": record["valid_until"],
        "state": record["standing"] or "holds",
    }
    covers = tuple(_covered(each) for each in record["covers"])
    beside = tuple(Line(text="stands beside it", ref=c) for c in record["controls"])
    return Trace(
        kind="attestation",
        id=record_id,
        title=record["statement"],
        facts=facts,
        sections=(Section(title="covers", lines=(*covers, *beside)),),
        follow=tuple(record["controls"])[:3],
    )


def _covered(each: Mapping[str, Any]) -> Line:
    if each["requirement"]:
        return Line(text="requirement", ref=f"{each['framework']}:{each['requirement']}")
    ref = each["control"] + (f"/{each['check']}" if each["check"] else "")
    return Line(text="control", ref=ref)


def of_exception(run: StoredRun, record_id: str) -> Trace:
    """Explain an exception, with the findings that it accepts."""
    record = next(r for r in run.run["records"]["exceptions"] if r["id"] == record_id)
    facts = {
        "kind": record["kind"],
        "control": record["control"] + (f"/{record['check']}" if record["check"] else ""),
        "scope": ", ".join(f"{k} {v}" for k, v in record["scope"].items()),
        "risk": record["risk"],
        "requested by": record["requested_by"],
        "approved by": f"{record['approved_by']} on {record['approved_on']} ({record['identity']})",
        "expires on": record["expires_on"],
        "state": record["state"],
    }
    for name in ("compensating", "mitigation", "ticket"):
        facts |= {name: record[name]} if record[name] else {}
    lines = tuple(
        Line(mark="accepted", ref=f["resource_id"], text=f["check"])
        for f in run.findings(outcomes=["accepted"], control=record["control"])
        if f["exception"] == record_id
    )
    shown = listed(lines, _MOST, "findings") or (Line(text="no finding"),)
    return Trace(
        kind="exception",
        id=record_id,
        title=record["reason"],
        facts=facts,
        sections=(Section(title="accepts", lines=shown),),
        follow=(record["control"],),
    )
