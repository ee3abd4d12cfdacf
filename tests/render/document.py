"""run.json of the run that most tests use."""

from __future__ import annotations

from typing import Any

from tests.render.pieces import (
    AT,
    SUBSCRIPTION,
    framework,
    vault,
)


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
