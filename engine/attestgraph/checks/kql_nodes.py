"""Conditions in KQL: for each node, where its three-valued verdict is at least a level.

With verdicts as numbers from -2 (false) over 0 (unknown) to 2 (true), see `SIGNED`, "all of" is at
least a level where every member is, so three-valued logic becomes plain `and`, `or` and `not`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, assert_never

from attestgraph.checks.kql_columns import Columns, length_of
from attestgraph.checks.kql_leaf import (
    SIGNED,
    Absence,
    Leaf,
    WithSubscription,
    absence_of,
    leaf_of,
    with_absence,
)
from attestgraph.checks.kql_operators import STARTS_OTHER_KINDS
from attestgraph.checks.kql_text import (
    FALSE,
    TRUE,
    Bool,
    NotInKqlError,
    all_of,
    any_of,
    as_written,
    constant,
    negated,
    number,
)
from attestgraph.conditions import EvaluationError
from attestgraph.conditions.compile import compiled
from attestgraph.conditions.errors import Pointer, UnknownValueError
from attestgraph.conditions.expression_tree import Call, Index, Literal, call
from attestgraph.conditions.fields import FieldRef, Form
from attestgraph.conditions.operators import ABSENT_CODES, Operator, verdict
from attestgraph.conditions.paths import Each, Path
from attestgraph.conditions.readers import Seen, Settings, is_fixed, operand_reader
from attestgraph.conditions.scopes import Binding, Source, source_of
from attestgraph.conditions.tree import (
    AllOf,
    AnyOf,
    Constant,
    Field,
    FieldCount,
    Node,
    Not,
    Operand,
    Template,
    Value,
    ValueCount,
)
from attestgraph.conditions.tree import Leaf as LeafNode
from attestgraph.conditions.values import MISSING, number_of_text

Refuse = Callable[[Pointer, str], None]
"""Takes what cannot be said in KQL, and where it stands."""

_COUNT_SIGNS: Final = {
    Operator.LESS: ("<", ">=", False),
    Operator.LESS_OR_EQUALS: ("<=", ">", False),
    Operator.GREATER: (">", "<=", True),
    Operator.GREATER_OR_EQUALS: (">=", "<", True),
}
"""The sign of an ordering operator, its opposite, and whether more members make it hold."""

_SUBSCRIPTION: Final = Index(
    target=call("split", call("field", Literal(value="id")), Literal(value="/")),
    index=Literal(value=2),
)
_COUNTED: Final = frozenset({Operator.EQUALS, Operator.NOT_EQUALS, *_COUNT_SIGNS})


@dataclass(slots=True, kw_only=True)
class ArrayStage:
    """One array that is expanded, and what is counted of its members.

    Attributes:
        columns: The columns of a member.
        counters: The columns made of all members, with what a member must be to count.
    """

    name: str
    columns: Columns
    counters: dict[str, Bool] = field(default_factory=dict)

    def counter(self, condition: Bool) -> str:
        """Return the column that counts the members that fulfil a condition."""
        for name, known in self.counters.items():
            if known == condition:
                return name
        name = f"{self.name}_count{len(self.counters) + 1}"
        self.counters[name] = condition
        return name


@dataclass(slots=True, kw_only=True)
class Conditions:
    """The conditions over rows of one table, as they gather columns and arrays.

    Attributes:
        settings: Parameters, context and type that the conditions are judged with.
        refuse: Takes what cannot be said.
        binding: The count whose member the columns are of, within its `where`.
    """

    settings: Settings
    columns: Columns
    arrays: dict[str, ArrayStage]
    refuse: Refuse
    binding: Binding | None = None

    def at_least(self, node: Node, level: int, there: frozenset[str] = frozenset()) -> Bool:
        """Return where a node's verdict, as a number, is at least a level.

        Args:
            node: Any node.
            level: 2, 1, 0 or -1.
            there: Fields whose absence is decided by what stands around.
        """
        match node:
            case AllOf():
                known = there | self._decided(node.members, level, holds=False)
                return all_of(self.at_least(one, level, known) for one in node.members)
            case AnyOf():
                known = there | self._decided(node.members, level, holds=True)
                return any_of(self.at_least(one, level, known) for one in node.members)
            case Not():
                return negated(self.at_least(node.member, 1 - level, there))
            case LeafNode():
                return self._said(node, lambda: self._leaf(node, level, there), TRUE)
        assert_never(node)

    def fails(self, node: Node) -> Bool:
        """Return where judging a node ends in an error."""
        match node:
            case AllOf():
                failing = any_of(self.fails(one) for one in node.members)
                return all_of((failing, self.at_least(node, 0)))
            case AnyOf():
                failing = any_of(self.fails(one) for one in node.members)
                return all_of((failing, negated(self.at_least(node, 1))))
            case Not():
                return self.fails(node.member)
            case LeafNode():
                return self._said(node, lambda: self._error(node), FALSE)
        assert_never(node)

    def _said(self, leaf: LeafNode, say: Callable[[], Bool], otherwise: Bool) -> Bool:
        try:
            return say()
        except NotInKqlError as error:
            self.refuse(leaf.pointer, str(error))
        except EvaluationError as error:
            self.refuse(leaf.pointer, f"a comparison that fails: {error.faults[0].message}")
        return otherwise

    def _decided(self, members: tuple[Node, ...], level: int, *, holds: bool) -> frozenset[str]:
        """Return the fields whose absence alone decides a node: by one of its members."""
        found = set()
        for node in members:
            if isinstance(node, LeafNode) and isinstance(node.left, Field):
                try:
                    name = str(self.fixed(node.left.name)).lower()
                    right = self.expected(node.right)
                    codes = absence_of(node.operator, right, node.when_absent)
                except (NotInKqlError, EvaluationError):
                    continue  # refused where it is compiled
                if all((code >= level) is holds for code in codes):
                    found.add(name)
        return frozenset(found)

    def _leaf(self, leaf: LeafNode, level: int, there: frozenset[str]) -> Bool:
        left = leaf.left
        match left:
            case Field():
                name = str(self.fixed(left.name))
                source = self._source(name)
                if source.many:
                    return self._every(leaf, source, level)
                return self._one(leaf, source).at_least(level, decided=name.lower() in there)
            case Value():
                return self._value(leaf, left, level)
            case FieldCount():
                return self._count(leaf, left, level)
            case ValueCount():
                raise NotInKqlError("a count of values")
        assert_never(left)

    def _error(self, leaf: LeafNode) -> Bool:
        left = leaf.left
        if isinstance(left, FieldCount):
            failing = self._failing_members(left)
            return FALSE if failing is None else negated(equal(failing, 0))
        if not isinstance(left, Field):
            return FALSE
        source = self._source(str(self.fixed(left.name)))
        return FALSE if source.many else self._one(leaf, source).held.error

    def _source(self, name: str) -> Source:
        source = source_of(self._ref(name), () if self.binding is None else (self.binding,))
        if self.binding is not None and source.many:
            raise NotInKqlError("an array within an array")
        if self.binding is not None and source.slot is None:
            raise NotInKqlError("a field of the row within a count")
        return source

    def _ref(self, name: str) -> FieldRef:
        """Return what a field reads, with its names spelled as rows spell them."""
        ref = self.settings.resolve(name)
        return replace(ref, path=as_written(ref.path))

    def _one(self, leaf: LeafNode, source: Source) -> Leaf:
        column = self.columns.value(source.path, source.form)
        expected = self.expected(leaf.right)
        return leaf_of(leaf.operator, column, expected, leaf.when_absent, self.columns)

    def expected(self, operand: Operand) -> Any:
        """Return the value of a right side, which may end in the row's subscription.

        Raises:
            NotInKqlError: It reads the row in another way.
        """
        head = _head_of_subscription(operand)
        return self.fixed(operand) if head is None else WithSubscription(head=head)

    def _value(self, leaf: LeafNode, left: Value, level: int) -> Bool:
        for operand in (left.operand, leaf.right):
            if not is_fixed(operand, self.settings.context):
                raise NotInKqlError(f"{_shown(operand)}, an expression over the row")
        return constant(SIGNED[compiled(leaf, self.settings)({})] >= level)

    def fixed(self, operand: Operand) -> Any:
        """Return the value of an operand that is the same for all rows.

        Raises:
            NotInKqlError: It is not.
        """
        if isinstance(operand, Constant):
            return operand.value
        if not is_fixed(operand, self.settings.context):
            raise NotInKqlError(f"{_shown(operand)}, an expression over the row")
        try:
            value = operand_reader(operand, self.settings, (), Seen())({}, ())
        except UnknownValueError:
            raise NotInKqlError(f"{_shown(operand)}, which is not known") from None
        return "" if value is MISSING else value

    def _stage(self, path: Path, form: Form) -> ArrayStage:
        """Return the stage that expands the one array of a path."""
        if self.binding is not None:
            raise NotInKqlError("an array within an array")
        place = path.index(Each())
        if Each() in path[place + 1 :]:
            raise NotInKqlError("an array within an array")
        name = self.columns.array(path[:place], form)
        known = self.arrays.get(name)
        return known or ArrayStage(name=name, columns=Columns(member=f"{name}_item"))

    def _every(self, leaf: LeafNode, source: Source, level: int) -> Bool:
        """Return a leaf over all elements of an array: it holds where it holds for each."""
        stage = self._stage(source.path, source.form)
        path = source.path[source.path.index(Each()) + 1 :]
        column = stage.columns.value(path, Form.PLAIN)
        expected = self.fixed(leaf.right)
        one = leaf_of(leaf.operator, column, expected, leaf.when_absent, stage.columns)
        if one.held.error != FALSE:
            raise NotInKqlError("an order of every element of an array, which may fail for one")
        misses = stage.counter(negated(one.at_least(level)))
        self.arrays[stage.name] = stage
        # an array that is not there selects nothing, and nothing speaks against the rule
        code = 1 if leaf.when_absent is None else SIGNED[ABSENT_CODES[leaf.when_absent]]
        return with_absence(equal(misses, 0), level, no_array(stage.name, code), says=True)

    def _count(self, leaf: LeafNode, left: FieldCount, level: int) -> Bool:
        ref = self._ref(str(self.fixed(left.field.name)))
        if ref.form is Form.NOWHERE:
            raise NotInKqlError("an alias that this type does not have")
        if not ref.path or ref.path[-1] != Each():
            raise NotInKqlError("a count of what is below the elements of an array")
        expected = counted(leaf.operator, self.fixed(leaf.right))
        stage = self._stage(ref.path, ref.form)
        none = verdict(leaf.operator, 0, expected) == 1
        code = 1 if none else -1
        if leaf.when_absent is not None:
            code = SIGNED[ABSENT_CODES[leaf.when_absent]]
        absence = no_array(stage.name, code)
        if left.where is None:
            # the length is -1 where there is no array
            says = verdict(leaf.operator, -1, expected) == 1
            base = count_test(leaf.operator, expected, lambda _: length_of(stage.name), level)
            return with_absence(base, level, absence, says=says)
        where, inside = left.where, self._inside(ref, stage)
        base = count_test(
            leaf.operator,
            expected,
            lambda one: stage.counter(inside.at_least(where, one)),
            level,
        )
        failing = self._failing_members(left)
        if failing is not None:
            error = negated(equal(failing, 0))
            base = any_of((error, base)) if level <= 0 else all_of((negated(error), base))
        return with_absence(base, level, absence, says=none)

    def _failing_members(self, left: FieldCount) -> str | None:
        """Return the column that counts the members whose judging ends in an error, if any may."""
        ref = self._ref(str(self.fixed(left.field.name)))
        if left.where is None or Each() not in ref.path:
            return None
        stage = self._stage(ref.path, ref.form)
        failing = self._inside(ref, stage).fails(left.where)
        return None if failing == FALSE else stage.counter(failing)

    def _inside(self, ref: FieldRef, stage: ArrayStage) -> Conditions:
        """Return what judges the members of a count; its array is expanded."""
        self.arrays[stage.name] = stage
        return Conditions(
            settings=self.settings,
            columns=stage.columns,
            arrays={},
            refuse=self.refuse,
            binding=Binding(slot=0, path=ref.path),
        )


def no_array(name: str, code: int) -> Absence:
    """Return where an array is not there, and the verdict's number then."""
    length = length_of(name)
    where = Bool(f"{length} < 0", inverse=f"{length} >= 0")
    return Absence(where=where, on_absent=code, on_null=code)


