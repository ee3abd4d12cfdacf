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
from attestgraph.model.ids import ascii_lower
from attestgraph.model.snapshot import RUN_FORMAT

RUN: Final = "run.json"
CONTROLS: Final = "controls.json"
REQUIREMENTS: Final = "requirements.json"
FINDINGS_FILE: Final = "findings.parquet"
VERDICTS_FILE: Final = "verdicts.parquet"
# a finding about a system names it; one about a missing scope has no type; all others are of a
# resource, whatever table the verdict rests on
_MEMBERSHIP: Final = """
WITH lines AS (SELECT * FROM read_parquet($verdicts)),
of_resource AS (
  SELECT resource_key, resource_type, list_sort(list_distinct(flatten(list(systems)))) AS systems
  FROM lines WHERE kind = 'resource' GROUP BY ALL),
of_gap AS (
  SELECT resource_key, evidence_table, reason,
    list_sort(list_distinct(flatten(list(systems)))) AS systems
  FROM lines WHERE kind = 'gap' GROUP BY ALL)
"""
_SYSTEMS: Final = """
CASE WHEN found.resource_key = '' THEN [found.resource_id]
  ELSE coalesce(of_resource.systems, of_gap.systems, []) END AS systems
"""
_JOIN: Final = """
LEFT JOIN of_resource ON of_resource.resource_key = found.resource_key
  AND of_resource.resource_type = found.resource_type
LEFT JOIN of_gap ON found.resource_type IS NULL AND of_gap.resource_key = found.resource_key
  AND of_gap.evidence_table = found.evidence_table
  AND of_gap.reason IS NOT DISTINCT FROM found.reason
"""
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
        self,
        *,
        outcomes: Collection[str] | None = None,
        control: str | None = None,
        resource: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Give findings in the order of the file, times as text.

        Beside the columns of the file each has `systems`: the ids of the systems that it belongs
        to, sorted, as verdicts.parquet has them; a resource in no system has none.

        Args:
            outcomes: Only these; default: all.
            control: Of this control only.
            resource: About the resource of this id key only.

        Raises:
            InputError: `damaged-run`: the file cannot be read or has other columns.
        """
        import duckdb

        path = self.folder / FINDINGS_FILE
        chosen = ", ".join(column.read for column in FINDINGS.columns)
        where, values = _conditions(outcomes, control, resource)
        names = (*FINDINGS.names, "systems")
        connection = connect(folder=self.folder)
        try:
            connection.execute(
                f"{_MEMBERSHIP}, found AS (SELECT {chosen}, file_row_number AS nth "  # noqa: S608
                f"FROM read_parquet($findings, file_row_number=true){where}) "
                f"SELECT found.* EXCLUDE (nth), {_SYSTEMS} FROM found {_JOIN} ORDER BY nth",
                {
                    "findings": str(path),
                    "verdicts": str(self.folder / VERDICTS_FILE),
                    **values,
                },
            )
            while rows := connection.fetchmany(_BATCH):
                for row in rows:
                    yield dict(zip(names, row, strict=True))
        except duckdb.Error as error:
            message = str(error).splitlines()[0]
            raise InputError(_damage(path, f"the findings cannot be read: {message}")) from None
        finally:
            connection.close()

    def resources_named(self, name: str) -> list[str]:
        """Return the id keys of the resources of a name that the run has findings about, sorted.

        Raises:
            InputError: `damaged-run`: the file cannot be read.
        """
        import duckdb

        path = self.folder / FINDINGS_FILE
        connection = connect(folder=self.folder)
        try:
            found = connection.execute(
                "SELECT DISTINCT resource_key FROM read_parquet($findings) "
                "WHERE resource_type IS NOT NULL AND ends_with(resource_key, $name) ORDER BY 1",
                {"findings": str(path), "name": f"/{ascii_lower(name.strip())}"},
            ).fetchall()
        except duckdb.Error as error:
            message = str(error).splitlines()[0]
            raise InputError(_damage(path, f"the findings cannot be read: {message}")) from None
        finally:
            connection.close()
        return [key for (key,) in found]


def _conditions(
    outcomes: Collection[str] | None, control: str | None, resource: str | None
) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    if outcomes is not None:
        parts.append("list_contains($outcomes, outcome)")
        values["outcomes"] = sorted(str(outcome) for outcome in outcomes)
    if control is not None:
        parts.append('"control" = $control')
        values["control"] = control
    if resource is not None:
        parts.append("resource_key = $resource")
        values["resource"] = resource
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
    names = sorted({*listed, CONTROLS, REQUIREMENTS, FINDINGS_FILE, VERDICTS_FILE})
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
