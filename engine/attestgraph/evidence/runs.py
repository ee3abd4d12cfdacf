"""A run folder: written by the pipeline, read by everything that shows it (CONTRACT section 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence.database import connect
from attestgraph.evidence.documents import read_document, read_json
from attestgraph.evidence.folders import file_sha256, json_bytes
from attestgraph.evidence.tables import FINDINGS
from attestgraph.model.snapshot import RUN_FORMAT

RUN: Final = "run.json"
CONTROLS: Final = "controls.json"
REQUIREMENTS: Final = "requirements.json"
FINDINGS_FILE: Final = "findings.parquet"
_BATCH: Final = 4096
_HELP: Final = "evaluate again; a run is never edited by hand"


class RunWriter:
    """Writes the documents of a run into a folder that `atomic_folder` gave."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write_json(self, name: str, value: Any) -> None:
        """Write a document: UTF-8, LF, indent 2, keys as given.

        run.json comes last and gains `files`: name, size and digest of every other file of the
        run, by which `open_run` sees that one was changed or cut short.
        """
        if name == RUN:
            value = {**value, "files": self._files()}
        (self._folder / name).write_bytes(json_bytes(value))

    def _files(self) -> list[dict[str, Any]]:
        return [
            {"file": path.name, "bytes": path.stat().st_size, "sha256": file_sha256(path)}
            for path in sorted(self._folder.iterdir())
            if path.is_file() and path.name != RUN
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run that was opened: its documents, and its findings on demand."""

    folder: Path
    run: dict[str, Any]
    controls: list[dict[str, Any]]
    requirements: list[dict[str, Any]]

    def findings(
        self, *, outcomes: Collection[str] | None = None, control: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Give findings in the order of the file, times as text.

        Args:
            outcomes: Only these; default: all.
            control: Of this control only.

        Raises:
            InputError: `damaged-run`: the file cannot be read or has other columns.
        """
        import duckdb

        path = self.folder / FINDINGS_FILE
        chosen = ", ".join(column.read for column in FINDINGS.columns)
        where, values = _conditions(outcomes, control)
        connection = connect(folder=self.folder)
        try:
            connection.execute(
                f"SELECT {chosen} FROM read_parquet(?){where}",  # noqa: S608
                [str(path), *values],
            )
            while rows := connection.fetchmany(_BATCH):
                for row in rows:
                    yield dict(zip(FINDINGS.names, row, strict=True))
        except duckdb.Error as error:
            message = str(error).splitlines()[0]
            raise InputError(_damage(path, f"the findings cannot be read: {message}")) from None
        finally:
            connection.close()


def _conditions(outcomes: Collection[str] | None, control: str | None) -> tuple[str, list[str]]:
    parts, values = [], []
    if outcomes is not None:
        wanted = sorted(str(outcome) for outcome in outcomes)
        parts.append(f"outcome IN ({', '.join('?' * len(wanted))})" if wanted else "false")
        values += wanted
    if control is not None:
        parts.append('"control" = ?')
        values.append(control)
    return (f" WHERE {' AND '.join(parts)}" if parts else "", values)


def open_run(path: Path) -> StoredRun:
    """Open a run folder and verify its format, its files and their digests.

    Raises:
        InputError: `no-run`, `damaged-run`, `unknown-format` or `newer-format`.
    """
    file = path / RUN
    if not path.is_dir() or not file.exists():
        raise InputError(
            Diagnostic(
                slug="no-run",
                message="there is no run here",
                path=str(path),
                help="make one with `attestgraph evaluate --evidence SNAPSHOT --out RUN`",
            )
        )
    run = read_document(file, slug="damaged-run", wanted=RUN_FORMAT)
    faults = _file_faults(path, run.get("files", []))
    if faults:
        raise InputError(*faults)
    return StoredRun(
        folder=path,
        run=run,
        controls=_objects(path / CONTROLS),
        requirements=_objects(path / REQUIREMENTS),
    )


def _file_faults(folder: Path, files: Any) -> list[Diagnostic]:
    if not isinstance(files, list):
        return [_damage(folder / RUN, "`files` is not a list")]
    listed = {}
    for entry in files:
        name = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(name, str) or Path(name).name != name:
            return [_damage(folder / RUN, "`files` names something that is no file of the run")]
        listed[name] = entry
    names = sorted({*listed, CONTROLS, REQUIREMENTS, FINDINGS_FILE})
    found = [_file_fault(folder / name, listed.get(name)) for name in names]
    return [fault for fault in found if fault is not None]


def _file_fault(path: Path, entry: dict[str, Any] | None) -> Diagnostic | None:
    if path.is_symlink() or not path.is_file():
        return _damage(path, "a file of the run is missing")
    if entry is None:
        return None
    size = path.stat().st_size
    if size != entry.get("bytes"):
        return _damage(path, f"the file has {size} bytes of {entry.get('bytes')}")
    if file_sha256(path) != entry.get("sha256"):
        return _damage(path, "the digest of the file is not the one that was written")
    return None


def _objects(path: Path) -> list[dict[str, Any]]:
    value = read_json(path, slug="damaged-run")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InputError(_damage(path, "not a list of JSON objects"))
    return value


def _damage(path: Path, message: str) -> Diagnostic:
    return Diagnostic(slug="damaged-run", message=message, path=str(path), help=_HELP)
