"""Secrets are replaced at exact paths; settings with similar names stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.evidence import open_snapshot
from attestgraph.evidence.redaction import redact, secret_paths
from tests.evidence.given import SUBSCRIPTION, files_of, vault, write

HIDDEN: Any = {"$redacted": True}


def redacted(resource_type: str, row: dict[str, Any], key: str = "/x") -> list[str]:
    return redact(row, secret_paths(resource_type, key))


def test_a_listed_path_is_replaced_and_named() -> None:
    row: dict[str, Any] = {
        "properties": {"siteConfig": {"appSettings": [{"name": "A", "value": "s3cret"}]}}
    }
    assert redacted("microsoft.web/sites", row) == ["properties.siteConfig.appSettings"]
    assert row == {"properties": {"siteConfig": {"appSettings": HIDDEN}}}


def test_settings_with_similar_names_are_not_secrets() -> None:
    row = {
        "properties": {
            "allowSharedKeyAccess": False,
            "keyPolicy": {"keyExpirationPeriodInDays": 90},
            "encryption": {"keyVaultProperties": {"keyName": "cmk"}},
        }
    }
    before = json.dumps(row)
    assert redacted("microsoft.storage/storageaccounts", row) == []
    assert json.dumps(row) == before


def test_each_element_of_a_list_and_each_member_of_an_object_is_replaced() -> None:
    row: dict[str, Any] = {
        "properties": {
            "authorizationPolicies": [{"keyName": "a", "primaryKey": "1"}, {"primaryKey": "2"}],
            "storageEndpoints": {"$default": {"connectionString": "3", "ttl": "PT1H"}},
        }
    }
    assert redacted("microsoft.devices/iothubs", row) == [
        "properties.authorizationPolicies[*].primaryKey",
        "properties.storageEndpoints.*.connectionString",
    ]
    assert row["properties"]["authorizationPolicies"] == [
        {"keyName": "a", "primaryKey": HIDDEN},
        {"primaryKey": HIDDEN},
    ]
    assert row["properties"]["storageEndpoints"]["$default"] == {
        "connectionString": HIDDEN,
        "ttl": "PT1H",
    }


def test_segments_match_in_any_case() -> None:
    row: dict[str, Any] = {"Properties": {"OSProfile": {"adminpassword": "s3cret"}}}
    assert redacted("microsoft.compute/virtualmachines", row)
    assert row["Properties"]["OSProfile"]["adminpassword"] == HIDDEN


def test_null_is_no_value_and_stays() -> None:
    row: dict[str, Any] = {"properties": {"siteConfig": {"appSettings": None}}}
    assert redacted("microsoft.web/sites", row) == []
    assert row["properties"]["siteConfig"]["appSettings"] is None


def test_what_was_replaced_before_counts_again() -> None:
    row = {"properties": {"siteConfig": {"appSettings": HIDDEN}}}
    assert redacted("microsoft.web/sites", row) == ["properties.siteConfig.appSettings"]


@pytest.mark.parametrize(
    "column",
    ["properties_siteConfig_appSettings", "PROPERTIES_SITECONFIG_APPSETTINGS"],
)
def test_a_projected_column_is_replaced_too(column: str) -> None:
    row: dict[str, Any] = {"properties": None, column: [{"name": "A", "value": "s3cret"}]}
    assert redacted("microsoft.web/sites", row) == ["properties.siteConfig.appSettings"]
    assert row[column] == HIDDEN


def test_a_projected_parent_of_a_secret_is_searched() -> None:
    row: dict[str, Any] = {"properties": None, "properties_siteConfig": {"appSettings": ["x"]}}
    assert redacted("microsoft.web/sites", row)
    assert row["properties_siteConfig"] == {"appSettings": HIDDEN}


def test_a_secret_configuration_is_replaced_whole_and_another_is_not() -> None:
    sites = f"{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.web/sites/s/config"
    row: dict[str, Any] = {"properties": {"MY_KEY": "s3cret"}}
    assert redacted("microsoft.web/sites/config", row, f"{sites}/appsettings") == ["properties"]
    assert row == {"properties": HIDDEN}
    web = {"properties": {"http20Enabled": True}}
    assert redacted("microsoft.web/sites/config", web, f"{sites}/web") == []


def test_no_byte_of_a_secret_reaches_the_snapshot_and_the_manifest_counts_it(
    tmp_path: Path,
) -> None:
    machine = vault(
        "vm",
        id=f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm",
        type="microsoft.compute/virtualmachines",
        properties={"osProfile": {"adminPassword": "s3cret-value", "computerName": "vm"}},
    )
    write(tmp_path / "s", machine, vault())
    snapshot = open_snapshot(tmp_path / "s")
    (found,) = snapshot.manifest.redactions
    assert (found.table, found.path, found.rows) == (
        "resources",
        "properties.osProfile.adminPassword",
        1,
    )
    rows = [
        row
        for batch in snapshot.batches("resources", ["name", "redacted", "properties"])
        for row in batch
    ]
    assert [(name, hidden) for name, hidden, _ in rows] == [("vm", True), ("kv1", False)]
    assert json.loads(rows[0][2]) == {"osProfile": {"adminPassword": HIDDEN, "computerName": "vm"}}
    assert not any(b"s3cret-value" in data for data in files_of(tmp_path).values())


def test_two_rows_that_differ_in_a_secret_only_are_one_row(tmp_path: Path) -> None:
    one, other = (
        vault(
            "s",
            id=f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Web/sites/s",
            type="microsoft.web/sites",
            properties={"siteConfig": {"appSettings": [{"name": "A", "value": value}]}},
        )
        for value in ("old", "new")
    )
    written = write(tmp_path / "s", one, other)
    assert written.manifest.tables["resources"].rows == 1
    assert written.manifest.tables["resources"].duplicates == 1
    assert written.manifest.redactions[0].rows == 1


def test_a_reference_to_a_vault_is_kept_and_of_a_secure_string_the_value_is_hidden() -> None:
    reference = {
        "type": "AzureKeyVaultSecret",
        "secretName": "db",
        "store": {"referenceName": "kv"},
    }
    row: dict[str, Any] = {
        "properties": {
            "type": "SqlServer",
            "typeProperties": {
                "connectionString": "Server=x;Password=s3cret",
                "password": dict(reference),
                "servicePrincipalKey": {"type": "SecureString", "value": "s3cret"},
                "host": {"inner": [{"type": "securestring", "value": "s3cret"}]},
            },
        }
    }
    hit = redacted("microsoft.datafactory/factories/linkedservices", row)
    prefix = "properties.typeProperties"
    assert hit == [
        f"{prefix}.connectionString",
        f"{prefix}.servicePrincipalKey",
        f"{prefix}.**.value",
    ]
    assert "s3cret" not in json.dumps(row)
    held = row["properties"]["typeProperties"]
    assert held["password"] == reference
    assert held["servicePrincipalKey"] == {"type": "SecureString", "value": HIDDEN}


def test_an_unknown_object_at_a_secret_path_is_hidden_whole() -> None:
    row: dict[str, Any] = {
        "properties": {"typeProperties": {"password": {"type": "New", "v": "x"}}}
    }
    assert redacted("microsoft.synapse/workspaces/linkedservices", row)
    assert row == {"properties": {"typeProperties": {"password": HIDDEN}}}
