"""From a condition to closures: names, paths, operators and constants are resolved once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from attestgraph.conditions.compile_leaf import count_leaf, field_leaf, value_leaf
from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.readers import Judge, Settings
from attestgraph.conditions.scopes import Bindings, Scope
from attestgraph.conditions.tree import (
    AllOf,
    AnyOf,
    Condition,
    Field,
    FieldCount,
    Leaf,
    Node,
    Not,
    Value,
    ValueCount,
)
from attestgraph.conditions.verdicts import (
    FALSE,
    FALSE_BY_ABSENCE,
    IN_CONJUNCTION,
    IN_DISJUNCTION,
    TRUE,
    TRUE_BY_ABSENCE,
    UNKNOWN,
)

Compiled = Callable[[Mapping[str, Any]], int]
"""From a row to a verdict code; raises EvaluationError. Not to be shared between threads."""


def compile_condition(
    condition: Condition,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    resource_type: str | None = None,
) -> Compiled:
    """Return a condition as a function of a row.

    Args:
        condition: From `parse_condition`.
        parameters: The effective values of all parameters.
        context: `utcNow`, `subscription`, `resourceGroup`, `requestContext`, `policy`, as far as
            the condition's expressions read them.
        resource_type: The type of the rows, for aliases whose path depends on it.

    Raises:
        EvaluationError: A field name that is computed is unknown, or an alias has no path for the
            type. A constant that cannot be computed fails when a row needs it.
    """
    settings = Settings(
        aliases=condition.aliases,
        mode=condition.mode,
        parameters=parameters,
        context=context,
        resource_type=resource_type,
    )
    return compiled(condition.root, settings)


def compiled(root: Node, settings: Settings) -> Compiled:
    """Return a tree as a function of a row."""
    judge: Callable[..., int] = judge_of(root, settings, ())
    return judge


def judge_of(node: Node, settings: Settings, bindings: Bindings) -> Judge:
    """Return a node as a function of a row and the members of the counts around."""
    match node:
        case AllOf():
            members = tuple(judge_of(one, settings, bindings) for one in node.members)
            return members[0] if len(members) == 1 else _all_of(members)
        case AnyOf():
            members = tuple(judge_of(one, settings, bindings) for one in node.members)
            return members[0] if len(members) == 1 else _any_of(members)
        case Not():
            return _not(judge_of(node.member, settings, bindings))
        case Leaf():
            return _leaf(node, settings, bindings)
    assert_never(node)


def _leaf(leaf: Leaf, settings: Settings, bindings: Bindings) -> Judge:
    left = leaf.left
    try:
        match left:
            case Field():
                return field_leaf(leaf, left, settings, bindings)
            case Value():
                return value_leaf(leaf, left, settings, bindings)
            case FieldCount() | ValueCount():
                return count_leaf(leaf, left, settings, bindings, judge_of)
    except EvaluationError as error:
        raise error.under(leaf.pointer) from None
    assert_never(left)


def _all_of(members: tuple[Judge, ...]) -> Judge:
    """Conjunction: an observed false member decides at once, in whatever place it stands.

    An error of one member counts only where no other is false, as `false and error` is false in
    either order.
    """
    rank = IN_CONJUNCTION

    def all_of(row: Any, scope: Scope = ()) -> int:
        code = TRUE
        error: EvaluationError | None = None
        for member in members:
            try:
                found = member(row, scope)
            except EvaluationError as raised:
                error = error or raised
                continue
            if found == TRUE:
                continue
            if found == FALSE:
                return FALSE
            if rank[found] > rank[code]:
                code = found
        if error is not None and code != FALSE_BY_ABSENCE:
            raise error
        return code

    return all_of


def _any_of(members: tuple[Judge, ...]) -> Judge:
    """Disjunction: the dual of `_all_of`."""
    rank = IN_DISJUNCTION

    def any_of(row: Any, scope: Scope = ()) -> int:
        code = FALSE
        error: EvaluationError | None = None
        for member in members:
            try:
                found = member(row, scope)
            except EvaluationError as raised:
                error = error or raised
                continue
            if found == FALSE:
                continue
            if found == TRUE:
                return TRUE
            if rank[found] > rank[code]:
                code = found
        if error is not None and code != TRUE_BY_ABSENCE:
            raise error
        return code

    return any_of


def _not(member: Judge) -> Judge:
    def negated(row: Any, scope: Scope = ()) -> int:
        found = member(row, scope)
        return found if found == UNKNOWN else found ^ TRUE

    return negated
