from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from attestgraph.formats.terminal import escape
from tests.formats_room.hostile import texts

REORDERING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(texts)
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    shown = escape(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not REORDERING.intersection(shown)
    shown.encode()


@given(texts)
def test_escaping_twice_changes_nothing_more(text: str) -> None:
    assert escape(escape(text)) == escape(text)


@given(texts)
def test_only_line_feeds_are_kept_where_lines_are_wanted(text: str) -> None:
    shown = escape(text, newlines=True)
    assert shown.count("\n") == text.count("\n")
    assert shown.replace("\n", "\\n") == escape(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("kv\u202egnp.exe", "kv\\u202egnp.exe"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("Größe, 中文, 🔑, e\u0301", "Größe, 中文, 🔑, e\u0301"),
    ],
)
def test_what_is_obeyed_becomes_visible_and_all_else_stays(text: str, shown: str) -> None:
    assert escape(text) == shown
