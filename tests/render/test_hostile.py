from __future__ import annotations

import csv
import functools
import io
import re

import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from tests.formats_room.hostile import ATTACKS, texts
from tests.render.pages import Page, templates, written
from tests.render.runs import hostile

FORMULA = re.compile('[\\s\ufeff\u200b"]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212]')
REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shape(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(sorted(given))) for tag, given in page.tags]


def report_of(text: str) -> dict[str, bytes]:
    """One page of each kind, with the text in every place."""
    return written(hostile(text), system="ehr-prod", frameworks=("nist-800-53-r5",))


@functools.cache
def usual() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return {
        name: shape(Page(data.decode()))
        for name, data in report_of("x").items()
        if name.endswith(".html")
    }


def check_page(name: str, page: str) -> None:
    read = Page(page)
    # the very same elements with the very same attributes: nothing was let in
    assert shape(read) == usual()[name]
    for link in read.links:
        assert link.startswith("#") or re.fullmatch(r"[a-z0-9-]+\.(?:html|csv|json)(?:#.*)?", link)
    assert not REFUSED.search(page)
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    assert "<" not in style.replace("<=", "")
    assert page.count("<style") == page.count("</style") == 1
    assert page.count("<script") == page.count("</script") == 1
    held = page[page.index("<script>") + 8 : page.index("</script>")]
    assert held == templates().script()[0]


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
    made = report_of(_storable(text))
    for name, data in made.items():
        if name.endswith(".html"):
            check_page(name, data.decode())
    check_csv(made["findings.csv"])
    check_csv(made["requirements.csv"])
    orjson.loads(made["report.json"])


def _storable(text: str) -> str:
    """What a run folder can hold: it is UTF-8, so no lone surrogates."""
    return text.encode("utf-8", "replace").decode()
