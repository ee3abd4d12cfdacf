"""What the README shows is what comes out."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.integration.command import ROOT, run, run_fresh

README = ROOT / "README.md"


def block_after(command: str) -> str:
    """Return what the README prints below a command, up to the next one."""
    text = README.read_text(encoding="utf-8")
    pattern = rf"^\$ {re.escape(command)}.*?\n(.*?)(?=^\$ |^```)"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    assert found, f"the README does not show `{command}`"
    return found.group(1)


def shown(path: str, text: str) -> None:
    """Compare, or write the README anew where UPDATE_GOLDEN is set."""
    old = block_after(path)
    if os.environ.get("UPDATE_GOLDEN"):
        README.write_text(
            README.read_text(encoding="utf-8").replace(old, text), encoding="utf-8", newline="\n"
        )
        return
    assert old == text


def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    said = run_fresh("demo", "--out", "build/contoso", cwd=tmp_path)
    assert said.code == 0
    shown("make demo", said.out)


def test_the_cases_print_what_the_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown("attestgraph test kv-rbac", run(capsys, "test", "kv-rbac").out)


def test_the_control_in_the_readme_is_the_one_in_the_library() -> None:
    text = README.read_text(encoding="utf-8")
    shown_control = re.search(r"```yaml\n(control: .*?)```", text, re.DOTALL)
    assert shown_control
    control = ROOT / "controls" / "vaults" / "kv-rbac.yaml"
    assert shown_control.group(1) == control.read_text(encoding="utf-8")
