"""The tree of a condition: one class for each form, each with its place in the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.errors import Pointer
from attestgraph.conditions.expressions import Node as TemplateNode
from attestgraph.conditions.fields import Mode
from attestgraph.conditions.operators import Operator, WhenAbsent


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A JSON value that holds no expression; `[[` is already `[`."""

    value: Any
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text that is an expression."""

    node: TemplateNode
    text: str
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayOf:
    """An array of which a member holds an expression."""

    members: tuple[Operand, ...]
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectOf:
    """An object of which a member holds an expression."""

    members: Mapping[str, Operand]
    pointer: Pointer


Operand = Constant | Template | ArrayOf | ObjectOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The value of a field; its name may be an expression."""

    name: Constant | Template
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value that is written, or computed by an expression."""

    operand: Operand
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCount:
    """How many members of an array of the resource fulfil a condition."""

    field: Field
    where: Node | None
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCount:
    """How many members of an array of values fulfil a condition.

    Attributes:
        name: The name by which `current('name')` means the member; `default` where none is given.
    """

    operand: Operand
    name: str
    where: Node | None
    pointer: Pointer


Count = FieldCount | ValueCount
Left = Field | Value | Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One comparison."""

    left: Left
    operator: Operator
    right: Operand
    when_absent: WhenAbsent | None = None
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """True when every member is."""

    members: tuple[Node, ...]
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """True when a member is."""

    members: tuple[Node, ...]
    pointer: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """True when its member is false."""

    member: Node
    pointer: Pointer


Node = AllOf | AnyOf | Not | Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that can be judged.

    Attributes:
        root: The tree.
        document: The JSON as written.
        aliases: What resolves names with `/`, or None.
        mode: Whether names are held to the fields of a row, or read literally.
    """

    root: Node
    document: Any
    aliases: Aliases | None = None
    mode: Mode = "control"


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves of a tree in document order, those inside counts after their count."""
    match node:
        case AllOf() | AnyOf():
            for member in node.members:
                yield from leaves(member)
        case Not():
            yield from leaves(node.member)
        case Leaf():
            yield node
            left = node.left
            if isinstance(left, FieldCount | ValueCount) and left.where is not None:
                yield from leaves(left.where)


def templates(operand: Operand) -> Iterator[Template]:
    """Yield the expressions of an operand in document order."""
    match operand:
        case Constant():
            return
        case Template():
            yield operand
        case ArrayOf():
            for member in operand.members:
                yield from templates(member)
        case ObjectOf():
            for member in operand.members.values():
                yield from templates(member)


def operands(leaf: Leaf) -> tuple[Operand, ...]:
    """Return what a leaf itself computes: left, then right; not what is inside its `where`."""
    match leaf.left:
        case Field():
            return (leaf.left.name, leaf.right)
        case Value() | ValueCount():
            return (leaf.left.operand, leaf.right)
        case FieldCount():
            return (leaf.left.field.name, leaf.right)
