"""Reads a page back: tables by their captions and ids, elements, links and ids."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from attestgraph.content import library_folder
from attestgraph.render import report
from attestgraph.render.findings import Run
from attestgraph.render.templates import Templates
from attestgraph.render.write import files
from tests.render.runs import contoso

VOID = {"meta", "br", "img", "link", "input", "hr"}


@dataclass
class Table:
    id: str | None
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)

    def column(self, number: int) -> list[str]:
        return [row[number] for row in self.rows]


class Page(HTMLParser):
    """A page as a reader meets it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[Table] = []
        self.headings: list[int] = []
        self.text = ""
        self._cell: list[str] | None = None
        self._skip = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))
        if tag == "table":
            self.tables.append(Table(id=given.get("id")))
        if tag == "tr":
            self.tables[-1].rows.append([])
        if self._cell is not None and tag in ("span", "br"):
            self._cell.append(" ")
        if tag in ("td", "th", "caption"):
            self._cell = []
        if tag in ("style", "title", "script"):
            self._skip += 1
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1].rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        if tag == "caption" and self._cell is not None:
            self.tables[-1].caption = " ".join("".join(self._cell).split())
            self._cell = None
        if tag in ("style", "title", "script"):
            self._skip -= 1

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        self.text += data
        if self._cell is not None:
            self._cell.append(data)

    def table(self, name: str) -> Table:
        return next(t for t in self.tables if t.id == name)


@functools.cache
def templates() -> Templates:
    """The library's templates, compiled once for all tests of a process."""
    return Templates(library_folder() / "reports")


def written(run: Run, **options: object) -> dict[str, bytes]:
    """The files of a run's report, by name."""
    model = report(run, **options)  # type: ignore[arg-type]
    return {name: b"".join(parts) for name, parts in files(model, templates())}


@functools.cache
def usual() -> dict[str, bytes]:
    """The files of the report that most tests read."""
    return written(contoso())


def save(folder: Path, run: Run, **options: object) -> list[Path]:
    """Write a run's report into a folder; return its pages."""
    made = written(run, **options)
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in made if name.endswith(".html")]
