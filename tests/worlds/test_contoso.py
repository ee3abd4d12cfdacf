"""Contoso, evaluated: what is planted comes out, and nothing else does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.worlds.recount import COUNTED, recount, titles

ROOT = Path(__file__).resolve().parents[2]
CONTOSO = ROOT / "examples" / "contoso"
EXPECTED: dict[str, Any] = yaml.safe_load((CONTOSO / "expected.yaml").read_text("utf-8"))
SYSTEMS: dict[str, Any] = EXPECTED["systems"]
KNOWN = ("ehr-prod", "analytics")
COMPONENTS = ("microsoft.keyvault.data/", "microsoft.managedhsm.data/")
NEUTRAL = {"pass", "not-applicable"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from attestgraph import pipeline
    from attestgraph.model.times import parse_time

    folder = tmp_path_factory.mktemp("contoso")
    steps = json.loads((CONTOSO / "demo.json").read_bytes())
    readers: dict[str, Any] = {
        "resources": pipeline.import_resources,
        "policy-states": pipeline.import_policy_states,
        "key-vault": pipeline.import_key_vault,
    }
    for step in steps["imports"]:
        files = tuple(CONTOSO / "evidence" / name for name in step["files"])
        declared = step.get("declared")
        named = (declared["by"], declared["reason"]) if declared else None
        at, scopes = parse_time(step["at"]), tuple(step["scopes"])
        out = folder / "snapshot"
        if step["kind"] == "sarif":
            pipeline.import_sarif(
                files, out, scope=scopes[0], repository=None, declared=named, at=at
            )
        else:
            readers[step["kind"]](files, out, scopes=scopes, declared=named, at=at)
    at = parse_time(EXPECTED["evaluated_at"].isoformat())
    pipeline.evaluate(CONTOSO, folder / "snapshot", folder / "run", at=at)
    return folder / "run"


def read(run: Path, name: str) -> Any:
    return json.loads((run / name).read_bytes())


@pytest.fixture(scope="module")
def controls(run: Path) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["system"], row["control"]): row for row in read(run, "controls.json")}


@pytest.fixture(scope="module")
def requirements(run: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (row["system"], row["framework"], row["requirement"]): row
        for row in read(run, "requirements.json")
    }


@pytest.fixture(scope="module")
def findings(run: Path) -> list[dict[str, Any]]:
    from attestgraph.evidence import open_run

    return list(open_run(run).findings())


def names(findings: Iterable[Mapping[str, Any]], system: str, outcome: str) -> dict[str, list[str]]:
    """Return, by control, the names of the resources whose findings came out so."""
    titled = titles(CONTOSO / "evidence")
    found: dict[str, set[str]] = {}
    for row in findings:
        if system in row["systems"] and row["outcome"] == outcome and row["resource_key"]:
            key = row["resource_key"]
            name = titled.get(key) or str(row["resource_id"]).rsplit("/", 1)[-1]
            # a scan is named after its repository and a digest
            name = name.rsplit("-", 1)[0] if "/attestgraph.code/" in key else name
            found.setdefault(row["control"], set()).add(name)
    return {control: sorted(of_control) for control, of_control in found.items()}


def wanted_status(system: str, control: str, questions: frozenset[str]) -> str:
    """Return the status that follows from what is planted."""
    wanted = SYSTEMS[system]
    failing = set(wanted["fails"]) - set(wanted.get("stricter", ()))
    if control in failing or control in wanted.get("attested", ()):
        return "not-satisfied"
    waiting = system == "analytics" and control in questions - set(wanted["answered"])
    open_ones = {*wanted["not_evaluated"], *wanted.get("cut", ()), *wanted.get("conflicting", ())}
    if waiting or control in open_ones:
        return "not-evaluated"
    if control in wanted.get("accepted", ()):
        return "accepted"
    neutral = control in wanted["none_deployed"] or control in EXPECTED["not_required"]
    return "none-deployed" if neutral else "satisfied"


def test_the_run_is_of_the_time_that_the_demo_fixes(run: Path) -> None:
    document = read(run, "run.json")
    steps = json.loads((CONTOSO / "demo.json").read_bytes())
    assert steps["evaluated_at"] == document["evaluated_at"] == "2026-11-01T06:00:00Z"
    assert document["totals"]["policy_states"] == EXPECTED["policy_states"]
    rows = {table["name"]: table["rows"] for table in document["snapshot"]["tables"]}
    # one row was read twice and is there twice
    assert rows["resources"] == EXPECTED["resources"] + 1
    assert rows["armresources"] + rows["appserviceresources"] == EXPECTED["children"]
    assert rows["components"] == EXPECTED["components"]
    assert rows["codescans"] == EXPECTED["scans"]


@pytest.mark.parametrize("system", KNOWN)
def test_every_control_comes_out_as_planted(
    controls: dict[tuple[str, str], dict[str, Any]], system: str
) -> None:
    of_system = {control: row for (of, control), row in controls.items() if of == system}
    questions = frozenset(
        control
        for control, row in of_system.items()
        if any(check["kind"] == "attest" for check in row["checks"])
    )
    wanted = {control: wanted_status(system, control, questions) for control in of_system}
    assert {control: row["status"] for control, row in of_system.items()} == wanted
    named = {
        *SYSTEMS[system]["fails"],
        *SYSTEMS[system]["not_evaluated"],
        *EXPECTED["not_required"],
    }
    assert named <= of_system.keys()


@pytest.mark.parametrize("system", KNOWN)
def test_what_is_planted_fails_and_nothing_else(
    findings: list[dict[str, Any]], system: str
) -> None:
    wanted = {control: sorted(of) for control, of in SYSTEMS[system]["fails"].items()}
    assert names(findings, system, "fail") == wanted


def test_what_is_accepted_is_what_exceptions_cover(findings: list[dict[str, Any]]) -> None:
    assert names(findings, "ehr-prod", "accepted") == SYSTEMS["ehr-prod"]["accepted"]
    assert names(findings, "analytics", "accepted") == {}
    by = {row["exception"] for row in findings if row["outcome"] == "accepted"}
    used = {name for name, wanted in EXPECTED["exceptions"].items() if wanted["used"]}
    assert by == used


def test_reasons_are_the_planted_ones(controls: dict[tuple[str, str], dict[str, Any]]) -> None:
    found = {
        control: sorted(reason for reason in row["reasons"] if reason != "not-assigned")
        for (system, control), row in controls.items()
        if system == "ehr-prod" and row["status"] == "not-evaluated"
    }
    assert found == SYSTEMS["ehr-prod"]["not_evaluated"]


def test_what_is_counted_without_the_engine_is_what_it_counts(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    counted = recount(CONTOSO / "evidence")
    for system in KNOWN:
        for control in COUNTED:
            counts = controls[system, control]["counts"]
            found = {word: counts[word] for word in ("pass", "fail", "accepted")}
            mine = counted.get((system, control), Counter())
            assert found == {word: mine[word] for word in found}, (system, control)


REQUIREMENTS = [
    (system, framework, requirement)
    for system, wanted in SYSTEMS.items()
    for framework, of_framework in wanted["requirements"].items()
    for requirement in of_framework
]


@pytest.mark.parametrize(("system", "framework", "requirement"), REQUIREMENTS)
def test_a_requirement_comes_out_as_planted(
    requirements: dict[tuple[str, str, str], dict[str, Any]],
    system: str,
    framework: str,
    requirement: str,
) -> None:
    wanted = SYSTEMS[system]["requirements"][framework][requirement]
    assert requirements[system, framework, str(requirement)]["status"] == wanted


def test_only_what_is_signed_makes_a_requirement_more_than_partial(
    requirements: dict[tuple[str, str, str], dict[str, Any]],
) -> None:
    whole = {
        key[2]: set(row["basis"])
        for key, row in requirements.items()
        if row["status"] in ("satisfied", "inherited")
    }
    assert whole == {
        # implemented by an equivalent alternative: a decision record says so
        "164.312(a)(2)(iii)": {"attested"},
        "PE-3": {"inherited"},
        "PE-6": {"inherited"},
        "PS-3": {"attested"},
        "SC-28": {"automated", "policy", "attested"},
    }
    assert requirements["ehr-prod", "nist-800-53-r5", "SC-28"]["remainder"]
    assert "found" in requirements["analytics", "nist-800-53-r5", "IA-3"]["reason"]


def test_a_stricter_framework_fails_alone(
    requirements: dict[tuple[str, str, str], dict[str, Any]],
) -> None:
    def threshold(framework: str, requirement: str) -> Any:
        listed = requirements["ehr-prod", framework, requirement]["controls"]
        return next(c for c in listed if c["control"] == "st-sas-max-validity")["status"]

    # a day is allowed here, and CIS asks for an hour
    assert threshold("cis-azure-foundations-3.0", "4.5") == "not-satisfied"
    assert threshold("nist-800-53-r5", "AC-3") == "satisfied"


def test_nothing_is_claimed_where_a_subscription_could_not_be_read(
    controls: dict[tuple[str, str], dict[str, Any]], findings: list[dict[str, Any]], run: Path
) -> None:
    of_system = {c: row for (system, c), row in controls.items() if system == "genomics"}
    silent = {c for c, row in of_system.items() if row["status"] == "none-deployed"}
    assert silent == set(EXPECTED["not_required"])
    words = {row["status"] for c, row in of_system.items() if c not in silent}
    assert words == {"not-satisfied", "not-evaluated"}
    notes = {n for check in of_system["kv-rbac"]["checks"] for n in check["notes"]}
    assert "1 of 2 subscriptions evaluated" in notes
    missing = "/subscriptions/e84f1d06-72b9-4c35-a0de-5b9627c3f418"
    gaps = [gap for gap in read(run, "run.json")["completeness"] if gap["scope"] == missing]
    assert {gap["reason"] for gap in gaps} == {"not-collected"}
    failing = names(findings, "genomics", "fail")
    for control, wanted in SYSTEMS["genomics"]["fails"].items():
        assert set(wanted) <= set(failing[control]), control


def test_every_check_of_rows_and_states_is_reached(findings: list[dict[str, Any]]) -> None:
    """What no key of one's own is required for aside, each control passes somewhere."""
    passing = {row["control"] for row in findings if row["outcome"] == "pass"}
    silent = {row["control"] for row in findings} - passing
    # nobody answered these; the last has nothing that it could be about
    unanswered = {
        "key-backup-limits",
        "key-restore-tested",
        "pattern-cqrs",
        "secrets-training",
        "separation-of-duty",
        "threat-model-secrets",
        "cert-issuer-allowed",
    }
    assert silent <= unanswered | set(EXPECTED["not_required"])


