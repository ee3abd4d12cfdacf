"""The reader of YAML: positions, limits, and what it refuses."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from attestgraph.load.nodes import Members, Node, Scalar, Sequence
from attestgraph.load.reader import MOST_DEPTH, MOST_NODES, read_yaml
from attestgraph.load.scalars import core_value, free_value, integer_of


def _value(text: str, *, floats: bool = False) -> Any:
    document, faults = read_yaml(text.encode(), "f.yaml")
    assert not faults
    assert document is not None
    return free_value(document.root, floats=floats)


def _slugs(data: bytes) -> list[str]:
    return [d.slug for d in read_yaml(data, "f.yaml")[1]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("012", 12),
        ("1:30", "1:30"),
        ("0o17", 15),
        ("0x1F", 31),
        ("+3", 3),
        ("1_000", "1_000"),
        ("2026-11-01", "2026-11-01"),
        ("3.10", "3.10"),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", "9223372036854775808"),
        ("-9223372036854775808", -9223372036854775808),
        ("true", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("~", None),
        ("", None),
        ("null", None),
        ("'true'", "true"),
        ('"1"', "1"),
        (".nan", ".nan"),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = _value(f"a: {written}")["a"]
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize(
    ("written", "meant"), [("3.10", 3.1), ("1e3", 1000.0), ("-.5", -0.5), ("9e999", "9e999")]
)
def test_a_fraction_is_a_number_only_in_conditions(written: str, meant: object) -> None:
    assert _value(f"a: {written}", floats=True)["a"] == meant
    assert _value(f"a: {written}")["a"] == written


def test_places_count_characters_from_one_and_end_after_the_last() -> None:
    text = "é😀: [1, 'x y']\nb:\n  c: |\n    two\n    lines\n  d: {e: f}\n"
    document, faults = read_yaml(text.encode(), "f.yaml")
    assert document is not None
    assert not faults
    places = {
        pointer: document.span(pointer)
        for pointer in [("é😀",), ("é😀", 1), ("b",), ("b", "d"), ("b", "d", "e")]
    }
    found = {p: (s.line, s.column, s.end_line, s.end_column) for p, s in places.items()}
    assert found == {
        ("é😀",): (1, 5, 1, 15),
        ("é😀", 1): (1, 9, 1, 14),
        ("b",): (3, 3, 6, 12),
        ("b", "d"): (6, 6, 6, 12),
        ("b", "d", "e"): (6, 10, 6, 11),
    }
    assert document.span(("b", "d"), key=True).column == 3
    assert document.span(("b", "x", "y")) == document.span(("b",))


def test_a_byte_order_mark_and_windows_lines_are_read_over() -> None:
    document, faults = read_yaml("﻿a: 1\r\nb: x\r\n".encode(), "f.yaml")
    assert document is not None
    assert not faults
    assert free_value(document.root, floats=False) == {"a": 1, "b": "x"}
    assert document.span(("b",)).line == 2


def test_an_alias_stands_for_the_value_of_its_anchor() -> None:
    assert _value("a: &x {k: [1, 2]}\nb: *x") == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}}


def test_brackets_without_end_are_refused_at_once() -> None:
    started = time.perf_counter()
    for data in (b"[" * 200_000, b"{a: " * 50_000, b"- " * 100_000, b"? " * 100_000):
        assert _slugs(data) == ["too-deep"]
    assert time.perf_counter() - started < 5


def test_the_depth_allowed_is_read_and_one_more_is_not() -> None:
    inner = MOST_DEPTH - 2
    assert _slugs(b"a: " + b"[" * inner + b"x" + b"]" * inner) == []
    assert _slugs(b"a: " + b"[" * (inner + 1) + b"x" + b"]" * (inner + 1)) == ["too-deep"]


def test_aliases_count_as_deep_and_as_many_as_what_they_stand_for() -> None:
    deep = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))]
    assert _slugs("\n".join(deep).encode()) == ["too-deep"]
    wide = ["a0: &a0 [" + "x, " * 999 + "x]", *(f"a{n}: *a0" for n in range(1, 60))]
    assert _slugs("\n".join(wide).encode()) == ["too-many-values"]
    assert _slugs(("a: [" + "x, " * MOST_NODES + "]").encode()) == ["too-many-values"]


def test_the_first_of_two_equal_keys_is_kept_and_both_places_are_told() -> None:
    document, faults = read_yaml(b"a: 1\nb: 2\na: 3\n", "f.yaml")
    assert document is not None
    assert free_value(document.root, floats=False) == {"a": 1, "b": 2}
    assert [(d.slug, d.span and d.span.line) for d in faults] == [("duplicate-key", 3)]
    assert faults[0].help is not None
    assert "f.yaml:1:1" in faults[0].help


@pytest.mark.parametrize("data", [b"", b"\n\n", b"# only this\n", b"---\n", b"---\n...\n", b"~"])
def test_a_file_without_content_is_empty(data: bytes) -> None:
    assert _slugs(data) in (["empty-file"], ["wrong-type"])
    assert read_yaml(data, "f.yaml")[0] is None


@pytest.mark.parametrize("data", [b"\xff\xfea\0:\0", b"a: \xc3\x28", b"\xed\xa0\x80: 1"])
def test_other_encodings_are_refused(data: bytes) -> None:
    assert _slugs(data) == ["not-utf8"]


YAML_LIKE = st.lists(
    st.sampled_from(
        [
            *"[]{}:,-?*&!|>'\"%@`#\n\n\n   \t~a1",
            "a: ",
            "- ",
            "<<: ",
            "&a ",
            "*a ",
            "---\n",
            "...",
            "!!s",
        ]
    ),
    max_size=60,
).map("".join)


@given(st.one_of(st.text(), YAML_LIKE).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_no_text_makes_the_reader_raise(data: bytes) -> None:
    document, faults = read_yaml(data, "f.yaml")
    assert document is not None or faults
    for fault in faults:
        assert fault.span is not None or fault.path == "f.yaml"
        assert fault.span is None or (fault.span.line >= 1 and fault.span.column >= 1)
        assert "\n" not in fault.message


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    document, faults = read_yaml(data, "f.yaml")
    assert document is not None or faults


PLAIN = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])),
)
KEYS = st.text("abcdefghij", min_size=1, max_size=5)
VALUES = st.recursive(
    PLAIN, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), st.booleans())
def test_the_reader_agrees_with_safe_load_where_both_versions_of_yaml_agree(
    value: dict[str, Any],
    flow: bool,  # noqa: FBT001 - an example's style
) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=1000)
    # PyYAML quotes what YAML 1.1 would take for something else, and reads it back
    assert yaml.safe_load(text) == value
    if "&" not in text:
        assert _value(text) == value


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_every_node_stands_where_its_span_says(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    document, _ = read_yaml(text.encode(), "f.yaml")
    assert document is not None
    lines = text.split("\n")
    for node in _nodes(document.root):
        line, column, end_line, end_column = node.place
        assert (line, column) <= (end_line, end_column)
        if isinstance(node, Scalar) and node.plain and node.text:
            assert lines[line - 1][column - 1 : end_column - 1] == node.text


def _nodes(node: Node) -> list[Node]:
    found = [node]
    children: list[Node] = []
    if isinstance(node, Sequence):
        children = list(node.items)
    if isinstance(node, Members):
        children = [each for pair in node.pairs.values() for each in pair]
    for child in children:
        found += _nodes(child)
    return found


@given(st.integers())
def test_an_integer_beyond_64_bits_stays_text(number: int) -> None:
    inside = -(2**63) <= number <= 2**63 - 1
    assert integer_of(str(number)) == (number if inside else None)
    scalar = Scalar((1, 1, 1, 1), str(number), plain=True)
    assert core_value(scalar, floats=True) == (number if inside else str(number))
