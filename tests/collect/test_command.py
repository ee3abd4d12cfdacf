"""The command: its answers and exit codes."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from attestgraph.cli.main import main
from attestgraph.evidence import open_snapshot
from tests.collect.given import live
from tests.fake_azure import FakeAzure, Tenant

TENANT = Tenant.of(6, resources=400, subscriptions=3, states=900)
FOLDERS = ("plain", "masked")
WORKSPACE = """\
organisation: Test
frameworks: [nist-800-53-r5]
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "attestgraph.yaml").write_text(WORKSPACE)
    return tmp_path


def signed_in(fake: FakeAzure, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in fake.credential_env().items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("workspace")
def test_the_plan_asks_nothing_and_names_the_roles(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", "--plan"]) == 0
    text = capfd.readouterr().out
    assert text.startswith("roles: Reader")
    assert "policystates" in text
    assert main(["collect", "--plan", "--format", "json"]) == 0
    document = orjson.loads(capfd.readouterr().out)
    tables = {t["table"]: t for t in document["tables"]}
    assert set(tables) == {"resources", "resourcecontainers", "policystates"}
    assert "microsoft.keyvault/vaults" in tables["resources"]["types"]
    assert "properties" in tables["resources"]["columns"]
    assert main(["collect", "--plan", "--everything", "--format", "json"]) == 0
    everything = orjson.loads(capfd.readouterr().out)
    assert {t["table"]: t["types"] for t in everything["tables"]}["resources"] is None


@pytest.mark.usefixtures("workspace")
def test_vaults_are_listed_on_request_only(capfd: pytest.CaptureFixture[str]) -> None:
    Path("attestgraph.yaml").write_text(
        f"{WORKSPACE}evidence:\n  sources: [resources, resourcecontainers, components]\n"
    )
    assert main(["collect", "--plan"]) == 0
    assert "ask for it with --key-vault" in capfd.readouterr().out
    assert main(["collect", "--plan", "--key-vault"]) == 0
    assert "Key Vault Reader" in capfd.readouterr().out


@pytest.mark.usefixtures("workspace")
def test_usage(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["collect"]) == 2
    assert main(["collect", "--out", "out", "--auth", "device"]) == 2
    assert "did you mean `device-code`?" in capfd.readouterr().err
    assert main(["collect", "--out", "out", "--cloud", "moon"]) == 2


def test_a_whole_collection(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with live(TENANT, scale=1) as here:
        signed_in(here.fake, monkeypatch)
        assert main(["collect", "--out", "out"]) == 0
        told = capfd.readouterr()
        assert "complete" in told.out
        assert "incomplete" not in told.out
        # a line a table, and nothing of a terminal
        assert "policystates: 900 rows" in told.err
        assert "\x1b" not in told.err
        assert main(["collect", "--out", "out"]) == 2
        assert "error[folder-exists]" in capfd.readouterr().err
    assert main(["evaluate", "--evidence", "out", "--out", "run"]) in (0, 3)
    assert (workspace / "out" / "snapshot.json").stat().st_mode & 0o777 == 0o600


def test_what_is_missing_ends_with_3_unless_it_is_expected(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with live(TENANT, scale=1) as here:
        signed_in(here.fake, monkeypatch)
        refused = here.fake.tenant.subscriptions[1].id
        here.fake.forbid(refused)
        assert main(["collect", "--out", "one", "--format", "json"]) == 3
        told = capfd.readouterr()
        document = orjson.loads(told.out)
        assert not document["complete"]
        assert f"grant `Reader` on /subscriptions/{refused}" in told.err
        for table, until, code in (
            ("", "2099-01-01", 0),
            ("      table: policystates\n", "2099-01-01", 3),
            ("", "2020-01-01", 3),
        ):
            (workspace / "attestgraph.yaml").write_text(
                f"{WORKSPACE}evidence:\n  expected_gaps:\n"
                f"    - scope: {{subscription: {refused}}}\n{table}"
                f"      reason: being moved\n      approved_by: sec@example.com\n"
                f"      until: {until}\n"
            )
            out = f"out-{code}-{until}-{bool(table)}"
            assert main(["collect", "--out", out]) == code
            snapshot = orjson.loads((workspace / out / "snapshot.json").read_bytes())
            assert {t["complete"] for t in snapshot["tables"]} == {"false"}


def test_boundaries_are_the_scope_and_exclusions_are_recorded(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live(TENANT, scale=1) as here:
        signed_in(here.fake, monkeypatch)
        first, second, _ = (s.id for s in here.fake.tenant.subscriptions)
        (workspace / "attestgraph.yaml").write_text(
            "organisation: Test\nsystems:\n"
            "  - system: shop\n    title: Shop\n    owner: me\n    frameworks: [nist-800-53-r5]\n"
            f"    boundary: {{subscriptions: [{first}, {second}]}}\n"
            f"exclusions:\n  - scope: {{subscription: {second}}}\n    reason: sandbox\n"
            "    approved_by: sec@example.com\n    until: 2099-01-01\n"
        )
        assert main(["collect", "--out", "out"]) == 0
    snapshot = orjson.loads((workspace / "out" / "snapshot.json").read_bytes())
    assert snapshot["scopes"] == [f"/subscriptions/{first}"]
    assert [e["scope"] for e in snapshot["exclusions"]] == [f"/subscriptions/{second}"]
    assert snapshot["origin"] == "collected"


def test_under_a_mask_no_id_of_the_tenant_is_left(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace / "mask.key").write_text("0123456789abcdef0123456789abcdef")
    with live(TENANT, scale=1) as here:
        signed_in(here.fake, monkeypatch)
        here.fake.forbid(here.fake.tenant.subscriptions[1].id)
        assert main(["collect", "--out", "plain"]) == 3
        assert main(["collect", "--out", "masked", "--mask", "mask.key"]) == 3
        ids = [s.id for s in here.fake.tenant.subscriptions] + [here.fake.tenant.id]
    snapshots = [orjson.loads((workspace / f / "snapshot.json").read_bytes()) for f in FOLDERS]
    plain, masked = ([table["rows"] for table in s["tables"]] for s in snapshots)
    assert plain == masked
    text = (workspace / "masked" / "snapshot.json").read_text()
    assert not [found for found in ids if found in text]
    for table in open_snapshot(workspace / "masked").manifest.tables:
        snapshot = open_snapshot(workspace / "masked")
        schema = next(t.schema for t in snapshot.tables if t.manifest.name == table)
        rows = [row for batch in snapshot.batches(table, schema.names) for row in batch]
        assert not [found for found in ids if found in repr(rows)]
    for folder in FOLDERS:
        assert main(["evaluate", "--evidence", folder, "--out", f"run-{folder}"]) in (0, 3)
    totals = [
        orjson.loads((workspace / f"run-{f}" / "run.json").read_bytes())["totals"] for f in FOLDERS
    ]
    assert totals[0] == totals[1]
