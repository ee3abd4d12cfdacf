"""Compliance states: folded words, keys, placeholders, components."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attestgraph.convert import import_policy_states
from attestgraph.evidence.states import fold_state
from tests.convert.given import (
    AT,
    GUID,
    SUBSCRIPTION,
    VAULT,
    odata,
    refused,
    resources,
    save,
    state,
    states,
    stored,
    table,
    vault,
)

DEFINITION = "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
COLUMNS = (
    "resource_key",
    "resource_id",
    "resource_type",
    "subscription_id",
    "definition_key",
    "definition_name",
    "assignment_key",
    "set_definition_key",
    "reference_id",
    "group_names",
    "state",
    "state_raw",
    "effect",
    "reason_code",
    "evaluated_at",
    "component_id",
    "component_type",
    "parameters",
    "details",
)


def rows(folder: Path, *columns: str) -> list[tuple[Any, ...]]:
    return stored(folder, *columns, name="policystates")


def one(folder: Path, column: str, **more: Any) -> Any:
    states(folder, odata(state(**more)))
    ((value,),) = rows(folder, column)
    return value


def test_a_record_is_kept_under_its_columns(tmp_path: Path) -> None:
    states(tmp_path, odata(state("KV1", complianceReasonCode="x")))
    (row,) = rows(tmp_path, *COLUMNS)
    assert dict(zip(COLUMNS, row, strict=True)) == {
        "resource_key": f"{VAULT}/kv1".lower(),
        "resource_id": f"{VAULT}/KV1",
        "resource_type": "microsoft.keyvault/vaults",
        "subscription_id": GUID,
        "definition_key": f"/providers/microsoft.authorization/policydefinitions/{DEFINITION}",
        "definition_name": DEFINITION,
        "assignment_key": f"{SUBSCRIPTION}/providers/microsoft.authorization/"
        "policyassignments/nist",
        "set_definition_key": "/providers/microsoft.authorization/policysetdefinitions/s1",
        "reference_id": "ref1",
        "group_names": ["NIST_SP_800-53_R5_CP-9", "NIST_SP_800-53_R5_SC-12"],
        "state": "compliant",
        "state_raw": "Compliant",
        "effect": "audit",
        "reason_code": "x",
        "evaluated_at": "2026-11-01T03:04:05Z",
        "component_id": None,
        "component_type": None,
        "parameters": None,
        "details": None,
    }


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        ("Compliant", "compliant"),
        ("NonCompliant", "noncompliant"),
        ("noncompliant", "noncompliant"),
        ("Non-compliant", "noncompliant"),
        ("Exempt", "exempt"),
        ("Error", "error"),
        ("Conflict", "conflict"),
        ("Conflicting", "conflict"),
        ("Protected", "protected"),
        ("Unknown", "unknown"),
        ("NotStarted", "other"),
        ("Compliant?", "other"),
        ("COMPLİANT", "other"),
        ("tbd", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_a_state_is_folded_and_a_word_we_do_not_know_is_other(
    tmp_path: Path, raw: str | None, want: str
) -> None:
    assert one(tmp_path, "state", complianceState=raw) == want


def test_the_word_is_kept_as_it_was_and_placeholders_are_null(tmp_path: Path) -> None:
    records = [
        state("a", complianceState="NotStarted"),
        state("b", complianceState="tbd"),
        state("c", complianceState=None),
    ]
    states(tmp_path, odata(*records))
    assert rows(tmp_path, "state_raw") == [("NotStarted",), (None,), (None,)]


@given(st.text())
def test_only_the_words_of_the_service_fold_to_a_state(word: str) -> None:
    if fold_state(word) == "compliant":
        assert word.lower().replace("-", "").replace(" ", "") == "compliant"


@pytest.mark.parametrize("empty", ["tbd", "TBD", "", None])
@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("policySetDefinitionId", "set_definition_key"),
        ("policyDefinitionReferenceId", "reference_id"),
        ("policyDefinitionAction", "effect"),
        ("complianceReasonCode", "reason_code"),
        ("timestamp", "evaluated_at"),
    ],
)
def test_placeholders_are_null(tmp_path: Path, field: str, column: str, empty: str | None) -> None:
    assert one(tmp_path, column, **{field: empty}) is None


@pytest.mark.parametrize("groups", [None, [], [""], ["tbd"]])
def test_a_record_without_groups_has_none(tmp_path: Path, groups: Any) -> None:
    assert one(tmp_path, "group_names", policyDefinitionGroupNames=groups) is None


def test_the_type_comes_from_the_id_where_it_is_a_placeholder(tmp_path: Path) -> None:
    assert one(tmp_path, "resource_type", resourceType="tbd") == "microsoft.keyvault/vaults"


def test_the_older_spelling_of_the_state_is_read(tmp_path: Path) -> None:
    record = state()
    record["ComplianceState"] = record.pop("complianceState")
    states(tmp_path, odata(record))
    assert rows(tmp_path, "state") == [("compliant",)]


@pytest.mark.parametrize(
    ("members", "want"),
    [
        ({"effectiveParameters": '{"days": {"value": 90}}'}, '{"days":{"value":90}}'),
        ({"effectiveParameters": {"days": {"value": 90}}}, '{"days":{"value":90}}'),
        ({"effectiveParameters": "not json"}, None),
        ({"effectiveParameters": "tbd", "policyAssignmentParameters": '{"a": 1}'}, None),
        (
            {"policySetDefinitionId": "", "policyAssignmentParameters": '{"a": 1}'},
            '{"a":1}',
        ),
    ],
)
def test_parameters_are_those_of_the_definition(
    tmp_path: Path, members: dict[str, Any], want: str | None
) -> None:
    assert one(tmp_path, "parameters", **members) == want


@pytest.mark.parametrize("as_text", [False, True])
def test_the_values_that_a_rule_read_are_never_stored(tmp_path: Path, *, as_text: bool) -> None:
    held = "AccountKey=c2VjcmV0"
    details = {
        "evaluatedExpressions": [
            {"path": "properties.typeProperties.connectionString", "expressionValue": held,
             "operator": "NotContains", "targetValue": "AccountKey="},
            {"path": "type", "expressionValue": None, "operator": "Equals"},
        ]
    }  # fmt: skip
    given = json.dumps(details) if as_text else details
    found = json.loads(one(tmp_path, "details", policyEvaluationDetails=given))
    first, second = found["evaluatedExpressions"]
    assert first["expressionValue"] == {"$redacted": True}
    assert first["targetValue"] == "AccountKey="
    assert second["expressionValue"] is None
    assert held not in json.dumps(found)
    manifest = next(json.loads(p.read_text()) for p in tmp_path.rglob("snapshot.json"))
    assert [(r["table"], r["rows"]) for r in manifest["redactions"]] == [("policystates", 1)]


def test_components_of_a_record_are_rows_beside_it(tmp_path: Path) -> None:
    component = {
        "id": f"{VAULT}/kv1/keys/K1",
        "type": "Microsoft.KeyVault.Data/vaults/keys",
        "name": "K1",
        "timestamp": "2026-11-01T02:00:00Z",
        "complianceState": "NonCompliant",
    }
    record = state(components=[component, {"complianceState": "Compliant", "count": 3}])
    done = states(tmp_path, odata(record), scopes=[GUID])
    assert table(done, "policystates").complete == "true"
    assert rows(tmp_path, "component_id", "component_type", "state", "evaluated_at") == [
        (
            f"{VAULT}/kv1/keys/k1".lower(),
            "microsoft.keyvault.data/vaults/keys",
            "noncompliant",
            "2026-11-01T02:00:00Z",
        ),
        (None, None, "compliant", "2026-11-01T03:04:05Z"),
    ]


@pytest.mark.parametrize(
    ("given_id", "want"),
    [
        ("Cert-1", "cert-1"),
        ("subscriptions/A/x/Keys/K1", "/subscriptions/a/x/keys/k1"),
        ("tbd", None),
    ],
)
def test_the_id_of_a_component_is_a_key_or_a_bare_name(
    tmp_path: Path, given_id: str, want: str | None
) -> None:
    assert one(tmp_path, "component_id", componentId=given_id) == want


def test_a_row_of_policyresources_is_unwrapped(tmp_path: Path) -> None:
    row = {
        "id": "/x/providers/Microsoft.PolicyInsights/policyStates/y",
        "type": "microsoft.policyinsights/policystates",
        "properties": state(),
    }
    states(tmp_path, {"count": 1, "total_records": 1, "skip_token": None, "data": [row]})
    assert rows(tmp_path, "definition_name") == [(DEFINITION,)]


def test_arrays_and_ndjson_are_read_as_the_api_is(tmp_path: Path) -> None:
    records = [state("a"), state("b")]
    lines = "\n".join(json.dumps(record) for record in records)
    for name, document in (("array", records), ("lines", lines), ("api", odata(*records))):
        (tmp_path / name).mkdir()
        states(tmp_path / name, document)
        assert len(rows(tmp_path / name, "state")) == 2


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("x", "not an object"),
        ({}, "has no `resourceId`"),
        (state(resourceId="tbd"), "has no `resourceId`"),
        (state(policyDefinitionId=None), "has no `policyDefinitionId`"),
        (state(policyAssignmentId=""), "has no `policyAssignmentId`"),
        ({k: v for k, v in state().items() if k != "complianceState"}, "no `complianceState`"),
        (state(complianceState=1), "`complianceState` is not text"),
        (state(timestamp="yesterday"), "`timestamp` is `yesterday`"),
        (state(timestamp="2026-11-01T03:04:05"), "no time with a zone"),
        (state(timestamp=5), "`timestamp` is `5`"),
        (state(timestamp=["x"]), "`timestamp` is"),
        (state(policyDefinitionGroupNames="x"), "`policyDefinitionGroupNames`"),
        (state(policyDefinitionGroupNames=[1]), "`policyDefinitionGroupNames`"),
        (state(subscriptionId="2" * 8), "`subscriptionId` is `22222222`"),
    ],
)
def test_a_record_that_cannot_be_used_refuses_the_import(
    tmp_path: Path, record: Any, says: str
) -> None:
    found = refused(tmp_path, odata(state("a"), record), of_states=True)
    assert {fault.slug for fault in found} == {"row-fault"}
    assert any(f.message.startswith("row 2: ") and says in f.message for f in found)


def test_equal_records_collapse_and_others_of_one_key_are_kept_with_a_warning(
    tmp_path: Path,
) -> None:
    done = states(
        tmp_path,
        odata(state(), state(), state(complianceState="NonCompliant")),
    )
    made = table(done, "policystates")
    assert (made.rows, made.duplicates) == (2, 1)
    assert [d.slug for d in done.diagnostics] == ["conflicting-rows"]


def test_states_are_added_beside_resources(tmp_path: Path) -> None:
    resources(tmp_path, [vault()])
    states(tmp_path, odata(state()))
    assert rows(tmp_path, "state") == [("compliant",)]
    assert stored(tmp_path, "name") == [("kv1",)]


RECORDS = [
    state(f"kv{n % 4}", policyDefinitionReferenceId=f"r{n}", complianceState=word)
    for n, word in enumerate(("Compliant", "NonCompliant", "Exempt", "tbd", "Compliant", "x"))
] + [state("kv0", policyDefinitionReferenceId="r0", complianceState="Error")]


def bytes_of(folder: Path, text: str, threads: int) -> dict[str, bytes]:
    folder.mkdir()
    import_policy_states(
        save(folder, text), folder / "s", scopes=(), declared=None, at=AT, threads=threads
    )
    return {p.name: p.read_bytes() for p in sorted((folder / "s").iterdir())}


@given(st.permutations(RECORDS), st.sampled_from([1, 3]))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_records_in_any_order_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], threads: int
) -> None:
    folder = tmp_path_factory.mktemp("order")
    want = bytes_of(folder / "want", json.dumps(RECORDS), 1)
    assert bytes_of(folder / "got", json.dumps(records), threads) == want
