"""The forms of CONTRACT sections 2 and 3: columns, documents, published schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from attestgraph.content import schema_file
from attestgraph.diagnostics import Diagnostic, Reason, Severity, Span
from attestgraph.evidence import FINDINGS, TABLES, Kind, connect, open_snapshot
from attestgraph.model.snapshot import (
    OTHER_TABLES,
    RESOURCE_TABLES,
    RUN_FORMAT,
    SNAPSHOT_FORMAT,
    Gap,
)
from attestgraph.model.words import Completeness, Obligation, Result, Word
from tests.evidence.given import vault, write

PUBLISHED = ("snapshot", "run", "controls", "requirements", "status", "diagnostics")
RESOURCE_COLUMNS = (
    "id_key* id* type* name* subscription_id resource_group location kind managed_by tenant_id "
    "api_version parent_key source* observed_at* sku plan tags identity zones extended_location "
    "properties extra redacted* row_sha256*"
)
STATE_COLUMNS = (
    "resource_key* resource_id resource_type subscription_id definition_key* definition_name* "
    "assignment_key* set_definition_key reference_id group_names state* state_raw effect "
    "reason_code evaluated_at component_id component_type parameters details"
)
FINDING_COLUMNS = (
    "control* check* parameters* resource_key* resource_id resource_type subscription_id outcome* "
    "reason basis exception evidence_table row_sha256 observed_at expected actual path"
)


def schema(name: str) -> Any:
    return json.loads(schema_file(name).read_text(encoding="utf-8"))


def columns(table: Any) -> str:
    return " ".join(f"{c.name}*" if c.required else c.name for c in table.columns)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_schema_is_valid_and_of_the_2020_draft(name: str) -> None:
    document = schema(name)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["title"]
    assert document["description"]


@pytest.mark.parametrize("name", RESOURCE_TABLES)
def test_resource_tables_have_the_columns_of_the_contract_in_order(name: str) -> None:
    assert columns(TABLES[name]) == RESOURCE_COLUMNS
    assert TABLES[name].order == ("type", "id_key")


def test_policy_states_and_findings_have_the_columns_of_the_contract_in_order() -> None:
    assert columns(TABLES["policystates"]) == STATE_COLUMNS
    assert TABLES["policystates"].order == (
        "definition_name",
        "resource_key",
        "assignment_key",
        "reference_id",
        "component_id",
    )
    assert columns(FINDINGS) == FINDING_COLUMNS
    assert FINDINGS.order == ("control", "check", "parameters", "resource_key")


def test_every_table_of_the_model_has_a_schema_and_no_other() -> None:
    assert set(TABLES) == {*RESOURCE_TABLES, *OTHER_TABLES}
    assert all(set(t.order) | set(t.key) <= set(t.names) for t in TABLES.values())


def test_only_times_lists_and_flags_are_no_text() -> None:
    kinds = {c.name: c.kind for table in TABLES.values() for c in table.columns}
    assert {n for n, k in kinds.items() if k is Kind.TIME} == {
        "observed_at",
        "evaluated_at",
        "expires_at",
        "assessed_at",
    }
    assert {n for n, k in kinds.items() if k is Kind.BOOLEAN} == {"redacted"}
    assert {n for n, k in kinds.items() if k is Kind.TEXTS} == {
        "group_names",
        "not_scopes",
        "reference_ids",
    }


def test_a_written_snapshot_is_what_its_schema_says(tmp_path: Path) -> None:
    gap = Gap(reason=Reason.INCOMPLETE, scope="/", types=("microsoft.sql/servers",), detail="403")
    write(
        tmp_path / "s",
        vault(),
        complete=Completeness.FALSE,
        incomplete=(gap,),
        projection={"microsoft.keyvault/vaults": ("properties", "tags")},
        types=("microsoft.keyvault/vaults",),
        declared_by=("Ana Lima", "seen by eye"),
    )
    document = json.loads((tmp_path / "s" / "snapshot.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema("snapshot")).validate(document)
    assert list(document) == list(schema("snapshot")["properties"])
    table = schema("snapshot")["properties"]["tables"]["items"]
    assert list(document["tables"][0]) == list(table["properties"])


def test_the_manifest_reads_back_as_it_was_written(tmp_path: Path) -> None:
    gap = Gap(reason=Reason.INCOMPLETE, scope="/", types=("microsoft.sql/servers",), detail="403")
    written = write(
        tmp_path / "s",
        vault(),
        complete=Completeness.FALSE,
        incomplete=(gap,),
        projection={"microsoft.keyvault/vaults": ("properties",)},
        types=("microsoft.keyvault/vaults",),
        includes_compliant=True,
        declared_by=("Ana Lima", "seen by eye"),
    )
    assert open_snapshot(tmp_path / "s").manifest == written.manifest


def test_the_manifest_holds_no_float_and_ends_with_a_line_feed(tmp_path: Path) -> None:
    write(tmp_path / "s", vault(properties={"ratio": 0.5}))
    text = (tmp_path / "s" / "snapshot.json").read_bytes()
    assert text.endswith(b"}\n")
    assert b"\r" not in text
    json.loads(text, parse_float=lambda number: pytest.fail(f"a float: {number}"))


def test_the_parquet_file_has_the_types_row_groups_and_compression_of_the_contract(
    tmp_path: Path,
) -> None:
    write(tmp_path / "s", *(vault(f"kv{n}") for n in range(20_500)))
    path = str(tmp_path / "s" / "resources.parquet")
    with connect(folder=tmp_path / "s") as connection:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        groups = connection.execute(
            "SELECT DISTINCT row_group_id, row_group_num_rows, compression "
            "FROM parquet_metadata(?) ORDER BY 1",
            [path],
        ).fetchall()
    types = {row[0]: row[1] for row in described}
    assert types.pop("observed_at") == "TIMESTAMP"
    assert types.pop("redacted") == "BOOLEAN"
    assert set(types.values()) == {"VARCHAR"}
    # DuckDB rounds 20,000 up to whole vectors of 2,048
    assert [(rows, codec) for _, rows, codec in groups] == [(20_480, "ZSTD"), (20, "ZSTD")]


def test_diagnostics_are_what_their_schema_says() -> None:
    span = Span(path="a.yaml", line=1, column=2, end_line=1, end_column=3)
    found = [
        Diagnostic(slug="bad-json", message="x", span=span),
        Diagnostic(slug="no-run", message="y", severity=Severity.WARNING, help="z", path="p"),
        Diagnostic(slug="bad-scope", message="w"),
    ]
    validator = jsonschema.Draft202012Validator(schema("diagnostics"))
    validator.validate([d.to_json() for d in found])
    assert not validator.is_valid([{"slug": "x"}])


def test_closed_words_of_the_schemas_are_those_of_the_model() -> None:
    assert schema("run")["properties"]["format"] == {"const": RUN_FORMAT}
    assert schema("snapshot")["properties"]["format"] == {"const": SNAPSHOT_FORMAT}
    for name in ("snapshot", "controls", "requirements"):
        assert schema(name)["$defs"]["reason"]["enum"] == [str(r) for r in Reason]
    assert schema("requirements")["$defs"]["word"]["enum"] == [str(w) for w in Word]
    obligations = [str(o) for o in Obligation]
    assert schema("requirements")["$defs"]["obligation"]["enum"] == obligations
    of = schema("status")["properties"]["systems"]["items"]["properties"]["frameworks"]["items"]
    assert of["properties"]["by_obligation"]["propertyNames"]["enum"] == obligations
    for name in ("controls", "status"):
        assert schema(name)["$defs"]["result"]["enum"] == [str(r) for r in Result]
    assert schema("snapshot")["$defs"]["completeness"]["enum"] == [str(c) for c in Completeness]


def test_a_snapshot_with_an_unknown_word_is_not_what_the_schema_says(tmp_path: Path) -> None:
    write(tmp_path / "s", vault())
    document = json.loads((tmp_path / "s" / "snapshot.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema("snapshot"))
    assert not validator.is_valid({**document, "origin": "guessed"})
    assert validator.is_valid({**document, "member_of_a_later_version": 1})
    del document["tables"][0]["complete"]
    assert not validator.is_valid(document)


def test_a_run_is_what_its_schemas_say(tmp_path: Path) -> None:
    from attestgraph import pipeline

    made = pipeline.demo(tmp_path / "demo", at=None)
    for name in ("run", "controls", "requirements"):
        document = json.loads((made.run_folder / f"{name}.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator(schema(name)).validate(document)
    jsonschema.Draft202012Validator(schema("status")).validate(made.status.document)


def test_what_is_new_in_a_form_is_added_and_takes_nothing_away() -> None:
    items = schema("requirements")["items"]
    assert {"obligation", "at_most"} <= set(items["properties"]) - set(items["required"])
    about = schema("run")["properties"]["frameworks"]["items"]
    assert "supporting_only" in set(about["properties"]) - set(about["required"])
    of = schema("status")["properties"]["systems"]["items"]["properties"]["frameworks"]["items"]
    assert of["required"][:5] == ["framework", "profile", "totals", "interval", "requirements"]
