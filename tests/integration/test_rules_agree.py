"""Every built-in definition judged as a check says what `Definition.evaluate` says."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from attestgraph import evidence, pipeline
from attestgraph.checks import verdicts
from attestgraph.checks.rule_use import RuleUse, use_of
from attestgraph.checks.rules import compile_rule
from attestgraph.conditions import Definition, EvaluationError
from attestgraph.load import load_library
from attestgraph.model.authored import PolicyTest
from tests.integration.command import SHARED

BUILT_INS = SHARED / "azure" / "builtin-policies.ndjson.gz"
CONTEXT = {"utcNow": "2026-11-01T06:00:00Z"}
PLAIN = {code: verdict for verdict, code in verdicts.RULED.items()}
SAID = {
    verdicts.PASS: None,
    verdicts.PASS_ABSENT: None,
    verdicts.NOT_APPLICABLE: None,
    verdicts.NOT_APPLICABLE_ABSENT: None,
    verdicts.FAIL: "violated",
    verdicts.FAIL_ABSENT: "violated",
    verdicts.REDACTED: "undecided",
    verdicts.UNDECIDED: "undecided",
}
JSON = ("sku", "plan", "tags", "identity", "zones", "properties")

pytestmark = pytest.mark.skipif(not BUILT_INS.is_file(), reason="the built-ins are not here")


def definitions() -> Iterator[Definition]:
    aliases = load_library(None).aliases
    with gzip.open(BUILT_INS, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            if "AzureCloud" in document["clouds"] and document["policyType"] != "Static":
                yield Definition.parse(document, aliases, strict=True)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Return a few rows of contoso of each type, as conditions read them."""
    out = tmp_path_factory.mktemp("agree") / "contoso"
    pipeline.demo(out, at=None)
    snapshot = evidence.open_snapshot(out / "evidence")
    columns = ("id", "name", "type", "location", "kind", *JSON)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in ("resources", "resourcecontainers"):
        for batch in snapshot.batches(table, columns):
            for record in batch:
                row = dict(zip(columns, record, strict=True))
                made = {
                    name: json.loads(value) if name in JSON else value
                    for name, value in row.items()
                    if value is not None
                }
                here = found.setdefault(row["type"], [])
                if len(here) < 3:
                    here.append(made)
    return found


def said_by(definition: Definition, row: dict[str, Any], values: dict[str, Any]) -> str | None:
    try:
        effect = definition.evaluate(row, parameters=values, context=CONTEXT)
    except EvaluationError as error:
        return "undecided" if error.faults[0].slug == "undecided" else "error"
    return None if effect is None else "violated"


ANY: dict[str, Any] = {
    "string": "x",
    "array": [],
    "object": {},
    "boolean": True,
    "integer": 1,
    "float": 1,
    "datetime": "2026-01-01T00:00:00Z",
}


def assigned(definition: Definition, use: RuleUse) -> dict[str, Any]:
    """Return values for the parameters that the rule does not read: an assignment needs them."""
    declared = (definition.parts.parameters or {}).values()
    unread = [p for p in declared if p.name not in use.values]
    return {p.name: p.allowed[0] if p.allowed else ANY[p.type] for p in unread}


def test_a_rule_says_what_its_definition_says(rows: dict[str, list[dict[str, Any]]]) -> None:
    counted: Counter[str | None] = Counter()
    why: Counter[str] = Counter()
    for definition in definitions():
        test = PolicyTest(definition="x", types=(), rule=definition)
        use = use_of(test, CONTEXT)
        assert isinstance(use, RuleUse)
        if use.why:
            why[use.why.partition("`")[0]] += 1
            continue
        values = assigned(definition, use)
        for kind in sorted(definition.types & rows.keys()):
            rule = compile_rule(definition, use, kind, CONTEXT)
            if rule.manual:
                continue
            judge = rule.bind(None if rule.existence is None else lambda _row: 0)
            for row in rows[kind]:
                try:
                    said: str | None = SAID[PLAIN[judge(row)]]
                except EvaluationError:
                    said = "error"
                assert said == said_by(definition, row, values), (definition.parts.document, row)
                counted[said] += 1
    assert counted[None] > 500
    assert counted["violated"] > 100
    assert why, "some definitions are not judged here"
