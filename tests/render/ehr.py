"""What the run that most tests use holds of its first system."""

from __future__ import annotations

from typing import Any

from tests.render.pieces import (
    FAMILIES,
    check,
    control,
    counts,
    finding,
    link,
    requirement,
    vault,
)


def controls() -> list[dict[str, Any]]:
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


def findings() -> list[dict[str, Any]]:
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


def requirements() -> list[dict[str, Any]]:
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


def other_frameworks() -> list[dict[str, Any]]:
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
