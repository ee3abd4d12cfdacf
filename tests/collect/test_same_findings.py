"""What is collected is judged as what is imported: the same rows make the same findings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from attestgraph import pipeline
from attestgraph.collect import Settings, SignIn
from tests.collect.given import CONTAINED, live
from tests.fake_azure import Tenant

COMPARED = (
    "control, check, parameters, resource_key, outcome, reason, basis, expected, actual, path"
)
WORKSPACE = """\
organisation: Test
frameworks: [nist-800-53-r5]
evidence:
  sources: [resources, resourcecontainers, policystates]
"""


def written(path: Path, rows: Iterable[dict[str, Any]]) -> tuple[Path, ...]:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return (path,)


def findings(run: Path) -> list[tuple[Any, ...]]:
    found = duckdb.connect().execute(
        f"SELECT {COMPARED.replace('check', chr(34) + 'check' + chr(34))} "  # noqa: S608
        "FROM read_parquet(?) ORDER BY ALL",
        [str(run / "findings.parquet")],
    )
    return found.fetchall()


@pytest.mark.parametrize("everything", [False, True])
def test_collecting_and_importing_make_the_same_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, everything: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "attestgraph.yaml").write_text(WORKSPACE)
    now = datetime.now(UTC).replace(microsecond=0)
    tenant = Tenant.of(9, resources=1_500, subscriptions=3, states=3_000, at=now)
    with live(tenant, scale=1) as here:
        request = pipeline.Request(
            out=tmp_path / "collected",
            sign_in=SignIn(authority=here.fake.endpoint, ca_bundle=here.fake.ca_file),
            settings=Settings(arm=here.fake.endpoint, ca_bundle=here.fake.ca_file),
            everything=everything,
        )
        done = pipeline.collect(request, now=lambda: datetime.now(UTC))
        assert done.complete, done.diagnostics
        resources = list(here.fake.rows("resources"))
        contained = [r for r in here.fake.rows("resourcecontainers") if r["type"] in CONTAINED]
        states = list(here.fake.states())
    scopes = tuple(s.id for s in tenant.subscriptions)
    declared = ("Ana Lima", "exported as reader")
    imported = tmp_path / "imported"
    at = datetime.now(UTC).replace(microsecond=0)
    for path, rows in (("resources.ndjson", resources), ("containers.ndjson", contained)):
        files = written(tmp_path / path, rows)
        pipeline.import_resources(files, imported, scopes=scopes, declared=declared, at=at)
    files = written(tmp_path / "states.ndjson", states)
    pipeline.import_policy_states(files, imported, scopes=scopes, declared=declared, at=at)
    runs = []
    for snapshot in ("collected", "imported"):
        run = tmp_path / f"run-{snapshot}"
        pipeline.evaluate(None, tmp_path / snapshot, run, at=at, threads=1)
        runs.append(findings(run))
    assert len(runs[0]) > 1_000
    assert {outcome for row in runs[0] for outcome in [row[4]]} >= {"pass", "fail"}
    assert runs[0] == runs[1]
