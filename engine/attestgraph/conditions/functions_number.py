"""Template functions on numbers, comparisons, logic and conversion.

Source: Microsoft's reference of ARM template functions (numeric, logical, comparison, string).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from attestgraph.conditions.functions_base import (
    MOST_DEPTH,
    Function,
    FunctionError,
    array_of,
    as_text,
    bool_of,
    finite,
    identity,
    in_range,
    is_array,
    number_of,
    refuse,
    text_of,
)
from attestgraph.conditions.values import fold

LONGEST_NUMBER = 64
_DIGITS = frozenset("0123456789")


def _result(value: float) -> int | float:
    """Return an integer within 64 bits or a finite float."""
    return in_range(value) if isinstance(value, int) else finite(value)


def _safely(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> int | float:
    try:
        return _result(operation(number_of(1, left), number_of(2, right)))
    except (OverflowError, ZeroDivisionError) as error:
        raise FunctionError(str(error)) from None


def add(left: Any, right: Any) -> int | float:
    """Return the sum."""
    return _safely(lambda a, b: a + b, left, right)


def subtract(left: Any, right: Any) -> int | float:
    """Return the difference."""
    return _safely(lambda a, b: a - b, left, right)


def multiply(left: Any, right: Any) -> int | float:
    """Return the product."""
    return _safely(lambda a, b: a * b, left, right)


def _quotient(left: float, right: float) -> int | float:
    """Divide; whole numbers are cut towards zero, as .NET does."""
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


def _remainder(left: float, right: float) -> int | float:
    """Return the remainder with the sign of the dividend, as .NET does."""
    if isinstance(left, int) and isinstance(right, int):
        remainder = abs(left) % abs(right)
        return -remainder if left < 0 else remainder
    if right == 0:
        raise ZeroDivisionError("division by zero")
    return math.fmod(left, right)


def divide(left: Any, right: Any) -> int | float:
    """Return the quotient, cut towards zero for whole numbers."""
    return _safely(_quotient, left, right)


def modulo(left: Any, right: Any) -> int | float:
    """Return the remainder, with the dividend's sign."""
    return _safely(_remainder, left, right)


def _numbers(values: tuple[Any, ...]) -> list[int | float]:
    """Return the numbers of the arguments, or of the one array argument."""
    members = array_of(1, values[0]) if len(values) == 1 and is_array(values[0]) else values
    if not members:
        raise FunctionError("the array is empty")
    return [number_of(position, value) for position, value in enumerate(members, start=1)]


def maximum(*values: Any) -> int | float:
    """Return the greatest of the numbers, or of the members of one array."""
    return max(_numbers(values))


def minimum(*values: Any) -> int | float:
    """Return the least of the numbers, or of the members of one array."""
    return min(_numbers(values))


def number_text(text: str) -> int | float | None:
    """Return the number that `text` writes, or None.

    number = [ "+" | "-" ] digits [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ]
    """
    body = text.strip(" \t\r\n")
    if not body or len(body) > LONGEST_NUMBER:
        return None
    rest = body[1:] if body[0] in "+-" else body
    mantissa, mark, exponent = rest.replace("E", "e", 1).partition("e")
    whole, point, fraction = mantissa.partition(".")
    if mark:
        exponent = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    parts = [whole, *([fraction] if point else []), *([exponent] if mark else [])]
    if not all(part and _DIGITS.issuperset(part) for part in parts):
        return None
    return float(body) if point or mark else int(body)


def to_integer(value: Any) -> int:
    """Return the whole number of a number or its text; a fraction is cut off."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refuse(1, value, "number", "string")
    number = number_text(value) if isinstance(value, str) else value
    if number is None:
        raise FunctionError("the text is no number")
    return in_range(int(finite(number)) if isinstance(number, float) else number)


def to_float(value: Any) -> float:
    """Return the floating-point number of a number or its text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refuse(1, value, "number", "string")
    number = number_text(value) if isinstance(value, str) else value
    if number is None:
        raise FunctionError("the text is no number")
    try:
        return finite(float(number))
    except OverflowError:
        raise FunctionError("the number is not finite") from None


