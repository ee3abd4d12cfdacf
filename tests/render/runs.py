"""Runs to report on, built without evaluating: two systems, three frameworks, every word.

The members are those of a run folder (CONTRACT section 3 and the members that decision 0008 adds).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

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


def _table(name: str, rows: int, complete: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "rows": rows,
        "complete": complete,
        "observed_from": "2026-11-01T04:02:00Z",
        "observed_to": "2026-11-01T04:02:00Z",
        "incomplete": [],
        "declared_by": None,
        "sources": [],
        **more,
    }


def _attestation(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "system": "ehr-prod",
        "covers": [{"framework": "nist-800-53-r5", "requirement": "SC-12"}],
        "controls": ["kv-purge-protection"],
        "statement": "Keys are generated, distributed and destroyed as procedure KM-04 says.",
        "outcome": "satisfied",
        "signed": [
            {
                "role": "key-custodian",
                "person": "custodian@example.com",
                "on": "2026-10-30",
                "identity": "declared",
            }
        ],
        "effective_from": "2026-07-01",
        "effective_until": "2026-12-31",
        "valid_until": "2027-10-30",
        "standing": None,
        **more,
    }


def _exception(name: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "waiver",
        "control": "kv-firewall",
        "check": None,
        "scope": {"resource": vault("kv-ehr-lab")},
        "reason": "The lab's vendor needs public access until the private line is in.",
        "risk": "A stolen token could be used from anywhere.",
        "requested_by": "lab@example.com",
        "approved_by": "authorizing-official@example.com",
        "approved_on": "2026-09-01",
        "expires_on": "2027-02-28",
        "identity": "declared",
        "compensating": None,
        "mitigation": None,
        "ticket": None,
        "state": state,
        "used": False,
        **more,
    }


def run_json(**more: Any) -> dict[str, Any]:
    return {
        "format": "attestgraph/run/1",
        "run": "acba2551-2100-5b56-8c14-94800cda7758",
        "evaluated_at": AT,
        "tool": "attestgraph 0.1.0",
        "content": {"library_sha256": "22" * 32},
        "organisation": "Contoso Health",
        "classification": "Confidential",
        "inputs": {
            "snapshot": {"origin": "imported", "content_sha256": "11" * 32},
            "library_sha256": "22" * 32,
            "workspace_files": [{"path": "attestgraph.yaml", "sha256": "33" * 32}],
            "aliases_sha256": "44" * 32,
        },
        "systems": [
            {
                "system": "ehr-prod",
                "title": "Electronic health record, production",
                "owner": "ehr-platform",
                "boundary": {
                    "management_groups": [],
                    "subscriptions": [SUBSCRIPTION],
                    "resource_groups": [],
                    "tags": {"env": "prod"},
                },
                "data_classes": ["ePHI"],
                "categorisation": "moderate",
                "frameworks": [
                    "nist-800-53-r5@moderate",
                    "hipaa-security-rule",
                    "hitrust-csf-v11",
                ],
            },
            {
                "system": "claims-hub",
                "title": "Claims exchange",
                "owner": "claims",
                "boundary": {"subscriptions": ["00000000-0000-4000-8000-00000000c001"]},
                "data_classes": [],
                "categorisation": None,
                "frameworks": ["nist-800-53-r5@moderate"],
            },
        ],
        "exclusions": [
            {
                "scope": {"subscription": "00000000-0000-4000-8000-00000000ffff"},
                "reason": "Test copies without patient data",
                "approved_by": "authorizing-official@example.com",
                "until": "2026-12-31",
                "holds": True,
            }
        ],
        "frameworks": [
            framework("nist-800-53-r5", "moderate"),
            framework(
                "hipaa-security-rule",
                None,
                title="HIPAA Security Rule",
                methodology="hipaa",
                families={"164.312": "Technical safeguards"},
                vocabulary={},
                edition="2013",
            ),
            framework(
                "hitrust-csf-v11",
                None,
                title="HITRUST CSF v11",
                catalogue="subset",
                methodology="hitrust",
                families={"01": "Access Control"},
                vocabulary={},
                edition="11",
            ),
        ],
        "records": {
            "attestations": [
                _attestation("sc-12-remainder-2026", "remainder"),
                _attestation(
                    "log-review",
                    "check",
                    controls=[],
                    covers=[{"control": "siem-review", "check": "weekly"}],
                    statement="Logs of September were reviewed every week.",
                    standing="attestation-expired",
                    valid_until="2026-10-20",
                ),
            ],
            "exceptions": [
                _exception("x-02-lab-firewall", "active", used=True),
                _exception("x-04-old", "expired", expires_on="2026-10-15"),
                _exception("x-09-gone", "orphaned", control="kv-no-such"),
            ],
        },
        "snapshot": {
            "created_at": "2026-11-01T04:02:00Z",
            "origin": "imported",
            "tables": [
                _table(
                    "resources",
                    348,
                    "true",
                    declared_by={
                        "name": "platform lead",
                        "reason": "the export was of both subscriptions",
                    },
                ),
                _table(
                    "policystates",
                    4116,
                    "false",
                    observed_from="2026-10-29T07:10:00Z",
                    incomplete=[
                        {
                            "reason": "incomplete",
                            "scope": f"/subscriptions/{SUBSCRIPTION}",
                            "types": ["microsoft.keyvault/vaults"],
                            "detail": "page 3 of 4 is missing",
                        }
                    ],
                ),
            ],
        },
        "overrides": [
            {
                "id": "kv-firewall",
                "origin": "library-modified",
                "weakens": True,
                "reason": "The lab is left out.",
                "diff": "where narrowed",
            }
        ],
        "checks": [],
        "totals": {"resources": 348, "policy_states": 4116, "findings": {}, "unassigned": 7},
        "completeness": [
            {
                "table": "components",
                "reason": "not-collected",
                "scope": "/",
                "types": ["microsoft.keyvault.data/vaults/secrets"],
                "detail": "",
            }
        ],
        "warnings": [],
        **more,
    }


def _ehr_controls() -> list[dict[str, Any]]:
    system = "ehr-prod"
    return [
        control(
            system,
            "kv-purge-protection",
            "Deleted vaults cannot be purged before the retention period ends.",
            "not-satisfied",
            counts=counts(none_deployed=0, **{"pass": 4, "fail": 8, "not_applicable": 1}),
            parameters={
                "digest": "d0",
                "values": [
                    {"name": "retentionDays", "value": 30, "set_by": "workspace", "looser": True}
                ],
            },
            checks=[
                check(
                    "purge-protection",
                    "The vault has purge protection on.",
                    "not-satisfied",
                    alternative="purge",
                    counts=counts(**{"pass": 4, "fail": 8, "not_applicable": 1}),
                    bases={"observed": 9, "absent": 4},
                    selected=13,
                ),
                check(
                    "purge-protection-policy",
                    "Azure Policy finds the vault compliant.",
                    "not-evaluated",
                    kind="policy",
                    alternative="purge",
                    left_out="not-assigned",
                    definition={
                        "name": "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53",
                        "title": "Key vaults should have deletion protection enabled",
                    },
                ),
            ],
        ),
        control(
            system,
            "kv-firewall",
            "Vault firewalls deny by default.",
            "accepted",
            accepted=True,
            origin="library-modified",
            counts=counts(none_deployed=0, **{"pass": 11, "accepted": 1}),
            exceptions=["x-02-lab-firewall"],
            checks=[
                check(
                    "firewall",
                    "The firewall's default action is deny.",
                    "accepted",
                    counts=counts(**{"pass": 11, "accepted": 1}),
                    bases={"observed": 12},
                    selected=12,
                )
            ],
        ),
        control(
            system,
            "kv-secret-expiry",
            "Secrets have an expiry date.",
            "not-evaluated",
            counts=counts(none_deployed=0, not_evaluated=3, error=1),
            reasons={"not-collected": 3, "evaluation-error": 1},
            checks=[
                check(
                    "secret-expiry",
                    "The secret has an expiry date.",
                    "not-evaluated",
                    counts=counts(not_evaluated=3, error=1),
                    reasons={"not-collected": 3, "evaluation-error": 1},
                    notes=["2 of 3 subscriptions evaluated"],
                )
            ],
        ),
        control(
            system,
            "storage-https",
            "Storage accounts refuse plain HTTP.",
            "satisfied",
            domain="storage",
            counts=counts(none_deployed=0, **{"pass": 23}),
        ),
        control(
            system,
            "cosmos-key",
            "Cosmos DB uses customer keys.",
            "none-deployed",
            domain="data",
            counts=counts(none_deployed=1),
        ),
    ]


def _ehr_findings() -> list[dict[str, Any]]:
    rows = [
        finding(
            "kv-firewall",
            "firewall",
            vault("kv-ehr-lab"),
            "accepted",
            exception="x-02-lab-firewall",
            expected='"Deny"',
            actual='"Allow"',
            path="properties.networkAcls.defaultAction",
        )
    ]
    rows += [
        finding(
            "kv-purge-protection",
            "purge-protection",
            vault(f"kv-ehr-{n:02d}"),
            "fail",
            **({"basis": "absent", "actual": None} if n % 2 else {}),
        )
        for n in range(1, 9)
    ]
    rows.append(
        finding(
            "kv-purge-protection",
            "purge-protection",
            vault("kv-ehr-09"),
            "not-applicable",
            expected=None,
            actual=None,
            path=None,
        )
    )
    gap = {"expected": None, "actual": None, "path": None, "basis": None, "row_sha256": None}
    rows += [
        finding(
            "kv-secret-expiry",
            "secret-expiry",
            f"/subscriptions/0000000{n}",
            "not-evaluated",
            reason="not-collected",
            resource_type=None,
            evidence_table="components",
            **gap,
        )
        for n in range(3)
    ]
    rows.append(
        finding(
            "kv-secret-expiry",
            "secret-expiry",
            vault("kv-ehr-odd"),
            "error",
            reason="evaluation-error",
            **gap,
        )
    )
    return rows


def _ehr_requirements() -> list[dict[str, Any]]:
    system = "ehr-prod"
    fails = counts(**{"pass": 4, "fail": 8, "not_applicable": 1})
    rows = [
        requirement(
            system,
            "AC-4",
            "Information Flow Enforcement",
            "risk-accepted",
            outcome="risk-accepted",
            extent="part",
            basis=["automated"],
            reason="1 of 12 resources fails under an exception",
            controls=[link("kv-firewall", "accepted", accepted=True)],
            exceptions=["x-02-lab-firewall"],
            counts=counts(**{"pass": 11, "accepted": 1}),
        ),
        requirement(
            system,
            "AC-18",
            "Wireless Access",
            "not-applicable",
            basis=["attested"],
            reason="signed not applicable; no contrary rows",
            attestations=[{"id": "sc-12-remainder-2026", "standing": None}],
        ),
        requirement(
            system,
            "AU-6",
            "Audit Record Review, Analysis, and Reporting",
            "not-evaluated",
            outcome="not-evaluated",
            extent="part",
            basis=["automated"],
            reason="attestation-expired",
            at_most="satisfied",
            controls=[link("kv-secret-expiry", "not-evaluated", review=None)],
            attestations=[{"id": "log-review", "standing": "attestation-expired"}],
            counts=counts(not_evaluated=3, error=1),
        ),
        requirement(
            system,
            "CP-9",
            "System Backup",
            "not-satisfied",
            outcome="not-satisfied",
            extent="part",
            basis=["automated"],
            reason="1 of 2 controls fails",
            framework_word="other than satisfied",
            controls=[
                link("kv-purge-protection", "not-satisfied"),
                link(
                    "storage-https",
                    "satisfied",
                    provenance="derived",
                    path=[
                        {
                            "source_framework": "nist-800-171-r2",
                            "source": "3.8.9",
                            "target_framework": "nist-800-53-r5",
                            "target": "CP-9",
                            "relationship": "equal",
                        }
                    ],
                ),
            ],
            counts={**fails, "pass": 27},
        ),
        requirement(
            system,
            "IA-5",
            "Authenticator Management",
            "not-evaluated",
            outcome="not-evaluated",
            extent="part",
            basis=["automated"],
            reason="not-collected",
            controls=[link("kv-secret-expiry", "not-evaluated")],
            counts=counts(not_evaluated=3, error=1),
        ),
        requirement(
            system,
            "PE-3",
            "Physical Access Control",
            "inherited",
            outcome="met",
            extent="full",
            basis=["inherited"],
            reason="provider's report, reviewed",
            inheritance="soc2-2026",
        ),
        requirement(
            system,
            "SC-8",
            "Transmission Confidentiality and Integrity",
            "partially-satisfied",
            outcome="met",
            extent="part",
            basis=["automated"],
            reason="1 control met; it covers a part",
            controls=[link("storage-https", "satisfied", review=None)],
            suggested=[{"control": "kv-firewall", "path": []}],
            counts=counts(**{"pass": 23}),
        ),
        requirement(
            system,
            "SC-12",
            "Cryptographic Key Establishment and Management",
            "satisfied",
            outcome="met",
            extent="full",
            basis=["attested", "automated"],
            reason="1 control met; the rest by remainder sc-12-remainder-2026",
            controls=[link("storage-https", "satisfied")],
            attestations=[{"id": "sc-12-remainder-2026", "standing": None}],
            remainder="sc-12-remainder-2026",
            counts=counts(**{"pass": 23}),
        ),
    ]
    rows += [
        requirement(system, f"{family}-{n}", f"{title}, item {n}", "not-covered")
        for family, title in FAMILIES.items()
        for n in range(20, 25)
    ]
    rows.append(requirement(system, "AC-13", "Withdrawn row", None, assessable=False))
    return rows


def _other_frameworks() -> list[dict[str, Any]]:
    hipaa = {"framework": "hipaa-security-rule", "profile": None, "family": "164.312"}
    trust = {"framework": "hitrust-csf-v11", "profile": None, "family": "01"}
    return [
        requirement(
            "ehr-prod",
            "164.312(e)(1)",
            "Transmission security",
            "partially-satisfied",
            outcome="met",
            extent="part",
            basis=["automated"],
            reason="1 control met; it covers a part",
            controls=[link("storage-https", "satisfied")],
            counts=counts(**{"pass": 23}),
            **hipaa,
        ),
        requirement("ehr-prod", "164.312(b)", "Audit controls", "not-covered", **hipaa),
        requirement("ehr-prod", "01.a", "Access policy", "not-covered", **trust),
    ]


def contoso(**more: Any) -> StoredRun:
    """The run that most tests use."""
    claims = control(
        "claims-hub",
        "storage-https",
        "Storage accounts refuse plain HTTP.",
        "satisfied",
        counts=counts(none_deployed=0, **{"pass": 5}),
    )
    hub = [
        requirement(
            "claims-hub",
            "SC-8",
            "Transmission Confidentiality and Integrity",
            "partially-satisfied",
            outcome="met",
            extent="part",
            basis=["automated"],
            reason="1 control met; it covers a part",
            controls=[link("storage-https", "satisfied")],
            counts=counts(**{"pass": 5}),
        ),
        requirement("claims-hub", "CP-9", "System Backup", "not-covered"),
    ]
    return StoredRun(
        run=run_json(**more),
        controls=[*_ehr_controls(), claims],
        requirements=[*_ehr_requirements(), *_other_frameworks(), *hub],
        rows=_ehr_findings(),
    )


def one_control(name: str, rows: Sequence[Mapping[str, Any]], **given: int) -> StoredRun:
    """A run of one system with one control and these findings of it."""
    run = run_json()
    run["systems"] = [{**run["systems"][0], "frameworks": ["nist-800-53-r5@moderate"]}]
    status = "not-satisfied" if given.get("fail") else "not-evaluated"
    return StoredRun(
        run=run,
        controls=[
            control("ehr-prod", name, "It holds.", status, counts=counts(none_deployed=0, **given))
        ],
        requirements=[
            requirement(
                "ehr-prod",
                "CP-9",
                "System Backup",
                status,
                outcome=status,
                extent="part",
                basis=["automated"],
                controls=[link(name, status)],
                counts=counts(**given),
            )
        ],
        rows=[dict(row) for row in rows],
    )


def hostile(text: str) -> StoredRun:
    """The usual run with `text` in every place that a person or a cloud can write."""

    def poisoned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: poisoned(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [poisoned(v, key) for v in value]
        return f"{value}{text}" if isinstance(value, str) and key in FREE_TEXT else value

    run = contoso()
    return StoredRun(
        run=poisoned(run.run),
        controls=poisoned(run.controls),
        requirements=poisoned(run.requirements),
        rows=[
            {
                **row,
                **{k: f"{row[k]}{text}" for k in ("resource_id", "path") if row[k]},
                "actual": orjson.dumps(text).decode(),
            }
            for row in run.rows
        ],
    )


FREE_TEXT: Final = frozenset(
    {
        *("organisation", "classification", "title", "owner", "says", "because", "reason"),
        *("statement", "person", "role", "risk", "requested_by", "approved_by", "mitigation"),
        *("source", "remediation", "publisher", "edition", "licence", "detail", "declared_by"),
        *("diff", "notes", "data_classes", "env", "resource", "subscription", "value", "set_by"),
        *("message", "subscriptions", "review", "path"),
    }
)
