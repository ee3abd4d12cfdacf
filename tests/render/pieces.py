"""Pieces of a run, with every member that a run folder holds (CONTRACT 3, decision 0008)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

AT: Final = "2026-11-01T06:00:00Z"
SUBSCRIPTION: Final = "00000000-0000-4000-8000-00000000e001"
COUNTS: Final = ("pass", "fail", "accepted", "not_applicable", "not_evaluated", "error")
FAMILIES: Final = {
    "AC": "Access Control",
    "AU": "Audit and Accountability",
    "CP": "Contingency Planning",
    "IA": "Identification and Authentication",
    "PE": "Physical and Environmental Protection",
    "SC": "System and Communications Protection",
}


@dataclass
class StoredRun:
    """A stored run held in memory, with the members that a report reads."""

    run: dict[str, Any]
    controls: list[dict[str, Any]]
    requirements: list[dict[str, Any]]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def findings(
        self, *, outcomes: Sequence[str] | None = None, control: str | None = None
    ) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            if outcomes is not None and row["outcome"] not in outcomes:
                continue
            if control is None or row["control"] == control:
                yield dict(row)


def counts(*, none_deployed: int | None = None, **given: int) -> dict[str, int]:
    made = {key: given.get(key, 0) for key in COUNTS}
    return made if none_deployed is None else {**made, "none_deployed": none_deployed}


def vault(name: str, subscription: str = SUBSCRIPTION) -> str:
    group = f"/subscriptions/{subscription}/resourceGroups/rg-ehr"
    return f"{group}/providers/Microsoft.KeyVault/vaults/{name}"


def finding(control: str, check: str, resource: str, outcome: str, **more: Any) -> dict[str, Any]:
    """A finding; `systems` names those whose boundary holds the resource."""
    return {
        "control": control,
        "check": check,
        "parameters": "d0",
        "resource_key": resource.lower(),
        "resource_id": resource,
        "resource_type": "microsoft.keyvault/vaults",
        "subscription_id": SUBSCRIPTION,
        "outcome": outcome,
        "reason": None,
        "basis": "observed",
        "exception": None,
        "evidence_table": "resources",
        "row_sha256": "ab" * 32,
        "observed_at": "2026-11-01T04:02:00Z",
        "expected": "true",
        "actual": "false",
        "path": "properties.enablePurgeProtection",
        "systems": ["ehr-prod"],
        **more,
    }


def check(name: str, says: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "check": name,
        "says": says,
        "kind": "row",
        "alternative": None,
        "status": status,
        "left_out": None,
        "counts": counts(),
        "reasons": {},
        "bases": {},
        "selected": 0,
        "definition": None,
        "notes": [],
        **more,
    }


def control(system: str, name: str, says: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "system": system,
        "control": name,
        "says": says,
        "severity": "high",
        "domain": "keys",
        "responsibility": "customer",
        "origin": "library",
        "owner": "platform-security",
        "status": status,
        "accepted": False,
        "reasons": {},
        "counts": counts(none_deployed=0),
        "checks": [],
        "exceptions": [],
        "span": {"path": f"controls/keys/{name}.yaml", "line": 1, "column": 1},
        "remediation": "az keyvault update --name <vault> --enable-purge-protection true",
        "source": "Azure guidance, manage keys",
        "parameters": {"digest": "d0", "values": []},
        "bases": ["automated"],
        "notes": [],
        **more,
    }


def link(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "control": name,
        "covers": "part",
        "review": "reviewer@example.com, 2026-10-02",
        "provenance": "direct",
        "because": "Keeps keys and secrets recoverable.",
        "status": status,
        "accepted": False,
        "parameters": "d0",
        "path": [],
        "threshold_met": None,
        **more,
    }


def requirement(system: str, name: str, title: str, status: str | None, **more: Any) -> Any:
    return {
        "system": system,
        "framework": "nist-800-53-r5",
        "edition": "5.1.0",
        "profile": "moderate",
        "requirement": name,
        "title": title,
        "parent": None,
        "assessable": True,
        "status": status,
        "outcome": None,
        "extent": None,
        "basis": [],
        "reason": "no control is linked" if status == "not-covered" else None,
        "controls": [],
        "suggested": [],
        "attestations": [],
        "remainder": None,
        "inheritance": None,
        "exceptions": [],
        "counts": counts(),
        "framework_word": None,
        "family": name.partition("-")[0],
        "order": 0,
        "at_most": "partially-satisfied" if status == "not-evaluated" else status,
        **more,
    }


def framework(name: str, profile: str | None, **more: Any) -> dict[str, Any]:
    return {
        "framework": name,
        "profile": profile,
        "title": "NIST SP 800-53 Rev. 5",
        "publisher": "NIST",
        "edition": "5.1.0",
        "catalogue": "complete",
        "source": "csrc.nist.gov, OSCAL release 5.1.0",
        "licence": "public domain",
        "methodology": "nist-800-53a",
        "checked_on": "2026-10-12",
        "families": FAMILIES,
        "vocabulary": {"not-satisfied": "other than satisfied"},
        **more,
    }
