"""Which requirement each group of a built-in initiative of Azure Policy names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attestgraph.load.files import Folder
from attestgraph.load.references import unknown_requirement
from attestgraph.load.rows import read_rows
from attestgraph.model.authored import Framework
from attestgraph.model.ids import FrameworkId, RequirementId, ascii_lower

GROUPS: Final = ("group", "framework", "requirement")
GROUPS_FILE: Final = "frameworks/azure-policy/groups.csv"

Groups = Mapping[str, tuple[tuple[FrameworkId, RequirementId], ...]]
"""Group name, lower case, to the requirements that it names, in order."""


def read_groups(
    folder: Folder, frameworks: Mapping[FrameworkId, Framework], broken: frozenset[str]
) -> Groups:
    """Return the groups that name a requirement of a framework that is loaded.

    Args:
        folder: The library or a workspace.
        frameworks: Those that a row may name.
        broken: Frameworks that have faults of their own; what names them is not judged.
    """
    if not folder.has(GROUPS_FILE):
        return {}
    rows = read_rows(folder, GROUPS_FILE, GROUPS)
    found: dict[str, set[tuple[FrameworkId, RequirementId]]] = {}
    for row in rows.rows if rows else ():
        framework = frameworks.get(FrameworkId(row.cells["framework"]))
        if rows is None or framework is None or framework.id in broken:
            continue
        fault = unknown_requirement(row.cells["requirement"], framework)
        if fault is not None:
            folder.faults.add(fault.at(rows.span(row, "requirement")))
            continue
        pair = (framework.id, RequirementId(row.cells["requirement"]))
        found.setdefault(ascii_lower(row.cells["group"]), set()).add(pair)
    return {name: tuple(sorted(pairs)) for name, pairs in sorted(found.items())}
