"""Slow tests run where everything must hold; `make test` stays short."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SLOW = (
    "browser",
    "checks/test_kql.py",
    "checks/test_kql_laws.py",
    "checks/test_kql_library.py",
    "checks/test_kql_syntax.py",
    "collect",
    "evidence/test_contract.py",
    "explain",
    "fake_azure",
    "integration/test_determinism.py",
    "integration/test_first_look.py",
    "integration/test_initiative.py",
    "integration/test_rules_agree.py",
    "laws/test_left_out_laws.py",
    "render/test_numbers.py",
    "render/test_schema.py",
    "render/test_size.py",
)
"""Folders and files whose tests take minutes together, beside those that are marked one by one."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out, unless they are asked for, named, or this is CI."""
    if config.getoption("--slow") or os.environ.get("ATTESTGRAPH_CI"):
        return
    named = [Path(arg.split("::")[0]).resolve() for arg in config.args]
    slow = [item for item in items if _slow(item) and not _named(item.path, named)]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]


def _slow(item: pytest.Item) -> bool:
    if item.get_closest_marker("slow"):
        return True
    path = item.path
    return any(path == HERE / s or path.is_relative_to(HERE / s) for s in SLOW)


def _named(path: Path, named: list[Path]) -> bool:
    """Tell whether a test's own file or folder was asked for, not only `tests`."""
    return any(path.is_relative_to(n) for n in named if n not in (HERE, HERE.parent))
