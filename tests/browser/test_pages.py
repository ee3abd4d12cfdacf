from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tools import CHROMIUM, MODULES, VNU, need
from tests.render.pages import save
from tests.render.pieces import StoredRun, finding, vault
from tests.render.runs import contoso, hostile, one_control

ALL_MODES = ("light", "dark", "narrow", "narrow-dark", "print")
ODD = "<script>alert(1)</script>\u202e\x1b[2J'\"&" + "x" * 300


def _pages(folder: Path, name: str, run: StoredRun) -> list[Path]:
    return [page.rename(page.with_name(f"{name}-{page.name}")) for page in save(folder, run)]


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Each kind of page; every word, list and register is in them."""
    made = _pages(tmp_path_factory.mktemp("usual"), "usual", contoso())
    return [page for page in made if "claims" not in page.name and "hipaa" not in page.name]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pages with long lists, and with hostile words of 300 characters in every place."""
    rows = [finding("kv-x", "c", vault(f"kv-{n}"), "fail") for n in range(250)]
    many = one_control("kv-x", rows, fail=250)
    return [
        *_pages(tmp_path_factory.mktemp("many"), "many", many),
        *_pages(tmp_path_factory.mktemp("odd"), "odd", hostile(ODD))[:7],
    ]


def browse(pages: list[Path], modes: tuple[str, ...] = ALL_MODES) -> list[dict[str, Any]]:
    need("node", CHROMIUM, MODULES / "axe-core", MODULES / "playwright-core")
    script = Path(__file__).with_name("browse.mjs")
    done = subprocess.run(
        ["node", str(script), "--modes", ",".join(modes), *map(str, pages)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CHROMIUM": str(shutil.which(CHROMIUM))},
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(seen) == len(modes) * len(pages)
    return seen


def _sound(seen: list[dict[str, Any]]) -> None:
    for found in seen:
        place = f"{found['page']}, {found['mode']}"
        assert found["violations"] == [], place
        assert found["passes"] > 20, place
        # no style, no font and no picture is fetched or blocked
        assert found["console"] == [], place
        assert found["styled"], place
        assert found["wide"] <= 0, f"{place} is {found['wide']} px too wide"
        assert found["slim"] > (300 if "narrow" in found["mode"] else 20), place


@pytest.mark.browser
@pytest.mark.slow
def test_pages_are_accessible_and_fit_in_light_dark_narrow_and_print(usual: list[Path]) -> None:
    _sound(browse(usual))


@pytest.mark.browser
@pytest.mark.slow
def test_long_lists_and_long_hostile_words_break_nothing(odd: list[Path]) -> None:
    _sound(browse(odd, ("light", "narrow")))


@pytest.mark.browser
def test_the_browser_tells_a_bad_page_from_a_good_one(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!DOCTYPE html><html><head><title>x</title></head><body style='margin:0'>"
        "<img src='http://192.0.2.1/x.png'><p style='color:#ccc;width:2000px'>pale</p>"
        "<table class='stack'><tr><td style='display:block;width:15px'>x</td></tr></table>"
    )
    (found,) = browse([bad], ("narrow",))
    broken = {violation["id"] for violation in found["violations"]}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= broken
    assert found["wide"] > 1000
    assert found["slim"] < 20
    assert found["console"]


@pytest.mark.validators
@pytest.mark.slow
def test_the_nu_validator_finds_no_error(
    usual: list[Path], odd: list[Path], tmp_path: Path
) -> None:
    need("java", VNU)
    command = ["java", "-jar", str(VNU), "--stdout", "--format", "gnu", "--errors-only"]
    _judge(command, [*usual, *odd], tmp_path, ("<main", "<main><li><p></div"))


@pytest.mark.validators
def test_html_validate_finds_nothing(usual: list[Path], odd: list[Path], tmp_path: Path) -> None:
    need("node", MODULES / "html-validate")
    command = ["node", str(Path(__file__).with_name("validate.mjs"))]
    _judge(command, [*usual, *odd], tmp_path, ('id="main"', 'id="main" id="main"'))


def _judge(command: list[str], pages: list[Path], folder: Path, spoil: tuple[str, str]) -> None:
    """Hold that a validator passes the pages, and does not pass a spoilt one."""
    done = subprocess.run(
        [*command, *map(str, pages)], capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
    bad = folder / "bad.html"
    bad.write_text(pages[0].read_text().replace(*spoil, 1))
    spoilt = subprocess.run([*command, str(bad)], capture_output=True, check=False, timeout=600)
    assert spoilt.returncode == 1
    assert spoilt.stdout