def to_bool(value: Any) -> bool:
    """Return the bool of a bool, of "true" or "false" in any case, or of a number (0 is false)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    word = text_of(1, value).strip(" ").lower()
    if word not in ("true", "false"):
        raise FunctionError("the text is neither `true` nor `false`")
    return word == "true"


def to_text(value: Any) -> str:
    """Return the text of any value; arrays and objects as compact JSON."""
    return as_text(value)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FunctionError("the JSON text has a key twice")
    return found


def _integer(text: str) -> int:
    if len(text) > 20:
        raise FunctionError("the integer is beyond 64 bits")
    return in_range(int(text))


def _no_constant(text: str) -> Any:
    raise FunctionError(f"`{text}` is no JSON")


def _nesting(text: str) -> int:
    """Return the deepest nesting of brackets outside strings."""
    depth = deepest = 0
    inside = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif inside:
            escaped = character == "\\"
            inside = character != '"'
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def from_json(value: Any) -> Any:
    """Return the value that JSON text writes; duplicate keys and NaN are refused."""
    text = text_of(1, value)
    if _nesting(text) > MOST_DEPTH:
        raise FunctionError(f"the JSON text is nested deeper than {MOST_DEPTH}")
    try:
        return json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_int=_integer,
            parse_float=lambda digits: finite(float(digits)),
            parse_constant=_no_constant,
        )
    except ValueError as error:
        raise FunctionError(f"the text is no JSON ({error})") from None


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are the same: kinds never mix, strings count exactly."""
    return bool(identity(left) == identity(right))


def _order(left: Any, right: Any) -> tuple[Any, Any]:
    """Return keys that order two numbers, or two strings.

    Strings are ordered without case first; where only case differs, lower case comes first, as
    in the reference's examples (`A` is greater than `a`).
    """
    if isinstance(left, str) and isinstance(right, str):
        return (fold(left), _upper_last(left)), (fold(right), _upper_last(right))
    if isinstance(left, str):
        raise refuse(2, right, "string")
    return number_of(1, left), number_of(2, right)


def _upper_last(text: str) -> tuple[bool, ...]:
    return tuple(character.isupper() for character in text)


def less(left: Any, right: Any) -> bool:
    """Tell whether the first number or string is less."""
    first, second = _order(left, right)
    return bool(first < second)


def less_or_equals(left: Any, right: Any) -> bool:
    """Tell whether the first number or string is less or the same."""
    first, second = _order(left, right)
    return bool(first <= second)


def greater(left: Any, right: Any) -> bool:
    """Tell whether the first number or string is greater."""
    return less(right, left)


def greater_or_equals(left: Any, right: Any) -> bool:
    """Tell whether the first number or string is greater or the same."""
    return less_or_equals(right, left)


def negate(value: Any) -> bool:
    """Return the opposite bool."""
    return not bool_of(1, value)


def _true() -> bool:
    return True


def _false() -> bool:
    return False


def _null() -> None:
    return None


def fail(message: Any) -> None:
    """Stop the evaluation with the rule's own message."""
    raise FunctionError(f"the rule failed: {as_text(message)[:200]}")


def _entry(
    name: str,
    family: str,
    least: int,
    most: int | None,
    call: Callable[..., Any],
    note: str,
) -> Function:
    return Function(name=name, family=family, least=least, most=most, call=call, note=note)


def entries() -> tuple[Function, ...]:
    """Return the functions of this file."""
    return (
        _entry("add", "number", 2, 2, add, "sum; beyond 64 bits is an error"),
        _entry("sub", "number", 2, 2, subtract, "difference; beyond 64 bits is an error"),
        _entry("mul", "number", 2, 2, multiply, "product; beyond 64 bits is an error"),
        _entry("div", "number", 2, 2, divide, "quotient, cut towards zero; by 0 is an error"),
        _entry("mod", "number", 2, 2, modulo, "remainder with the dividend's sign"),
        _entry("max", "number", 1, None, maximum, "greatest of the numbers or of one array"),
        _entry("min", "number", 1, None, minimum, "least of the numbers or of one array"),
        _entry("int", "conversion", 1, 1, to_integer, "whole number; a fraction is cut off"),
        _entry("float", "conversion", 1, 1, to_float, "floating-point number"),
        _entry("bool", "conversion", 1, 1, to_bool, "bool of `true`, `false` or a number"),
        _entry("string", "conversion", 1, 1, to_text, "text; arrays and objects as JSON"),
        _entry("json", "conversion", 1, 1, from_json, "value of JSON text"),
        _entry("equals", "comparison", 2, 2, equal, "sameness; strings count exactly"),
        _entry("less", "comparison", 2, 2, less, "order of two numbers or two strings"),
        _entry("lessOrEquals", "comparison", 2, 2, less_or_equals, "as `less`, or the same"),
        _entry("greater", "comparison", 2, 2, greater, "order of two numbers or two strings"),
        _entry("greaterOrEquals", "comparison", 2, 2, greater_or_equals, "as `greater`, or same"),
        _entry("not", "logical", 1, 1, negate, "opposite bool"),
        _entry("true", "logical", 0, 0, _true, "true"),
        _entry("false", "logical", 0, 0, _false, "false"),
        _entry("null", "object", 0, 0, _null, "null"),
        _entry("fail", "logical", 1, 1, fail, "always an error, with the rule's message"),
    )
