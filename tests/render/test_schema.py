"""report.json holds to its published schema, and the schema refuses what is not a report."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from attestgraph.content import schema_file
from tests.render.large import large
from tests.render.pages import usual, written

VALIDATOR = Draft202012Validator(orjson.loads(schema_file("report").read_bytes()))


def faults(document: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(document)]


def document() -> Any:
    return orjson.loads(usual()["report.json"])


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)


def test_report_json_holds_to_its_schema() -> None:
    assert faults(document()) == []
    assert faults(orjson.loads(written(large())["report.json"])) == []


def test_the_schema_names_every_member() -> None:
    closed = Draft202012Validator(_closed(VALIDATOR.schema))
    for made in (document(), orjson.loads(written(large())["report.json"])):
        assert [error.message for error in closed.iter_errors(made)] == []
    spoilt = document()
    spoilt["systems"][0]["controls"][0]["no_such_member"] = 1
    assert faults(spoilt) == []
    assert not closed.is_valid(spoilt)


def _closed(schema: Any) -> Any:
    """The schema with every object that lists members closed to others."""
    if isinstance(schema, list):
        return [_closed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if "properties" in schema else {}
    return {**{name: _closed(entry) for name, entry in schema.items()}, **more}


@pytest.mark.parametrize(
    "path",
    [
        ("run",),
        ("systems",),
        ("tables", 0, "complete"),
        ("systems", 0, "attention", 0, "what"),
        ("systems", 0, "controls", 0, "failing", "total"),
        ("systems", 0, "controls", 0, "failing", "rows", 0, "resource_id"),
        ("systems", 0, "controls", 0, "checks", 0, "kind"),
        ("systems", 0, "frameworks", 0, "shares", 0, "most"),
        ("systems", 0, "frameworks", 0, "totals", "not-covered"),
        ("systems", 0, "frameworks", 0, "families", 0, "requirements", 0, "word"),
        ("systems", 0, "reasons", 0, "findings"),
    ],
)
def test_a_member_that_is_missing_is_refused(path: tuple[str | int, ...]) -> None:
    made = document()
    place = made
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    assert faults(made)


@pytest.mark.parametrize("value", [-1, "3", None])
def test_a_count_is_a_number_from_zero(value: object) -> None:
    made = document()
    made["systems"][0]["frameworks"][0]["totals"]["satisfied"] = value
    assert faults(made)
