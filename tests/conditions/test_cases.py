"""The cases under tests/cases/conditions: semantics as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from attestgraph.conditions import (
    Aliases,
    Condition,
    ConditionError,
    EvaluationError,
    compile_condition,
    explain_condition,
    parse_condition,
)
from attestgraph.conditions.errors import pointer_text
from attestgraph.conditions.interpret import interpret

FOLDER = Path(__file__).parents[1] / "cases/conditions"
WORDS = {0: "no", 1: "yes", 2: "no by absence", 3: "yes by absence", 4: "unknown"}
GIVEN = {"rule", "row", "parameters", "context", "type", "aliases", "mode", "violated"}


def cases(wanted: str) -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            assert case.keys() <= {"name", "given", "want", "want_error"}
            assert case["given"].keys() <= GIVEN
            if wanted in case:
                found.append(pytest.param(case, id=f"{file.stem}: {case['name']}"))
    return found


def parsed(given: dict[str, Any]) -> Condition:
    return parse_condition(
        given["rule"],
        aliases=Aliases.from_mapping(given["aliases"]) if "aliases" in given else None,
        parameters=tuple(given.get("parameters", ())),
        mode=given.get("mode", "control"),
        negatable_absent=not given.get("violated", False),
    )


def compiled(condition: Condition, row: Any, around: dict[str, Any]) -> int:
    return compile_condition(condition, **around)(row)


def interpreted(condition: Condition, row: Any, around: dict[str, Any]) -> int:
    return interpret(condition, row, **around)


@pytest.mark.parametrize("case", cases("want"))
def test_a_condition_says_what_its_case_wants(case: dict[str, Any]) -> None:
    given = case["given"]
    condition = parsed(given)
    around = {
        "parameters": given.get("parameters", {}),
        "context": given.get("context", {}),
        "resource_type": given.get("type"),
    }
    assert case["want"] in {*WORDS.values(), "error"}
    said = []
    for judge in (compiled, interpreted):
        try:
            said.append(WORDS[judge(condition, given["row"], around)])
        except EvaluationError:
            said.append("error")
    told = explain_condition(condition, given["row"], **around)
    said.append("error" if told.result is None else WORDS[told.result])
    assert said == [case["want"]] * 3


@pytest.mark.parametrize("case", cases("want_error"))
def test_a_rule_has_the_faults_its_case_wants(case: dict[str, Any]) -> None:
    with pytest.raises(ConditionError) as caught:
        parsed(case["given"])
    found = [{"slug": f.slug, "at": pointer_text(f.pointer)} for f in caught.value.faults]
    assert found == case["want_error"]


def test_names_of_cases_are_unique() -> None:
    names = [param.id for wanted in ("want", "want_error") for param in cases(wanted)]
    assert len(set(names)) == len(names) > 150
