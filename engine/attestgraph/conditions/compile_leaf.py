"""Leaves as closures: one value, every element of an array, and counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attestgraph.conditions.comparisons import Test, test_of
from attestgraph.conditions.errors import EvaluationError, Pointer, UnknownValueError
from attestgraph.conditions.fields import FieldRef, Form, reader
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.operators import ABSENT_CODES, a_kind, verdict
from attestgraph.conditions.paths import Key, Path, Walk, walk
from attestgraph.conditions.readers import (
    MOST_NAMES,
    Judge,
    Reader,
    Seen,
    Settings,
    array_path,
    as_argument,
    is_fixed,
    many_reader,
    one_reader,
    operand_reader,
)
from attestgraph.conditions.scopes import (
    Binding,
    Bindings,
    Rounds,
    Scope,
    Source,
    source_of,
)
from attestgraph.conditions.tree import (
    Constant,
    Field,
    FieldCount,
    Leaf,
    Node,
    Operand,
    Value,
    ValueCount,
)
from attestgraph.conditions.values import HIDDEN, MISSING, UNLISTED, Special, kind_of
from attestgraph.conditions.verdicts import (
    ABSENT,
    TRUE,
    TRUE_BY_ABSENCE,
    UNKNOWN,
    conjunction,
    is_true,
)

MOST_ITERATIONS: Final = 100
JudgeOf = Callable[[Node, Settings, Bindings], Judge]
Inquiry = Callable[[Any, Scope, Test], int]
"""Judges a row's value or values with a test."""


def field_leaf(leaf: Leaf, left: Field, settings: Settings, bindings: Bindings) -> Judge:
    """Return a leaf over a field."""
    name = _fixed_value(left.name, settings)
    test = _fixed_test(leaf, settings)
    if name is not MISSING and test is not None:
        return _fixed_leaf(name, test, leaf, settings, bindings)
    seen = Seen()
    read_name = operand_reader(left.name, settings, bindings, seen)
    right = operand_reader(leaf.right, settings, bindings, seen)
    known: dict[str, Inquiry] = {}
    if name is not MISSING:
        known[name] = _inquiry(name, leaf, settings, bindings)

    def judge(row: Any, scope: Scope = ()) -> int:
        called = read_name(row, scope)
        expected = as_argument(right(row, scope))
        inquiry = known.get(called) if type(called) is str else None
        if inquiry is None:
            if len(known) >= MOST_NAMES:
                known.clear()
            inquiry = known[called] = _inquiry(called, leaf, settings, bindings)
        return inquiry(
            row, scope, lambda value: verdict(leaf.operator, value, expected, leaf.when_absent)
        )

    return _watched(judge, seen, leaf.pointer)


def _fixed_leaf(name: Any, test: Test, leaf: Leaf, settings: Settings, bindings: Bindings) -> Judge:
    """Return a leaf of which name and right side are the same for all rows: the hot path."""
    source, pointer = _source(name, settings, bindings), leaf.pointer
    if source.slot is not None and not source.many:
        return _member_leaf(source.slot, walk(source.path), test, pointer)
    if source.many:
        inquiry = _inquiry(name, leaf, settings, bindings)

        def judge_many(row: Any, scope: Scope = ()) -> int:
            try:
                return inquiry(row, scope, test)
            except EvaluationError as error:
                raise _at(error, pointer) from None

        return judge_many
    read = reader(FieldRef(name=name, path=source.path, form=source.form))
    if source.form is Form.PLAIN and len(source.path) == 2:
        return _two_keys_leaf(source.path, read, test, pointer)

    def judge(row: Any, _scope: Scope = ()) -> int:
        try:
            return test(read(row))
        except EvaluationError as error:
            raise _at(error, pointer) from None

    return judge


def _member_leaf(slot: int, below: Walk, test: Test, pointer: Pointer) -> Judge:
    """Return a leaf over a field of the member that a count is at."""

    def judge(_row: Any, scope: Scope = ()) -> int:
        try:
            return test(below(scope[slot]))
        except EvaluationError as error:
            raise _at(error, pointer) from None

    return judge


