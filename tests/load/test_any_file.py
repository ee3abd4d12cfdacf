"""No authored file, however wrong, makes loading raise anything but a fault of the input."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from attestgraph.diagnostics import InputError, Severity
from attestgraph.load import load_folders
from tests.load.changes import changed_once
from tests.load.test_shapes import WORKSPACE
from tests.load.world import LIBRARY, library, write
from tests.load.wrong import ATTESTATION, CONTROL, EXCEPTION, OWN

CASES = """\
control: own
cases:
  - {case: a, check: on, want: satisfied, resource: {type: a/b, tags: {a: b}}, related: [{a: b}]}
  - {case: b, want: error, states: [{complianceState: x}], parameters: {days: 8}, at: 2026-11-01}
"""
RICH = (
    CONTROL.replace(
        "checks:",
        "parameters: {days: {type: integer, default: 7, minimum: 1, stricter: higher}}\n"
        "replaces: {control: own, because: b}\n"
        "checks:\n"
        "  - {check: p, says: s, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de53,"
        " requires: {n: {minimum: 1}}, max_state_age: P1D}\n"
        "  - {check: q, says: s, query: a.kql, population: {applies_to: [a/b]}}\n"
        "  - {check: a, says: s, attest: {question: q, roles: [r], valid_for: P1D}}",
    )
    + "    where: {field: type, equals: x}\n"
    "    related: [{type: a/b, within: subscription, where: {field: name, like: x}, count: 2}]\n"
    "    evidence: {alternative: g}\n"
)
SIGNED = (
    ATTESTATION
    + "system: all\ncontrols: [own]\nnext_review: 2027-01-01\n"
    + "evidence: [{file: e.txt, sha256: "
    + "a" * 64
    + ", title: t}]\n"
    "provider: {document: d, services: [s], period: {from: 2026-01-01, until: 2026-02-01},"
    " reviewed_by: r}\n"
)
OWN_FILES = {
    "attestgraph.yaml": WORKSPACE,
    OWN: RICH,
    "controls/keys/own.cases.yaml": CASES,
    "attestations/a.yaml": SIGNED,
    "exceptions/e.yaml": EXCEPTION + "compensating: own\n",
}
FRAMEWORK = "frameworks/sample-1.0/framework.yaml"
TABLES = (
    "frameworks/sample-1.0/requirements.csv",
    "frameworks/crosswalks/sample-1.0--other-2.csv",
    "frameworks/azure-policy/definitions.csv",
    "frameworks/azure-policy/aliases.csv",
)


def _faulty(root: Path, workspace: Path | None) -> bool:
    """Load; return whether an error was found, each with a place or a file."""
    try:
        found = load_folders(root, workspace).diagnostics
    except InputError as error:
        found = error.diagnostics
    for fault in found:
        assert fault.span is not None or fault.path
        assert "\n" not in fault.message
    return any(fault.severity is Severity.ERROR for fault in found)


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("name", sorted(OWN_FILES))
def test_a_file_of_a_workspace_changed_in_one_place(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)  # noqa: S311 - examples, not secrets
    ws = write(tmp_path, {**OWN_FILES, "controls/keys/a.kql": "x", "e.txt": "x"})
    good = yaml.load(OWN_FILES[name], yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text
    for _ in range(30):
        changed = good
        for _ in range(chance.randrange(1, 4)):
            changed = changed_once(changed, chance)
        write(ws, {name: _dumped(changed)})
        _faulty(LIBRARY, ws)


def test_a_framework_changed_in_one_place(tmp_path: Path) -> None:
    chance = random.Random(FRAMEWORK)  # noqa: S311 - examples, not secrets
    text = (LIBRARY / FRAMEWORK).read_text(encoding="utf-8")
    good = yaml.load(text, yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text
    refused = 0
    for _ in range(30):
        root = library(tmp_path, {FRAMEWORK: _dumped(changed_once(good, chance))})
        refused += _faulty(root, None)
    assert refused > 15


@pytest.mark.parametrize("name", TABLES)
def test_a_table_with_a_stretch_changed(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)  # noqa: S311 - examples, not secrets
    data = (LIBRARY / name).read_bytes()
    for _ in range(30):
        at = chance.randrange(len(data))
        odd = chance.choice([b"", b",", b'"', b"\n", b"\xff", b"\0", b"\r", b"|", b"x"])
        changed = data[:at] + odd + data[at + chance.randrange(3) :]
        _faulty(library(tmp_path, {name: changed}), None)
