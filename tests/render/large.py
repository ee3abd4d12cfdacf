"""A run of the size that a report must stay usable at: 160 controls, 8 frameworks."""

from __future__ import annotations

from typing import Any, Final

from tests.render.document import run_json
from tests.render.pieces import (
    StoredRun,
    check,
    control,
    counts,
    finding,
    framework,
    link,
    requirement,
    vault,
)

CONTROLS: Final = 160
RESOURCES: Final = 500
PER_CONTROL: Final = 40
"""Resources that a control judges."""
DOMAINS: Final = ("certificates", "encryption", "keys", "logging", "network", "secrets", "vaults")
FRAMEWORKS: Final[tuple[tuple[str, str | None, str, int, int], ...]] = (
    ("nist-800-53-r5", "moderate", "nist-800-53a", 287, 120),
    ("nist-800-171-r2", None, "nist-800-171a", 110, 60),
    ("cmmc-2.0", "level-2", "cmmc", 110, 60),
    ("hipaa-security-rule", None, "hipaa", 65, 30),
    ("cis-azure-foundations-3.0", "level-1", "cis", 94, 50),
    ("hitrust-csf-v11", None, "hitrust", 28, 24),
    ("cccs-pbmm", None, "cccs", 480, 120),
    ("fips", None, "fips", 17, 12),
)
_RESULTS: Final = ("satisfied", "not-satisfied", "satisfied", "not-evaluated", "accepted")


def _name(number: int) -> str:
    return f"{DOMAINS[number % len(DOMAINS)]}-control-{number:03d}"


def _control(number: int) -> dict[str, Any]:
    status = _RESULTS[number % len(_RESULTS)]
    outcome = {"not-satisfied": "fail", "accepted": "accepted", "not-evaluated": "not_evaluated"}
    odd = {outcome[status]: number % 23 + 1} if status in outcome else {}
    found = counts(none_deployed=0, **odd, **{"pass": PER_CONTROL - sum(odd.values())})
    checks = [
        check("row-check", "The field has the value.", status, counts=counts(**odd), selected=40),
        check(
            "policy-check",
            "Azure Policy finds it compliant.",
            "satisfied",
            kind="policy",
            definition={"name": f"{number:08d}-0000-4000-8000-000000000000", "title": "It holds"},
            counts=counts(**{"pass": PER_CONTROL}),
        ),
    ]
    return control(
        "ehr-prod",
        _name(number),
        f"The resources of kind {number} have what the guidance asks for.",
        status,
        severity=("high", "medium", "low", "critical")[number % 4],
        domain=DOMAINS[number % len(DOMAINS)],
        counts=found,
        reasons={"not-assigned": odd["not_evaluated"]} if "not_evaluated" in odd else {},
        checks=checks,
        accepted=status == "accepted",
        exceptions=["x-02-lab-firewall"] if status == "accepted" else [],
    )


def _findings(entry: dict[str, Any], number: int) -> list[dict[str, Any]]:
    rows = []
    for key, outcome in (
        ("fail", "fail"),
        ("accepted", "accepted"),
        ("not_evaluated", "not-evaluated"),
    ):
        for nth in range(entry["counts"][key]):
            resource = vault(f"kv-{(number * 37 + nth * 11) % RESOURCES:04d}")
            more: dict[str, Any] = {}
            if outcome == "accepted":
                more = {"exception": "x-02-lab-firewall"}
            if outcome == "not-evaluated":
                more = {"reason": "not-assigned", "actual": None, "path": None}
            rows.append(finding(entry["control"], "row-check", resource, outcome, **more))
    return rows


def _requirements(controls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for name, profile, _, size, covered in FRAMEWORKS:
        for number in range(size):
            family = f"F{number % 18:02d}"
            where = {"framework": name, "profile": profile, "family": family, "order": number}
            identity = f"{family}-{number}"
            if number >= covered:
                rows.append(
                    requirement("ehr-prod", identity, f"Title {number}", "not-covered", **where)
                )
                continue
            linked = [controls[(number * 7 + nth * 13) % CONTROLS] for nth in range(4)]
            rows.append(
                requirement(
                    "ehr-prod",
                    identity,
                    f"Title of requirement {number}",
                    "not-satisfied",
                    outcome="not-satisfied",
                    extent="part",
                    basis=["automated"],
                    reason=f"{linked[0]['control']} fails",
                    framework_word="NOT MET" if name == "cmmc-2.0" else None,
                    controls=[link(entry["control"], entry["status"]) for entry in linked],
                    counts=counts(fail=3),
                    **where,
                )
            )
    return rows


def large() -> StoredRun:
    """One system with everything in it."""
    run = run_json()
    families = {f"F{n:02d}": f"Family of requirements {n}" for n in range(18)}
    run["frameworks"] = [
        framework(
            name,
            profile,
            title=name.replace("-", " ").upper(),
            methodology=methodology,
            families=families,
            vocabulary={},
            catalogue="subset" if name.startswith("hitrust") else "complete",
        )
        for name, profile, methodology, _, _ in FRAMEWORKS
    ]
    refs = [f"{name}@{profile}" if profile else name for name, profile, *_ in FRAMEWORKS]
    run["systems"] = [{**run["systems"][0], "frameworks": refs}]
    controls = [_control(number) for number in range(CONTROLS)]
    rows = [row for number, entry in enumerate(controls) for row in _findings(entry, number)]
    return StoredRun(run=run, controls=controls, requirements=_requirements(controls), rows=rows)
