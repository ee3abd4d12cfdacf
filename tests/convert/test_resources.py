"""Resource rows: columns, tables, faults, repeated ids."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attestgraph.convert import import_resources
from attestgraph.diagnostics import InputError, as_text
from attestgraph.evidence import open_snapshot
from attestgraph.evidence.fields import too_deep
from tests.convert.given import (
    AT,
    GROUP,
    GUID,
    SUBSCRIPTION,
    VAULT,
    graph,
    refused,
    resources,
    save,
    stored,
    table,
    vault,
)


def test_a_row_is_kept_under_its_columns(tmp_path: Path) -> None:
    resources(tmp_path, [vault("KV1", apiVersion="2023-07-01", changedTime="x", etag=None)])
    columns = (
        "id_key",
        "id",
        "type",
        "name",
        "subscription_id",
        "resource_group",
        "location",
        "kind",
        "managed_by",
        "tenant_id",
        "api_version",
        "parent_key",
        "source",
        "observed_at",
        "sku",
        "tags",
        "properties",
        "extra",
        "redacted",
    )
    (row,) = stored(tmp_path, *columns)
    assert dict(zip(columns, row, strict=True)) == {
        "id_key": f"{VAULT}/kv1".lower(),
        "id": f"{VAULT}/KV1",
        "type": "microsoft.keyvault/vaults",
        "name": "KV1",
        "subscription_id": GUID,
        "resource_group": "rg1",
        "location": "westeurope",
        "kind": None,
        "managed_by": None,
        "tenant_id": "00000000-0000-0000-0000-0000000000aa",
        "api_version": "2023-07-01",
        "parent_key": GROUP.lower(),
        "source": "import",
        "observed_at": "2026-11-01T06:00:00Z",
        "sku": None,
        "tags": '{"env":"prod"}',
        "properties": '{"enablePurgeProtection":true}',
        "extra": '{"changedTime":"x"}',
        "redacted": False,
    }


def test_rows_go_to_the_table_that_answers_for_their_type(tmp_path: Path) -> None:
    done = resources(
        tmp_path,
        [
            vault(),
            {"id": SUBSCRIPTION, "type": "Microsoft.Resources/subscriptions"},
            {"id": GROUP, "type": "Microsoft.Resources/resourceGroups"},
            {
                "id": f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/KeyVaults",
                "type": "microsoft.security/pricings",
            },
        ],
    )
    assert {t.name: t.rows for t in done.tables} == {
        "resourcecontainers": 2,
        "resources": 1,
        "securityresources": 1,
    }
    assert stored(tmp_path, "type", "name", name="resourcecontainers") == [
        ("microsoft.resources/subscriptions", GUID),
        ("microsoft.resources/subscriptions/resourcegroups", "RG1"),
    ]


def test_type_and_name_come_from_the_id_where_they_are_missing(tmp_path: Path) -> None:
    resources(tmp_path, [{"id": f"{VAULT}/kv1/"}])
    assert stored(tmp_path, "type", "name") == [("microsoft.keyvault/vaults", "kv1")]


def test_members_are_known_in_any_case(tmp_path: Path) -> None:
    resources(tmp_path, [{"ID": f"{VAULT}/kv1", "Tags": {"a": "b"}, "MANAGEDBY": "x"}])
    assert stored(tmp_path, "name", "tags", "managed_by") == [("kv1", '{"a":"b"}', "x")]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (3, "no row of its columns"),
        ({"name": "x"}, "has no `id`"),
        ({"id": ""}, "has no `id`"),
        ({"id": " / "}, "has no `id`"),
        ({"id": 7}, "has no `id`"),
        ({"id": "/somewhere"}, "has no `type`"),
        (vault(subscriptionId="2" * 8), "`subscriptionId` is `22222222`"),
        (vault(resourceGroup="other"), "`resourceGroup` is `other`, and the id says `rg1`"),
        (vault(id="/providers/Microsoft.Management/managementGroups/m"), "the id says `none`"),
        (vault(properties=[1]), "`properties` is not an object"),
        (vault(properties="{}"), "`properties` is not an object"),
        (vault(tags=["a"]), "`tags` is not an object"),
        (vault(location=3), "`location` is not text"),
        (vault(type=None, id="/x"), "has no `type`"),
    ],
)
def test_a_row_that_cannot_be_used_refuses_the_import(tmp_path: Path, row: Any, says: str) -> None:
    found = refused(tmp_path, [vault("a"), row])
    assert {fault.slug for fault in found} == {"row-fault"}
    assert any(f.message.startswith("row 2: ") and says in f.message for f in found)
    assert all(f.span is not None and f.span.line > 1 for f in found)


def test_the_case_of_a_column_is_no_contradiction(tmp_path: Path) -> None:
    resources(tmp_path, [vault(subscriptionId=GUID.upper(), resourceGroup="Rg1")])
    assert stored(tmp_path, "resource_group") == [("rg1",)]


def test_all_faulty_rows_are_named_and_fifty_are_shown(tmp_path: Path) -> None:
    found = refused(tmp_path, [{"name": n} for n in range(70)])
    assert len(found) == 70
    shown = as_text(found).splitlines()
    assert len([line for line in shown if "row-fault" in line]) == 50
    assert shown[-1] == "… and 20 more"
    assert "row 1:" in shown[0]
    assert "row 2:" in shown[1]


def test_reading_stops_where_more_faults_would_tell_nothing(tmp_path: Path) -> None:
    assert len(refused(tmp_path, [{"name": n} for n in range(5000)])) == 200


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def test_a_row_may_be_nested_a_hundred_deep_and_no_deeper(tmp_path: Path) -> None:
    assert not too_deep(nested(99))
    assert too_deep(nested(100))
    assert not too_deep([[1]] * 500)
    resources(tmp_path, [vault(properties=nested(98))])
    (tmp_path / "more").mkdir()
    (fault,) = refused(tmp_path / "more", [vault(properties=nested(99))])
    assert "more than 100 deep" in fault.message


def test_equal_rows_of_one_id_collapse(tmp_path: Path) -> None:
    done = resources(tmp_path, [vault(), vault()], graph(vault()))
    assert (table(done).rows, table(done).duplicates) == (1, 2)
    assert done.diagnostics == ()


def test_rows_of_one_id_that_differ_are_kept_with_a_warning_that_names_both(
    tmp_path: Path,
) -> None:
    done = resources(
        tmp_path, [vault("kv1"), vault("kv2"), vault("KV1", id=f"{VAULT.upper()}/KV1")]
    )
    assert table(done).rows == 3
    (warning,) = done.diagnostics
    assert warning.slug == "conflicting-rows"
    assert warning.severity == "warning"
    assert "export0.json row 1, " in warning.message
    assert warning.message.endswith("export0.json row 3")


def test_the_order_of_keys_makes_no_difference_between_rows(tmp_path: Path) -> None:
    one = vault(properties={"a": 1, "b": {"c": 2, "d": 3}})
    other = vault(properties={"b": {"d": 3, "c": 2}, "a": 1})
    assert table(resources(tmp_path, [one, other])).rows == 1


def test_secrets_are_not_stored(tmp_path: Path) -> None:
    site = {
        "id": f"{GROUP}/providers/Microsoft.Web/sites/s",
        "type": "microsoft.web/sites",
        "properties": {"siteConfig": {"appSettings": [{"name": "K", "value": "s3cret-value"}]}},
    }
    resources(tmp_path, [site])
    assert open_snapshot(tmp_path / "s").manifest.redactions
    stored_files = (tmp_path / "s").rglob("*")
    assert not any(b"s3cret-value" in p.read_bytes() for p in stored_files if p.is_file())


def test_only_the_owner_can_read_the_snapshot(tmp_path: Path) -> None:
    resources(tmp_path, [vault()])
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
    files = list((tmp_path / "s").iterdir())
    assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}


def test_a_refused_import_leaves_an_older_snapshot_as_it_was(tmp_path: Path) -> None:
    resources(tmp_path, [vault()])
    before = {p.name: p.read_bytes() for p in (tmp_path / "s").iterdir()}
    with pytest.raises(InputError):
        resources(tmp_path, [{"name": "no id"}])
    assert {p.name: p.read_bytes() for p in (tmp_path / "s").iterdir()} == before


def test_the_manifest_names_files_without_their_folders(tmp_path: Path) -> None:
    resources(tmp_path, [vault()])
    text = (tmp_path / "s" / "snapshot.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert '"query": "export0.json"' in text


ROWS = [vault(f"kv{n}", properties={"n": n}) for n in range(6)] + [
    vault("kv1", location="x"),
    vault("kv2", properties={"n": 2}),
    {"id": SUBSCRIPTION, "name": "s"},
]


def bytes_of(folder: Path, texts: list[str], threads: int) -> dict[str, bytes]:
    folder.mkdir()
    import_resources(
        save(folder, *texts),
        folder / "s",
        scopes=(GUID,),
        declared=None,
        at=AT,
        threads=threads,
    )
    return {p.name: p.read_bytes() for p in sorted((folder / "s").iterdir())}


@given(st.permutations(ROWS), st.sampled_from([1, 2, 4]), st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_in_any_order_give_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    threads: int,
    lines: bool,  # noqa: FBT001 - drawn
) -> None:
    folder = tmp_path_factory.mktemp("order")
    text = "\n".join(json.dumps(row) for row in rows) if lines else json.dumps(rows)
    want = bytes_of(folder / "want", [json.dumps(ROWS)], 1)
    assert bytes_of(folder / "got", [text], threads) == want
