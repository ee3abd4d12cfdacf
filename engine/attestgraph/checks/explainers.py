"""Why the rows of a type fail a check, whichever kind of test it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestgraph.checks.details import Explain, Premises, explainer, rule_explainer
from attestgraph.checks.plan import CheckInstance
from attestgraph.model.authored import RowTest


def explainer_of(
    instance: CheckInstance, resource_type: str, context: Mapping[str, Any]
) -> Explain | None:
    """Return what explains a failing row; None where only states decide."""
    test = instance.check.test
    rule = instance.rules.get(resource_type)
    if isinstance(test, RowTest):
        values: Mapping[str, Any] = instance.parameters.plain
        return explainer(test, _premises(values, context, resource_type))
    if rule is not None:
        return rule_explainer(rule, _premises(rule.values, context, resource_type))
    return None


def _premises(
    values: Mapping[str, Any], context: Mapping[str, Any], resource_type: str
) -> Premises:
    return Premises(parameters=values, context=context, resource_type=resource_type)
