"""What a reader does with a report: filters, searches, follows links, prints, turns script off."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.tools import CHROMIUM, MODULES, need
from tests.render.pages import save
from tests.render.pieces import finding, vault
from tests.render.runs import contoso, one_control

NIST = "ehr-prod-nist-800-53-r5-moderate.html"
CONTROLS = "ehr-prod-controls.html"
RESOURCES = "ehr-prod-resources.html"
MORE = "c-kv-purge-protection-more"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual report."""
    made = tmp_path_factory.mktemp("use")
    save(made, contoso())
    return made


def use(page: Path | str, *steps: list[str], script: bool = True) -> dict[str, Any]:
    """Open a page and take the steps; return what was seen after each, and the console."""
    need("node", CHROMIUM, MODULES / "playwright-core")
    asked = Path(str(page).split("#")[0]).parent / "steps.json"
    asked.write_text(json.dumps([{"page": str(page), "script": script, "steps": steps}]))
    done = subprocess.run(
        ["node", str(Path(__file__).with_name("use.mjs")), str(asked)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CHROMIUM": str(shutil.which(CHROMIUM))},
        timeout=120,
    )
    asked.unlink()
    assert done.returncode == 0, done.stderr
    (seen,) = json.loads(done.stdout)
    found: dict[str, Any] = seen
    return found


def kinds(state: dict[str, Any]) -> set[tuple[str, str]]:
    return {(thing["i"], thing["tag"]) for thing in state["shown"]}


def test_the_filter_narrows_rows_and_sections_and_all_come_back(folder: Path) -> None:
    seen = use(folder / NIST, ["choose", "s", "nev"], ["choose", "f", "ia"], ["press", "Show all"])
    before, waiting, one, after = seen["states"]
    assert seen["console"] == []
    assert before["hidden"] == 0
    assert before["said"] == ["38 of 38 requirements"]
    both = {(name, tag) for name in ("r-au-6", "r-ia-5") for tag in ("TR", "ARTICLE")}
    assert kinds(waiting) == both
    assert waiting["said"] == ["2 of 38 requirements"]
    assert waiting["groups"] < before["groups"]
    assert kinds(one) == {("r-ia-5", "TR"), ("r-ia-5", "ARTICLE")}
    assert kinds(after) == kinds(before)


def test_controls_are_filtered_by_severity_result_and_domain(folder: Path) -> None:
    seen = use(folder / CONTROLS, ["choose", "d", "storage"], ["choose", "s", "not"])
    assert kinds(seen["states"][1]) == {("c-storage-https", "TR"), ("c-storage-https", "ARTICLE")}
    assert kinds(seen["states"][2]) == set()
    assert seen["states"][2]["said"] == ["0 of 5 controls"]


def test_controls_of_all_systems_are_filtered_by_system(tmp_path: Path) -> None:
    run = contoso()
    hub = next(c for c in run.controls if c["system"] == "claims-hub")
    hub["status"] = "not-satisfied"
    save(tmp_path, run)
    seen = use(tmp_path / "index.html", ["choose", "y", "claims-hub"])
    assert {thing["y"] for thing in seen["states"][0]["shown"]} == {"ehr-prod", "claims-hub"}
    assert [thing["y"] for thing in seen["states"][1]["shown"]] == ["claims-hub"]


def test_the_search_finds_a_resource_by_its_id(folder: Path) -> None:
    seen = use(folder / RESOURCES, ["find", vault("kv-ehr-07").upper()])
    before, after = seen["states"]
    assert len(before["shown"]) == 13
    assert [thing["i"] for thing in after["shown"]] == ["r-vaults-kv-ehr-07"]
    assert after["said"] == ["1 of 13 resources"]


def test_the_search_opens_the_fold_that_holds_what_it_found(folder: Path) -> None:
    seen = use(folder / CONTROLS, ["find", "kv-ehr-07"], ["find", ""])
    assert [state["open"] for state in seen["states"]] == [[], [MORE], []]
    assert {name for name, _ in kinds(seen["states"][1])} == {"c-kv-purge-protection"}


def test_without_script_everything_is_on_the_page_and_no_filter(folder: Path) -> None:
    for name in (NIST, CONTROLS, RESOURCES, "index.html"):
        (with_script,) = use(folder / name)["states"]
        (without,) = use(folder / name, script=False)["states"]
        assert (with_script["filters"], without["filters"]) == (1, 0)
        assert without["hidden"] == 0
        assert kinds(without) == kinds(with_script)


def test_a_link_into_a_fold_opens_it(folder: Path) -> None:
    seen = use(folder / NIST, ["follow", f"{CONTROLS}#{MORE}"])
    after = seen["states"][1]
    assert "controls and findings" in after["title"]
    assert after["open"] == [MORE]
    assert abs(after["top"]) < 900
    assert use(folder / CONTROLS)["states"][0]["open"] == []


def test_a_link_to_what_the_filter_hides_shows_it(folder: Path) -> None:
    seen = use(folder / NIST, ["choose", "s", "nev"], ["follow", "#r-cp-9"])
    assert ("r-cp-9", "ARTICLE") not in kinds(seen["states"][1])
    assert ("r-cp-9", "ARTICLE") in kinds(seen["states"][2])


def test_a_printed_page_is_whole_whatever_the_filter_says(folder: Path) -> None:
    seen = use(folder / NIST, ["choose", "s", "nev"], ["print"])
    before, filtered, printed = seen["states"]
    assert filtered["hidden"] > 0
    assert kinds(printed) == kinds(before)
    assert printed["filters"] == 0


def test_no_script_but_ours_runs(folder: Path, tmp_path: Path) -> None:
    seen = use(folder / NIST, ["add", "window.ran = true"])
    assert not seen["states"][1]["ran"]
    assert any("Content Security Policy" in line for line in seen["console"])
    # one character more, and not even ours
    spoilt = tmp_path / NIST
    spoilt.write_text((folder / NIST).read_text().replace("<script>", "<script>/**/"))
    broken = use(spoilt)
    assert broken["states"][0]["filters"] == 0
    assert broken["console"]


def test_a_long_list_folds_and_names_the_file_of_the_rest(tmp_path: Path) -> None:
    rows = [finding("kv-x", "c", vault(f"kv-{n:03d}"), "fail") for n in range(250)]
    save(tmp_path, one_control("kv-x", rows, fail=250))
    seen = use(tmp_path / f"{CONTROLS}#c-kv-x-more")
    assert seen["states"][0]["open"] == ["c-kv-x-more"]
    assert "50 more of 250 are in" in (tmp_path / CONTROLS).read_text()
