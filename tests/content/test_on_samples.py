"""The library over rows recorded from Azure and examples of its interfaces: nothing breaks."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attestgraph.checks import run_cases
from attestgraph.load import ControlCase, Loaded, load_library
from attestgraph.model.authored import Check, Control, RowTest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "azure" / "samples" / "resources"
AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded rows are not here")

NEVER_APPLY = {
    "app-service-client-certificates/client-certificates-required": "no app asks for certificates",
    "cert-app-service-key-vault/vault-readable": "no certificate is from a vault",
    "cert-appgw-key-vault/latest-version": "no gateway has a certificate from a vault",
    "cmk-event-hubs/premium": "no namespace is of the premium tier",
    "cmk-key-rotation-covered/registry": "no registry has a key of its own",
    "custom-roles-no-wildcard/no-wildcard": "all roles are built in",
    "event-hubs-double-encryption/premium": "no namespace is of the premium tier",
    "function-client-certificates/client-certificates-required": "no app asks for certificates",
    "sec-rotation-automated/vault-event": "subscriptions are taken to be on topics",
}
"""Checks whose `where` leaves out every sample of their types, and why that is right."""

Outcomes = Mapping[tuple[str, str], Counter[str]]


def samples() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(SAMPLES.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        for row in (*content["rows"], *(content.get("realRows") or ())):
            found[row["type"].lower()].append(row)
    return found


def row_checks(loaded: Loaded) -> Iterator[tuple[Control, Check, RowTest]]:
    for control in loaded.library.controls.values():
        for check in control.checks:
            if isinstance(check.test, RowTest):
                yield control, check, check.test


def asked(control: Control) -> dict[str, bool]:
    """Return the values that make a control ask what it asks only of those who want it."""
    return {"required": True} if "required" in control.parameters else {}


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What each row check makes of each sample row of its types, taken alone."""
    loaded, rows = load_library(None), samples()
    cases = [
        ControlCase(
            control=control.id,
            case=row["id"],
            check=check.id,
            resource=row,
            related=(),
            states=(),
            parameters=asked(control),
            at=AT,
            want="satisfied",
        )
        for control, check, test in row_checks(loaded)
        for kind in test.types
        for row in rows.get(kind, ())
    ]
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for result in run_cases(loaded.library, loaded.aliases, cases):
        found[result.control, str(result.check)][result.got] += 1
    return found


def test_there_are_rows_for_many_checks(outcomes: Outcomes) -> None:
    assert sum(map(len, samples().values())) > 400
    assert len(outcomes) > 40
    total = sum(outcomes.values(), Counter[str]())
    assert total["satisfied"] > 50
    assert total["not-satisfied"] > 200


def test_no_row_is_a_fault_of_ours(outcomes: Outcomes) -> None:
    assert not [check for check, counted in outcomes.items() if counted["error"]]


def test_every_check_applies_to_some_row_of_its_types(outcomes: Outcomes) -> None:
    never = {
        "/".join(check) for check, counted in outcomes.items() if set(counted) <= {"not-applicable"}
    }
    assert never == set(NEVER_APPLY)


def test_samples_do_not_all_pass(outcomes: Outcomes) -> None:
    """Rows of real tenants are not perfect: a check that they all pass is worth a look."""
    easy = [
        "/".join(check)
        for check, counted in outcomes.items()
        if counted["satisfied"] >= 10 and not counted["not-satisfied"]
    ]
    assert easy == []
