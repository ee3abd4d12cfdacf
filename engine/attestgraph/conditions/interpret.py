"""The plain interpreter: walks the tree for one row. Slow, short, and the oracle of `compile`.

It shares the meaning of an operator (`verdict`) and of a field's name (`resolve`) with the
compiler, and nothing of how names, paths, scopes and constants are prepared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from attestgraph.conditions.errors import EvaluationError, UnknownValueError
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.interpret_read import Member, Members, RowReader, argument
from attestgraph.conditions.operators import ABSENT_CODES, a_kind, verdict
from attestgraph.conditions.paths import path_text
from attestgraph.conditions.readers import Settings, array_path
from attestgraph.conditions.tree import (
    AllOf,
    AnyOf,
    Condition,
    Constant,
    Field,
    FieldCount,
    Leaf,
    Node,
    Not,
    Value,
    ValueCount,
)
from attestgraph.conditions.values import HIDDEN, UNLISTED, kind_of
from attestgraph.conditions.verdicts import (
    ABSENT,
    TRUE,
    TRUE_BY_ABSENCE,
    UNKNOWN,
    conjunction,
    disjunction,
    is_false,
    is_true,
    negation,
)

MOST_ITERATIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A judged leaf: its code, what was wanted, what was read and where."""

    code: int
    expected: Any = None
    actual: Any = None
    place: str = ""
    parts: tuple[Judged, ...] = ()

    def resting(self, absent: bool) -> Judged:  # noqa: FBT001 one flag is the whole question
        """Return the same, resting on absence if `absent`."""
        if not absent or self.code == UNKNOWN:
            return self
        return replace(self, code=self.code | ABSENT)


