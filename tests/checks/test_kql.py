"""Queries: what they say of given values, what is refused, limits, escaping, ten for readers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from attestgraph.checks import effective
from attestgraph.checks.kql import NOT_IN_GRAPH, NOT_IN_KQL, KqlQuery, compile_kql
from attestgraph.load import load_library
from attestgraph.model.words import Within
from tests.evaluate.world import (
    SETTINGS,
    SITE,
    VAULT,
    check,
    control,
    policy_test,
    related,
    rows_test,
)
from tests.kql.agree import AT, Answer, agree, tables_of
from tests.kql.interpreter import run

HERE = Path(__file__).resolve().parents[1] / "kql"
GOLDEN = HERE / "golden"
CASES = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))
COLUMNS = {
    "pass": "passing",
    "fail": "failing",
    "n/a": "not_applicable",
    "open": "not_evaluated",
}
FOR_READERS = (
    "kv-purge-protection/retention",
    "kv-private-access/private-endpoint",
    "kv-delete-alert/alert",
    "kv-separate/application-tag",
    "app-service-tls/minimum-tls",
    "cert-app-service-expiry/near-expiry",
    "cert-appgw-key-vault/from-vault",
    "cosmos-local-auth-off/local-auth-off",
    "managed-identity-automation/identity",
    "sql-entra-only/entra-only",
)


def vault(name: str, properties: Any = None, **columns: Any) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/s1/resourceGroups/g1/providers/Microsoft.KeyVault/vaults/{name}",
        "name": name,
        "type": VAULT,
        "properties": properties,
        **columns,
    }


def judged(test: Any, rows: list[dict[str, Any]]) -> Answer:
    asked = check(test)
    return agree(control(asked), asked, {}, tables_of(rows))


def given() -> Iterator[Any]:
    for case in CASES:
        for word, values in case["rows"].items():
            for value in values:
                yield pytest.param(case, word, value, id=f"{case['name']}-{word}-{value!r}"[:90])


@pytest.mark.parametrize(("case", "word", "value"), list(given()))
def test_a_value_gets_the_word_of_the_language(case: Any, word: str, value: Any) -> None:
    violated = "violated_when" in case
    condition = case["violated_when" if violated else "satisfied_when"]
    test = rows_test(condition, where=case.get("where"), violated=violated)
    properties = {} if value == "absent" else {"x": value}
    answer = judged(test, [vault("a", properties)])
    assert answer.counts[COLUMNS[word]] == 1
    assert len(answer.failing) == (word == "fail")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"field": "properties.x", "equals": "Élan"}, "letters beyond ASCII"),
    ({"field": "properties.x", "match": "a?"}, "letters beyond ASCII"),
    ({"field": "properties.x", "equals": ""}, "tells null from a field"),
    (
        # neither of two that tell null from what is not there decides for the other
        {"allOf": [{"field": "properties.x", "notEquals": ""}] * 2},
        "tells null from a field",
    ),
    ({"field": "properties.x", "equals": {"a": 1}}, "an array or an object"),
    ({"field": "properties.x", "contains": "5"}, "a number or a boolean equals"),
    ({"field": "properties.x", "equals": 2**60}, "not exact"),
    ({"field": "properties.x", "less": "z~"}, "the order of texts"),
    ({"field": "properties.x", "equals": "a\x07"}, "control character"),
    ({"field": "properties.x[0]", "equals": "a"}, "an index of an array"),
    ({"field": "properties.x[*].y[*]", "equals": "a"}, "an array within an array"),
    ({"field": "fullName", "equals": "a"}, "`fullName`"),
    ({"field": "tags.x", "match": "a#"}, "whose case is not kept"),
    ({"field": "properties.x", "equals": "[field('name')]"}, "an expression over the row"),
    ({"value": "[length(field('name'))]", "equals": 1}, "an expression over the row"),
    (
        {
            "count": {
                "field": "properties.x[*]",
                "where": {"count": {"field": "properties.x[*].y[*]"}, "equals": 1},
            },
            "equals": 1,
        },
        "an array within an array",
    ),
    (
        {"count": {"value": [1], "where": {"value": "[current()]", "equals": 1}}, "equals": 1},
        "a count of values",
    ),
    (
        {
            "count": {"field": "properties.x[*]", "where": {"field": "kind", "equals": "a"}},
            "equals": 1,
        },
        "a field of the row within a count",
    ),
    (
        {
            "allOf": [
                {
                    "count": {
                        "field": f"properties.{n}[*]",
                        "where": {"field": f"properties.{n}[*]", "equals": "a"},
                    },
                    "equals": 1,
                }
                for n in "pqrs"
            ]
        },
        "4 arrays to expand",
    ),
]


@pytest.mark.parametrize(("condition", "why"), REFUSED)
def test_what_is_not_exact_in_kql_is_refused_with_the_reason(
    condition: dict[str, Any], why: str
) -> None:
    made = compile_kql(check(rows_test(condition)), parameters={}, at=AT)
    assert not isinstance(made, KqlQuery)
    assert {fault.slug for fault in made} == {NOT_IN_KQL}
    assert any(why in fault.message for fault in made), [fault.message for fault in made]


def test_every_refusal_is_told_with_its_place() -> None:
    bad = {"field": "properties.x", "equals": "Ö"}
    test = rows_test(
        {"anyOf": [{"field": "kind", "exists": True}, {"not": bad}, bad]},
        where=bad,
        types=(SITE,),
        related=[related(type="microsoft.web/sites/config", where={"allOf": [bad]})],
    )
    made = compile_kql(check(test), parameters={}, at=AT)
    assert not isinstance(made, KqlQuery)
    places = [fault.message.split("`")[3] for fault in made]
    assert sorted(places) == [
        "related[0].where.allOf[0]",
        "satisfied_when.anyOf[1].not",
        "satisfied_when.anyOf[2]",
        "where",
    ]


def test_rows_that_resource_graph_does_not_have_are_told_apart() -> None:
    made = compile_kql(check(rows_test(related=[related(type=SETTINGS)])), parameters={}, at=AT)
    assert not isinstance(made, KqlQuery)
    assert [fault.slug for fault in made] == [NOT_IN_GRAPH]
    assert SETTINGS in made[0].message


def test_only_row_checks_are_asked() -> None:
    made = compile_kql(check(policy_test()), parameters={}, at=AT)
    assert not isinstance(made, KqlQuery)
    assert [fault.slug for fault in made] == [NOT_IN_KQL]


def test_texts_of_a_check_never_become_part_of_the_query() -> None:
    hostile = "x' | project secrets //\\' or 1 == 1 \""
    asked = check(rows_test({"field": "properties['a''b c'].d", "equals": hostile}))
    asked = replace(asked, says="it is on\n| project tags\r\u2028| take 1\x1b[2J\u202e")
    made = compile_kql(asked, parameters={"p": "one\n| take 2"}, at=AT)
    assert isinstance(made, KqlQuery)
    assert made.rows.replace("\n", "").isprintable()
    lines = made.rows.splitlines()
    assert [line for line in lines if "take" in line] == [
        line for line in lines if "take" in line and line.startswith("// ")
    ]
    rows = [vault(str(n), {"a'b c": {"d": value}}) for n, value in enumerate([hostile, "x", None])]
    assert [row["name"] for row in run(made.rows, tables_of(rows))] == ["1", "2"]


@pytest.mark.parametrize("name", ["kind", "type", "count", "by", "outcome", "id", "x-y", "1st"])
def test_names_that_mean_something_in_kql_are_names(name: str) -> None:
    test = rows_test({"field": f"properties.{name}", "equals": "yes"})
    answer = judged(test, [vault("a", {name: "yes"}), vault("b", {name: "no"})])
    assert answer.failing == (vault("b")["id"],)


def test_names_that_make_one_column_name_stay_apart() -> None:
    test = rows_test(
        {
            "allOf": [
                {"field": "properties.a.b", "equals": 1},
                {"field": "properties.a_b", "equals": 2},
                {"field": "properties['a-b']", "equals": 3},
            ]
        }
    )
    good = {"a": {"b": 1}, "a_b": 2, "a-b": 3}
    answer = judged(test, [vault("a", good), vault("b", {**good, "a_b": 1})])
    assert answer.failing == (vault("b")["id"],)


def test_tags_are_found_in_any_case() -> None:
    test = rows_test({"field": "tags['Env.Name']", "equals": "Prod"})
    rows = [
        vault("a", tags={"ENV.NAME": "PROD"}),
        vault("b", tags={"env.name": "dev"}),
        vault("c", tags=None),
        vault("d", tags={"other": "prod", "städte": "Köln"}),
    ]
    assert judged(test, rows).failing == tuple(row["id"] for row in rows[1:])


def test_an_array_longer_than_resource_graph_expands_is_left_open() -> None:
    asked = check(
        rows_test(
            {
                "count": {
                    "field": "properties.x[*]",
                    "where": {"field": "properties.x[*]", "equals": "a"},
                },
                "equals": 0,
            }
        )
    )
    made = compile_kql(asked, parameters={}, at=AT)
    assert isinstance(made, KqlQuery)
    tables = tables_of([vault("a", {"x": ["a"] * 400}), vault("b", {"x": ["a"] * 401})])
    assert [row["name"] for row in run(made.rows, tables)] == ["a"]
    (counts,) = run(made.counts, tables)
    assert (counts["failing"], counts["not_evaluated"], counts["population"]) == (1, 1, 2)


def test_a_population_of_none_is_counted_as_none() -> None:
    made = compile_kql(check(rows_test()), parameters={}, at=AT)
    assert isinstance(made, KqlQuery)
    (counts,) = run(made.counts, {})
    assert set(counts.values()) == {0}


@pytest.mark.parametrize("within", list(Within))
def test_related_resources_are_looked_for_where_the_check_says(within: Within) -> None:
    entry = related(type="microsoft.web/sites/config", within=within, name="web")
    site = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Web/sites/{}"
    places = [("S1", "g1", "a"), ("s1", "G1", "b"), ("s1", "g2", "c"), ("s2", "g1", "d")]
    rows: list[dict[str, Any]] = [
        {"id": site.format(*place), "name": place[2], "type": SITE} for place in places
    ]
    own = {"id": f"{site.format('s1', 'g1', 'A')}/config/web", "name": "A/web"}
    rows.append({**own, "type": "microsoft.web/sites/config"})
    answer = judged(rows_test(None, types=(SITE,), related=[entry]), rows)
    found = {one.rsplit("/", 1)[-1] for one in answer.failing}
    wanted = {
        Within.SELF: {"b", "c", "d"},
        Within.RESOURCE_GROUP: {"c", "d"},
        Within.SUBSCRIPTION: {"d"},
        Within.TENANT: set(),
    }
    assert found == wanted[within]


@pytest.mark.parametrize("violated", [False, True])
@pytest.mark.parametrize("there", [False, True])
def test_a_comparison_that_fails_leaves_open_whatever_is_related(
    *, violated: bool, there: bool
) -> None:
    site = {**vault("a", {"x": "ten"}), "type": SITE}
    config = {"id": f"{site['id']}/config/web", "name": "web", "type": "microsoft.web/sites/config"}
    test = rows_test(
        {"field": "properties.x", "less": 5},
        types=(SITE,),
        related=[related(type="microsoft.web/sites/config")],
        violated=violated,
    )
    answer = judged(test, [site, *([config] if there else [])])
    assert answer.counts["not_evaluated"] == 1


def test_more_than_three_joins_are_refused() -> None:
    kinds = ("microsoft.web/sites/config", SITE, VAULT, "microsoft.web/sites/slots")
    entries = [related(type=kind, within=Within.SUBSCRIPTION) for kind in kinds]
    made = compile_kql(check(rows_test(None, related=entries)), parameters={}, at=AT)
    assert not isinstance(made, KqlQuery)
    assert "4 joins" in made[0].message


@pytest.mark.parametrize("name", FOR_READERS)
def test_queries_for_readers(name: str) -> None:
    """Set ATTESTGRAPH_WRITE_GOLDEN=1 to write them anew, and read what changed."""
    found = load_library(None).library
    wanted, _, part = name.partition("/")
    owner = next(one for one in found.controls.values() if one.id == wanted)
    asked = next(one for one in owner.checks if one.id == part)
    values = effective(owner, found.workspace).base.plain
    made = compile_kql(asked, parameters=values, at=AT)
    assert isinstance(made, KqlQuery)
    file = GOLDEN / f"{wanted}.{part}.kql"
    text = f"{made.rows}\n{made.counts}"
    if os.environ.get("ATTESTGRAPH_WRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")
