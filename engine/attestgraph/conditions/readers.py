"""Closures that read: fields below a row or a count's member, operands, and `current()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.errors import ConditionError, EvaluationError, UnknownValueError
from attestgraph.conditions.expression_steps import OF_CONTEXT
from attestgraph.conditions.expressions import Call, compile_expression, walk
from attestgraph.conditions.fields import FieldRef, Form, Mode, reader, resolve
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.functions_base import member_of
from attestgraph.conditions.paths import Each, Path, select
from attestgraph.conditions.paths import walk as walk_path
from attestgraph.conditions.scopes import (
    Bindings,
    Scope,
    Source,
    no_current,
    source_of,
    value_binding,
)
from attestgraph.conditions.tree import ArrayOf, Constant, ObjectOf, Operand, Template, templates
from attestgraph.conditions.values import HIDDEN, MISSING, REDACTED, UNLISTED, deep_redacted

Reader = Callable[[Any, Scope], Any]


class Judge(Protocol):
    """Judges a row, for the members that the counts around are at; outside counts for none."""

    def __call__(self, row: Any, scope: Scope = (), /) -> int:
        """Return a verdict code."""
        ...


MOST_NAMES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """The resource that a policy's `if` matched, while its existence condition is judged.

    `field()` in an expression reads it; an alias of the related type alone reads the related row.
    """

    row: Mapping[str, Any]
    resource_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a condition is compiled against.

    Attributes:
        resource_type: The type of the rows.
        outer: What `field()` reads instead of the row itself; None outside existence conditions.
    """

    aliases: Aliases | None
    mode: Mode
    parameters: Mapping[str, Any]
    context: Mapping[str, Any]
    resource_type: str | None
    outer: Outer | None = None

    def resolve(self, name: str) -> FieldRef:
        """Return what a field name reads.

        Raises:
            EvaluationError: The name is unknown, or no path.
        """
        try:
            return resolve(
                name, aliases=self.aliases, resource_type=self.resource_type, mode=self.mode
            )
        except ConditionError as error:
            raise EvaluationError(error.faults) from None

    def outer_for(self, name: str) -> Outer | None:
        """Return the resource that `field(name)` reads instead of the row, if it does."""
        if self.outer is None or self.resource_type is None:
            return self.outer
        kind, _, last = ascii_lower(name).rpartition("/")
        own = bool(last) and kind == ascii_lower(self.resource_type)
        return None if own and kind != self.outer.resource_type else self.outer

    def of(self, outer: Outer) -> Settings:
        """Return the settings under which the resource around is read."""
        return Settings(
            aliases=self.aliases,
            mode=self.mode,
            parameters=self.parameters,
            context=self.context,
            resource_type=outer.resource_type,
        )


@dataclass(slots=True)
class Seen:
    """Notes, while one leaf is judged, whether an expression read something absent."""

    absent: bool = False


def one_reader(source: Source) -> Reader:
    """Return a reader of a field that selects one value."""
    slot = source.slot
    if slot is None:
        read_row = reader(FieldRef(name="", path=source.path, form=source.form))
        return lambda row, _scope: read_row(row)
    below = walk_path(source.path)
    return lambda _row, scope: below(scope[slot])


def many_reader(source: Source) -> Callable[[Any, Scope], list[Any]]:
    """Return a reader of a field that selects many values, with UNLISTED and HIDDEN among them."""
    slot, below = source.slot, select(source.path)
    if slot is None:
        return lambda row, _scope: below(row)
    return lambda _row, scope: below(scope[slot])


def is_fixed(operand: Operand, context: Mapping[str, Any]) -> bool:
    """Tell whether an operand is the same for all rows."""
    for template in templates(operand):
        for node in walk(template.node):
            if not isinstance(node, Call):
                continue
            if node.key in {"field", "current"}:
                return False
            if node.key in OF_CONTEXT and member_of(context, OF_CONTEXT[node.key]) is MISSING:
                return False
    return True


def operand_reader(operand: Operand, settings: Settings, bindings: Bindings, seen: Seen) -> Reader:
    """Return a reader of an operand; it raises UnknownValueError for what is redacted."""
    match operand:
        case Constant():
            value = operand.value
            return lambda _row, _scope: value
        case Template():
            return template_reader(operand, settings, bindings, seen)
        case ArrayOf():
            reads = [operand_reader(one, settings, bindings, seen) for one in operand.members]
            return lambda row, scope: [as_argument(read(row, scope)) for read in reads]
        case ObjectOf():
            named = {
                name: operand_reader(one, settings, bindings, seen)
                for name, one in operand.members.items()
            }
            return lambda row, scope: {
                name: as_argument(read(row, scope)) for name, read in named.items()
            }


