"""Why a row fails: the field that decided, what was expected there and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from attestgraph.checks.judge import Row, value_reader
from attestgraph.checks.rules import CompiledRule
from attestgraph.conditions import (
    ABSENT,
    TRUE,
    UNKNOWN,
    Compiled,
    Condition,
    EvaluationError,
    compile_condition,
    explain_condition,
    reads,
)
from attestgraph.conditions.tree import AllOf, AnyOf, Node, Not
from attestgraph.model.authored import Related, RowTest

MOST_REMEMBERED: Final = 4096
MOST_TEXT: Final = 4000
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What a failing finding shows.

    Attributes:
        expected: JSON text.
        actual: JSON text; `null` where the field is not there.
        path: The field, as the check names it.
    """

    expected: str | None
    actual: str | None
    path: str | None


Explain = Callable[[Row], Detail]


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """What a condition is judged with: values, context and the type of the rows."""

    parameters: Mapping[str, Any]
    context: Mapping[str, Any]
    resource_type: str

    def compile(self, condition: Condition) -> Compiled:
        """Return a condition as a function of a row."""
        return compile_condition(
            condition,
            parameters=self.parameters,
            context=self.context,
            resource_type=self.resource_type,
        )


def explainer(test: RowTest, premises: Premises) -> Explain:
    """Return the function that explains why a row fails a test.

    The condition explains a fail unless it holds: then a related resource is missing.
    """
    related = _of_related(test.related)
    if test.condition is None or (test.violated_when and test.related):
        return lambda _row: related
    leaf = _leaf_explainer(test.condition, premises, wanted_false=not test.violated_when)
    if not test.related:
        return leaf
    holds = premises.compile(test.condition)
    return lambda row: related if holds(row) & (TRUE | UNKNOWN) else leaf(row)


def rule_explainer(rule: CompiledRule, premises: Premises) -> Explain:
    """Return the function that explains why a row violates the rule of a policy definition."""
    sought = rule.existence
    if sought is None:
        return _leaf_explainer(rule.condition, premises, wanted_false=False)

    def explain(row: Row) -> Detail:
        wanted: dict[str, Any] = {"type": sought.resource_type}
        name = sought.name(row)
        if name is not None:
            wanted["name"] = name
        if sought.document is not None:
            wanted["existenceCondition"] = sought.document
        text = _text({"exists": wanted})
        return Detail(expected=text, actual=None, path=sought.resource_type)

    return explain


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A node of a condition that can be judged by itself; a leaf has an explanation as well."""

    judge: Compiled
    negates: bool = False
    members: tuple[_Part, ...] = ()
    explain: Callable[[Row, bool], Detail] | None = None


def _leaf_explainer(condition: Condition, premises: Premises, *, wanted_false: bool) -> Explain:
    """Return the function that finds the leaf that decides, as `Explanation.decisive` does.

    Judging parts by closures is cheap; the interpreter then explains one leaf, and once for all
    rows that agree in what the leaf reads.
    """
    root = _part(condition.root, condition, premises, expected_not=not wanted_false)

    def explain(row: Row) -> Detail:
        part, below = root, wanted_false
        while part.explain is None:
            below = below is not part.negates
            part = min(part.members, key=lambda member: _rank(member, row, wanted_false=below))
        return part.explain(row, below)

    return explain


def _part(node: Node, condition: Condition, premises: Premises, *, expected_not: bool) -> _Part:
    alone = replace(condition, root=node)
    judge = premises.compile(alone)
    if isinstance(node, AllOf | AnyOf | Not):
        members = (node.member,) if isinstance(node, Not) else node.members
        return _Part(
            judge=judge,
            negates=isinstance(node, Not),
            members=tuple(
                _part(member, condition, premises, expected_not=expected_not) for member in members
            ),
        )
    return _Part(judge=judge, explain=_remembering(alone, premises, expected_not=expected_not))


def _rank(part: _Part, row: Row, *, wanted_false: bool) -> int:
    """Return how far a part is from deciding: observed, by absence, failed, unknown, the rest."""
    try:
        code = part.judge(row)
    except EvaluationError:
        return 2
    if code & UNKNOWN:
        return 3
    if bool(code & TRUE) is wanted_false:
        return 4
    return 1 if code & ABSENT else 0


def _remembering(
    leaf: Condition, premises: Premises, *, expected_not: bool
) -> Callable[[Row, bool], Detail]:
    known: dict[bytes, Detail] = {}
    readers = [value_reader(path) for path in sorted(reads(leaf, premises.resource_type))]

    def explain(row: Row, wanted_false: bool) -> Detail:  # noqa: FBT001 the way of `decisive`
        key = orjson.dumps([wanted_false, *(read(row) for read in readers)], option=_OPTIONS)
        detail = known.get(key)
        if detail is None:
            detail = _of_leaf(leaf, row, premises, wanted_false, expected_not)
            if len(known) < MOST_REMEMBERED:
                known[key] = detail
        return detail

    return explain


def _of_leaf(
    condition: Condition,
    row: Row,
    premises: Premises,
    wanted_false: bool,  # noqa: FBT001 the way of `decisive`
    expected_not: bool,  # noqa: FBT001 as above
) -> Detail:
    explanation = explain_condition(
        condition,
        row,
        parameters=premises.parameters,
        context=premises.context,
        resource_type=premises.resource_type,
    )
    leaf = explanation.decisive(wanted_false)
    expected: Any = {leaf.operator: leaf.expected} if leaf.operator else leaf.expected
    # what is written under violated_when is what must not be so
    shown = {"not": expected} if expected_not else expected
    return Detail(expected=_text(shown), actual=_text(leaf.actual), path=leaf.path)


def _of_related(related: tuple[Related, ...]) -> Detail:
    wanted = [
        {
            "type": entry.type,
            "within": str(entry.within),
            **({"name": entry.name} if entry.name else {}),
            **({"exists": False} if entry.at_least == 0 else {"at_least": entry.at_least}),
        }
        for entry in related
    ]
    path = related[0].type if len(related) == 1 else None
    return Detail(expected=_text({"related": wanted}), actual=None, path=path)


def _text(value: Any) -> str:
    """Return JSON text; what is too long for a report is cut and says so."""
    text = orjson.dumps(value, default=str, option=_OPTIONS).decode()
    if len(text) <= MOST_TEXT:
        return text
    return orjson.dumps({"cut": text[:MOST_TEXT]}).decode()
