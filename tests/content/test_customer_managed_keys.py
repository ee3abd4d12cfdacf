"""The dated table of customer-managed keys: it covers the controls, and contradicts no built-in."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from attestgraph.checks import run_cases
from attestgraph.load import ControlCase, Loaded, load_library
from attestgraph.model.authored import Control, PolicyTest, RowTest

ROOT = Path(__file__).resolve().parents[2]
BUILT_INS = ROOT.parent / "shared" / "azure" / "builtin-policies.ndjson.gz"
STATUSES = {"generally available", "preview", "deprecated", "unknown"}
BY_DEFINITION = "built-in definition: "
DOMAIN = "encryption"
REQUIRED = "required"


def read(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("docs/data/customer-managed-keys.csv")


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_library(None)


def optional(loaded: Loaded) -> list[Control]:
    """Return the controls that ask for nothing while nobody requires it."""
    controls = loaded.library.controls.values()
    return [c for c in controls if c.domain == DOMAIN and REQUIRED in c.parameters]


def test_every_definition_is_known_and_judges_the_type() -> None:
    types = {
        d["name"]: d["types"].split("|") for d in read("frameworks/azure-policy/definitions.csv")
    }
    for row in ROWS:
        if row["definition"]:
            assert row["resource_type"].lower() in types[row["definition"]], row["service"]
        else:
            assert row["release_status"] == "unknown", row["service"]


def test_every_row_is_filled_and_dated() -> None:
    services = [row["service"] for row in ROWS]
    assert len(services) == len(set(services))
    for row in ROWS:
        assert all(value for name, value in row.items() if name != "definition"), row["service"]
        assert row["supported"] in {"yes", "no", "unknown"}
        assert row["release_status"] in STATUSES
        assert date.fromisoformat(row["checked_on"]) >= date(2026, 11, 24)


def test_every_service_of_a_control_is_in_the_table(loaded: Loaded) -> None:
    known = {row["resource_type"].lower() for row in ROWS}
    for control in loaded.library.controls.values():
        if control.id.startswith("cmk-"):
            for check in control.checks:
                if isinstance(check.test, RowTest | PolicyTest):
                    assert set(check.test.types) <= known, f"{control.id}: {check.id}"


def test_every_definition_of_a_control_is_in_the_table(loaded: Loaded) -> None:
    known = {row["definition"] for row in ROWS}
    for control in optional(loaded):
        if control.id.startswith("cmk-"):
            tests = [check.test for check in control.checks]
            assert {t.definition for t in tests if isinstance(t, PolicyTest)} <= known, control.id


@pytest.mark.skipif(not BUILT_INS.is_file(), reason="the built-in definitions are not here")
def test_no_release_status_contradicts_its_definition() -> None:
    found: dict[str, Any] = {}
    with gzip.open(BUILT_INS, "rt", encoding="utf-8") as lines:
        for line in lines:
            definition = json.loads(line)
            if "AzureCloud" in definition["clouds"]:
                found[definition["name"]] = definition
    for row in ROWS:
        if not row["source"].startswith(BY_DEFINITION):
            continue
        definition = found[row["definition"]]
        title = definition["displayName"].removeprefix("[Preview]: ").rstrip(".")
        assert row["source"] == BY_DEFINITION + title, row["service"]
        told = "preview" if definition["preview"] else "generally available"
        told = "deprecated" if definition["deprecated"] else told
        assert row["release_status"] in {told, "unknown"}, row["service"]


def test_while_nothing_is_required_nothing_is_judged(loaded: Loaded) -> None:
    controls = {control.id: control for control in optional(loaded)}
    assert len(controls) > 30
    assert not any(c.parameters[REQUIRED].default for c in controls.values())
    tried = [as_not_required(case) for case in loaded.cases if case.control in controls]
    results = run_cases(loaded.library, loaded.aliases, tried)
    assert {(r.control, r.check, r.got) for r in results if r.got != "not-applicable"} == set()
    checks = {(c.id, check.id) for c in controls.values() for check in c.checks}
    assert checks == {(r.control, r.check) for r in results}


def as_not_required(case: ControlCase) -> ControlCase:
    return replace(case, parameters={**case.parameters, REQUIRED: False})


def test_a_key_that_nobody_asked_for_is_information(loaded: Loaded) -> None:
    control = next(c for c in loaded.library.controls.values() if c.id == "cmk-without-requirement")
    assert control.supports == ()
    assert len(control.checks) == len(control.parameters) > 20
