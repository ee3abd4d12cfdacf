"""The control library: every link exists, every check has its cases, every word is its own."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTROLS = ROOT / "controls"
WORKSPACE = ROOT / "examples" / "contoso"
DECLARED = ("policy", "attest", "satisfied_when", "violated_when", "related")


def read(path: Path) -> dict[str, Any]:
    # every scalar as written: `on` is a key of ours, and no boolean
    found: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    return found


def documents(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.yaml")):
        if not path.name.endswith(".cases.yaml"):
            yield path, read(path)


LIBRARY = dict(documents(CONTROLS))
OWN = dict(documents(WORKSPACE / "controls"))
EVERY = {**LIBRARY, **OWN}
NAMES = [path.stem for path in EVERY]


def cases_of(path: Path) -> list[dict[str, Any]]:
    found = read(path.with_suffix(".cases.yaml"))
    assert found["control"] == path.stem
    cases: list[dict[str, Any]] = found["cases"]
    return cases


def requirements() -> dict[str, str]:
    catalogue = ROOT / "frameworks/nist-800-53-r5/requirements.csv"
    with catalogue.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["assessable"] for row in csv.DictReader(file)}


def test_the_library_has_ten_controls() -> None:
    assert len(LIBRARY) == 10


@pytest.mark.parametrize(("path", "control"), EVERY.items(), ids=NAMES)
def test_a_control_is_named_by_its_file_and_its_folder(path: Path, control: dict[str, Any]) -> None:
    assert control["control"] == path.stem
    assert control["domain"] == path.parent.name


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_every_link_leads_to_an_assessable_requirement(control: dict[str, Any]) -> None:
    known = requirements()
    assert control["supports"]
    for link in control["supports"]:
        assert known[link["requirement"]] == "true"
        assert link["covers"] == "part"
        assert link["because"].endswith(".")
        assert "\n" not in link["because"]


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_a_review_names_a_person_and_a_day(control: dict[str, Any]) -> None:
    for link in control["supports"]:
        if link["review"] != "draft":
            assert "@" in link["review"]["by"]
            assert date.fromisoformat(link["review"]["on"]).year >= 2026


def test_some_links_are_reviewed_and_some_are_drafts() -> None:
    kinds = Counter(
        link["review"] == "draft" for control in LIBRARY.values() for link in control["supports"]
    )
    assert kinds[True]
    assert kinds[False]


@pytest.mark.parametrize("path", EVERY, ids=NAMES)
def test_every_check_has_cases_of_each_kind(path: Path) -> None:
    wanted: dict[str, set[str]] = {}
    checks = EVERY[path]["checks"]
    cases = cases_of(path)
    for case in cases:
        wanted.setdefault(case.get("check", checks[0]["check"]), set()).add(case["want"])
    for check in checks:
        # an answer of a person has no case: there is no row to judge
        if "attest" in check:
            continue
        name = check["check"]
        assert {"satisfied", "not-satisfied"} <= wanted[name]
        mine = [case for case in cases if case.get("check", name) == name]
        assert len(mine) >= 3
        if "policy" in check:
            assert "not-evaluated" in wanted[name]


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_a_check_is_of_one_kind(control: dict[str, Any]) -> None:
    for check in control["checks"]:
        kinds = [key for key in DECLARED if key in check]
        assert len(kinds) == 1
        assert check["says"].endswith(".")


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_an_alternative_has_company(control: dict[str, Any]) -> None:
    groups = Counter(
        check["evidence"]["alternative"] for check in control["checks"] if "evidence" in check
    )
    assert all(count >= 2 for count in groups.values())


@pytest.mark.parametrize("control", LIBRARY.values(), ids=[p.stem for p in LIBRARY])
def test_a_policy_check_names_a_definition_of_the_type(control: dict[str, Any]) -> None:
    with (ROOT / "frameworks/azure-policy/definitions.csv").open(encoding="utf-8") as file:
        types = {row["name"]: row["types"].split("|") for row in csv.DictReader(file)}
    applied = {check["applies_to"].lower() for check in control["checks"] if "applies_to" in check}
    for check in control["checks"]:
        if "policy" in check:
            assert len(types[check["policy"]]) == 1
            assert set(types[check["policy"]]) == applied or not applied


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_a_remediation_is_a_command(control: dict[str, Any]) -> None:
    assert control["remediation"].startswith("az ")


def test_the_library_shows_each_kind_of_check() -> None:
    kinds = Counter(
        key for c in LIBRARY.values() for check in c["checks"] for key in DECLARED if key in check
    )
    assert kinds["related"] == 1
    assert kinds["attest"] == 1
    assert kinds["policy"] > 5
    assert any("parameters" in control for control in LIBRARY.values())
