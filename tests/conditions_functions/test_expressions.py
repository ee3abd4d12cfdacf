"""The tokenizer and parser: faults with places, round trips, and no text that breaks them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from attestgraph.conditions.errors import ConditionError, UnknownValueError
from attestgraph.conditions.expressions import (
    MOST_LENGTH,
    MOST_NESTING,
    Environment,
    Index,
    Literal,
    Node,
    Property,
    call,
    compile_expression,
    current_names,
    field_names,
    format_template,
    interpret_expression,
    is_expression,
    parameter_names,
    parse_template,
)
from attestgraph.conditions.functions import functions
from attestgraph.conditions.values import MISSING

HERE = Path(__file__).resolve().parent
FAULTS = yaml.safe_load((HERE / "faults.yaml").read_text(encoding="utf-8"))
INTEGERS = st.integers(-(2**63), 2**63 - 1)
LITERALS = st.builds(
    lambda value: Literal(value=value),
    st.none()
    | st.booleans()
    | INTEGERS
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["name", "list", "2024-01-15T12:00:00Z", "10.0.0.0/8", "{0}", "'", "ß", "İ"]),
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True)


def calls(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Calls of the table's functions with a number of arguments that fits."""

    def build(data: tuple[str, list[Node]]) -> Node:
        entry = functions()[data[0]]
        most = 4 if entry.most is None else entry.most
        count = min(most, max(entry.least, len(data[1])))
        count += count % 2 if entry.paired else 0
        filled = [*data[1], *[Literal(value="x")] * 4]
        return call(entry.name, *filled[:count])

    made = st.tuples(st.sampled_from(sorted(functions())), st.lists(children, max_size=4)).map(
        build
    )
    return st.one_of(
        made,
        st.builds(lambda target, name: Property(target=target, name=name), made, NAMES),
        st.builds(lambda target, index: Index(target=target, index=index), made, children),
    )


NODES = st.recursive(LITERALS, calls, max_leaves=12)


@pytest.mark.parametrize("case", FAULTS, ids=[case["says"] for case in FAULTS])
def test_a_malformed_expression_is_refused_at_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_template(case["says"])
    fault = caught.value.faults[0]
    assert (fault.slug, fault.offset) == (case["slug"], case["at"])
    assert fault.pointer == ()
    assert case.get("remedy", "") in (fault.help or "")


def test_all_faults_of_names_are_told_at_once() -> None:
    with pytest.raises(ConditionError) as caught:
        parse_template("[concat(lenght('a'), guid('b'), substring('c'))]")
    slugs = [fault.slug for fault in caught.value.faults]
    assert slugs == ["unknown-function", "function-not-allowed", "wrong-arity"]


@given(NODES)
def test_what_is_written_is_read_back(node: Node) -> None:
    assert parse_template(format_template(node)) == node


@given(st.text(max_size=60) | st.text("[]()'.,0e+- aif", max_size=60))
@example("[" + "a" * 50)
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"[{text}]"):
        try:
            node = parse_template(candidate)
        except ConditionError as error:
            assert all(fault.offset is not None for fault in error.faults)  # noqa: PT017
        else:
            assert parse_template(format_template(node)) == node


@given(NODES)
def test_closure_and_interpreter_say_the_same(node: Node) -> None:
    row = {"name": "web-1", "list": ["a", 1, None], "subscriptionId": "s"}
    context = {"utcNow": "2026-03-01T12:30:15Z", "policy": {"x": [1]}}
    parameters = {"name": "p"}

    def read(name: str | None) -> Any:
        return lambda found, _scope: found.get(name, MISSING)

    def closure() -> Any:
        return compile_expression(
            node, parameters=parameters, context=context, read_field=read, read_current=read
        )(row, ())

    def oracle() -> Any:
        environment = Environment(
            parameters=parameters,
            context=context,
            row=row,
            read_field=lambda name: row.get(name, MISSING),
            read_current=lambda name: row.get(name or "", MISSING),
        )
        return interpret_expression(node, environment)

    assert settled(closure) == settled(oracle)


def settled(evaluate: Any) -> tuple[str, str]:
    """What an evaluation ends in, as texts that compare kinds too."""
    try:
        return "value", repr(evaluate())
    except UnknownValueError:
        return "unknown", ""
    except ConditionError as error:
        return "error", str(error)


@pytest.mark.parametrize(
    "text",
    [
        "[" + "not(" * 5_000 + ")" * 5_000 + "]",
        "[" + "concat('a')" + "[0]" * 8_000 + "]",
        "[" + "concat('a')" + ".a" * 8_000 + "]",
        "[concat(" + "'a'," * 6_000 + "'a')]",
        "['" + "''" * 12_000 + "']",
        "[" + "[" * 20_000 + "]",
        "[" + "1" * 20_000 + "]",
        "[1." + "1" * 20_000 + "]",
        "[" + "a" * 20_000 + "()]",
        "[" + " " * 20_000 + "]",
        "[" + "'" * 10_000_000 + "]",
        "[" * 10_000_000,
    ],
    ids=range(12),
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    start = time.process_time()
    try:
        parse_template(text)
    except ConditionError as error:
        assert len(str(error)) < 500  # noqa: PT017
    assert time.process_time() - start < 2


def test_the_bounds_are_where_they_are_said_to_be() -> None:
    fits = MOST_NESTING - 1
    parse_template("[" + "not(" * fits + "true" + ")" * fits + "]")
    with pytest.raises(ConditionError, match="nested deeper"):
        parse_template("[" + "not(" * MOST_NESTING + "true" + ")" * MOST_NESTING + "]")
    parse_template("[createArray()" + "[0]" * fits + "]")
    with pytest.raises(ConditionError, match="members of members"):
        parse_template("[createArray()" + "[0]" * MOST_NESTING + "]")
    parse_template("['" + "a" * (MOST_LENGTH - 4) + "']")
    with pytest.raises(ConditionError, match="more than"):
        parse_template("['" + "a" * (MOST_LENGTH - 3) + "']")


def test_names_that_are_read_are_told_with_their_places() -> None:
    node = parse_template("[concat(field('a'), parameters('p'), current(), current('c'), 'x')]")
    assert field_names(node) == (("a", 14),)
    assert parameter_names(node) == (("p", 31),)
    assert current_names(node) == ((None, 37), ("c", 56))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("[a()]", True),
        ("[[a()]", False),
        ("[a()", False),
        ("a()]", False),
        ("[]", True),
        ("", False),
    ],
)
def test_only_bracketed_text_is_an_expression(text: str, answer: object) -> None:
    assert is_expression(text) is answer
