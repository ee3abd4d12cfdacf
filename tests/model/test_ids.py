"""Canonical ids (CONTRACT section 1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestgraph.model.ids import (
    ascii_lower,
    digest_of,
    id_key,
    is_within,
    parent_key,
    resource_group_of,
    stable_uuid,
    subscription_of,
    type_in_id,
)

VAULT = "/subscriptions/AAA/resourceGroups/RG1/providers/Microsoft.KeyVault/vaults/KV-1"
VAULT_KEY = "/subscriptions/aaa/resourcegroups/rg1/providers/microsoft.keyvault/vaults/kv-1"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (VAULT, VAULT_KEY),
        (f"  {VAULT}/ ", VAULT_KEY),
        (VAULT.lstrip("/"), VAULT_KEY),
        ("", ""),
        ("/", ""),
        (f"{VAULT} / ", VAULT_KEY),
        ("x\r/", "/x"),
        ("/Subscriptions/İ", "/subscriptions/İ"),  # only A to Z are lowered
        ("/subscriptions/ẞ", "/subscriptions/ẞ"),
    ],
)
def test_an_id_has_one_key(written: str, key: str) -> None:
    assert id_key(written) == key


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert id_key(id_key(text)) == id_key(text)


@given(st.text())
def test_only_ascii_letters_are_lowered(text: str) -> None:
    lowered = ascii_lower(text)
    assert len(lowered) == len(text)
    for before, after in zip(text, lowered, strict=True):
        assert after == (before.lower() if "A" <= before <= "Z" else before)


@pytest.mark.parametrize(
    ("key", "parent"),
    [
        (VAULT_KEY, "/subscriptions/aaa/resourcegroups/rg1"),
        (f"{VAULT_KEY}/keys/k1", VAULT_KEY),
        (f"{VAULT_KEY}/providers/microsoft.insights/diagnosticsettings/d", VAULT_KEY),
        ("/subscriptions/aaa/resourcegroups/rg1", "/subscriptions/aaa"),
        ("/subscriptions/aaa", None),
        ("/providers/microsoft.management/managementgroups/mg", None),
        ("", None),
    ],
)
def test_a_parent_is_what_the_last_type_hangs_on(key: str, parent: str | None) -> None:
    assert parent_key(key) == parent


@pytest.mark.parametrize(
    ("key", "subscription", "group", "resource_type"),
    [
        (VAULT_KEY, "aaa", "rg1", "microsoft.keyvault/vaults"),
        (f"{VAULT_KEY}/keys/k", "aaa", "rg1", "microsoft.keyvault/vaults/keys"),
        ("/subscriptions/aaa", "aaa", None, "microsoft.resources/subscriptions"),
        (
            "/subscriptions/aaa/resourcegroups/rg1",
            "aaa",
            "rg1",
            "microsoft.resources/subscriptions/resourcegroups",
        ),
        ("/providers/microsoft.x/y/z", None, None, "microsoft.x/y"),
        ("", None, None, None),
    ],
)
def test_what_an_id_names(
    key: str, subscription: str | None, group: str | None, resource_type: str | None
) -> None:
    assert subscription_of(key) == subscription
    assert resource_group_of(key) == group
    assert type_in_id(key) == resource_type


def test_a_scope_covers_itself_and_its_children_and_not_a_longer_name() -> None:
    assert is_within(VAULT_KEY, VAULT_KEY)
    assert is_within(f"{VAULT_KEY}/keys/k", VAULT_KEY)
    assert not is_within(f"{VAULT_KEY}2", VAULT_KEY)
    assert is_within(VAULT_KEY, "/")


def test_uuids_are_stable_and_do_not_join_their_keys() -> None:
    assert stable_uuid("finding", "a b", "c") != stable_uuid("finding", "a", "b c")
    assert stable_uuid("finding", "a") == stable_uuid("finding", "a")
    assert stable_uuid("run", "x") == "d8078676-8457-5203-b18c-7901e7ddc573"


def test_a_digest_does_not_depend_on_the_order_of_members() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
