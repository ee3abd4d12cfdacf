"""From every practice to a control, and from every control to a practice: no end is loose."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from attestgraph.load import load_library
from attestgraph.model.records import Library
from tools.make_practices import (
    AREAS,
    Practice,
    made_files,
    practice_faults,
    practices_page,
    read_practices,
)
from tools.practices_cells import INFORMATIONAL, row

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FEWEST_CONTROLS = 250
CELL = re.compile(r"(?<!\\)\|")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(None).library


@pytest.fixture(scope="module")
def practices() -> tuple[Practice, ...]:
    return read_practices(DOCS / "practices")


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return made_files(DOCS)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in CELL.split(line)[1:-1]]


def test_the_pages_are_up_to_date(made: dict[str, str]) -> None:
    stale = [
        name
        for name, text in made.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_bytes() != text.encode()
    ]
    assert not stale, "run `python -m tools.make_practices`"
    assert {path.name for path in (DOCS / "controls").glob("*.md")} == {
        name.partition("/")[2] for name in made if name.startswith("controls/")
    }


def test_the_same_content_gives_the_same_pages(made: dict[str, str]) -> None:
    assert made_files(DOCS) == made
    assert not any("\r" in text for text in made.values())


def test_the_library_has_a_control_for_every_practice(
    practices: tuple[Practice, ...], library: Library
) -> None:
    assert practice_faults(practices, library.controls) == []
    assert len(library.controls) >= FEWEST_CONTROLS


def test_every_area_has_practices_and_none_stands_twice(practices: tuple[Practice, ...]) -> None:
    assert {practice.area for practice in practices} == set(AREAS)
    twice = Counter((practice.area, practice.practice.lower()) for practice in practices)
    assert not [name for name, count in twice.items() if count > 1]
    for practice in practices:
        assert len(practice.controls) == len(set(practice.controls)), practice.practice


def test_practices_of_an_area_stand_in_its_file() -> None:
    for path in sorted((DOCS / "practices").glob("*.yaml")):
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))["practices"]
        assert {entry["area"] for entry in entries} == {path.stem}


def test_no_cell_is_empty(made: dict[str, str]) -> None:
    for name, text in made.items():
        widths: set[int] = set()
        for line in text.splitlines():
            if not line.startswith("| "):
                widths = set()
                continue
            widths.add(len(cells(line)))
            assert all(cells(line)), f"{name}: {line}"


def test_every_check_of_every_control_is_in_the_table(
    made: dict[str, str], library: Library
) -> None:
    lines = made["practices.md"].splitlines()
    for control in library.controls.values():
        mine = [cells(line) for line in lines if f"[{control.id}](" in line]
        shown = {cell[2].partition(" (")[0] for cell in mine}
        assert shown == {check.id for check in control.checks}, control.id
        for cell in mine:
            assert (cell[4] == INFORMATIONAL) == (not control.supports)


def test_every_control_has_its_place_on_a_page(made: dict[str, str], library: Library) -> None:
    for control in library.controls.values():
        page = made[f"controls/{control.domain}.md"]
        assert f"\n## {control.id}\n\n{control.says}\n" in page
        assert (control.remediation or "").strip() in page
        for link in control.supports:
            assert link.because in page


def test_loose_ends_are_found() -> None:
    known = {"a": 1, "b": 2}
    some = (
        Practice(area="keys", practice="nobody answers", controls=()),
        Practice(area="keys", practice="somebody answers", controls=("a", "c")),  # type: ignore[arg-type]
    )
    assert practice_faults(some, known) == [  # type: ignore[arg-type]
        "practice without a control: nobody answers",
        "unknown control c: somebody answers",
        "no practice names b",
    ]


def test_a_control_that_supports_nothing_says_so(library: Library) -> None:
    control = next(iter(library.controls.values()))
    bare = replace(library, controls={control.id: replace(control, supports=())})
    page = practices_page((Practice(area="keys", practice="p", controls=(control.id,)),), bare)
    assert INFORMATIONAL in page


def test_an_empty_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="empty cell"):
        row("a", " ")
    assert row("a|b", "c\nd") == "| a\\|b | c d |\n"
