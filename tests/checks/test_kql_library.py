"""The library's own cases, judged by the query of each check as by the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from attestgraph.checks import effective
from attestgraph.checks.cases import CASE_AT
from attestgraph.checks.kql import NOT_IN_GRAPH, KqlQuery, compile_kql
from attestgraph.load import ControlCase, Loaded, load_library
from attestgraph.model.authored import Check, Control, RowTest
from attestgraph.model.words import Within
from tests.kql.agree import agree, tables_of

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/case"
OTHER = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/case"
LEAST_SHARE = 90
CONTROLS = sorted(
    file.stem
    for file in (Path(__file__).resolve().parents[2] / "controls").glob("*/*.yaml")
    if not file.name.endswith(".cases.yaml")
)


@cache
def library() -> Loaded:
    return load_library(None)


def row_checks() -> Iterator[tuple[Control, Check]]:
    for control in library().library.controls.values():
        for check in control.checks:
            if isinstance(check.test, RowTest):
                yield control, check


def values_of(control: Control, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    base = effective(control, library().library.workspace).base.plain
    return {**base, **(given or {})}


@cache
def compiling() -> list[tuple[Control, Check]]:
    return [
        (control, check)
        for control, check in row_checks()
        if isinstance(compile_kql(check, parameters=values_of(control), at=CASE_AT), KqlQuery)
    ]


def test_most_row_checks_compile_and_the_others_say_where_not() -> None:
    asked, refused = 0, []
    for control, check in row_checks():
        made = compile_kql(check, parameters=values_of(control), at=CASE_AT)
        if isinstance(made, KqlQuery):
            asked += 1
            continue
        assert all(fault.message.startswith(f"check `{check.id}` ") for fault in made)
        if any(fault.slug == NOT_IN_GRAPH for fault in made):
            continue
        refused.append(check.id)
        assert all("` is not in KQL at `" in fault.message for fault in made)
    assert 100 * asked >= LEAST_SHARE * (asked + len(refused)), refused


def cases_of(check: Check, control: Control) -> list[ControlCase]:
    return [
        case
        for case in library().cases
        if case.control == control.id
        and case.resource is not None
        and (case.check == check.id or (case.check is None and len(control.checks) == 1))
    ]


def subject_of(case: ControlCase, test: RowTest) -> dict[str, Any]:
    row = dict(case.resource or {})
    row["type"] = str(row.get("type") or test.types[0]).lower()
    row["name"] = str(row.get("name") or "case").rsplit("/", 1)[-1]
    row.setdefault("id", id_of(row["type"], row["name"], GROUP))
    return row


def id_of(kind: str, name: str, group: str) -> str:
    if kind == "microsoft.resources/subscriptions":
        return group.partition("/resourceGroups/")[0]
    if kind.startswith("microsoft.resources/") and kind.endswith("resourcegroups"):
        return f"{group}-{name}"
    space, *kinds = kind.split("/")
    parents = "".join(f"/{one}/parent" for one in kinds[:-1])
    return f"{group}/providers/{space}{parents}/{kinds[-1]}/{name}"


def related_of(case: ControlCase, test: RowTest, subject: Mapping[str, Any]) -> list[Any]:
    """Return the related rows of a case with ids where the check looks for them."""
    found = []
    for number, given in enumerate(case.related):
        row = {**given, "type": str(given.get("type", "")).lower()}
        entry = next((one for one in test.related if one.type == row["type"]), None)
        last = str(given.get("id") or given.get("name") or number).rsplit("/", 1)[-1]
        name = str(row.setdefault("name", last))
        if entry is not None and entry.within is Within.SELF:
            space, _, own = row["type"].rpartition("/")
            child = space.startswith(str(subject["type"]))
            middle = own if child else f"providers/{row['type']}"
            row["id"] = f"{subject['id']}/{middle}/{name.rsplit('/', 1)[-1]}"
        else:
            row["id"] = row.get("id") or id_of(row["type"], f"{name}-{number}", GROUP)
        found.append(row)
    return found


@pytest.mark.parametrize("name", CONTROLS)
def test_the_query_judges_the_cases_as_the_engine_does(name: str) -> None:
    for control, check in compiling():
        if control.id == name:
            judge_cases(control, check)


def judge_cases(control: Control, check: Check) -> None:
    test = check.test
    assert isinstance(test, RowTest)
    cases = cases_of(check, control)
    assert cases
    found = set()
    for case in cases:
        subject = subject_of(case, test)
        # one more subject, of another subscription, has nothing of what is related
        lonely = {**subject, "id": id_of(subject["type"], "lonely", OTHER), "name": "lonely"}
        tables = tables_of([subject, lonely, *related_of(case, test, subject)])
        values = values_of(control, case.parameters)
        answer = agree(control, check, values, tables, case.at or CASE_AT)
        failing = subject["id"] in answer.failing
        assert failing is (case.want == "not-satisfied"), case.case
        found.add(failing)
    assert found == {True, False}
