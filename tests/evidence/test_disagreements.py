"""A row and a state of one resource that say different things are listed, with both reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from attestgraph.evidence import StoredRun, disagreements
from tests.evidence.given import SUBSCRIPTION
from tests.evidence.given_findings import finding, write_findings

VAULT = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/"


def run_of(folder: Path, *findings: dict[str, Any]) -> StoredRun:
    write_findings(folder, findings)
    checks = [
        {"check": "row", "alternative": "g", "kind": "row"},
        {"check": "state", "alternative": "g", "kind": "policy"},
        {"check": "other", "alternative": "h", "kind": "policy"},
        {"check": "alone", "alternative": None, "kind": "row"},
    ]
    controls = [{"control": "c", "checks": checks}]
    return StoredRun(folder=folder, run={}, controls=controls, requirements=[])


def said(folder: Path, *findings: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = disagreements(run_of(folder, *findings))
    return [(d.resource_id, d.row_outcome, d.state_outcome) for d in found]


def both(name: str, row: str, state: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        finding("c", "row", VAULT + name, row, **more),
        finding("c", "state", VAULT + name, state),
    )


def test_a_pass_beside_a_fail_is_a_disagreement_whichever_it_is(tmp_path: Path) -> None:
    found = said(tmp_path, *both("a", "pass", "fail"), *both("b", "fail", "pass"))
    assert found == [(VAULT + "a", "pass", "fail"), (VAULT + "b", "fail", "pass")]


def test_an_accepted_fail_is_still_a_fail(tmp_path: Path) -> None:
    assert said(tmp_path, *both("a", "accepted", "pass")) == [(VAULT + "a", "accepted", "pass")]
    assert said(tmp_path, *both("a", "accepted", "fail")) == []


def test_what_is_not_evaluated_has_no_opinion(tmp_path: Path) -> None:
    assert said(tmp_path, *both("a", "pass", "not-evaluated")) == []
    assert said(tmp_path, *both("a", "not-applicable", "fail")) == []


def test_only_alternatives_with_the_same_values_are_compared(tmp_path: Path) -> None:
    row, _ = both("a", "pass", "fail")
    elsewhere = finding("c", "other", VAULT + "a", "fail")
    alone = finding("c", "alone", VAULT + "a", "fail")
    assert said(tmp_path, row, elsewhere, alone) == []
    assert said(tmp_path, *both("a", "pass", "fail", parameters="stricter")) == []


def test_both_reasons_and_both_times_are_given(tmp_path: Path) -> None:
    row = finding("c", "row", VAULT + "a", "fail", path="properties.on", actual="false")
    state = replace_time(finding("c", "state", VAULT + "a", "pass"), "2026-10-30T00:00:00Z")
    (found,) = disagreements(run_of(tmp_path, row, state))
    assert found.to_json() | {"resource_id": ""} == {
        "control": "c",
        "alternative": "g",
        "resource_id": "",
        "row_check": "row",
        "row_outcome": "fail",
        "row_observed_at": "2026-11-01T04:00:00Z",
        "row_path": "properties.on",
        "row_actual": "false",
        "state_check": "state",
        "state_outcome": "pass",
        "state_evaluated_at": "2026-10-30T00:00:00Z",
        "state_actual": None,
    }


def test_a_run_without_alternatives_has_none(tmp_path: Path) -> None:
    run = replace(run_of(tmp_path, *both("a", "pass", "fail")), controls=[])
    assert list(disagreements(run)) == []


def replace_time(found: dict[str, Any], time: str) -> dict[str, Any]:
    return {**found, "observed_at": time}
