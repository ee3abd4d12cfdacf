from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from attestgraph.formats import markup
from attestgraph.formats.terminal import escape as escape_control
from tests.formats_room.hostile import texts

REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Pieces(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@given(texts)
def test_html_reads_it_back_as_text_and_as_an_attribute(text: str) -> None:
    kept = REFUSED.sub("\ufffd", text)
    pieces = Pieces()
    pieces.feed(f"<p title=\"{markup.escape(text)}\" lang='{markup.escape(text)}'>")
    pieces.feed(f"{markup.escape(text)}</p>")
    pieces.close()
    assert pieces.tags == [("p", [("title", kept), ("lang", kept)])]
    assert pieces.text == kept


@given(texts)
def test_xml_reads_it_back(text: str) -> None:
    made = ET.fromstring(f'<a b="x{markup.escape(text)}">{markup.escape(text)}</a>')  # noqa: S314
    kept = REFUSED.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    assert (made.text or "") == kept
    assert len(made) == 0


@given(texts)
def test_a_css_string_ends_only_where_it_is_ended(text: str) -> None:
    made = markup.css_string(text)
    inside = made[1:-1]
    assert made[0] == made[-1] == '"'
    assert re.fullmatch(r"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*", inside)
    back = re.sub(r"\\([0-9a-f]{1,6}) ", lambda m: chr(int(m.group(1), 16)), inside)
    assert back == escape_control(text)


@given(texts)
def test_an_anchor_is_a_plain_name(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", markup.anchor(text))


@pytest.mark.parametrize(
    ("parts", "name"),
    [(("r", "AC-2(1)"), "r-ac-2-1"), (("../../etc",), "etc"), (("",), "x"), (("中",), "x")],
)
def test_an_anchor_keeps_letters_and_digits(parts: tuple[str, ...], name: str) -> None:
    assert markup.anchor(*parts) == name


def test_taken_names_are_numbered() -> None:
    taken = {"a"}
    assert [markup.unique("a", taken) for _ in range(2)] == ["a-2", "a-3"]
    assert taken == {"a", "a-2", "a-3"}