def test_rows_and_states_disagree_where_it_is_planted_only(
    controls: dict[tuple[str, str], dict[str, Any]], findings: list[dict[str, Any]]
) -> None:
    group = {
        (control, check["check"]): check["alternative"]
        for (_, control), row in controls.items()
        for check in row["checks"]
        if check["alternative"]
    }
    seen: dict[tuple[str, str, str, str], set[str]] = {}
    for row in findings:
        alternative = group.get((row["control"], row["check"]))
        if alternative and row["outcome"] in ("pass", "fail"):
            key = (row["control"], alternative, row["parameters"], row["resource_key"])
            seen.setdefault(key, set()).add(row["outcome"])
    split = {
        (control, key.rsplit("/", 1)[-1])
        for (control, _, _, key), words in seen.items()
        if len(words) > 1
    }
    assert split == {("kv-rbac", "kv-ehr-portal")}, split


def test_the_cut_list_touches_one_system_and_one_table(
    controls: dict[tuple[str, str], dict[str, Any]], run: Path
) -> None:
    touched = {key for key, row in controls.items() if row["reasons"].get("incomplete")}
    assert {system for system, _ in touched} == {"analytics"}
    assert set(SYSTEMS["analytics"]["cut"]) <= {control for _, control in touched}
    complete = {t["name"]: t["complete"] for t in read(run, "run.json")["snapshot"]["tables"]}
    assert complete.pop("components") == "false"
    assert set(complete.values()) == {"true"}


