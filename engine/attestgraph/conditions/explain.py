"""Why a condition says what it says of one row: the judged tree, and the leaf that decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.interpret import Interpreter, Judged
from attestgraph.conditions.interpret_read import RowReader
from attestgraph.conditions.readers import Settings
from attestgraph.conditions.tree import (
    AllOf,
    AnyOf,
    Condition,
    Constant,
    Field,
    FieldCount,
    Leaf,
    Left,
    Node,
    Not,
    Operand,
    Template,
    Value,
    ValueCount,
)
from attestgraph.conditions.values import MISSING, REDACTED_KEY, Special
from attestgraph.conditions.verdicts import (
    ABSENT,
    UNKNOWN,
    conjunction,
    disjunction,
    is_false,
    is_true,
    negation,
)

MOST_PARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One node of a judged condition.

    Attributes:
        kind: allOf, anyOf, not, field, value, count, or element (one value of an array).
        operator: Of a leaf.
        path: Where a field was read below the row, or the name of what was not there.
        expected: The right side.
        actual: What was read; None where it is absent or may not be known.
        absent: Whether what was read is not there.
        result: The verdict code; None where the node failed.
        error: Why it failed.
        expression: What was compared, as written: the field, the value or what is counted.
    """

    kind: str
    operator: str | None = None
    path: str | None = None
    expected: Any = None
    actual: Any = None
    absent: bool = False
    result: int | None = None
    error: str | None = None
    expression: str | None = None
    children: tuple[Explanation, ...] = ()

    def decisive(self, wanted_result_false: bool) -> Explanation:  # noqa: FBT001 the only argument
        """Return the leaf that suffices for the whole to be false, or true.

        Observed values come before absent ones. Where the whole says neither, it is the leaf that
        keeps it from being decided.
        """
        if not self.children:
            return self
        below = not wanted_result_false if self.kind == "not" else wanted_result_false
        chosen = min(self.children, key=lambda child: _rank(child, wanted_false=below))
        return chosen.decisive(below)

    def reason(self) -> tuple[Explanation, ...]:
        """Return the fewest leaves that suffice for the result, in document order.

        A conjunction is false by one false member and true by all; a disjunction the other way
        round. Of reasons of like length, what was observed comes before what is absent. Where
        nothing is decided, it is what keeps it from being decided.
        """
        if not self.children:
            return (self,)
        if self.result is None or self.result == UNKNOWN:
            open_ones = [one for one in self.children if one.result is None]
            open_ones = open_ones or [one for one in self.children if one.result == UNKNOWN]
            return open_ones[0].reason() if open_ones else (self,)
        if self.kind == "not":
            return self.children[0].reason()
        true = is_true(self.result)
        each = [
            one.reason()
            for one in self.children
            if one.result not in {None, UNKNOWN} and is_true(one.result or 0) is true
        ]
        if true is (self.kind != "anyOf"):
            return tuple(leaf for leaves in each for leaf in leaves)
        return min(each, key=_length)

    def to_json(self) -> dict[str, Any]:
        """Return the tree as JSON: only the members that say something."""
        found: dict[str, Any] = {"kind": self.kind, "result": self.result}
        for name in ("operator", "path", "error"):
            value = getattr(self, name)
            if value is not None:
                found[name] = value
        if not self.children or self.operator is not None:
            found["expected"] = self.expected
            found["actual"] = self.actual
            found["absent"] = self.absent
        if self.children:
            found["children"] = [child.to_json() for child in self.children]
        return found


def _length(leaves: tuple[Explanation, ...]) -> tuple[int, int]:
    """Return how long a reason is, then how much of it rests on absence."""
    return len(leaves), sum((leaf.result or 0) >= ABSENT for leaf in leaves)


def _rank(child: Explanation, *, wanted_false: bool) -> int:
    """Return how far a child is from deciding: observed, by absence, failed, unknown, the rest."""
    if child.result is None:
        return 2
    if child.result == UNKNOWN:
        return 3
    right = is_false(child.result) if wanted_false else is_true(child.result)
    return 4 if not right else 0 if child.result < 2 else 1


def explain_condition(
    condition: Condition,
    row: Mapping[str, Any],
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    resource_type: str | None = None,
) -> Explanation:
    """Return the judged tree of a condition on one row; its result is what the closures say.

    A node that fails carries its error and no result, so that the rest can be read.
    """
    settings = Settings(
        aliases=condition.aliases,
        mode=condition.mode,
        parameters=parameters,
        context=context,
        resource_type=resource_type,
    )
    return explained(condition.root, settings, row)


def explained(root: Node, settings: Settings, row: Mapping[str, Any]) -> Explanation:
    """Return the judged tree of a root on one row."""
    return _explain(root, Interpreter(reader=RowReader(settings=settings, row=row)))


def _explain(node: Node, interpreter: Interpreter) -> Explanation:
    match node:
        case AllOf() | AnyOf():
            children = tuple(_explain(one, interpreter) for one in node.members)
            codes = [one.result for one in children if one.result is not None]
            every = isinstance(node, AllOf)
            code = conjunction(codes) if every else disjunction(codes)
            failed = [one for one in children if one.result is None]
            settled = is_false(code) if every else is_true(code)
            return Explanation(
                kind="allOf" if every else "anyOf",
                result=None if failed and not settled else code,
                error=failed[0].error if failed and not settled else None,
                children=children,
            )
        case Not():
            child = _explain(node.member, interpreter)
            code_of = None if child.result is None else negation(child.result)
            return Explanation(kind="not", result=code_of, error=child.error, children=(child,))
        case Leaf():
            return _leaf(node, interpreter)
    assert_never(node)


def _leaf(leaf: Leaf, interpreter: Interpreter) -> Explanation:
    kind = "field" if isinstance(leaf.left, Field) else "count"
    kind = "value" if isinstance(leaf.left, Value) else kind
    try:
        judged = interpreter.leaf(leaf, ())
    except EvaluationError as error:
        return Explanation(
            kind=kind,
            operator=leaf.operator.value,
            error=str(error),
            expression=_written(leaf.left),
        )
    parts = tuple(_of(part, leaf, "element") for part in judged.parts[:MOST_PARTS])
    return _of(judged, leaf, kind, parts)


def _of(
    judged: Judged, leaf: Leaf, kind: str, children: tuple[Explanation, ...] = ()
) -> Explanation:
    actual = judged.actual
    return Explanation(
        kind=kind,
        operator=leaf.operator.value,
        path=judged.place or None,
        expected=_shown(judged.expected),
        actual=_shown(actual),
        absent=actual is MISSING or actual is Special.UNLISTED,
        result=judged.code,
        expression=_written(leaf.left),
        children=children,
    )


def _written(left: Left) -> str | None:
    """Return the left side as the rule has it, where that is a text."""
    match left:
        case Field():
            operand: Operand = left.name
        case FieldCount():
            operand = left.field.name
        case Value() | ValueCount():
            operand = left.operand
    if isinstance(operand, Template):
        return operand.text
    written = operand.value if isinstance(operand, Constant) else None
    return written if isinstance(written, str) else None


def _shown(value: Any) -> Any:
    """Return a value as JSON: null for what is absent, the mark for what is redacted."""
    if value is Special.REDACTED or value is Special.HIDDEN:
        return {REDACTED_KEY: True}
    if isinstance(value, Special):
        return None
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return value
