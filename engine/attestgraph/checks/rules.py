"""The rule of a policy definition, compiled for one resource type, to judge without a state.

What Azure Policy does when it evaluates (FACTS section 3): an effect that looks for related
resources applies where `if` is true; any other applies by the conditions on type, name and kind
alone, is violated where `if` is true and met where it is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from attestgraph.checks import verdicts as v
from attestgraph.checks.existence import CompiledExistence, compile_existence
from attestgraph.checks.judge import Row, RowJudge, is_redacted
from attestgraph.checks.rule_use import RuleUse, settings_of
from attestgraph.conditions import (
    ABSENT,
    FALSE,
    TRUE,
    UNKNOWN,
    Compiled,
    Condition,
    Definition,
    reads,
)
from attestgraph.conditions.compile import compiled
from attestgraph.conditions.definition_parse import IF_NOT_EXISTS, Effect
from attestgraph.conditions.folding import fold
from attestgraph.conditions.readers import Settings
from attestgraph.conditions.tree import (
    AllOf,
    AnyOf,
    Constant,
    Field,
    Leaf,
    Node,
    Not,
    leaves,
)

ExistenceLookup = Callable[[Row], int]
"""A subject's row to TRUE (what must exist does), FALSE or UNKNOWN."""

_IDENTIFYING: Final = frozenset({"type", "name", "kind"})
_SUBSCRIPTION: Final = "microsoft.resources/subscriptions"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRule:
    """A rule for one resource type.

    Attributes:
        applies: Whether it applies to a row; a constant where type, name and kind say nothing.
        violated: The rule's `if`.
        existence: What must exist where `if` is true; None where that alone is a violation.
        manual: People say whether it is met.
        condition: What of the `if` can explain a violation: what tells types apart does not.
        values: The effective values of the parameters.
        paths: Row paths of the subject that are read, sorted.
    """

    applies: Compiled
    violated: Compiled
    existence: CompiledExistence | None
    manual: bool
    condition: Condition
    values: Mapping[str, Any]
    paths: tuple[str, ...]

    def bind(self, lookup: ExistenceLookup | None) -> RowJudge:
        """Return the judge, given the answer for what must exist."""
        if self.manual:
            return self._manual()
        if self.existence is None:
            return self._plain()
        if lookup is None:
            raise ValueError("a rule that looks for related resources needs their answer")
        return self._if_not_exists(lookup)

    def _unknown(self, row: Row) -> str:
        redacted = any(is_redacted(row, path) for path in self.paths)
        return v.RULED[v.REDACTED if redacted else v.UNDECIDED]

    def _plain(self) -> RowJudge:
        applies, violated, unknown = self.applies, self.violated, self._unknown
        codes = {code: v.RULED[verdict] for code, verdict in _BY_CODE.items()}

        def judge(row: Row) -> str:
            code = violated(row)
            if code & UNKNOWN:
                return unknown(row)
            if not code & TRUE:
                other = applies(row)
                if other & UNKNOWN:
                    return unknown(row)
                if not other & TRUE:
                    return _NOT_APPLICABLE[bool(other & ABSENT)]
            return codes[code]

        return judge

    def _if_not_exists(self, lookup: ExistenceLookup) -> RowJudge:
        violated, unknown = self.violated, self._unknown

        def judge(row: Row) -> str:
            code = violated(row)
            if code & UNKNOWN:
                return unknown(row)
            if not code & TRUE:
                return _NOT_APPLICABLE[bool(code & ABSENT)]
            there = lookup(row)
            if there == UNKNOWN:
                return v.RULED[v.RELATED_UNKNOWN]
            by_absence = bool(code & ABSENT)
            if there == TRUE:
                return v.RULED[v.PASS_ABSENT if by_absence else v.PASS]
            return v.RULED[v.FAIL_ABSENT if by_absence else v.FAIL]

        return judge

    def _manual(self) -> RowJudge:
        applies, unknown = self.applies, self._unknown

        def judge(row: Row) -> str:
            code = applies(row)
            if code & UNKNOWN:
                return unknown(row)
            return v.RULED[v.MANUAL] if code & TRUE else _NOT_APPLICABLE[bool(code & ABSENT)]

        return judge


