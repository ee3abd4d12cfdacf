"""The queries that the fake executes; whatever else is asked ends in 400 ParserFailure.

    query      = [table] ("|" stage)*           table: of TABLES in any case; else `resources`
    stage      = "where" expression
               | "extend" name "=" expression ("," …)*
               | "project" [name "="] expression ("," …)*     without a name: a column
               | "project-away" name ("," name)*
               | "order" | "sort" "by" name ["asc" | "desc"] ("," …)*
               | "take" | "limit" number                      then no skip token is given
               | "count"                                      one row {"Count": n}
               | "summarize" [name "="] "count" "(" ")" ["by" name ("," name)*]   column `count_`
               | "distinct" name ("," name)*
    expression = see expressions.py: and, or, not(…), == != =~ !~ < <= > >= in in~ !in !in~
                 contains has startswith endswith (and their negations with !), paths
                 (properties.x, tags['y'], zones[0]), literals, and the functions of FUNCTIONS

Sent by a collector: `<table> | where type in~ (…) | where subscriptionId in~ (…)
| where hash(tolower(id), N) == i | project … | order by id asc`, each part optional. Leading
conditions on type, subscriptionId and that hash are answered from an index; any other condition
reads every row. Without `order by` the order differs from page to page, as the service warns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tests.fake_azure.expressions import (
    Column,
    Expression,
    ParserFailureError,
    Reader,
    words_of,
)

TABLES: Final = frozenset(
    {
        "resources",
        "resourcecontainers",
        "policyresources",
        "securityresources",
        "authorizationresources",
        "appserviceresources",
        "advisorresources",
        "alertsmanagementresources",
        "guestconfigurationresources",
        "healthresources",
        "recoveryservicesresources",
        "maintenanceresources",
        "extendedlocationresources",
        "kubernetesconfigurationresources",
        "patchassessmentresources",
        "servicehealthresources",
        "resourcechanges",
        "resourcecontainerchanges",
        "insightsresources",
        "networkresources",
    }
)


class UnknownTableError(Exception):
    """The query names a table that the service does not have."""


@dataclass(frozen=True, slots=True)
class Where:
    """Keep the rows for which a condition is true."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Extend:
    """Add columns."""

    columns: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Project:
    """Keep only these columns."""

    columns: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Away:
    """Leave columns out."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by columns, each ascending or not."""

    columns: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Keep so many rows."""

    amount: int


@dataclass(frozen=True, slots=True)
class Count:
    """One row with the number of rows, by columns."""

    name: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distinct:
    """The different values of some columns."""

    names: tuple[str, ...]


Stage = Where | Extend | Project | Away | Order | Take | Count | Distinct


@dataclass(frozen=True, slots=True)
class Query:
    """A table and what is done with its rows."""

    table: str
    stages: tuple[Stage, ...]


@lru_cache(maxsize=512)
def parse(text: str) -> Query:
    """Parse a query.

    Raises:
        ParserFailureError: It is outside the grammar.
        UnknownTableError: Its table does not exist.
    """
    reader = Reader(words_of(text))
    table, stages = "resources", []
    if reader.word.text == "where":  # the table may be left out
        stages.append(_stage(reader))
    else:
        table = reader.name().lower()
        if table not in TABLES:
            raise UnknownTableError(table)
    while reader.accept("|"):
        stages.append(_stage(reader))
    if reader.word.kind != "end":
        raise reader.fail()
    return Query(table, tuple(stages))


def _stage(reader: Reader) -> Stage:
    word = reader.word
    match reader.name():
        case "where":
            return Where(reader.expression())
        case "extend":
            return Extend(_columns(reader))
        case "project":
            return Project(_columns(reader))
        case "project-away":
            return Away(_names(reader))
        case "order" | "sort":
            reader.expect("by")
            return Order(_order(reader))
        case "take" | "limit":
            number = reader.take()
            if number.kind != "number":
                raise ParserFailureError(number.at, number.text)
            return Take(int(number.text))
        case "count":
            return Count("Count", ())
        case "summarize":
            return _summarize(reader)
        case "distinct":
            return Distinct(_names(reader))
        case _:
            raise ParserFailureError(word.at, word.text)


def _columns(reader: Reader) -> tuple[tuple[str, Expression], ...]:
    found = []
    while True:
        expression = reader.expression()
        if not isinstance(expression, Column):
            raise reader.fail()
        name = str(expression.path[0])
        if len(expression.path) == 1 and reader.accept("="):
            expression = reader.expression()
        elif len(expression.path) > 1:  # Kusto names a path by its steps
            name = "_".join(map(str, expression.path))
        found.append((name, expression))
        if not reader.accept(","):
            return tuple(found)


def _names(reader: Reader) -> tuple[str, ...]:
    found = [reader.name()]
    while reader.accept(","):
        found.append(reader.name())
    return tuple(found)


def _order(reader: Reader) -> tuple[tuple[str, bool], ...]:
    found = []
    while True:
        name = reader.name()
        found.append((name, reader.accept("asc", "desc") == "asc"))  # desc is Kusto's default
        if not reader.accept(","):
            return tuple(found)


def _summarize(reader: Reader) -> Count:
    name = "count_"
    if reader.word.text != "count":
        name = reader.name()
        reader.expect("=")
    for mark in ("count", "(", ")"):
        reader.expect(mark)
    return Count(name, _names(reader) if reader.accept("by") else ())
