"""The pages of a first look in a browser: accessible, whole, never too wide; valid HTML."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.browser.test_pages import ALL_MODES, ODD, _judge, _sound, browse
from tests.browser.tools import MODULES, VNU, need
from tests.render.looks import made
from tests.render.pages import templates


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A front page and a framework's page, plain and with hostile words of 300 characters."""
    from attestgraph.render.first_look import files

    folder = tmp_path_factory.mktemp("looks")
    saved = []
    for prefix, word in (("plain", "plain"), ("odd", ODD)):
        for name, data in files(made(word, each=25), templates()):
            if name.endswith(".html"):
                saved.append(folder / f"{prefix}-{name}")
                saved[-1].write_bytes(data)
    return saved


@pytest.mark.browser
@pytest.mark.slow
def test_first_looks_are_accessible_and_fit(pages: list[Path]) -> None:
    _sound(browse(pages[:2], ALL_MODES))
    _sound(browse(pages[2:], ("light", "narrow")))


@pytest.mark.validators
def test_html_validate_finds_nothing(pages: list[Path], tmp_path: Path) -> None:
    need("node", MODULES / "html-validate")
    command = ["node", str(Path(__file__).with_name("validate.mjs"))]
    _judge(command, pages, tmp_path, ('id="main"', 'id="main" id="main"'))


@pytest.mark.validators
@pytest.mark.slow
def test_the_nu_validator_finds_no_error(pages: list[Path]) -> None:
    need("java", VNU)
    done = subprocess.run(
        [
            "java",
            "-jar",
            str(VNU),
            "--stdout",
            "--format",
            "gnu",
            "--errors-only",
            *map(str, pages),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