def _two_keys_leaf(path: Path, read: Walk, test: Test, pointer: Pointer) -> Judge:
    """Return a leaf over `properties.x` and the like, read in place where both keys are exact."""
    first, second = (segment.name for segment in path if isinstance(segment, Key))

    def judge(row: Any, _scope: Scope = ()) -> int:
        middle = row.get(first)
        value = middle.get(second, MISSING) if type(middle) is dict else MISSING
        if value is MISSING or type(value) is dict:
            value = read(row)
        try:
            return test(value)
        except EvaluationError as error:
            raise _at(error, pointer) from None

    return judge


def value_leaf(leaf: Leaf, left: Value, settings: Settings, bindings: Bindings) -> Judge:
    """Return a leaf over a value."""
    seen = Seen()
    read = operand_reader(left.operand, settings, bindings, seen)
    right = operand_reader(leaf.right, settings, bindings, seen)
    operator = leaf.operator

    def judge(row: Any, scope: Scope = ()) -> int:
        actual = read(row, scope)
        code = verdict(operator, actual, as_argument(right(row, scope)))
        return code if code == UNKNOWN else code & TRUE  # null in an expression is no absent field

    judged = _watched(judge, seen, leaf.pointer)
    if not is_fixed(left.operand, settings.context) or not is_fixed(leaf.right, settings.context):
        return judged
    try:
        fixed = judged({}, ())
    except EvaluationError:
        return judged
    return lambda _row, _scope=(): fixed


def count_leaf(
    leaf: Leaf,
    left: FieldCount | ValueCount,
    settings: Settings,
    bindings: Bindings,
    judge_of: JudgeOf,
) -> Judge:
    """Return a leaf over a count."""
    seen = Seen()
    right = operand_reader(leaf.right, settings, bindings, seen)
    if isinstance(left, FieldCount):
        members, binding = _counted_field(left, settings, bindings)
    else:
        members, binding = _counted_values(left, settings, bindings, seen)
    inside = (*bindings, binding)
    where = None if left.where is None else judge_of(left.where, settings, inside)

    def judge(row: Any, scope: Scope = ()) -> int:
        found = members(row, scope)
        expected = as_argument(right(row, scope))
        if HIDDEN in found:
            return UNKNOWN
        counted = [one for one in found if one is not UNLISTED]
        absent = len(counted) < len(found)
        if absent and not counted and leaf.when_absent is not None:
            return ABSENT_CODES[leaf.when_absent]
        if where is None:
            codes = [TRUE] * len(counted)
        else:
            codes = [where(row, (*scope, one)) for one in counted]
        code = count_verdict(codes, lambda n: verdict(leaf.operator, n, expected))
        return code | ABSENT if (absent or seen.absent) and code != UNKNOWN else code

    watched = _watched(judge, seen, leaf.pointer)
    test = _fixed_test(leaf, settings)
    if test is None or where is None or isinstance(left, ValueCount):
        return watched
    return _plain_count(members, where, test, watched, leaf.pointer)


def _plain_count(
    members: Reader, where: Judge, test: Test, other: Judge, pointer: Pointer
) -> Judge:
    """Return a count of a field with a fixed right side: the short way for what is observed.

    Where an array is not there, or a member is judged by absence or not at all, `other` judges.
    """

    def judge(row: Any, scope: Scope = ()) -> int:
        count = 0
        for one in members(row, scope):
            if type(one) is Special:
                return other(row, scope)
            code = where(row, (*scope, one))
            if code == TRUE:
                count += 1
            elif code:
                return other(row, scope)
        try:
            return test(count)
        except EvaluationError as error:
            raise _at(error, pointer) from None

    return judge


def count_verdict(codes: list[int], test: Callable[[int], int]) -> int:
    """Return the verdict on a count whose members were judged with these codes.

    Members whose verdict rests on absence, or is unknown, may count or not: where every such
    count gives one answer, it stands; where only the unknown ones matter, it is unknown.
    """
    sure = codes.count(TRUE)
    by_absence = codes.count(TRUE_BY_ABSENCE)
    unknown = codes.count(UNKNOWN)
    unsure = len(codes) - sure - codes.count(0)
    answers = {is_true(test(n)) for n in range(sure, sure + unsure + 1)}
    if len(answers) == 1:
        return int(answers.pop())
    naive = sure + by_absence
    answers = {is_true(test(n)) for n in range(naive, naive + unknown + 1)}
    return int(answers.pop()) | ABSENT if len(answers) == 1 else UNKNOWN


