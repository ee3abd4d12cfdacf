"""Template expressions evaluated: compiled to closures, and by a plain interpreter as oracle.

Both share what a single step means (`apply`, `property_of`, `index_of`, `provided`); they differ
in how they walk the tree. The law test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from attestgraph.conditions.errors import EvaluationError, UnknownValueError
from attestgraph.conditions.expression_steps import (
    OF_CONTEXT,
    apply,
    as_argument,
    failed,
    index_of,
    known,
    name_of,
    now_of,
    parameter_of,
    property_of,
    provided,
    truth_of,
)
from attestgraph.conditions.expression_tree import Call, Index, Literal, Node, Property
from attestgraph.conditions.functions import functions
from attestgraph.conditions.functions_base import FunctionError, member_of
from attestgraph.conditions.values import MISSING

Reader = Callable[[Any, Any], Any]
"""A value read for a row and the members that the enclosing counts are at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What an expression is interpreted in.

    Attributes:
        parameters: Values by parameter name.
        context: utcNow, subscription, resourceGroup, requestContext, policy.
        row: The resource, for its own ids.
        read_field: Gives a field of the row, MISSING where absent.
        read_current: Gives the member a count is at; None asks for the innermost.
    """

    parameters: Mapping[str, Any]
    context: Mapping[str, Any]
    row: Mapping[str, Any]
    read_field: Callable[[str], Any]
    read_current: Callable[[str | None], Any]


def interpret_expression(node: Node, environment: Environment) -> Any:
    """Return the value of an expression, MISSING where it names something absent.

    Raises:
        EvaluationError: A function failed, a parameter or member is not there.
        UnknownValueError: The value rests on something redacted or not in the context.
    """
    return known(_interpret(node, environment))


def _interpret(node: Node, environment: Environment) -> Any:
    match node:
        case Literal(value=value):
            return value
        case Property(target=target):
            return property_of(_interpret(target, environment), node)
        case Index(target=target, index=index):
            found = _interpret(target, environment)
            return index_of(found, _interpret(index, environment), node)
        case Call():
            return _interpret_call(node, environment)


def _interpret_call(node: Call, environment: Environment) -> Any:
    """Evaluate a call: lazily where the function is, else all arguments first."""

    def read(argument: Node) -> Any:
        return _interpret(argument, environment)

    first = node.arguments[0] if node.arguments else None
    match node.key:
        case "if":
            taken = 1 if truth_of(read(node.arguments[0]), node) else 2
            return read(node.arguments[taken])
        case "and":
            return all(truth_of(read(argument), node) for argument in node.arguments)
        case "or":
            return any(truth_of(read(argument), node) for argument in node.arguments)
        case "coalesce":
            return _coalesce(node, read)
        case "parameters" if first is not None:
            return parameter_of(environment.parameters, read(first), node)
        case "field" if first is not None:
            return environment.read_field(name_of(read(first), node))
        case "current":
            name = None if first is None else name_of(read(first), node)
            return environment.read_current(name)
        case "utcnow":
            return now_of(environment.context, None if first is None else read(first), node)
        case key if key in OF_CONTEXT:
            return provided(environment.context, environment.row, node)
        case _:
            return apply(node, [read(argument) for argument in node.arguments])


def _coalesce(node: Call, read: Callable[[Node], Any]) -> Any:
    found: Any = None
    for argument in node.arguments:
        found = known(read(argument))
        if found is not None and found is not MISSING:
            return found
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A compiled node; `fixed` when its value is the same for every row."""

    read: Reader
    fixed: bool


def compile_expression(
    node: Node,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    read_field: Callable[[str], Reader],
    read_current: Callable[[str | None], Reader],
) -> Reader:
    """Return a closure that gives the expression's value for a row; constants are folded.

    `read_field` and `read_current` are asked once for names that are constant, otherwise once
    for each row. The closure raises as `interpret_expression` does; nothing is raised here for
    a constant that fails, since it may stand where it is never evaluated.
    """
    compiler = _Compiler(parameters, context, read_field, read_current)
    part = compiler.part(node)
    if part.fixed or isinstance(node, Property | Index):
        return part.read
    read = part.read
    return lambda row, scope: known(read(row, scope))


