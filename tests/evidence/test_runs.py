"""Run folders: written once, refused when they were touched."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run as start
from typing import Any

import pytest

from attestgraph.diagnostics import InputError
from attestgraph.evidence import FINDINGS, RunWriter, atomic_folder, connect, open_run
from tests.evidence.given import slugs

COLUMNS = (
    "control",
    "check",
    "outcome",
    "observed_at",
    "resource_key",
    "resource_id",
    "resource_type",
    "evidence_table",
    "reason",
)
AT = "2026-11-01T06:00:00Z"
ROWS = (
    ("kv", "on", "fail", AT, "/s/a", "/S/A", "t", "resources", None),
    ("kv", "on", "pass", AT, "/s/b", "/S/B", "t", "resources", None),
    ("st", "tls", "not-evaluated", None, "/s", "/s", None, "resources", "stale"),
    ("st", "who", "pass", None, "", "ehr", None, None, None),
)
LINES = (
    ("resource", "/s/a", "t", "resources", None, ["ehr", "web"]),
    ("gap", "/s", None, "resources", "stale", ["web"]),
    ("gap", "/s", None, "resources", "incomplete", ["ehr"]),
)
LINE_COLUMNS = ("kind", "resource_key", "resource_type", "evidence_table", "reason", "systems")


def parquet(path: Path, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    """Write rows as Parquet, in their order."""
    typed = ", ".join(f"\"{name}\": '{kind}'" for name, kind in columns.items())
    lines = path.with_suffix(".ndjson")
    lines.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with connect(folder=path.parent) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_json(?, columns={{{typed}}}, "  # noqa: S608
            "format='newline_delimited')) TO ? (FORMAT parquet)",
            [str(lines), str(path)],
        )
    lines.unlink()


def make(folder: Path) -> Path:
    with atomic_folder(folder) as inside:
        parquet(
            inside / "findings.parquet",
            {column.name: column.kind.sql for column in FINDINGS.columns},
            [dict(zip(COLUMNS, row, strict=True)) for row in ROWS],
        )
        parquet(
            inside / "verdicts.parquet",
            {**dict.fromkeys(LINE_COLUMNS, "VARCHAR"), "systems": "VARCHAR[]"},
            [dict(zip(LINE_COLUMNS, row, strict=True)) for row in LINES],
        )
        writer = RunWriter(inside)
        writer.write_json("controls.json", [{"control": "kv"}])
        writer.write_json("requirements.json", [])
        writer.write_json("run.json", {"format": "attestgraph/run/1", "run": "r1"})
    return folder


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    stored = open_run(make(tmp_path / "r"))
    assert stored.run["run"] == "r1"
    assert stored.controls == [{"control": "kv"}]
    assert stored.requirements == []
    findings = list(stored.findings())
    assert [list(f) for f in findings[:1]] == [[*FINDINGS.names, "systems"]]
    assert [f["outcome"] for f in findings] == ["fail", "pass", "not-evaluated", "pass"]
    assert findings[0]["observed_at"] == "2026-11-01T06:00:00Z"
    assert findings[2]["observed_at"] is None


def test_each_finding_names_the_systems_that_it_belongs_to(tmp_path: Path) -> None:
    stored = open_run(make(tmp_path / "r"))
    assert [f["systems"] for f in stored.findings()] == [["ehr", "web"], [], ["web"], ["ehr"]]


def test_findings_can_be_picked_by_outcome_and_control(tmp_path: Path) -> None:
    stored = open_run(make(tmp_path / "r"))
    assert [f["outcome"] for f in stored.findings(outcomes={"fail", "error"})] == ["fail"]
    assert [f["check"] for f in stored.findings(control="st")] == ["tls", "who"]
    assert list(stored.findings(outcomes=["fail"], control="st")) == []
    assert list(stored.findings(outcomes=[])) == []


def test_run_json_names_every_other_file(tmp_path: Path) -> None:
    files = open_run(make(tmp_path / "r")).run["files"]
    assert [f["file"] for f in files] == [
        "controls.json",
        "findings.parquet",
        "requirements.json",
        "verdicts.parquet",
    ]


def test_opening_a_run_needs_no_database(tmp_path: Path) -> None:
    make(tmp_path / "r")
    code = (
        "import sys; from pathlib import Path; from attestgraph.evidence import open_run; "
        f"open_run(Path({str(tmp_path / 'r')!r})); sys.exit('duckdb' in sys.modules)"
    )
    assert start([sys.executable, "-c", code], check=False).returncode == 0


def rewrite(name: str, text: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_text(text)


def same_size(folder: Path) -> None:
    path = folder / "controls.json"
    path.write_text(path.read_text(encoding="utf-8").replace("kv", "st"), encoding="utf-8")


def cut_short(folder: Path) -> None:
    os.truncate(folder / "findings.parquet", 100)


def forget_files(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["files"]
    path.write_text(json.dumps(document), encoding="utf-8")
    return dict(document)


@pytest.mark.parametrize(
    ("damage", "slug", "says"),
    [
        (cut_short, "damaged-run", "bytes of"),
        (rewrite("controls.json", '[{"control": "xx"}]'), "damaged-run", "bytes of"),
        (same_size, "damaged-run", "digest"),
        (rewrite("run.json", "{"), "damaged-run", "1:2"),
        (rewrite("run.json", '{"format": "attestgraph/snapshot/1"}'), "unknown-format", "run/1"),
        (rewrite("run.json", '{"format": "attestgraph/run/7"}'), "newer-format", "newer"),
        (
            rewrite("run.json", '{"format": "attestgraph/run/1", "files": [{"file": "../x"}]}'),
            "damaged-run",
            "no file of the run",
        ),
        (lambda f: (f / "requirements.json").unlink(), "damaged-run", "missing"),
        (lambda f: (f / "verdicts.parquet").unlink(), "damaged-run", "missing"),
        (lambda f: (f / "run.json").unlink(), "no-run", "no run"),
    ],
)
def test_a_run_that_was_touched_is_refused(
    tmp_path: Path, damage: Callable[[Path], Any], slug: str, says: str
) -> None:
    make(tmp_path / "r")
    damage(tmp_path / "r")
    with pytest.raises(InputError) as caught:
        open_run(tmp_path / "r")
    assert slugs(caught.value) == [slug]
    assert says in str(caught.value)


def test_findings_that_cannot_be_read_are_a_fault_of_the_run(tmp_path: Path) -> None:
    make(tmp_path / "r")
    cut_short(tmp_path / "r")
    forget_files(tmp_path / "r")
    with pytest.raises(InputError) as caught:
        list(open_run(tmp_path / "r").findings())
    assert slugs(caught.value) == ["damaged-run"]


def test_documents_that_are_no_lists_of_objects_are_refused(tmp_path: Path) -> None:
    make(tmp_path / "r")
    forget_files(tmp_path / "r")
    (tmp_path / "r" / "controls.json").write_text("{}")
    with pytest.raises(InputError) as caught:
        open_run(tmp_path / "r")
    assert slugs(caught.value) == ["damaged-run"]
