"""From a requirement to the row of evidence and back, as `explain` prints it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.command import run

GOLDEN = Path(__file__).parent / "golden"
AT = ("--at", "2026-11-01T06:00:00Z")
GUID = "11111111-1111-1111-1111-111111111111"
SCOPE = f"/subscriptions/{GUID}"
GROUP = f"{SCOPE}/resourceGroups/rg"
CLUSTER = f"{GROUP}/providers/Microsoft.Kusto/clusters/"
POLICY = "f4b53539-8df9-40e4-86c6-6b607703bd4e"
WORKSPACE = f"""\
organisation: Tests
evidence: {{sources: [resources, policystates]}}
systems:
  - system: one
    title: System one
    owner: platform
    boundary: {{subscriptions: [{GUID}]}}
    frameworks: [small]
"""
CONTROL = f"""\
control: own-disks
says: Clusters encrypt their disks.
domain: own
severity: high
responsibility: customer
owner: platform
source: Own rule
supports:
  - framework: small
    requirement: A-1
    covers: full
    because: It is all that A-1 asks for.
    review: {{by: me@example.com, on: 2026-10-01}}
  - framework: small
    requirement: A-2
    covers: part
    because: One setting of several.
    review: draft
parameters:
  days: {{type: integer, default: 90, stricter: higher}}
checks:
  - check: disks
    says: The cluster encrypts its disks.
    evidence: {{alternative: disks}}
    applies_to: Microsoft.Kusto/clusters
    satisfied_when: {{field: Microsoft.Kusto/clusters/enableDiskEncryption, equals: true}}
  - check: disks-policy
    says: Azure Policy finds it on.
    evidence: {{alternative: disks}}
    policy: {POLICY}
  - check: drill
    says: Recovery is drilled.
    attest: {{question: Was recovery drilled this year?, roles: [keeper], valid_for: P365D}}
remediation: az kusto cluster update --enable-disk-encryption true
"""
CASES = """\
control: own-disks
cases:
  - {case: on, check: disks, want: satisfied, resource: {properties: {enableDiskEncryption: true}}}
