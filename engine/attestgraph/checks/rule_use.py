"""Whether the rule of a policy check can be judged here, and with which values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from attestgraph.checks.states import meets
from attestgraph.conditions import Definition, EvaluationError
from attestgraph.conditions.definition_parse import EFFECTS, IF_NOT_EXISTS, Effect
from attestgraph.conditions.expressions import Call, parameter_names, walk
from attestgraph.conditions.parameters import effective
from attestgraph.conditions.readers import Seen, Settings, is_fixed, operand_reader
from attestgraph.conditions.tree import Operand, leaves, operands, templates
from attestgraph.conditions.values import MISSING
from attestgraph.model.authored import PolicyTest
from attestgraph.model.ids import ascii_lower

_MODES: Final = frozenset(
    {"", "all", "indexed", "microsoft.keyvault.data", "microsoft.managedhsm.data"}
)
_JUDGED: Final = IF_NOT_EXISTS | {Effect.AUDIT, Effect.DENY, Effect.APPEND, Effect.MODIFY}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUse:
    """Whether and how the rule of a policy check is used.

    Attributes:
        values: The effective values of the definition's parameters.
        effect: None where the rule is not used.
        why: Why it is not, to be printed; empty where it is.
    """

    values: Mapping[str, Any]
    effect: Effect | None
    why: str = ""


def use_of(test: PolicyTest, context: Mapping[str, Any]) -> RuleUse | None:
    """Return how the rule of a policy check is used; None where it has none.

    A rule that cannot be judged here leaves the check to its states, as if there were no rule.
    """
    rule = test.rule
    if rule is None:
        return None
    try:
        values = _values(rule, test.values)
        effect = _effect(rule, values, context)
    except EvaluationError as error:
        return RuleUse(values={}, effect=None, why=error.faults[0].message)
    why = _why_not(rule, effect)
    if not why and not meets(orjson.dumps(dict(values)).decode(), test.requires):
        why = "the values of its parameters are looser than the check requires"
    return RuleUse(values=values, effect=None if why else effect, why=why)


def _values(rule: Definition, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of the parameters that have one or are read.

    Many definitions ask for a value that only their deployment reads: they can be judged without.

    Raises:
        EvaluationError: One that is read has no value, or a value does not fit.
    """
    declared = rule.parts.parameters
    if declared is None:
        return given
    said, read = {ascii_lower(name) for name in given}, _parameters_read(rule)
    wanted = {
        low: parameter
        for low, parameter in declared.items()
        if parameter.default is not MISSING or low in said or read is None or low in read
    }
    return effective(wanted, given)


def _parameters_read(rule: Definition) -> frozenset[str] | None:
    """Return the lower-case names of the parameters that a rule reads; None where any may be."""
    parts = rule.parts
    roots = [parts.condition]
    found: list[Operand] = [parts.effect]
    if parts.existence is not None:
        sought = parts.existence
        roots += [] if sought.where is None else [sought.where]
        places = (sought.resource_type, sought.name, sought.scope, sought.group)
        found += [place for place in places if place is not None]
    found += [operand for root in roots for leaf in leaves(root) for operand in operands(leaf)]
    names: set[str] = set()
    for template in (one for operand in found for one in templates(operand)):
        literal = [ascii_lower(name) for name, _ in parameter_names(template.node)]
        calls = [n for n in walk(template.node) if isinstance(n, Call) and n.key == "parameters"]
        if len(calls) > len(literal):
            return None
        names.update(literal)
    return frozenset(names)


def _effect(rule: Definition, values: Mapping[str, Any], context: Mapping[str, Any]) -> Effect:
    operand = rule.parts.effect
    if not is_fixed(operand, context):
        raise EvaluationError.of("unknown-effect", "its effect depends on the resource")
    settings = settings_of(rule, values, context, None)
    found = operand_reader(operand, settings, (), Seen())({}, ())
    effect = EFFECTS.get(ascii_lower(found)) if isinstance(found, str) else None
    if effect is None:
        raise EvaluationError.of("unknown-effect", "its effect is none that is known")
    return effect


def _why_not(rule: Definition, effect: Effect) -> str:
    if ascii_lower(rule.mode or "") not in _MODES:
        return f"its mode `{rule.mode}` is judged by that service alone"
    if effect is Effect.DISABLED:
        return "its effect is disabled"
    if effect is not Effect.MANUAL and effect not in _JUDGED:
        return f"its effect `{effect}` does not say what a resource must be"
    return ""


def settings_of(
    rule: Definition,
    values: Mapping[str, Any],
    context: Mapping[str, Any],
    resource_type: str | None,
) -> Settings:
    """Return what the parts of a rule are compiled against."""
    return Settings(
        aliases=rule.aliases,
        mode=rule.names,
        parameters=values,
        context=context,
        resource_type=resource_type,
    )


def note_of(why: str) -> str:
    """Return what a reader is told of a rule that is there and not used."""
    return f"the definition itself is not judged, only its states are read: {why}"
