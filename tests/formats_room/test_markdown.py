from __future__ import annotations

import html

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from attestgraph.formats import markdown
from attestgraph.formats.terminal import escape as escape_control
from tests.formats_room.hostile import texts


@given(texts)
def test_a_renderer_shows_the_text_and_nothing_else(text: str) -> None:
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    table = f"| a | b |\n|---|---|\n| x{markdown.escape(text)}x | y |\n"
    made = rendered.render(table)
    shown = html.escape(f"x{escape_control(text)}x", quote=False).replace('"', "&quot;")
    assert made.count("<td>") == 2
    assert f"<td>{shown}</td>" in made


@given(texts)
def test_a_code_span_holds_all_of_the_text(text: str) -> None:
    made = MarkdownIt("commonmark").render(f"x {markdown.code(text)} y")
    shown = escape_control(text).replace("|", "\uff5c")
    inside = made.partition("<code>")[2].rpartition("</code>")[0]
    assert made.count("<code>") == 1
    assert html.unescape(inside).strip() == shown.strip()


@pytest.mark.parametrize(
    ("text", "written"),
    [("kv", "`kv`"), ("a`b", "`` a`b ``"), ("", "`  `"), ("a|b", "`a\uff5cb`")],
)
def test_a_fence_is_longer_than_any_inside(text: str, written: str) -> None:
    assert markdown.code(text) == written
