"""What is in key vaults: attributes as Azure Policy names them, never a value."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.convert import Imported, import_key_vault
from attestgraph.diagnostics import InputError
from tests.convert.given import AT, VAULT, resources, save, stored, table, vault

URL = "https://kv1.vault.azure.net"
SAMPLES = Path(__file__).resolve().parents[3] / "shared/azure/samples/api/keyvault-dataplane"


def listed(*items: Any, link: str | None = None) -> dict[str, Any]:
    return {"value": list(items), "nextLink": link}


def secret(name: str = "db", **more: Any) -> dict[str, Any]:
    attributes = {"enabled": True, "created": 1_760_000_000, "exp": 1_790_000_000}
    return {"id": f"{URL}/secrets/{name}", "attributes": attributes, **more}


def key(name: str = "disk", **more: Any) -> dict[str, Any]:
    attributes = {"enabled": True, "created": 1_760_000_000}
    return {"kid": f"{URL}/keys/{name}", "attributes": attributes, **more}


def taken(folder: Path, *documents: Any, **more: Any) -> Imported:
    options: dict[str, Any] = {"vaults": [f"{VAULT}/KV1"], "scopes": (), "declared": None, "at": AT}
    return import_key_vault(save(folder, *documents), folder / "s", **(options | more))


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    found = stored(folder, "name", "properties", name="components")
    return {name: json.loads(properties) for name, properties in found}


def slugs(folder: Path, *documents: Any, **more: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        taken(folder, *documents, **more)
    assert not (folder / "s").exists()
    return [d.slug for d in caught.value.diagnostics]


def test_a_secret_becomes_a_row_below_its_vault_with_times_in_our_form(tmp_path: Path) -> None:
    taken(tmp_path, listed(secret(contentType="text/plain", tags={"owner": "ehr"})))
    columns = ("id", "type", "parent_key", "properties", "tags", "source")
    ((resource_id, kind, parent, properties, tags, source),) = stored(
        tmp_path, *columns, name="components"
    )
    assert resource_id == f"{VAULT}/KV1/secrets/db"
    assert kind == "microsoft.keyvault.data/vaults/secrets"
    assert parent == f"{VAULT}/kv1".lower()
    assert json.loads(properties) == {
        "attributes": {
            "createdOn": "2025-10-09T08:53:20Z",
            "enabled": True,
            "expiresOn": "2026-09-21T14:13:20Z",
        },
        "contentType": "text/plain",
    }
    assert json.loads(tags) == {"owner": "ehr"}
    assert source == "import"


def test_the_form_of_az_says_the_same_as_the_service(tmp_path: Path) -> None:
    times = {"created": "2025-10-09T08:53:20+00:00", "expires": "2026-09-21T14:13:20+00:00"}
    shown = secret(attributes={"enabled": True, **times, "notBefore": None}, name="db")
    (tmp_path / "az").mkdir()
    taken(tmp_path / "az", [shown])
    (tmp_path / "rest").mkdir()
    taken(tmp_path / "rest", listed(secret()))
    assert rows(tmp_path / "az") == rows(tmp_path / "rest")


def test_vaults_are_found_by_name_in_the_snapshot(tmp_path: Path) -> None:
    resources(tmp_path, [vault("Kv1")])
    taken(tmp_path, listed(secret()), vaults=[])
    assert stored(tmp_path, "id", name="components") == [(f"{VAULT}/Kv1/secrets/db",)]


def test_a_vault_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert slugs(tmp_path, listed(secret()), vaults=[]) == ["unknown-vault"]
    assert slugs(tmp_path, listed(secret()), vaults=["kv1"]) == ["unknown-vault"] * 2


@pytest.mark.parametrize(
    "holder",
    [
        {"id": f"{URL}/secrets/db/0a", "value": "hunter2", "attributes": {"enabled": True}},
        [{"id": f"{URL}/secrets/db/0a", "value": "", "attributes": {"enabled": True}}],
        {"key": {"kid": f"{URL}/keys/k/1", "kty": "RSA", "d": "c2VjcmV0"}, "attributes": {}},
        {"key": {"kid": f"{URL}/keys/k/1", "kty": "oct", "k": "c2VjcmV0"}, "attributes": {}},
    ],
)
def test_a_file_with_a_value_is_refused_and_its_value_is_not_shown(
    tmp_path: Path, holder: Any
) -> None:
    with pytest.raises(InputError) as caught:
        taken(tmp_path, holder)
    assert [d.slug for d in caught.value.diagnostics] == ["secret-value"]
    said = str(caught.value.diagnostics)
    assert "hunter2" not in said
    assert "c2VjcmV0" not in said
    assert not (tmp_path / "s").exists()


def test_what_is_no_object_of_a_vault_is_a_fault_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        taken(tmp_path, listed(secret(), {"id": "https://example.com/secrets/x"}, 7))
    found = caught.value.diagnostics
    assert [d.slug for d in found] == ["row-fault", "row-fault"]
    assert [d.message[:5] for d in found] == ["row 2", "row 3"]
    assert found[0].span is not None
    assert found[0].span.line > 5


def test_a_list_of_keys_alone_says_nothing_of_their_type(tmp_path: Path) -> None:
    done = taken(tmp_path, listed(key()))
    projection = table(done, "components").projection
    assert projection is not None
    seen = projection["microsoft.keyvault.data/vaults/keys"]
    assert "properties.attributes" in seen
    assert "properties.keyType" not in seen
    assert "properties.scheduledRotationDate" not in seen


def test_list_key_and_rotation_policy_make_one_row(tmp_path: Path) -> None:
    modulus = base64.urlsafe_b64encode((1 << 3071).to_bytes(385, "big")).decode().rstrip("=")
    shown = {
        "key": {"kid": f"{URL}/keys/disk/1f", "kty": "RSA-HSM", "n": modulus, "e": "AQAB"},
        "attributes": key()["attributes"],
    }
    policy = {
        "id": f"{URL}/keys/disk/rotationpolicy",
        "lifetimeActions": [
            {"action": {"type": "Notify"}, "trigger": {"timeBeforeExpiry": "P30D"}},
            {"action": {"type": "Rotate"}, "trigger": {"timeAfterCreate": "P18M"}},
        ],
    }
    done = taken(tmp_path, listed(key()), shown, policy)
    assert rows(tmp_path)["disk"] == {
        "attributes": {"createdOn": "2025-10-09T08:53:20Z", "enabled": True},
        "keyType": "RSA-HSM",
        "keySize": 3072,
        "scheduledRotationDate": "2027-04-09T08:53:20Z",
    }
    projection = table(done, "components").projection
    assert projection is not None
    seen = projection["microsoft.keyvault.data/vaults/keys"]
    assert {"properties.keyType", "properties.scheduledRotationDate"} <= set(seen)


@pytest.mark.parametrize(
    ("period", "at"),
    [
        ({"timeAfterCreate": "P1Y2M"}, "2026-12-09T08:53:20Z"),
        ({"timeBeforeExpiry": "P30D"}, "2026-08-22T14:13:20Z"),
        ({"timeBeforeExpiry": "P1M"}, "2026-08-21T14:13:20Z"),
        ({"timeAfterCreate": "soon"}, None),
    ],
)
def test_a_rotation_is_reckoned_from_the_keys_own_times(
    tmp_path: Path, period: dict[str, str], at: str | None
) -> None:
    attributes = {"created": 1_760_000_000, "exp": 1_790_000_000}
    policy = {
        "id": f"{URL}/keys/disk/rotationpolicy",
        "lifetimeActions": [{"action": "Rotate", **period}],
    }
    taken(tmp_path, listed(key(attributes=attributes)), policy)
    assert rows(tmp_path)["disk"].get("scheduledRotationDate") == at


@pytest.mark.parametrize("form", ["service", "az"])
def test_a_certificates_policy_is_read_in_both_spellings(tmp_path: Path, form: str) -> None:
    service = {
        "key_props": {"kty": "RSA", "key_size": 4096},
        "issuer": {"name": "DigiCert"},
        "x509_props": {"validity_months": 12},
        "lifetime_actions": [
            {"trigger": {"days_before_expiry": 60}, "action": {"action_type": "EmailContacts"}},
            {"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "AutoRenew"}},
        ],
    }
    az = {
        "keyProperties": {"keyType": "RSA", "keySize": 4096, "curve": None},
        "issuerParameters": {"name": "DigiCert"},
        "x509CertificateProperties": {"validityInMonths": 12},
        "lifetimeActions": [
            {"trigger": {"lifetimePercentage": 80}, "action": {"actionType": "AutoRenew"}}
        ],
    }
    policy = service if form == "service" else az
    item = {"id": f"{URL}/certificates/web/1", "attributes": {"enabled": True}, "policy": policy}
    taken(tmp_path, item)
    assert rows(tmp_path)["web"] == {
        "attributes": {"enabled": True},
        "issuer": {"name": "DigiCert"},
        "keyProperties": {"keyType": "RSA", "keySize": 4096},
        "lifetimeAction": {"actionType": "AutoRenew", "lifetimePercentage": 80},
        "properties": {"validityInMonths": 12},
    }


def public_part(authority: str) -> str:
    """Give a certificate of an authority, as the service shows it."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    own = ec.generate_private_key(ec.SECP256R1())
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
        for text in ("www.example.com", authority)
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(own.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .sign(own, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


@pytest.mark.parametrize(
    ("cer", "authority"),
    [("made", "Contoso Issuing CA"), ("bm90IGEgY2VydA==", None), ("not base64!", None), (7, None)],
)
def test_the_authority_is_read_of_a_certificates_public_part(
    tmp_path: Path, cer: Any, authority: str | None
) -> None:
    item = {
        "id": f"{URL}/certificates/web/1",
        "kid": f"{URL}/keys/web/1",
        "sid": f"{URL}/secrets/web/1",
        "cer": public_part("Contoso Issuing CA") if cer == "made" else cer,
        "policy": {"issuer": {"name": "Unknown"}},
    }
    taken(tmp_path, item)
    assert rows(tmp_path)["web"]["issuer"].get("commonName") == authority


def test_the_size_of_a_symmetric_key_is_not_known_and_hides_no_other(tmp_path: Path) -> None:
    shown = [
        {"key": {"kid": f"{URL}/keys/{name}/1", "kty": kind, **more}, "attributes": {}}
        for name, kind, more in (("a", "oct-HSM", {}), ("b", "EC", {"crv": "P-256"}))
    ]
    done = taken(tmp_path, *shown)
    assert rows(tmp_path)["a"]["keySize"] == {"$redacted": True}
    assert "keySize" not in rows(tmp_path)["b"]
    projection = table(done, "components").projection
    assert projection is not None
    assert "properties.keySize" in projection["microsoft.keyvault.data/vaults/keys"]


def test_the_newest_of_several_versions_is_the_current_one(tmp_path: Path) -> None:
    def version(number: int, **more: Any) -> dict[str, Any]:
        attributes = {"created": 1_760_000_000 + number, **more}
        return {"id": f"{URL}/secrets/db/{number}a", "attributes": attributes}

    taken(tmp_path, listed(version(1), version(3, exp=1_790_000_000), version(2)))
    assert rows(tmp_path)["db"]["attributes"]["expiresOn"] == "2026-09-21T14:13:20Z"


def test_two_answers_that_differ_are_kept_apart_and_warned_of(tmp_path: Path) -> None:
    done = taken(tmp_path, listed(secret(contentType="a")), listed(secret(contentType="b")))
    assert [d.slug for d in done.diagnostics] == ["conflicting-rows"]


def test_a_managed_hsm_has_rows_of_its_own_type(tmp_path: Path) -> None:
    hsm = VAULT.replace("/vaults", "/managedHSMs") + "/mh1"
    item = {"kid": "https://mh1.managedhsm.azure.net/keys/k", "attributes": {"enabled": True}}
    taken(tmp_path, listed(item), vaults=[hsm])
    ((resource_id, kind),) = stored(tmp_path, "id", "type", name="components")
    assert (resource_id, kind) == (f"{hsm}/keys/k", "microsoft.managedhsm.data/managedhsms/keys")


def test_nothing_but_a_declaration_makes_components_complete(tmp_path: Path) -> None:
    assert str(table(taken(tmp_path, listed(secret())), "components").complete) == "unknown"
    (tmp_path / "said").mkdir()
    said = ("Ana Lima", "all vaults were listed")
    done = taken(tmp_path / "said", listed(secret()), declared=said)
    assert str(table(done, "components").complete) == "true"


def test_a_declaration_does_not_hide_a_page_that_is_missing(tmp_path: Path) -> None:
    other = {"kid": f"{URL}/keys/k", "attributes": {"enabled": True}}
    done = taken(
        tmp_path, listed(secret(), link=f"{URL}/secrets?$skiptoken=x"), listed(other),
        declared=("Ana Lima", "all vaults were listed"),
    )  # fmt: skip
    assert str(table(done, "components").complete) == "false"
    assert "declaration-contradicted" in [d.slug for d in done.diagnostics]
    assert "secrets of `kv1`" in str(table(done, "components").incomplete)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the recorded samples")
def test_recorded_answers_are_read(tmp_path: Path) -> None:
    names = {"cckeyvault1yghq6zt4ewg2e", "c7ntestvault", "cfb-txqrnpdc-nrbac-vault"}
    files = [f for f in sorted(SAMPLES.glob("*.json")) if not f.name.startswith("storage")]
    assert len(files) == 9
    done = import_key_vault(
        files, tmp_path / "s", vaults=[f"{VAULT}/{name}" for name in names], scopes=(),
        declared=None, at=AT,
    )  # fmt: skip
    found = {(name, kind.rsplit("/", 1)[-1]) for name, kind in stored(
        tmp_path, "name", "type", name="components")}  # fmt: skip
    assert found == {
        ("cctest1", "certificates"),
        ("cctest2", "certificates"),
        ("cctest1", "keys"),
        ("cctest2", "keys"),
        ("cctestec", "keys"),
        ("cctestrsa", "keys"),
        ("test", "keys"),
        ("cfb-txqrNpDc-test-secret-with-exp", "secrets"),
    }
    # one key was recorded four times, between changes
    assert [d.slug for d in done.diagnostics] == ["conflicting-rows"]
