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
# what an id says is there in every row
_IN_EVERY_ROW: Final = frozenset({"id", "name", "type", "subscriptionid", "resourcegroup"})


MakeRow = Callable[[Sequence[Any]], dict[str, Any]]
"""A record of columns to a row as conditions read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The columns to read of a type, and how a record of them becomes a row."""

    resource_type: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, bool], ...]

    def rows(self, columns: Sequence[str] | None = None) -> MakeRow:
        """Return the function that makes a row of a record; null columns are left out.

        Args:
            columns: Those of the record, in order, where it has more than are needed.
        """
        given = list(columns or self.columns)
        placed = [(given.index(c), *key) for c, key in zip(self.columns, self.keys, strict=True)]
        plain = [(at, key) for at, key, is_json in placed if not is_json]
        parsed = [(at, key) for at, key, is_json in placed if is_json]
        loads, resource_type = orjson.loads, self.resource_type

        def row(record: Sequence[Any]) -> dict[str, Any]:
            made: dict[str, Any] = {"type": resource_type}
            for at, key in plain:
                if record[at] is not None:
                    made[key] = record[at]
            for at, key in parsed:
                if record[at] is not None:
                    made[key] = loads(record[at])
            return made

        return row


def reading(resource_type: str, paths: Iterable[str]) -> Reading:
    """Return the columns that row paths of a type need; only those are read and parsed."""
    wanted = {ascii_lower(path.split(".", 1)[0].split("[", 1)[0]) for path in paths}
    if WHOLE_ROW in wanted:
        wanted = set(_COLUMNS)
    chosen = [_COLUMNS[name] for name in sorted(wanted & _COLUMNS.keys() - {"type"})]
    return Reading(
        resource_type=resource_type,
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
