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
    file = path.with_suffix(".cases.yaml")
    # a control of questions alone has no cases: people answer it
    if not file.is_file() and all("attest" in check for check in EVERY[path]["checks"]):
        return []
    found = read(file)
    assert found["control"] == path.stem
    cases: list[dict[str, Any]] = found["cases"]
    return cases


def requirements() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for catalogue in sorted((ROOT / "frameworks").glob("*/requirements.csv")):
        with catalogue.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[catalogue.parent.name, row["id"]] = row["assessable"]
    return found


KNOWN = requirements()


@pytest.mark.parametrize(("path", "control"), EVERY.items(), ids=NAMES)
def test_a_control_is_named_by_its_file_and_its_folder(path: Path, control: dict[str, Any]) -> None:
    assert control["control"] == path.stem
    assert control["domain"] == path.parent.name


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_every_link_leads_to_an_assessable_requirement(control: dict[str, Any]) -> None:
    pairs = [(link["framework"], link["requirement"]) for link in control["supports"]]
    assert len(pairs) == len(set(pairs))
    for link in control["supports"]:
        assert KNOWN[link["framework"], link["requirement"]] == "true"
        # one setting of one service is hardly ever the whole of a requirement
        assert link["covers"] == "part"


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_a_review_names_a_person_and_a_day(control: dict[str, Any]) -> None:
    for link in control["supports"]:
        if link["review"] != "draft":
            assert "@" in link["review"]["by"]
            assert date.fromisoformat(link["review"]["on"]).year >= 2026


def test_no_link_of_the_library_is_a_draft() -> None:
    drafts = [
        f"{control['control']}: {link['framework']} {link['requirement']}"
        for control in LIBRARY.values()
        for link in control["supports"]
        if link["review"] == "draft"
    ]
    assert not drafts


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


def definitions() -> dict[str, dict[str, str]]:
    with (ROOT / "frameworks/azure-policy/definitions.csv").open(encoding="utf-8") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


DEFINITIONS = definitions()


def holder(resource_type: str) -> str:
    """Return the resource that a component is in: `microsoft.keyvault/vaults` for a secret."""
    return resource_type.replace("microsoft.keyvault.data/", "microsoft.keyvault/").replace(
        "microsoft.managedhsm.data/", "microsoft.keyvault/"
    )


def related_types(one: str, other: str) -> bool:
    """Tell whether two types are one, or one is within the other."""
    a, b = holder(one), holder(other)
    return a == b or a.startswith(b + "/") or b.startswith(a + "/")


@pytest.mark.parametrize("control", LIBRARY.values(), ids=[p.stem for p in LIBRARY])
def test_a_policy_check_names_a_definition_that_judges(control: dict[str, Any]) -> None:
    for check in control["checks"]:
        if "policy" not in check:
            continue
        about = DEFINITIONS[check["policy"].rpartition("/")[2]]
        assert about["effect"] not in ("manual", "disabled")
        assert not about["title"].lower().startswith("[deprecated]")
        types = [name for name in about["types"].split("|") if name]
        applied = check.get("applies_to", [])
        for one in [applied] if isinstance(applied, str) else applied:
            # a definition without a condition on `type` judges what its check says
            assert not types or any(related_types(one.lower(), other) for other in types), check


@pytest.mark.parametrize("control", EVERY.values(), ids=NAMES)
def test_a_remediation_says_what_to_do(control: dict[str, Any]) -> None:
    assert len(control["remediation"].split()) > 3


def test_the_library_shows_each_kind_of_check() -> None:
    kinds = Counter(
        key for c in LIBRARY.values() for check in c["checks"] for key in DECLARED if key in check
    )
    assert kinds["related"] > 20
    assert kinds["attest"] > 40
    assert kinds["policy"] > 150
    assert kinds["satisfied_when"] > 150
    assert sum("parameters" in control for control in LIBRARY.values()) > 20
