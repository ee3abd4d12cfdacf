"""The files of contoso: made by the tool, and worth what PLANTED.md says."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.worlds.recount import COUNTED, recount, resources, system_of

ROOT = Path(__file__).resolve().parents[2]
CONTOSO = ROOT / "examples" / "contoso"
EVIDENCE = CONTOSO / "evidence"
MOST_BYTES = 12_000_000
# the sixteen columns of a Resource Graph row
MEMBERS = {
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "sku",
    "plan",
    "properties",
    "tags",
    "identity",
    "zones",
    "extendedLocation",
}
TABLES = ("resources-", "resourcecontainers", "securityresources", "authorizationresources")


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVIDENCE / name).read_bytes())
    return found


def expected() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CONTOSO / "expected.yaml").read_text("utf-8"))
    return found


def states() -> list[dict[str, Any]]:
    return [
        s for path in sorted(EVIDENCE.glob("policy-states-*")) for s in read(path.name)["value"]
    ]


def test_the_tool_gives_what_is_committed() -> None:
    from tools.make_contoso import made_files

    made = made_files()
    for name, text in made.items():
        assert (CONTOSO / name).read_bytes() == text.encode(), name
    here = {path.name for path in EVIDENCE.iterdir()} - {"README.md"}
    assert here == {Path(name).name for name in made if name.startswith("evidence/")}
    assert sum(len(text.encode()) for text in made.values()) < MOST_BYTES


def test_the_tool_reads_no_clock_and_takes_no_chance() -> None:
    for path in (ROOT / "tools").glob("*contoso*.py"):
        text = path.read_text("utf-8")
        assert "now(" not in text, path.name
        assert "random" not in text, path.name


def test_rows_are_whole_and_their_pages_add_up() -> None:
    pages = [read(path.name) for path in sorted(EVIDENCE.glob("resources-[0-9].json"))]
    rows = [row for page in pages for row in page["data"]]
    wanted = expected()
    assert len({row["id"].lower() for row in rows}) == len(rows) == wanted["resources"]
    assert len({row["type"] for row in rows}) == wanted["types"] >= 35
    assert [page["count"] for page in pages] == [len(page["data"]) for page in pages]
    assert {page["total_records"] for page in pages} == {len(rows)}
    assert all(page["skip_token"] for page in pages[:-1])
    assert pages[-1]["skip_token"] is None
    for path in EVIDENCE.glob("*.json"):
        if path.name.startswith(TABLES):
            assert all(set(row) == MEMBERS for row in read(path.name)["data"]), path.name


def test_one_row_was_read_twice_and_says_something_else() -> None:
    (again,) = read("resources-again.json")["data"]
    (first,) = [row for row in resources(EVIDENCE) if row["id"] == again["id"]]
    assert first["properties"]["disableLocalAuth"] != again["properties"]["disableLocalAuth"]


def test_the_tenant_has_three_subscriptions_that_could_be_read() -> None:
    rows = read("resourcecontainers.json")["data"]
    subscriptions = [row for row in rows if row["type"] == "microsoft.resources/subscriptions"]
    assert len(subscriptions) == 3
    for row in subscriptions:
        chain = row["properties"]["managementGroupAncestorsChain"]
        assert [group["name"] for group in chain][:2] == ["mg-landingzones", "mg-contoso"]
    workspace = yaml.safe_load((CONTOSO / "attestgraph.yaml").read_text("utf-8"))
    named = {s for system in workspace["systems"] for s in system["boundary"]["subscriptions"]}
    (forbidden,) = named - {row["subscriptionId"] for row in subscriptions}
    refused = read("refused-genomics.json")
    assert refused["status"] == 403
    assert forbidden in refused["body"]["error"]["message"]
    steps = json.loads((CONTOSO / "demo.json").read_bytes())["imports"]
    assert not any(forbidden in scope for step in steps for scope in step["scopes"])


def test_the_refused_answer_is_refused_by_the_import(tmp_path: Path) -> None:
    from attestgraph import pipeline
    from attestgraph.diagnostics import InputError
    from attestgraph.model.times import parse_time

    at = parse_time("2026-11-01T04:00:00Z")
    with pytest.raises(InputError, match="error-answer"):
        pipeline.import_resources(
            (EVIDENCE / "refused-genomics.json",), tmp_path, scopes=(), declared=None, at=at
        )


def test_states_are_as_many_as_said_and_of_resources_that_are_there() -> None:
    found = states()
    assert len(found) == expected()["policy_states"]
    words = Counter(state["complianceState"] for state in found)
    assert words["Exempt"] == 3
    assert words["Error"] == 1
    assert words["Compliant"] > words["NonCompliant"] > 0
    ids = {row["id"].lower() for row in resources(EVIDENCE)}
    ids |= {row["id"].lower() for row in read("armresources.json")["value"]}
    for name in ("resourcecontainers", "authorizationresources"):
        ids |= {row["id"].lower() for row in read(f"{name}.json")["data"]}
    assert {state["resourceId"].lower() for state in found} <= ids


def test_states_are_younger_than_a_day_but_one() -> None:
    times = [state["timestamp"] for state in states()]
    assert max(times) <= "2026-11-01T04:00:00Z"
    assert [time for time in times if time < "2026-10-31T06:00:00Z"] == ["2026-10-28T05:12:00Z"]


def test_nothing_secret_is_in_what_vaults_hold() -> None:
    answers = [
        json.loads(line)
        for path in EVIDENCE.glob("key-vault-*.ndjson")
        for line in path.read_text("utf-8").splitlines()
    ]
    private = {"d", "k", "p", "q", "dp", "dq", "qi"}
    for answer in answers:
        listed = answer.get("value", ()) if isinstance(answer, dict) else answer
        for item in listed:
            assert "value" not in item
        if isinstance(answer, dict):
            assert not private & answer.get("key", {}).keys()
    cut = [a["nextLink"] for a in answers if isinstance(a, dict) and a.get("nextLink")]
    assert len(cut) == 1
    assert "kv-anl-lake" in cut[0]


def test_scans_hold_no_secret_and_one_finding_is_open() -> None:
    runs = [run for path in EVIDENCE.glob("*.sarif") for run in read(path.name)["runs"]]
    assert len(runs) == expected()["scans"]
    results = [result for run in runs for result in run["results"]]
    assert [bool(result.get("suppressions")) for result in results].count(False) == 1
    assert not any("snippet" in json.dumps(result) for result in results)


@pytest.mark.parametrize("system", ["ehr-prod", "analytics"])
def test_the_failures_expected_are_those_of_the_files(system: str) -> None:
    found = recount(EVIDENCE)
    wanted = expected()["systems"][system]
    for control in COUNTED:
        counted = found.get((system, control), Counter())
        assert bool(counted["fail"]) == (control in wanted["fails"]), control
        assert bool(counted["accepted"]) == (control in wanted.get("accepted", {})), control
        assert counted["pass"] + counted["fail"] > 0, control
    open_ones = {
        c: sorted({*n} - {"pass", "fail", "accepted"}) for (s, c), n in found.items() if s == system
    }
    reasons = {c: r for c, r in wanted["not_evaluated"].items() if c in COUNTED and r != ["exempt"]}
    assert {c: r for c, r in open_ones.items() if r and r != ["exempt"]} == reasons


def test_what_no_system_holds_is_counted() -> None:
    outside = [row for row in resources(EVIDENCE) if system_of(row) is None]
    assert len(outside) == expected()["unassigned_resources"]
    assert {row["resourceGroup"] for row in outside} == {"rg-shd-dev"}


def test_attestations_name_the_digest_of_their_evidence_but_one() -> None:
    changed = []
    for path in sorted((CONTOSO / "attestations").glob("*.yaml")):
        record = yaml.safe_load(path.read_text("utf-8"))
        for entry in record.get("evidence", ()):
            digest = hashlib.sha256((CONTOSO / entry["file"]).read_bytes()).hexdigest()
            if entry["sha256"] != digest:
                changed.append(path.stem)
    assert changed == ["versions-counted-2026"]
