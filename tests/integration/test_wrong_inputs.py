"""Wrong inputs: a positioned one-line error, the right exit code, nothing half-written, no pass."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.command import Said, run

AT = ("--at", "2026-11-01T06:00:00Z")
VAULT = {
    "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/"
    "Microsoft.KeyVault/vaults/kv1",
    "name": "kv1",
    "type": "microsoft.keyvault/vaults",
    "location": "westeurope",
    "subscriptionId": "11111111-1111-1111-1111-111111111111",
    "resourceGroup": "rg",
    "properties": {"enablePurgeProtection": True, "enableSoftDelete": True},
}
PLACED = re.compile(r"^\S+:\d+:\d+: error\[[a-z0-9-]+\]: \S", re.MULTILINE)


@pytest.fixture
def workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "ws"
    said = run(capsys, "init", folder)
    assert said.code == 0, said.err
    return folder


def control_of(workspace: Path) -> Path:
    return next(
        p for p in (workspace / "controls").rglob("*.yaml") if not p.name.endswith(".cases.yaml")
    )


def never_a_pass(said: Said) -> None:
    assert "Traceback" not in said.err + said.out
    assert "internal" not in said.err
    assert said.code != 0


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def with_requirement(path: Path, requirement: str) -> str:
    text, changed = re.subn(
        r"requirement: [^\s,}]+", f"requirement: {requirement}", path.read_text(), count=1
    )
    assert changed
    return text


def test_a_new_workspace_is_sound(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "validate", "-w", workspace).code == 0
    said = run(capsys, "test", "-w", workspace)
    assert said.code == 0, said.out
    assert "0 failed" in said.out


def test_a_tab_in_yaml(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    control_of(workspace).write_text("control: x\n\tsays: y\n", encoding="utf-8")
    said = run(capsys, "validate", "-w", workspace)
    never_a_pass(said)
    assert said.code == 1
    assert re.search(r"\.yaml:2:1: error\[", said.err)


def test_a_typo_in_a_key(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(control_of(workspace), "severity:", "serverity:")
    said = run(capsys, "validate", "-w", workspace)
    assert said.code == 1
    assert PLACED.search(said.err)
    assert "did you mean `severity`?" in said.err


def test_an_unknown_requirement(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = control_of(workspace)
    path.write_text(with_requirement(path, "CP-99"), encoding="utf-8")
    said = run(capsys, "validate", "-w", workspace)
    assert said.code == 1
    assert re.search(r":\d+:\d+: error\[unknown-requirement\].*`CP-99`", said.err)


def test_a_requirement_that_yaml_takes_for_a_number(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = control_of(workspace)
    path.write_text(with_requirement(path, "3.10"), encoding="utf-8")
    said = run(capsys, "validate", "-w", workspace)
    assert said.code == 1
    assert "`3.10`" in said.err
    assert "3.1`" not in said.err


def test_brackets_without_end(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    control_of(workspace).write_text("[" * 200_000, encoding="utf-8")
    said = run(capsys, "validate", "-w", workspace)
    never_a_pass(said)
    assert said.code == 1
    assert PLACED.search(said.err)


def test_faults_of_several_files_come_at_once_in_order(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(control_of(workspace), "severity:", "serverity:")
    edit(workspace / "attestgraph.yaml", "organisation:", "organization:")
    said = run(capsys, "validate", "-w", workspace)
    places = [m.group(0) for m in PLACED.finditer(said.err)]
    assert len(places) >= 2
    assert places == sorted(places)


def test_validate_as_json(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(control_of(workspace), "severity:", "serverity:")
    said = run(capsys, "validate", "-w", workspace, "--format", "json")
    assert said.code == 1
    found = json.loads(said.out)
    assert {"severity", "slug", "message", "help", "path", "line", "column"} <= set(found[0])


def test_a_workspace_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "validate", "-w", tmp_path / "none")
    never_a_pass(said)
    assert said.code == 2


def test_a_missing_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "import", "resources", tmp_path / "no.json", "--out", tmp_path / "s")
    never_a_pass(said)
    assert said.code == 2
    assert "no.json" in said.err
    assert not (tmp_path / "s").exists()


def test_truncated_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "export.json"
    export.write_text(json.dumps([VAULT, VAULT], indent=1)[:-40], encoding="utf-8")
    said = run(capsys, "import", "resources", export, "--out", tmp_path / "s")
    never_a_pass(said)
    assert said.code == 2
    assert PLACED.search(said.err)
    assert [p.name for p in tmp_path.iterdir()] == ["export.json"]


def test_an_empty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "export.json"
    export.write_bytes(b"")
    said = run(capsys, "import", "resources", export, "--out", tmp_path / "s")
    never_a_pass(said)
    assert said.code == 2
    assert not (tmp_path / "s").exists()


def test_an_export_of_nothing_decides_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "export.json"
    export.write_text('{"count": 0, "data": [], "skip_token": null, "total_records": 0}')
    said = run(
        capsys, "import", "resources", export, "--out", tmp_path / "s", "--scope",
        "/subscriptions/11111111-1111-1111-1111-111111111111", *AT,
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "export.json:1:1: warning[empty-export]" in said.err
    said = run(capsys, "evaluate", "--evidence", tmp_path / "s", "--out", tmp_path / "r", *AT)
    assert said.code == 3
    run_json = json.loads((tmp_path / "r" / "run.json").read_text())
    assert not run_json["totals"]["findings"].get("pass")
    words = {r["status"] for r in json.loads((tmp_path / "r" / "requirements.json").read_text())}
    assert words <= {"not-evaluated", "not-covered", None}


def imported(tmp_path: Path, capsys: pytest.CaptureFixture[str], *rows: object) -> Path:
    export = tmp_path / "export.json"
    export.write_text(json.dumps(rows), encoding="utf-8")
    said = run(
        capsys, "import", "resources", export, "--out", tmp_path / "s", "--scope", "/",
        "--declare-complete", "tester@example.com", "a world of one test", *AT,
    )  # fmt: skip
    assert said.code == 0, said.err
    return tmp_path / "s"


def test_a_table_cut_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = imported(tmp_path, capsys, VAULT)
    table = snapshot / "resources.parquet"
    table.write_bytes(table.read_bytes()[:-100])
    said = run(capsys, "evaluate", "--evidence", snapshot, "--out", tmp_path / "r", *AT)
    never_a_pass(said)
    assert said.code == 2
    assert "resources" in said.err
    assert not (tmp_path / "r").exists()


def test_two_rows_of_one_id_that_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = {**VAULT, "properties": {"enablePurgeProtection": False}}
    export = tmp_path / "export.json"
    export.write_text(json.dumps([VAULT, other]), encoding="utf-8")
    snapshot = tmp_path / "s"
    said = run(
        capsys, "import", "resources", export, "--out", snapshot, "--scope", "/",
        "--declare-complete", "tester@example.com", "a world of one test", *AT,
    )  # fmt: skip
    assert said.code == 0
    assert re.search(r"export\.json:1:\d+: warning\[conflicting-rows\]", said.err)
    said = run(capsys, "evaluate", "--evidence", snapshot, "--out", tmp_path / "r", *AT)
    controls = json.loads((tmp_path / "r" / "controls.json").read_text())
    on_vaults = [c for c in controls if c["reasons"].get("conflicting-rows")]
    assert on_vaults
    assert all(c["status"] == "not-evaluated" for c in on_vaults)
    assert all(c["counts"]["pass"] == 0 for c in on_vaults)


def test_a_folder_of_someone_else_is_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = imported(tmp_path, capsys, VAULT)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("mine")
    said = run(capsys, "evaluate", "--evidence", snapshot, "--out", theirs, *AT)
    never_a_pass(said)
    assert said.code == 2
    assert (theirs / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize("moment", ["2026-11-01T06:00:00", "yesterday", "2026-13-01", ""])
def test_a_time_that_is_none(
    moment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot = imported(tmp_path, capsys, VAULT)
    said = run(capsys, "evaluate", "--evidence", snapshot, "--out", tmp_path / "r", "--at", moment)
    never_a_pass(said)
    assert said.code == 2
    assert "bad-time" in said.err


@pytest.mark.parametrize(
    "arguments",
    [("status", "none"), ("report", "none", "--out", "x"), ("evaluate", "--evidence", "none",
     "--out", "x"), ("nonsense",), ("evaluate",)],
)  # fmt: skip
def test_what_is_not_there_is_said_in_a_line(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run(capsys, *arguments)
    never_a_pass(said)
    assert said.code == 2
    assert not list(tmp_path.iterdir())


def test_an_unknown_system_or_framework(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot = imported(tmp_path, capsys, VAULT)
    assert run(capsys, "evaluate", "--evidence", snapshot, "--out", tmp_path / "r", *AT).code == 0
    for options in (("--system", "nope"), ("--framework", "nist-800-53-r6")):
        said = run(capsys, "status", tmp_path / "r", *options)
        never_a_pass(said)
        assert said.code == 2
