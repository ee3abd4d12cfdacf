"""A check judged twice over the same tables: by the engine, and by its query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attestgraph.checks import ParameterSet, Setting, table_of, verdicts
from attestgraph.checks.judge import CompiledRelated
from attestgraph.checks.kql import KqlQuery, compile_kql
from attestgraph.checks.plan import instance_of
from attestgraph.conditions import TRUE, UNKNOWN, EvaluationError
from attestgraph.diagnostics import Diagnostic
from attestgraph.model.authored import Check, Control
from attestgraph.model.ids import (
    ascii_lower,
    id_key,
    parent_key,
    resource_group_of,
    subscription_of,
)
from attestgraph.model.words import FindingBasis, Outcome, Within
from tests.kql.interpreter import run

AT = datetime(2026, 1, 1, tzinfo=UTC)
Rows = Sequence[Mapping[str, Any]]
Tables = Mapping[str, Rows]


@dataclass(frozen=True)
class Answer:
    """The failing ids, and the counts of every outcome."""

    failing: tuple[str, ...]
    counts: Mapping[str, int]


def placed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with the columns that its id tells."""
    key = id_key(str(row["id"]))
    return {
        **row,
        "subscriptionId": subscription_of(key) or "",
        "resourceGroup": resource_group_of(key) or "",
    }


def tables_of(rows: Rows) -> dict[str, list[Mapping[str, Any]]]:
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        tables.setdefault(table_of(str(row["type"])), []).append(placed(row))
    return tables


def by_query(query: KqlQuery, tables: Tables) -> Answer:
    failing = tuple(str(row["id"]) for row in run(query.rows, tables))
    (counts,) = run(query.counts, tables)
    return Answer(failing, counts)


def by_engine(
    control: Control, check: Check, values: Mapping[str, Any], at: datetime, tables: Tables
) -> Answer:
    settings = {name: Setting(value=value, set_by="test") for name, value in values.items()}
    faults: list[Diagnostic] = []
    chosen = ParameterSet(digest="", values=settings)
    instance = instance_of(control, check, chosen, at, faults)
    assert not faults, faults[0].text()
    counts: Counter[str] = Counter()
    failing = []
    for kind, compiled in instance.compiled.items():
        lookups = tuple(_lookup(entry, tables) for entry in compiled.related)
        judge = compiled.bind(lookups)
        for row in tables.get(table_of(kind), ()):
            if ascii_lower(str(row["type"])) != kind:
                continue
            try:
                verdict = verdicts.VERDICTS[judge(row)]
            except EvaluationError:
                verdict = verdicts.VERDICTS[verdicts.FAULTY]
            counts[str(verdict.outcome)] += 1
            counts["absent"] += verdict.basis is FindingBasis.ABSENT and verdict.outcome in {
                Outcome.PASS,
                Outcome.FAIL,
                Outcome.NOT_APPLICABLE,
            }
            if verdict.outcome is Outcome.FAIL:
                failing.append(str(row["id"]))
    return Answer(
        tuple(sorted(failing)),
        {
            "population": sum(n for word, n in counts.items() if word != "absent"),
            "failing": counts["fail"],
            "passing": counts["pass"],
            "not_applicable": counts["not-applicable"],
            "not_evaluated": counts["not-evaluated"] + counts["error"],
            "resting_on_absent": counts["absent"],
        },
    )


def _lookup(entry: CompiledRelated, tables: Tables) -> Callable[[str], int]:
    kind, within = entry.related.type, entry.related.within
    sure: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    for row in tables.get(table_of(kind), ()):
        if ascii_lower(str(row["type"])) != kind:
            continue
        key = id_key(str(row["id"]))
        place = (parent_key(key) or "") if within is Within.SELF else _area(within, key)
        try:
            code = entry.counts(row)
        except EvaluationError:
            code = UNKNOWN
        sure[place] += code == TRUE
        perhaps[place] += code == UNKNOWN

    def lookup(key: str) -> int:
        place = key if within is Within.SELF else _area(within, key)
        return entry.enough(sure[place], perhaps[place], gap=False)

    return lookup


def _area(within: Within, key: str) -> str:
    if within is Within.TENANT:
        return ""
    group = resource_group_of(key) if within is Within.RESOURCE_GROUP else ""
    return f"{subscription_of(key) or ''}/{group or ''}"


def agree(
    control: Control,
    check: Check,
    values: Mapping[str, Any],
    tables: Tables,
    at: datetime = AT,
) -> Answer:
    """Judge twice, hold the two equal, and return the answer."""
    query = compile_kql(check, parameters=values, at=at)
    assert isinstance(query, KqlQuery), "\n".join(fault.text() for fault in query)
    wanted = by_engine(control, check, values, at, tables)
    found = by_query(query, tables)
    assert found == wanted, f"{query.rows}\n{query.counts}"
    return found
