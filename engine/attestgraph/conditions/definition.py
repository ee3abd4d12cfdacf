"""Policy definitions: the effect that a definition has on a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from attestgraph.conditions.alias_names import aliases_in, aliases_of
from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.compile import compiled
from attestgraph.conditions.definition_explain import Sought, details, holds
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
from attestgraph.conditions.explain import Explanation, explained
from attestgraph.conditions.fields import Mode
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
        names: How names that are no alias of the table are taken: read literally, or refused.
    """

    parts: Parts
    aliases: Aliases | None
    names: Mode = "policy"

    @classmethod
    def parse(cls, document: Any, aliases: Aliases | None = None, *, strict: bool = False) -> Self:
        """Return a definition from JSON: whole, its `properties`, or a rule of `if` and `then`.

        Args:
            document: As decoded from JSON.
            aliases: What resolves names with `/`.
            strict: Whether an alias that the table does not have is a fault, as it is for Azure
                Policy when a definition is created. Otherwise it is read literally below the row,
                and `unknown_aliases` names it.

        Raises:
            ConditionError: With all faults, in document order.
        """
        mode: Mode = "strict-policy" if strict else "policy"
        return cls(parts=parse_parts(document, aliases, mode), aliases=aliases, names=mode)

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

    @property
    def unknown_aliases(self) -> tuple[str, ...]:
        """The aliases named that the table does not have, once each, as written and in order.

        Without a table that is all of them. A result that rests on one says nothing.
        """
        found: dict[str, str] = {}
        for name in self._aliases_named():
            if self.aliases is None or name not in self.aliases:
                found.setdefault(ascii_lower(name), name)
        return tuple(found.values())

    def _aliases_named(self) -> Iterator[str]:
        yield from aliases_of(self.parts.condition)
        yield from aliases_in(self.parts.effect)
        existence = self.parts.existence
        if existence is None:
            return
        for part in (existence.resource_type, existence.name, existence.scope, existence.group):
            if part is not None:
                yield from aliases_in(part)
        if existence.where is not None:
            yield from aliases_of(existence.where)

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
        settings = self._settings(resource, parameters, context)
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

    def explain(
        self,
        resource: Mapping[str, Any],
        *,
        parameters: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        related: Sequence[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """Return why `evaluate` says what it says, as JSON in the form of Azure's details.

        Members: effect, error, evaluatedExpressions, ifNotExistsDetails, reason (the fewest leaves
        that suffice), tree. An error of the rule is a member here and is not raised.

        Args:
            resource: As for `evaluate`, and so are the others.
            parameters: The values of the assignment.
            context: utcNow, subscription, resourceGroup, requestContext, policy.
            related: What an ...IfNotExists effect may find.
        """
        effect: str | None = None
        error: EvaluationError | None = None
        tree: Explanation | None = None
        sought: Sought | None = None
        try:
            settings = self._settings(resource, parameters, context)
            written = EFFECTS[ascii_lower(self._effect(settings, resource))]
            tree = explained(self.parts.condition, settings, resource)
            if written in IF_NOT_EXISTS and holds(tree):
                sought = self._sought(settings, resource, related)
            effect = self.evaluate(
                resource, parameters=parameters, context=context, related=related
            )
        except EvaluationError as raised:
            error = raised
        return details(effect=effect, error=error, tree=tree, sought=sought)

    def _settings(
        self,
        resource: Mapping[str, Any],
        parameters: Mapping[str, Any] | None,
        context: Mapping[str, Any] | None,
    ) -> Settings:
        kind = resource.get("type")
        return Settings(
            aliases=self.aliases,
            mode=self.names,
            parameters=effective(self.parts.parameters, parameters or {}),
            context=context or {},
            resource_type=kind if isinstance(kind, str) else None,
        )

    def _effect(self, settings: Settings, resource: Mapping[str, Any]) -> str:
        value = _value(self.parts.effect, settings, resource)
        if type(value) is not str or ascii_lower(value) not in EFFECTS:
            shown = f"`{value[:60]}`" if type(value) is str else "what is no text"
            raise EvaluationError.of("unknown-effect", f"the effect is {shown}")
        return value

    def _candidates(
        self,
        settings: Settings,
        resource: Mapping[str, Any],
        related: Sequence[Mapping[str, Any]],
    ) -> tuple[Node | None, Settings, list[Mapping[str, Any]]]:
        """Return the existence condition, what it is judged against, and the rows to judge."""
        existence = self.parts.existence
        if existence is None:
            message = "the definition does not say the `type` of what must exist"
            raise EvaluationError.of("no-details", message)
        kind = _value(existence.resource_type, settings, resource)
        if type(kind) is not str:
            raise EvaluationError.of("no-details", "the `type` of what must exist is no text")
        rows = [row for row in related if _is_candidate(row, kind, existence, settings, resource)]
        inner = Settings(
            aliases=self.aliases,
            mode=self.names,
            parameters=settings.parameters,
            context=settings.context,
            resource_type=kind,
            outer=Outer(row=resource, resource_type=settings.resource_type),
        )
        return existence.where, inner, rows

    def _exists(
        self,
        settings: Settings,
        resource: Mapping[str, Any],
        related: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Tell whether a related resource fulfils the existence condition."""
        where, inner, rows = self._candidates(settings, resource, related)
        if where is None:
            return bool(rows)
        judge = compiled(where, inner)
        codes = [judge(row) for row in rows]
        if any(is_true(code) for code in codes):
            return True
        if UNKNOWN in codes:
            raise _undecided()
        return False

    def _sought(
        self,
        settings: Settings,
        resource: Mapping[str, Any],
        related: Sequence[Mapping[str, Any]],
    ) -> Sought:
        """Return the rows that were looked at, judged until one fulfils the condition."""
        where, inner, rows = self._candidates(settings, resource, related)
        trees: list[Explanation] = []
        if where is None:
            return Sought(rows=rows)
        for row in rows:
            trees.append(explained(where, inner, row))
            if holds(trees[-1]):
                break
        return Sought(rows=rows, trees=trees)


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
    except UnknownValueError as unknown:
        raise _undecided(str(unknown)) from None


def _undecided(what: str = "") -> EvaluationError:
    what = what or "a redacted value, or what the context lacks"
    message = f"the rule reads what may not be known: {what}"
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
