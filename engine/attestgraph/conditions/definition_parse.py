"""From the JSON of a policy definition to its parts: rule, effect, parameters, existence."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.errors import ConditionError, Pointer
from attestgraph.conditions.expressions import Call, Literal
from attestgraph.conditions.fields import Mode
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.operators import a_kind
from attestgraph.conditions.parameters import Parameter, parse_parameters
from attestgraph.conditions.parse import Faults, Parser, TooManyFaultsError, parse_root
from attestgraph.conditions.parse_operand import Names, operand
from attestgraph.conditions.tree import Constant, Node, Operand, Template
from attestgraph.conditions.values import kind_of


class Effect(enum.StrEnum):
    """All effects that Azure Policy has or had."""

    AUDIT = "audit"
    AUDIT_ACTION = "auditAction"
    DENY = "deny"
    DISABLED = "disabled"
    APPEND = "append"
    MODIFY = "modify"
    MUTATE = "mutate"
    MANUAL = "manual"
    DENY_ACTION = "denyAction"
    ADD_TO_NETWORK_GROUP = "addToNetworkGroup"
    AUDIT_IF_NOT_EXISTS = "auditIfNotExists"
    DEPLOY_IF_NOT_EXISTS = "deployIfNotExists"
    ENFORCE_SETTING = "enforceSetting"
    ENFORCE_OPA_CONSTRAINT = "enforceOPAConstraint"
    ENFORCE_REGO_POLICY = "enforceRegoPolicy"


EFFECTS: Final = {ascii_lower(effect.value): effect for effect in Effect}
IF_NOT_EXISTS: Final = frozenset({Effect.AUDIT_IF_NOT_EXISTS, Effect.DEPLOY_IF_NOT_EXISTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Existence:
    """What an ...IfNotExists effect looks for.

    Attributes:
        resource_type: The type of the related resources.
        name: The name that one must have.
        scope: `ResourceGroup` (the default) or `Subscription`.
        group: The resource group to look in instead of the resource's own.
        where: The condition that one must fulfil; None: any will do.
        document: The condition as written.
    """

    resource_type: Operand
    name: Operand | None
    scope: Operand | None
    group: Operand | None
    where: Node | None
    document: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a definition.

    Attributes:
        parameters: Those declared, by lower-case name; None for a bare rule, which takes any.
    """

    mode: str | None
    parameters: Mapping[str, Parameter] | None
    condition: Node
    document: Any
    effect: Constant | Template
    existence: Existence | None


def parse_parts(document: Any, aliases: Aliases | None, mode: Mode = "policy") -> Parts:
    """Return the parts of a definition, of its `properties`, or of a bare rule.

    Args:
        document: As decoded from JSON.
        aliases: What resolves names with `/`.
        mode: `policy`, or `strict-policy`, in which an alias that is not known is a fault.

    Raises:
        ConditionError: With all faults, in document order.
    """
    reading = _Reading(
        parser=Parser(
            mode=mode, aliases=aliases, parameters=None, when_absent=False, faults=Faults()
        )
    )
    parts = None
    with suppress(TooManyFaultsError):
        parts = reading.whole(document)
    if parts is None or reading.parser.faults.found:
        raise ConditionError(reading.parser.faults.found)
    return parts


