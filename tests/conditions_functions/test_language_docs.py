"""The page of the language says what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from attestgraph.conditions.functions import functions, refused
from attestgraph.conditions.operators import Operator

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_the_tool_writes() -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_language_docs.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run tools/make_language_docs.py"


def test_the_page_names_every_operator_and_function() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    for operator in Operator:
        assert f"| `{operator}` |" in page
    lowered = page.lower()
    for name in (*functions(), *refused()):
        assert f"| `{name}` |" in lowered
