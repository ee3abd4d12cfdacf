"""Writes a report folder: pages, two CSV files and one JSON file, all from one model.

One folder holds one report. `index.html` is the report of the system where there is one; where
there are several it is a front page, and each system has a page beside it. The CSV and JSON files
hold every system of the report, so that scripts find them under the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import orjson

from attestgraph.content import library_folder
from attestgraph.formats import words
from attestgraph.render.model import ReportModel, SystemReport
from attestgraph.render.report import FRONT_PAGE
from attestgraph.render.tables import findings_csv, report_json, requirements_csv
from attestgraph.render.templates import Templates

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
    return tuple(out / name for name in names)


def files(
    model: ReportModel, templates: Templates | None = None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Return each file of the report: its name and its bytes in parts.

    Args:
        model: The report.
        templates: Those of the library, where not given.
    """
    for name, text in _pages(model, templates or Templates(library_folder() / "reports")):
        yield name, (text.encode(),)
    yield REQUIREMENTS_FILE, (line.encode() for line in requirements_csv(model))
    yield FINDINGS_FILE, (line.encode() for line in findings_csv(model.findings))
    document = orjson.dumps(
        report_json(model), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    yield JSON_FILE, (document,)


def _pages(model: ReportModel, templates: Templates) -> Iterator[tuple[str, str]]:
    if len(model.systems) != 1:
        yield FRONT_PAGE, _filled(model, templates, None)
    for system in model.systems:
        yield system.page, _filled(model, templates, system)


def _filled(model: ReportModel, templates: Templates, system: SystemReport | None) -> str:
    title = system.title if system is not None else model.organisation
    parts = (model.classification, title, model.evaluated_at[:10])
    css, allowed = templates.style(
        head=" · ".join(part for part in parts if part),
        foot=f"attestgraph · {words.NOT_INDEPENDENT}",
    )
    values = {
        "model": model,
        "system": system,
        "css": css,
        "style_source": allowed,
        "front_page": FRONT_PAGE if len(model.systems) != 1 else None,
        "requirements_file": REQUIREMENTS_FILE,
        "findings_file": FINDINGS_FILE,
        "json_file": JSON_FILE,
    }
    return templates.fill("system.html.j2" if system else "front.html.j2", values)
