"""What an exported file holds, told by its first row, so that a reader need not say."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attestgraph.convert.reading import read_texts
from attestgraph.evidence.entra_objects import kind_of
from attestgraph.model.ids import ascii_lower


class ExportKind(enum.StrEnum):
    """The import that reads a file."""

    RESOURCES = "resources"
    POLICY_STATES = "policy-states"
    KEY_VAULT = "key-vault"
    ENTRA = "entra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """What a file holds.

    Attributes:
        kind: Rows of resources where nothing else is recognised; the import judges them.
        counted: It says how many rows there should be.
    """

    kind: ExportKind
    counted: bool


def sort_of(path: Path) -> Sort:
    """Return what a file holds.

    Raises:
        InputError: It cannot be read, or its first value is not JSON, as `read_texts` says.
    """
    text = next(read_texts(path), None)
    value = None if text is None else text.value
    if isinstance(value, dict) and isinstance(value.get("body"), dict):
        value = value["body"]
    first = next(_rows(value), {})
    context = value.get("@odata.context") if isinstance(value, dict) else None
    is_entra = kind_of(first, context=context) is not None
    kind = ExportKind.ENTRA if is_entra else _kind(first)
    return Sort(kind=kind, counted=_is_counted(value))


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        held = next((value[key] for key in ("data", "value") if key in value), value)
        if isinstance(held, dict):
            yield held
            return
        value = held
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _kind(row: Mapping[str, Any]) -> ExportKind:
    names = {ascii_lower(str(key)) for key in row}
    if {"policyassignmentid", "policydefinitionid"} <= names and "type" not in names:
        return ExportKind.POLICY_STATES
    addresses = [row.get(key) for key in ("id", "kid", "sid")]
    key = row.get("key")
    if isinstance(key, dict):
        addresses.append(key.get("kid"))
    if any(isinstance(a, str) and ascii_lower(a).startswith("https://") for a in addresses):
        return ExportKind.KEY_VAULT
    return ExportKind.RESOURCES


def _is_counted(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return any(type(value.get(key)) is int for key in ("totalRecords", "total_records"))
