"""`first-look`: exports in, pages out; never a pass that is not earned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.asleep import asleep
from tests.integration.command import Said, run
from tests.integration.test_recorded_rows import SAMPLES, recorded, states
from tests.render.pages import Page

AT = ("--at", "2026-11-01T06:00:00Z")
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
SCOPE = f"/subscriptions/{SUBSCRIPTION}"


def vault(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{SCOPE}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/{name}",
        "name": name,
        "type": "microsoft.keyvault/vaults",
        "location": "westeurope",
        "kind": "",
        "tags": None,
        "sku": None,
        "identity": None,
        "zones": None,
        "managedBy": "",
        "plan": None,
        "extendedLocation": None,
        "subscriptionId": SUBSCRIPTION,
        "resourceGroup": "rg",
        "properties": properties,
    }


GOOD = {
    "enablePurgeProtection": True,
    "enableSoftDelete": True,
    "softDeleteRetentionInDays": 90,
    "enableRbacAuthorization": True,
    "publicNetworkAccess": "Disabled",
}


def answer(*rows: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    count = len(rows)
    known = count if total is None else total
    return {"count": count, "data": list(rows), "skip_token": None, "total_records": known}


def saved(folder: Path, value: Any, name: str = "resources.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def look(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    *given: str | Path,
    every: bool = False,
) -> tuple[Said, dict[str, Any]]:
    out = folder / "look"
    one = () if every else ("--framework", "hipaa-security-rule")
    said = run(capsys, "first-look", *given, *one, "--out", out, *AT)
    assert (out / "first-look.json").exists(), said.err
    return said, json.loads((out / "first-look.json").read_text(encoding="utf-8"))


def standing_of(document: dict[str, Any], control: str) -> str:
    return str(next(c["standing"] for c in document["controls"] if c["control"] == control))


def held(document: dict[str, Any]) -> None:
    """What holds of every first look without a scope or a declaration."""
    for framework in document["frameworks"]:
        counts = framework["requirements_by_standing"]
        assert counts["claimed"] == {}
        parts = ("failing", "unknown", "seen_passing", "not_covered")
        assert sum(counts[part] for part in parts) == counts["of"]
        assert all(
            each["status"] in ("not-satisfied", "not-evaluated")
            for each in framework["requirements"]
        )
    quiet = asleep()
    for control in document["controls"]:
        rows = control["rows"]
        if control["control"] in quiet and control["parameters"].get("required") != "True":
            assert control["standing"] == "none-deployed"
            continue
        assert control["standing"] in ("failing", "unknown", "seen-passing")
        if not rows["fail"] and not rows["pass"]:
            assert control["standing"] == "unknown"
        if control["standing"] == "seen-passing":
            assert rows["pass"] > 0
            assert rows["fail"] == rows["unknown"] == 0
        assert (control["standing"] == "failing") == (rows["fail"] > 0)
        assert control["standing"] == "failing" or control["missing"], control["control"]


def test_fails_are_facts_and_passes_are_only_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, answer(vault("good", **GOOD), vault("also", **GOOD)))
    said, document = look(capsys, tmp_path, file)
    assert said.code == 0, said.err
    assert standing_of(document, "kv-purge-protection") == "seen-passing"
    assert "Whether these are all rows is not known" in said.out
    held(document)
    bad = saved(tmp_path, answer(vault("good", **GOOD), vault("bad")), "bad.json")
    said, document = look(capsys, tmp_path, bad)
    assert standing_of(document, "kv-purge-protection") == "failing"
    (control,) = (c for c in document["controls"] if c["control"] == "kv-purge-protection")
    assert (control["rows"]["fail"], control["rows"]["pass"]) == (1, 1)
    assert [r["id"].rsplit("/", 1)[-1] for r in control["failing"]] == ["bad"]
    assert {c["actual"] for c in control["failing"][0]["checks"]} == {"null"}
    held(document)


def test_a_scope_proves_what_the_export_holds_and_nothing_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, answer(vault("good", **GOOD)))
    _, before = look(capsys, tmp_path, file)
    assert " --scope /subscriptions/<id> " in before["read"]["prove"]
    way = next(w for w in before["next"] if w["title"] == "name the scope")
    said, after = look(capsys, tmp_path, file, "--scope", SCOPE)
    assert said.code == 0, said.err
    assert standing_of(after, "kv-purge-protection") == "met"
    assert not any(w["kind"] in ("scope", "prove") for w in after["next"])
    # what it was said to make known, it makes known
    was = {c["id"]: c["standing"] for c in before["controls"]}
    known = [
        c
        for c in after["controls"]
        if c["standing"] in ("met", "none-deployed", "failing")
        and was[c["id"]] in ("unknown", "seen-passing")
    ]
    assert len(known) == way["alone"]
    # types that are not in the export stay unknown
    assert standing_of(after, "st-encrypted-transport") == "unknown"
    # all links cover parts: nothing is satisfied
    words = {r["status"] for f in after["frameworks"] for r in f["requirements"]}
    assert words <= {"not-satisfied", "not-evaluated", "partially-satisfied"}


def test_a_truncated_export_is_known_to_be_incomplete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, answer(vault("good", **GOOD), total=5))
    said, document = look(capsys, tmp_path, file, "--scope", SCOPE)
    assert said.code == 0, said.err
    assert "1 of 5 rows are here" in " ".join(document["read"]["completeness"])
    assert standing_of(document, "kv-purge-protection") == "seen-passing"
    assert document["next"][0]["commands"][0].startswith('az graph query -q "resources"')
    assert "--skip-token" in document["next"][0]["note"]
    held(document)


def test_rows_without_counts_prove_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.ndjson"
    rows = [vault("good", **GOOD), vault("also", **GOOD)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    said, document = look(capsys, tmp_path, file, "--scope", SCOPE)
    assert said.code == 0, said.err
    assert standing_of(document, "kv-purge-protection") == "seen-passing"
    (way,) = (w for w in document["next"] if w["title"] == "prove resources")
    assert way["commands"] == [
        'az graph query -q "resources" --first 1000 -o json > resources.json'
    ]
    held(document)


def test_a_list_without_counts_does_not_spoil_a_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = vault("good", **GOOD)
    setting = {
        "id": f"{good['id']}/providers/Microsoft.Insights/diagnosticSettings/audit",
        "name": "audit",
        "type": "Microsoft.Insights/diagnosticSettings",
        "properties": {"logs": [], "workspaceId": None},
    }
    files = (saved(tmp_path, answer(good)), saved(tmp_path, {"value": [setting]}, "arm.json"))
    _, document = look(capsys, tmp_path, *files, "--scope", SCOPE)
    assert standing_of(document, "kv-purge-protection") == "met"
    tables = {t["name"]: t["complete"] for t in document["read"]["tables"]}
    assert tables == {"resources": "true", "armresources": "unknown"}


def test_compliance_states_and_vaults_are_told_by_their_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = vault("good", **GOOD)
    key = {"kid": "https://good.vault.azure.net/keys/k", "attributes": {"enabled": True}}
    state = {
        "resourceId": good["id"],
        "resourceType": "Microsoft.KeyVault/vaults",
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/"
        "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53",
        "policyAssignmentId": f"{SCOPE}/providers/Microsoft.Authorization/policyAssignments/a",
        "complianceState": "NonCompliant",
        "timestamp": "2026-11-01T04:00:00Z",
    }
    files = (
        saved(tmp_path, answer(good)),
        saved(tmp_path, [key], "keys.json"),
        saved(tmp_path, [state], "states.json"),
    )
    said, document = look(capsys, tmp_path, *files)
    assert said.code == 0, said.err
    assert document["read"]["policy_states"] == 1
    assert "components" in {t["name"] for t in document["read"]["tables"]}
    # the row passes and the state does not: the worse of the two holds
    assert standing_of(document, "kv-purge-protection") == "failing"
    assert standing_of(document, "key-expiry") == "failing"
    held(document)
    named = ("--policy-states", files[2])
    _, again = look(capsys, tmp_path, files[0], files[1], *named)
    assert again["controls_by_standing"] == document["controls_by_standing"]


def test_wrong_inputs_are_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, answer(vault("good")))
    broken = tmp_path / "broken.json"
    broken.write_text('{"data": [\n  {"id": }\n]}', encoding="utf-8")
    out = tmp_path / "look"
    cases: tuple[tuple[tuple[str | Path, ...], str], ...] = (
        ((), "no-export"),
        ((broken,), "bad-json"),
        ((tmp_path / "none.json",), "missing-file"),
        ((saved(tmp_path, {"error": {"code": "Forbidden"}}, "no.json"),), "error-answer"),
        ((saved(tmp_path, answer({"name": "x"}), "row.json"),), "row-fault"),
        ((file, "--framework", "nist"), "unknown-framework"),
        ((file, "--framework", "fips@high"), "unknown-profile"),
        ((file, "--scope", "here"), "bad-scope"),
        ((file, "--at", "soon"), "bad-time"),
    )
    for given, slug in cases:
        said = run(capsys, "first-look", *given, "--out", out)
        assert said.code == 2, (slug, said.err)
        assert f"error[{slug}]" in said.err
        assert not out.exists()
    assert "broken.json:2:" in run(capsys, "first-look", broken, "--out", out).err
    assert "az graph query" in run(capsys, "first-look").err
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_empty_export_is_written_and_exits_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said, document = look(capsys, tmp_path, saved(tmp_path, answer()), "--scope", SCOPE)
    assert said.code == 3
    assert "error[nothing-evaluated]" in said.err
    counts = document["controls_by_standing"]
    asked = [c for c in document["controls"] if c["standing"] != "none-deployed"]
    assert {c["control"]: c["standing"] for c in asked if c["standing"] != "unknown"} == {}
    assert counts["unknown"] == len({c["control"] for c in asked})
    assert document["next"]
    held(document)


def test_one_framework_quiet_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, answer(vault("bad")))
    said, document = look(capsys, tmp_path, file, "--format", "json")
    assert json.loads(said.out) == document
    assert [f["framework"] for f in document["frameworks"]] == ["hipaa-security-rule"]
    pages = sorted(path.name for path in (tmp_path / "look").glob("*.html"))
    assert pages == ["hipaa-security-rule.html", "index.html"]
    said, _ = look(capsys, tmp_path, file, "--quiet")
    assert said.out == ""
    assert not list((tmp_path / "look").glob(".evidence"))


def test_pages_and_json_have_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, answer(vault("good", **GOOD), vault("bad"), vault("<b>odd")))
    said, document = look(capsys, tmp_path, file, every=True)
    front = Page((tmp_path / "look" / "index.html").read_text(encoding="utf-8"))
    rows = front.table("frameworks-table").rows[1:]
    assert len(rows) == len(document["frameworks"]) == 8
    for row, framework in zip(rows, document["frameworks"], strict=True):
        counts, controls = framework["requirements_by_standing"], framework["controls_by_standing"]
        assert [int(cell.replace(",", "")) for cell in row[1:]] == [
            counts["failing"],
            counts["seen_passing"],
            0,
            counts["unknown"],
            counts["not_covered"],
            counts["of"],
            controls["failing"],
            controls["seen_passing"],
            controls["unknown"],
        ]
        text = (tmp_path / "look" / framework["page"]).read_text(encoding="utf-8")
        assert "<b>odd" not in text
        page = Page(text)
        assert len(page.ids) == len(set(page.ids))
        assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
        fails = sum("class" in a and a["class"] == "fails" for _, a in page.tags)
        assert fails == controls["failing"]
        here = {t.id: len(t.rows) - 1 for t in page.tables}
        assert here.get("unknown-table", 0) == controls["unknown"]
        assert here.get("seen-table", 0) == controls["seen_passing"]
        assert here["requirements-table"] == len(framework["requirements"])
        line = next(li for li in said.out.splitlines() if li.startswith(framework["framework"]))
        assert f"of {counts['of']:,}" in line


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded rows are not here")
def test_recorded_rows_and_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["id"].lower(): row for row in recorded()}
    files = [saved(tmp_path, answer(*rows.values()))]
    said, document = look(capsys, tmp_path, *files, every=True)
    assert said.code == 0, said.err
    assert document["read"]["resources"] == len(rows)
    assert document["controls_by_standing"]["failing"] > 20
    held(document)
    for number, body in enumerate(states()[:3]):
        files.append(saved(tmp_path, body, f"states-{number}.json"))
    said, document = look(capsys, tmp_path, *files)
    assert said.code == 0, said.err
    assert document["read"]["policy_states"] > 0
    held(document)
