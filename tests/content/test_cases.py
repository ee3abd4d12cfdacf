"""The engine's own word on the content: it loads without a fault, and every case passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from attestgraph.checks import lint, parameter_faults, run_cases
from attestgraph.load import Loaded, load_library, new_workspace_files

ROOT = Path(__file__).resolve().parents[2]
CONTOSO = ROOT / "examples" / "contoso"
DOCS = ROOT / "docs"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def contoso() -> Loaded:
    return load_library(CONTOSO)


def faults(loaded: Loaded) -> list[str]:
    library = loaded.library
    found = [*loaded.diagnostics, *parameter_faults(library), *lint(library)]
    return [diagnostic.text() for diagnostic in found]


def failures(loaded: Loaded) -> list[str]:
    results = run_cases(loaded.library, loaded.aliases, loaded.cases)
    return [f"{r.control}: {r.case}: {r.message}" for r in results if not r.passed]


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def blocks(page: str) -> list[str]:
    return BLOCK.findall((DOCS / page).read_text("utf-8"))


def test_the_library_loads_without_a_fault_or_a_warning() -> None:
    assert faults(load_library(None)) == []


def test_contoso_warns_of_the_records_that_are_planted_to_count_for_nothing(
    contoso: Loaded,
) -> None:
    found = [d for d in contoso.diagnostics if d.slug in ("record-invalid", "evidence-invalid")]
    assert len(faults(contoso)) == len(found) == 3
    library = contoso.library
    assert len(library.attestations) == 25
    assert len(library.exceptions) == 14
    invalid = [r.id for r in (*library.attestations, *library.exceptions) if r.faults]
    # the third names evidence that has changed since it was signed
    assert sorted(invalid) == ["duties-2026", "imaging-cluster-accounts"]


def test_every_case_passes(contoso: Loaded) -> None:
    assert len(contoso.cases) > 100
    assert failures(contoso) == []


def test_the_tutorial_leads_to_a_control_whose_cases_pass(tmp_path: Path) -> None:
    control, cases = blocks("tutorial-first-control.md")
    files = {
        **new_workspace_files("Mine"),
        "controls/storage/st-https.yaml": control,
        "controls/storage/st-https.cases.yaml": cases,
    }
    loaded = load_library(written(tmp_path, files))
    assert faults(loaded) == []
    assert failures(loaded) == []
    assert [case.case for case in loaded.cases if case.control == "st-https"] == [
        "HTTPS only",
        "HTTP as well",
        "never set",
    ]


def test_the_example_of_the_page_on_controls_is_a_control(tmp_path: Path) -> None:
    control, cases = (b for b in blocks("controls.md") if b.startswith("control: kv-purge"))
    renamed = [text.replace("kv-purge-protection", "kv-example") for text in (control, cases)]
    files = {
        "attestgraph.yaml": "organisation: Mine\n",
        "controls/keys/kv-example.yaml": renamed[0],
        "controls/keys/kv-example.cases.yaml": renamed[1],
    }
    loaded = load_library(written(tmp_path, files))
    assert faults(loaded) == []
    assert failures(loaded) == []
    assert "kv-example" in loaded.library.controls
