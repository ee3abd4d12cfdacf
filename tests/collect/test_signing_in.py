"""Each way in which signing in fails is one line that says what to do."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from attestgraph.cli.main import main
from attestgraph.collect.auth import Method, principal_of, refusal
from attestgraph.collect.clouds import NAMES, cloud
from attestgraph.collect.redacting import redact
from attestgraph.diagnostics import InputError
from tests.collect.given import SECRET, live
from tests.fake_azure import Fault, Tenant

TENANT = Tenant.of(2, resources=300, subscriptions=2, states=600)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a workspace: the library alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(
    capfd: pytest.CaptureFixture[str], *arguments: str, out: str = "out"
) -> tuple[int, str, str]:
    code = main(["collect", "--out", out, *arguments])
    told = capfd.readouterr()
    return code, told.out, told.err


@pytest.mark.parametrize(
    ("method", "slug"),
    [("no-roles", "no-permission"), ("wrong-secret", "token-refused")],
)
def test_an_identity_that_may_not(
    method: str,
    slug: str,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with live(TENANT) as here:
        for name, value in here.fake.credential_env(method).items():  # type: ignore[arg-type]
            monkeypatch.setenv(name, value)
        code, out, err = run(capfd)
    assert code == 2
    assert not out
    assert_one_line(err, slug)
    assert not (library / "out").exists()


@pytest.mark.usefixtures("library")
def test_a_tenant_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with live(TENANT) as here:
        for name, value in here.fake.credential_env().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AZURE_TENANT_ID", "00000000-0000-0000-0000-00000000dead")
        code, _, err = run(capfd)
    assert code == 2
    assert_one_line(err, "wrong-tenant")


@pytest.mark.usefixtures("library")
def test_another_tenant_than_that_of_the_identity(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with live(TENANT) as here:
        for name, value in here.fake.credential_env().items():
            monkeypatch.setenv(name, value)
        code, _, err = run(capfd, "--tenant", "00000000-0000-0000-0000-00000000dead")
    assert code == 2
    assert_one_line(err, "wrong-tenant")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("method", ["workload-identity", "cli"])
def test_no_credentials(
    method: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", "/nowhere")
    code, _, err = run(capfd, "--auth", method)
    assert code == 2
    assert_one_line(err, "no-credentials")


@pytest.mark.usefixtures("library")
def test_a_service_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with live(TENANT) as here:
        for name, value in here.fake.credential_env().items():
            monkeypatch.setenv(name, value)
        kept = Path("kept.crt")
        kept.write_bytes(Path(here.fake.ca_file).read_bytes())
    code, _, err = run(capfd)
    assert code == 2
    assert "error[bad-setting]: ATTESTGRAPH_CA_BUNDLE names a file that is not there" in err
    monkeypatch.setenv("ATTESTGRAPH_CA_BUNDLE", str(kept))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(kept))
    code, _, err = run(capfd)
    assert code == 2
    assert_one_line(err, "no-connection")


def test_the_libraries_below_say_nothing_by_themselves(library: Path) -> None:
    with live(TENANT) as here:
        env = {**os.environ, **here.fake.credential_env("wrong-secret")}
        program = [sys.executable, "-m", "attestgraph.cli.main", "collect", "--out", "out"]
        done = subprocess.run(program, env=env, cwd=library, capture_output=True, check=False)
    assert done.returncode == 2
    assert_one_line(done.stderr.decode(), "token-refused")


def assert_one_line(err: str, slug: str) -> None:
    lines = err.strip().splitlines()
    assert lines[0].startswith(f"error[{slug}]: "), err
    assert len(lines) == 2, err
    assert lines[1].startswith("  help: ")
    assert "Traceback" not in err
    assert SECRET not in err
    assert "eyJ" not in err


@pytest.mark.parametrize(
    "method", ["secret", "workload-identity", "managed-identity"], ids=lambda m: m
)
def test_the_ways_that_work(
    method: str,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    with live(TENANT, scale=1) as here:
        for name, value in here.fake.credential_env(method).items():  # type: ignore[arg-type]
            monkeypatch.setenv(name, value)
        way = [] if method == "secret" else ["--auth", method]
        code, out, err = run(capfd, *way)
    assert code == 0, err
    assert "resources" in out
    assert (library / "out" / "snapshot.json").is_file()


@pytest.mark.usefixtures("library")
def test_no_token_is_told_or_logged(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("azure", "azure.core", "azure.identity", "msal", "urllib3", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    seen: list[str] = []
    with live(Tenant.of(4, resources=2_200, subscriptions=2, states=4_200), scale=1) as here:
        issue = here.fake.app.identity.issue
        monkeypatch.setattr(
            type(here.fake.app.identity),
            "issue",
            lambda _, user, audience: _noted(issue(user, audience), seen),
        )
        for name, value in here.fake.credential_env().items():
            monkeypatch.setenv(name, value)
        fault = Fault(action="expire-tokens", match="policystates", page="middle", claims=True)
        here.fake.faults.add(fault)
        code, out, err = run(capfd)
    assert code == 0, err
    assert len(seen) >= 2
    text = f"{out}\n{err}\n{caplog.text}"
    assert "policyStates" in text
    for token in seen:
        assert token not in text
        assert token.rsplit(".", 1)[1] not in text
    assert SECRET not in text
    assert "skiptoken=" not in text.replace("skiptoken=REDACTED", "").lower()
    for path in (tmp_path / "out").iterdir():
        data = path.read_bytes()
        assert b"skiptoken" not in data.lower()
        assert not any(token.encode() in data for token in seen)


def _noted(answer: dict[str, object], seen: list[str]) -> dict[str, object]:
    seen.append(str(answer["access_token"]))
    return answer


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.def-ghi",
        "GET /x?$skiptoken=AbC%3D HTTP/1.1",
        "'access_token': 'abc.def-ghi'",
        '{"client_secret": "abc.def-ghi"}',
        "https://x.blob/y?sv=1&sig=AbC%3D&se=2",
        "a eyJhbGciOiJub25lIn0.eyJ0aWQiOiJ4In0.abc b",
    ],
)
def test_redaction(text: str) -> None:
    told = redact(text)
    assert "REDACTED" in told
    assert "abc.def" not in told
    assert "AbC%3D" not in told
    assert "eyJ" not in told


def test_the_principal_is_read_out_of_the_claims() -> None:
    assert principal_of("opaque").text is None
    token = "e30.eyJvaWQiOiJvIiwiYXBwaWQiOiJhIiwidGlkIjoidCJ9.x"  # noqa: S105 - signs nothing
    assert principal_of(token).text == "object o, application a"
    assert principal_of(token).tenant_id == "t"


def test_what_cannot_be_named_is_refused_in_general_words() -> None:
    told = refusal(RuntimeError("secret words"), Method.CLI, None).diagnostics[0]
    assert told.slug == "token-refused"
    assert "secret words" not in told.text()


def test_clouds() -> None:
    assert [cloud(name).name for name in NAMES] == ["public", "us-government", "china"]
    with pytest.raises(InputError, match="did you mean `us-government`"):
        cloud("us-goverment")
