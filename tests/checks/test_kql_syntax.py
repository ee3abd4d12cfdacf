"""Microsoft's own language service on every query of the library."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import orjson
import pytest

from attestgraph import pipeline
from attestgraph.checks import NOT_IN_KQL
from tests.browser.tools import MODULES, need
from tests.integration.command import ROOT, SHARED, run
from tests.kql.agree import AT

CHECKER = SHARED / "tools" / "kqlcheck.mjs"
SERVICE = MODULES / "@kusto" / "language-service-next"
pytestmark = pytest.mark.validators


def checked(folder: Path) -> str:
    files = sorted(str(file) for file in folder.glob("*.kql"))
    done = subprocess.run(
        ["node", str(CHECKER), *files],
        env={**os.environ, "KQL_NODE_MODULES": str(MODULES.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.stdout + done.stderr


shared = pytest.mark.skipif(not CHECKER.is_file(), reason="needs the checker beside the project")


@shared
@pytest.mark.parametrize("counts", [False, True])
def test_every_query_is_sound(tmp_path: Path, *, counts: bool) -> None:
    need("node", CHECKER, SERVICE)
    done = pipeline.queries(tmp_path / "kql", workspace=None, at=AT, counts=counts)
    said = checked(tmp_path / "kql")
    assert said.strip() == f"{len(done.asked)} file(s), 0 error(s), 0 other", said[:2000]


@shared
def test_the_checker_sees_what_is_wrong(tmp_path: Path) -> None:
    need("node", CHECKER, SERVICE)
    (tmp_path / "bad.kql").write_text("resources\n| where propertiez.x =~ 'a'\n", encoding="utf-8")
    assert "1 error(s)" in checked(tmp_path)


def test_the_command_prints_a_query(capsys: pytest.CaptureFixture[str]) -> None:
    golden = ROOT / "tests" / "kql" / "golden" / "kv-purge-protection.retention.kql"
    rows, _, counts = golden.read_text(encoding="utf-8").partition("\n\n")
    asked = ("query", "kv-purge-protection/retention", "--at", "2026-01-01T00:00:00Z")
    assert run(capsys, *asked).out == f"{rows}\n"
    assert run(capsys, *asked, "--counts").out == counts
    found = orjson.loads(run(capsys, *asked, "--format", "json").out)
    assert (found["rows"], found["counts"]) == (f"{rows}\n", counts)
    assert found["tables"] == ["resources"]
    assert found["parameters"] == {"retentionDays": 90}


def test_the_command_says_why_there_is_no_query(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "query", "ase-ciphers/ciphers")
    assert said.code == 2
    assert f"error[{NOT_IN_KQL}]" in said.err
    assert "satisfied_when.count.where" in said.err
    said = run(capsys, "query", "key-expiry")
    assert "error[not-in-resource-graph]" in said.err


@pytest.mark.parametrize(
    ("arguments", "slug"),
    [
        (("query",), "bad-arguments"),
        (("query", "--all"), "bad-arguments"),
        (("query", "a", "--all", "--out", "x"), "bad-arguments"),
        (("query", "kv-purge-protectio"), "unknown-control"),
        (("query", "kv-purge-protection"), "unknown-check"),
        (("query", "kv-purge-protection/nothing"), "unknown-check"),
    ],
)
def test_what_it_cannot_take(
    arguments: tuple[str, ...], slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, *arguments)
    assert said.code == 2
    assert f"error[{slug}]" in said.err


def test_all_checks_are_written_and_the_share_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = run(capsys, "query", "--all", "--out", tmp_path / "kql")
    assert said.code == 0
    files = list((tmp_path / "kql").glob("*.kql"))
    first, *_, last = said.out.splitlines()
    assert first.startswith(f"{len(files)} of ")
    assert "% " in first.replace(" %)", "% ")
    assert "Resource Graph does not have" in last
