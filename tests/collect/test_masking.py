"""Masks: the same id has the same mask everywhere, and nobody without the key can tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestgraph.collect.masking import Mask, masked_line, read_mask
from attestgraph.diagnostics import InputError
from attestgraph.evidence import TABLES, Lines
from attestgraph.model.ids import id_key, parent_key, subscription_of, type_in_id

MASK = Mask(b"k" * 32)
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
VAULT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/RG-Prod/providers/Microsoft.KeyVault/vaults/KV1"
)
DEFINITION = (
    "/providers/Microsoft.Authorization/policyDefinitions/0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
)


def test_an_id_keeps_its_form_and_loses_its_names() -> None:
    masked = MASK.resource_id(VAULT)
    assert type_in_id(id_key(masked)) == "microsoft.keyvault/vaults"
    assert subscription_of(id_key(masked)) == MASK.guid(SUBSCRIPTION)
    for name in (SUBSCRIPTION, "rg-prod", "kv1"):
        assert name not in masked.lower()


def test_a_child_stays_below_its_parent_and_a_scope_around_what_is_in_it() -> None:
    child = f"{VAULT}/secrets/db"
    extension = f"{VAULT}/providers/Microsoft.Insights/diagnosticSettings/to-log"
    for one in (child, extension):
        assert parent_key(id_key(MASK.resource_id(one))) == id_key(MASK.resource_id(VAULT))
    scope = f"/subscriptions/{SUBSCRIPTION}"
    assert MASK.resource_id(VAULT).startswith(MASK.resource_id(scope) + "/")


@pytest.mark.parametrize(
    "kept",
    [
        DEFINITION,
        "/providers/Microsoft.Security/pricings/KeyVaults",
    ],
)
def test_what_checks_name_is_kept(kept: str) -> None:
    assert MASK.resource_id(kept) == kept
    assert MASK.resource_id(VAULT + kept).endswith(kept)


@pytest.mark.parametrize(
    "tail", ["blobServices/default", "configurations/require_secure_transport"]
)
def test_names_that_are_settings_are_kept(tail: str) -> None:
    assert MASK.resource_id(f"{VAULT}/{tail}").endswith(f"/{tail}")


def test_the_spelling_of_an_id_makes_no_other_mask() -> None:
    assert id_key(MASK.resource_id(VAULT.upper())) == id_key(MASK.resource_id(VAULT.lower()))


def test_texts_are_masked_wherever_an_id_stands_in_them() -> None:
    value: Any = {
        "vaultUri": "https://kv1.vault.azure.net/",
        "list": [f"see {VAULT}, please", SUBSCRIPTION, 7, None, True],
        "minimumTlsVersion": "1.2",
    }
    masked = MASK.value(value)
    assert masked["vaultUri"] == f"https://{MASK.name('KV1')}.vault.azure.net/"
    assert masked["list"] == [
        f"see {MASK.resource_id(VAULT)}, please", MASK.guid(SUBSCRIPTION), 7, None, True
    ]  # fmt: skip
    assert masked["minimumTlsVersion"] == "1.2"


def test_rows_of_different_tables_still_fit() -> None:
    resource = MASK.row({"id": VAULT, "name": "KV1", "type": "microsoft.keyvault/vaults",
                         "tenant_id": SUBSCRIPTION,
                         "properties": {"enablePurgeProtection": True}})  # fmt: skip
    state = MASK.row({"resource_key": id_key(VAULT), "definition_key": id_key(DEFINITION),
                      "definition_name": "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53",
                      "subscription_id": SUBSCRIPTION, "state": "compliant"})  # fmt: skip
    assert id_key(resource["id"]) == state["resource_key"]
    assert resource["name"] == resource["id"].rpartition("/")[2]
    assert resource["properties"] == {"enablePurgeProtection": True}
    assert state["definition_key"] == id_key(DEFINITION)
    assert state["subscription_id"] == subscription_of(id_key(resource["id"]))


@given(st.text(alphabet="abcxyz-0123", min_size=1), st.text(alphabet="abcxyz-0123", min_size=1))
def test_two_names_have_one_mask_only_if_they_are_one(one: str, other: str) -> None:
    assert (MASK.name(one) == MASK.name(other)) == (one == other)
    assert MASK.name(one) != Mask(b"j" * 32).name(one)


def test_a_spooled_line_is_made_anew_with_keys_of_the_mask() -> None:
    schema = TABLES["resources"]
    lines = Lines(schema)
    values = {"id": VAULT, "name": "KV1", "type": "microsoft.keyvault/vaults", "source": "arg",
              "observed_at": "2026-11-24T06:00:00Z",
              "properties": {"tenantId": SUBSCRIPTION}}  # fmt: skip
    line = lines.line(values, place="p row 1")
    made = orjson.loads(masked_line(line, lines, schema, MASK))
    assert made["id_key"] == id_key(MASK.resource_id(VAULT))
    assert made["subscription_id"] == MASK.guid(SUBSCRIPTION)
    assert orjson.loads(made["properties"]) == {"tenantId": MASK.guid(SUBSCRIPTION)}
    assert made["row_sha256"] != orjson.loads(line)["row_sha256"]
    assert made.keys() == orjson.loads(line).keys()


def test_the_key_is_read_from_a_file_and_must_be_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "mask.key"
    path.write_bytes(b"k" * 32 + b"\n")
    assert read_mask(path).name("kv1") == MASK.name("kv1")
    path.write_bytes(b"short\n")
    for bad, slug in ((path, "bad-mask-key"), (tmp_path / "none", "missing-file")):
        with pytest.raises(InputError) as caught:
            read_mask(bad)
        assert caught.value.diagnostics[0].slug == slug
