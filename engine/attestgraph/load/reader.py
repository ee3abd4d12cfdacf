"""Reads YAML with positions, and refuses what YAML would quietly change.

Bytes, depth, nodes and aliases are counted on the stream of events, and the tree is built from it
without recursion: 200 KB of `[` crash PyYAML's C composer. Refused, each with its place: tabs, text
that is not UTF-8, more than one document, tags, merge keys, duplicate keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, Span
from attestgraph.load.nodes import Document, Members, Node, Place, Scalar, Sequence, span_of

MOST_BYTES: Final = 1_048_576
MOST_DEPTH: Final = 150
MOST_NODES: Final = 50_000
MOST_ALIASES: Final = 500
_UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class _RefusedError(Exception):
    """Reading cannot go on."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    anchor: str | None
    keys: bool
    items: list[Node] = field(default_factory=list)
    pairs: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    key: Scalar | None = None
    awaits_value: bool = False
    nodes: int = 1
    height: int = 1


def decode_utf8(data: bytes, path: str) -> tuple[str | None, list[Diagnostic]]:
    """Return the text of a file without its byte order mark, or where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as fault:
        before = data[: fault.start].decode("utf-8-sig", "replace")
        message = f"byte 0x{data[fault.start]:02x} is not UTF-8"
        span = _end_of(path, before)
        mend = "save the file as UTF-8"
        return None, [Diagnostic(slug="not-utf8", message=message, help=mend, span=span)]


def decode_text(data: bytes, path: str) -> tuple[str | None, list[Diagnostic]]:
    """Return the text of a file, or what stands against it: size, UTF-8, control characters."""
    if len(data) > MOST_BYTES:
        message = f"the file has {len(data)} bytes; {MOST_BYTES} are read at most"
        return None, [Diagnostic(slug="too-large", message=message, path=path)]
    text, faults = decode_utf8(data, path)
    bad = _UNPRINTABLE.search(text) if text is not None else None
    if text is None or bad is None:
        return text, faults
    message = f"control character U+{ord(bad.group()):04X}"
    span = _end_of(path, text[: bad.start()])
    return None, [Diagnostic(slug="control-character", message=message, span=span)]


def _end_of(path: str, text: str) -> Span:
    """Return the place of the character after a text."""
    line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    return span_of(path, (line, column, line, column + 1))


def read_yaml(data: bytes, path: str) -> tuple[Document | None, list[Diagnostic]]:
    """Return the tree of a YAML file and its faults; no tree where it could not be built.

    Never raises for any bytes. A duplicate key is a fault and the first one is kept, so that the
    rest of the file can still be judged.

    Args:
        data: The file.
        path: Its path as shown in messages.
    """
    text, faults = decode_text(data, path)
    if text is None:
        return None, faults
    builder = _Builder(path=path, text=text, faults=faults)
    try:
        root = builder.build()
    except _RefusedError as refused:
        return None, [*faults, refused.diagnostic]
    if root is None:
        faults.append(Diagnostic(slug="empty-file", message="the file is empty", path=path))
        return None, faults
    if not isinstance(root, Members):
        message = "the file holds no keys"
        span = span_of(path, root.place)
        faults.append(Diagnostic(slug="wrong-type", message=message, span=span))
        return None, faults
    return Document(path=path, root=root, text=text), faults


@dataclass(slots=True)
class _Builder:
    """Builds the tree from events, counting as it goes."""

    path: str
    text: str
    faults: list[Diagnostic]
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int, int]] = field(default_factory=dict)
    nodes: int = 0
    aliases: int = 0
    root: Node | None = None

    def build(self) -> Node | None:
        """Return the root node, None for an empty file.

        Raises:
            _RefusedError: The file cannot be read further.
        """
        documents = 0
        for name, event in self.events():
            if name == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise self.refuse(
                        event,
                        "several-documents",
                        "a second document starts here",
                        "put it into a file of its own",
                    )
            elif name == "ScalarEvent":
                self.scalar(event)
            elif name == "AliasEvent":
                self.alias(event)
            elif name in ("MappingStartEvent", "SequenceStartEvent"):
                self.start(event, keys=name == "MappingStartEvent")
            elif name in ("MappingEndEvent", "SequenceEndEvent"):
                self.end(event)
        if isinstance(self.root, Scalar) and self.root.plain and not self.root.text:
            return None
        return self.root

    def events(self) -> Iterator[tuple[str, Any]]:
        """Yield the parser's events by name; its faults come as `_RefusedError`."""
        import yaml

        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                yield type(event).__name__, event
        except yaml.MarkedYAMLError as fault:
            raise _RefusedError(self.syntax(fault)) from None
        except yaml.YAMLError as fault:
            message = str(fault).splitlines()[0]
            raise _RefusedError(
                Diagnostic(slug="yaml-syntax", message=message, path=self.path)
            ) from None

    def syntax(self, fault: Any) -> Diagnostic:
        """Return the parser's fault in our form; a tab is told apart."""
        mark = fault.problem_mark or fault.context_mark
        if fault.context_mark and "end of stream" in str(fault.problem):
            mark = fault.context_mark  # where what does not end begins
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = _BREAK.split(self.text)
        row = lines[line - 1] if line <= len(lines) else ""
        indent = row[: len(row) - len(row.lstrip())]
        if row[column - 1 : column] == "\t" or "\t" in indent[:column]:
            at = indent.find("\t") + 1 if "\t" in indent else column
            return Diagnostic(
                slug="tab",
                message="a tab indents this line",
                help="indent with spaces",
                span=span_of(self.path, (line, at, line, at + 1)),
            )
        context = f" {fault.context}" if fault.context else ""
        message = f"{fault.problem or 'not YAML'}{context}"
        span = span_of(self.path, (line, column, line, column + 1))
        return Diagnostic(slug="yaml-syntax", message=message, span=span)

    def refuse(self, event: Any, slug: str, message: str, mend: str | None = None) -> _RefusedError:
        """Return the end of reading, placed at an event."""
        span = span_of(self.path, _place(event))
        return _RefusedError(Diagnostic(slug=slug, message=message, help=mend, span=span))

    def fault(self, place: Place, slug: str, message: str, mend: str | None = None) -> None:
        """Keep a fault that does not end the reading."""
        span = span_of(self.path, place)
        self.faults.append(Diagnostic(slug=slug, message=message, help=mend, span=span))

    def count(self, event: Any, nodes: int, depth: int) -> None:
        """Count nodes and depth as if aliases were written out; refuse beyond the limits."""
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            message = f"more than {MOST_NODES} values, aliases written out"
            raise self.refuse(event, "too-many-values", message)
        if len(self.open) + depth > MOST_DEPTH:
            message = f"nested deeper than {MOST_DEPTH} levels"
            raise self.refuse(event, "too-deep", message)

    def tag(self, event: Any) -> None:
        """Refuse a tag: it would change what the text means."""
        if event.tag is not None:
            word = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self.refuse(
                event,
                "yaml-tag",
                f"tag `{word}`",
                "leave it out: the file's form says what a value is",
            )

    def scalar(self, event: Any) -> None:
        """Add a scalar."""
        self.tag(event)
        self.count(event, 1, 1)
        node = Scalar(_place(event), event.value, event.implicit[0])
        if "\0" in event.value:
            self.fault(node.place, "control-character", "control character U+0000")
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 1)
        self.add(event, node, 1, 1)

    def alias(self, event: Any) -> None:
        """Add what an alias stands for."""
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            raise self.refuse(event, "too-many-aliases", f"more than {MOST_ALIASES} aliases")
        if event.anchor not in self.anchors:
            inside = any(frame.anchor == event.anchor for frame in self.open)
            message = f"alias `*{event.anchor}` " + (
                "stands inside what it names" if inside else "names no anchor above it"
            )
            raise self.refuse(event, "unknown-anchor", message)
        node, nodes, height = self.anchors[event.anchor]
        self.count(event, nodes, height)
        self.add(event, node, nodes, height)

    def start(self, event: Any, *, keys: bool) -> None:
        """Open a list or a mapping."""
        self.tag(event)
        self.count(event, 1, 1)
        self.open.append(_Open(_place(event), event.anchor, keys))

    def end(self, event: Any) -> None:
        """Close the innermost list or mapping and add it."""
        frame = self.open.pop()
        last = frame.items[-1].place if frame.items else frame.place
        if frame.keys and frame.pairs:
            last = next(reversed(frame.pairs.values()))[1].place
        ends = max((last[2], last[3]), frame.place[2:])
        if event.end_mark.index > event.start_mark.index:
            ends = (event.end_mark.line + 1, event.end_mark.column + 1)
        place = (frame.place[0], frame.place[1], ends[0], ends[1])
        items = tuple(frame.items)
        node: Node = Members(place, frame.pairs) if frame.keys else Sequence(place, items)
        if frame.anchor:
            self.anchors[frame.anchor] = (node, frame.nodes, frame.height)
        self.add(event, node, frame.nodes, frame.height)

    def add(self, event: Any, node: Node, nodes: int, height: int) -> None:
        """Put a node where it belongs: root, list item, key or value."""
        if not self.open:
            self.root = node
            return
        frame = self.open[-1]
        frame.nodes += nodes
        frame.height = max(frame.height, height + 1)
        if not frame.keys:
            frame.items.append(node)
        elif not frame.awaits_value:
            frame.key = self.key(event, node, frame)
            frame.awaits_value = True
        else:
            if frame.key is not None:
                frame.pairs[frame.key.text] = (frame.key, node)
            frame.awaits_value = False

    def key(self, event: Any, node: Node, frame: _Open) -> Scalar | None:
        """Return the key, None where it is a fault and its value is dropped."""
        if not isinstance(node, Scalar):
            raise self.refuse(event, "key-not-text", "a list or mapping stands as a key")
        if node.text == "<<" and node.plain:
            mend = "write the keys out"
            self.fault(node.place, "merge-key", "merge key `<<`", mend)
            return None
        if node.text in frame.pairs:
            first = frame.pairs[node.text][0].place
            message = f"key `{node.text}` stands here again"
            mend = f"it first stands at {self.path}:{first[0]}:{first[1]}; keep one of them"
            self.fault(node.place, "duplicate-key", message, mend)
            return None
        return node


def _place(event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    return (start.line + 1, start.column + 1, end.line + 1, end.column + 1)
