"""Azure's template expressions: tokenizer, parser, and the way in to what evaluates them.

    template   = "[" expression "]" | text
    expression = primary { "." name | "[" expression "]" }
    primary    = string | number | "true" | "false" | "null" | call
    call       = name "(" [ expression { "," expression } ] ")"
    string     = "'" { any character but "'" | "''" } "'"
    number     = [ "-" | "+" ] digits [ "." digits ] [ ( "e" | "E" ) [ "-" | "+" ] digits ]
    name       = ( letter | "_" ) { letter | digit | "_" }

Text that starts with `[` and ends with `]` is an expression; `[[` at the start stands for one
bracket of plain text. Letters and digits are ASCII, white space is space, tab and line ends.
Only calls have members. The parser is recursive and bounded by the nesting and length below.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from attestgraph.conditions.errors import ConditionError, ConditionFault
from attestgraph.conditions.expression_run import (
    Environment,
    Reader,
    compile_expression,
    interpret_expression,
)
from attestgraph.conditions.expression_tree import (
    Call,
    Index,
    Literal,
    Node,
    Property,
    call,
    current_names,
    field_names,
    format_template,
    parameter_names,
    walk,
)
from attestgraph.conditions.functions import functions, refused
from attestgraph.conditions.functions_base import LEAST_INTEGER, MOST_INTEGER, Function
from attestgraph.diagnostics import nearest

MOST_NESTING = 60
MOST_LENGTH = 24_576
"""Azure's own limit for one expression."""

_SPACE = frozenset(" \t\r\n")
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_WORDS = {"true": True, "false": False, "null": None}


class _Kind(enum.Enum):
    NAME = "a name"
    STRING = "a string"
    NUMBER = "a number"
    MARK = "a mark"
    END = "the end"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: _Kind
    text: str
    offset: int

    def shown(self) -> str:
        """Return the token as messages show it."""
        return "the end" if self.kind is _Kind.END else f"`{self.text[:40]}`"


def is_expression(text: str) -> bool:
    """Tell whether the text is an expression: `[` at the start, no second one, `]` at the end."""
    return text.startswith("[") and not text.startswith("[[") and text.endswith("]")


is_template = is_expression


def parse_template(text: str) -> Node:
    """Return the node of a text: a Literal for plain text, else the expression's tree.

    Raises:
        ConditionError: All faults of names and arguments, or the first fault of form, with
            offsets from the start of `text` and an empty pointer.
    """
    if not is_expression(text):
        return Literal(value=text[1:] if text.startswith("[[") else text)
    if len(text) > MOST_LENGTH:
        raise ConditionError.of(
            "expression-too-long",
            f"the expression has {len(text)} characters, more than {MOST_LENGTH}",
            offset=0,
        )
    node = _Parser(text).whole()
    faults = _faults(node)
    if faults:
        raise ConditionError(faults)
    return node


def _bad(message: str, offset: int, *, remedy: str | None = None) -> ConditionError:
    return ConditionError.of("bad-expression", message, help=remedy, offset=offset)


