"""What a plain scalar means, by the YAML 1.2 core schema (chapter 10.3.2), and no more.

YAML 1.1 reads `no` as false, `012` as ten and `1:30` as ninety; none of that happens here.
"""

from __future__ import annotations

import re
from typing import Final

from attestgraph.load.nodes import Node, Scalar, Sequence

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE"})
_FALSE: Final = frozenset({"false", "False", "FALSE"})
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,19}", re.ASCII)
_WHOLE: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL: Final = re.compile(r"0o[0-7]{1,21}", re.ASCII)
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]{1,16}", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?", re.ASCII)
_LARGEST: Final = 2**63 - 1
_SMALLEST: Final = -(2**63)

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]


def integer_of(text: str) -> int | None:
    """Return the integer (64 bit) that a plain scalar means, or None where it means none."""
    if _INTEGER.fullmatch(text):
        number = int(text)
    elif _OCTAL.fullmatch(text) or _HEXADECIMAL.fullmatch(text):
        number = int(text, 0)
    else:
        return None
    return number if _SMALLEST <= number <= _LARGEST else None


def boolean_of(text: str) -> bool | None:
    """Return the boolean that a plain scalar means, or None where it means none."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def core_value(scalar: Scalar, *, floats: bool) -> JsonValue:
    """Return what a scalar means where any JSON value may stand.

    Args:
        scalar: The node; in quotes it is always text.
        floats: Whether a decimal fraction is a number. Where it is not, it stays text: in a
            resource `minTlsVersion: 1.2` is a version.
    """
    text = scalar.text
    if not scalar.plain:
        return text
    if text in _NULL:
        return None
    boolean = boolean_of(text)
    if boolean is not None:
        return boolean
    number = integer_of(text)
    if number is not None:
        return number
    if floats and _FLOAT.fullmatch(text) and not _WHOLE.fullmatch(text):
        value = float(text)
        return value if abs(value) != float("inf") else text
    return text


def free_value(node: Node, *, floats: bool) -> JsonValue:
    """Return a node as JSON where the file's form does not say what it holds."""
    if isinstance(node, Scalar):
        return core_value(node, floats=floats)
    if isinstance(node, Sequence):
        return [free_value(item, floats=floats) for item in node.items]
    return {key: free_value(value, floats=floats) for key, (_, value) in node.pairs.items()}


def text_of(value: object) -> str:
    """Return a decoded value where it is text, else nothing: what else it is, the schema judges."""
    return value if isinstance(value, str) else ""
