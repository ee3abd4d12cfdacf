"""Scans of code: counted, and nothing of what they quote is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.convert import Imported, import_sarif
from attestgraph.diagnostics import InputError
from tests.convert.given import AT, GROUP, SUBSCRIPTION, save, stored, table

REPOSITORY = "https://dev.example.com/contoso/portal"


def run(*results: Any, tool: str = "gitleaks", **more: Any) -> dict[str, Any]:
    return {
        "tool": {"driver": {"name": tool, "rules": more.pop("rules", [])}},
        "versionControlProvenance": [{"repositoryUri": REPOSITORY, "revisionId": "4f2a"}],
        "invocations": [{"executionSuccessful": True, "endTimeUtc": "2026-10-31T22:00:00.5Z"}],
        "results": list(results),
        **more,
    }


def log(*runs: Any) -> dict[str, Any]:
    return {"version": "2.1.0", "runs": list(runs)}


def result(rule: str = "aws-key", **more: Any) -> dict[str, Any]:
    quoted = {"region": {"snippet": {"text": "password = hunter2"}}}
    return {"ruleId": rule, "locations": [{"physicalLocation": quoted}], **more}


def taken(folder: Path, *documents: Any, **more: Any) -> Imported:
    options: dict[str, Any] = {
        "scope": SUBSCRIPTION, "repository": None, "declared": None, "at": AT
    }  # fmt: skip
    return import_sarif(save(folder, *documents), folder / "s", **(options | more))


def scan(folder: Path) -> dict[str, Any]:
    ((properties,),) = stored(folder, "properties", name="codescans")
    held: dict[str, Any] = json.loads(properties)
    return held


def slugs(folder: Path, *documents: Any, **more: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        taken(folder, *documents, **more)
    assert not (folder / "s").exists()
    return [d.slug for d in caught.value.diagnostics]


def test_a_scan_is_one_row_of_the_scope_it_is_for(tmp_path: Path) -> None:
    taken(tmp_path, log(run(result())), scope=GROUP)
    ((resource_id, kind, subscription),) = stored(
        tmp_path, "id", "type", "subscription_id", name="codescans"
    )
    assert resource_id.startswith(f"{GROUP.lower()}/providers/attestgraph.code/scans/portal-")
    assert kind == "attestgraph.code/scans"
    assert subscription == SUBSCRIPTION.rpartition("/")[2]
    assert scan(tmp_path) == {
        "tool": "gitleaks",
        "repository": REPOSITORY,
        "revision": "4f2a",
        "endedAt": "2026-10-31T22:00:00Z",
        "results": {"open": 1, "secrets": 1, "suppressed": 0},
        "rules": ["aws-key"],
    }


def test_nothing_that_a_result_quotes_is_stored(tmp_path: Path) -> None:
    taken(tmp_path, log(run(result(message={"text": "found hunter2"}))))
    for path in (tmp_path / "s").iterdir():
        assert b"hunter2" not in path.read_bytes()


@pytest.mark.parametrize(
    ("more", "still_open", "suppressed"),
    [
        ({"baselineState": "absent"}, 0, 0),
        ({"kind": "pass"}, 0, 0),
        ({"suppressions": [{"kind": "inSource"}]}, 0, 1),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, 0, 1),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, 1, 0),
        ({"suppressions": []}, 1, 0),
        ({"baselineState": "unchanged"}, 1, 0),
    ],
)
def test_what_stands_and_what_was_set_aside_are_counted_apart(
    tmp_path: Path, more: dict[str, Any], still_open: int, suppressed: int
) -> None:
    taken(tmp_path, log(run(result(**more))))
    assert scan(tmp_path)["results"] == {
        "open": still_open, "secrets": still_open, "suppressed": suppressed
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "secrets"),
    [
        (["external/cwe/cwe-798"], 1),
        (["security", "secrets"], 1),
        (["external/cwe/cwe-079"], 0),
        ([], 0),
    ],
)
def test_a_general_scanner_says_by_its_rules_what_is_a_secret(
    tmp_path: Path, tags: list[str], secrets: int
) -> None:
    rules = [{"id": "hard-coded", "properties": {"tags": tags}}]
    taken(tmp_path, log(run(result("hard-coded"), tool="CodeQL", rules=rules)))
    assert scan(tmp_path)["results"] == {"open": 1, "secrets": secrets, "suppressed": 0}


def test_a_rule_is_found_by_its_index_too(tmp_path: Path) -> None:
    rules = [{"id": "a"}, {"id": "b", "properties": {"tags": ["secret"]}}]
    taken(tmp_path, log(run({"ruleIndex": 1}, tool="CodeQL", rules=rules)))
    assert scan(tmp_path)["results"]["secrets"] == 1


def test_a_scan_that_failed_is_refused(tmp_path: Path) -> None:
    failed = run(invocations=[{"executionSuccessful": False}])
    assert slugs(tmp_path, log(run(), failed)) == ["scan-failed"]


def test_a_run_without_a_list_of_results_says_nothing(tmp_path: Path) -> None:
    silent = run()
    del silent["results"]
    assert slugs(tmp_path, log(silent)) == ["not-sarif"]
    assert slugs(tmp_path, {"hello": 1}) == ["not-sarif"]
    assert slugs(tmp_path, log({"results": []})) == ["not-sarif"]


def test_a_scan_of_an_unnamed_repository_is_refused_unless_it_is_named(tmp_path: Path) -> None:
    unnamed = run(versionControlProvenance=[])
    assert slugs(tmp_path, log(unnamed)) == ["no-repository"]
    taken(tmp_path, log(unnamed), repository="contoso/portal")
    assert scan(tmp_path)["repository"] == "contoso/portal"


def test_a_scope_that_holds_no_deployment_is_refused(tmp_path: Path) -> None:
    assert slugs(tmp_path, log(run()), scope="/") == ["bad-scope"]
    assert slugs(tmp_path, log(run()), scope=f"{GROUP}/providers/a.b/c/d") == ["bad-scope"]


def test_a_token_in_the_address_of_a_repository_is_left_out(tmp_path: Path) -> None:
    source = [{"repositoryUri": "https://me:ghp_token@git.example.com/a/b.git"}]
    taken(tmp_path, log(run(versionControlProvenance=source)))
    assert scan(tmp_path)["repository"] == "https://git.example.com/a/b"


def test_two_scans_of_one_repository_that_differ_are_in_conflict(tmp_path: Path) -> None:
    done = taken(tmp_path, log(run()), log(run(result())))
    assert "conflicting-rows" in [d.slug for d in done.diagnostics]
    apart = [run(automationDetails={"id": name}) for name in ("python", "go")]
    (tmp_path / "two").mkdir()
    done = taken(tmp_path / "two", log(*apart))
    assert table(done, "codescans").rows == 2


def test_only_a_person_says_that_every_repository_was_scanned(tmp_path: Path) -> None:
    assert str(table(taken(tmp_path, log(run())), "codescans").complete) == "unknown"
    (tmp_path / "said").mkdir()
    done = taken(tmp_path / "said", log(run()), declared=("Ana Lima", "all three repositories"))
    assert str(table(done, "codescans").complete) == "true"
