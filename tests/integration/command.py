"""Runs the command line: in this process for speed, or in a fresh one."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Said:
    """Run one command in this process."""
    from attestgraph.cli.main import main

    capsys.readouterr()
    code = main([str(a) for a in arguments])
    said = capsys.readouterr()
    return Said(code, said.out, said.err)


def run_fresh(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Said:
    """Run one command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "attestgraph.cli.main", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