class _Compiler:
    """Turns nodes into closures, leaves first."""

    def __init__(
        self,
        parameters: Mapping[str, Any],
        context: Mapping[str, Any],
        read_field: Callable[[str], Reader],
        read_current: Callable[[str | None], Reader],
    ) -> None:
        self.parameters = parameters
        self.context = context
        self.read_field = read_field
        self.read_current = read_current

    def part(self, node: Node) -> _Part:
        """Return the closure of a node."""
        match node:
            case Literal(value=value):
                return _Part(read=_constant(value), fixed=True)
            case Property(target=target):
                inner = self.part(target)
                return _folded(_property_reader(inner.read, node), inner)
            case Index(target=target, index=index):
                inner, place = self.part(target), self.part(index)
                return _folded(_index_reader(inner.read, place.read, node), inner, place)
            case Call():
                return self._call(node)

    def _call(self, node: Call) -> _Part:
        parts = [self.part(argument) for argument in node.arguments]
        readers = tuple(part.read for part in parts)
        match node.key:
            case "if":
                return _folded(_choice(readers, node), *parts)
            case "and":
                return _folded(_every(readers, node), *parts)
            case "or":
                return _folded(_any(readers, node), *parts)
            case "coalesce":
                return _folded(_first_known(readers), *parts)
            case "parameters":
                return _folded(self._parameter(readers[0], node), *parts)
            case "field" | "current":
                return _Part(read=self._named(parts, node), fixed=False)
            case "utcnow":
                return _folded(self._now(readers, node), *parts)
            case key if key in OF_CONTEXT:
                context = self.context
                fixed = member_of(context, OF_CONTEXT[key]) is not MISSING
                part = _Part(read=lambda row, _: provided(context, row, node), fixed=fixed)
                return _folded(part.read) if fixed else part
            case _:
                return _folded(_call_reader(readers, node), *parts)

    def _parameter(self, name: Reader, node: Call) -> Reader:
        parameters = self.parameters
        return lambda row, scope: parameter_of(parameters, name(row, scope), node)

    def _now(self, readers: tuple[Reader, ...], node: Call) -> Reader:
        context = self.context
        if not readers:
            return lambda _row, _scope: now_of(context, None, node)
        form = readers[0]
        return lambda row, scope: now_of(context, form(row, scope), node)

    def _named(self, parts: list[_Part], node: Call) -> Reader:
        """Return the reader of `field(name)` or `current(name)`."""
        if not parts:
            return self.read_current(None)
        named: Callable[[str], Reader] = self.read_field
        if node.key == "current":
            named = self.read_current
        name = parts[0].read
        if parts[0].fixed:
            try:
                return named(name_of(name({}, ()), node))
            except (EvaluationError, UnknownValueError) as error:
                return _raiser(error)
        return lambda row, scope: named(name_of(name(row, scope), node))(row, scope)


def _constant(value: Any) -> Reader:
    return lambda _row, _scope: value


def _raiser(error: EvaluationError | UnknownValueError) -> Reader:
    """Return a reader that fails as the constant did, with a fresh exception each time."""
    faults = error.faults if isinstance(error, EvaluationError) else None
    unknown = str(error)

    def fail(_row: Any, _scope: Any) -> NoReturn:
        if faults is None:
            raise UnknownValueError(unknown)
        raise EvaluationError(faults)

    return fail


def _folded(read: Reader, *parts: _Part) -> _Part:
    """Return the closure, replaced by its value where all parts are fixed."""
    if not all(part.fixed for part in parts):
        return _Part(read=read, fixed=False)
    try:
        value = known(read({}, ()))
    except (EvaluationError, UnknownValueError) as error:
        return _Part(read=_raiser(error), fixed=True)
    return _Part(read=_constant(value), fixed=True)


def _property_reader(target: Reader, node: Property) -> Reader:
    return lambda row, scope: property_of(target(row, scope), node)


def _index_reader(target: Reader, index: Reader, node: Index) -> Reader:
    return lambda row, scope: index_of(target(row, scope), index(row, scope), node)


def _choice(readers: tuple[Reader, ...], node: Call) -> Reader:
    test, yes, no = readers
    return lambda row, scope: (yes if truth_of(test(row, scope), node) else no)(row, scope)


def _every(readers: tuple[Reader, ...], node: Call) -> Reader:
    return lambda row, scope: all(truth_of(read(row, scope), node) for read in readers)


def _any(readers: tuple[Reader, ...], node: Call) -> Reader:
    return lambda row, scope: any(truth_of(read(row, scope), node) for read in readers)


def _first_known(readers: tuple[Reader, ...]) -> Reader:
    def read(row: Any, scope: Any) -> Any:
        found: Any = None
        for reader in readers:
            found = known(reader(row, scope))
            if found is not None and found is not MISSING:
                return found
        return found

    return read


def _call_reader(readers: tuple[Reader, ...], node: Call) -> Reader:
    entry = functions()[node.key]
    call, name = entry.call, entry.name

    def read(row: Any, scope: Any) -> Any:
        try:
            return call(*[as_argument(reader(row, scope)) for reader in readers])
        except FunctionError as error:
            raise failed(node, f"`{name}`: {error}") from None

    return read