"""
EXCEPTION = f"""\
exception: old-cluster
kind: waiver
control: own-disks
check: disks
scope: {{resource: {CLUSTER}old}}
reason: The cluster is emptied this month.
risk: Its disks could be read.
requested_by: a@example.com
approved_by: b@example.com
approved_on: 2026-10-20
expires_on: 2026-12-01
"""
ATTESTATION = """\
attestation: drill-2026
kind: check
system: one
covers: [{control: own-disks, check: drill}]
statement: The drill of May went well.
outcome: satisfied
signed: [{role: keeper, person: k@example.com, on: 2026-05-20}]
effective: {from: 2026-05-20}
valid_until: 2027-05-01
evidence: [{file: drill.md, sha256: "DIGEST", title: Minutes}]
"""
FRAMEWORK = """\
framework: small
title: A small framework
publisher: Tests
edition: "1"
catalogue: complete
source: made up
licence: none
methodology: nist-800-53a
checked_on: 2026-10-01
families: {A: Family A}
"""
REQUIREMENTS = """\
id,title,family,parent,assessable,profiles
A-1,Keys stay,A,,true,
A-2,Keys are good,A,,true,
A-3,Nothing here,A,,true,
A-4,Heading,A,,false,
"""


def cluster(name: str, on: Any) -> dict[str, Any]:
    return {
        "id": CLUSTER + name,
        "name": name,
        "type": "microsoft.kusto/clusters",
        "subscriptionId": GUID,
        "resourceGroup": "rg",
        "location": "westeurope",
        "tags": {"env": "prod"},
        "properties": {} if on is None else {"enableDiskEncryption": on},
    }


def state(name: str, word: str) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-01T02:00:00Z",
        "resourceId": CLUSTER + name,
        "resourceType": "/Microsoft.Kusto/clusters",
        "subscriptionId": GUID,
        "policyAssignmentId": f"{SCOPE}/providers/Microsoft.Authorization/policyAssignments/a",
        "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{POLICY}",
        "policyDefinitionName": POLICY,
        "policyDefinitionAction": "audit",
        "complianceState": word,
    }


def written(folder: Path) -> None:
    from hashlib import sha256

    files = {
        "attestgraph.yaml": WORKSPACE,
        "controls/own/own-disks.yaml": CONTROL,
        "controls/own/own-disks.cases.yaml": CASES,
        "exceptions/old-cluster.yaml": EXCEPTION,
        "drill.md": "It went well.\n",
        "attestations/drill-2026.yaml": ATTESTATION,
        "frameworks/small/framework.yaml": FRAMEWORK,
        "frameworks/small/requirements.csv": REQUIREMENTS,
    }
    digest = sha256(files["drill.md"].encode()).hexdigest()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("DIGEST", digest), encoding="utf-8", newline="\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a workspace `ws`, a snapshot `s` and a run `r`."""
    top = tmp_path_factory.mktemp("explain")
    written(top / "ws")
    rows = [cluster("good", True), cluster("bad", None), cluster("old", False)]
    (top / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    words = {"good": "Compliant", "bad": "NonCompliant", "old": "Compliant"}
    states = {"@odata.nextLink": None, "@odata.count": 3, "value": [
        state(name, word) for name, word in words.items()]}  # fmt: skip
    (top / "states.json").write_text(json.dumps(states), encoding="utf-8")
    return top


@pytest.fixture(autouse=True)
def _here(made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(made)
    if not Path("r").exists():
        for kind, file in (("resources", "rows.json"), ("policy-states", "states.json")):
            said = run(
                capsys, "import", kind, file, "--out", "s", "--scope", SCOPE,
                "--declare-complete", "Ana Lima", "all there is", *AT,
            )  # fmt: skip
            assert said.code == 0, said.err
        said = run(capsys, "evaluate", "-w", "ws", "--evidence", "s", "--out", "r", *AT)
        assert said.code == 0, said.err


EXPLAINED = {
    "requirement": ("small:A-1",),
    "requirement-of-a-draft": ("A-2",),
    "requirement-not-covered": ("A-3",),
    "heading": ("small:A-4",),
    "control": ("own-disks",),
    "check": ("own-disks/disks",),
    "policy": (POLICY,),
    "policy-by-full-id": (f"/providers/Microsoft.Authorization/policyDefinitions/{POLICY}",),
    "resource": ("bad", "--evidence", "s"),
    "resource-by-id": (CLUSTER + "old",),
    "attestation": ("drill-2026",),
    "exception": ("old-cluster",),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_is_said_of_each_kind_of_thing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "explain", *EXPLAINED[name], "--run", "r")
    assert said.code == 0, said.err
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(said.out, encoding="utf-8", newline="\n")
    assert said.out == golden.read_text(encoding="utf-8")
    as_json = run(capsys, "explain", *EXPLAINED[name], "--run", "r", "--format", "json")
    trace = json.loads(as_json.out)
    assert [*trace] == ["kind", "id", "title", "facts", "sections", "follow"]


def test_a_stranger_follows_a_failing_resource_from_the_requirement_to_the_row_and_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def followed(thing: str, *more: str) -> dict[str, Any]:
        said = run(capsys, "explain", thing, "--run", "r", *more, "--format", "json")
        found: dict[str, Any] = json.loads(said.out)
        return found

    requirement = followed("small:A-1")
    assert requirement["follow"] == ["own-disks"]
    control = followed(requirement["follow"][0])
    assert control["follow"] == [CLUSTER + "bad"]
    resource = followed(control["follow"][0], "--evidence", "s")
    assert resource["follow"] == ["own-disks"]
    (touched,) = [s for s in resource["sections"] if s["title"] == "touches"]
    assert "A-1 not satisfied" in touched["lines"][0]["below"][0]["text"]
    (row,) = [s for s in resource["sections"] if s["title"] == "row"]
    assert "the digest that the findings name" in row["lines"][1]["text"]


@pytest.mark.parametrize("thing", ["small:A-1", "own-disks", "own-disks/drill", POLICY])
def test_without_a_run_the_files_are_explained(
    thing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "explain", thing, "-w", "ws")
    assert said.code == 0, said.err
    golden = GOLDEN / f"files-{thing.replace(':', '-').replace('/', '-')}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(said.out, encoding="utf-8", newline="\n")
    assert said.out == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("SC-12", "-w", "ws"), "ambiguous-id"),
        (("nowhere:A-1", "--run", "r"), "unknown-id"),
        (("small:A-9", "--run", "r"), "unknown-id"),
        (("own-disks/diskss", "--run", "r"), "unknown-id"),
        (("own-diskss", "--run", "r"), "unknown-id"),
        ((CLUSTER + "none", "--run", "r"), "unknown-id"),
        (("00000000-0000-0000-0000-000000000000", "--run", "r"), "unknown-id"),
        (("00000000-0000-0000-0000-000000000000", "-w", "ws"), "unknown-id"),
        ((CLUSTER + "bad", "-w", "ws"), "needs-a-run"),
        (("drill-2026", "-w", "ws"), "needs-a-run"),
        (("own-disks", "--run", "r", "--system", "two"), "system-not-in-run"),
        (("own-disks", "--run", "ws"), "no-run"),
    ],
)
def test_what_names_nothing_is_said_and_the_nearest_shown(
    arguments: tuple[str, ...], slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "explain", *arguments)
    assert said.code == 2
    assert f"error[{slug}]" in said.err
    assert said.out == ""


def test_another_snapshot_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree("other", ignore_errors=True)
    run(capsys, "import", "resources", "rows.json", "--out", "other", *AT)
    said = run(capsys, "explain", "bad", "--run", "r", "--evidence", "other")
    assert said.code == 2
    assert "error[other-snapshot]" in said.err


def test_two_resources_of_one_name_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    other = CLUSTER.replace("/rg/", "/b/") + "twin"
    rows = [cluster("twin", True), {**cluster("twin", True), "id": other, "resourceGroup": "b"}]
    Path("twins.json").write_text(json.dumps(rows), encoding="utf-8")
    shutil.rmtree("s2", ignore_errors=True)
    shutil.rmtree("r2", ignore_errors=True)
    run(capsys, "import", "resources", "twins.json", "--out", "s2", "--scope", SCOPE, *AT)
    run(capsys, "evaluate", "-w", "ws", "--evidence", "s2", "--out", "r2", *AT)
    said = run(capsys, "explain", "twin", "--run", "r2")
    assert said.code == 2
    assert "error[ambiguous-id]: 2 resources are called `twin`" in said.err
