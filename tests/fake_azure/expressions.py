"""Expressions of the query subset: words, a parser of operators, and what they give for a row.

Text comparison follows Kusto: `==` and `in` regard case, `=~`, `in~`, `has`, `contains` and
`startswith` do not; a path through what is not there is null, and a comparison with null is false.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

Row = Mapping[str, Any]
_WORDS: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_$][\w$]*(?:-away|-keep)?)"
    r"|(?P<text>@?'(?:[^'\\]|\\.)*'|@?\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<mark>=~|!~|==|!=|<=|>=|[-+|(),.<>=\[\]*!~]))"
)
_TEXT_OPERATORS: Final = ("contains", "startswith", "endswith", "has")


class ParserFailureError(Exception):
    """The query is outside the grammar; `at` is where."""

    def __init__(self, at: int, token: str) -> None:
        super().__init__(f"unexpected {token!r} at {at}")
        self.at = at
        self.token = token


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query and where it stands."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as written."""

    value: Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or a path into one."""

    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS`."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`left operator right`; lists for `in`, tuples of parts for `and`, `or`, `not`."""

    operator: str
    parts: tuple[Expression, ...]


Expression = Literal | Column | Call | Operation


def words_of(text: str) -> list[Word]:
    """Split a query into words, the last one of kind `end`; comments are left out."""
    text = re.sub(r"(?m)(^|\s)//[^\n]*$", lambda m: " " * len(m[0]), text)
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _WORDS.match(text, at)
        if match is None:
            raise ParserFailureError(at, text[at : at + 10].strip()[:1])
        kind = match.lastgroup or "mark"
        found.append(Word(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, Word("end", "", len(text))]


class Reader:
    """Reads words one after the other."""

    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._next = 0

    @property
    def word(self) -> Word:
        """Return the word that comes next."""
        return self._words[self._next]

    def take(self) -> Word:
        """Return the next word and go on."""
        word = self.word
        self._next += 1
        return word

    def fail(self) -> ParserFailureError:
        """Return the error that the next word is not expected."""
        return ParserFailureError(self.word.at, self.word.text or "<EOF>")

    def accept(self, *texts: str) -> str | None:
        """Take the next word if it is one of these (not a text literal)."""
        if self.word.kind != "text" and self.word.text in texts:
            return self.take().text
        return None

    def expect(self, *texts: str) -> str:
        """Take the next word, which must be one of these."""
        found = self.accept(*texts)
        if found is None:
            raise self.fail()
        return found

    def name(self) -> str:
        """Take a name."""
        if self.word.kind != "name":
            raise self.fail()
        return self.take().text

    def expression(self) -> Expression:
        """expression = conjunction ("or" conjunction)*."""
        return self._chain("or", lambda: self._chain("and", self._comparison))

    def _chain(self, operator: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self.accept(operator):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Operation(operator, tuple(parts))

    def _comparison(self) -> Expression:
        """comparison = primary (operator primary | "in" list)?."""
        left = self._primary()
        if self.accept("!"):
            word = self.expect("in", *_TEXT_OPERATORS)
            return Operation("not", (self._after(word, left),))
        found = self.accept("in", "==", "!=", "=~", "!~", "<", "<=", ">", ">=", *_TEXT_OPERATORS)
        return left if found is None else self._after(found, left)

    def _after(self, word: str, left: Expression) -> Expression:
        if word == "in":
            operator = "in~" if self.accept("~") else "in"
            return Operation(operator, (left, *self._list()))
        return Operation(word, (left, self._primary()))

    def _list(self) -> tuple[Expression, ...]:
        self.expect("(")
        found: list[Expression] = []
        while not self.accept(")"):
            found.append(self.expression())
            if self.accept(")"):
                break
            self.expect(",")
        return tuple(found)

    def _primary(self) -> Expression:
        word = self.word
        if self.accept("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if word.kind == "text":
            self.take()
            return Literal(_unquoted(word.text))
        if word.kind == "number" or word.text == "-":
            sign = -1 if self.accept("-") else 1
            number = self.take()
            if number.kind != "number":
                raise ParserFailureError(number.at, number.text)
            return Literal(sign * (float(number.text) if "." in number.text else int(number.text)))
        if word.kind != "name":
            raise self.fail()
        self.take()
        return self._named(word)

    def _named(self, word: Word) -> Expression:
        if word.text in {"true", "false"}:
            return Literal(word.text == "true")
        if self.word.text == "(" and self.word.kind == "mark":
            if word.text == "dynamic":
                self.expect("(")
                self.expect("null")
                self.expect(")")
                return Literal(None)
            if word.text == "not":
                return Operation("not", self._list())
            if word.text not in FUNCTIONS:
                raise ParserFailureError(word.at, word.text)
            return Call(word.text, self._list())
        path: list[str | int] = [word.text]
        while mark := self.accept(".", "["):
            if mark == ".":
                path.append(self.name())
                continue
            inside = self.take()
            if inside.kind not in {"text", "number"}:
                raise ParserFailureError(inside.at, inside.text)
            path.append(_unquoted(inside.text) if inside.kind == "text" else int(inside.text))
            self.expect("]")
        return Column(tuple(path))


def _unquoted(text: str) -> str:
    if text.startswith("@"):
        return text[2:-1]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text[1:-1])


def hash_of(text: str) -> int:
    """Return the hash of a text; the service's own is another, so clients must not know it."""
    return zlib.crc32(text.encode())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "tolower": lambda v: _text(v).lower(),
    "toupper": lambda v: _text(v).upper(),
    "tostring": _text,
    "toint": _whole,
    "tolong": _whole,
    "tobool": lambda v: v if isinstance(v, bool) else {"true": True, "false": False}.get(v),
    "hash": lambda v, n=1 << 62: hash_of(_text(v)) % n,
    "strcat": lambda *v: "".join(map(_text, v)),
    "strlen": lambda v: len(_text(v)),
    "array_length": lambda v: len(v) if isinstance(v, list) else None,
    "isnull": lambda v: v is None,
    "isnotnull": lambda v: v is not None,
    "isempty": lambda v: v in (None, ""),
    "isnotempty": lambda v: v not in (None, ""),
    "coalesce": lambda *v: next((one for one in v if one is not None), None),
    "iff": lambda test, one, other: one if test is True else other,
    "bag_pack": lambda *v: dict(zip(v[::2], v[1::2], strict=True)),
    "pack": lambda *v: dict(zip(v[::2], v[1::2], strict=True)),
    "pack_array": lambda *v: list(v),
    "todynamic": lambda v: v,
    "parse_json": lambda v: v,
}


def _caseless(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: test(_text(a).lower(), _text(b).lower())


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(a: Any, b: Any) -> bool:
        try:
            return a is not None and b is not None and test(a, b)
        except TypeError:
            return False

    return compare


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": lambda a, b: a is not None and bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "=~": _caseless(lambda a, b: a == b),
    "!~": _caseless(lambda a, b: a != b),
    "contains": _caseless(lambda a, b: b in a),
    "has": _caseless(lambda a, b: re.search(rf"(?<!\w){re.escape(b)}(?!\w)", a) is not None),
    "startswith": _caseless(lambda a, b: a.startswith(b)),
    "endswith": _caseless(lambda a, b: a.endswith(b)),
    "<": _ordered(lambda a, b: bool(a < b)),
    "<=": _ordered(lambda a, b: bool(a <= b)),
    ">": _ordered(lambda a, b: bool(a > b)),
    ">=": _ordered(lambda a, b: bool(a >= b)),
}


def value_of(expression: Expression, row: Row) -> Any:
    """Return what an expression gives for a row."""
    match expression:
        case Literal():
            return expression.value
        case Column():
            return _at(expression.path, row)
        case Call():
            return FUNCTIONS[expression.name](*(value_of(a, row) for a in expression.arguments))
        case Operation():
            return _holds(expression, row)


def _at(path: tuple[str | int, ...], row: Row) -> Any:
    found: Any = row
    for step in path:
        if isinstance(step, str):
            found = found.get(step) if isinstance(found, Mapping) else None
        else:
            found = found[step] if isinstance(found, list) and step < len(found) else None
    return found


def _holds(operation: Operation, row: Row) -> bool:
    operator, parts = operation.operator, operation.parts
    if operator == "and":
        return all(value_of(p, row) is True for p in parts)
    if operator == "or":
        return any(value_of(p, row) is True for p in parts)
    if operator == "not":
        return value_of(parts[0], row) is not True
    left = value_of(parts[0], row)
    if operator in {"in", "in~"}:
        same = _OPERATORS["==" if operator == "in" else "=~"]
        return any(same(left, value_of(p, row)) for p in parts[1:])
    return _OPERATORS[operator](left, value_of(parts[1], row))
