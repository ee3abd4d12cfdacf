"""Recorded and documented answers of Azure, where they are beside the repository."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from attestgraph.content import schema_file
from attestgraph.diagnostics import InputError
from attestgraph.model.ids import id_key
from tests.convert.given import refused, resources, states, stored, table

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "azure" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
STATE_FILES = sorted((SAMPLES / "api" / "policystates").glob("*_Query*.json"))
SUMMARIES = sorted((SAMPLES / "api" / "policystates").glob("*_Summarize*.json"))
COMPONENT_FILES = sorted((SAMPLES / "api" / "componentpolicystates").glob("*.json"))


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def body(path: Path) -> Any:
    return load(path)["responses"]["200"]["body"]


def real_rows() -> list[dict[str, Any]]:
    files = sorted((SAMPLES / "resources").glob("*.json"))
    return [row for path in files for row in load(path).get("realRows", [])]


def test_the_recorded_rows_are_imported_whole(tmp_path: Path) -> None:
    rows = real_rows()
    assert len(rows) == 274
    done = resources(tmp_path, "\n".join(json.dumps(row) for row in rows))
    assert sum(t.rows + t.duplicates for t in done.tables) == 274
    seen: Counter[str] = Counter()
    for made in done.tables:
        for key, _, text in stored(tmp_path, "id_key", "redacted", "properties", name=made.name):
            seen[key] += 1
            assert isinstance(json.loads(text), dict)
    assert set(seen) == {id_key(row["id"]) for row in rows}
    conflicts = sum(count > 1 for count in seen.values())
    assert [d.slug for d in done.diagnostics] == ["conflicting-rows"] * conflicts
    document = load(tmp_path / "s" / "snapshot.json")
    schema = load(schema_file("snapshot"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert {t["complete"] for t in document["tables"]} == {"unknown"}


def test_properties_of_recorded_rows_are_kept_as_they_were(tmp_path: Path) -> None:
    wanted = {
        id_key(row["id"]): row["properties"]
        for row in real_rows()
        if row["type"] == "microsoft.keyvault/vaults"
    }
    rows = [r for r in real_rows() if r["type"] == "microsoft.keyvault/vaults"]
    resources(tmp_path, rows)
    found = {key: json.loads(text) for key, text in stored(tmp_path, "id_key", "properties")}
    same = [key for key in wanted if found[key] == wanted[key]]
    assert len(same) >= len(wanted) - 1
    assert len(wanted) >= 3


@pytest.mark.parametrize("path", STATE_FILES, ids=lambda p: p.stem)
def test_answers_of_the_policy_states_api_are_imported(tmp_path: Path, path: Path) -> None:
    answer = body(path)
    done = states(tmp_path, answer, scopes=["/"])
    components = sum(
        "id" in part for record in answer["value"] for part in record.get("components", [])
    )
    made = table(done, "policystates")
    assert made.rows + made.duplicates == len(answer["value"]) + components
    words = {row[0] for row in stored(tmp_path, "state", name="policystates")}
    assert words <= {"compliant", "noncompliant"}
    if "@odata.nextLink" not in answer:
        assert made.complete == "unknown"


@pytest.mark.parametrize("path", SUMMARIES, ids=lambda p: p.stem)
def test_summaries_are_no_states(tmp_path: Path, path: Path) -> None:
    assert {f.slug for f in refused(tmp_path, body(path), of_states=True)} == {"row-fault"}


@pytest.mark.parametrize("path", COMPONENT_FILES, ids=lambda p: p.stem)
def test_component_states_are_imported_or_refused_as_aggregations(
    tmp_path: Path, path: Path
) -> None:
    answer = body(path)
    if "Aggregate" in path.stem:
        refused(tmp_path, answer, of_states=True)
        return
    states(tmp_path, answer)
    found = stored(tmp_path, "component_id", "component_type", name="policystates")
    assert len(found) == len(answer["value"])
    given = [record.get("componentId") for record in answer["value"]]
    assert sum(component is not None for component, _ in found) == sum(map(bool, given))
    assert any(given)


@pytest.mark.parametrize("word", ["storage", "vm"])
def test_recorded_table_answers_are_imported_and_say_that_rows_were_cut(
    tmp_path: Path, word: str
) -> None:
    (path,) = (SAMPLES / "api" / "resourcegraph").glob(f"recorded_*_{word}_*.json")
    answer = load(path)
    done = table(resources(tmp_path, answer, scopes=["/"]))
    assert (done.rows, str(done.complete)) == (1, "false")
    ((text,),) = stored(tmp_path, "properties")
    names = [column["name"] for column in answer["body"]["data"]["columns"]]
    recorded = answer["body"]["data"]["rows"][0][names.index("properties")]
    assert json.loads(text) == recorded
    whole = {**answer["body"], "totalRecords": 1, "count": 1}
    (tmp_path / "more").mkdir()
    assert table(resources(tmp_path / "more", whole, scopes=["/"])).complete == "true"


def test_an_answer_that_hit_the_subscription_limit_is_incomplete(tmp_path: Path) -> None:
    answer = load(SAMPLES / "api" / "resourcegraph" / "subscription_limit_hit.json")
    done = resources(tmp_path, answer, scopes=["/"])
    assert {str(t.complete) for t in done.tables} == {"false"}


def test_an_answer_that_was_truncated_is_incomplete(tmp_path: Path) -> None:
    answer = load(SAMPLES / "api" / "resourcegraph" / "truncated_no_skiptoken.json")
    # the sample has a note where its 1,000 rows would be
    answer["body"]["data"] = real_rows()[:1]
    done = resources(tmp_path, answer, scopes=["/"], declared=("Ana", "sure"))
    assert {str(t.complete) for t in done.tables} == {"false"}


def test_a_throttled_answer_is_an_error(tmp_path: Path) -> None:
    answer = load(SAMPLES / "api" / "resourcegraph" / "throttled_429.json")
    assert [f.slug for f in refused(tmp_path, answer)] == ["error-answer"]


def test_answers_without_whole_rows_are_refused(tmp_path: Path) -> None:
    names = ("ResourcesSummarizeQuery", "ResourcesComplexQuery", "2019-04-01_ResourcesAliasQuery")
    for name in names:
        with pytest.raises(InputError):
            resources(tmp_path, body(SAMPLES / "api" / "resourcegraph" / f"{name}.json"))
