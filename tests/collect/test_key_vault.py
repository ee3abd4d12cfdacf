"""What is in vaults, by the data plane: attributes of everything, and never a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attestgraph.collect.key_vault import VaultContents, vault_sources
from attestgraph.evidence import open_snapshot
from tests.collect.children_world import VAULTS, collected, gaps, row, stored, tenant
from tests.fake_azure import FakeAzure, Fault

KINDS = tuple(f"microsoft.keyvault.data/vaults/{n}" for n in ("certificates", "keys", "secrets"))
(SOURCE,) = vault_sources(KINDS)


def vaults(*names: str) -> list[dict[str, Any]]:
    return [row(VAULTS, name) for name in names]


def key(vault: str, name: str = "disk", **attributes: Any) -> dict[str, Any]:
    kid = f"https://{vault}.vault.azure.net/keys/{name}/6e7d3511379e447f816d5d2994c32c93"
    return {
        "key": {"kid": kid, "kty": "EC", "crv": "P-256"},
        "attributes": {"enabled": True, "created": 1_760_000_000, **attributes},
    }


def rotation(vault: str, name: str = "disk") -> dict[str, Any]:
    return {
        "id": f"https://{vault}.vault.azure.net/keys/{name}/rotationpolicy",
        "lifetimeActions": [{"trigger": {"timeAfterCreate": "P90D"}, "action": {"type": "Rotate"}}],
    }


def secret(vault: str, name: str = "db") -> dict[str, Any]:
    return {
        "id": f"https://{vault}.vault.azure.net/secrets/{name}",
        "contentType": "text/plain",
        "attributes": {"enabled": True, "exp": 1_790_000_000},
    }


def test_vaults_are_listed_and_keys_shown_with_their_rotation(tmp_path: Path) -> None:
    records = [
        *(secret("kv1", f"s{n:02}") for n in range(60)),
        key("kv1"),
        rotation("kv1"),
        key("kv2"),
    ]
    with FakeAzure(tenant(vaults("kv1", "kv2"), (), records), clock_scale=50) as fake:
        done = collected(fake, tmp_path / "s", SOURCE)
        asked = [r.path for r in fake.log if "/secrets/" in r.path]
    rows = stored(tmp_path / "s", "components")
    assert done.complete
    assert asked == []
    assert len(rows) == 62
    (one,) = (v for k, v in rows.items() if k.endswith("/kv1/keys/disk"))
    assert (one["keyType"], one["ellipticCurveName"]) == ("EC", "P-256")
    assert one["scheduledRotationDate"] == "2026-01-07T08:53:20Z"
    (two,) = (v for k, v in rows.items() if k.endswith("/kv2/keys/disk"))
    assert "scheduledRotationDate" not in two


def test_a_vault_that_refuses_is_a_gap_and_names_the_role(tmp_path: Path) -> None:
    records = [secret("kv1"), secret("kv2")]
    with FakeAzure(tenant(vaults("kv1", "kv2"), (), records), clock_scale=50) as fake:
        fake.faults.add(Fault(action="status", status=403, match="/vault/kv2/", times=None))
        done = collected(fake, tmp_path / "s", SOURCE)
    missing = gaps(done, "components")
    assert {scope.rpartition("/")[2] for scope, _ in missing} == {"kv2"}
    assert sorted(t for _, types in missing for t in types) == sorted(KINDS)
    assert all("Key Vault Reader" in lost.detail for lost in done.lost["components"])
    assert len(stored(tmp_path / "s", "components")) == 1
    assert open_snapshot(tmp_path / "s").manifest.tables["components"].complete == "false"


@pytest.mark.parametrize("by_fault", [False, True])
def test_what_may_not_be_shown_is_marked(tmp_path: Path, *, by_fault: bool) -> None:
    records = [key("kv1", enabled=by_fault), rotation("kv1")]
    with FakeAzure(tenant(vaults("kv1"), (), records), clock_scale=50) as fake:
        if by_fault:
            fake.faults.add(Fault(action="status", status=403, match=r"/keys/disk\?", times=None))
        done = collected(fake, tmp_path / "s", SOURCE)
    ((_, held),) = stored(tmp_path / "s", "components").items()
    assert held["keyType"] == {"$redacted": True}
    assert held["scheduledRotationDate"] == "2026-01-07T08:53:20Z"
    assert done.complete


def test_a_value_in_an_answer_is_not_read(tmp_path: Path) -> None:
    body = {"value": [secret("kv1") | {"value": "hunter2"}], "nextLink": None}
    with FakeAzure(tenant(vaults("kv1")), clock_scale=50) as fake:
        fake.faults.add(Fault(action="status", status=200, body=body, match="/secrets", times=None))
        done = collected(fake, tmp_path / "s", SOURCE)
    assert [types for _, types in gaps(done, "components")] == [(KINDS[2],)]
    assert stored(tmp_path / "s", "components") == {}


def test_managed_hsms_have_a_source_of_their_own() -> None:
    found = vault_sources((*KINDS, "microsoft.managedhsm.data/managedhsms/keys"))
    assert [s.types for s in found] == [("microsoft.managedhsm.data/managedhsms/keys",), KINDS]
    assert len({s.family for s in found}) == 2
    assert isinstance(found[0], VaultContents)
    assert vault_sources(("microsoft.storage/storageaccounts",)) == ()
