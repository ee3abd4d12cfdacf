"""Why a row fails: the field that decided, what was expected there and what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from attestgraph.checks.judge import Row, value_at
from attestgraph.conditions import Condition, explain_condition
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


def explainer(
    test: RowTest,
    resource_type: str,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    paths: tuple[str, ...],
) -> Explain:
    """Return a function that explains why a row fails a test.

    Rows that agree in everything that the test reads have the same explanation, so it is made once
    for each distinct combination of values; a bounded number is remembered.
    """
    known: dict[bytes, Detail] = {}

    def explain(row: Row) -> Detail:
        key = orjson.dumps([value_at(row, path) for path in paths], option=_OPTIONS)
        detail = known.get(key)
        if detail is None:
            detail = fail_detail(test, resource_type, row, parameters=parameters, context=context)
            if len(known) < MOST_REMEMBERED:
                known[key] = detail
        return detail

    return explain


def fail_detail(
    test: RowTest,
    resource_type: str,
    row: Row,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
) -> Detail:
    """Return why a row fails a test; a missing related resource where the condition is not why."""
    if test.condition is not None and (test.violated_when or not test.related):
        return _of_condition(
            test, test.condition, row, resource_type, parameters=parameters, context=context
        )
    if test.condition is not None:
        detail = _failed_condition(test, row, resource_type, parameters, context)
        if detail is not None:
            return detail
    return _of_related(test.related)


def _failed_condition(
    test: RowTest,
    row: Row,
    resource_type: str,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
) -> Detail | None:
    from attestgraph.conditions import TRUE, UNKNOWN, compile_condition

    if test.condition is None:
        return None
    holds = compile_condition(
        test.condition, parameters=parameters, context=context, resource_type=resource_type
    )
    if holds(row) & (TRUE | UNKNOWN):
        return None
    return _of_condition(
        test, test.condition, row, resource_type, parameters=parameters, context=context
    )


def _of_condition(
    test: RowTest,
    condition: Condition,
    row: Row,
    resource_type: str,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
) -> Detail:
    explanation = explain_condition(
        condition, row, parameters=parameters, context=context, resource_type=resource_type
    )
    leaf = explanation.decisive(not test.violated_when)
    expected: Any = {leaf.operator: leaf.expected} if leaf.operator else leaf.expected
    # what is written under violated_when is what must not be so
    shown = {"not": expected} if test.violated_when else expected
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
