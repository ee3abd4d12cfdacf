"""Aliases of Azure Policy: the library's tables, and newer ones that a workspace brings."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import Final

from attestgraph.conditions import Aliases
from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.load.alias_answers import AliasPath, read_answer
from attestgraph.load.files import Folder
from attestgraph.load.nodes import span_of
from attestgraph.load.reader import decode_utf8
from attestgraph.model.ids import ascii_lower

HEADER: Final = "alias,type,path"
FILE: Final = "frameworks/azure-policy/aliases.csv"
PACKED_FILE: Final = "frameworks/azure-policy/aliases-all.csv.gz"
MOST_DUMP_BYTES: Final = 256 * 1_048_576
PLACES: Final = ("aliases.json", "aliases")
"""A workspace's own aliases: one file, or the `.json` files of a folder."""

Paths = dict[str, str | dict[str, str]]


def read_aliases(folder: Folder) -> Aliases:
    """Return the aliases of Azure Policy; none where the file is not there.

    The table of all aliases is digested, and unpacked when a name is not in the small one.
    """
    data = folder.read(FILE) if folder.has(FILE) else None
    text, faults = decode_utf8(data, FILE) if data is not None else (None, [])
    folder.faults.extend(faults)
    aliases = Aliases.from_mapping(_paths(folder, text) if text else {})
    packed = folder.read(PACKED_FILE) if folder.has(PACKED_FILE) else None
    return aliases if packed is None else aliases.before(lambda: _unpacked(packed))


def read_own_aliases(folder: Folder, aliases: Aliases) -> Aliases:
    """Return the library's aliases with those of a workspace over them, by alias and type.

    Of two files that name the same alias of the same type, the one whose name comes later counts:
    files named by date stay in order.
    """
    one, under = PLACES
    files = [one] if folder.has(one) else []
    files.extend(folder.listed(under, ".json"))
    found: dict[str, dict[str, str]] = {}
    spelled: dict[str, str] = {}
    for path in files:
        for entry in _entries(folder, path):
            name = spelled.setdefault(ascii_lower(entry.alias), entry.alias)
            found.setdefault(name, {})[ascii_lower(entry.resource_type)] = entry.path
    return aliases.overlaid(found) if found else aliases


def _entries(folder: Folder, path: str) -> Iterator[AliasPath]:
    data = folder.read(path, most=MOST_DUMP_BYTES)
    if data is None:
        return
    entries, faults = read_answer(data, path)
    folder.faults.extend(faults)
    yield from entries


def _unpacked(data: bytes) -> Paths:
    """Return the table of all aliases.

    Raises:
        InputError: The file of the library is damaged.
    """
    try:
        text = gzip.decompress(data).decode()
    except (OSError, EOFError, zlib.error, ValueError):
        text = ""
    lines = text.split("\n")
    if lines[0] != HEADER:
        raise InputError(
            Diagnostic(
                slug="no-library",
                message="the table of all aliases is damaged",
                path=PACKED_FILE,
                help="install attestgraph again",
            )
        )
    found: Paths = {}
    for line in lines[1:]:
        if line:
            alias, kind, path = line.split(",")
            _add(found, alias, kind, path)
    return found


def _paths(folder: Folder, text: str) -> Paths:
    """Return alias to path, or to paths by type; cells hold no commas or quotes."""
    lines = text.split("\n")
    if lines[0].rstrip("\r") != HEADER:
        message = f"the header is not `{HEADER}`"
        folder.fault("csv-header", message, FILE)
        return {}
    found: Paths = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        cells = line.rstrip("\r").split(",")
        if len(cells) != 3 or not cells[0] or not cells[2]:
            _bad_row(folder, number, len(line))
            continue
        alias, kind, path = cells
        _add(found, alias, ascii_lower(kind), path)
    return found


def _add(found: Paths, alias: str, kind: str, path: str) -> None:
    known = found.get(alias)
    if known is None:
        found[alias] = {kind: path} if kind else path
    elif isinstance(known, dict):
        known[kind] = path
    else:
        found[alias] = {"": known, kind: path}


def _bad_row(folder: Folder, line: int, width: int) -> None:
    span = span_of(FILE, (line, 1, line, width + 1))
    message = "the row is not `alias,type,path`"
    folder.faults.add(Diagnostic(slug="csv-row", message=message, span=span))
