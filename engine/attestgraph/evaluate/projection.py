"""Which columns a type's checks read, how they make a row, and what a projection lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from attestgraph.checks.judge import WHOLE_ROW
from attestgraph.evaluate.session import Session
from attestgraph.model.ids import ascii_lower

# row key (lower case): how the row spells it, its column, and whether the column is JSON text
_COLUMNS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "id": ("id", "id", False),
    "name": ("name", "name", False),
    "type": ("type", "type", False),
    "location": ("location", "location", False),
    "kind": ("kind", "kind", False),
    "resourcegroup": ("resourceGroup", "resource_group", False),
    "subscriptionid": ("subscriptionId", "subscription_id", False),
    "tenantid": ("tenantId", "tenant_id", False),
    "managedby": ("managedBy", "managed_by", False),
    "sku": ("sku", "sku", True),
    "plan": ("plan", "plan", True),
    "tags": ("tags", "tags", True),
    "identity": ("identity", "identity", True),
    "zones": ("zones", "zones", True),
    "extendedlocation": ("extendedLocation", "extended_location", True),
    "properties": ("properties", "properties", True),
}
# what functions such as resourceGroup() and fields such as fullName look at
_ALWAYS: Final = ("id", "name", "type")
# what an id says is there in every row
_IN_EVERY_ROW: Final = frozenset({"id", "name", "type", "subscriptionid", "resourcegroup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The columns to read of a type, and how a record of them becomes a row."""

    columns: tuple[str, ...]
    keys: tuple[tuple[str, bool], ...]

    def rows(self) -> Callable[[Sequence[Any]], dict[str, Any]]:
        """Return the function that makes a row of a record; null columns are left out."""
        plain = [(at, key) for at, (key, is_json) in enumerate(self.keys) if not is_json]
        parsed = [(at, key) for at, (key, is_json) in enumerate(self.keys) if is_json]
        loads = orjson.loads

        def row(record: Sequence[Any]) -> dict[str, Any]:
            made = {key: record[at] for at, key in plain if record[at] is not None}
            for at, key in parsed:
                text = record[at]
                if text is not None:
                    made[key] = loads(text)
            return made

        return row


def reading(paths: Iterable[str]) -> Reading:
    """Return the columns that row paths need."""
    wanted = {ascii_lower(path.split(".", 1)[0].split("[", 1)[0]) for path in paths}
    if WHOLE_ROW in wanted:
        wanted = set(_COLUMNS)
    names = (*_ALWAYS, *sorted(wanted & _COLUMNS.keys() - set(_ALWAYS)))
    chosen = [_COLUMNS[name] for name in names]
    return Reading(
        columns=tuple(column for _, column, _ in chosen),
        keys=tuple((key, is_json) for key, _, is_json in chosen),
    )


def outside_projection(
    session: Session, table: str, resource_type: str, paths: Iterable[str]
) -> bool:
    """Tell whether a table's projection lacks a path that is read of a type's rows."""
    manifest = session.snapshot.manifest.tables.get(table)
    if manifest is None or manifest.projection is None:
        return False
    known = [ascii_lower(path) for path in manifest.projection.get(resource_type, ())]
    return any(not _readable(ascii_lower(path), known) for path in paths)


def _readable(path: str, known: Sequence[str]) -> bool:
    if path.split(".", 1)[0].split("[", 1)[0] in _IN_EVERY_ROW:
        return True
    return any(path == k or path.startswith((k + ".", k + "[")) for k in known)
