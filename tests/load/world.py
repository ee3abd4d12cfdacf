"""A small library, and workspaces made of text."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.load import Loaded, load_folders

LIBRARY = Path(__file__).parent / "data" / "library"
WORKSPACE = "organisation: Contoso\n"
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"

Files = Mapping[str, str | bytes | None]


def write(root: Path, files: Files) -> Path:
    """Write files below a folder; None removes one."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def library(root: Path, files: Files) -> Path:
    """Return a copy of the small library with some files changed."""
    shutil.copytree(LIBRARY, root, dirs_exist_ok=True)
    return write(root, files)


def load(tmp: Path, own: Files | None = None, shelf: Files | None = None) -> Loaded:
    """Load the small library, changed or not, with a workspace or alone."""
    base = library(tmp / "library", shelf) if shelf else LIBRARY
    if own is None:
        return load_folders(base, None)
    return load_folders(base, write(tmp / "ws", {"attestgraph.yaml": WORKSPACE, **own}))


def faults(tmp: Path, own: Files | None = None, shelf: Files | None = None) -> list[Diagnostic]:
    """Return all that is wrong, also where loading ends at once."""
    try:
        return list(load(tmp, own, shelf).diagnostics)
    except InputError as error:
        return list(error.diagnostics)
