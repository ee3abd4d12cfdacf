"""A row check as a query for Azure Resource Graph: its rows are the resources that fail.

The query judges as `conditions` does, or there is none: what has no exact counterpart in KQL is
refused, with the place in the condition (docs/query.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from attestgraph.checks.kql_columns import Columns
from attestgraph.checks.kql_nodes import Conditions
from attestgraph.checks.kql_pipeline import (
    MOST_EXPANSIONS,
    MOST_JOINS,
    Levels,
    RelatedEntry,
    RelatedGroup,
    Stage,
    Verdicts,
    counts_query,
    rows_query,
)
from attestgraph.checks.kql_text import FALSE, TRUE, NotInKqlError
from attestgraph.checks.plan import context_of
from attestgraph.checks.tables import table_of
from attestgraph.conditions import Condition
from attestgraph.conditions.errors import Pointer
from attestgraph.conditions.readers import Settings
from attestgraph.conditions.tree import Node
from attestgraph.diagnostics import Diagnostic, in_order
from attestgraph.model.authored import Check, Related, RowTest
from attestgraph.model.times import format_time
from attestgraph.model.words import Within

GRAPH_TABLES: Final = frozenset(
    {
        "resources",
        "resourcecontainers",
        "securityresources",
        "authorizationresources",
        "appserviceresources",
    }
)
"""The tables of a snapshot that Resource Graph answers from."""

NOT_IN_KQL: Final = "not-in-kql"
NOT_IN_GRAPH: Final = "not-in-resource-graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class KqlQuery:
    """A check as queries.

    Attributes:
        rows: Its rows are the failing resources, with the fields that decide.
        counts: One row: population, failing, passing, not_applicable, not_evaluated and
            resting_on_absent.
        tables: The tables that are asked, sorted.
    """

    rows: str
    counts: str
    tables: tuple[str, ...]


def compile_kql(
    check: Check, *, parameters: Mapping[str, Any], at: datetime
) -> KqlQuery | tuple[Diagnostic, ...]:
    """Return a check as queries, or why there are none.

    Args:
        check: A row check; any other is refused.
        parameters: The effective values of the control's parameters.
        at: The time that `utcNow()` answers with; it is written into the query.
    """
    test = check.test
    if not isinstance(test, RowTest):
        return (
            _diagnostic(
                check, NOT_IN_KQL, "is no row check: only those are asked of Resource Graph"
            ),
        )
    strange = sorted(
        {
            (kind, table_of(kind))
            for kind in (*test.types, *(entry.type for entry in test.related))
            if table_of(kind) not in GRAPH_TABLES
        }
    )
    if strange:
        return tuple(
            _diagnostic(
                check,
                NOT_IN_GRAPH,
                f"cannot be asked: rows of `{kind}` are in no table of Resource Graph ({table})",
            )
            for kind, table in strange
        )
    faults: dict[tuple[str, str], Diagnostic] = {}
    compiler = _Compiler(check=check, parameters=parameters, at=at, faults=faults)
    made = [compiler.query(test, kind) for kind in test.types]
    if faults:
        return tuple(in_order(faults.values()))
    if any(one != made[0] for one in made[1:]):
        return (
            _diagnostic(
                check, NOT_IN_KQL, "has types whose fields are at different places, or tables"
            ),
        )
    return made[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiler:
    """Compiles one check; what is refused gathers in `faults`."""

    check: Check
    parameters: Mapping[str, Any]
    at: datetime
    faults: dict[tuple[str, str], Diagnostic]

    def refuse(self, place: str, message: str) -> None:
        """Keep what cannot be said in KQL."""
        self.faults.setdefault(
            (place, message),
            _diagnostic(self.check, NOT_IN_KQL, f"is not in KQL at `{place}`: {message}"),
        )

    def query(self, test: RowTest, kind: str) -> KqlQuery:
        """Return the queries for one type; meaningless where something was refused."""
        try:
            rows, counts = self._rows(test, kind), self._counts(test, kind)
        except NotInKqlError as error:
            self.refuse("related", str(error))
            rows = counts = ""
        tables = {table_of(kind), *(table_of(entry.type) for entry in test.related)}
        return KqlQuery(
            rows=self._head() + rows, counts=self._head() + counts, tables=tuple(sorted(tables))
        )

    def _rows(self, test: RowTest, kind: str) -> str:
        stage = _stage(kind, test.types)
        where = self._where(test.where, kind, stage)
        applies = where(1)
        early = TRUE if stage.arrays else applies
        verdicts = self._verdicts(test, kind, stage, where)
        # asked for here, so that all columns are known before a line is written
        _ = verdicts.failing
        self._limits(stage, verdicts.groups)
        return rows_query(stage, verdicts, early=early)

    def _counts(self, test: RowTest, kind: str) -> str:
        stage = _stage(kind, test.types)
        where = self._where(test.where, kind, stage)
        verdicts = self._verdicts(test, kind, stage, where)
        for level in (2, 1, 0, -1):
            where(level)
            verdicts.result(level)
        self._limits(stage, verdicts.groups)
        return counts_query(stage, verdicts)

    def _verdicts(self, test: RowTest, kind: str, stage: Stage, where: Levels) -> Verdicts:
        key = "violated_when" if test.violated_when else "satisfied_when"
        condition = self._conditions(test.condition, kind, stage, key)
        root = None if test.condition is None else test.condition.root
        return Verdicts(
            where=where,
            condition=_levels(condition, root),
            error=lambda: FALSE if condition is None or root is None else condition.fails(root),
            violated_when=test.violated_when,
            groups=tuple(self._groups(test.related)),
        )

    def _where(
        self, condition: Condition | None, kind: str, stage: Stage, key: str = "where"
    ) -> Levels:
        root = None if condition is None else condition.root
        return _levels(self._conditions(condition, kind, stage, key), root)

    def _conditions(
        self, condition: Condition | None, kind: str, stage: Stage, key: str
    ) -> Conditions | None:
        if condition is None:
            return None

        def refuse(pointer: Pointer, message: str) -> None:
            self.refuse(_place(key, pointer), message)

        return Conditions(
            settings=Settings(
                aliases=condition.aliases,
                mode=condition.mode,
                parameters=self.parameters,
                context=context_of(self.at),
                resource_type=kind,
            ),
            columns=stage.columns,
            arrays=stage.arrays,
            refuse=refuse,
        )

    def _groups(self, related: tuple[Related, ...]) -> Iterator[RelatedGroup]:
        first = 1
        for (kind, within), entries in _grouped(related).items():
            stage = _stage(kind, (kind,))
            yield RelatedGroup(
                first=first,
                stage=stage,
                within=within,
                entries=tuple(self._entry(entry, stage, number) for number, entry in entries),
            )
            first += len(entries)

    def _entry(self, entry: Related, stage: Stage, number: int) -> RelatedEntry:
        levels = self._where(entry.where, entry.type, stage, f"related[{number}].where")
        return RelatedEntry(
            name=entry.name, sure=levels(1), maybe=levels(0), at_least=entry.at_least
        )

    def _limits(self, stage: Stage, groups: tuple[RelatedGroup, ...]) -> None:
        expansions = len(stage.arrays) + sum(len(group.stage.arrays) for group in groups)
        if expansions > MOST_EXPANSIONS:
            self.refuse(
                "the check",
                f"{expansions} arrays to expand, and Resource Graph takes {MOST_EXPANSIONS}",
            )
        if len(groups) > MOST_JOINS:
            self.refuse("the check", f"{len(groups)} joins, and Resource Graph takes {MOST_JOINS}")

    def _head(self) -> str:
        values = ", ".join(f"{name} = {value!r}" for name, value in sorted(self.parameters.items()))
        notes = [f"{self.check.id}: {self.check.says}", f"as of {format_time(self.at)}"]
        notes += [f"with {values}"] if values else []
        # all on one line each: whatever stands in the texts, it stays a comment
        return "".join(f"// {' '.join(_shown(note).split())}\n" for note in notes)


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _levels(conditions: Conditions | None, root: Node | None) -> Levels:
    """Return a condition as a function of a level; without one all rows fulfil it."""
    if conditions is None or root is None:
        return lambda _level: TRUE
    return lambda level: conditions.at_least(root, level)


def _stage(kind: str, types: tuple[str, ...]) -> Stage:
    return Stage(table=table_of(kind), types=types, columns=Columns(), arrays={})


def _grouped(
    related: tuple[Related, ...],
) -> Mapping[tuple[str, Within], list[tuple[int, Related]]]:
    """Return the entries by type and place, each with its own place in the check."""
    found: dict[tuple[str, Within], list[tuple[int, Related]]] = {}
    for number, entry in enumerate(related):
        found.setdefault((entry.type, entry.within), []).append((number, entry))
    return found


def _place(key: str, pointer: Pointer) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in pointer]
    return key + "".join(parts)


def _diagnostic(check: Check, slug: str, message: str) -> Diagnostic:
    return Diagnostic(slug=slug, message=f"check `{check.id}` {message}", span=check.span)
