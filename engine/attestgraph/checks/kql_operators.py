"""The operators of conditions in KQL: one value against a constant, judged exactly.

Each answers for a value that is there; `kql_leaf` puts around it what holds for one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, assert_never

from attestgraph.checks.kql_columns import Column, Columns
from attestgraph.checks.kql_text import (
    FALSE,
    STAND_IN,
    Bool,
    NotInKqlError,
    all_of,
    any_of,
    caseless,
    constant,
    escaped,
    instant,
    lowered,
    negated,
    number,
    quoted,
    regex,
)
from attestgraph.conditions.folding import fold
from attestgraph.conditions.operators import Operator, verdict
from attestgraph.conditions.values import (
    instant_of,
    like,
    matches,
    number_of_text,
    truth_of_text,
)
from attestgraph.conditions.verdicts import TRUE as CODE_TRUE

_SIGNS: Final = {
    Operator.LESS: "<",
    Operator.LESS_OR_EQUALS: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUALS: ">=",
}
_NUMBER_KINDS: Final = "('int', 'long', 'real', 'decimal')"
_END: Final = r"\z"
STARTS_OTHER_KINDS: Final = frozenset("-0123456789tTfFnN[{")
"""What the text of a number, a boolean, an array or an object begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Where an operator holds.

    Attributes:
        holds: For a value that is there.
        when_null: What `holds` says of a value that is not there.
        error: Where the comparison fails; `holds` is false there.
    """

    holds: Bool
    when_null: bool
    error: Bool = FALSE


def held_of(operator: Operator, column: Column, expected: Any, columns: Columns) -> Held:
    """Return where a positive operator holds.

    Raises:
        NotInKqlError: KQL has no exact counterpart.
    """
    match operator:
        case Operator.EQUALS:
            return _equals(column, expected, columns)
        case Operator.IN:
            return _is_in(column, expected, columns)
        case Operator.CONTAINS:
            return _contains(column, expected, columns)
        case Operator.EXISTS:
            truth = verdict(operator, 0, expected) == CODE_TRUE
            return Held(holds=constant(truth), when_null=truth)
        case Operator.LIKE:
            return _like(column, expected)
        case Operator.MATCH | Operator.MATCH_INSENSITIVELY:
            return _match(column, expected, any_case=operator is Operator.MATCH_INSENSITIVELY)
        case Operator.CONTAINS_KEY:
            return _contains_key(column, expected)
        case (
            Operator.LESS | Operator.LESS_OR_EQUALS | Operator.GREATER | Operator.GREATER_OR_EQUALS
        ):
            return _ordered(operator, column, expected, columns)
        case (
            Operator.NOT_EQUALS
            | Operator.NOT_LIKE
            | Operator.NOT_MATCH
            | Operator.NOT_MATCH_INSENSITIVELY
            | Operator.NOT_CONTAINS
            | Operator.NOT_IN
            | Operator.NOT_CONTAINS_KEY
        ):
            raise ValueError("a negative operator is judged by its positive")
    assert_never(operator)


def _equals(column: Column, expected: Any, columns: Columns) -> Held:
    if expected is None:
        return Held(holds=FALSE, when_null=False)
    if type(expected) is bool:
        return _equal_to_text(column, "true" if expected else "false")
    if type(expected) is str:
        return _equal_to_text(column, expected)
    if type(expected) is int or type(expected) is float:
        made = columns.number(column)
        return Held(holds=Bool(f"coalesce({made} == {number(expected)}, false)"), when_null=False)
    raise NotInKqlError("a comparison with an array or an object")


def _equal_to_text(column: Column, expected: str) -> Held:
    literal = literal_of(column, expected)
    text = Bool(f"{column.text} =~ {literal}", inverse=f"{column.text} !~ {literal}")
    if expected[:1] in {"[", "{"} and column.is_text is not None:
        # the JSON text of an array is no text
        text = all_of((column.is_text, text))
    return Held(holds=any_of((text, *_equal_numbers(column, expected))), when_null=expected == "")


def _equal_numbers(column: Column, expected: str) -> tuple[Bool, ...]:
    """Return where a number equals a text though the number's own text is another."""
    value = number_of_text(expected)
    if value is None or not column.dynamic:
        return ()
    if type(value) is float and repr(value) == expected and abs(value) >= 1e-4:
        return ()
    kinds = "== 'real'" if str(value) == expected else f"in {_NUMBER_KINDS}"
    same = f"coalesce(todouble({column.name}) == {number(value)}, false)"
    return (all_of((Bool(f"gettype({column.name}) {kinds}"), Bool(same))),)


