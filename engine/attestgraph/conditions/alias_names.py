"""The aliases that a rule names, in fields, counts and expressions."""

from __future__ import annotations

from collections.abc import Iterator

from attestgraph.conditions.expressions import current_names, field_names
from attestgraph.conditions.fields import is_alias_name
from attestgraph.conditions.tree import (
    Constant,
    Field,
    FieldCount,
    Node,
    Operand,
    leaves,
    operands,
    templates,
)


def aliases_of(root: Node) -> Iterator[str]:
    """Yield the aliases that a condition names, in document order; those computed are not seen."""
    for leaf in leaves(root):
        left = leaf.left.field if isinstance(leaf.left, FieldCount) else leaf.left
        if isinstance(left, Field) and isinstance(left.name, Constant):
            name = left.name.value
            if is_alias_name(name):
                yield name
        for operand in operands(leaf):
            yield from aliases_in(operand)


def aliases_in(operand: Operand) -> Iterator[str]:
    """Yield the aliases that the expressions of an operand name."""
    for template in templates(operand):
        for name, _ in (*field_names(template.node), *current_names(template.node)):
            if name is not None and is_alias_name(name):
                yield name
