"""Aliases as Azure gives them: `Get-AzPolicyAlias | ConvertTo-Json`, or the providers API.

PowerShell gives an array of `{Namespace, ResourceType, Aliases: [{Name, DefaultPath, Paths:
[{Path}]}]}`; the API and `az provider list --expand resourceTypes/aliases` give providers of
`{namespace, resourceTypes: [{resourceType, aliases: [{name, defaultPath, paths: [{path}]}]}]}`, in
an array, below `value`, or alone. The path is the default one: other paths are those of older API
versions, and Resource Graph has a version of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from attestgraph.diagnostics import Diagnostic, Span
from attestgraph.load.nodes import span_of
from attestgraph.load.reader import decode_utf8
from attestgraph.model.ids import ascii_lower

MOST_FAULTS: Final = 20
BLANKS: Final = " \t\n\r"
AGAIN: Final = (
    "give the output of `Get-AzPolicyAlias | ConvertTo-Json -Depth 5`, or of `az provider list "
    "--expand resourceTypes/aliases`"
)

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasPath:
    """The path of an alias below a row of a type, all as written."""

    alias: str
    resource_type: str
    path: str


def read_answer(data: bytes, path: str) -> tuple[list[AliasPath], list[Diagnostic]]:
    """Return the aliases of an answer, and its faults (at most 20); no aliases where it has any.

    An alias without a path is left out: Azure lists some that it has retired.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the file is UTF-16, as Windows PowerShell writes with `>`"
        mend = "write it with `| Out-File -Encoding utf8`, or use PowerShell 7"
        return [], [Diagnostic(slug="not-utf8", message=message, path=path, help=mend)]
    text, faults = decode_utf8(data, path)
    if text is None:
        return [], faults
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return [], [_not_json(error.msg, error.lineno, error.colno, path)]
    reading = _Reading(text=text, path=path)
    found = list(reading.answer(document))
    return ([] if reading.faults else found), reading.faults


def _not_json(message: str, line: int, column: int, path: str) -> Diagnostic:
    span = span_of(path, (line, column, line, column + 1))
    return Diagnostic(slug="bad-json", message=f"not JSON: {message}", help=AGAIN, span=span)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One reading of an answer; keys are taken without regard to letter case."""

    text: str
    path: str
    faults: list[Diagnostic] = field(default_factory=list)

    def answer(self, document: Any) -> Iterator[AliasPath]:
        """Yield the aliases of an answer in any of its forms."""
        at: Place = ()
        if isinstance(document, dict):
            inner, key = _member(document, "value")
            if isinstance(inner, list):
                document, at = inner, (key,)
        if isinstance(document, dict):
            yield from self.entry(document, at)
        elif isinstance(document, list):
            for number, one in enumerate(document):
                yield from self.entry(one, (*at, number))
        else:
            self.fault("unknown-form", "an answer of aliases is an array", at)

    def entry(self, entry: Any, at: Place) -> Iterator[AliasPath]:
        """Yield the aliases of one provider, or of one resource type."""
        if len(self.faults) >= MOST_FAULTS:
            return
        if not isinstance(entry, dict):
            self.fault("unknown-form", "an entry is an object", at)
            return
        namespace = self.name(entry, "namespace", at)
        types, key = _member(entry, "resourceTypes")
        if types is None:
            yield from self.kind(entry, namespace, at)
            return
        for number, kind in enumerate(self.array(types, (*at, key))):
            if isinstance(kind, dict):
                yield from self.kind(kind, namespace, (*at, key, number))
            else:
                self.fault("unknown-form", "a resource type is an object", (*at, key, number))

    def kind(self, entry: Mapping[str, Any], namespace: str, at: Place) -> Iterator[AliasPath]:
        """Yield the aliases of one resource type."""
        name = self.name(entry, "resourceType", at)
        aliases, key = _member(entry, "aliases")
        if aliases is None:
            return
        for number, alias in enumerate(self.array(aliases, (*at, key))):
            place = (*at, key, number)
            if not isinstance(alias, dict):
                message = "an alias is an object, not text: the answer is cut off in depth"
                self.fault("unknown-form", message, place)
                return
            found = self.alias(alias, f"{namespace}/{name}", place)
            if found is not None:
                yield found

    def alias(self, entry: Mapping[str, Any], kind: str, at: Place) -> AliasPath | None:
        """Return one alias with its default path, else the first path that it has."""
        name = self.name(entry, "name", at)
        path, key = _member(entry, "defaultPath")
        place: Place = (*at, key)
        if not path:
            paths, key = _member(entry, "paths")
            first = paths[0] if isinstance(paths, list) and paths else None
            path, inner = _member(first, "path") if isinstance(first, dict) else (None, "path")
            place = (*at, key, 0, inner)
        if not path or not name:
            return None
        if not isinstance(path, str):
            self.fault("wrong-type", "the path of an alias is text", place)
            return None
        return AliasPath(alias=name, resource_type=kind, path=path)

    def name(self, entry: Mapping[str, Any], wanted: str, at: Place) -> str:
        """Return a text that must be there; empty, with a fault, where it is not."""
        value, key = _member(entry, wanted)
        if isinstance(value, str) and value:
            return value
        if value is None or value == "":
            self.fault("missing-key", f"`{wanted}` is missing", at)
        else:
            self.fault("wrong-type", f"`{wanted}` is text", (*at, key))
        return ""

    def array(self, value: Any, at: Place) -> list[Any]:
        """Return a value that must be an array; empty, with a fault, where it is none."""
        if isinstance(value, list):
            return value
        cut = "; the answer is cut off in depth" if isinstance(value, str) else ""
        self.fault("wrong-type", f"`{at[-1]}` is an array{cut}", at)
        return []

    def fault(self, slug: str, message: str, at: Place) -> None:
        """Keep a fault at its line and column."""
        if len(self.faults) < MOST_FAULTS:
            span = self.span(offset_of(self.text, at))
            self.faults.append(Diagnostic(slug=slug, message=message, help=AGAIN, span=span))

    def span(self, offset: int) -> Span:
        """Return the place of a character."""
        before = self.text[:offset]
        line, column = before.count("\n") + 1, offset - before.rfind("\n")
        return span_of(self.path, (line, column, line, column + 1))


def _member(entry: Mapping[str, Any], name: str) -> tuple[Any, str]:
    """Return the member of an object by its name in any letter case, and the key as written."""
    if name in entry:
        return entry[name], name
    low = ascii_lower(name)
    for key, value in entry.items():
        if ascii_lower(key) == low:
            return value, key
    return None, name


def offset_of(text: str, place: Place) -> int:
    """Return where the value at a place begins in a text that is JSON, in characters."""
    decoder = json.JSONDecoder()
    offset = _next(text, 0)
    for step in place:
        number = 0
        offset = _next(text, offset + 1)
        while True:
            key: str | int = number
            if isinstance(step, str):
                key, after = decoder.raw_decode(text, offset)
                offset = _next(text, _next(text, after) + 1)
            if key == step:
                break
            _, after = decoder.raw_decode(text, offset)
            offset = _next(text, _next(text, after) + 1)
            number += 1
    return offset


def _next(text: str, offset: int) -> int:
    """Return where the next character stands that is not blank."""
    while offset < len(text) and text[offset] in BLANKS:
        offset += 1
    return offset
