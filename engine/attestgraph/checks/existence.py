"""What an ...IfNotExists effect looks for: the rows that may be it, and whether one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.conditions import (
    FALSE,
    TRUE,
    UNKNOWN,
    Condition,
    Definition,
    EvaluationError,
    reads,
)
from attestgraph.conditions.compile import compiled
from attestgraph.conditions.definition_parse import Existence
from attestgraph.conditions.errors import UnknownValueError
from attestgraph.conditions.expressions import Call, field_names, walk
from attestgraph.conditions.readers import Outer, Seen, Settings, is_fixed, operand_reader
from attestgraph.conditions.related import in_scope, is_named
from attestgraph.conditions.tree import Node, Operand, leaves, operands, templates
from attestgraph.model.ids import ascii_lower

Row = Mapping[str, Any]
_ALWAYS: Final = ("id", "name", "subscriptionId", "resourceGroup")
_PLAIN: Final = frozenset({"id", "name", "fullName", "type", "location", "kind"})
"""Fields that are read by the same name in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledExistence:
    """What must exist beside a subject, compiled for its type.

    Attributes:
        resource_type: The type of the related resources, lower case.
        name: The name that one must have, for a subject; it gives None where any will do.
        wide: Whether to look in the whole subscription.
        group: The resource group to look in instead of the subject's own.
        where: What one must fulfil; it reads the subject in `subject`. None: any will do.
        subject: The row that `where` reads as the subject; to be filled before it is asked.
        depends: `where` reads the subject.
        names: Whether the name depends on the subject.
        paths: Row paths of the related rows that are read, sorted.
        subject_paths: Row paths of the subject that are read, sorted.
        document: The condition as written.
    """

    resource_type: str
    name: Callable[[Row], str | None]
    wide: bool
    group: str | None
    where: Callable[[Row], int] | None
    subject: dict[str, Any]
    depends: bool
    names: bool
    paths: tuple[str, ...]
    subject_paths: tuple[str, ...]
    document: Any

    def fulfils(self, row: Row) -> int:
        """Tell whether a candidate fulfils the condition: TRUE, FALSE or UNKNOWN.

        Raises:
            EvaluationError: The condition failed.
        """
        if self.where is None:
            return TRUE
        code = self.where(row)
        return UNKNOWN if code & UNKNOWN else code & TRUE

    def among(self, subject: Row, rows: Iterable[tuple[Row, int | None]]) -> int:
        """Tell whether one of some rows of the type is what must exist.

        Args:
            subject: The resource that the rule's `if` matched.
            rows: Each with its answer where that is known already.

        Raises:
            EvaluationError: The condition failed for a candidate, and no other fulfils it.
        """
        try:
            name = self.name(subject)
        except UnknownValueError:
            return UNKNOWN
        if self.depends:
            self.subject.clear()
            self.subject.update(subject)
        perhaps, failed = False, None
        for row, known in rows:
            if name is not None and not is_named(row, name):
                continue
            if not in_scope(row, subject, wide=self.wide, group=self.group):
                continue
            try:
                code = self.fulfils(row) if known is None else known
            except EvaluationError as error:
                failed = failed or error
                continue
            if code == TRUE:
                return TRUE
            perhaps = perhaps or code == UNKNOWN
        if failed is not None:
            raise failed
        return UNKNOWN if perhaps else FALSE


def compile_existence(rule: Definition, settings: Settings) -> CompiledExistence:
    """Return what a rule looks for, compiled for subjects of one type.

    Raises:
        EvaluationError: The type, scope or group of what must exist depends on the subject.
    """
    existence = rule.parts.existence
    if existence is None:
        message = "the definition does not say the `type` of what must exist"
        raise EvaluationError.of("no-details", message)
    kind = _fixed(existence.resource_type, settings, "type")
    if kind is None:
        raise EvaluationError.of("no-details", "the `type` of what must exist is no text")
    scope = _fixed(existence.scope, settings, "existenceScope")
    holder: dict[str, Any] = {}
    where, related, subject = _where(rule, existence, settings, ascii_lower(kind), holder)
    return CompiledExistence(
        resource_type=ascii_lower(kind),
        name=_name(existence.name, settings),
        wide=scope is not None and ascii_lower(scope) == "subscription",
        group=_fixed(existence.group, settings, "resourceGroupName"),
        where=where,
        subject=holder,
        depends=existence.where is not None and _reads_fields(existence.where),
        names=existence.name is not None and not is_fixed(existence.name, settings.context),
        paths=tuple(sorted({*_ALWAYS, *related})),
        subject_paths=tuple(sorted({*_ALWAYS, *subject, *_names(existence.name, settings)})),
        document=existence.document,
    )


def _fixed(operand: Operand | None, settings: Settings, what: str) -> str | None:
    """Return a text that is the same for all subjects, or None where there is none.

    Raises:
        EvaluationError: It is not the same, or cannot be computed.
    """
    if operand is None:
        return None
    if not is_fixed(operand, settings.context):
        message = f"the `{what}` of what must exist depends on the resource"
        raise EvaluationError.of("no-details", message)
    value = operand_reader(operand, settings, (), Seen())({}, ())
    return value if isinstance(value, str) and value else None


def _name(operand: Operand | None, settings: Settings) -> Callable[[Row], str | None]:
    if operand is None:
        return lambda _row: None
    read = operand_reader(operand, settings, (), Seen())

    def name(row: Row) -> str | None:
        value = read(row, ())
        return value if isinstance(value, str) and value else None

    return name


def _where(
    rule: Definition,
    existence: Existence,
    settings: Settings,
    kind: str,
    holder: dict[str, Any],
) -> tuple[Callable[[Row], int] | None, Iterable[str], Iterable[str]]:
    """Return the condition, and what it may read of related rows and of the subject."""
    if existence.where is None:
        return None, (), ()
    inner = Settings(
        aliases=settings.aliases,
        mode=settings.mode,
        parameters=settings.parameters,
        context=settings.context,
        resource_type=kind,
        outer=Outer(row=holder, resource_type=settings.resource_type),
    )
    condition = Condition(
        root=existence.where, document=existence.document, aliases=rule.aliases, mode=rule.names
    )
    subject = reads(condition, settings.resource_type) if _reads_fields(existence.where) else ()
    return compiled(existence.where, inner), reads(condition, kind), subject


def _reads_fields(root: Node) -> bool:
    """Tell whether an expression of a condition reads a field: it may be the subject's."""
    return any(
        isinstance(node, Call) and node.key in {"field", "subscription", "resourcegroup"}
        for leaf in leaves(root)
        for operand in operands(leaf)
        for template in templates(operand)
        for node in walk(template.node)
    )


def _names(operand: Operand | None, settings: Settings) -> Iterable[str]:
    """Return the paths of the subject that the name of what must exist reads."""
    if operand is None or is_fixed(operand, settings.context):
        return ()
    named: set[str] = set()
    for template in templates(operand):
        literal = [name for name, _ in field_names(template.node)]
        calls = [n for n in walk(template.node) if isinstance(n, Call) and n.key == "field"]
        named.update(literal if len(calls) == len(literal) else ("*",))
    return named if named <= _PLAIN else ("*",)