_BY_CODE: Final = {
    FALSE: v.PASS,
    FALSE | ABSENT: v.PASS_ABSENT,
    TRUE: v.FAIL,
    TRUE | ABSENT: v.FAIL_ABSENT,
}
_NOT_APPLICABLE: Final = (v.RULED[v.NOT_APPLICABLE], v.RULED[v.NOT_APPLICABLE_ABSENT])


def compile_rule(
    rule: Definition, use: RuleUse, resource_type: str, context: Mapping[str, Any]
) -> CompiledRule:
    """Return a rule that is used, compiled for rows of one type.

    Raises:
        EvaluationError: What must exist cannot be told for all rows alike.
    """
    settings = settings_of(rule, use.values, context, resource_type)
    parts = rule.parts
    existence = None
    if use.effect in IF_NOT_EXISTS:
        existence = compile_existence(rule, settings)
    condition = Condition(
        root=parts.condition, document=parts.document, aliases=rule.aliases, mode=rule.names
    )
    paths = set(reads(condition, resource_type))
    if existence is not None:
        paths.update(existence.subject_paths, ("id",))
    telling = _reduced(parts.condition, _told_by_type(settings), positive=True)
    return CompiledRule(
        applies=_applies(parts.condition, settings),
        violated=compiled(parts.condition, settings),
        existence=existence,
        manual=use.effect is Effect.MANUAL,
        condition=condition if isinstance(telling, bool) else replace(condition, root=telling),
        values=use.values,
        paths=tuple(sorted(paths)),
    )


def _applies(root: Node, settings: Settings) -> Compiled:
    """Return whether a rule applies to a row, by its conditions on type, name and kind.

    Others are taken as true, or false where they are negated. A rule of conditions on type, name
    and kind only applies by type alone: else it could never be met.
    """
    named = [_identifies(leaf) for leaf in leaves(root)]
    by_place = any(_field(leaf) == "location" for leaf in leaves(root))
    if by_place and settings.resource_type == _SUBSCRIPTION:
        return lambda _row: FALSE
    kept = _IDENTIFYING if None in named else frozenset({"type"})

    def told(leaf: Leaf, positive: bool) -> Node | bool:  # noqa: FBT001 the form of `Told`
        return leaf if _identifies(leaf) in kept else positive

    node = _reduced(root, told, positive=True)
    if isinstance(node, bool):
        code = TRUE if node else FALSE
        return lambda _row: code
    return compiled(node, settings)


def _field(leaf: Leaf) -> str | None:
    left = leaf.left
    if isinstance(left, Field) and isinstance(left.name, Constant):
        return fold(str(left.name.value))
    return None


def _identifies(leaf: Leaf) -> str | None:
    name = _field(leaf)
    return name if name in _IDENTIFYING else None


def _told_by_type(settings: Settings) -> Told:
    """Return what decides the leaves that compare the type, as it is the same for all rows."""

    def told(leaf: Leaf, _positive: bool) -> Node | bool:  # noqa: FBT001 the form of `Told`
        if _identifies(leaf) != "type":
            return leaf
        return bool(compiled(leaf, settings)({"type": settings.resource_type}) & TRUE)

    return told


Told = Callable[[Leaf, bool], Node | bool]
"""A leaf, and whether it counts as it is or negated, to what stands for it: itself, or a word."""


def _reduced(node: Node, told: Told, *, positive: bool) -> Node | bool:
    """Return a condition in which some leaves are constants."""
    match node:
        case Leaf():
            return told(node, positive)
        case Not():
            inner = _reduced(node.member, told, positive=not positive)
            return not inner if isinstance(inner, bool) else Not(member=inner, pointer=node.pointer)
        case AllOf():
            return _joined(node, told, positive=positive, neutral=True)
        case AnyOf():
            return _joined(node, told, positive=positive, neutral=False)


def _joined(node: AllOf | AnyOf, told: Told, *, positive: bool, neutral: bool) -> Node | bool:
    members: list[Node] = []
    for member in node.members:
        found = _reduced(member, told, positive=positive)
        if not isinstance(found, bool):
            members.append(found)
        elif found is not neutral:
            return found
    if not members:
        return neutral
    return type(node)(members=tuple(members), pointer=node.pointer)