class _Tokenizer:
    """Cuts the text between the outer brackets into tokens, left to right, in linear time."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 1
        self.end = len(text) - 1

    def tokens(self) -> list[_Token]:
        found: list[_Token] = []
        while self.place < self.end:
            start, letter = self.place, self.text[self.place]
            if letter in _SPACE:
                self.place += 1
                continue
            if letter == "'":
                found.append(_Token(kind=_Kind.STRING, text=self._string(), offset=start))
            elif letter in _LETTERS:
                self._run(_LETTERS | _DIGITS)
                found.append(self._token(_Kind.NAME, start))
            elif letter in _DIGITS or letter in "+-":
                self._number()
                found.append(self._token(_Kind.NUMBER, start))
            elif letter in "()[],.":
                self.place += 1
                found.append(self._token(_Kind.MARK, start))
            else:
                raise _bad(f"unexpected character `{letter}`", start)
        found.append(_Token(kind=_Kind.END, text="", offset=self.end))
        return found

    def _token(self, kind: _Kind, start: int) -> _Token:
        return _Token(kind=kind, text=self.text[start : self.place], offset=start)

    def _run(self, allowed: frozenset[str]) -> int:
        start = self.place
        while self.place < self.end and self.text[self.place] in allowed:
            self.place += 1
        return self.place - start

    def _string(self) -> str:
        """Read string = "'" { any character but "'" | "''" } "'"."""
        start = self.place
        parts: list[str] = []
        while True:
            close = self.text.find("'", self.place + 1, self.end)
            if close < 0:
                raise _bad("the string is not closed", start, remedy="a quote is written `''`")
            parts.append(self.text[self.place + 1 : close])
            if self.text[close + 1 : close + 2] != "'" or close + 1 >= self.end:
                self.place = close + 1
                return "'".join(parts)
            self.place = close + 1

    def _number(self) -> None:
        """Read [ sign ] digits [ "." digits ] [ ( "e" | "E" ) [ sign ] digits ]."""
        start = self.place
        self.place += self.text[self.place] in "+-"
        if not self._run(_DIGITS):
            raise _bad("a sign without digits", start)
        following = self.text[self.place : self.end][:3]
        if following[:1] == "." and following[1:2] in _DIGITS:
            self.place += 1
            self._run(_DIGITS)
            following = self.text[self.place : self.end][:3]
        if following[:1] in ("e", "E"):
            signed = following[1:2] in ("+", "-")
            if following[1 + signed : 2 + signed] in _DIGITS:
                self.place += 1 + signed
                self._run(_DIGITS)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.tokens = _Tokenizer(text).tokens()
        self.next = 0

    def whole(self) -> Node:
        """Parse template = "[" expression "]"."""
        node = self.expression(1)
        self._want("", "the end")
        return node

    @property
    def token(self) -> _Token:
        """The token that comes next."""
        return self.tokens[self.next]

    def _take(self) -> _Token:
        found = self.token
        self.next += found.kind is not _Kind.END
        return found

    def _is(self, mark: str) -> bool:
        return self.token.kind is _Kind.MARK and self.token.text == mark

    def _want(self, mark: str, shown: str) -> _Token:
        found = self.token
        if not (self._is(mark) if mark else found.kind is _Kind.END):
            raise _bad(f"expected {shown}, found {found.shown()}", found.offset)
        return self._take()

    def expression(self, depth: int) -> Node:
        """Parse expression = primary { "." name | "[" expression "]" }."""
        if depth > MOST_NESTING:
            raise ConditionError.of(
                "expression-too-deep",
                f"the expression is nested deeper than {MOST_NESTING}",
                offset=self.token.offset,
            )
        node = self.primary(depth)
        steps = 0
        while isinstance(node, Call | Property | Index) and (self._is(".") or self._is("[")):
            steps += 1
            if steps + depth > MOST_NESTING:
                raise ConditionError.of(
                    "expression-too-deep",
                    f"more than {MOST_NESTING} members of members",
                    offset=self.token.offset,
                )
            node = self._member(node, depth)
        return node

    def _member(self, target: Node, depth: int) -> Node:
        """Parse "." name | "[" expression "]"."""
        mark = self._take()
        if mark.text == ".":
            name = self._take()
            if name.kind is not _Kind.NAME:
                raise _bad(f"expected a name, found {name.shown()}", name.offset)
            return Property(target=target, name=name.text, offset=mark.offset)
        index = self.expression(depth + 1)
        self._want("]", "`]`")
        return Index(target=target, index=index, offset=mark.offset)

    def primary(self, depth: int) -> Node:
        """Parse primary = string | number | "true" | "false" | "null" | call."""
        token = self._take()
        if token.kind is _Kind.STRING:
            return Literal(value=token.text, offset=token.offset)
        if token.kind is _Kind.NUMBER:
            return Literal(value=_number(token), offset=token.offset)
        if token.kind is not _Kind.NAME:
            raise _bad(f"expected a value, found {token.shown()}", token.offset)
        if self._is("("):
            return self.call(token, depth)
        word = token.text.lower()
        if word in _WORDS:
            return Literal(value=_WORDS[word], offset=token.offset)
        remedy = f"a string is written `'{token.text}'`, a call `{token.text}()`"
        raise _bad(f"`{token.text[:40]}` is no value", token.offset, remedy=remedy)

    def call(self, name: _Token, depth: int) -> Call:
        """Parse call = name "(" [ expression { "," expression } ] ")"."""
        self._want("(", "`(`")
        arguments: list[Node] = []
        if not self._is(")"):
            arguments.append(self.expression(depth + 1))
            while self._is(","):
                self._take()
                arguments.append(self.expression(depth + 1))
        self._want(")", "`,` or `)`")
        return call(name.text, *arguments, offset=name.offset)


def _number(token: _Token) -> int | float:
    """Return the value of a number; integers beyond 64 bits and infinities are faults."""
    whole = _DIGITS.issuperset(token.text.lstrip("+-"))
    if whole and len(token.text) <= 20:
        value = int(token.text)
        if LEAST_INTEGER <= value <= MOST_INTEGER:
            return value
    elif not whole and math.isfinite(float(token.text)):
        return float(token.text)
    raise ConditionError.of(
        "number-out-of-range", f"the number `{token.text[:40]}` is too large", offset=token.offset
    )


def _faults(node: Node) -> list[ConditionFault]:
    """Return the faults of the names of functions and the numbers of their arguments."""
    table, forbidden = functions(), refused()
    found: list[ConditionFault] = []
    for part in walk(node):
        if not isinstance(part, Call):
            continue
        if part.key in forbidden:
            found.append(_not_allowed(part, forbidden[part.key]))
        elif part.key not in table:
            found.append(_unknown(part))
        else:
            found.extend(_arity(part, table[part.key]))
    return found


def _not_allowed(part: Call, reason: str) -> ConditionFault:
    return ConditionFault(
        slug="function-not-allowed",
        message=f"`{part.name}` may not be used in a rule",
        help=reason,
        offset=part.offset,
    )


def _unknown(part: Call) -> ConditionFault:
    names = nearest(part.name, (entry.name for entry in functions().values()))
    return ConditionFault(
        slug="unknown-function",
        message=f"unknown function `{part.name[:40]}`",
        help=f"did you mean `{names[0]}`?" if names else None,
        offset=part.offset,
    )


def _arity(part: Call, entry: Function) -> list[ConditionFault]:
    count = len(part.arguments)
    fits = entry.least <= count and (entry.most is None or count <= entry.most)
    if fits and not (entry.paired and count % 2):
        return []
    wanted = str(entry.least) if entry.least == entry.most else f"{entry.least} to {entry.most}"
    wanted = f"{entry.least} or more" if entry.most is None else wanted
    wanted = "an even number of" if entry.paired else wanted
    fault = ConditionFault(
        slug="wrong-arity",
        message=f"`{entry.name}` takes {wanted} arguments, not {count}",
        offset=part.offset,
    )
    return [fault]


__all__ = [
    "MOST_LENGTH",
    "MOST_NESTING",
    "Call",
    "Environment",
    "Index",
    "Literal",
    "Node",
    "Property",
    "Reader",
    "call",
    "compile_expression",
    "current_names",
    "field_names",
    "format_template",
    "interpret_expression",
    "is_expression",
    "is_template",
    "parameter_names",
    "parse_template",
    "walk",
]
