from __future__ import annotations

import csv
import functools
import io
import re

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from tests.formats_room.hostile import ATTACKS, texts
from tests.render.pages import Page, written
from tests.render.runs import hostile

FORMULA = re.compile('[\\s\ufeff\u200b"]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212]')
REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shape(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(sorted(given))) for tag, given in page.tags]


@functools.cache
def usual() -> list[tuple[str, tuple[str, ...]]]:
    return shape(Page(written(hostile("x"))["ehr-prod.html"].decode()))


def check_page(page: str) -> None:
    read = Page(page)
    # the very same elements with the very same attributes: nothing was let in
    assert shape(read) == usual()
    for link in read.links:
        assert link.startswith("#") or re.fullmatch(r"[a-z-]+\.(?:html|csv|json)(?:#.*)?", link)
    assert not REFUSED.search(page)
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    assert "<" not in style.replace("<=", "")
    assert page.count("<style") == page.count("</style") == 1


def check_csv(data: bytes) -> None:
    text = data.decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), strict=True) for cell in row]
    for at in (";", "\t"):
        cells += [part for line in text.splitlines() for part in line.split(at)[1:]]
    assert not [cell for cell in cells if FORMULA.match(cell)]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_attack_leaves_the_place_it_was_put(text: str) -> None:
    _check(text)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts)
def test_no_text_leaves_the_place_it_was_put(text: str) -> None:
    _check(text)


def _check(text: str) -> None:
    made = written(hostile(_storable(text)))
    check_page(made["ehr-prod.html"].decode())
    check_csv(made["findings.csv"])
    check_csv(made["requirements.csv"])
    orjson.loads(made["report.json"])


def _storable(text: str) -> str:
    """What a run folder can hold: it is UTF-8, so no lone surrogates."""
    return text.encode("utf-8", "replace").decode()
