"""An interrupted collection goes on where it stopped, whatever ended it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attestgraph.cli.main import main
from attestgraph.collect import Wanted
from attestgraph.diagnostics import InputError
from tests.collect.given import SOURCES, is_exact, live
from tests.fake_azure import Fault, Tenant

TENANT = Tenant.of(7, resources=6_000, subscriptions=6, states=24_000)
PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from attestgraph.collect import *
from tests.collect.given import SOURCES

endpoint, ca, tenant, out = sys.argv[1:]
clock = Clock(lambda: datetime.now(UTC), scale=50.0)
public = cloud("public")
held = credential(SignIn(tenant=tenant, authority=endpoint, ca_bundle=ca), public)
session = Session(public, held, clock, settings=Settings(arm=endpoint, ca_bundle=ca))
who = sign_in(held, public.audience, tenant=tenant)
about = About(cloud="public", tenant_id=who.tenant_id, principal=who.text, threads=1)
collect(SOURCES, Wanted(), session, Path(out), about=about, clock=clock)
"""


def test_after_a_kill_nothing_is_lost_and_little_is_asked_again(tmp_path: Path) -> None:
    with live(TENANT, scale=50) as here:
        # each page takes its time, so that the end comes in the middle
        here.fake.faults.add(Fault(action="delay", match="skiptoken", seconds=20.0, times=None))
        fake = here.fake
        arguments = [fake.endpoint, fake.ca_file, fake.tenant.id, str(tmp_path / "out")]
        child = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], env=dict(os.environ))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(_pages(here)) < 22:
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert not (tmp_path / "out").exists()
        assert list((tmp_path / "out.collecting").glob("*.ndjson"))
        here.fake.faults.clear()
        before = len(_pages(here))
        done = here.collect(tmp_path / "out")
        assert done.resumed
        assert done.complete
        assert is_exact(here, tmp_path / "out", tmp_path / "true")
        again = len(_pages(here)) - before
        # 31 pages and 3 counts in all, less what was there
        assert again < 30
        assert not (tmp_path / "out.collecting").exists()


def test_an_interruption_ends_with_130_and_can_be_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live(TENANT, scale=1) as here:
        env = {**os.environ, **here.fake.credential_env()}
        command = [sys.executable, "-m", "attestgraph.cli.main", "collect", "--out", "out"]
        child = subprocess.Popen(command, env=env, cwd=tmp_path, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(_pages(here)) < 12:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
        assert child.returncode == 130, told
        assert b"interrupted" in told
        assert b"Traceback" not in told
        assert not (tmp_path / "out").exists()
        for name, value in here.fake.credential_env().items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        assert main(["collect", "--out", "out"]) == 0


def _pages(here: object) -> list[object]:
    log = here.fake.log  # type: ignore[attr-defined]
    return [r for r in log if r.family in ("graph", "states") and r.status == 200]


def test_a_page_lost_for_good_can_be_had_later_without_the_others(tmp_path: Path) -> None:
    with live(TENANT) as here:
        fault = Fault(action="status", status=503, match="policystates", page="last", times=None)
        here.fake.faults.add(fault)
        first = here.collect(tmp_path / "out")
        assert not first.complete
        here.fake.faults.clear()
        before = len(here.fake.log)
        second = here.collect(tmp_path / "out")
        assert second.resumed
        assert second.complete
        assert is_exact(here, tmp_path / "out", tmp_path / "true")
        pages = [r for r in here.fake.log[before:] if r.family == "states"]
        # the last page of each subscription, and what counts them
        assert len(pages) <= 2 * 6 + 2


def test_half_a_line_is_cut_off(tmp_path: Path) -> None:
    with live(TENANT) as here:
        fault = Fault(action="status", status=503, match="policystates", page="last", times=None)
        here.fake.faults.add(fault)
        here.collect(tmp_path / "out")
        for path in (tmp_path / "out.collecting").glob("*.policystates.ndjson"):
            with path.open("ab") as stream:
                stream.write(b'{"half a li')
        here.fake.faults.clear()
        assert here.collect(tmp_path / "out").complete
        assert is_exact(here, tmp_path / "out", tmp_path / "true")


def test_a_file_that_is_too_short_is_read_again(tmp_path: Path) -> None:
    with live(TENANT) as here:
        fault = Fault(action="status", status=503, match="policystates", page="last", times=None)
        here.fake.faults.add(fault)
        here.collect(tmp_path / "out")
        for path in (tmp_path / "out.collecting").glob("*.ndjson"):
            os.truncate(path, path.stat().st_size // 2)
        here.fake.faults.clear()
        assert here.collect(tmp_path / "out").complete
        assert is_exact(here, tmp_path / "out", tmp_path / "true")


def test_another_question_starts_anew(tmp_path: Path) -> None:
    with live(TENANT) as here:
        fault = Fault(action="status", status=503, match="policystates", page="last", times=None)
        here.fake.faults.add(fault)
        here.collect(tmp_path / "one")
        (tmp_path / "one.collecting").rename(tmp_path / "two.collecting")
        here.fake.faults.clear()
        chosen = Wanted(subscriptions=(here.fake.tenant.subscriptions[0].id,))
        done = here.collect(tmp_path / "two", SOURCES, chosen)
        assert not done.resumed
        assert done.complete


def test_what_is_left_holds_no_token_and_is_the_owners_alone(tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.fake.faults.add(
            Fault(action="status", status=503, match="policystates", page="first", times=None)
        )
        here.collect(tmp_path / "out")
        folder = tmp_path / "out.collecting"
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600
            assert b"eyJ" not in path.read_bytes()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out.collecting").mkdir()
    (tmp_path / "out.collecting" / "mine.txt").write_text("mine")
    with live(TENANT) as here, pytest.raises(InputError) as refused:
        here.collect(tmp_path / "out")
    assert refused.value.diagnostics[0].slug == "not-ours"
    assert (tmp_path / "out.collecting" / "mine.txt").read_text() == "mine"
