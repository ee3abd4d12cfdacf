"""All built-in definitions: what the report counts is what the documentation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestgraph.conditions import Definition
from attestgraph.load import load_library
from tools.builtins_report import Counts, page, report
from tools.builtins_rows import filled, related_rows

ROOT = Path(__file__).resolve().parents[2]
AZURE = ROOT.parent / "shared" / "azure"
PURGE = "Microsoft.KeyVault/vaults/enablePurgeProtection"
LINES, PUBLIC, READ, COMPONENTS, STATIC = 4_035, 3_594, 2_628, 31, 914


@pytest.fixture(scope="module")
def counts() -> Counts:
    if not AZURE.is_dir():
        pytest.skip("the built-ins are not beside the checkout")
    return report(AZURE)


@pytest.mark.slow
def test_every_built_in_parses_and_every_one_that_reads_is_evaluated(counts: Counts) -> None:
    assert counts.faults == []
    assert sum(counts.words.values()) == LINES
    assert sum(counts.public.values()) == PUBLIC
    assert not [word for word in counts.words if word.startswith("not parsed")]
    assert counts.read["indexed"] + counts.read["all"] == READ
    evaluated = sum(n for word, n in counts.public.items() if word.startswith("evaluated"))
    assert evaluated == READ + COMPONENTS
    assert counts.words["not evaluated: static, attested by Microsoft"] == STATIC


@pytest.mark.slow
def test_existence_conditions_are_fulfilled_by_some_related_rows(counts: Counts) -> None:
    assert sum(n for kind, n in counts.rows.items() if kind.endswith("with related rows")) > 5_000
    assert counts.results["effect: auditifnotexists"] > 1_000
    assert counts.results["no effect"] > 5_000


@pytest.mark.slow
def test_the_page_of_the_documentation_has_these_counts(counts: Counts) -> None:
    assert (ROOT / "docs" / "built-ins.md").read_text(encoding="utf-8") == page(counts)


def test_a_made_row_fulfils_the_conditions_it_is_made_for() -> None:
    aliases = load_library(None).aliases
    kind = "microsoft.keyvault/vaults"
    rule = {
        "if": {
            "allOf": [
                {"field": "type", "equals": kind},
                {"field": PURGE, "exists": True},
                {"field": PURGE, "equals": True},
                {"not": {"field": "tags['a']", "equals": "x"}},
                {
                    "count": {
                        "field": "Microsoft.KeyVault/vaults/networkAcls.ipRules[*]",
                        "where": {
                            "field": "Microsoft.KeyVault/vaults/networkAcls.ipRules[*].value",
                            "like": "10.*",
                        },
                    },
                    "greater": 0,
                },
            ]
        },
        "then": {
            "effect": "auditIfNotExists",
            "details": {
                "type": "Microsoft.Insights/diagnosticSettings",
                "existenceCondition": {
                    "field": "Microsoft.Insights/diagnosticSettings/workspaceId",
                    "exists": True,
                },
            },
        },
    }
    definition = Definition.parse(rule, aliases, strict=True)
    row = filled(definition.parts.condition, kind, aliases, {})
    assert definition.evaluate(row) == "auditifnotexists"
    related = related_rows(definition, row, {}, aliases, {})
    assert definition.evaluate(row, related=related[:1]) == "auditifnotexists"
    assert definition.evaluate(row, related=related) is None
