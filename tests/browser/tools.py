"""Third-party tools: where they are, and whether a test may be skipped without them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
MODULES: Final = ROOT / "tests" / "formats" / "node_modules"
VNU: Final = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
CHROMIUM: Final = "chromium"


def need(*tools: str | Path) -> None:
    """Skip the test where a tool is absent; in CI (ATTESTGRAPH_CI) fail instead."""
    absent = [
        str(tool)
        for tool in tools
        if not (tool.exists() if isinstance(tool, Path) else shutil.which(tool))
    ]
    if not absent:
        return
    message = f"absent: {', '.join(absent)}"
    if os.environ.get("ATTESTGRAPH_CI"):
        pytest.fail(message)
    pytest.skip(message)
