"""Frameworks: `framework.yaml` with its `requirements.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, nearest
from attestgraph.load.files import Folder
from attestgraph.load.rows import Row, Rows, read_rows
from attestgraph.load.scalars import text_of
from attestgraph.load.shapes import Shaped
from attestgraph.model.authored import Framework, Profile, Requirement
from attestgraph.model.ids import FrameworkId, RequirementId
from attestgraph.model.times import parse_date
from attestgraph.model.words import Assessable, Catalogue, Obligation

COLUMNS: Final = ("id", "title", "family", "parent", "assessable", "profiles")
OBLIGATION: Final = "obligation"
"""The column that a catalogue may leave out."""
MOST_TITLE: Final = 250
NOT_FRAMEWORKS: Final = frozenset({"crosswalks", "azure-policy"})


def read_frameworks(
    folder: Folder, library: Mapping[FrameworkId, Framework]
) -> tuple[dict[FrameworkId, Framework], frozenset[str]]:
    """Return the frameworks of a folder by id, and the names of those that could not be read.

    Args:
        folder: The library or a workspace.
        library: What the library holds, where the folder is a workspace: an id of the library is
            taken over only with `replaces`.
    """
    found: dict[FrameworkId, Framework] = {}
    broken: set[str] = set()
    for name in folder.folders("frameworks"):
        if name in NOT_FRAMEWORKS:
            continue
        before = folder.faults.errors
        framework = _read(folder, name, library)
        if framework is None or folder.faults.errors > before:
            broken.add(name)
        if framework is not None:
            found[framework.id] = framework
    return found, frozenset(broken - found.keys())


def _read(folder: Folder, name: str, library: Mapping[FrameworkId, Framework]) -> Framework | None:
    path = f"frameworks/{name}/framework.yaml"
    if not folder.has(path):
        folder.fault("missing-file", "a framework needs this file", path)
        return None
    shaped = folder.shaped(path, "framework")
    if shaped is None:
        return None
    _own_name(folder, shaped, name, library)
    return _framework(folder, shaped, f"frameworks/{name}/requirements.csv")


def _own_name(
    folder: Folder, shaped: Shaped, name: str, library: Mapping[FrameworkId, Framework]
) -> None:
    """Hold the folder's name to the id, and the id to the library's."""
    said, replaces = text_of(shaped.value.get("framework")), shaped.value.get("replaces")
    target = text_of(replaces.get("framework")) if isinstance(replaces, dict) else None
    span = shaped.document.span(("framework",))
    if said and said != name:
        message = f"framework `{said}` stands in the folder `{name}`"
        mend = f"name the folder `{said}`"
        folder.faults.add(Diagnostic(slug="misnamed", message=message, help=mend, span=span))
    if said in library and target != said:
        first = library[FrameworkId(said)].span
        message = f"the library already has a framework `{said}`"
        mend = f"say `replaces: {{framework: {said}, because: …}}`, or choose another id"
        if first is not None:
            message += f", at {first.path}:{first.line}:{first.column}"
        folder.faults.add(Diagnostic(slug="duplicate-id", message=message, help=mend, span=span))
    elif replaces is not None and (target not in library or target != said):
        message = f"`{target}` is not this framework's id in the library"
        span = shaped.document.span(("replaces", "framework"))
        folder.faults.add(Diagnostic(slug="replaces-nothing", message=message, span=span))


def _framework(folder: Folder, shaped: Shaped, table: str) -> Framework | None:
    rows = read_rows(folder, table, COLUMNS, (OBLIGATION,))
    value = shaped.value
    families, profiles = value.get("families"), value.get("profiles", {})
    if rows is None or not isinstance(families, dict) or not isinstance(profiles, dict):
        return None
    requirements = _requirements(folder, rows, families)
    members = _members(folder, rows, profiles)
    if not shaped.fits:
        return None
    return Framework(
        id=FrameworkId(value["framework"]),
        title=value["title"],
        publisher=value["publisher"],
        edition=value["edition"],
        catalogue=Catalogue(value["catalogue"]),
        source=value["source"],
        licence=value["licence"],
        methodology=value["methodology"],
        checked_on=parse_date(value["checked_on"]),
        in_force_from=_date(value, "in_force_from"),
        superseded_by=value.get("superseded_by"),
        families=families,
        vocabulary=value.get("vocabulary", {}),
        profiles={
            name: Profile(name=name, title=title, requirements=frozenset(members[name]))
            for name, title in profiles.items()
        },
        requirements=requirements,
        span=shaped.document.span(("framework",)),
    )


def _date(value: Mapping[str, Any], key: str) -> date | None:
    return parse_date(value[key]) if key in value else None


def _requirements(
    folder: Folder, rows: Rows, families: Mapping[str, Any]
) -> dict[RequirementId, Requirement]:
    found: dict[RequirementId, Requirement] = {}
    first: dict[str, Row] = {}
    for order, row in enumerate(rows.rows):
        cells = row.cells
        requirement = RequirementId(cells["id"])
        faults = list(_row_faults(rows, row, families))
        if requirement in first:
            message = f"requirement `{requirement}` stands here again"
            mend = f"it first stands at {rows.path}:{first[requirement].line}:1"
            faults.append(rows.fault(row, "id", "duplicate-id", message, mend))
        folder.faults.extend(faults)
        if requirement in first or not requirement:
            continue
        first[requirement] = row
        found[requirement] = Requirement(
            id=requirement,
            title=cells["title"],
            order=order,
            family=cells["family"],
            assessable=_assessable(cells["assessable"]),
            parent=RequirementId(cells["parent"]) if cells["parent"] else None,
            obligation=_obligation(cells[OBLIGATION]),
        )
    if not rows.rows:
        folder.fault("empty-file", "the catalogue has no requirements", rows.path)
    folder.faults.extend(_parent_faults(rows, found, first))
    return found


def _assessable(text: str) -> Assessable:
    return Assessable(text) if text in set(Assessable) else Assessable.TRUE


def _obligation(text: str) -> Obligation | None:
    return Obligation(text) if text in set(Obligation) else None


def _row_faults(rows: Rows, row: Row, families: Mapping[str, Any]) -> list[Diagnostic]:
    """Return what stands against one row by itself."""
    faults = []
    cells = row.cells
    for column in ("id", "title"):
        if cells[column] != cells[column].strip() or not cells[column]:
            message = f"`{column}` is empty or has spaces around it"
            faults.append(rows.fault(row, column, "empty-value", message))
    if len(cells["title"]) > MOST_TITLE:
        message = f"the title has {len(cells['title'])} characters: a sentence of the standard?"
        mend = f"a title has {MOST_TITLE} at most; sentences of standards are not kept here"
        faults.append(rows.fault(row, "title", "long-title", message, mend))
    if cells["family"] not in families:
        message = f"unknown family `{cells['family']}`"
        near = nearest(cells["family"], families)
        mend = f"did you mean `{near[0]}`?" if near else "list it in `families` of framework.yaml"
        faults.append(rows.fault(row, "family", "unknown-family", message, mend))
    if cells["assessable"] not in set(Assessable):
        message = f"`{cells['assessable']}` is not a value of `assessable`"
        mend = "it is one of `true`, `false`, `withdrawn`"
        faults.append(rows.fault(row, "assessable", "unknown-word", message, mend))
    if cells[OBLIGATION] not in {"", *Obligation}:
        message = f"`{cells[OBLIGATION]}` is not a value of `obligation`"
        mend = "it is one of " + ", ".join(f"`{word}`" for word in Obligation) + ", or empty"
        faults.append(rows.fault(row, OBLIGATION, "unknown-word", message, mend))
    return faults


def _parent_faults(
    rows: Rows, found: Mapping[RequirementId, Requirement], first: Mapping[str, Row]
) -> list[Diagnostic]:
    """Return unknown parents, and parents that lead round in a circle."""
    faults = []
    settled: set[RequirementId] = set()
    for requirement in found.values():
        if requirement.parent is not None and requirement.parent not in found:
            near = nearest(requirement.parent, found)
            mend = f"did you mean `{near[0]}`?" if near else None
            message = f"unknown parent `{requirement.parent}`"
            row = first[requirement.id]
            faults.append(rows.fault(row, "parent", "unknown-parent", message, mend))
        walked: set[RequirementId] = set()
        at: Requirement | None = requirement
        while at is not None and at.id not in settled and at.id not in walked:
            walked.add(at.id)
            at = found.get(at.parent) if at.parent else None
        if at is not None and at.id in walked:
            message = f"`{requirement.id}` is its own ancestor"
            faults.append(rows.fault(first[requirement.id], "parent", "parent-cycle", message))
        settled |= walked
    return faults


def _members(
    folder: Folder, rows: Rows, profiles: Mapping[str, Any]
) -> dict[str, list[RequirementId]]:
    """Return the requirements of each profile; a row names its profiles with `|` between."""
    members: dict[str, list[RequirementId]] = {name: [] for name in profiles}
    for row in rows.rows:
        for name in filter(None, row.cells["profiles"].split("|")):
            if name in members:
                members[name].append(RequirementId(row.cells["id"]))
                continue
            near = nearest(name, members)
            mend = f"did you mean `{near[0]}`?" if near else "list it in `profiles`"
            message = f"unknown profile `{name}`"
            folder.faults.add(rows.fault(row, "profiles", "unknown-profile", message, mend))
    return members
