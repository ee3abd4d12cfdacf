"""The files of contoso: made by the tool, and worth what PLANTED.md says."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from tests.worlds.recount import recount, system_of

ROOT = Path(__file__).resolve().parents[2]
CONTOSO = ROOT / "examples" / "contoso"
EVIDENCE = CONTOSO / "evidence"
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


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVIDENCE / name).read_bytes())
    return found


def expected() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CONTOSO / "expected.yaml").read_text("utf-8"))
    return found


def test_the_tool_gives_what_is_committed() -> None:
    from tools.make_contoso import made_files

    made = made_files()
    assert made == made_files()
    for name, text in made.items():
        assert (CONTOSO / name).read_bytes() == text.encode(), name
    assert {p.name for p in EVIDENCE.glob("*.json")} == {
        Path(name).name for name in made if name.startswith("evidence/")
    }


def test_the_tool_reads_no_clock_and_takes_no_chance() -> None:
    for path in (ROOT / "tools").glob("*contoso*.py"):
        text = path.read_text("utf-8")
        assert "now(" not in text, path.name
        assert "random" not in text, path.name


def test_rows_are_whole_and_their_pages_add_up() -> None:
    pages = [read("resources-1.json"), read("resources-2.json")]
    rows = [row for page in pages for row in page["data"]]
    assert len({row["id"].lower() for row in rows}) == len(rows) == expected()["resources"] == 120
    assert all(set(row) == MEMBERS for row in rows)
    assert len({row["type"] for row in rows}) == 12
    assert [page["count"] for page in pages] == [len(page["data"]) for page in pages]
    assert {page["total_records"] for page in pages} == {len(rows)}
    assert pages[0]["skip_token"]
    assert pages[1]["skip_token"] is None


def test_three_subscriptions_lie_under_a_management_group() -> None:
    rows = read("resourcecontainers.json")["data"]
    subscriptions = [row for row in rows if row["type"] == "microsoft.resources/subscriptions"]
    assert len(subscriptions) == 3
    for row in subscriptions:
        chain = row["properties"]["managementGroupAncestorsChain"]
        assert [group["name"] for group in chain][:2] == ["mg-landingzones", "mg-contoso"]


def test_states_are_as_many_as_said_and_one_answer_is_cut() -> None:
    answers = {path.name: read(path.name) for path in sorted(EVIDENCE.glob("policy-states-*"))}
    states = [state for answer in answers.values() for state in answer["value"]]
    assert len(states) == expected()["policy_states"]
    cut = [name for name, answer in answers.items() if answer["@odata.nextLink"]]
    assert cut == ["policy-states-analytics.json"]
    words = Counter(state["complianceState"] for state in states)
    assert words["Exempt"] == 3
    assert words["Error"] == 1
    assert words["Compliant"] > words["NonCompliant"] > 0


def test_every_state_is_of_a_resource_that_is_there() -> None:
    names = ("resources-1.json", "resources-2.json", "resourcecontainers.json")
    ids = {row["id"].lower() for name in names for row in read(name)["data"]}
    for path in EVIDENCE.glob("policy-states-*"):
        for state in read(path.name)["value"]:
            assert state["resourceId"].lower() in ids


def test_states_are_younger_than_a_day_but_one() -> None:
    times = [
        s["timestamp"] for p in EVIDENCE.glob("policy-states-*") for s in read(p.name)["value"]
    ]
    assert max(times) <= "2026-11-01T04:00:00Z"
    assert [time for time in times if time < "2026-10-31T06:00:00Z"] == ["2026-10-28T05:12:00Z"]


def test_the_numbers_expected_are_those_of_the_files() -> None:
    found = recount(EVIDENCE)
    for system, wanted in expected()["systems"].items():
        for control, row in wanted["controls"].items():
            counted = found.get((system, control), Counter())
            outcomes = {word: row.get(word, 0) for word in ("pass", "fail", "accepted")}
            assert {word: counted[word] for word in outcomes} == outcomes, (system, control)
            # what nobody answered is in no file
            reasons = {r: n for r, n in row.get("reasons", {}).items() if "attestation" not in r}
            others = {word: n for word, n in counted.items() if word not in outcomes}
            assert others == reasons, (system, control)


def test_what_no_system_holds_is_counted() -> None:
    names = ("resources-1.json", "resources-2.json", "resourcecontainers.json")
    rows = [row for name in names for row in read(name)["data"]]
    assert sum(system_of(row) is None for row in rows) == expected()["unassigned"]


def test_attestations_name_the_digest_of_their_evidence() -> None:
    paths = sorted((CONTOSO / "attestations").glob("*.yaml"))
    assert len(paths) == 2
    for path in paths:
        record = yaml.safe_load(path.read_text("utf-8"))
        for entry in record["evidence"]:
            digest = hashlib.sha256((CONTOSO / entry["file"]).read_bytes()).hexdigest()
            assert entry["sha256"] == digest
