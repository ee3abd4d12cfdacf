"""Keys and secrets: over component rows where the snapshot has them, otherwise from states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.command import run

AT = ("--at", "2026-11-01T06:00:00Z")
SCOPE = "/subscriptions/11111111-1111-1111-1111-111111111111"
VAULT = SCOPE + "/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/"
ASSIGNMENT = SCOPE + "/providers/Microsoft.Authorization/policyAssignments/secrets"
DEFINITION = "98728c90-32c7-4049-8429-847dc0f4fe37"
CONTROL = f"""\
control: secrets-expire
says: Every secret has an expiry date.
domain: own
severity: medium
responsibility: customer
owner: platform
source: Own rule
supports:
  - framework: nist-800-53-r5
    requirement: IA-5
    covers: part
    because: Old secrets end.
    review: draft
checks:
  - check: rows
    says: The secret has an expiry date.
    evidence: {{alternative: expiry}}
    applies_to: Microsoft.KeyVault.Data/vaults/secrets
    satisfied_when:
      field: Microsoft.KeyVault.Data/vaults/secrets/attributes.expiresOn
      exists: true
  - check: states
    says: Azure Policy finds that every secret of the vault has one.
    evidence: {{alternative: expiry}}
    policy: {DEFINITION}
    applies_to: Microsoft.KeyVault/vaults
"""


def state(name: str, word: str) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-01T02:00:00Z",
        "resourceId": VAULT + name,
        "resourceType": "/Microsoft.KeyVault/vaults",
        "subscriptionId": SCOPE.rpartition("/")[2],
        "policyAssignmentId": ASSIGNMENT,
        "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{DEFINITION}",
        "policyDefinitionName": DEFINITION,
        "policyDefinitionAction": "audit",
        "complianceState": word,
    }


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "ws"
    assert run(capsys, "init", folder).code == 0
    own = folder / "controls" / "own"
    own.mkdir()
    (own / "secrets-expire.yaml").write_text(CONTROL, encoding="utf-8")
    file = folder / "attestgraph.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[resources]", "[resources, policystates]"), encoding="utf-8")
    rows = [{"id": VAULT + n, "name": n, "type": "microsoft.keyvault/vaults", "properties": {}}
            for n in ("a", "b", "c")]  # fmt: skip
    (tmp_path / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    states = {"@odata.nextLink": None, "@odata.count": 2, "value": [
        state("a", "Compliant"), state("b", "NonCompliant")]}  # fmt: skip
    (tmp_path / "states.json").write_text(json.dumps(states), encoding="utf-8")
    return folder


def test_without_component_rows_the_states_of_the_vaults_speak(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot, out = tmp_path / "s", tmp_path / "r"
    for kind, file in (("resources", "rows.json"), ("policy-states", "states.json")):
        said = run(
            capsys, "import", kind, tmp_path / file, "--out", snapshot, "--scope", SCOPE,
            "--declare-complete", "tester@example.com", "all there is", *AT,
        )  # fmt: skip
        assert said.code == 0, said.err
    said = run(capsys, "evaluate", "-w", workspace, "--evidence", snapshot, "--out", out, *AT)
    assert said.code == 0, said.err
    controls = json.loads((out / "controls.json").read_text(encoding="utf-8"))
    control = next(c for c in controls if c["control"] == "secrets-expire")
    rows, states = sorted(control["checks"], key=lambda check: check["check"])
    # component rows are not in the plan: that alternative is not configured, and says so
    assert rows["left_out"] == "not-collected"
    assert states["counts"]["pass"] == 1
    assert states["counts"]["fail"] == 1
    assert states["reasons"] == {"not-assigned": 1}
    assert control["status"] == "not-satisfied"
