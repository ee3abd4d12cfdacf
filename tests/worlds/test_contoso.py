"""Contoso, evaluated: what is planted comes out, and nothing else does."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTOSO = ROOT / "examples" / "contoso"
EXPECTED: dict[str, Any] = yaml.safe_load((CONTOSO / "expected.yaml").read_text("utf-8"))
MODERATE = 287
CONTROLS = [(s, c) for s, wanted in EXPECTED["systems"].items() for c in wanted["controls"]]
REQUIREMENTS = [(s, r) for s, wanted in EXPECTED["systems"].items() for r in wanted["requirements"]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from attestgraph import pipeline
    from attestgraph.model.times import parse_time

    folder = tmp_path_factory.mktemp("contoso")
    steps = json.loads((CONTOSO / "demo.json").read_bytes())
    readers = {
        "resources": pipeline.import_resources,
        "policy-states": pipeline.import_policy_states,
    }
    for step in steps["imports"]:
        declared = step.get("declared")
        readers[step["kind"]](
            tuple(CONTOSO / "evidence" / name for name in step["files"]),
            folder / "snapshot",
            scopes=tuple(step["scopes"]),
            declared=(declared["by"], declared["reason"]) if declared else None,
            at=parse_time(step["at"]),
        )
    at = parse_time(EXPECTED["evaluated_at"].isoformat())
    pipeline.evaluate(CONTOSO, folder / "snapshot", folder / "run", at=at)
    return folder / "run"


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_bytes())


@pytest.fixture(scope="module")
def controls(run: Path) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["system"], row["control"]): row for row in read(run, "controls.json")}


@pytest.fixture(scope="module")
def requirements(run: Path) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["system"], row["requirement"]): row for row in read(run, "requirements.json")}


def test_the_run_is_of_the_time_that_the_demo_fixes(run: Path) -> None:
    document = read(run, "run.json")
    steps = json.loads((CONTOSO / "demo.json").read_bytes())
    assert steps["evaluated_at"] == document["evaluated_at"]
    assert document["evaluated_at"] == "2026-11-01T06:00:00Z"
    assert document["totals"]["policy_states"] == EXPECTED["policy_states"]
    assert document["totals"]["unassigned"] == EXPECTED["unassigned"]


def test_all_controls_are_concluded_for_both_systems(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert set(controls) == set(CONTROLS)


@pytest.mark.parametrize(("system", "control"), CONTROLS)
def test_a_control_comes_out_as_planted(
    controls: dict[tuple[str, str], dict[str, Any]], system: str, control: str
) -> None:
    wanted = EXPECTED["systems"][system]["controls"][control]
    found = controls[system, control]
    assert found["status"] == wanted["status"]
    outcomes = {word: wanted.get(word, 0) for word in ("pass", "fail", "accepted")}
    assert {word: found["counts"][word] for word in outcomes} == outcomes
    if system == "ehr-prod":
        # nothing is missing here, so the reasons are the planted ones and no others
        wanted_reasons = wanted.get("reasons", {})
        assert {k: n for k, n in found["reasons"].items() if k != "not-assigned"} == wanted_reasons
    else:
        assert wanted.get("reasons", {}).items() <= found["reasons"].items()


@pytest.mark.parametrize(("system", "requirement"), REQUIREMENTS)
def test_a_requirement_comes_out_as_planted(
    requirements: dict[tuple[str, str], dict[str, Any]], system: str, requirement: str
) -> None:
    wanted = EXPECTED["systems"][system]["requirements"][requirement]
    assert requirements[system, requirement]["status"] == wanted


@pytest.mark.parametrize("system", EXPECTED["systems"])
def test_what_no_control_touches_is_not_covered(
    requirements: dict[tuple[str, str], dict[str, Any]], system: str
) -> None:
    wanted = EXPECTED["systems"][system]
    words = Counter(
        row["status"] for (of, _), row in requirements.items() if of == system and row["status"]
    )
    assert words.total() == MODERATE
    assert words.pop("not-covered") == wanted["not_covered"]
    assert words == Counter(wanted["requirements"].values())


def test_only_the_signed_remainder_makes_a_requirement_satisfied(
    requirements: dict[tuple[str, str], dict[str, Any]],
) -> None:
    satisfied = [key for key, row in requirements.items() if row["status"] == "satisfied"]
    assert satisfied == [("ehr-prod", "SC-12")]
    row = requirements["ehr-prod", "SC-12"]
    assert row["extent"] == "full"
    assert set(row["basis"]) == {"automated", "policy", "attested"}
    assert row["remainder"]


def test_the_cut_answer_touches_one_system(
    controls: dict[tuple[str, str], dict[str, Any]], run: Path
) -> None:
    touched = {system for (system, _), row in controls.items() if row["reasons"].get("incomplete")}
    assert touched == {"analytics"}
    tables = {table["name"]: table for table in read(run, "run.json")["snapshot"]["tables"]}
    assert tables["resources"]["complete"] == "true"
    assert tables["policystates"]["complete"] == "false"
    assert tables["resourcecontainers"]["declared_by"]


def test_a_definition_that_is_assigned_nowhere_is_listed_and_left_out(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    def check(system: str) -> dict[str, Any]:
        checks = controls[system, "kv-private-access"]["checks"]
        found: dict[str, Any] = next(
            entry for entry in checks if entry["check"] == "public-access-off-policy"
        )
        return found

    assert check("ehr-prod")["left_out"] == "not-assigned"
    # where the states are cut, nobody knows that it is not assigned
    assert check("analytics")["left_out"] is None


def test_the_looser_value_is_printed_as_such(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    values = controls["ehr-prod", "kv-purge-protection"]["parameters"]["values"]
    assert values == [{"name": "retentionDays", "value": 30, "set_by": "workspace", "looser": True}]


@pytest.mark.parametrize("exception", EXPECTED["exceptions"])
def test_an_exception_stands_as_planted(run: Path, exception: str) -> None:
    records = read(run, "run.json")["records"]["exceptions"]
    found = next(record for record in records if record["id"] == exception)
    wanted = EXPECTED["exceptions"][exception]
    assert {key: found[key] for key in wanted} == wanted


def test_none_deployed_is_neutral_and_nothing_to_assess(
    controls: dict[tuple[str, str], dict[str, Any]],
    requirements: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert controls["analytics", "sql-entra-only"]["counts"]["none_deployed"] == 1
    assert "assess" in requirements["analytics", "IA-5"]["reason"]
