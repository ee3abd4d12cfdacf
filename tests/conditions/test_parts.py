"""Folding, aliases, what a condition reads, explanations."""

from __future__ import annotations

import importlib.util
import unicodedata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from attestgraph.conditions import Aliases, explain_condition, parse_condition, reads
from attestgraph.conditions.fold_table import UNICODE
from attestgraph.conditions.folding import ascii_lower, fold
from attestgraph.conditions.values import instant_of, like, number_of_text

ROOT = Path(__file__).parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_fold_table", ROOT / "tools/make_fold_table.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(unicodedata.unidata_version != UNICODE, reason="another Unicode version")
def test_the_table_is_what_its_generator_writes() -> None:
    made = generator()
    assert made.text() == made.TARGET.read_text(encoding="utf-8")


def test_folding_keeps_the_length_and_is_stable() -> None:
    for code in (*range(0xD800), *range(0xE000, 0x11000), 0x10428, 0x1E922):
        text = chr(code)
        assert len(fold(text)) == 1
        assert fold(fold(text)) == fold(text)
        assert text.isascii() or not fold(text).isascii()


def test_folding_is_simple_upper_beyond_ascii() -> None:
    assert fold("ǆ") == fold("ǅ") == "Ǆ"
    assert fold("ᾳ") == fold("ᾼ")
    assert fold("𐐨") == "𐐀"
    assert fold("aÉ") == fold("Aé") == "aÉ"


def test_ids_are_folded_in_ascii_alone() -> None:
    assert ascii_lower("/Subs/ÄB") == "/subs/Äb"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-5", -5),
        ("1.5", 1.5),
        ("2e3", 2000.0),
        ("", None),
        ("01", None),
        (".5", None),
        ("5.", None),
        ("0x1", None),
        ("1_0", None),
        ("NaN", None),
        ("9" * 65, None),
        ("1\n", None),
    ],
)
def test_numbers_in_text_have_one_grammar(text: str, number: float | None) -> None:
    assert number_of_text(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "2024-1-15",
        "2024-01-15T00:00Z",
        "2024-W03-1",
        "20240115",
        "2024-01-15T24:00:00Z",
        "2024-01-15T00:00:00.12345678Z",
        "2024-01-15T00:00:00+15:00",
        "2024-02-30",
        "2024-01-15T00:00:00Z ",
        "٢٠٢٤-01-15",
    ],
)
def test_other_forms_are_no_dates(text: str) -> None:
    assert instant_of(text) is None


def test_a_pattern_of_many_stars_takes_bounded_time() -> None:
    assert not like("a" * 20_000, "*a" * 50 + "b")


TABLE = Aliases.from_mapping(
    {"Microsoft.X/y/flag": "properties.flag", "Microsoft.X/y/list[*].z": "properties.list[*].z"}
)


def test_aliases_are_found_in_any_case_and_counted() -> None:
    assert TABLE.path("microsoft.x/Y/FLAG", None) == "properties.flag"
    assert TABLE.path("Microsoft.X/y/none", None) is None
    assert len(TABLE) == 2
    assert TABLE.nearest("Microsoft.X/y/flg") == "Microsoft.X/y/flag"
    assert TABLE.nearest("Other.Z/q/flag") is None


@pytest.mark.parametrize(
    ("rule", "paths"),
    [
        ({"field": "Microsoft.X/y/flag", "equals": 1}, {"properties.flag"}),
        ({"field": "Microsoft.X/y/list[*].z", "equals": 1}, {"properties.list"}),
        ({"field": "tags['a.b']", "equals": 1}, {"tags"}),
        ({"field": "sku.name", "equals": "[field('Type')]"}, {"sku.name", "type"}),
        ({"field": "fullName", "equals": 1}, {"fullName", "id", "name"}),
        (
            {
                "count": {"field": "properties.a[*]", "where": {"field": "kind", "equals": 1}},
                "equals": 1,
            },
            {"properties.a", "kind"},
        ),
        ({"field": "[concat('tags.', field('name'))]", "equals": 1}, {"*", "name"}),
        ({"value": "[field(concat('na', 'me'))]", "equals": 1}, {"*"}),
        ({"value": "[resourceGroup().name]", "equals": 1}, {"resourceGroup", "subscriptionId"}),
    ],
)
def test_reads_names_the_paths_below_the_row(rule: Any, paths: set[str]) -> None:
    assert reads(parse_condition(rule, aliases=TABLE), "Microsoft.X/y") == paths


def explained(rule: Any, row: Any) -> Any:
    return explain_condition(parse_condition(rule, aliases=TABLE), row, parameters={}, context={})


def test_the_decisive_leaf_of_a_false_all_is_the_observed_one() -> None:
    rule = {
        "allOf": [
            {"field": "kind", "equals": "x"},
            {"not": {"field": "Microsoft.X/y/flag", "equals": True}},
            {"field": "name", "equals": "n"},
        ]
    }
    told = explained(rule, {"name": "n", "properties": {"Flag": True}})
    leaf = told.decisive(wanted_result_false=True)
    assert (leaf.path, leaf.operator, leaf.expected, leaf.actual, leaf.result) == (
        "properties.flag",
        "equals",
        True,
        True,
        1,
    )


def test_the_decisive_leaf_of_an_array_is_its_element() -> None:
    told = explained(
        {"field": "Microsoft.X/y/list[*].z", "notEquals": "b"},
        {"properties": {"list": [{"z": "a"}, {"z": "b"}]}},
    )
    leaf = told.decisive(wanted_result_false=True)
    assert (leaf.path, leaf.actual) == ("properties.list[1].z", "b")


def test_the_decisive_leaf_of_a_true_any_is_the_observed_one() -> None:
    told = explained(
        {"anyOf": [{"field": "kind", "notEquals": "x"}, {"field": "name", "equals": "n"}]},
        {"name": "n"},
    )
    assert told.decisive(wanted_result_false=False).path == "name"


def test_an_explanation_shows_what_is_absent_and_hides_what_is_redacted() -> None:
    told = explained(
        {"allOf": [{"field": "kind", "equals": "x"}, {"field": "properties.p", "equals": "x"}]},
        {"properties": {"p": {"$redacted": True}}},
    )
    assert told.to_json() == {
        "kind": "allOf",
        "result": 2,
        "children": [
            {
                "kind": "field",
                "result": 2,
                "operator": "equals",
                "path": "kind",
                "expected": "x",
                "actual": None,
                "absent": True,
            },
            {
                "kind": "field",
                "result": 4,
                "operator": "equals",
                "path": "properties.p",
                "expected": "x",
                "actual": {"$redacted": True},
                "absent": False,
            },
        ],
    }


def test_an_explanation_carries_the_error_of_the_leaf_that_failed() -> None:
    told = explained({"allOf": [{"field": "name", "less": 5}]}, {"name": "many"})
    assert told.result is None
    assert told.decisive(wanted_result_false=True).error == (
        "/allOf/0: `less` cannot compare a text with a number"
    )
