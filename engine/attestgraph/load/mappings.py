"""Crosswalks between frameworks, and what is known of Azure Policy's definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attestgraph.diagnostics import Diagnostic, nearest
from attestgraph.load.files import Folder
from attestgraph.load.references import unknown_requirement
from attestgraph.load.rows import Row, Rows, read_rows
from attestgraph.model.authored import CrosswalkEntry, DefinitionFacts, Framework
from attestgraph.model.ids import FrameworkId, RequirementId, ascii_lower
from attestgraph.model.words import Relationship

CROSSWALK: Final = ("source", "target", "relationship", "rationale", "origin")
DEFINITIONS: Final = ("name", "title", "category", "mode", "effect", "types")
DEFINITIONS_FILE: Final = "frameworks/azure-policy/definitions.csv"


def read_crosswalks(
    folder: Folder, frameworks: Mapping[FrameworkId, Framework], broken: frozenset[str]
) -> list[CrosswalkEntry]:
    """Return the entries of all crosswalks of a folder; a row with a fault is left out.

    Args:
        folder: The library or a workspace.
        frameworks: Those that a file's name may pair.
        broken: Frameworks that have faults of their own; what names them is not judged.
    """
    found: list[CrosswalkEntry] = []
    for path in folder.listed("frameworks/crosswalks", ".csv"):
        stem = path.rpartition("/")[2].removesuffix(".csv")
        source, split, target = stem.partition("--")
        unknown = [name for name in (source, target) if name not in frameworks]
        if broken & {source, target}:
            continue
        if not split or unknown:
            _misnamed(folder, path, unknown, frameworks)
            continue
        rows = read_rows(folder, path, CROSSWALK)
        if rows is not None:
            pair = (frameworks[FrameworkId(source)], frameworks[FrameworkId(target)])
            found.extend(_entries(folder, rows, pair))
    return found


def _misnamed(
    folder: Folder, path: str, unknown: list[str], frameworks: Mapping[FrameworkId, Framework]
) -> None:
    name = unknown[0] if unknown else ""
    near = nearest(name, frameworks)
    mend = f"did you mean `{near[0]}`?" if near else "name it <source>--<target>.csv"
    message = f"the file's name has no framework `{name}`"
    folder.fault("unknown-framework", message, path, mend)


def _entries(folder: Folder, rows: Rows, pair: tuple[Framework, Framework]) -> list[CrosswalkEntry]:
    found: dict[tuple[str, str], CrosswalkEntry] = {}
    for row in rows.rows:
        cells = row.cells
        key = (cells["source"], cells["target"])
        faults = list(_row_faults(rows, row, pair))
        if key in found:
            first = found[key].span
            message = f"`{key[0]}` and `{key[1]}` are paired here again"
            mend = f"the pair first stands at {rows.path}:{first.line}:1" if first else None
            faults.append(rows.fault(row, "source", "duplicate-id", message, mend))
        folder.faults.extend(faults)
        if faults:
            continue
        found[key] = CrosswalkEntry(
            source_framework=pair[0].id,
            source=RequirementId(key[0]),
            target_framework=pair[1].id,
            target=RequirementId(key[1]),
            relationship=Relationship(cells["relationship"]),
            rationale=cells["rationale"],
            origin=cells["origin"],
            span=rows.span(row),
        )
    return list(found.values())


def _row_faults(rows: Rows, row: Row, pair: tuple[Framework, Framework]) -> list[Diagnostic]:
    faults = []
    for column, framework in zip(("source", "target"), pair, strict=True):
        fault = unknown_requirement(row.cells[column], framework)
        if fault is not None:
            faults.append(fault.at(rows.span(row, column)))
    word = row.cells["relationship"]
    if word not in set(Relationship):
        near = nearest(word, set(Relationship))
        mend = f"did you mean `{near[0]}`?" if near else None
        message = f"`{word}` is not a relationship"
        faults.append(rows.fault(row, "relationship", "unknown-word", message, mend))
    if not row.cells["origin"].strip():
        message = "`origin` is empty: nobody says where the pair comes from"
        faults.append(rows.fault(row, "origin", "empty-value", message))
    return faults


def read_definitions(folder: Folder) -> dict[str, DefinitionFacts]:
    """Return what is known of definitions, by lower-case name."""
    if not folder.has(DEFINITIONS_FILE):
        return {}
    rows = read_rows(folder, DEFINITIONS_FILE, DEFINITIONS)
    found: dict[str, DefinitionFacts] = {}
    for row in rows.rows if rows else ():
        cells = row.cells
        name = ascii_lower(cells["name"])
        if rows and (name in found or not name):
            message = f"definition `{name}` stands here again" if name else "`name` is empty"
            slug = "duplicate-id" if name else "empty-value"
            folder.faults.add(rows.fault(row, "name", slug, message))
            continue
        found[name] = DefinitionFacts(
            name=name,
            title=cells["title"],
            category=cells["category"],
            mode=cells["mode"],
            effect=cells["effect"],
            types=tuple(sorted(filter(None, ascii_lower(cells["types"]).split("|")))),
        )
    return found
