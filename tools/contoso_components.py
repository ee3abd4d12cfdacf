"""What is in the key vaults of the made-up tenant: attributes, and never a value.

Lists and single objects as `az keyvault` prints them, for analytics as the data plane answers.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tools.contoso_base import digest

Answer = Any
_CREATED: Final = "2026-04-12"
_EXPIRES: Final = {"keys": "2027-10-01", "secrets": "2027-03-31", "certificates": "2027-04-11"}
_LISTED: Final = (
    "cmk-storage",
    "cmk-cosmos",
    "cmk-sql",
    "cmk-postgresql",
    "cmk-registry",
    "cmk-disks",
)
_WANTED: Final = dict.fromkeys(_LISTED, "RSA-HSM 3072")

# vault to keys: type, size or curve
KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    "kv-ehr-records": _WANTED,
    "kv-ehr-portal": {"token-signing": "EC-HSM P-256"},
    "kv-ehr-billing": {"claims-signing": "RSA-HSM 3072"},
    "kv-ehr-imaging": {"dicom-sealing": "RSA-HSM 4096"},
    "kv-anl-lake": _WANTED,
    "kv-anl-ml": {"feature-hash": "RSA 2048"},
    "kv-anl-train": {"model-signing": "EC P-256K"},
    "kv-shd-net": {"cmk-storage": "RSA-HSM 3072", "cmk-sql": "RSA-HSM 3072"},
    "kv-gen-lab": {"variants": "RSA 2048"},
    "hsm-ehr": {"archive-root": "RSA-HSM 4096", "archive-signing": "EC-HSM P-384"},
    "hsm-anl": {"study-root": "RSA-HSM 4096", "study-signing": "EC-HSM P-384"},
    "hsm-gen-lab": {"lab-root": "RSA-HSM 2048", "lab-signing": "EC-HSM P-256K"},
}
SECRETS: Final[Mapping[str, str]] = {
    "kv-ehr-portal": "session-cookie smtp-relay idp-client",
    "kv-ehr-integration": "hl7-partner-a hl7-partner-b fhir-client",
    "kv-ehr-billing": "clearing-house card-gateway",
    "kv-ehr-records": "pg-breakglass sql-breakglass",
    "kv-ehr-backup": "restore-passphrase",
    "kv-ehr-imaging": "archive-account",
    "kv-ehr-messaging": "broker-partner legacy-hl7",
    "kv-anl-lake": "lake-export supplier-sftp",
    "kv-anl-ingest": "source-reader",
    "kv-anl-reports": "smtp-relay embed-client",
    "kv-anl-ml": "registry-pull tracking",
    "kv-anl-train": "dataset-token",
    "kv-shd-net": "vpn-peer monitoring",
    "kv-shd-certs": "acme-account",
    "kv-shd-dev": "fixtures",
    "kv-gen-lab": "lab-share",
}
# vault to certificates: issuer, type, size or curve
CERTIFICATES: Final[Mapping[str, Mapping[str, str]]] = {
    "kv-ehr-portal": {"portal-mtls": "DigiCert RSA 3072"},
    "kv-ehr-integration": {"hl7-mtls": "DigiCert EC P-384"},
    "kv-ehr-records": {"agw-ehr-portal": "DigiCert RSA 3072", "apim-ehr": "GlobalSign RSA 3072"},
    "kv-anl-lake": {"agw-anl-dash": "Self RSA 3072", "apim-anl": "DigiCert RSA 3072"},
    "kv-shd-certs": {"wildcard-contoso": "DigiCert RSA 3072", "vpn-contoso": "DigiCert EC P-256"},
    "kv-gen-lab": {"lab-self": "Self EC P-256K"},
}

# planted: dates and settings that differ, by collection and name
_CHANGED: Final[Mapping[str, Mapping[str, Any]]] = {
    "secrets/legacy-hl7": {"expires": None},
    "keys/claims-signing": {"expires": "2026-11-14"},
    "keys/feature-hash": {"rotates": None},
    "keys/study-signing": {"expires": "2026-11-20"},
    "secrets/embed-client": {"expires": "2026-11-15", "content_type": None},
    "certificates/agw-anl-dash": {"months": 24},
    "keys/variants": {"expires": None, "created": "2023-05-02", "rotates": None},
    "keys/lab-root": {"expires": None, "created": "2023-05-02"},
    "keys/lab-signing": {"expires": "2026-11-05"},
    "secrets/lab-share": {"expires": None, "created": "2023-05-02", "content_type": None},
    "certificates/lab-self": {"expires": "2026-11-12", "months": 60, "renews": False},
}
FOUND_IN_VAULTS: Final[Mapping[str, str]] = {
    "kv-ehr-messaging": "98728c90 342e8053",
    "kv-ehr-billing": "5ff38825",
    "kv-anl-train": "ff25f3c8 587c79fe",
    "kv-anl-ml": "587c79fe d8cf8476",
    "kv-anl-reports": "75262d3e b0eb591a",
    "kv-anl-lake": "0a075868",
}
"""Definitions that find what is planted in a vault, by their first eight digits."""
FOUND_IN_HSMS: Final[Mapping[str, str]] = {"hsm-anl": "ad27588c"}

CUT: Final = ("kv-anl-lake", "secrets")
"""The list whose second page was never read."""


def _is_hsm(vault: str) -> bool:
    return vault.startswith("hsm-")


def _url(vault: str, collection: str, name: str) -> str:
    service = "managedhsm" if _is_hsm(vault) else "vault"
    return f"https://{vault}.{service}.azure.net/{collection}/{name}"


def _public(*keys: str, size: int) -> str:
    """Return public numbers of a key that is nobody's: `size` bits, the highest one set."""
    data = b"".join(
        hashlib.sha256("\0".join((*keys, str(n))).encode()).digest() for n in range(size // 256 + 1)
    )[: size // 8]
    return base64.urlsafe_b64encode(bytes([data[0] | 0x80]) + data[1:]).decode().rstrip("=")


class _Object:
    """One key, secret or certificate, and how it is shown."""

    def __init__(self, vault: str, collection: str, name: str, kind: str) -> None:
        planted = _CHANGED.get(f"{collection}/{name}", {})
        self.vault, self.collection, self.name, self.kind = vault, collection, name, kind
        self.created: str = planted.get("created", _CREATED)
        self.expires: str | None = planted.get("expires", _EXPIRES[collection])
        self.content_type = planted.get("content_type", "text/plain")
        self.rotates: str | None = planted.get("rotates", "P300D")
        self.months: int = planted.get("months", 12)
        self.renews: bool = planted.get("renews", True)
        self.service = vault.startswith("kv-anl") or vault == "hsm-anl"
        self.url = _url(vault, collection, name)
        self.version = digest(vault, collection, name)[:32]

    def _when(self, day: str) -> Any:
        moment = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC)
        return int(moment.timestamp()) if self.service else moment.isoformat()

    def attributes(self) -> dict[str, Any]:
        """Return the attributes, as the data plane or `az` spells them."""
        found = {
            "enabled": True,
            "created": self._when(self.created),
            "updated": self._when(self.created),
            "recoveryLevel": "Recoverable",
            "recoverableDays": 90,
        }
        if self.expires is not None:
            found["exp" if self.service else "expires"] = self._when(self.expires)
        return found

    def listed(self) -> dict[str, Any]:
        """Return the object as a list shows it."""
        name = "kid" if self.collection == "keys" else "id"
        found = {name: self.url, "attributes": self.attributes(), "tags": {}}
        if self.collection == "secrets":
            found["contentType"] = self.content_type
        return found

    def shown(self) -> Iterator[Answer]:
        """Yield what a list does not say: type and size, policy, rotation."""
        if self.collection == "keys":
            yield {"key": self._key(), "attributes": self.attributes(), "tags": {}}
            yield self._rotation()
        elif self.collection == "certificates":
            yield self._certificate()

    def _key(self) -> dict[str, Any]:
        kind, detail = self.kind.split()
        found: dict[str, Any] = {"kid": f"{self.url}/{self.version}", "kty": kind}
        if kind.startswith("EC"):
            return {**found, "key_ops": ["sign", "verify"], "crv": detail}
        found["key_ops"] = ["wrapKey", "unwrapKey"]
        if kind.startswith("RSA"):
            return {**found, "n": _public(self.url, size=int(detail)), "e": "AQAB"}
        return {**found, "key_size": int(detail)}

    def _rotation(self) -> dict[str, Any]:
        action = {"trigger": {"timeAfterCreate": self.rotates}, "action": {"type": "Rotate"}}
        notify = {"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "Notify"}}
        return {
            "id": f"{self.url}/rotationpolicy",
            "lifetimeActions": [*([action] if self.rotates else []), notify],
            "attributes": {"expiryTime": "P18M"},
        }

    def _certificate(self) -> dict[str, Any]:
        issuer, kind, detail = self.kind.split()
        key: dict[str, Any] = {"exportable": True, "kty": kind, "reuse_key": False}
        key |= {"crv": detail} if kind == "EC" else {"key_size": int(detail)}
        action = {"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "AutoRenew"}}
        names = {"subject": f"CN={self.name}.contoso.example", "validity_months": self.months}
        return {
            "id": f"{self.url}/{self.version}",
            "kid": _url(self.vault, "keys", self.name) + f"/{self.version}",
            "sid": _url(self.vault, "secrets", self.name) + f"/{self.version}",
            "x5t": base64.urlsafe_b64encode(bytes.fromhex(digest(self.url)[:40])).decode()[:27],
            "attributes": self.attributes(),
            "tags": {},
            "policy": {
                "id": f"{self.url}/policy",
                "key_props": key,
                "secret_props": {"contentType": "application/x-pkcs12"},
                "x509_props": names,
                "lifetime_actions": [action] if self.renews else [],
                "issuer": {"name": issuer},
            },
        }


def _objects(prefix: str) -> Iterator[list[_Object]]:
    """Yield the lists of all vaults whose names begin so: objects of one vault and collection."""
    for vault, keys in KEYS.items():
        if prefix in vault:
            yield [_Object(vault, "keys", name, kind) for name, kind in keys.items()]
    for vault, names in SECRETS.items():
        if prefix in vault:
            yield [_Object(vault, "secrets", name, "") for name in names.split()]
    for vault, held in CERTIFICATES.items():
        if prefix in vault:
            yield [_Object(vault, "certificates", name, kind) for name, kind in held.items()]


def _list(objects: list[_Object]) -> Answer:
    first = objects[0]
    shown = [each.listed() for each in objects]
    if not first.service:
        return shown
    link = None
    if (first.vault, first.collection) == CUT:
        start = f"https://{first.vault}.vault.azure.net/secrets?api-version=7.5&$skiptoken="
        link = start + digest("secrets")[:24]
    return {"value": shown, "nextLink": link}


def answers(*prefixes: str) -> str:
    """Return one answer a line: what is said of each object, then the lists."""
    lists = [found for prefix in prefixes for found in _objects(prefix)]
    lines = [answer for found in lists for each in found for answer in each.shown()]
    lines += [_list(found) for found in lists]
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def count() -> int:
    """Return how many keys, secrets and certificates there are."""
    return sum(len(found) for found in _objects("-"))
