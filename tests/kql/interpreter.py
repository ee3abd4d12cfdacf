"""Runs the part of KQL that the compiler writes, by what Microsoft's reference of KQL says.

Nothing of the engine is used. It is strict where the reference leaves room: a null boolean that
reaches `and`, `or`, `not`, `where` or `countif` is a fault of the compiler, and so is a dynamic
value where an operator wants a text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.kql.syntax import Binary, Call, Literal, Member, Name, Operator, Query, parse

Row = dict[str, Any]
TEXTS = (
    "id",
    "name",
    "type",
    "tenantId",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "managedBy",
    "apiVersion",
)
DYNAMICS = ("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation")


@dataclass(frozen=True, eq=False)
class Dynamic:
    """A value of type `dynamic`: JSON."""

    value: Any


@dataclass(frozen=True, order=True)
class Instant:
    ticks: int


def run(text: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Row]:
    """Run a query over tables of JSON rows; the values of the answer are plain JSON."""
    answer = _query(parse(text), tables)
    return [{name: _plain(value) for name, value in row.items()} for row in answer]


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Dynamic) else value


def table_row(row: Mapping[str, Any]) -> Row:
    """Return a JSON row as Resource Graph holds it: texts are never null."""
    texts = {name: str(row.get(name) or "") for name in TEXTS}
    return {**texts, **{name: Dynamic(row.get(name)) for name in DYNAMICS}}


def _query(query: Query, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Row]:
    rows = [table_row(row) for row in tables.get(query.table, ())]
    for operator in query.operators:
        rows = _operate(operator, rows, tables)
    return rows


def _operate(
    operator: Operator, rows: list[Row], tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[Row]:
    name: str = operator.name
    match name:
        case "where":
            return [row for row in rows if _truth(_value(operator.items[0][1], row))]
        case "extend":
            return [{**row, **_items(operator, row)} for row in rows]
        case "project":
            return [_items(operator, row) for row in rows]
        case "mv-expand":
            return [new for row in rows for new in _expand(operator, row)]
        case "summarize":
            return _summarize(operator, rows)
        case "order":
            return sorted(rows, key=lambda row: row[str(operator.items[0][0])])
        case "join":
            return _join(operator, rows, _query(operator.inner, tables))
        case _:
            raise NotImplementedError(name)


def _items(operator: Operator, row: Row) -> Row:
    return {str(name): _value(expression, row) for name, expression in operator.items}


def _expand(operator: Operator, row: Row) -> list[Row]:
    name = str(operator.items[0][0])
    value = _json(row[name])
    if value is None:
        return [row]
    if not isinstance(value, list):
        raise TypeError("mv-expand of what is no array")
    return [{**row, name: Dynamic(one)} for one in value[: operator.limit]]


def _summarize(operator: Operator, rows: list[Row]) -> list[Row]:
    groups: dict[tuple[Any, ...], list[Row]] = {} if operator.by else {(): []}
    for row in rows:
        key = tuple(row[name] for name in operator.by)
        if any(isinstance(part, Dynamic) for part in key):
            raise TypeError("summarize by a dynamic value")
        groups.setdefault(key, []).append(row)
    return [
        {
            **dict(zip(operator.by, key, strict=True)),
            **{str(name): _aggregate(call, members) for name, call in operator.items},
        }
        for key, members in groups.items()
    ]


def _aggregate(call: Call, rows: list[Row]) -> Any:
    match call.name:
        case "count":
            return len(rows)
        case "countif":
            return sum(_truth(_value(call.arguments[0], row)) for row in rows)
        case "take_any":
            return _value(call.arguments[0], rows[0])
        case _:
            raise NotImplementedError(call.name)


def _join(operator: Operator, rows: list[Row], others: list[Row]) -> list[Row]:
    left, right = operator.keys
    columns = {name for row in others for name in row} or _columns_of(operator.inner)
    found = []
    for row in rows:
        hits = [other for other in others if other[right] == row[left]]
        for hit in hits or [dict.fromkeys(columns)]:
            renamed = {f"{name}1" if name in row else name: value for name, value in hit.items()}
            found.append({**row, **renamed})
    return found


def _columns_of(query: Query) -> set[str]:
    last = query.operators[-1]
    return {str(name) for name, _ in last.items} | set(last.by)


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError(f"no boolean: {value!r}")
    return value


def _value(node: Any, row: Row) -> Any:
    match node:
        case Literal():
            return node.value
        case Name():
            return row[node.name]
        case Member():
            return _member(_value(node.target, row), node.key)
        case Call():
            return _call(node, row)
        case Binary():
            return _binary(node, row)
        case _:
            raise NotImplementedError(node)


def _member(target: Any, key: Any) -> Any:
    value = _json(target)
    if isinstance(value, dict) and isinstance(key, str):
        return Dynamic(value.get(key))
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return Dynamic(value[key])
    return Dynamic(None)


def _json(value: Any) -> Any:
    if not isinstance(value, Dynamic):
        raise TypeError(f"no dynamic value: {value!r}")
    return value.value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"no text: {value!r}")
    return value


def _low(text: Any) -> str:
    """ASCII case only: so the reference says of all operators that ignore case."""
    return re.sub("[A-Z]", lambda found: found[0].lower(), _text(text))


def _binary(node: Binary, row: Row) -> Any:
    left = _value(node.left, row)
    if node.sign in {"and", "or"}:
        # both sides are looked at, as nothing promises that the second is not
        a, b = _truth(left), _truth(_value(node.right, row))
        return (a and b) if node.sign == "and" else (a or b)
    if node.sign.strip("!~") == "in":
        members = [_text(_value(one, row)) for one in node.right]
        same = _low if node.sign.endswith("~") else _text
        return (same(left) in map(same, members)) is not node.sign.startswith("!")
    right = _value(node.right, row)
    if node.sign == "+":
        return left + right
    if node.sign in {"==", "!=", "<", "<=", ">", ">="}:
        return _compare(node.sign, left, right)
    return _texts(node.sign, left, right)


def _texts(sign: str, left: Any, right: Any) -> bool:
    if sign == "matches regex":
        return re.search(_pattern(right), _text(left)) is not None
    a, b = _low(left), _low(right)
    holds = {
        "=~": a == b,
        "!~": a != b,
        "contains": b in a,
        "startswith": a.startswith(b),
        "endswith": a.endswith(b),
    }
    return holds[sign] if sign in holds else not holds[sign.removeprefix("!")]


def _pattern(text: Any) -> str:
    return _text(text).replace("\\z", "\\Z")


def _compare(sign: str, left: Any, right: Any) -> Any:
    if isinstance(left, Dynamic) or isinstance(right, Dynamic):
        raise TypeError("a dynamic value compared")
    if left is None or right is None:
        both = left is None and right is None
        if sign in {"==", "!="} and not both:
            return sign == "!="
        return None
    if type(left) is not type(right) and not {type(left), type(right)} <= {int, float}:
        raise TypeError(f"{left!r} {sign} {right!r}")
    order = (left > right) - (left < right)
    return {
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }[sign]


def _call(node: Call, row: Row) -> Any:
    if node.name == "iff":
        test, yes, no = node.arguments
        return _value(yes if _value(test, row) is True else no, row)
    if node.name == "case":
        for test, answer in zip(node.arguments[:-1:2], node.arguments[1::2], strict=True):
            if _truth(_value(test, row)):
                return _value(answer, row)
        return _value(node.arguments[-1], row)
    return _FUNCTIONS[node.name](*(_value(argument, row) for argument in node.arguments))


def _tostring(value: Any) -> str:
    if isinstance(value, str):
        return value
    inner = _json(value)
    if inner is None:
        return ""
    if isinstance(inner, str):
        return inner
    if isinstance(inner, float):
        return _real(inner)
    return json.dumps(inner, separators=(",", ":"), ensure_ascii=False)


def _real(value: float) -> str:
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    sign = "-" if exponent.startswith("-") else "+"
    return f"{mantissa.removesuffix('.0')}E{sign}{exponent.lstrip('+-').rjust(2, '0')}"


def _gettype(value: Any) -> str:
    inner = _json(value)
    if isinstance(inner, bool):
        return "bool"
    if isinstance(inner, int):
        return "int" if -(2**31) <= inner < 2**31 else "long"
    names = {float: "real", str: "string", list: "array", dict: "dictionary"}
    return "null" if inner is None else names[type(inner)]


def _isnull(value: Any) -> bool:
    if type(value) is str:
        raise TypeError("isnull of a text")
    return value is None or (isinstance(value, Dynamic) and value.value is None)


def _todouble(value: Any) -> float | None:
    text = _tostring(value) if isinstance(value, Dynamic) else _text(value)
    try:
        return float(text)
    except ValueError:
        return None


_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?(Z|[+-]\d\d:\d\d)?)?"
)


def _todatetime(value: Any) -> Instant | None:
    found = _TIME.fullmatch(_text(value))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        days = date(year, month, day).toordinal()
    except ValueError:
        return None
    zone = found[8] if found[8] not in {None, "Z"} else "+00:00"
    ahead = int(zone[1:3]) * 60 + int(zone[4:6])
    minutes = (days * 24 + hour) * 60 + minute - (ahead if zone[0] == "+" else -ahead)
    return Instant((minutes * 60 + second) * 10_000_000 + int((found[7] or "").ljust(7, "0")))


def _index_of(array: Any, value: str) -> int | None:
    inner = _json(array)
    if not isinstance(inner, list):
        return None
    hits = [at for at, one in enumerate(inner) if type(one) is str and one == value]
    return hits[0] if hits else -1


def _parse_json(text: str) -> Dynamic:
    return Dynamic(json.loads(_text(text)) if text else None)


def _extract(pattern: str, group: int, text: str) -> str:
    found = re.search(_pattern(pattern), _text(text))
    return found[group] if found else ""


def _length(value: Any) -> int | None:
    inner = _json(value)
    return len(inner) if isinstance(inner, list) else None


_FUNCTIONS: dict[str, Any] = {
    "array": lambda *members: list(members),
    "array_index_of": _index_of,
    "array_length": _length,
    "bag_keys": lambda bag: Dynamic(list(_json(bag)) if isinstance(_json(bag), dict) else None),
    "coalesce": lambda *values: next((one for one in values if one is not None), None),
    "countof": lambda text, part: _text(text).count(part),
    "datetime": lambda value: value,
    "dynamic": Dynamic,
    "extract": _extract,
    "gettype": _gettype,
    "isempty": lambda text: _text(text) == "",
    "isfinite": lambda value: None if value is None else math.isfinite(value),
    "isnotempty": lambda text: _text(text) != "",
    "isnotnull": lambda value: not _isnull(value),
    "isnull": _isnull,
    "not": lambda value: not _truth(value),
    "parse_json": _parse_json,
    "real": lambda value: value,
    "replace_regex": lambda text, pattern, new: re.sub(_pattern(pattern), new, _text(text)),
    "replace_string": lambda text, old, new: _text(text).replace(old, new),
    "split": lambda text, mark: Dynamic(_text(text).split(mark)),
    "strcat": lambda *texts: "".join(map(_text, texts)),
    "strcmp": lambda a, b: (_text(a) > _text(b)) - (_text(a) < _text(b)),
    "strlen": lambda text: len(_text(text)),
    "todatetime": _todatetime,
    "todouble": _todouble,
    "tolower": lambda text: _text(text).lower(),
    "tostring": _tostring,
    "toupper": lambda text: _text(text).upper(),
}
