"""What a command may import: start-up is felt in every pipeline step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.command import run_fresh

HEAVY = ("duckdb", "networkx", "jsonschema", "jinja2", "yaml", "azure", "pyspark")


def imported_by(*arguments: str) -> set[str]:
    script = (
        "import sys\n"
        "from attestgraph.cli.main import main\n"
        f"code = main({list(arguments)!r})\n"
        "sys.stderr.write('\\n'.join(['MODULES', *sys.modules]))\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split("MODULES\n", 1)[1].splitlines())


def test_the_version_needs_nothing_heavy() -> None:
    modules = imported_by("--version")
    assert not modules & {*HEAVY, "typer", "rich", "orjson"}


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "contoso"
    assert run_fresh("demo", "--out", out).code == 0
    return out / "run"


def test_status_needs_no_graph_schema_yaml_or_template(run_folder: Path) -> None:
    modules = imported_by("status", str(run_folder), "--format", "json")
    assert not modules & set(HEAVY)
