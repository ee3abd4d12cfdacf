"""Folders that appear whole or not at all, and are never somebody else's (CONTRACT section 7)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from attestgraph.diagnostics import Diagnostic, InputError

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
MARKER: Final = ".attestgraph"
_MARKER_TEXT: Final = b'{"format": "attestgraph/folder/1"}\n'
_MANIFESTS: Final = ("snapshot.json", "run.json", "report.json", MARKER)
_BLOCK: Final = 1 << 20


@contextlib.contextmanager
def atomic_folder(out: Path) -> Iterator[Path]:
    """Give a fresh folder beside `out`, and rename it to `out` when the block ends well.

    If the block raises, the fresh folder is removed and `out` stays as it was. An existing `out`
    is replaced only if it is empty or was written by attestgraph. Folders get mode 0700, files
    0600.

    Raises:
        InputError: `out` is a file, a link, or a folder that is not ours.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow links
    _refuse_foreign(out)
    with _fresh(out, mask=0o077) as folder:
        yield folder
        if not any((folder / name).is_file() for name in _MANIFESTS):
            (folder / MARKER).write_bytes(_MARKER_TEXT)
        _close(folder)
        _swap(folder, out)


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """As `atomic_folder`, for a folder of the user's own: it must not exist, or be empty.

    Raises:
        InputError: There is something at `out` already.
    """
    if out.is_symlink() or out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise InputError(
            Diagnostic(
                slug="folder-exists",
                message="there is something here already, and nothing is overwritten",
                path=str(out),
                help="name a folder that does not exist",
            )
        )
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow links
    with _fresh(out, mask=None) as folder:
        yield folder
        _swap(folder, out)


@contextlib.contextmanager
def _fresh(out: Path, *, mask: int | None) -> Iterator[Path]:
    made = _make_parents(out.parent)
    before = os.umask(0o077)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    try:
        if mask is None:
            # a workspace is the user's own: as readable as whatever else they make
            os.umask(before)
            folder.chmod(0o777 & ~before)
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        for parent in made:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise
    finally:
        os.umask(before)


def _make_parents(folder: Path) -> list[Path]:
    """Make what is missing above a folder; return it, innermost first."""
    missing = []
    at = folder
    while not at.exists():
        missing.append(at)
        at = at.parent
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _refuse_foreign(out: Path) -> None:
    if out.is_symlink():
        why = "the output folder is a link, and links are not followed"
    elif not out.exists() or (out.is_dir() and _is_ours(out)):
        return
    elif out.is_dir():
        why = "the folder holds files that attestgraph did not write"
    else:
        why = "there is a file where the output folder should be"
    raise InputError(
        Diagnostic(
            slug="not-ours", message=why, path=str(out), help="name a folder that does not exist"
        )
    )


def _is_ours(folder: Path) -> bool:
    if not any(folder.iterdir()):
        return True
    for name in _MANIFESTS:
        path = folder / name
        if not path.is_file() or path.is_symlink():
            continue
        with contextlib.suppress(orjson.JSONDecodeError, OSError):
            document = orjson.loads(path.read_bytes())
            if isinstance(document, dict):
                return str(document.get("format", "")).startswith("attestgraph/")
    return False


def _close(folder: Path) -> None:
    """Give every file and folder its mode, and refuse links."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise InputError(
                Diagnostic(slug="not-ours", message="a link in an output folder", path=str(path))
            )
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
    folder.chmod(FOLDER_MODE)


def _swap(folder: Path, out: Path) -> None:
    if not out.exists():
        folder.rename(out)
        return
    if not any(out.iterdir()):
        # the folder stays the same one: a shell may stand in it
        for child in sorted(folder.iterdir()):
            child.rename(out / child.name)
        out.chmod(folder.stat().st_mode & 0o777)
        folder.rmdir()
        return
    # two renames, so that a failure between them can be undone
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=out.parent))
    out.rename(aside / "old")
    try:
        folder.rename(out)
    except BaseException:
        (aside / "old").rename(out)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file as lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def json_bytes(value: Any) -> bytes:
    """Return a JSON document as it is written: UTF-8, LF, indent 2, keys as given."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
