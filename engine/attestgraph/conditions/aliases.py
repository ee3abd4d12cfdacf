"""Aliases of Azure Policy: names of fields, and the path below a row that each stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from attestgraph.conditions.folding import ascii_lower
from attestgraph.diagnostics import nearest

MOST_COMPARED = 300

Table = Mapping[str, str | Mapping[str, str]]
"""Alias to its path, or to its paths by type."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One alias: its spelling, and its path for all types or by lower-case type.

    `elsewhere` is the path for types that nobody names; None where it depends on the type.
    """

    alias: str
    path: str | None
    by_type: Mapping[str, str]
    elsewhere: str | None = None

    def of(self, resource_type: str | None) -> str | None:
        """Return the path for a type, as far as the entry itself says."""
        if self.path is not None or resource_type is None:
            return self.path
        return self.by_type.get(ascii_lower(resource_type))


class Aliases:
    """A table of aliases, looked up without regard to ASCII case.

    Equal tables give equal answers. Tables may lie over one another: what the upper one does not
    say is asked of the one below, which may be read only then.
    """

    __slots__ = ("_below", "_entries")

    def __init__(
        self, entries: Mapping[str, _Entry], below: Aliases | Callable[[], Table] | None = None
    ) -> None:
        self._entries = entries
        self._below = below

    @classmethod
    def from_mapping(cls, table: Table) -> Self:
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

    def before(self, more: Callable[[], Table]) -> Aliases:
        """Return the same aliases, over a larger table that is read when one is not among them.

        Args:
            more: Reads the larger table; called at most once.
        """
        below = self._below
        if below is None:
            return Aliases(self._entries, more)
        return Aliases(self._entries, self._rest(below).before(more))

    def overlaid(self, table: Mapping[str, Mapping[str, str]]) -> Aliases:
        """Return these aliases with the paths of a table in their stead, by alias and type."""
        entries: dict[str, _Entry] = {}
        for alias, paths in table.items():
            by_type = {ascii_lower(kind): path for kind, path in paths.items()}
            said = set(by_type.values())
            only = said.pop() if len(said) == 1 else None
            entries[ascii_lower(alias)] = _Entry(alias, None, by_type, only)
        return Aliases(entries, self)

    def _rest(self, below: Aliases | Callable[[], Table]) -> Aliases:
        """Return the table below, read now if it was not."""
        if not isinstance(below, Aliases):
            below = self._below = Aliases.from_mapping(below())
        return below

    def _layers(self) -> Iterator[Mapping[str, _Entry]]:
        """Yield the tables from top to bottom, each read when it is asked for."""
        layer = self
        while True:
            yield layer._entries
            below = layer._below
            if below is None:
                return
            layer = layer._rest(below)

    def __len__(self) -> int:
        return len({name for entries in self._layers() for name in entries})

    def __contains__(self, alias: str) -> bool:
        low = ascii_lower(alias)
        return any(low in entries for entries in self._layers())

    def path(self, alias: str, resource_type: str | None) -> str | None:
        """Return the path of an alias, or None where it is unknown or has none for the type.

        An alias of one path has it for all types. One whose path depends on the type has none
        where the type is not given.
        """
        low = ascii_lower(alias)
        elsewhere: str | None = None
        for entries in self._layers():
            entry = entries.get(low)
            if entry is None:
                continue
            path = entry.of(resource_type)
            if path is not None:
                return path
            elsewhere = entry.elsewhere  # the lowest table that knows it says whether types matter
        return elsewhere

    def nearest(self, alias: str) -> str | None:
        """Return the known alias that is most like `alias`, for did-you-mean.

        Only aliases of the same type are compared, or of the same provider where none is near,
        those of like length first: the whole table has tens of thousands.
        """
        low = ascii_lower(alias)
        spelled: dict[str, str] = {}
        provider = low.partition("/")[0] + "/"
        for entries in self._layers():
            for key, entry in entries.items():
                if key.startswith(provider):
                    spelled.setdefault(key, entry.alias)
        for head in (low.rpartition("/")[0] + "/", provider):
            known = [key for key in spelled if key.startswith(head)]
            known.sort(key=lambda key: (abs(len(key) - len(low)), key))
            hits = nearest(low, known[:MOST_COMPARED])
            if hits:
                return spelled[hits[0]]
        return None
