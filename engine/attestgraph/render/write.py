"""Writes a report folder: pages, two CSV files and one JSON file, all from one model.

One folder holds one report. `index.html` is its front page; each system has a page, one for each
of its frameworks, one of its controls and one of its resources, so that no page is too large to
open. The CSV and JSON files hold every system of the report, so that scripts find them under the
same names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from attestgraph.content import library_folder
from attestgraph.formats import words
from attestgraph.render.attention import open_controls
from attestgraph.render.model import FrameworkReport, ReportModel, SystemReport
from attestgraph.render.report import FRONT_PAGE
from attestgraph.render.tables import findings_csv, report_json, requirements_csv
from attestgraph.render.templates import Templates
from attestgraph.render.timeline import timeline

REQUIREMENTS_FILE: Final = "requirements.csv"
FINDINGS_FILE: Final = "findings.csv"
JSON_FILE: Final = "report.json"


def write(model: ReportModel, out: Path) -> tuple[Path, ...]:
    """Write the report into the folder `out`, all or nothing; the first path is the front page.

    Raises:
        InputError: `out` holds something that is not ours, or a page would be too large.
    """
    from attestgraph.evidence import atomic_folder

    names: list[str] = []
    with atomic_folder(out) as folder:
        for name, parts in files(model):
            with (folder / name).open("wb") as file:
                for part in parts:
                    file.write(part)
            names.append(name)
    names.sort(key=lambda name: name != FRONT_PAGE)
    return tuple(out / name for name in names)


def files(
    model: ReportModel, templates: Templates | None = None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Return each file of the report: its name and its bytes in parts, to be taken in this order.

    Args:
        model: The report.
        templates: Those of the library, where not given.
    """
    yield REQUIREMENTS_FILE, (line.encode() for line in requirements_csv(model))
    digest = hashlib.sha256()
    # pages name the digest of this file: its parts have to be taken before the next file
    yield FINDINGS_FILE, _digested((line.encode() for line in findings_csv(model.findings)), digest)
    used = templates or Templates(library_folder() / "reports")
    for name, text in _pages(model, used, digest.hexdigest()):
        yield name, (text.encode(),)
    document = orjson.dumps(
        report_json(model), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    yield JSON_FILE, (document,)


def _digested(parts: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for part in parts:
        digest.update(part)
        yield part


def _pages(
    model: ReportModel, templates: Templates, findings_sha256: str
) -> Iterator[tuple[str, str]]:
    page = _Page(model=model, templates=templates, findings_sha256=findings_sha256)
    yield FRONT_PAGE, page.filled("front.html.j2", FRONT_PAGE, None)
    for system in model.systems:
        yield system.page, page.filled("system.html.j2", system.page, system)
        for framework in system.frameworks:
            yield (
                framework.page,
                page.filled("framework.html.j2", framework.page, system, framework),
            )
        yield (
            system.controls_page,
            page.filled("controls.html.j2", system.controls_page, system),
        )
        yield (
            system.resources_page,
            page.filled("resources.html.j2", system.resources_page, system),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Fills the template of one page after the other."""

    model: ReportModel
    templates: Templates
    findings_sha256: str

    def filled(
        self,
        template: str,
        here: str,
        system: SystemReport | None,
        framework: FrameworkReport | None = None,
    ) -> str:
        model = self.model
        title = system.title if system is not None else model.organisation
        head = (title, framework.name if framework else None, model.evaluated_at[:10])
        css, style_source = self.templates.style(
            corner=" \u00b7 ".join(p for p in (model.organisation, model.classification) if p),
            head=" \u00b7 ".join(part for part in head if part),
            foot=f"attestgraph \u00b7 {words.NOT_INDEPENDENT}",
        )
        script, script_source = self.templates.script()
        values = {
            "model": model,
            "system": system,
            "framework": framework,
            "here": here,
            "timeline": timeline(system.exceptions, model.evaluated_at) if system else None,
            "open_of": {s.system: open_controls(s.controls) for s in model.systems},
            **_looked_up(system),
            "css": css,
            "style_source": style_source,
            "script": script,
            "script_source": script_source,
            "front_page": FRONT_PAGE,
            "requirements_file": REQUIREMENTS_FILE,
            "findings_file": FINDINGS_FILE,
            "findings_sha256": self.findings_sha256,
            "json_file": JSON_FILE,
        }
        return self.templates.fill(template, values)


def _looked_up(system: SystemReport | None) -> dict[str, Mapping[str, object]]:
    """Return what templates look up: controls and records of a system by what names them."""
    controls = system.controls if system is not None else ()
    exceptions = system.exceptions if system is not None else ()
    return {
        "controls_at": {c.anchor: c for c in controls},
        "anchor_of": {f"{c.control} {c.digest}": c.anchor for c in controls},
        "severity_of": {f"{c.control} {c.digest}": c.severity for c in controls},
        "places": {e.id: e.anchor for e in exceptions},
    }
