"""Rules of policy checks: the definition beside a check, or the imported one of its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from attestgraph.conditions import Aliases, ConditionError, Definition, EvaluationError
from attestgraph.conditions.definition_parse import EFFECTS, Effect
from attestgraph.conditions.parameters import effective
from attestgraph.conditions.tree import Constant
from attestgraph.conditions.values import MISSING
from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place, placed
from attestgraph.load.policy_documents import STATIC
from attestgraph.model.authored import Check, Control, DefinitionFacts, PolicyTest
from attestgraph.model.ids import ascii_lower
from attestgraph.model.policies import PolicyRule

MISSING_VALUE = "missing-parameter"


def read_inline(place: Place, pointer: Pointer, value: Any, aliases: Aliases) -> Definition | None:
    """Return the definition that stands in a check; None and its faults where it has any."""
    if not isinstance(value, dict):
        return None
    try:
        return Definition.parse(value, aliases, strict=True)
    except ConditionError as error:
        place.faults.extend(placed(place.document, pointer, fault) for fault in error.faults)
    return None


def value_faults(rule: Definition, values: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Yield what is wrong with the values of a rule's parameters, without a place.

    One that has no value is no fault: the rule is then not judged here (see `checks.rules`).
    """
    try:
        effective(rule.parts.parameters, values)
    except EvaluationError as error:
        for fault in error.faults:
            if fault.slug != MISSING_VALUE:
                yield Diagnostic(slug=fault.slug, message=fault.message, help=fault.help)


def facts_of(rule: PolicyRule, known: Mapping[str, DefinitionFacts]) -> DefinitionFacts:
    """Return what is known of an imported definition, as of those that are not."""
    before = known.get(rule.name)
    return DefinitionFacts(
        name=rule.name,
        title=rule.title,
        category=before.category if before else "",
        mode=rule.mode or "",
        effect=_default_effect(rule.definition) or (before.effect if before else ""),
        types=tuple(sorted(rule.definition.types)) or (before.types if before else ()),
    )


def _default_effect(rule: Definition) -> str:
    effect: Any = rule.parts.effect.value if isinstance(rule.parts.effect, Constant) else None
    name = rule.effect_parameter
    if name is not None and rule.parts.parameters is not None:
        parameter = rule.parts.parameters.get(ascii_lower(name))
        effect = parameter.default if parameter else MISSING
    known = EFFECTS.get(ascii_lower(effect)) if isinstance(effect, str) else None
    return known.value if isinstance(known, Effect) else ""


def with_rules(
    controls: Mapping[Any, Control], rules: Mapping[str, PolicyRule], faults: list[Diagnostic]
) -> dict[Any, Control]:
    """Return controls whose policy checks know the imported definition that they name."""
    return {name: _with_rules(control, rules, faults) for name, control in controls.items()}


def _with_rules(
    control: Control, rules: Mapping[str, PolicyRule], faults: list[Diagnostic]
) -> Control:
    checks = tuple(_check(check, rules, faults) for check in control.checks)
    if all(new is old for new, old in zip(checks, control.checks, strict=True)):
        return control
    return replace(control, checks=checks)


def _check(check: Check, rules: Mapping[str, PolicyRule], faults: list[Diagnostic]) -> Check:
    test = check.test
    if not isinstance(test, PolicyTest) or test.rule is not None:
        return check
    rule = rules.get(test.definition.rpartition("/")[2])
    if rule is None or rule.kind == STATIC:
        if test.values:
            faults.append(_unused(check))
        return check
    faults.extend(fault.at(check.span) for fault in value_faults(rule.definition, test.values))
    # what is judged is part of the check: its digest must tell one version from another
    return replace(
        check,
        test=replace(test, rule=rule.definition),
        document={**check.document, "definition": rule.document},
    )


def _unused(check: Check) -> Diagnostic:
    return Diagnostic(
        slug="unused-values",
        severity=Severity.WARNING,
        message=f"check `{check.id}` has `values`, but its definition is not in the workspace",
        help="import the definition, or write it under `definition`",
        span=check.span,
    )
