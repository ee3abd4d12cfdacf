"""Why a definition has the effect that it has, in the form of Azure's own evaluation details."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.explain import Explanation
from attestgraph.conditions.verdicts import UNKNOWN, is_false, is_true

RESULTS: Final = {True: "True", False: "False"}
KINDS: Final = {"field": "Field", "value": "Value", "count": "Count", "element": "Field"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an ...IfNotExists effect looked at.

    Attributes:
        rows: The related rows of the type, name and place looked for.
        trees: The existence condition on each row, until one fulfils it; none without a condition.
    """

    rows: Sequence[Mapping[str, Any]]
    trees: Sequence[Explanation] = ()

    @property
    def found(self) -> bool:
        """Tell whether what must exist does."""
        if not self.trees:
            return bool(self.rows)
        return any(tree.result is not None and is_true(tree.result) for tree in self.trees)


def details(
    *,
    effect: str | None,
    error: EvaluationError | None,
    tree: Explanation | None,
    sought: Sought | None,
) -> dict[str, Any]:
    """Return the evaluation details of one resource as JSON.

    Members: `effect` (null where the rule has none here), `error` (null, or slug and message),
    `evaluatedExpressions` (the leaves of `if`, in document order), `ifNotExistsDetails` (null
    where nothing was looked for), `reason` (the fewest leaves that suffice; those of an existence
    condition say the `resourceId`), `tree` (all nodes).
    """
    return {
        "effect": effect,
        "error": None if error is None else {"slug": error.faults[0].slug, "message": str(error)},
        "evaluatedExpressions": [] if tree is None else [_expression(one) for one in _leaves(tree)],
        "ifNotExistsDetails": None if sought is None else _if_not_exists(sought),
        "reason": [] if tree is None else list(_reason(tree, sought)),
        "tree": None if tree is None else tree.to_json(),
    }


def _leaves(tree: Explanation) -> Iterator[Explanation]:
    """Yield the leaves; the values of an array stand together in one."""
    if not tree.children or tree.operator is not None:
        yield tree
        return
    for child in tree.children:
        yield from _leaves(child)


def _expression(leaf: Explanation) -> dict[str, Any]:
    """Return a leaf with Azure's names, results as its texts."""
    found: dict[str, Any] = {"result": _result(leaf)}
    if leaf.expression is not None:
        found["expression"] = leaf.expression
    found["expressionKind"] = KINDS.get(leaf.kind, leaf.kind)
    if leaf.path is not None:
        found["path"] = leaf.path
    if leaf.error is not None:
        found["error"] = leaf.error
    operator = leaf.operator or ""
    return {
        **found,
        "expressionValue": leaf.actual,
        "targetValue": leaf.expected,
        "operator": operator[:1].upper() + operator[1:],
    }


def _result(leaf: Explanation) -> str:
    if leaf.result is None:
        return "Error"
    return "Unknown" if leaf.result == UNKNOWN else RESULTS[is_true(leaf.result)]


def _id(row: Mapping[str, Any]) -> str | None:
    value = row.get("id")
    return value if isinstance(value, str) else None


def _if_not_exists(sought: Sought) -> dict[str, Any]:
    """Return what was looked for: the last resource that was judged, and how many there were."""
    judged = [
        {
            "resourceId": _id(row),
            "result": _result(tree),
            "evaluatedExpressions": [_expression(one) for one in _leaves(tree)],
        }
        for row, tree in zip(sought.rows, sought.trees, strict=False)
    ]
    rows = sought.rows[: len(sought.trees)] if sought.trees else sought.rows[:1]
    return {
        "resourceId": _id(rows[-1]) if rows else None,
        "totalResources": len(sought.rows),
        "evaluatedResources": judged,
    }


def _reason(tree: Explanation, sought: Sought | None) -> Iterator[dict[str, Any]]:
    """Yield what suffices: what exists, alone; else `if`, and all that fell short."""
    if sought is None or not sought.found:
        yield from (_expression(leaf) for leaf in tree.reason())
    if sought is None:
        return
    for row, one in zip(sought.rows, sought.trees, strict=False):
        if not sought.found or (one.result is not None and is_true(one.result)):
            for leaf in one.reason():
                yield {**_expression(leaf), "resourceId": _id(row)}


def holds(tree: Explanation) -> bool | None:
    """Tell whether a judged `if` is true; None where it is not decided."""
    if tree.result is None or tree.result == UNKNOWN:
        return None
    return not is_false(tree.result)
