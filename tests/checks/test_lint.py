from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attestgraph.checks import lint
from attestgraph.diagnostics import Severity, Span
from attestgraph.model.authored import Check, Related
from attestgraph.model.words import Within
from tests.evaluate.world import ON, SITE, VAULT, World, check, control, related, rows_test

SPAN = Span(path="c.yaml", line=3, column=5, end_line=3, end_column=9)


def written(
    satisfied: dict[str, Any] | None = None,
    *,
    violated: dict[str, Any] | None = None,
    beside: tuple[Related, ...] = (),
    types: tuple[str, ...] = (VAULT,),
) -> Check:
    # the lints read the check as it was written; what was parsed of it does not matter here
    test = rows_test(ON, violated=violated is not None, related=beside, types=types)
    document = {k: v for k, v in (("satisfied_when", satisfied), ("violated_when", violated)) if v}
    return replace(check(test), document=document, span=SPAN)


def slugs(*checks: Check) -> list[str]:
    return [d.slug for d in lint(World(controls=(control(*checks),), tables={}).library())]


@pytest.mark.parametrize(
    "document",
    [
        {"field": "properties.a", "notEquals": 1},
        {"field": "properties.a", "NOTIN": [1]},
        {"field": "properties.a[*]", "notEquals": 1},
        {"field": "properties.a[*]", "equals": 1},
        {"count": {"field": "properties.a[*]"}, "equals": 0},
        {"not": {"field": "properties.a", "equals": 1}},
        {
            "anyOf": [
                {"field": "properties.b", "exists": True},
                {"field": "properties.a", "notLike": "x"},
            ]
        },
        {
            "allOf": [
                {"allOf": [{"field": "properties.a", "exists": True}]},
                {"field": "properties.a", "notEquals": 1},
            ]
        },
    ],
)
def test_a_check_that_passes_where_the_field_is_missing_should_say_so(
    document: dict[str, Any],
) -> None:
    assert slugs(written(document)) == ["absent-passes"], document


@pytest.mark.parametrize(
    "document",
    [
        {"field": "properties.a", "equals": 1},
        {"field": "properties.a", "notEquals": 1, "when_absent": "fail"},
        {
            "allOf": [
                {"field": "properties.a", "exists": True},
                {"field": "Properties.A", "notEquals": 1},
            ]
        },
        {
            "anyOf": [
                {"field": "properties.a", "exists": False},
                {"field": "properties.a", "notEquals": 1},
            ]
        },
        {
            "allOf": [
                {"field": "properties.a", "exists": True},
                {"not": {"field": "properties.a", "equals": 1}},
            ]
        },
        {"not": {"field": "properties.a", "notEquals": 1}},
        {
            "allOf": [
                {"field": "properties.a", "exists": True},
                {"field": "properties.a[*]", "equals": 1},
            ]
        },
        {"count": {"field": "properties.a[*]"}, "greater": 0},
        {
            "allOf": [
                {"field": "properties.a", "exists": True},
                {"count": {"field": "properties.a[*]"}, "equals": 0},
            ]
        },
    ],
)
def test_a_check_that_says_what_absence_means_is_left_alone(document: dict[str, Any]) -> None:
    assert slugs(written(document)) == []


def test_a_violation_is_not_asked_for_absence() -> None:
    assert slugs(written(violated={"field": "properties.a", "notEquals": 1})) == []


def test_the_warning_names_the_field_and_stands_at_the_check() -> None:
    one = written({"field": "properties.a", "notEquals": 1})
    (found,) = lint(World(controls=(control(one),), tables={}).library())
    assert found.severity is Severity.WARNING
    assert found.span == SPAN
    assert "`properties.a`" in found.message


@pytest.mark.parametrize(
    "document",
    [
        {"field": "type", "equals": VAULT},
        {"field": "name", "exists": True},
        {"allOf": [{"field": "id", "exists": True}, {"field": "type", "in": [VAULT]}]},
    ],
)
def test_a_check_over_the_thing_whose_existence_it_asserts_is_refused(
    document: dict[str, Any],
) -> None:
    one = written(document)
    (found,) = lint(World(controls=(control(one),), tables={}).library())
    assert (found.slug, found.severity) == ("existence-of-subject", Severity.ERROR)


def test_a_related_resource_of_the_subjects_own_type_asserts_its_existence() -> None:
    beside = related(type=VAULT, within=Within.SUBSCRIPTION)
    assert slugs(written(ON, beside=(beside,))) == ["existence-of-subject"]
    assert slugs(written(ON, beside=(replace(beside, type=SITE),))) == []
    assert slugs(written(ON, beside=(replace(beside, at_least=0),))) == []
    assert slugs(written(ON, beside=(replace(beside, within=Within.SELF),))) == []


def test_a_check_of_a_setting_is_no_assertion_of_existence() -> None:
    assert slugs(written({"allOf": [{"field": "name", "exists": True}, ON]})) == []