@dataclass(slots=True, kw_only=True)
class Interpreter:
    """Judges nodes for the row of a reader."""

    reader: RowReader

    def judge(self, node: Node, members: Members = ()) -> int:
        """Return the code of a node.

        Raises:
            EvaluationError: An error that no other member of its conjunction or disjunction
                makes irrelevant.
        """
        match node:
            case AllOf():
                codes, error = self.judge_all(node.members, members)
                code = conjunction(codes)
                if error is not None and not is_false(code):
                    raise error
                return code
            case AnyOf():
                codes, error = self.judge_all(node.members, members)
                code = disjunction(codes)
                if error is not None and not is_true(code):
                    raise error
                return code
            case Not():
                return negation(self.judge(node.member, members))
            case Leaf():
                return self.leaf(node, members).code
        assert_never(node)

    def judge_all(
        self, nodes: Sequence[Node], members: Members
    ) -> tuple[list[int], EvaluationError | None]:
        """Return the codes of nodes, and the first error among them."""
        codes: list[int] = []
        first: EvaluationError | None = None
        for node in nodes:
            try:
                codes.append(self.judge(node, members))
            except EvaluationError as error:
                first = first or error
        return codes, first

    def leaf(self, leaf: Leaf, members: Members) -> Judged:
        """Return the code of a leaf, with what was read and what was wanted."""
        self.reader.absent = False
        try:
            judged = self._leaf(leaf, members)
        except UnknownValueError:
            return Judged(code=UNKNOWN)
        except EvaluationError as error:
            raise error if error.pointer else error.under(leaf.pointer) from None
        return judged

    def _leaf(self, leaf: Leaf, members: Members) -> Judged:
        left = leaf.left
        match left:
            case Field():
                name = self.reader.operand(left.name, members)
                expected = argument(self.reader.operand(leaf.right, members))
                absent = self.reader.absent
                judged = self.field_judged(leaf, name, expected, members)
                return judged.resting(absent)
            case Value():
                actual = self.reader.operand(left.operand, members)
                expected = argument(self.reader.operand(leaf.right, members))
                code = verdict(leaf.operator, actual, expected)
                code = code if code == UNKNOWN else code & TRUE
                judged = Judged(code=code, expected=expected, actual=actual)
                return judged.resting(self.reader.absent)
            case FieldCount() | ValueCount():
                return self.count(leaf, left, members)
        assert_never(left)

    def field_judged(self, leaf: Leaf, name: Any, expected: Any, members: Members) -> Judged:
        """Judge one value, or every value of an array."""
        if type(name) is not str:
            message = f"the name of a field is a text, not {a_kind(kind_of(name))}"
            raise EvaluationError.of("bad-field", message)
        ref = self.reader.settings.resolve(name)
        found, many = self.reader.values(ref, members)
        codes = [self.element(leaf, one.value, expected) for one in found]
        actual = [one.value for one in found] if many else found[0].value
        place = path_text(ref.path) if many else found[0].place
        parts = tuple(
            Judged(code=code, expected=expected, actual=one.value, place=one.place)
            for code, one in zip(codes, found, strict=True)
        )
        return Judged(
            code=conjunction(codes),
            expected=expected,
            actual=actual,
            place=place,
            parts=parts if many else (),
        )

    @staticmethod
    def element(leaf: Leaf, value: Any, expected: Any) -> int:
        """Judge one value that a field selected."""
        if value is HIDDEN:
            return UNKNOWN
        if value is UNLISTED:
            chosen = leaf.when_absent
            return TRUE_BY_ABSENCE if chosen is None else ABSENT_CODES[chosen]
        return verdict(leaf.operator, value, expected, leaf.when_absent)

    def count(self, leaf: Leaf, left: FieldCount | ValueCount, members: Members) -> Judged:
        """Judge a count: how many members may fulfil its condition, and what that says."""
        found = self.counted(left, members)
        expected = argument(self.reader.operand(leaf.right, members))
        absent = self.reader.absent
        values = [one.value for one in found]
        if HIDDEN in values:
            return Judged(code=UNKNOWN, expected=expected)
        inside = [one for one in found if one.value is not UNLISTED]
        if len(inside) < len(found):
            absent = True
            if not inside and leaf.when_absent is not None:
                return Judged(code=ABSENT_CODES[leaf.when_absent], expected=expected, actual=0)
        codes = [
            TRUE if left.where is None else self.judge(left.where, (*members, one))
            for one in inside
        ]
        code = self.count_code(leaf, codes, expected)
        actual = sum(is_true(one) for one in codes)
        place = inside[0].place if len(inside) == 1 else self.place_of(left)
        return Judged(code=code, expected=expected, actual=actual, place=place).resting(absent)

    @staticmethod
    def count_code(leaf: Leaf, codes: Sequence[int], expected: Any) -> int:
        """Return what all counts that the members' codes allow say together."""
        least = sum(code == TRUE for code in codes)
        most = sum(code != 0 for code in codes)
        wide = {verdict(leaf.operator, n, expected) & TRUE for n in range(least, most + 1)}
        if len(wide) == 1:
            return wide.pop()
        known = sum(is_true(code) for code in codes)
        unknown = sum(code == UNKNOWN for code in codes)
        near = {
            verdict(leaf.operator, n, expected) & TRUE for n in range(known, known + unknown + 1)
        }
        return near.pop() | ABSENT if len(near) == 1 else UNKNOWN

    def place_of(self, left: FieldCount | ValueCount) -> str:
        """Return the path of what is counted, for explanations."""
        if isinstance(left, FieldCount) and isinstance(left.field.name, Constant):
            return path_text(self.reader.settings.resolve(left.field.name.value).path)
        return ""

    def counted(self, left: FieldCount | ValueCount, members: Members) -> list[Member]:
        """Return the members that a count is over."""
        if isinstance(left, FieldCount):
            name = self.reader.operand(left.field.name, members)
            if type(name) is not str:
                message = "the field of a count must be the same for all rows"
                raise EvaluationError.of("bad-count", message)
            ref = self.reader.settings.resolve(name)
            path = array_path(ref)
            found, _ = self.reader.values(ref, members)
            return [Member(value=one.value, place=one.place, path=path) for one in found]
        values = self.reader.operand(left.operand, members)
        if type(values) is not list:
            message = f"a count of values takes an array, not {a_kind(kind_of(values))}"
            raise EvaluationError.of("bad-count", message)
        around = [member.rounds for member in members if member.name is not None]
        rounds = len(values) * (around[-1] if around else 1)
        if rounds > MOST_ITERATIONS:
            message = f"counts of values take at most {MOST_ITERATIONS} members, nested ones too"
            raise EvaluationError.of("too-many-iterations", message)
        name = ascii_lower(left.name)
        return [Member(value=value, name=name, rounds=rounds) for value in values]


def interpret(
    condition: Condition,
    row: Mapping[str, Any],
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
    resource_type: str | None = None,
) -> int:
    """Return the verdict code of a condition on one row; see `compile_condition`.

    Raises:
        EvaluationError: As the compiled condition does.
    """
    settings = Settings(
        aliases=condition.aliases,
        mode=condition.mode,
        parameters=parameters,
        context=context,
        resource_type=resource_type,
    )
    return Interpreter(reader=RowReader(settings=settings, row=row)).judge(condition.root)
