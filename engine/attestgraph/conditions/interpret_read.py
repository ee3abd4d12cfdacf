"""What the plain interpreter reads for one row: fields, expressions, members of counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from attestgraph.conditions.errors import EvaluationError, UnknownValueError
from attestgraph.conditions.expressions import Environment, interpret_expression
from attestgraph.conditions.fields import FieldRef, Form, full_name_of, normal_location
from attestgraph.conditions.folding import ascii_lower, fold
from attestgraph.conditions.paths import Each, Key, Path, path_text
from attestgraph.conditions.readers import Settings
from attestgraph.conditions.scopes import no_current
from attestgraph.conditions.tree import ArrayOf, Constant, ObjectOf, Operand, Template
from attestgraph.conditions.values import (
    HIDDEN,
    MISSING,
    REDACTED,
    UNLISTED,
    deep_redacted,
    is_redacted,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member that an enclosing count is at.

    Attributes:
        place: Its path as text, with its index.
        path: The path of the array, for counts of fields.
        name: The name of the count, for counts of values.
        rounds: How often the `where` around it runs, for counts of values.
    """

    value: Any
    place: str = ""
    path: Path | None = None
    name: str | None = None
    rounds: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One value that a field selected, and where."""

    place: str
    value: Any


Members = tuple[Member, ...]


@dataclass(slots=True, kw_only=True)
class RowReader:
    """Reads one row.

    Attributes:
        settings: Aliases, mode, parameters, context, type.
        absent: Whether an expression of the leaf at hand read something absent.
    """

    settings: Settings
    row: Mapping[str, Any]
    absent: bool = False

    def values(self, ref: FieldRef, members: Members) -> tuple[list[Found], bool]:
        """Return the values of a field, and whether it selects many."""
        if ref.form is Form.NOWHERE:
            many = "[*]" in ref.name
            return [Found(place=ref.name, value=UNLISTED if many else MISSING)], many
        around = [one for one in members if one.path is not None and _begins(ref.path, one.path)]
        if around:
            nearest = max(reversed(around), key=lambda member: len(member.path or ()))
            path = ref.path[len(nearest.path or ()) :]
            found = list(_below(nearest.value, path, nearest.place))
        else:
            path = ref.path
            found = [
                Found(place=one.place, value=self.formed(ref.form, one.value))
                for one in _below(self.row, path, "")
            ]
        return found, any(isinstance(segment, Each) for segment in path)

    def formed(self, form: Form, value: Any) -> Any:
        """Return a column's value as its form has it."""
        match form:
            case Form.COLUMN:
                return MISSING if value is None else value
            case Form.OPTIONAL_TEXT:
                return MISSING if value is None or value == "" else value
            case Form.LOCATION:
                return normal_location(value)
            case Form.FULL_NAME:
                return self.full_name(value)
            case Form.PLAIN | Form.NOWHERE:
                return value
        assert_never(form)

    def full_name(self, written: Any) -> Any:
        """Return `fullName` as written, else from the id, else the name."""
        if written is not MISSING and written is not None:
            return written
        identity, name = (_member(self.row, Key(key, key)) for key in ("id", "name"))
        found = full_name_of(identity)
        return found if found is not None else MISSING if name is None else name

    def operand(self, operand: Operand, members: Members) -> Any:
        """Return the value of an operand; MISSING where an expression names something absent."""
        match operand:
            case Constant():
                return operand.value
            case Template():
                try:
                    return interpret_expression(operand.node, self.environment(members))
                except EvaluationError as error:
                    raise error.under(operand.pointer) from None
            case ArrayOf():
                return [argument(self.operand(one, members)) for one in operand.members]
            case ObjectOf():
                return {
                    name: argument(self.operand(one, members))
                    for name, one in operand.members.items()
                }
        assert_never(operand)

    def environment(self, members: Members) -> Environment:
        """Return what expressions read at a place."""
        return Environment(
            parameters=self.settings.parameters,
            context=self.settings.context,
            row=self.row,
            read_field=lambda name: self.field_function(name, members),
            read_current=lambda name: self.current_function(name, members),
        )

    def field_function(self, name: str, members: Members) -> Any:
        """Return `field(name)`: an array for names with `[*]`, else one value."""
        outer = self.settings.outer_for(name)
        if outer is not None:
            around = RowReader(settings=self.settings.of(outer), row=outer.row)
            value = around.field_function(name, ())
            self.absent = self.absent or around.absent
            return value
        ref = self.settings.resolve(name)
        found, many = self.values(ref, members)
        if many or ref.many:
            return self.noted_all([one.value for one in found])
        return self.noted(found[0].value)

    def current_function(self, name: str | None, members: Members) -> Any:
        """Return `current(name)`: a count's member, or what is below it."""
        low = None if name is None else ascii_lower(name)
        for member in reversed(members):
            if low is None or member.name == low:
                return self.noted(member.value)
        if name is None:
            raise no_current(name)
        ref = self.settings.resolve(name)
        if not any(m.path is not None and _begins(ref.path, m.path) for m in members):
            raise no_current(name)
        found, many = self.values(ref, members)
        return self.noted_all([one.value for one in found]) if many else self.noted(found[0].value)

    def noted(self, value: Any) -> Any:
        """Return a value for an expression; note what is absent, refuse what is redacted."""
        if value is MISSING or value is None:
            self.absent = True
        if value is REDACTED or deep_redacted(value):
            raise UnknownValueError
        return value

    def noted_all(self, values: list[Any]) -> list[Any]:
        """Return the values that `[*]` selects, noted each."""
        if HIDDEN in values:
            raise UnknownValueError
        if UNLISTED in values:
            self.absent = True
        kept = [self.noted(value) for value in values if value is not UNLISTED]
        return [value for value in kept if value is not MISSING]


