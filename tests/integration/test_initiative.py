"""Microsoft's NIST SP 800-53 Rev. 5 initiative, imported and adopted over contoso's evidence."""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from attestgraph import pipeline
from attestgraph.load.initiatives import control_id
from attestgraph.model.times import parse_time
from tests.integration.command import ROOT, SHARED, run

INITIATIVE = "179d1daa-458f-4e47-8086-2a68d0d6c38f"
AZURE = SHARED / "azure"
AT = parse_time("2026-11-01T06:00:00Z")
STRONGER = {"satisfied", "inherited", "risk-accepted"}
UNCLAIMED = {"not-evaluated", "not-covered", "not-satisfied", "partially-satisfied", None}

pytestmark = pytest.mark.skipif(
    not (AZURE / "builtin-initiatives.ndjson.gz").is_file(), reason="the built-ins are not here"
)


def built_in(kind: str) -> Iterator[dict[str, Any]]:
    with gzip.open(AZURE / f"builtin-{kind}.ndjson.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            if "AzureCloud" in document["clouds"]:
                yield document


@dataclass(frozen=True)
class Done:
    """One evaluation of contoso with the initiative, and without."""

    initiative: dict[str, Any]
    rules: dict[str, dict[str, Any]]
    findings: list[dict[str, Any]]
    controls: list[dict[str, Any]]
    requirements: list[dict[str, Any]]
    before: list[dict[str, Any]]
    states: list[dict[str, Any]]

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """Return the references by the ids of their controls."""
        return {
            control_id(INITIATIVE, r["policyDefinitionReferenceId"]): r
            for r in self.initiative["policyDefinitions"]
        }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    tmp = tmp_path_factory.mktemp("initiative")
    initiative = next(i for i in built_in("initiatives") if i["name"] == INITIATIVE)
    names = {r["policyDefinitionId"].rpartition("/")[2] for r in initiative["policyDefinitions"]}
    rules = {d["name"]: d for d in built_in("policies") if d["name"] in names}
    (tmp / "rules.ndjson").write_text("\n".join(map(json.dumps, rules.values())))
    (tmp / "sets.json").write_text(json.dumps({"value": [initiative]}))
    workspace = tmp / "ws"
    shutil.copytree(ROOT / "examples" / "contoso", workspace)
    imported = pipeline.import_azure_policy(
        (tmp / "rules.ndjson", tmp / "sets.json"), workspace / "definitions"
    )
    assert (imported.definitions, imported.initiatives) == (len(rules), 1)
    assert imported.diagnostics == ()
    file = workspace / "attestgraph.yaml"
    file.write_text(f"{file.read_text()}\ninitiatives: [{INITIATIVE}]\n")
    contoso = tmp / "contoso"
    pipeline.demo(contoso, at=AT)
    summary = pipeline.evaluate(workspace, contoso / "evidence", tmp / "run", at=AT)
    planted = {"record-invalid", "evidence-invalid"}
    assert {d.slug for d in summary.diagnostics} - planted <= {
        "stale-evidence",
        "unknown-parameter",
    }
    return Done(
        initiative=initiative,
        rules=rules,
        findings=table(tmp / "run" / "findings.parquet"),
        controls=json.loads((tmp / "run" / "controls.json").read_bytes()),
        requirements=json.loads((tmp / "run" / "requirements.json").read_bytes()),
        before=json.loads((contoso / "run" / "requirements.json").read_bytes()),
        states=table(contoso / "evidence" / "policystates.parquet"),
    )


def table(path: Path) -> list[dict[str, Any]]:
    cursor = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)])
    columns = [c[0] for c in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def test_every_reference_is_a_control_with_the_links_of_its_groups(done: Done) -> None:
    own = done.own
    assert len(own) == len(done.initiative["policyDefinitions"]) > 600
    found = {c["control"] for c in done.controls}
    assert own.keys() <= found
    linked = {
        (control["control"], requirement["requirement"])
        for requirement in done.requirements
        for control in requirement["controls"]
        if control["control"] in own
    }
    wanted = {
        (name, group.removeprefix("NIST_SP_800-53_R5_"))
        for name, reference in own.items()
        for group in reference["groupNames"] or ()
    }
    nist = [r for r in done.requirements if r["framework"] == "nist-800-53-r5"]
    in_profile = {r["requirement"] for r in nist}
    assert linked == {pair for pair in wanted if pair[1] in in_profile}
    assert len(linked) > 300


def test_nothing_is_claimed_from_the_mapping_above_partially_satisfied(done: Done) -> None:
    own = done.own.keys()
    touched = 0
    for requirement in done.requirements:
        controls = {c["control"]: c for c in requirement["controls"]}
        for name in controls.keys() & own:
            assert controls[name]["covers"] == "part"
            assert controls[name]["provenance"] == "microsoft"
            assert controls[name]["review"] in (None, "draft")
        if controls and controls.keys() <= own:
            touched += 1
            assert requirement["status"] in UNCLAIMED
    assert touched > 100


def test_adopting_raises_no_requirement_and_changes_no_denominator(done: Done) -> None:
    assert len(done.requirements) == len(done.before)
    for before, after in zip(done.before, done.requirements, strict=True):
        assert before["requirement"] == after["requirement"]
        assert before["assessable"] == after["assessable"]
        if after["status"] in STRONGER:
            assert before["status"] == after["status"]


def test_there_is_no_fault_of_ours(done: Done) -> None:
    own = done.own
    findings = [f for f in done.findings if f["control"] in own]
    assert len(findings) > 1000
    assert Counter(f["outcome"] for f in findings)["error"] == 0
    assert all(f["reason"] for f in findings if f["outcome"] in ("not-evaluated", "error"))


def test_a_manual_or_disabled_definition_never_passes(done: Done) -> None:
    default = {name: _default_effect(done, reference) for name, reference in done.own.items()}
    counted: Counter[str] = Counter()
    for finding in done.findings:
        effect = default.get(finding["control"])
        if effect in ("manual", "disabled") and finding["basis"] != "policy-state":
            counted[effect] += 1
            assert finding["outcome"] in ("not-evaluated", "not-applicable"), finding
    assert counted["manual"] > 400


def _default_effect(done: Done, reference: dict[str, Any]) -> str:
    rule = done.rules[reference["policyDefinitionId"].rpartition("/")[2]]
    written = str(rule["policyRule"]["then"]["effect"])
    if not written.startswith("["):
        return written.lower()
    name = written.split("'")[1]
    value = (reference["parameters"] or {}).get(name, {}).get("value")
    if value is None:
        return str(rule["parameters"][name].get("defaultValue")).lower()
    if str(value).startswith("["):
        value = done.initiative["parameters"][value.split("'")[1]]["defaultValue"]
    return str(value).lower()


WORDS = {"compliant": "pass", "noncompliant": "fail"}


def test_findings_by_state_agree_with_a_count_of_the_states(done: Done) -> None:
    """Count without the engine: for each definition and resource the worst of the fresh states."""
    names = {r["policyDefinitionId"].rpartition("/")[2].lower() for r in done.own.values()}
    worst: dict[tuple[str, str], str] = {}
    for state in done.states:
        key = (state["definition_name"], state["resource_key"])
        if state["definition_name"] in names and state["state"] in WORDS and _fresh(state):
            word = WORDS[state["state"]]
            worst[key] = "fail" if "fail" in (word, worst.get(key)) else word
    own = {name: r["policyDefinitionId"].rpartition("/")[2].lower() for name, r in done.own.items()}
    found = {
        (own[f["control"]], f["resource_key"]): f["outcome"]
        for f in done.findings
        if f["control"] in own and f["basis"] == "policy-state" and f["outcome"] in ("pass", "fail")
    }
    assert len(found) > 100
    assert {key: worst.get(key) for key in found} == found
    resources = {f["resource_key"] for f in done.findings if f["resource_type"]}
    judged = {f["resource_key"] for f in done.findings if f["control"] in own}
    # a state of what is in a vault names the vault; the imported definition is about its contents
    inside = {n for n, d in done.rules.items() if ".data" in str(d.get("mode")).lower()}
    missed = {k for k in worst.keys() - found.keys() if k[1] in resources & judged} - {
        key for key in worst if key[0] in {name.lower() for name in inside}
    }
    # what a worse state (exempt, in error, too old) outranks, or whose row is doubtful
    assert len(missed) < 20


def _fresh(state: dict[str, Any]) -> bool:
    age = AT.replace(tzinfo=None) - state["evaluated_at"]
    return 0 <= age.total_seconds() <= 2 * 86_400


def test_the_command_says_what_it_wrote(
    done: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sets.json").write_text(json.dumps(done.initiative))
    said = run(capsys, "import", "azure-policy", tmp_path / "sets.json", "--out", tmp_path / "d")
    assert said.code == 0, said.err
    assert "0 definitions, 1 initiative" in said.out
    again = run(capsys, "import", "azure-policy", tmp_path / "none.json", "--out", tmp_path / "d")
    assert again.code == 2
    assert "error[missing-file]" in again.err
