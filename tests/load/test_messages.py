"""Every message a user can see, byte for byte: `UPDATE_GOLDEN=1` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from attestgraph.diagnostics import Diagnostic, Severity, as_text
from tests.load.slugs import slugs_in_code
from tests.load.world import faults, load
from tests.load.wrong import LIBRARIES, TEN, WORKSPACES

GOLDEN = Path(__file__).parent / "golden"
PAGES = Path(__file__).resolve().parents[2] / "docs" / "errors"


def _found(name: str, tmp: Path) -> list[Diagnostic]:
    if name in WORKSPACES:
        return faults(tmp, own=WORKSPACES[name])
    return faults(tmp, shelf=LIBRARIES[name])


@pytest.mark.parametrize("name", sorted({*WORKSPACES, *LIBRARIES}))
def test_a_wrong_input_is_told_where_and_how_it_is_mended(name: str, tmp_path: Path) -> None:
    text = as_text(_found(name, tmp_path)) + "\n"
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    assert "[" in text, "nothing was found wrong"
    assert str(tmp_path) not in text


def test_no_golden_file_is_left_over() -> None:
    assert {p.stem for p in GOLDEN.glob("*.txt")} == {*WORKSPACES, *LIBRARIES}


def test_every_slug_of_the_load_room_is_shown_and_has_a_page() -> None:
    slugs = slugs_in_code()
    shown = "".join(p.read_text(encoding="utf-8") for p in GOLDEN.glob("*.txt"))
    # these need links, a file that cannot be opened, ten thousand folders: tested apart
    apart = {"linked-folder", "unreadable-file", "too-many-folders"}
    assert {s for s in slugs if f"[{s}]" not in shown} == apart
    assert {s for s in slugs if not (PAGES / f"{s}.md").is_file()} == set()


def test_ten_faults_of_one_file_come_at_once_in_order_of_place(tmp_path: Path) -> None:
    found = faults(tmp_path, own={"controls/keys/own.yaml": TEN})
    places = [(d.span.line, d.span.column) for d in found if d.span]
    assert len(found) >= 10
    assert len(places) == len(found)
    assert places == sorted(places)
    assert len({d.slug for d in found}) >= 8


def test_a_control_with_a_fault_is_not_in_the_library(tmp_path: Path) -> None:
    loaded = load(tmp_path, own={"controls/keys/own.yaml": TEN})
    assert "own" not in loaded.library.controls
    assert all(d.severity is Severity.ERROR for d in loaded.diagnostics)
