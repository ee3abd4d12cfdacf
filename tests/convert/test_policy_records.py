"""Exemptions and attestations of Azure Policy: what they are about, and until when."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from attestgraph.convert import Imported, import_exemptions, import_policy_attestations
from attestgraph.diagnostics import InputError
from tests.convert.given import AT, GROUP, SUBSCRIPTION, VAULT, graph, save, stored, table

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "azure" / "samples" / "api"
ASSIGNMENT = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/NIST"
ABOVE = "/providers/Microsoft.Management/managementGroups/MG1"


def exemption(name: str = "e1", *, of: str = GROUP, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{of}/providers/Microsoft.Authorization/policyExemptions/{name}",
        "name": name,
        "type": "Microsoft.Authorization/policyExemptions",
        "properties": {
            "policyAssignmentId": ASSIGNMENT,
            "policyDefinitionReferenceIds": ["b", "a"],
            "exemptionCategory": "Waiver",
            "expiresOn": "2026-12-31T23:59:00+00:00",
            "description": "Ana said so",
            **more,
        },
    }


def attestation(name: str = "a1", *, of: str = f"{VAULT}/kv1", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{of}/providers/Microsoft.PolicyInsights/attestations/{name}",
        "properties": {
            "policyAssignmentId": ASSIGNMENT,
            "policyDefinitionReferenceId": "ref1",
            "complianceState": "Compliant",
            "expiresOn": "2027-06-15T00:00:00Z",
            "assessmentDate": "2026-06-10T00:00:00Z",
            "owner": "55a32e28-3aa5-4eea-9b5a-4cd85153b966",
            "comments": "passed the audit",
            **more,
        },
    }


def exempted(folder: Path, *documents: Any, **more: Any) -> Imported:
    options: dict[str, Any] = {"scopes": (), "declared": None, "at": AT}
    return import_exemptions(save(folder, *documents), folder / "s", **(options | more))


def attested(folder: Path, *documents: Any, **more: Any) -> Imported:
    options: dict[str, Any] = {"scopes": (), "declared": None, "at": AT}
    return import_policy_attestations(save(folder, *documents), folder / "s", **(options | more))


def faults(folder: Path, item: Any, *, of_attestations: bool = False) -> list[str]:
    with pytest.raises(InputError) as caught:
        (attested if of_attestations else exempted)(folder, [item])
    assert not (folder / "s").exists()
    assert {d.slug for d in caught.value.diagnostics} == {"row-fault"}
    return [d.message for d in caught.value.diagnostics]


def test_an_exemption_says_its_scope_what_of_it_and_until_when(tmp_path: Path) -> None:
    exempted(tmp_path, {"value": [exemption()]})
    columns = ("scope", "assignment_key", "reference_ids", "category", "expires_at")
    assert stored(tmp_path, *columns, name="policyexemptions") == [
        (GROUP.lower(), ASSIGNMENT.lower(), ["a", "b"], "waiver", "2026-12-31T23:59:00Z")
    ]
    assert b"Ana" not in (tmp_path / "s" / "policyexemptions.parquet").read_bytes()


def test_the_flat_form_of_az_says_the_same(tmp_path: Path) -> None:
    whole = exemption()
    flat = {**{k: v for k, v in whole.items() if k != "properties"}, **whole["properties"]}
    for name, document in (("rest", {"value": [whole]}), ("az", [flat])):
        (tmp_path / name).mkdir()
        exempted(tmp_path / name, document)
    assert stored(tmp_path / "rest", "scope", "category", name="policyexemptions") == stored(
        tmp_path / "az", "scope", "category", name="policyexemptions"
    )


def test_a_scope_may_have_several_exemptions_for_one_assignment(tmp_path: Path) -> None:
    whole = exemption("all", policyDefinitionReferenceIds=[])
    done = exempted(tmp_path, [exemption(), whole, exemption("again"), whole])
    assert [d.slug for d in done.diagnostics] == []
    found = stored(tmp_path, "reference_ids", name="policyexemptions")
    assert sorted(found, key=str) == [(None,), (["a", "b"],)]


def test_what_selectors_leave_out_is_kept_with_the_exemption(tmp_path: Path) -> None:
    selectors = [{"name": "r", "selectors": [{"kind": "resourceLocation", "in": ["eastus"]}]}]
    exempted(tmp_path, [exemption(resourceSelectors=selectors)])
    ((text,),) = stored(tmp_path, "selectors", name="policyexemptions")
    assert json.loads(text) == selectors


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"policyAssignmentId": None}, "has no `policyAssignmentId`"),
        ({"exemptionCategory": ""}, "has no `exemptionCategory`"),
        ({"expiresOn": "soon"}, "`expiresOn` is `soon`, which is no time with a zone"),
        ({"expiresOn": 7}, "`expiresOn` is `7`, which is no time with a zone"),
        ({"policyDefinitionReferenceIds": "a"},
         "`policyDefinitionReferenceIds` is not a list of texts"),
    ],
)  # fmt: skip
def test_an_exemption_with_a_fault_is_refused(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    assert faults(tmp_path, exemption(**change)) == [f"row 1: {said}"]


def test_what_is_no_exemption_or_attestation_is_refused(tmp_path: Path) -> None:
    assert "is no policy exemption" in faults(tmp_path, attestation())[0]
    assert "is no policy attestation" in faults(tmp_path, exemption(), of_attestations=True)[0]


def test_counts_and_a_scope_prove_the_rows_of_resource_graph(tmp_path: Path) -> None:
    above = exemption(of=ABOVE)
    done = exempted(tmp_path, graph(exemption(), above), scopes=[SUBSCRIPTION])
    assert table(done, "policyexemptions").complete == "true"
    assert [d.slug for d in done.diagnostics] == []


@pytest.mark.parametrize(
    ("document", "scopes", "complete"),
    [
        ({"value": [exemption()]}, [SUBSCRIPTION], "unknown"),
        (graph(exemption()), [], "unknown"),
        (graph(exemption(of="/subscriptions/22222222-2222-2222-2222-222222222222")),
         [SUBSCRIPTION], "unknown"),
        (graph(), [SUBSCRIPTION], "unknown"),
        (graph(exemption(), total=2), [SUBSCRIPTION], "false"),
        ({"value": [exemption()], "nextLink": "https://next"}, [SUBSCRIPTION], "false"),
    ],
)  # fmt: skip
def test_anything_else_proves_nothing(
    tmp_path: Path, document: Any, scopes: list[str], complete: str
) -> None:
    assert table(exempted(tmp_path, document, scopes=scopes), "policyexemptions").complete == (
        complete
    )


def test_a_person_may_declare_an_export_whole(tmp_path: Path) -> None:
    done = attested(tmp_path, [attestation()], declared=("Ana Lima", "owner"))
    assert table(done, "policyattestations").complete == "true"


def test_an_attestation_says_of_what_for_which_definition_and_until_when(tmp_path: Path) -> None:
    attested(tmp_path, {"value": [attestation(), attestation("a2", complianceState=None,
             policyDefinitionReferenceId="ref2", expiresOn=None, owner=None)]})  # fmt: skip
    columns = ("resource_key", "reference_id", "state", "expires_at", "owner", "assessed_at")
    key = f"{VAULT}/kv1".lower()
    owner = "55a32e28-3aa5-4eea-9b5a-4cd85153b966"
    assert stored(tmp_path, *columns, name="policyattestations") == [
        (key, "ref1", "compliant", "2027-06-15T00:00:00Z", owner, "2026-06-10T00:00:00Z"),
        (key, "ref2", "unknown", None, None, "2026-06-10T00:00:00Z"),
    ]
    assert b"audit" not in (tmp_path / "s" / "policyattestations.parquet").read_bytes()


def test_two_attestations_that_differ_are_in_conflict(tmp_path: Path) -> None:
    done = attested(tmp_path, [attestation(), attestation("a2", complianceState="NonCompliant")])
    assert [d.slug for d in done.diagnostics] == ["conflicting-rows"]


@pytest.mark.parametrize(
    "change",
    [{"complianceState": 1}, {"owner": {}}, {"assessmentDate": "2026"}, {"policyAssignmentId": 3}],
)
def test_an_attestation_with_a_fault_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    assert len(faults(tmp_path, attestation(**change), of_attestations=True)) == 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize("kind", ["exemptions", "attestations"])
def test_documented_answers_are_read(tmp_path: Path, kind: str) -> None:
    taken, name = {
        "exemptions": (exempted, "policyexemptions"),
        "attestations": (attested, "policyattestations"),
    }[kind]
    for path in sorted((SAMPLES / kind).glob("*.json")):
        body = json.loads(path.read_text(encoding="utf-8"))["responses"]["200"]["body"]
        folder = tmp_path / path.stem
        folder.mkdir()
        done = taken(folder, body)
        held = table(done, name)
        assert held.rows + held.duplicates == len(body.get("value", [body]))
        for (moment,) in stored(folder, "expires_at", name=name):
            assert moment is None or datetime.fromisoformat(moment).tzinfo is not None
