"""The nodes of template expressions, and what can be read off them without evaluating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from attestgraph.conditions.functions_base import ascii_lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value as written: the text of a plain string, or a literal inside an expression.

    Attributes:
        value: str, int, float, bool or None.
        offset: Characters from the start of the text; all nodes have one, none compares by it.
    """

    value: str | int | float | bool | None
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function applied to arguments; `name` as written, `key` in lower case."""

    name: str = field(compare=False)
    key: str
    arguments: tuple[Node, ...]
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A member of an object: `.name`."""

    target: Node
    name: str
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A member of an array or object: `[index]`."""

    target: Node
    index: Node
    offset: int = field(default=0, compare=False)


Node = Literal | Call | Property | Index


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and all below it, in the order they are written."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        match found:
            case Call(arguments=arguments):
                waiting.extend(reversed(arguments))
            case Property(target=target):
                waiting.append(target)
            case Index(target=target, index=index):
                waiting.extend((index, target))
            case Literal():
                pass


def _named(node: Node, key: str) -> Iterator[tuple[str, int]]:
    for found in walk(node):
        if isinstance(found, Call) and found.key == key and len(found.arguments) == 1:
            argument = found.arguments[0]
            if isinstance(argument, Literal) and isinstance(argument.value, str):
                yield argument.value, argument.offset


def field_names(node: Node) -> tuple[tuple[str, int], ...]:
    """Return the literal names given to `field()`, with their offsets."""
    return tuple(_named(node, "field"))


def parameter_names(node: Node) -> tuple[tuple[str, int], ...]:
    """Return the literal names given to `parameters()`, with their offsets."""
    return tuple(_named(node, "parameters"))


def current_names(node: Node) -> tuple[tuple[str | None, int], ...]:
    """Return the literal names given to `current()`, None where it has none, with offsets."""
    bare = (
        (None, found.offset)
        for found in walk(node)
        if isinstance(found, Call) and found.key == "current" and not found.arguments
    )
    return tuple(sorted((*bare, *_named(node, "current")), key=lambda use: use[1]))


def format_template(node: Node) -> str:
    """Return text that parses to an equal node."""
    if not isinstance(node, Literal) or not isinstance(node.value, str):
        return f"[{format_expression(node)}]"
    text = node.value
    escaped = text.startswith("[[") or (text.startswith("[") and text.endswith("]"))
    return f"[{text}" if escaped else text


def format_expression(node: Node) -> str:
    """Return the expression without its outer brackets."""
    match node:
        case Literal(value=str() as text):
            return "'" + text.replace("'", "''") + "'"
        case Literal(value=None):
            return "null"
        case Literal(value=bool() as truth):
            return "true" if truth else "false"
        case Literal(value=number):
            return repr(number)
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(map(format_expression, arguments))})"
        case Property(target=target, name=name):
            return f"{format_expression(target)}.{name}"
        case Index(target=target, index=index):
            return f"{format_expression(target)}[{format_expression(index)}]"


def call(name: str, *arguments: Node, offset: int = 0) -> Call:
    """Return a call node; the key is the name in lower case."""
    return Call(name=name, key=ascii_lower(name), arguments=arguments, offset=offset)
