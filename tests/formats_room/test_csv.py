from __future__ import annotations

import csv as reader
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from attestgraph.formats import csv
from tests.formats_room.hostile import texts

FORMULA = re.compile('[\\s\ufeff\u200b"]*[=+\\-@|%\uff1d\uff0b\uff0d\uff20\u2212]')
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read(line: str, delimiter: str = ",") -> list[str]:
    return next(reader.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True))


@given(st.lists(texts, min_size=2, max_size=4))
def test_a_reader_gets_back_each_text(fields: list[str]) -> None:
    line = ",".join(csv.cell(text) for text in fields) + "\r\n"
    kept = [CONTROLS.sub("\ufffd", text) for text in fields]
    assert [csv.plain(field) for field in read(line)] == kept


@given(texts, texts)
@example("a;=1+1", "x")
@example("a\t@SUM(A1)", "\r=1")
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(before: str, text: str) -> None:
    line = f"{csv.cell(before)},{csv.cell(text)}"
    cells = read(line)
    # a spreadsheet of another locale splits at these, even between our quotes
    for at in (";", "\t", "\n", "\r"):
        cells += line.split(at)[1:]
    assert not [cell for cell in cells if FORMULA.match(cell)]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, ""),
        (-3, "-3"),
        (True, "true"),
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('say "x"', '"say ""x"""'),
        ("=1", "'=1"),
        ("-1", "'-1"),
        ("'=1", "''=1"),
        (" padded", '" padded"'),
        ("a;=1", '"a;\'=1"'),
        ("2026-11-01", "2026-11-01"),
        ("\x00", "\ufffd"),
    ],
)
def test_a_value_is_written_in_one_form(value: csv.Value, field: str) -> None:
    assert csv.cell(value) == field


def test_rows_end_in_cr_lf_and_miss_no_column() -> None:
    written = list(csv.lines(("a", "b"), [{"b": 1, "a": "x", "c": "left out"}]))
    assert written == ["a,b\r\n", "x,1\r\n"]
    with pytest.raises(KeyError):
        list(csv.lines(("a", "b"), [{"a": "x"}]))
