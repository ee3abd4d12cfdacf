"""Operands: constants and expressions, and what an expression may refer to where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from attestgraph.conditions.errors import ConditionError, ConditionFault, Pointer
from attestgraph.conditions.expressions import (
    Node,
    current_names,
    field_names,
    is_template,
    parameter_names,
    parse_template,
)
from attestgraph.conditions.fields import check_field
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.tree import ArrayOf, Constant, ObjectOf, Operand, Template

if TYPE_CHECKING:
    from attestgraph.conditions.parse import Parser

MOST_OPERAND_DEPTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What `current()` may mean at a place.

    Attributes:
        values: The names of the value counts around, in lower case.
        fields: How many field counts are around.
    """

    values: tuple[str, ...] = ()
    fields: int = 0


def operand(
    parser: Parser, value: Any, pointer: Pointer, names: Names, depth: int = 0
) -> Operand | None:
    """Return a JSON value with its expressions parsed, or None where it has faults."""
    if depth > MOST_OPERAND_DEPTH:
        message = f"a value is nested deeper than {MOST_OPERAND_DEPTH}"
        parser.faults.add("nesting-too-deep", message, pointer)
        return None
    if type(value) is str:
        return text(parser, value, pointer, names)
    if type(value) is list:
        found = [operand(parser, v, (*pointer, i), names, depth + 1) for i, v in enumerate(value)]
        members = tuple(one for one in found if one is not None)
        if all(isinstance(one, Constant) for one in members):
            return Constant(value=_constants(members), pointer=pointer)
        return ArrayOf(members=members, pointer=pointer)
    if type(value) is dict:
        pairs = {k: operand(parser, v, (*pointer, k), names, depth + 1) for k, v in value.items()}
        named = {name: one for name, one in pairs.items() if one is not None}
        if all(isinstance(one, Constant) for one in named.values()):
            plain = dict(zip(named, _constants(tuple(named.values())), strict=True))
            return Constant(value=plain, pointer=pointer)
        return ObjectOf(members=named, pointer=pointer)
    if value is not None and type(value) not in {bool, int, float}:
        message = f"`{type(value).__name__}` is no JSON value"
        parser.faults.add("not-json", message, pointer, "put dates in quotation marks")
        return None
    return Constant(value=value, pointer=pointer)


def _constants(members: tuple[Operand, ...]) -> list[Any]:
    return [one.value for one in members if isinstance(one, Constant)]


def text(parser: Parser, value: str, pointer: Pointer, names: Names) -> Constant | Template | None:
    """Return a text as a constant, `[[` taken for `[`, or as an expression, its names checked."""
    if not value.startswith("["):
        return Constant(value=value, pointer=pointer)
    try:
        node = parse_template(value)
    except ConditionError as error:
        parser.faults.take(*error.under(pointer).faults)
        return None
    if not is_template(value):
        return Constant(value=value[1:] if value.startswith("[[") else value, pointer=pointer)
    before = len(parser.faults.found)
    _check_parameters(parser, node, pointer)
    _check_fields(parser, node, pointer)
    _check_currents(parser, node, pointer, names)
    if len(parser.faults.found) > before:
        return None
    return Template(node=node, text=value, pointer=pointer)


def _check_parameters(parser: Parser, node: Node, pointer: Pointer) -> None:
    if parser.parameters is None:
        return
    for name, offset in parameter_names(node):
        if ascii_lower(name) not in parser.parameters:
            help_text = parser.faults.suggestion(name, sorted(parser.parameters))
            fault = ConditionFault(
                slug="unknown-parameter",
                message=f"unknown parameter `{name}`",
                help=help_text,
                pointer=pointer,
                offset=offset,
            )
            parser.faults.take(fault)


def _check_fields(parser: Parser, node: Node, pointer: Pointer) -> None:
    for name, offset in field_names(node):
        try:
            check_field(name, aliases=parser.aliases, mode=parser.mode)
        except ConditionError as error:
            for fault in error.faults:
                placed = ConditionFault(
                    slug=fault.slug,
                    message=fault.message,
                    help=fault.help,
                    pointer=pointer,
                    offset=offset,
                )
                if fault.slug == "unknown-alias":
                    placed = parser.faults.alias(placed, name, parser.aliases)
                parser.faults.take(placed)


def _check_currents(parser: Parser, node: Node, pointer: Pointer, names: Names) -> None:
    for name, offset in current_names(node):
        if name is None:
            known = bool(names.values) or names.fields > 0
        else:
            known = ascii_lower(name) in names.values or names.fields > 0
        if not known:
            shown = "current()" if name is None else f"current('{name}')"
            fault = ConditionFault(
                slug="unknown-current",
                message=f"`{shown}` stands outside the count that it means",
                pointer=pointer,
                offset=offset,
            )
            parser.faults.take(fault)