def test_a_definition_that_is_assigned_nowhere_is_left_out(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    checks = {c["check"]: c for c in controls["ehr-prod", "kv-private-access"]["checks"]}
    assert checks["public-access-off-policy"]["left_out"] == "not-assigned"
    assert checks["private-endpoint-policy"]["left_out"] is None


def test_the_looser_value_is_printed_as_such(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    values = controls["ehr-prod", "kv-purge-protection"]["parameters"]["values"]
    assert values == [{"name": "retentionDays", "value": 30, "set_by": "workspace", "looser": True}]


def test_the_control_that_replaces_one_says_so(
    controls: dict[tuple[str, str], dict[str, Any]],
) -> None:
    origins = {
        control: row["origin"]
        for (system, control), row in controls.items()
        if system == "ehr-prod"
    }
    assert origins.pop("law-retention") == "own"
    assert origins.pop("kv-access-policy-limit") == "library-modified"
    assert set(origins.values()) == {"library"}


@pytest.mark.parametrize("exception", EXPECTED["exceptions"])
def test_an_exception_stands_as_planted(run: Path, exception: str) -> None:
    records = read(run, "run.json")["records"]["exceptions"]
    found = next(record for record in records if record["id"] == exception)
    wanted = EXPECTED["exceptions"][exception]
    assert {key: found[key] for key in wanted} == wanted


def test_every_kind_of_exception_is_there_and_a_false_positive_labels(
    run: Path, findings: list[dict[str, Any]]
) -> None:
    from attestgraph.model.records import ExceptionKind

    records = read(run, "run.json")["records"]["exceptions"]
    assert {record["kind"] for record in records} == {str(kind) for kind in ExceptionKind}
    labelled = [row for row in findings if row["exception"] == "session-key-age"]
    assert {row["outcome"] for row in labelled} == {"fail"}


def test_attestations_stand_as_planted(run: Path) -> None:
    records = read(run, "run.json")["records"]["attestations"]
    fallen = {r["id"]: r["standing"] for r in records if r["standing"] is not None}
    assert fallen == EXPECTED["attestations"]
    from attestgraph.model.records import AttestationKind

    assert {record["kind"] for record in records} == {str(kind) for kind in AttestationKind}
