"""Files are read strictly: what is wrong is said at its line and column, and nothing is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestgraph.convert import import_resources
from attestgraph.convert.reading import Limits, read_answers
from attestgraph.convert.scan import faults_in, suspicious
from attestgraph.diagnostics import Diagnostic, InputError
from tests.convert.given import AT, graph, refused, resources, save, state, stored, vault

NAMES = [("kv1",), ("kv2",)]


def ndjson(*rows: Any) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def as_table(*rows: dict[str, Any]) -> dict[str, Any]:
    names = list(rows[0])
    return {
        "totalRecords": len(rows),
        "count": len(rows),
        "resultTruncated": "false",
        "data": {
            "columns": [{"name": name, "type": "object"} for name in names],
            "rows": [[row[name] for name in names] for row in rows],
        },
    }


@pytest.mark.parametrize(
    "documents",
    [
        [graph(vault("kv1"), vault("kv2"))],
        [as_table(vault("kv1"), vault("kv2"))],
        [{"status": 200, "headers": {}, "body": as_table(vault("kv1"), vault("kv2"))}],
        [[vault("kv1"), vault("kv2")]],
        [json.dumps([vault("kv1"), vault("kv2")])],
        [ndjson(vault("kv1"), vault("kv2"))],
        ["\n\n" + ndjson(vault("kv1")) + "\n\n" + ndjson(vault("kv2")) + "\n"],
        ["\ufeff" + ndjson(vault("kv1"), vault("kv2"))],
        ["\ufeff" + json.dumps(graph(vault("kv1"), vault("kv2")))],
        [ndjson(graph(vault("kv1")), graph(vault("kv2")))],
        [{"value": [vault("kv1"), vault("kv2")], "nextLink": None}],
        [graph(vault("kv1")), graph(vault("kv2"))],
        [vault("kv1"), ndjson(vault("kv2"))],
    ],
    ids=[
        "az graph query",
        "table",
        "recorded",
        "array",
        "array on one line",
        "ndjson",
        "ndjson with blank lines",
        "ndjson with a mark",
        "document with a mark",
        "pages one a line",
        "arm list",
        "two files",
        "single rows",
    ],
)
def test_every_form_of_an_export_gives_the_same_rows(tmp_path: Path, documents: list[Any]) -> None:
    resources(tmp_path, *documents)
    assert stored(tmp_path, "name") == NAMES


def only(found: tuple[Diagnostic, ...]) -> tuple[str, int | None, int | None]:
    (fault,) = found
    span = fault.span
    return fault.slug, span.line if span else None, span.column if span else None


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("", ("empty-file", None, None)),
        (" \n\t\n", ("empty-file", None, None)),
        ("\ufeff", ("empty-file", None, None)),
        ('{"data": [\n  {"id": "a', ("bad-json", 2, 12)),
        ('[{"id": "/a"},]', ("bad-json", 1, 14)),
        ('[{"id": NaN}]', ("bad-json", 1, 9)),
        ('["\\ud800"]', ("bad-json", 1, 3)),
        ('{"id": "/a"}\n{"id": }', ("bad-json", 2, 8)),
        (b'{"id": "/a",\n "name": "caf\xe9"}', ("not-utf8", 2, 14)),
        ('{"id": "/a"}'.encode("utf-16"), ("not-utf8", None, None)),
        ('[{"id": "/a",\n  "id": "/b"}]', ("duplicate-key", 2, 3)),
        ('[{"properties": {"Tls": 1,\n  "tLs": 2}}]', ("duplicate-key", 2, 3)),
        ('[{"é": {"a": 1, "\\u0061": 2}}]', ("duplicate-key", 1, 17)),
        ('[{"id": "a\\u0000b"}]', ("null-character", 1, 9)),
        ('[{"n": 18446744073709551616}]', ("number-too-large", 1, 8)),
        ('[{"n": -9223372036854775809}]', ("number-too-large", 1, 8)),
        ('{"id": "/a"}\n\n{"a": 1, "a": 2}', ("duplicate-key", 3, 10)),
        ("3", ("unknown-form", None, None)),
        ('{"columns": []}', ("unknown-form", None, None)),
        ('{"data": {"rows": 1}}', ("unknown-form", None, None)),
        ('{"error": {"code": "RateLimiting"}}', ("error-answer", None, None)),
        ('{"status": 429, "body": {"value": []}}', ("error-answer", None, None)),
        ("[" * 300 + "]" * 300, ("nested-too-deep", 1, 111)),
        ("[" * 2000, ("bad-json", 1, 1026)),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    tmp_path: Path, text: Any, want: tuple[str, int | None, int | None]
) -> None:
    assert only(refused(tmp_path, text)) == want


def test_a_duplicate_key_names_the_row(tmp_path: Path) -> None:
    text = json.dumps(graph(vault("a"), vault("b"))).replace(
        '"name": "b"', '"name": "b", "name": "c"'
    )
    (fault,) = refused(tmp_path, text)
    assert fault.message == "row 2: `name` is written twice in one object"


def test_all_faults_of_a_text_are_said_at_once(tmp_path: Path) -> None:
    text = '[{"id": "/a", "id": "/b"},\n {"n": 99999999999999999999},\n {"t": "\\u0000"}]'
    found = refused(tmp_path, text)
    assert [(f.slug, f.span.line if f.span else 0) for f in found] == [
        ("duplicate-key", 1),
        ("number-too-large", 2),
        ("null-character", 3),
    ]


@pytest.mark.parametrize(
    "properties",
    [
        {"text": 'a\\"b', "other": '"\\'},
        {"text": "\\u0000"},
        {"n": 18446744073709551615, "m": -9223372036854775808, "f": 1e300},
        {"text": '{"a": 1, "a": 2}'},
        {"text": "18446744073709551616"},
        {"İ": 1, "i": 2},
    ],
)
def test_what_only_looks_wrong_is_kept_as_it_is(tmp_path: Path, properties: dict[str, Any]) -> None:
    resources(tmp_path, [vault(properties=properties)])
    ((text,),) = stored(tmp_path, "properties")
    assert json.loads(text) == properties


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    for path, slug in ((tmp_path / "nowhere.json", "missing-file"), (tmp_path, "unreadable-file")):
        with pytest.raises(InputError) as caught:
            import_resources([path], tmp_path / "s", scopes=(), declared=None, at=AT)
        assert [d.slug for d in caught.value.diagnostics] == [slug]
        assert not (tmp_path / "s").exists()


def test_a_document_and_a_line_have_a_largest_size(tmp_path: Path) -> None:
    small = Limits(document=50, line=100)
    (document,) = save(tmp_path, graph(vault()))
    with pytest.raises(InputError) as caught:
        list(read_answers(document, limits=small))
    assert [d.slug for d in caught.value.diagnostics] == ["export-too-large"]
    (lines,) = save(tmp_path, '{"id": "/a"}\n' + json.dumps(vault()))
    with pytest.raises(InputError) as caught:
        [list(answer.rows) for answer in read_answers(lines, limits=small)]
    (fault,) = caught.value.diagnostics
    assert fault.slug == "export-too-large"
    assert fault.span is not None
    assert fault.span.line == 2


def test_ndjson_of_any_length_is_read_row_by_row(tmp_path: Path) -> None:
    (path,) = save(tmp_path, "\n".join(['{"id": "/a"}'] * 50))
    (answer,) = read_answers(path, limits=Limits(document=20, line=100))
    assert sum(1 for _ in answer.rows) == 50


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", '"', "\\", '\\"', "é", "a b:"]), inner)
    ),
    max_leaves=20,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
@settings(max_examples=300)
def test_sound_json_is_never_suspected_of_repeating_a_key(
    value: Any,
    ascii_only: bool,  # noqa: FBT001 - drawn
    indent: int | None,
) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert faults_in(data) == []
    quick = orjson.dumps(value)
    assert not suspicious(quick, value) or b"e1" in quick or b"e+" in quick or b"e2" in quick


@given(JSON, st.sampled_from(["k", '"', "\\", "é"]), JSON, JSON)
@settings(max_examples=300)
def test_a_repeated_key_is_always_suspected_and_found(
    outer: Any, key: str, one: Any, other: Any
) -> None:
    name = json.dumps(key)
    inner = f"{{{name}: {json.dumps(one)}, {name}: {json.dumps(other)}}}"
    data = f'{{"outer": {json.dumps(outer)}, "x": [1, {inner}]}}'.encode()
    assert suspicious(data, orjson.loads(data))
    assert [fault.slug for fault in faults_in(data)] == ["duplicate-key"]


def test_rows_of_the_other_kind_are_refused(tmp_path: Path) -> None:
    assert {f.slug for f in refused(tmp_path, [state()])} == {"row-fault"}
    assert {f.slug for f in refused(tmp_path, [vault()], of_states=True)} == {"row-fault"}