def as_argument(value: Any) -> Any:
    """Return a value as the right side takes it: what is missing is the empty text.

    So the documentation of `field()` has it for a field that is not there.
    """
    return "" if value is MISSING else value


def template_reader(
    template: Template, settings: Settings, bindings: Bindings, seen: Seen
) -> Reader:
    """Return a reader of an expression; a failure is placed where the expression stands."""
    read = compile_expression(
        template.node,
        parameters=settings.parameters,
        context=settings.context,
        read_field=_Names(lambda name: _field_function(name, settings, bindings, seen)).reader,
        read_current=_Names(lambda name: _current_function(name, settings, bindings, seen)).reader,
    )
    pointer = template.pointer

    def placed(row: Any, scope: Scope) -> Any:
        try:
            return read(row, scope)
        except EvaluationError as error:
            raise error.under(pointer) from None

    return placed


@dataclass(slots=True)
class _Names:
    """Readers by name, made once each: names that are computed repeat from row to row."""

    make: Callable[[Any], Reader]
    made: dict[str | None, Reader] = field(default_factory=dict)

    def reader(self, name: str | None) -> Reader:
        """Return the reader of a name."""
        found = self.made.get(name)
        if found is None:
            if len(self.made) >= MOST_NAMES:
                self.made.clear()
            found = self.made[name] = self.make(name)
        return found


def _field_function(name: str, settings: Settings, bindings: Bindings, seen: Seen) -> Reader:
    """Return the reader of `field(name)`: an array for names with `[*]`, else one value."""
    outer = settings.outer_for(name)
    if outer is not None:
        read, row = _field_function(name, settings.of(outer), (), seen), outer.row
        return lambda _row, _scope: read(row, ())
    ref = settings.resolve(name)
    source = source_of(ref, bindings)
    if ref.form is Form.NOWHERE and "[*]" in name:
        return _noting(lambda _row, _scope: [], seen)
    if source.many:
        return _list_reader(many_reader(source), seen)
    read_one = _noting(one_reader(source), seen)
    if not ref.many:
        return read_one

    def one_element(row: Any, scope: Scope) -> list[Any]:
        value = read_one(row, scope)
        return [] if value is MISSING else [value]

    return one_element


def _list_reader(read: Callable[[Any, Scope], list[Any]], seen: Seen) -> Reader:
    def selected(row: Any, scope: Scope) -> list[Any]:
        values = read(row, scope)
        if HIDDEN in values or REDACTED in values or deep_redacted(values):
            raise UnknownValueError
        if UNLISTED in values or MISSING in values or None in values:
            seen.absent = True
        return [value for value in values if value is not UNLISTED and value is not MISSING]

    return selected


def _noting(read: Reader, seen: Seen) -> Reader:
    """Return a reader that notes what is absent and refuses what is redacted."""

    def noting(row: Any, scope: Scope) -> Any:
        value = read(row, scope)
        if value is MISSING or value is None:
            seen.absent = True
        elif value is REDACTED or (type(value) in {dict, list} and deep_redacted(value)):
            raise UnknownValueError
        return value

    return noting


def _current_function(
    name: str | None, settings: Settings, bindings: Bindings, seen: Seen
) -> Reader:
    """Return the reader of `current(name)`: the member itself, or what is below it."""
    binding = value_binding(name, bindings)
    if binding is not None:
        slot = binding.slot
        return _noting(lambda _row, scope: scope[slot], seen)
    if name is None:
        raise no_current(name)
    source = source_of(settings.resolve(name), bindings)
    if source.slot is None:
        raise no_current(name)
    if source.many:
        return _list_reader(many_reader(source), seen)
    return _noting(one_reader(source), seen)


def array_path(ref: FieldRef) -> Path:
    """Return the path that a field count binds.

    Raises:
        EvaluationError: The field selects no array.
    """
    if not any(isinstance(segment, Each) for segment in ref.path) and ref.form is not Form.NOWHERE:
        raise EvaluationError.of("bad-count", f"`{ref.name}` is no array: `count` needs `[*]`")
    return ref.path
