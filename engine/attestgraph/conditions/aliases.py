"""Aliases of Azure Policy: names of fields, and the path below a row that each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from attestgraph.conditions.folding import ascii_lower
from attestgraph.diagnostics import nearest

MOST_COMPARED = 300


@dataclass(frozen=True, slots=True)
class _Entry:
    """One alias: its spelling, and its path for all types or by lower-case type."""

    alias: str
    path: str | None
    by_type: Mapping[str, str]


class Aliases:
    """A table of aliases, looked up without regard to ASCII case.

    Equal tables give equal answers; nothing is loaded here, the table is handed in.
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, _Entry]) -> None:
        self._entries = entries

    @classmethod
    def from_mapping(cls, table: Mapping[str, str | Mapping[str, str]]) -> Self:
        """Return the aliases of a table: alias to path, or alias to {type: path}."""
        entries: dict[str, _Entry] = {}
        for alias, path in table.items():
            if isinstance(path, str):
                entry = _Entry(alias, path, {})
            else:
                by_type = {ascii_lower(kind): below for kind, below in path.items()}
                paths = set(by_type.values())
                entry = (
                    _Entry(alias, paths.pop(), {})
                    if len(paths) == 1
                    else _Entry(alias, None, by_type)
                )
            entries[ascii_lower(alias)] = entry
        return cls(entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, alias: str) -> bool:
        return ascii_lower(alias) in self._entries

    def path(self, alias: str, resource_type: str | None) -> str | None:
        """Return the path of an alias, or None where it is unknown or has none for the type.

        An alias of one path has it for all types. One whose path depends on the type has none
        where the type is not given.
        """
        entry = self._entries.get(ascii_lower(alias))
        if entry is None:
            return None
        if entry.by_type and resource_type is not None:
            return entry.by_type.get(ascii_lower(resource_type))
        return entry.path

    def nearest(self, alias: str) -> str | None:
        """Return the known alias that is most like `alias`, for did-you-mean.

        Only aliases of the same type are compared, or of the same provider where none is near,
        those of like length first: the whole table has tens of thousands.
        """
        low = ascii_lower(alias)
        for head in (low.rpartition("/")[0] + "/", low.partition("/")[0] + "/"):
            known = [key for key in self._entries if key.startswith(head)]
            known.sort(key=lambda key: (abs(len(key) - len(low)), key))
            hits = nearest(low, known[:MOST_COMPARED])
            if hits:
                return self._entries[hits[0]].alias
        return None
