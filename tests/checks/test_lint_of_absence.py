"""Which conditions pass in silence where what they read is missing."""

from __future__ import annotations

from typing import Any

import pytest

from attestgraph.checks.lint import _unguarded

A = "Microsoft.Storage/storageAccounts/networkAcls.ipRules"
NAME = f"{A}[*].value"


def silent(document: Any) -> list[str]:
    return list(_unguarded(document, frozenset(), negated=False))


@pytest.mark.parametrize(
    "document",
    [
        {"field": "tags.env", "notEquals": "dev"},
        {"field": "tags.env", "NotIn": ["dev"]},
        {"field": NAME, "equals": "10.0.0.1"},
        {"field": NAME, "exists": True},
        {"count": {"field": f"{A}[*]"}, "equals": 0},
        {"count": {"field": f"{A}[*]", "where": {"field": NAME, "equals": "x"}}, "less": 1},
        {"count": {"field": f"{A}[*]"}, "notEquals": 3},
        {"count": {"field": f"{A}[*]"}, "less": "[parameters('most')]"},
        {"not": {"field": "tags.env", "equals": "dev"}},
        {"not": {"count": {"field": f"{A}[*]"}, "greater": 0}},
        {"anyOf": [{"field": "kind", "equals": "a"}, {"field": "tags.env", "notEquals": "dev"}]},
    ],
)
def test_it_is_said_where_absence_passes(document: dict[str, Any]) -> None:
    assert silent(document)


@pytest.mark.parametrize(
    "document",
    [
        {"field": "tags.env", "equals": "prod"},
        {"field": "tags.env", "notEquals": "dev", "when_absent": "fail"},
        {"allOf": [{"field": A, "exists": True}, {"field": NAME, "equals": "10.0.0.1"}]},
        {"allOf": [{"field": "tags.env", "exists": True}, {"field": "tags.env", "notEquals": "x"}]},
        {"count": {"field": f"{A}[*]"}, "greater": 0},
        {"count": {"field": f"{A}[*]"}, "equals": 0, "when_absent": "pass"},
        {"not": {"field": NAME, "equals": "10.0.0.1"}},
        {"not": {"count": {"field": f"{A}[*]"}, "equals": 0}},
        {"not": {"not": {"field": "tags.env", "equals": "prod"}}},
    ],
)
def test_nothing_is_said_where_absence_fails_or_is_meant(document: dict[str, Any]) -> None:
    assert not silent(document)
