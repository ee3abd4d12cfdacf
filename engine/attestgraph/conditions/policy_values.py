"""Values that an initiative passes to its definitions: expressions over its own parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.expression_run import Environment, interpret_expression
from attestgraph.conditions.expressions import is_template, parse_template
from attestgraph.conditions.values import MISSING


def resolved(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Return a value with its expressions computed; `[[` at the start of a text is `[`.

    Args:
        value: JSON as written, parsed once already: nesting and expressions are known to be good.
        parameters: The values of the initiative's parameters, by name.

    Raises:
        EvaluationError: An expression failed, or reads what there is none of here.
    """
    if isinstance(value, dict):
        return {name: resolved(part, parameters) for name, part in value.items()}
    if isinstance(value, list):
        return [resolved(part, parameters) for part in value]
    if not isinstance(value, str):
        return value
    if not is_template(value):
        return value[1:] if value.startswith("[[") else value
    environment = Environment(
        parameters=parameters,
        context={},
        row={},
        read_field=_no_resource,
        read_current=_no_resource,
    )
    found = interpret_expression(parse_template(value), environment)
    return None if found is MISSING else found


def _no_resource(_name: str | None) -> NoReturn:
    message = "an initiative's parameters are set where no resource is at hand"
    raise EvaluationError.of("not-a-condition", message)
