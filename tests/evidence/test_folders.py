"""Folders appear whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from attestgraph.diagnostics import InputError
from attestgraph.evidence import atomic_folder, new_folder
from tests.evidence.given import slugs


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(p.stat().st_mode) for p in [folder, *folder.rglob("*")] if p.is_dir()}


def write_and_stop(out: Path, error: type[BaseException] | BaseException) -> None:
    with atomic_folder(out) as folder:
        (folder / "half").write_text("x")
        raise error


def test_a_folder_appears_when_the_block_ends_well(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as folder:
        (folder / "a").write_text("x")
        assert folder.parent == tmp_path
        assert not out.exists()
    assert (out / "a").read_text() == "x"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_when_the_block_raises(tmp_path: Path, error: type[BaseException]) -> None:
    out = tmp_path / "above" / "out"
    with pytest.raises(error):
        write_and_stop(out, error)
    assert list(tmp_path.iterdir()) == []


def test_an_older_folder_of_ours_stays_as_it_was_when_the_block_raises(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as folder:
        (folder / "old").write_text("x")
    with pytest.raises(ValueError, match="stop"):
        write_and_stop(out, ValueError("stop"))
    assert sorted(p.name for p in out.iterdir()) == [".attestgraph", "old"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_older_folder_of_ours_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("old", "new"):
        with atomic_folder(out) as folder:
            (folder / name).write_text("x")
    assert sorted(p.name for p in out.iterdir()) == [".attestgraph", "new"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "mine"),
        ("run.json", "not json"),
        ("run.json", '{"format": "other/1"}'),
        ("snapshot.json", "[]"),
    ],
)
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text(text)
    with pytest.raises(InputError) as caught, atomic_folder(out):
        pytest.fail("the folder was given")
    assert slugs(caught.value) == ["not-ours"]
    assert (out / name).read_text() == text


def test_a_file_or_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for name in ("file", "link"):
        with pytest.raises(InputError) as caught, atomic_folder(tmp_path / name):
            pytest.fail("the folder was given")
        assert slugs(caught.value) == ["not-ours"]
    assert list((tmp_path / "target").iterdir()) == []


def test_a_link_made_inside_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(InputError), atomic_folder(tmp_path / "out") as folder:
        (folder / "link").symlink_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_can_read_what_was_written(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        out = tmp_path / "out"
        with atomic_folder(out) as folder:
            (folder / "sub").mkdir(mode=0o755)
            (folder / "sub" / "a").write_text("x")
            (folder / "sub" / "a").chmod(0o644)
            assert modes(folder) <= {0o700, 0o755}
        assert modes(out) == {0o700}
        files = [p for p in out.rglob("*") if p.is_file()]
        assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    inode = out.stat().st_ino
    with atomic_folder(out) as folder:
        (folder / "a").write_text("x")
    assert out.stat().st_ino == inode
    assert (out / "a").read_text() == "x"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_working_folder_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with new_folder(Path()) as folder:
        (folder / "a").write_text("x")
    assert Path("a").read_text() == "x"
    assert [p.name for p in tmp_path.iterdir()] == ["here"]


def test_a_new_folder_is_never_made_over_something(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with new_folder(out) as folder:
        (folder / "a").write_text("x")
    assert [p.name for p in out.iterdir()] == ["a"]
    with pytest.raises(InputError) as caught, new_folder(out):
        pytest.fail("the folder was given")
    assert slugs(caught.value) == ["folder-exists"]


def test_a_new_folder_is_as_readable_as_what_the_user_makes(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with new_folder(tmp_path / "out") as folder:
            (folder / "a").write_text("x")
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755
        assert stat.S_IMODE((tmp_path / "out" / "a").stat().st_mode) == 0o644
    finally:
        os.umask(before)
