"""The whole way over rows recorded from live Azure, against a count made another way."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.asleep import asleep
from tests.integration.command import SHARED, run

SAMPLES = SHARED / "azure" / "samples"
AT = "2026-11-01T06:00:00Z"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded rows are not here")
Row = Mapping[str, Any]


def vault(judge: Callable[[Row], bool]) -> tuple[str, Callable[[Row], bool]]:
    return "microsoft.keyvault/vaults", judge


def storage(judge: Callable[[Row], bool]) -> tuple[str, Callable[[Row], bool]]:
    return "microsoft.storage/storageaccounts", judge


# the rows' own members, read here without the engine
COUNTED = {
    ("kv-purge-protection", "purge-protection"): vault(
        lambda p: p.get("enablePurgeProtection") is True
    ),
    ("kv-purge-protection", "retention"): vault(
        lambda p: (p.get("softDeleteRetentionInDays") or 0) >= 90
    ),
    ("kv-rbac", "rbac"): vault(lambda p: p.get("enableRbacAuthorization") is True),
    ("st-encrypted-transport", "secure-transfer"): storage(
        lambda p: p.get("supportsHttpsTrafficOnly") is True
    ),
    ("st-encrypted-transport", "minimum-tls"): storage(
        lambda p: p.get("minimumTlsVersion") in ("TLS1_2", "TLS1_3")
    ),
    ("st-no-public-blobs", "anonymous-off"): storage(
        lambda p: p.get("allowBlobPublicAccess") is False
    ),
    ("st-shared-key-off", "shared-key-off"): storage(
        lambda p: p.get("allowSharedKeyAccess") is False
    ),
    ("st-default-deny", "default-deny"): storage(
        lambda p: (p.get("networkAcls") or {}).get("defaultAction") == "Deny"
    ),
}


def recorded() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for file in sorted((SAMPLES / "resources").glob("*.json")):
        rows += json.loads(file.read_text(encoding="utf-8")).get("realRows") or []
    return rows


def states() -> list[dict[str, Any]]:
    answers = []
    for file in sorted((SAMPLES / "api" / "policystates").glob("PolicyStates_Query*.json")):
        body = json.loads(file.read_text(encoding="utf-8"))["responses"]["200"]["body"]
        if body.get("value") and all("complianceState" in v for v in body["value"]):
            answers.append(body)
    return answers


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    with (folder / "rows.ndjson").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in recorded())
    for number, body in enumerate(states()):
        (folder / f"states-{number:02}.json").write_text(json.dumps(body), encoding="utf-8")
    return folder


@pytest.fixture
def documents(world: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    if (world / "report").exists():
        return world
    declared = ("--declare-complete", "tester@example.com", "recorded rows are all there is")
    steps: tuple[tuple[str | Path, ...], ...] = (
        ("import", "resources", world / "rows.ndjson", "--out", world / "s", "--scope", "/",
         *declared, "--at", AT),
        ("import", "policy-states", *sorted(world.glob("states-*.json")), "--out", world / "s",
         "--at", AT),
        ("evaluate", "--evidence", world / "s", "--out", world / "run", "--at", AT),
        ("report", world / "run", "--out", world / "report"),
    )  # fmt: skip
    for step in steps:
        said = run(capsys, *step)
        assert said.code == 0, said.err
    return world


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_recorded_row_is_imported(documents: Path) -> None:
    rows = recorded()
    assert len(rows) == 274
    tables = read(documents / "s" / "snapshot.json")["tables"]
    kept = sum(t["rows"] + t["duplicates"] for t in tables if t["name"] != "policystates")
    assert kept == len(rows)


def test_every_state_of_the_answers_is_imported(documents: Path) -> None:
    given = sum(len(body["value"]) for body in states())
    assert given > 40
    table = next(
        t for t in read(documents / "s" / "snapshot.json")["tables"] if t["name"] == "policystates"
    )
    assert table["rows"] + table["duplicates"] >= given
    assert table["complete"] != "true"


def expected(check: tuple[str, str]) -> Counter[str]:
    of_type, judge = COUNTED[check]
    counted: Counter[str] = Counter()
    by_id: dict[str, list[dict[str, Any]]] = {}
    for row in recorded():
        if row["type"] == of_type and row not in by_id.setdefault(row["id"].lower(), []):
            by_id[row["id"].lower()].append(row)
    for rows in by_id.values():
        if len(rows) > 1:
            counted["not_evaluated"] += 1  # two rows of one id that differ
        else:
            counted["pass" if judge(rows[0]["properties"]) else "fail"] += 1
    return counted


@pytest.mark.parametrize("check", COUNTED, ids="/".join)
def test_the_counts_of_a_check_equal_an_independent_count(
    check: tuple[str, str], documents: Path
) -> None:
    wanted = expected(check)
    assert sum(wanted.values()) >= 3
    controls = read(documents / "run" / "controls.json")
    control = next(c for c in controls if c["control"] == check[0])
    found = next(c for c in control["checks"] if c["check"] == check[1])
    assert found["counts"]["pass"] == wanted["pass"]
    assert found["counts"]["fail"] == wanted["fail"]
    assert found["reasons"].get("conflicting-rows", 0) == wanted["not_evaluated"]


def test_the_report_has_the_numbers_of_the_run(documents: Path) -> None:
    run_words = Counter(
        r["status"] for r in read(documents / "run" / "requirements.json") if r["status"]
    )
    with (documents / "report" / "requirements.csv").open(encoding="utf-8", newline="") as file:
        csv_words = Counter(row["status"] for row in csv.DictReader(file))
    assert csv_words == run_words
    fails = sum(c["counts"]["fail"] for c in read(documents / "run" / "controls.json"))
    with (documents / "report" / "findings.csv").open(encoding="utf-8", newline="") as file:
        csv_fails = sum(row["outcome"] == "fail" for row in csv.DictReader(file))
    assert csv_fails == fails > 0


def _required(control: dict[str, Any]) -> bool:
    values = {v["name"]: v["value"] for v in control["parameters"]["values"]}
    return values.get("required") is True


def test_rows_of_unknown_completeness_never_satisfy(
    world: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(
        capsys, "import", "resources", world / "rows.ndjson", "--out", world / "undeclared",
        "--at", AT,
    )  # fmt: skip
    assert said.code == 0
    run(
        capsys, "evaluate", "--evidence", world / "undeclared", "--out", world / "run2",
        "--at", AT,
    )  # fmt: skip
    controls = read(world / "run2" / "controls.json")
    asked = [c for c in controls if not (c["control"] in asleep() and not _required(c))]
    assert {c["status"] for c in asked} <= {"not-evaluated", "not-satisfied"}
    assert {c["status"] for c in controls if c not in asked} == {"none-deployed"}
    words = {r["status"] for r in read(world / "run2" / "requirements.json")}
    assert words <= {"not-evaluated", "not-satisfied", "not-covered", None}
