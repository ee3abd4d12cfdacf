"""Reads the part of KQL that the compiler writes: a pipeline of operators over expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s+|//[^\n]*"
    r"|(?P<verbatim>@'(?:[^']|'')*')"
    r"|(?P<text>'(?:[^'\\]|\\.)*')"
    r"|(?P<instant>datetime\([0-9T:.Z-]+\))"
    r"|(?P<real>real\(-?[0-9.e+-]+\))"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<early>in~)"
    r"|(?P<name>\$?[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>!in~|!in\b|!contains\b|!startswith\b|!endswith\b|=~|!~|==|!=|<=|>="
    r"|[<>=|()\[\],.+-])"
)
_WORDS = frozenset({"in", "contains", "startswith", "endswith"})
_COMPARISONS = frozenset(
    {
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "=~",
        "!~",
        "in",
        "in~",
        "!in",
        "!in~",
        "contains",
        "!contains",
        "startswith",
        "!startswith",
        "endswith",
        "!endswith",
        "matches",
    }
)


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Member:
    target: Any
    key: Any


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Binary:
    sign: str
    left: Any
    right: Any


@dataclass(frozen=True)
class Operator:
    name: str
    items: tuple[tuple[str | None, Any], ...] = ()
    by: tuple[str, ...] = ()
    limit: int | None = None
    inner: Any = None
    keys: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Query:
    table: str
    operators: tuple[Operator, ...]


def parse(text: str) -> Query:
    reader = _Reader(_tokens(text))
    query = reader.query()
    if reader.at < len(reader.tokens):
        raise SyntaxError(f"not understood from {reader.tokens[reader.at :][:5]}")
    return query


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(f"at {text[at : at + 40]!r}")
        at = match.end()
        if match.lastgroup is not None:
            kind, word = match.lastgroup, match[0]
            found.append(("sign" if kind == "early" or word in _WORDS else kind, word))
    return found


_LITERALS: dict[str, Callable[[str], Any]] = {
    "verbatim": lambda word: Literal(word[2:-1].replace("''", "'")),
    "text": lambda word: Literal(re.sub(r"\\(.)", r"\1", word[1:-1])),
    "instant": lambda word: Call("todatetime", (Literal(word[9:-1]),)),
    "real": lambda word: Literal(float(word[5:-1])),
    "number": lambda word: Literal(float(word) if "." in word else int(word)),
}


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    at: int = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def take(self, word: str) -> bool:
        if self.peek() == word and self.kind() in {"sign", "name"}:
            self.at += 1
            return True
        return False

    def need(self, word: str) -> None:
        if not self.take(word):
            raise SyntaxError(f"`{word}` expected at {self.tokens[self.at :][:5]}")

    def query(self) -> Query:
        table, operators = self.next(), []
        while self.take("|"):
            operators.append(self.operator())
        return Query(table, tuple(operators))

    def operator(self) -> Operator:
        word = self.next()
        if word == "mv":
            self.need("-")
            self.need("expand")
            name = self.next()
            self.need("limit")
            return Operator("mv-expand", items=((name, Name(name)),), limit=int(self.next()))
        if word == "where":
            return Operator("where", items=((None, self.expression()),))
        if word in {"extend", "project"}:
            return Operator(word, items=self.items())
        if word == "summarize":
            items = self.items()
            by = self.names() if self.take("by") else ()
            return Operator("summarize", items=items, by=by)
        if word == "order":
            self.need("by")
            name = self.next()
            self.need("asc")
            return Operator("order", items=((name, Name(name)),))
        if word == "join":
            return self.join()
        raise SyntaxError(f"operator `{word}`")

    def join(self) -> Operator:
        for part in ("kind", "=", "leftouter", "("):
            self.need(part)
        inner = self.query()
        for part in (")", "on", "$left", "."):
            self.need(part)
        left = self.next()
        for part in ("==", "$right", "."):
            self.need(part)
        return Operator("join", inner=inner, keys=(left, self.next()))

    def names(self) -> tuple[str, ...]:
        found = [self.next()]
        while self.take(","):
            found.append(self.next())
        return tuple(found)

    def items(self) -> tuple[tuple[str | None, Any], ...]:
        found = [self.item()]
        while self.take(","):
            found.append(self.item())
        return tuple(found)

    def item(self) -> tuple[str | None, Any]:
        named = self.kind() == "name" and self.tokens[self.at + 1 : self.at + 2] == [("sign", "=")]
        if named:
            name = self.next()
            self.next()
            return name, self.expression()
        found = self.expression()
        return (found.name if isinstance(found, Name) else None), found

    def expression(self) -> Any:
        return self.chain("or", lambda: self.chain("and", self.comparison))

    def chain(self, word: str, below: Callable[[], Any]) -> Any:
        found = below()
        while self.take(word):
            found = Binary(word, found, below())
        return found

    def comparison(self) -> Any:
        left = self.sum()
        word = self.peek()
        if word not in _COMPARISONS or self.kind() == "text":
            return left
        self.next()
        if word == "matches":
            self.need("regex")
            return Binary("matches regex", left, self.sum())
        if word.strip("!~") == "in":
            return Binary(word, left, self.arguments())
        return Binary(word, left, self.sum())

    def sum(self) -> Any:
        found = self.postfix()
        while self.take("+"):
            found = Binary("+", found, self.postfix())
        return found

    def arguments(self) -> tuple[Any, ...]:
        self.need("(")
        found: list[Any] = []
        while not self.take(")"):
            if found:
                self.need(",")
            found.append(self.expression())
        return tuple(found)

    def postfix(self) -> Any:
        found = self.primary()
        while True:
            if self.take("."):
                found = Member(found, self.next())
            elif self.take("["):
                key = self.primary()
                self.need("]")
                found = Member(found, key.value)
            else:
                return found

    def primary(self) -> Any:
        kind, word = self.kind(), self.next()
        if kind in _LITERALS:
            return _LITERALS[kind](word)
        if word == "-":
            return Literal(-self.primary().value)
        if word == "(":
            found = self.expression()
            self.need(")")
            return found
        if word == "[":
            found = []
            while not self.take("]"):
                found.append(self.expression())
                self.take(",")
            return Call("array", tuple(found))
        if kind == "name" and self.peek() == "(":
            return Call(word, self.arguments())
        if word in {"true", "false", "null"}:
            return Literal({"true": True, "false": False, "null": None}[word])
        if kind == "name":
            return Name(word)
        raise SyntaxError(f"`{word}`")