def _counted_field(
    left: FieldCount, settings: Settings, bindings: Bindings
) -> tuple[Reader, Binding]:
    name = _fixed_value(left.field.name, settings)
    if type(name) is not str:
        message = "the field of a count must be the same for all rows"
        raise EvaluationError.of("bad-count", message)
    ref = settings.resolve(name)
    path = array_path(ref)
    binding = Binding(slot=len(bindings), path=path)
    if ref.form is Form.NOWHERE:
        return lambda _row, _scope: [UNLISTED], binding
    source = source_of(ref, bindings)
    if source.many:
        return many_reader(source), binding
    read = one_reader(source)
    return lambda row, scope: [read(row, scope)], binding


def _counted_values(
    left: ValueCount, settings: Settings, bindings: Bindings, seen: Seen
) -> tuple[Reader, Binding]:
    read = operand_reader(left.operand, settings, bindings, seen)

    around = [binding.rounds for binding in bindings if binding.name is not None]
    outer, own = (around[-1] if around else Rounds()), Rounds()

    def values(row: Any, scope: Scope) -> list[Any]:
        found = read(row, scope)
        if type(found) is not list:
            message = f"a count of values takes an array, not {a_kind(kind_of(found))}"
            raise EvaluationError.of("bad-count", message)
        own.now = outer.now * len(found)
        if own.now > MOST_ITERATIONS:
            message = f"counts of values take at most {MOST_ITERATIONS} members, nested ones too"
            raise EvaluationError.of("too-many-iterations", message)
        return found

    return values, Binding(slot=len(bindings), name=ascii_lower(left.name), rounds=own)


def _source(name: Any, settings: Settings, bindings: Bindings) -> Source:
    if type(name) is not str:
        message = f"the name of a field is a text, not {a_kind(kind_of(name))}"
        raise EvaluationError.of("bad-field", message)
    return source_of(settings.resolve(name), bindings)


def _inquiry(name: Any, leaf: Leaf, settings: Settings, bindings: Bindings) -> Inquiry:
    """Return how a field of this name is judged: one value, or all values of an array."""
    source = _source(name, settings, bindings)
    if not source.many:
        read = one_reader(source)
        return lambda row, scope, test: test(read(row, scope))
    values = many_reader(source)
    absent = TRUE_BY_ABSENCE if leaf.when_absent is None else ABSENT_CODES[leaf.when_absent]

    def every(row: Any, scope: Scope, test: Test) -> int:
        return conjunction(
            absent if one is UNLISTED else UNKNOWN if one is HIDDEN else test(one)
            for one in values(row, scope)
        )

    return every


def _fixed_value(operand: Operand, settings: Settings) -> Any:
    """Return the value of an operand that is the same for all rows, else MISSING."""
    if isinstance(operand, Constant):
        return operand.value
    if not is_fixed(operand, settings.context):
        return MISSING
    try:
        return as_argument(operand_reader(operand, settings, (), Seen())({}, ()))
    except (EvaluationError, UnknownValueError):
        return MISSING


def _fixed_test(leaf: Leaf, settings: Settings) -> Test | None:
    expected = _fixed_value(leaf.right, settings)
    if expected is MISSING:
        return None
    try:
        return test_of(leaf.operator, expected, leaf.when_absent)
    except EvaluationError:
        return None


def _watched(judge: Judge, seen: Seen, pointer: Pointer) -> Judge:
    """Return a judge that answers UNKNOWN for what is redacted and keeps note of absence."""

    def watched(row: Any, scope: Scope = ()) -> int:
        seen.absent = False
        try:
            code = judge(row, scope)
        except UnknownValueError:
            return UNKNOWN
        except EvaluationError as error:
            raise _at(error, pointer) from None
        return code | ABSENT if seen.absent and code != UNKNOWN else code

    return watched


def _at(error: EvaluationError, pointer: Pointer) -> EvaluationError:
    """Return the error with a place, if it has none yet."""
    return error if error.pointer else error.under(pointer)
