"""Finds and reads the files of the library and of a workspace; nothing outside either is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from attestgraph.diagnostics import Collector, Diagnostic
from attestgraph.load.nodes import Document
from attestgraph.load.reader import decode_text, read_yaml
from attestgraph.load.shapes import Shaped, Shapes
from attestgraph.model.ids import canonical_json, sha256_of
from attestgraph.model.records import SourceFile

MOST_TABLE_BYTES: Final = 64 * 1_048_576
MOST_FOLDERS: Final = 10_000


@dataclass(slots=True)
class Folder:
    """A folder of authored files: the library, or a workspace.

    Attributes:
        root: The folder, resolved.
        is_library: Whether it is the library; its files are digested as one.
        faults: Where faults go.
        shapes: The schemas.
        digests: SHA-256 of every file that was read, by path relative to the root.
    """

    root: Path
    is_library: bool
    faults: Collector
    shapes: Shapes
    digests: dict[str, str] = field(default_factory=dict)

    def fault(self, slug: str, message: str, path: str, mend: str | None = None) -> None:
        """Keep a fault of a whole file."""
        self.faults.add(Diagnostic(slug=slug, message=message, path=path, help=mend))

    def listed(self, under: str, ending: str) -> Iterator[str]:
        """Yield the files below a folder that have an ending, sorted, as relative paths."""
        start = self.root / under
        if not start.is_dir() or not self._inside(under):
            return
        found = []
        for count, (folder, below, names) in enumerate(os.walk(start)):
            if count > MOST_FOLDERS:
                self.fault("too-many-folders", f"more than {MOST_FOLDERS} folders", under)
                return
            below[:] = [name for name in sorted(below) if self._followed(Path(folder, name))]
            for name in names:
                path = Path(folder, name).relative_to(self.root).as_posix()
                if name.endswith(".yml"):
                    mend = "name it `.yaml`"
                    self.fault("wrong-ending", "files that end in `.yml` are not read", path, mend)
                elif name.endswith(ending) and not name.startswith("."):
                    found.append(path)
        yield from sorted(found)

    def _followed(self, folder: Path) -> bool:
        """Tell whether a folder is searched: hidden ones are not, nor are links."""
        if folder.is_symlink():
            path = folder.relative_to(self.root).as_posix()
            message = "a folder that is a link is not searched"
            self.fault("linked-folder", message, path, "put the files themselves here")
            return False
        return not folder.name.startswith(".")

    def folders(self, under: str) -> list[str]:
        """Return the names of the folders in a folder, sorted."""
        start = self.root / under
        if not start.is_dir() or not self._inside(under):
            return []
        return sorted(p.name for p in start.iterdir() if p.is_dir() and not p.name.startswith("."))

    def has(self, path: str) -> bool:
        """Tell whether a file is there."""
        return (self.root / path).is_file()

    def contains(self, path: str) -> bool:
        """Tell whether a path stays below the root, links followed."""
        try:
            return (self.root / path).resolve().is_relative_to(self.root)
        except (OSError, RuntimeError, ValueError):
            return False

    def _inside(self, path: str) -> bool:
        """Tell whether a path stays below the root; keep a fault where not."""
        inside = self.contains(path)
        if not inside:
            self.fault("outside-workspace", "the path leads out of the folder", path)
        return inside

    def read(self, path: str, *, most: int = MOST_TABLE_BYTES) -> bytes | None:
        """Return the bytes of a file and keep its digest; None and a fault where it cannot be."""
        if not self._inside(path):
            return None
        data = self._bytes(path, most)
        if data is not None:
            self.digests[path] = sha256_of(data)
        return data

    def _bytes(self, path: str, most: int) -> bytes | None:
        full = self.root / path
        if not full.is_file():
            self.fault("missing-file", "no such file", path)
            return None
        try:
            with full.open("rb") as stream:
                data = stream.read(most + 1)
        except OSError as fault:
            self.fault("unreadable-file", f"cannot be read: {fault.strerror}", path)
            return None
        if len(data) > most:
            self.fault("too-large", f"the file has more than {most} bytes", path)
            return None
        return data

    def text(self, path: str) -> str | None:
        """Return a text file's content; None and a fault where it cannot be."""
        data = self.read(path)
        if data is None:
            return None
        text, faults = decode_text(data, path)
        self.faults.extend(faults)
        return text

    def document(self, path: str) -> Document | None:
        """Return the tree of a YAML file; None and faults where there is none."""
        data = self.read(path)
        if data is None:
            return None
        document, faults = read_yaml(data, path)
        self.faults.extend(faults)
        return document

    def shaped(self, path: str, schema: str) -> Shaped | None:
        """Return a YAML file as JSON by a schema; None and faults where it cannot be read."""
        document = self.document(path)
        if document is None:
            return None
        shaped, faults = self.shapes.shape(document, schema)
        self.faults.extend(faults)
        return shaped

    def files(self) -> tuple[SourceFile, ...]:
        """Return what was read, sorted by path."""
        return tuple(SourceFile(path=p, sha256=d) for p, d in sorted(self.digests.items()))

    def digest(self) -> str:
        """Return one digest over all that was read: its paths and their digests, sorted."""
        return sha256_of(canonical_json(sorted([p, d] for p, d in self.digests.items())))
