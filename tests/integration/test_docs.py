"""Every command and every error slug is documented, and every documented slug exists."""

from __future__ import annotations

import re

import pytest

from tests.integration.command import ROOT, run

ENGINE = ROOT / "engine" / "attestgraph"
SLUG = re.compile(r'slug="([a-z0-9-]+)"|\.of\(\s*"([a-z0-9-]+)"|faults\.add\(\s*"([a-z0-9-]+)"')


def slugs_in_code() -> set[str]:
    found: set[str] = set()
    for module in ENGINE.rglob("*.py"):
        for groups in SLUG.findall(module.read_text(encoding="utf-8")):
            found |= {slug for slug in groups if slug}
    return found


def test_every_slug_has_a_page() -> None:
    pages = {p.stem for p in (ROOT / "docs" / "errors").glob("*.md")} - {"README"}
    assert not slugs_in_code() - pages


def test_every_command_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    listed = run(capsys, "--help").out
    commands = re.findall(r"^\W*([a-z][a-z-]+)  ", listed.split("ommands", 1)[1], re.MULTILINE)
    assert {"demo", "evaluate", "report"} <= set(commands)
    for command in commands:
        assert f"attestgraph {command}" in page


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