def effect_parameter(effect: Operand) -> str | None:
    """Return the name of the parameter that gives the effect, if one does."""
    node = effect.node if isinstance(effect, Template) else None
    if isinstance(node, Call) and node.key == "parameters" and len(node.arguments) == 1:
        argument = node.arguments[0]
        if isinstance(argument, Literal) and isinstance(argument.value, str):
            return argument.value
    return None


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One reading of a definition: objects are looked into without regard to letter case."""

    parser: Parser

    @property
    def faults(self) -> Faults:
        """The faults found so far."""
        return self.parser.faults

    def whole(self, document: Any) -> Parts | None:
        """Return the parts of a definition in any of its forms."""
        body, pointer = self.object(document, (), "a definition")
        inner, below = self.find(body, pointer, "properties")
        if type(inner) is dict and self.find(inner, below, "policyRule")[0] is not None:
            body, pointer = inner, below
        rule, rule_pointer = self.find(body, pointer, "policyRule")
        parameters: Mapping[str, Parameter] | None = None
        if rule is None:
            rule, rule_pointer = body, pointer
        else:
            declared, place = self.find(body, pointer, "parameters")
            parameters = parse_parameters(declared or {}, place, self.faults)
            self.parser = Parser(
                mode=self.parser.mode,
                aliases=self.parser.aliases,
                parameters=frozenset(parameters),
                when_absent=False,
                faults=self.faults,
            )
        mode, _ = self.find(body, pointer, "mode")
        return self.rule(rule, rule_pointer, mode if type(mode) is str else None, parameters)

    def rule(
        self,
        document: Any,
        pointer: Pointer,
        mode: str | None,
        parameters: Mapping[str, Parameter] | None,
    ) -> Parts | None:
        """Return the parts of a rule: `if` and `then`."""
        rule, pointer = self.object(document, pointer, "a rule")
        if rule is None:
            return None
        condition, place = self.find(rule, pointer, "if")
        root = None
        if condition is None:
            self.faults.add("no-if", "the rule has no `if`", pointer)
        else:
            root = parse_root(self.parser, condition, place)
        then, place = self.find(rule, pointer, "then")
        if then is None:
            self.faults.add("no-effect", "the rule has no `then`", pointer)
            return None
        effect = self.effect(then, place)
        existence = None if effect is None else self.existence(then, place, effect)
        if root is None or effect is None:
            return None
        return Parts(
            mode=mode,
            parameters=parameters,
            condition=root,
            document=condition,
            effect=effect,
            existence=existence,
        )

    def effect(self, document: Any, pointer: Pointer) -> Constant | Template | None:
        """Return the effect: a name that exists, or an expression."""
        then, pointer = self.object(document, pointer, "`then`")
        if then is None:
            return None
        value, place = self.find(then, pointer, "effect")
        if type(value) is not str:
            self.faults.add("no-effect", "`then` has no `effect`", pointer)
            return None
        found = operand(self.parser, value, place, Names())
        if isinstance(found, Constant) and ascii_lower(found.value) not in EFFECTS:
            help_text = self.faults.suggestion(value, tuple(EFFECTS.values()))
            self.faults.add("unknown-effect", f"unknown effect `{value[:60]}`", place, help_text)
            return None
        return found if isinstance(found, Constant | Template) else None

    def existence(
        self, document: Any, pointer: Pointer, effect: Constant | Template
    ) -> Existence | None:
        """Return what to look for, where the effect is or may become ...IfNotExists."""
        certain = isinstance(effect, Constant)
        if isinstance(effect, Constant) and EFFECTS[ascii_lower(effect.value)] not in IF_NOT_EXISTS:
            return None
        details, place = self.find(document, pointer, "details")
        kind, _ = self.find(details, place, "type")
        if type(kind) is not str:
            if certain:
                message = "an ...IfNotExists effect needs the `type` of what must exist"
                self.faults.add("no-details", message, place)
            return None
        condition, below = self.find(details, place, "existenceCondition")
        where = None if condition is None else parse_root(self.parser, condition, below)
        resource_type = self.part(details, place, "type")
        if resource_type is None:
            return None
        return Existence(
            resource_type=resource_type,
            name=self.part(details, place, "name"),
            scope=self.part(details, place, "existenceScope"),
            group=self.part(details, place, "resourceGroupName"),
            where=where,
            document=condition,
        )

    def part(self, details: Any, pointer: Pointer, name: str) -> Operand | None:
        """Return an operand of the details, or None where it is not there."""
        value, place = self.find(details, pointer, name)
        return None if value is None else operand(self.parser, value, place, Names())

    def object(
        self, document: Any, pointer: Pointer, what: str
    ) -> tuple[Mapping[str, Any] | None, Pointer]:
        """Return a document that is an object; else None, with a fault."""
        if type(document) is dict:
            return document, pointer
        message = f"{what} is an object, not {a_kind(kind_of(document))}"
        self.faults.add("not-an-object", message, pointer)
        return None, pointer

    @staticmethod
    def find(document: Any, pointer: Pointer, name: str) -> tuple[Any, Pointer]:
        """Return the member of an object by its name in any letter case, and its place."""
        if type(document) is dict:
            low = ascii_lower(name)
            for key, value in document.items():
                if ascii_lower(key) == low:
                    return value, (*pointer, key)
        return None, (*pointer, name)
