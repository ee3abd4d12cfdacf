"""Checks that nothing can be asked of: their `where` is false whatever a row holds.

A control for customer-managed keys asks only where its parameter `required` is true. While it is
false, no row and no state could make it pass or fail, so missing evidence takes nothing away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, assert_never

from attestgraph.conditions import FALSE, TRUE, Condition, EvaluationError, compile_condition
from attestgraph.conditions.tree import AllOf, AnyOf, Constant, Leaf, Node, Not, Template, Value

# other functions may read the row or its place
_PARAMETER: Final = re.compile(r"\[parameters\('[A-Za-z][A-Za-z0-9_]*'\)\]")


def never_applies(
    where: Condition | None, *, parameters: Mapping[str, Any], context: Mapping[str, Any]
) -> bool:
    """Tell whether a `where` is false for every row with these values, by constants alone."""
    if where is None:
        return False
    return _constant(where.root, where, parameters, context) is False


def _constant(
    node: Node, whole: Condition, parameters: Mapping[str, Any], context: Mapping[str, Any]
) -> bool | None:
    """Return what a node is whatever the row holds; None where that depends on the row."""
    match node:
        case AllOf() | AnyOf():
            decisive = isinstance(node, AnyOf)
            found = [_constant(m, whole, parameters, context) for m in node.members]
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        case Not():
            inner = _constant(node.member, whole, parameters, context)
            return None if inner is None else not inner
        case Leaf():
            return _leaf(node, whole, parameters, context)
        case _:
            assert_never(node)


def _leaf(
    leaf: Leaf, whole: Condition, parameters: Mapping[str, Any], context: Mapping[str, Any]
) -> bool | None:
    if not isinstance(leaf.left, Value) or not (_plain(leaf.left.operand) and _plain(leaf.right)):
        return None
    try:
        judge = compile_condition(
            replace(whole, root=leaf), parameters=parameters, context=context, resource_type=None
        )
        code = judge({})
    except EvaluationError:
        return None
    return {TRUE: True, FALSE: False}.get(code)


def _plain(operand: object) -> bool:
    """Tell whether an operand is a constant or a parameter."""
    if isinstance(operand, Template):
        return _PARAMETER.fullmatch(operand.text) is not None
    return isinstance(operand, Constant)
