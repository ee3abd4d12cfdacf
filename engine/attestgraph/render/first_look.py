"""Writes a first look: a front page, a page for each framework, and the same numbers as JSON."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from attestgraph.content import library_folder
from attestgraph.formats import words
from attestgraph.render.first_look_build import FRONT_PAGE, first_look
from attestgraph.render.first_look_json import first_look_json
from attestgraph.render.first_look_model import STANDING, FirstLook, FrameworkLook, Standing
from attestgraph.render.first_look_ways import Again
from attestgraph.render.templates import Templates

JSON_FILE: Final = "first-look.json"
_OWN: Final = "first-look"

__all__ = [
    "FRONT_PAGE",
    "JSON_FILE",
    "Again",
    "FirstLook",
    "files",
    "first_look",
    "first_look_json",
    "write",
]


def write(model: FirstLook, folder: Path) -> None:
    """Write the files of a first look into a folder that is there."""
    for name, data in files(model):
        (folder / name).write_bytes(data)


def files(model: FirstLook, templates: Templates | None = None) -> Iterator[tuple[str, bytes]]:
    """Return each file: its name and its bytes.

    Args:
        model: The first look.
        templates: Those of the library, where not given.
    """
    used = templates or Templates(library_folder() / "reports")
    yield FRONT_PAGE, _page(model, used, "front", None).encode()
    for framework in model.frameworks:
        yield framework.page, _page(model, used, "framework", framework).encode()
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    yield JSON_FILE, orjson.dumps(first_look_json(model), option=option)


def _page(
    model: FirstLook, templates: Templates, name: str, framework: FrameworkLook | None
) -> str:
    head = ("First look", framework.ref if framework else None, model.evaluated_at[:10])
    css, style_source = templates.style(
        corner="attestgraph",
        head=" \u00b7 ".join(part for part in head if part),
        foot=f"attestgraph \u00b7 {words.NOT_INDEPENDENT}",
    )
    own = (templates.folder / _OWN / "look.css").read_text(encoding="utf-8")
    values: dict[str, Any] = {
        "model": model,
        "framework": framework,
        "here": framework.page if framework else FRONT_PAGE,
        "front_page": FRONT_PAGE,
        "json_file": JSON_FILE,
        "css": css,
        "style_source": style_source,
        "own_css": own,
        "own_source": _source(own),
        "standing": {str(key): pair for key, pair in STANDING.items()},
        "claimed": {str(w): (text, words.MARK[w]) for w, text in words.WORD.items()},
        "control_at": {c.anchor: c for c in (framework or model).controls},
        "way_at": {w.anchor: w for w in (framework or model).next},
        "failing": tuple(_of(framework or model, Standing.FAILING)),
        "seen": tuple(_of(framework or model, Standing.SEEN_PASSING)),
        "known": tuple(_of(framework or model, Standing.MET, Standing.NONE_DEPLOYED)),
        "unknown": tuple(_of(framework or model, Standing.UNKNOWN)),
    }
    return templates.fill(f"{_OWN}/{name}.html.j2", values)


def _of(holder: FirstLook | FrameworkLook, *standings: Standing) -> Iterator[Any]:
    return (control for control in holder.controls if control.standing in standings)


def _source(text: str) -> str:
    """Return the source of a content policy that allows just this style sheet.

    Raises:
        ValueError: It holds `</`, which would end its element.
    """
    if "</" in text:
        raise ValueError("the style sheet holds `</`")
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