def _is_in(column: Column, expected: list[Any], columns: Columns) -> Held:
    if all(type(one) is str and _is_plain(one) for one in expected):
        literals = ", ".join(literal_of(column, one) for one in expected)
        texts = Bool(f"{column.text} in~ ({literals})", inverse=f"{column.text} !in~ ({literals})")
        return Held(holds=texts, when_null="" in expected)
    parts = [_equals(column, one, columns) for one in expected]
    return Held(
        holds=any_of(part.holds for part in parts), when_null=any(part.when_null for part in parts)
    )


def _is_plain(text: str) -> bool:
    value = number_of_text(text)
    canonical = type(value) is float and repr(value) == text and abs(value) >= 1e-4
    return text[:1] not in {"[", "{"} and (value is None or canonical)


def literal_of(column: Column, text: str) -> str:
    """Return the literal of a text that a column is compared with.

    Raises:
        NotInKqlError: Their letter case cannot be ignored as conditions ignore it.
    """
    if column.lowered and STAND_IN in text:
        raise NotInKqlError(f"the text `{text[:60]}`, which holds `{STAND_IN}`, against a tag")
    if column.lowered and not text.isascii():
        raise NotInKqlError(f"the text `{text[:60]}`, which is not ASCII, against a tag")
    return caseless(text)


def _contains(column: Column, expected: Any, columns: Columns) -> Held:
    if type(expected) is not str:
        raise NotInKqlError("`contains` with what is no text")
    literal = literal_of(column, expected)
    text = f"{column.text} contains {literal}"
    if not column.dynamic:
        inverse = f"{column.text} !contains {literal}"
        return Held(holds=Bool(text, inverse=inverse), when_null=expected == "")
    if number_of_text(expected) is not None or truth_of_text(expected) is not None:
        raise NotInKqlError(
            f"`contains` with `{expected}`, which in an array a number or a boolean equals"
        )
    kind = f"gettype({column.name})"
    made = (
        f"case({kind} == 'string', {text}, "
        f"{kind} == 'array', {_member(column.name, expected)}, false)"
    )
    return Held(holds=columns.test(column, "contains", made), when_null=False)


def _member(array: str, expected: str) -> str:
    """Return whether a text is among the elements of an array, without regard to case."""
    if not expected.isascii() or STAND_IN in expected:
        raise NotInKqlError(f"`{expected[:60]}` in an array: it is not ASCII, or holds `~`")
    lower = lowered(f"tostring({array})")
    return f"array_index_of(parse_json({lower}), {quoted(fold(expected))}) >= 0"


def _contains_key(column: Column, expected: str) -> Held:
    if not column.dynamic:
        return Held(holds=FALSE, when_null=False)
    keys = _member(f"bag_keys({column.name})", expected)
    return Held(
        holds=Bool(f"iff(gettype({column.name}) == 'dictionary', {keys}, false)"), when_null=False
    )


def _like(column: Column, expected: str) -> Held:
    """Return where a text has a form: `*` is any run of characters, `?` one."""
    literal_of(column, expected)
    empty = like("", fold(expected))
    head, star, tail = expected.partition("*")
    if "?" in expected or "*" in tail.removesuffix("*") or (head and tail.endswith("*")):
        parts = {"*": "(?s:.*)", "?": "(?s:.)"}
        pattern = "".join(parts.get(c) or escaped(c, any_case=True) for c in expected)
        return text_alone(column, _matches(column, pattern), "", empty=empty)
    if not star:
        return text_alone(column, _compared(column, "=~", "!~", expected), expected, empty=empty)
    if tail.endswith("*"):
        test = _compared(column, "contains", "!contains", tail[:-1])
        return text_alone(column, test, "", empty=empty)
    tests = [
        *([_compared(column, "startswith", "!startswith", head)] if head else []),
        *([_compared(column, "endswith", "!endswith", tail)] if tail else []),
        *([Bool(f"strlen({column.text}) >= {len(expected) - 1}")] if head and tail else []),
    ]
    return text_alone(column, all_of(tests), head, empty=empty)


