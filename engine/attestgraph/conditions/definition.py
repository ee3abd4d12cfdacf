"""Policy definitions: the effect that a definition has on a resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.compile import compiled
from attestgraph.conditions.definition_parse import (
    EFFECTS,
    IF_NOT_EXISTS,
    Effect,
    Existence,
    Parts,
    effect_parameter,
    parse_parts,
)
from attestgraph.conditions.errors import EvaluationError, UnknownValueError
from attestgraph.conditions.folding import ascii_lower, fold
from attestgraph.conditions.operators import Operator
from attestgraph.conditions.parameters import effective
from attestgraph.conditions.readers import Outer, Seen, Settings, operand_reader
from attestgraph.conditions.related import in_scope, is_named
from attestgraph.conditions.tree import AllOf, AnyOf, Constant, Field, Leaf, Node, Operand
from attestgraph.conditions.verdicts import UNKNOWN, is_false, is_true


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A policy definition that can be judged offline.

    Attributes:
        parts: What it is made of.
        aliases: What resolves names with `/`; None: they are read literally.
    """

    parts: Parts
    aliases: Aliases | None

    @classmethod
    def parse(cls, document: Any, aliases: Aliases | None = None) -> Self:
        """Return a definition from JSON: whole, its `properties`, or a rule of `if` and `then`.

        Raises:
            ConditionError: With all faults, in document order.
        """
        return cls(parts=parse_parts(document, aliases), aliases=aliases)

    @property
    def effect_parameter(self) -> str | None:
        """The name of the parameter that gives the effect, if one does."""
        return effect_parameter(self.parts.effect)

    @property
    def mode(self) -> str | None:
        """The mode as written: `All`, `Indexed`, or a provider's."""
        return self.parts.mode

    @property
    def types(self) -> frozenset[str]:
        """The resource types, in lower case, for which `if` can be true; empty where any can."""
        return types_of(self.parts.condition) or frozenset()

    def evaluate(
        self,
        resource: Mapping[str, Any],
        *,
        parameters: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        related: Sequence[Mapping[str, Any]] = (),
    ) -> str | None:
        """Return the effect on a resource, in lower case, or None where the rule is not violated.

        Args:
            resource: A row, or the resource as Resource Manager gives it.
            parameters: The values of the assignment.
            context: utcNow, subscription, resourceGroup, requestContext, policy.
            related: What an ...IfNotExists effect may find, of any type, name or place.

        Raises:
            EvaluationError: An error of the rule, or it cannot be decided from what is known.
        """
        kind = resource.get("type")
        settings = Settings(
            aliases=self.aliases,
            mode="policy",
            parameters=effective(self.parts.parameters, parameters or {}),
            context=context or {},
            resource_type=kind if isinstance(kind, str) else None,
        )
        written = self._effect(settings, resource)
        effect = EFFECTS[ascii_lower(written)]
        if effect is Effect.DISABLED:
            return None
        code = compiled(self.parts.condition, settings)(resource)
        if code == UNKNOWN:
            raise _undecided()
        if is_false(code):
            return None
        if effect in IF_NOT_EXISTS and self._exists(settings, resource, related):
            return None
        return ascii_lower(written)

    def _effect(self, settings: Settings, resource: Mapping[str, Any]) -> str:
        value = _value(self.parts.effect, settings, resource)
        if type(value) is not str or ascii_lower(value) not in EFFECTS:
            shown = f"`{value[:60]}`" if type(value) is str else "what is no text"
            raise EvaluationError.of("unknown-effect", f"the effect is {shown}")
        return value

    def _exists(
        self,
        settings: Settings,
        resource: Mapping[str, Any],
        related: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Tell whether a related resource fulfils the existence condition."""
        existence = self.parts.existence
        if existence is None:
            message = "the definition does not say the `type` of what must exist"
            raise EvaluationError.of("no-details", message)
        kind = _value(existence.resource_type, settings, resource)
        if type(kind) is not str:
            raise EvaluationError.of("no-details", "the `type` of what must exist is no text")
        candidates = [
            row for row in related if _is_candidate(row, kind, existence, settings, resource)
        ]
        if existence.where is None:
            return bool(candidates)
        inner = Settings(
            aliases=self.aliases,
            mode="policy",
            parameters=settings.parameters,
            context=settings.context,
            resource_type=kind,
            outer=Outer(row=resource, resource_type=settings.resource_type),
        )
        judge = compiled(existence.where, inner)
        codes = [judge(row) for row in candidates]
        if any(is_true(code) for code in codes):
            return True
        if UNKNOWN in codes:
            raise _undecided()
        return False


def _is_candidate(
    row: Mapping[str, Any],
    kind: str,
    existence: Existence,
    settings: Settings,
    resource: Mapping[str, Any],
) -> bool:
    """Tell whether a row is of the type, name and place looked for, as far as it tells."""
    own = row.get("type")
    if isinstance(own, str) and ascii_lower(own) != ascii_lower(kind):
        return False
    name, scope, group = (
        None if part is None else _value(part, settings, resource)
        for part in (existence.name, existence.scope, existence.group)
    )
    if isinstance(name, str) and not is_named(row, name):
        return False
    wide = isinstance(scope, str) and ascii_lower(scope) == "subscription"
    return in_scope(row, resource, wide=wide, group=group if isinstance(group, str) else None)


def _value(operand: Operand, settings: Settings, resource: Mapping[str, Any]) -> Any:
    """Return an operand that may read the resource."""
    if isinstance(operand, Constant):
        return operand.value
    try:
        return operand_reader(operand, settings, (), Seen())(resource, ())
    except UnknownValueError:
        raise _undecided() from None


def _undecided() -> EvaluationError:
    message = "the rule reads what may not be known: a redacted value, or what the context lacks"
    return EvaluationError.of("undecided", message)


def types_of(node: Node) -> frozenset[str] | None:
    """Return the types for which a condition can be true, by its conditions on `type`; None: any.

    The test is one-sided: a type that is not named cannot make the condition true.
    """
    if isinstance(node, AllOf):
        known = [found for found in map(types_of, node.members) if found is not None]
        return frozenset.intersection(*known) if known else None
    if isinstance(node, AnyOf):
        each = [types_of(member) for member in node.members]
        sure = [found for found in each if found is not None]
        return frozenset().union(*sure) if each and len(sure) == len(each) else None
    if not isinstance(node, Leaf) or not isinstance(node.left, Field):
        return None
    name, right = node.left.name, node.right
    if (
        not isinstance(name, Constant)
        or fold(name.value) != "type"
        or not isinstance(right, Constant)
    ):
        return None
    if node.operator is Operator.EQUALS and type(right.value) is str:
        return frozenset({ascii_lower(right.value)})
    if node.operator is Operator.IN and all(type(one) is str for one in right.value):
        return frozenset(ascii_lower(one) for one in right.value)
    return None
