"""What every function gives, by compiled closure and by interpreter alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from attestgraph.conditions.errors import ConditionError, EvaluationError, UnknownValueError
from attestgraph.conditions.expressions import (
    Environment,
    Reader,
    compile_expression,
    interpret_expression,
    parse_template,
)
from attestgraph.conditions.functions import functions, refused
from attestgraph.conditions.values import MISSING

HERE = Path(__file__).resolve().parent
ROW: dict[str, Any] = {
    "name": "web-1",
    "count": 3,
    "list": ["a", "b"],
    "nested": {"Key": {"inner": 1}},
    "nil": None,
    "subscriptionId": "sub-1",
    "resourceGroup": "rg-1",
    "secret": {"$redacted": True},
    "bag": {"open": 1, "shut": {"$redacted": True}},
}
PARAMETERS: dict[str, Any] = {"limit": 90}
CONTEXT: dict[str, Any] = {
    "utcNow": "2026-03-01T12:30:15.1234567Z",
    "policy": {"assignmentId": "a-1"},
}


def read(name: str | None) -> Reader:
    return lambda row, _scope: row.get(name, MISSING)


def compiled(text: str, row: dict[str, Any] = ROW) -> Any:
    return compile_expression(
        parse_template(text),
        parameters=PARAMETERS,
        context=CONTEXT,
        read_field=read,
        read_current=read,
    )(row, ())


def interpreted(text: str, row: dict[str, Any] = ROW) -> Any:
    environment = Environment(
        parameters=PARAMETERS,
        context=CONTEXT,
        row=row,
        read_field=lambda name: read(name)(row, ()),
        read_current=lambda name: read(name)(row, ()),
    )
    return interpret_expression(parse_template(text), environment)


def cases() -> list[Any]:
    families = yaml.safe_load((HERE / "values.yaml").read_text(encoding="utf-8"))
    return [
        pytest.param(case, id=f"{family}: {case['says'][:60]}")
        for family, found in families.items()
        for case in found
    ]


@pytest.mark.parametrize("evaluate", [compiled, interpreted])
@pytest.mark.parametrize("case", cases())
def test_a_function_gives_what_is_written(
    case: dict[str, Any], evaluate: Callable[[str], Any]
) -> None:
    assert set(case) in ({"says", "gives"}, {"says", "fails"})
    if "fails" in case:
        with pytest.raises(EvaluationError) as caught:
            evaluate(case["says"])
        assert caught.value.faults[0].slug == case["fails"]
        assert caught.value.offset is not None
    else:
        got = evaluate(case["says"])
        assert got == case["gives"]
        assert type(got) is type(case["gives"])


def test_every_function_of_the_table_has_a_case() -> None:
    text = (HERE / "values.yaml").read_text(encoding="utf-8").lower()
    elsewhere = {"requestcontext", "uniquestring"}
    missing = [name for name in functions() if f"{name}(" not in text and name not in elsewhere]
    assert missing == []


def test_no_function_is_both_allowed_and_refused() -> None:
    assert not functions().keys() & refused().keys()


@pytest.mark.parametrize("name", sorted(refused()))
def test_a_refused_function_says_why(name: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_template(f"[{name}('a')]")
    assert caught.value.faults[0].slug == "function-not-allowed"
    assert caught.value.faults[0].help == refused()[name]


@pytest.mark.parametrize(
    "text",
    [
        "[field('secret')]",
        "[length(field('secret'))]",
        "[field('secret').a]",
        "[field('bag').shut]",
        "[string(field('bag'))]",
        "[equals(field('bag'), createObject())]",
        "[coalesce(field('secret'), 'a')]",
        "[if(field('secret'), 1, 2)]",
        "[requestContext().apiVersion]",
        "[uniqueString('a', 'b')]",
        "[resourceGroup().tags]",
        "[string(subscription())]",
    ],
)
@pytest.mark.parametrize("evaluate", [compiled, interpreted])
def test_what_is_redacted_or_not_in_evidence_is_unknown(
    text: str, evaluate: Callable[[str], Any]
) -> None:
    with pytest.raises(UnknownValueError):
        evaluate(text)


@pytest.mark.parametrize("evaluate", [compiled, interpreted])
def test_a_known_member_beside_a_redacted_one_is_known(evaluate: Callable[[str], Any]) -> None:
    assert evaluate("[field('bag').open]") == 1


@pytest.mark.parametrize("evaluate", [compiled, interpreted])
def test_a_missing_field_alone_stays_missing(evaluate: Callable[[str], Any]) -> None:
    assert evaluate("[field('none')]") is MISSING
    assert evaluate("[if(true, field('none'), 1)]") is MISSING


def test_a_row_without_ids_gives_no_subscription() -> None:
    for evaluate in (compiled, interpreted):
        with pytest.raises(UnknownValueError):
            evaluate("[subscription().subscriptionId]", {})


def test_constants_are_folded_once() -> None:
    asked: list[str | None] = []

    def reader(name: str | None) -> Reader:
        asked.append(name)
        return lambda _row, _scope: name

    run = compile_expression(
        parse_template("[concat(field(concat('a', 'b')), toUpper('x'))]"),
        parameters={},
        context={},
        read_field=reader,
        read_current=reader,
    )
    assert asked == ["ab"]
    assert [run({}, ()), run({}, ())] == ["abX", "abX"]
    assert asked == ["ab"]


def test_a_constant_that_fails_does_so_only_where_it_is_evaluated() -> None:
    run = compile_expression(
        parse_template("[if(field('count'), substring('a', 5), 'fine')]"),
        parameters={},
        context={},
        read_field=read,
        read_current=read,
    )
    assert run({"count": False}, ()) == "fine"
    for _ in range(2):
        with pytest.raises(EvaluationError, match="substring"):
            run({"count": True}, ())


def test_output_grows_to_one_mebibyte_and_no_further() -> None:
    nested = "'aaaaaaaaaaaaaaaa'"
    for _ in range(6):
        nested = f"replace({nested}, 'a', 'aaaaaaaaaaaaaaaa')"
    with pytest.raises(EvaluationError, match="1 MiB"):
        compiled(f"[{nested}]")
    assert len(compiled("[format('{0,1048576}', 'a')]")) == 1048576
    assert len(compiled("[padLeft('a', 1048576)]")) == 1048576
    for text in ("[padLeft('é', 1048576)]", "[format('{0,1048576}{0}', 'a')]"):
        with pytest.raises(EvaluationError, match="1 MiB"):
            compiled(text)


def test_json_nested_without_end_is_an_error_and_no_crash() -> None:
    deep = "[" * 10_000
    with pytest.raises(EvaluationError, match="nested deeper"):
        compiled(f"[json('{deep}')]")