def argument(value: Any) -> Any:
    """Return a value as the right side takes it: what is missing is the empty text."""
    return "" if value is MISSING else value


def _begins(path: Path, head: Path) -> bool:
    if len(head) > len(path):
        return False
    pairs = zip(path, head, strict=False)
    return all(
        a.low == b.low if isinstance(a, Key) and isinstance(b, Key) else type(a) is type(b)
        for a, b in pairs
    )


def _below(value: Any, path: Path, place: str) -> Iterator[Found]:
    """Yield what a path selects below a value, with the place of each."""
    if not path:
        yield Found(place=place, value=REDACTED if is_redacted(value) else value)
        return
    first, rest = path[0], path[1:]
    if isinstance(first, Key):
        yield from _below(_member(value, first), rest, path_text_after(place, first))
    elif type(value) is list:
        for index, one in enumerate(value):
            yield from _below(one, rest, f"{place}[{index}]")
    elif value is UNLISTED or value is HIDDEN:
        yield Found(place=place, value=value)
    else:
        hidden = value is REDACTED or is_redacted(value)
        yield Found(place=place, value=HIDDEN if hidden else UNLISTED)


def path_text_after(place: str, segment: Key) -> str:
    """Return a place one name further down."""
    text = path_text((segment,))
    return f"{place}{text}" if not place or text.startswith("[") else f"{place}.{text}"


def _member(value: Any, segment: Key) -> Any:
    """Return what stands one name below a value: linear, as the rule says it."""
    if value is REDACTED:
        return REDACTED
    if isinstance(value, dict):
        same = fold if segment.tag else ascii_lower
        exact = [one for name, one in value.items() if name == segment.name]
        hits = exact or [one for name, one in value.items() if same(name) == segment.low]
        return hits[0] if hits else REDACTED if is_redacted(value) else MISSING
    if isinstance(value, list) and segment.index is not None and segment.index < len(value):
        return value[segment.index]
    return MISSING