def _compared(column: Column, operator: str, inverse: str, text: str) -> Bool:
    literal = literal_of(column, text)
    return Bool(f"{column.text} {operator} {literal}", inverse=f"{column.text} {inverse} {literal}")


def _matches(column: Column, pattern: str) -> Bool:
    return Bool(f"{column.text} matches regex {regex(f'^{pattern}{_END}')}")


def text_alone(column: Column, test: Bool, head: str, *, empty: bool) -> Held:
    """Return a test that holds for texts only.

    Args:
        column: The value.
        test: What is asked of its text.
        head: What the text must begin with; empty where it may begin with anything.
        empty: What the test says of the empty text.
    """
    if column.is_text is None or (head and head[0] not in STARTS_OTHER_KINDS):
        return Held(holds=test, when_null=empty)
    return Held(holds=all_of((column.is_text, test)), when_null=False)


def _match(column: Column, expected: str, *, any_case: bool) -> Held:
    if column.lowered and not any_case:
        raise NotInKqlError("`match` of a tag's value, whose case is not kept")
    if "?" in expected:
        raise NotInKqlError("`?` of a match pattern, which takes letters beyond ASCII too")
    if any_case:
        literal_of(column, expected)
    quoted(expected)
    parts = {".": "(?s:.)", "#": "[0-9]"}
    pattern = "".join(parts.get(c) or escaped(c, any_case=any_case) for c in expected)
    head = "" if expected[:1] in parts else expected[:1]
    return text_alone(column, _matches(column, pattern), head, empty=matches("", expected))


def _ordered(operator: Operator, column: Column, expected: Any, columns: Columns) -> Held:
    sign = _SIGNS[operator]
    if type(expected) is int or type(expected) is float:
        made = columns.number(column)
        no_number = Bool(f"isnull({made})", inverse=f"isnotnull({made})")
        return Held(
            holds=Bool(f"coalesce({made} {sign} {number(expected)}, false)"),
            when_null=False,
            error=all_of((negated(column.absent), no_number)),
        )
    if type(expected) is not str:
        raise NotInKqlError("an order with what is neither a number nor a text")
    texts = _ordered_texts(sign, column, expected)
    cases = [*_ordered_instants(sign, column, expected, columns)]
    if column.is_text is None:
        made = f"case({', '.join(cases)}, {texts})" if cases else texts
        empty = verdict(operator, "", expected) == CODE_TRUE
        return Held(holds=columns.test(column, operator, made), when_null=empty)
    cases += [column.is_text.text, texts]
    # an instant is a text, also where Resource Graph keeps it as a time
    no_instant = [Bool(f"isnull({cases[0][10:-1]})")] if len(cases) > 2 else []
    error, value = all_of((column.is_other, *no_instant)), number_of_text(expected)
    if value is not None:
        amount = columns.number(column)
        cases += [f"isnotnull({amount})", f"{amount} {sign} {number(value)}"]
        error = all_of((error, Bool(f"isnull({amount})", inverse=f"isnotnull({amount})")))
    made = f"case({', '.join(cases)}, false)"
    return Held(holds=columns.test(column, operator, made), when_null=False, error=error)


def _ordered_instants(
    sign: str, column: Column, expected: str, columns: Columns
) -> tuple[str, ...]:
    ticks = instant_of(expected)
    if ticks is None:
        return ()
    made = columns.instant(column)
    return (f"isnotnull({made})", f"{made} {sign} {instant(ticks)}")


def _ordered_texts(sign: str, column: Column, expected: str) -> str:
    """Return the order of two texts by their folds.

    What is not ASCII is read as `~`, which comes after every character on the right side, as it
    does itself.
    """
    if not expected.isascii() or any(c >= STAND_IN for c in expected):
        raise NotInKqlError(f"the order of texts against `{expected[:60]}`, beyond ASCII or `~`")
    return f"strcmp({lowered(column.text)}, {quoted(fold(expected))}) {sign} 0"