def equal(column: str, value: float) -> Bool:
    """Return where a column equals a number."""
    text = number(value)
    return Bool(f"{column} == {text}", inverse=f"{column} != {text}")


def counted(operator: Operator, expected: Any) -> float:
    """Return the number that a count is compared with.

    Raises:
        NotInKqlError: It is no number, or the operator is none of numbers.
    """
    if type(expected) is str:
        expected = number_of_text(expected)
    if type(expected) not in {int, float} or operator not in _COUNTED:
        raise NotInKqlError(f"a count with `{operator}` or with what is no number")
    return float(expected) if type(expected) is float else int(expected)


def count_test(
    operator: Operator, expected: float, column: Callable[[int], str], level: int
) -> Bool:
    """Return where the verdict on a count is at least a level.

    Members whose verdict rests on absence, or is unknown, may count or not. `column` counts the
    members whose own number is at least a level: 2 are sure, -1 may be; of those that rest on
    absence alone, 1 count and 0 may.
    """
    if operator is Operator.NOT_EQUALS:
        return negated(count_test(Operator.EQUALS, expected, column, 1 - level))
    text = number(expected)
    if operator is Operator.EQUALS:
        fewest, most = (2, -1) if level in {2, -1} else (1, 0)
        low, high = column(fewest), column(most)
        if low == high:
            return equal(low, expected)
        if level > 0:
            return all_of((equal(low, expected), equal(high, expected)))
        return all_of((Bool(f"{low} <= {text}"), Bool(f"{high} >= {text}")))
    sign, inverse, rising = _COUNT_SIGNS[operator]
    name = column(level if rising else 1 - level)
    return Bool(f"{name} {sign} {text}", inverse=f"{name} {inverse} {text}")


def _head_of_subscription(operand: Operand) -> str | None:
    """Return the text before `split(field('id'), '/')[2]`, where an operand is just that."""
    if not isinstance(operand, Template) or not isinstance(operand.node, Call):
        return None
    parts = operand.node.arguments
    if operand.node.key != "concat" or len(parts) != 2 or parts[1] != _SUBSCRIPTION:
        return None
    head = parts[0].value if isinstance(parts[0], Literal) else None
    known = isinstance(head, str) and head[:1] not in {"", *STARTS_OTHER_KINDS}
    return str(head) if known else None


def _shown(operand: Operand) -> str:
    return f"`{operand.text[:120]}`" if isinstance(operand, Template) else "an expression"
