"""Leaves of a condition: left side, one operator, right side, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from attestgraph.conditions.errors import ConditionError, Pointer
from attestgraph.conditions.fields import check_field
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.operators import (
    NEGATED,
    OPERATORS,
    ORDERING,
    TEXT_ONLY,
    Operator,
    WhenAbsent,
    a_kind,
)
from attestgraph.conditions.parse import LEFT, WORDS, Around, Parser
from attestgraph.conditions.parse_operand import operand, text
from attestgraph.conditions.tree import (
    Constant,
    Field,
    FieldCount,
    Leaf,
    Left,
    Operand,
    Template,
    Value,
    ValueCount,
)
from attestgraph.conditions.values import kind_of, truth_of_text

MOST_ITERATIONS: Final = 100
MOST_VALUE_COUNTS: Final = 10
DEFAULT_NAME: Final = "default"

Keys = Mapping[str, str]


def leaf(
    parser: Parser, document: Mapping[str, Any], keys: Keys, pointer: Pointer, around: Around
) -> Leaf | None:
    """Return the leaf that an object holds, or None where it has faults."""
    before = len(parser.faults.found)
    operators = [name for name in keys if name in OPERATORS]
    lefts = [name for name in keys if name in LEFT]
    _check_keys(parser, keys, pointer, lefts, operators)
    if not lefts:
        return None
    left = _left(parser, lefts[0], document, keys, pointer, around)
    if not operators:
        return None
    operator = OPERATORS[operators[0]]
    name = keys[operators[0]]
    right = operand(parser, document[name], (*pointer, name), around.names)
    if right is not None:
        _check_right(parser, operator, right)
    absent = _when_absent(parser, document, keys, pointer, around, left, operator)
    if left is None or right is None or len(parser.faults.found) > before:
        return None
    return Leaf(left=left, operator=operator, right=right, when_absent=absent, pointer=pointer)


def _check_keys(
    parser: Parser, keys: Keys, pointer: Pointer, lefts: list[str], operators: list[str]
) -> None:
    """Exactly one left side, exactly one operator, nothing unknown."""
    faults = parser.faults
    known = {*LEFT, *OPERATORS, *(("when_absent",) if parser.mode == "control" else ())}
    unknown = [name for low, name in keys.items() if low not in known]
    slug, word = (
        ("unknown-key", "key") if operators or not lefts else ("unknown-operator", "operator")
    )
    words = [w for w in WORDS if word == "key" or ascii_lower(w) in OPERATORS]
    for name in unknown:
        shown = name if len(name) <= 60 else name[:60] + "…"
        help_text = faults.suggestion(name, words)
        faults.add(slug, f"unknown {word} `{shown}`", (*pointer, name), help_text)
    if len(lefts) > 1:
        names = " and ".join(f"`{keys[low]}`" for low in lefts)
        faults.add("two-left-sides", f"{names} in one condition", pointer, "write two conditions")
    if len(operators) > 1:
        names = " and ".join(f"`{keys[low]}`" for low in operators)
        help_text = "write two conditions inside `allOf`"
        faults.add("two-operators", f"{names} in one condition", pointer, help_text)
    if not lefts and not (unknown and not operators):
        message = "a condition needs `field`, `value`, `count`, `allOf`, `anyOf` or `not`"
        faults.add("no-left-side", message, pointer)
    if lefts and not operators and not unknown:
        faults.add("no-operator", f"`{keys[lefts[0]]}` has no operator beside it", pointer)


def _left(
    parser: Parser,
    word: str,
    document: Mapping[str, Any],
    keys: Keys,
    pointer: Pointer,
    around: Around,
) -> Left | None:
    name = keys[word]
    below = (*pointer, name)
    if word == "field":
        return _field(parser, document[name], below, around)
    if word == "count":
        return _count(parser, document[name], below, around)
    value = operand(parser, document[name], below, around.names)
    return None if value is None else Value(operand=value, pointer=below)


def _field(parser: Parser, name: Any, pointer: Pointer, around: Around) -> Field | None:
    if type(name) is not str or not name:
        kind = "an empty text" if name == "" else a_kind(kind_of(name))
        parser.faults.add("bad-field", f"`field` takes the name of a field, not {kind}", pointer)
        return None
    found = text(parser, name, pointer, around.names)
    if isinstance(found, Constant):
        try:
            check_field(found.value, aliases=parser.aliases, mode=parser.mode)
        except ConditionError as error:
            for fault in error.under(pointer).faults:
                unknown = fault.slug == "unknown-alias"
                parser.faults.take(
                    parser.faults.alias(fault, found.value, parser.aliases) if unknown else fault
                )
            return None
    return None if found is None else Field(name=found, pointer=pointer)


def _count(
    parser: Parser, document: Any, pointer: Pointer, around: Around
) -> FieldCount | ValueCount | None:
    faults = parser.faults
    if type(document) is not dict:
        message = f"`count` is an object, not {a_kind(kind_of(document))}"
        faults.add("bad-count", message, pointer)
        return None
    keys = parser.keys(document, pointer)
    for low, name in keys.items():
        if low not in {"field", "value", "where", "name"}:
            help_text = faults.suggestion(name, ("field", "value", "where", "name"))
            faults.add("unknown-key", f"unknown key `{name[:60]}`", (*pointer, name), help_text)
    if ("field" in keys) is ("value" in keys):
        message = "`count` needs `field` or `value`, one of them"
        faults.add("bad-count", message, pointer)
        return None
    if "field" in keys:
        return _field_count(parser, document, keys, pointer, around)
    return _value_count(parser, document, keys, pointer, around)


def _field_count(
    parser: Parser, document: Mapping[str, Any], keys: Keys, pointer: Pointer, around: Around
) -> FieldCount | None:
    name = keys["field"]
    field = _field(parser, document[name], (*pointer, name), around)
    if "name" in keys:
        message = "`name` belongs to a count of values, not of a field"
        parser.faults.add("bad-count", message, (*pointer, keys["name"]))
    if field is not None and isinstance(field.name, Constant) and "[*]" not in field.name.value:
        message = f"`{field.name.value}` is no array: `count` needs `[*]`"
        parser.faults.add("bad-count", message, field.pointer)
    inside = replace(around.deeper(), fields=around.fields + 1)
    where = keys.get("where")
    node = None
    if where is not None:
        node = parser.condition(document[where], (*pointer, where), inside)
    if field is None or (where is not None and node is None):
        return None
    return FieldCount(field=field, where=node, pointer=pointer)


def _value_count(
    parser: Parser, document: Mapping[str, Any], keys: Keys, pointer: Pointer, around: Around
) -> ValueCount | None:
    key = keys["value"]
    value = operand(parser, document[key], (*pointer, key), around.names)
    name = document[keys["name"]] if "name" in keys else DEFAULT_NAME
    if type(name) is not str or not name:
        kind = "an empty one" if name == "" else a_kind(kind_of(name))
        message = f"`name` is a text, not {kind}"
        parser.faults.add("bad-count", message, (*pointer, keys["name"]))
        name = DEFAULT_NAME
    _check_value_count(parser, value, name, pointer, around)
    inside = replace(around.deeper(), values=(*around.values, ascii_lower(name)))
    where = keys.get("where")
    node = None
    if where is not None:
        node = parser.condition(document[where], (*pointer, where), inside)
    if value is None or (where is not None and node is None):
        return None
    return ValueCount(operand=value, name=name, where=node, pointer=pointer)


def _check_value_count(
    parser: Parser, value: Operand | None, name: str, pointer: Pointer, around: Around
) -> None:
    faults = parser.faults
    if isinstance(value, Constant):
        if type(value.value) is not list:
            message = f"`value` of a count is an array, not {a_kind(kind_of(value.value))}"
            faults.add("bad-count", message, value.pointer)
        elif len(value.value) > MOST_ITERATIONS:
            message = f"a count of values takes at most {MOST_ITERATIONS} of them"
            faults.add("bad-count", message, value.pointer)
    if ascii_lower(name) in around.values:
        message = f"the name `{name}` is taken by a count around this one"
        faults.add("bad-count", message, pointer, "give each count a `name` of its own")
    if len(around.values) >= MOST_VALUE_COUNTS:
        message = f"more than {MOST_VALUE_COUNTS} counts of values inside one another"
        faults.add("bad-count", message, pointer)


def _check_right(parser: Parser, operator: Operator, right: Operand) -> None:
    """Check the kind of a constant right side; expressions are checked when they are computed."""
    if isinstance(right, Template):
        return
    positive = NEGATED.get(operator, operator)
    value = right.value if isinstance(right, Constant) else []
    wanted = None
    if positive is Operator.IN:
        wanted = None if type(value) is list else "an array"
    elif positive is Operator.EXISTS:
        truth = truth_of_text(value) if type(value) is str else None
        wanted = None if type(value) is bool or truth is not None else "true or false"
    elif positive in TEXT_ONLY:
        wanted = None if type(value) is str else "a text"
    elif positive in ORDERING:
        wanted = None if type(value) in {str, int, float} else "a text, a date or a number"
    elif positive is Operator.CONTAINS:
        wanted = None if type(value) in {str, int, float, bool} else "a text, a number or a boolean"
    if wanted is not None:
        message = f"`{operator}` takes {wanted}, not {a_kind(kind_of(value))}"
        parser.faults.add("wrong-operand", message, right.pointer)
    elif positive is Operator.LIKE and parser.mode == "control" and value.count("*") > 1:
        message = f"`{operator}` takes one `*`, not {value.count('*')}"
        parser.faults.add("wrong-operand", message, right.pointer)


def _when_absent(
    parser: Parser,
    document: Mapping[str, Any],
    keys: Keys,
    pointer: Pointer,
    around: Around,
    left: Left | None,
    operator: Operator,
) -> WhenAbsent | None:
    if "when_absent" not in keys or parser.mode != "control":
        return None
    word = document[keys["when_absent"]]
    below = (*pointer, keys["when_absent"])
    if type(word) is not str or word not in set(WhenAbsent):
        help_text = "use pass, fail or not-evaluated"
        shown = word[:60] if type(word) is str else a_kind(kind_of(word))
        parser.faults.add("bad-when-absent", f"unknown `when_absent` `{shown}`", below, help_text)
        return None
    reasons = (
        (not parser.when_absent, "`when_absent` is refused in `violated_when`: it would reverse"),
        (around.negated, "`when_absent` is refused under `not`: it would reverse"),
        (operator is Operator.EXISTS, "`exists` itself says what holds when the field is absent"),
        (isinstance(left, Value | ValueCount), "`when_absent` belongs to a field"),
    )
    for refused, message in reasons:
        if refused:
            parser.faults.add("refused-when-absent", message, below)
    return WhenAbsent(word)
