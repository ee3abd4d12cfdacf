"""One object of a key vault, as the data plane or `az` shows it, to a component row.

Component rows have the fields that Azure Policy's aliases of `Microsoft.KeyVault.Data` name,
without a wrapper: `attributes.expiresOn`, `keyType`, `issuer.name` (CONTRACT section 2).
"""

from __future__ import annotations

import base64
import binascii
import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attestgraph.evidence.redaction import REDACTED_KEY
from attestgraph.model.times import format_time, parse_time

_URL: Final = re.compile(
    r"https://(?P<vault>[A-Za-z0-9-]+)\.(?P<service>vault|managedhsm)\.[a-z.]+(?::443)?/"
    r"(?P<collection>keys|secrets|certificates)/(?P<name>[A-Za-z0-9-]+)"
    r"(?:/(?P<version>[0-9A-Za-z]+))?/?",
    re.ASCII,
)
_PERIOD: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", re.ASCII)
_TIMES: Final = (
    ("expiresOn", ("exp", "expires", "expiresOn")),
    ("notBefore", ("nbf", "notBefore")),
    ("createdOn", ("created", "createdOn")),
    ("updatedOn", ("updated", "updatedOn")),
)
_PLAIN: Final = ("enabled", "recoveryLevel", "recoverableDays", "exportable", "hsmPlatform")
_ROTATION: Final = "rotationpolicy"
GIVEN: Final = frozenset({"properties.attributes", "properties.managed", "tags"})
"""What every list says of an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultObject:
    """What one answer says of a key, secret or certificate.

    Attributes:
        vault: The vault's name, as its address has it.
        vault_type: The resource type of the vault, lower case.
        created: When the version that is spoken of was made.
        said: Members of the row's properties, and `tags`.
        given: The row paths that the answer says something of.
    """

    vault: str
    vault_type: str
    collection: str
    name: str
    created: str | None
    said: Mapping[str, Any]
    given: frozenset[str]


def object_of(item: Any) -> VaultObject | None:
    """Return what an item of an answer says, or None where it is no object of a vault."""
    if not isinstance(item, dict):
        return None
    key = _first(item, "key")
    url = next(
        # a certificate names its key and its secret as well
        (u for u in (item.get("id"), key.get("kid"), item.get("kid")) if isinstance(u, str)),
        "",
    )
    match = _URL.fullmatch(url)
    if match is None:
        return None
    hsm = match["service"] == "managedhsm"
    rotation = match["version"] == _ROTATION
    said, given = _rotation(item) if rotation else _said(item, key, match["collection"])
    attributes = said.get("attributes")
    return VaultObject(
        vault=match["vault"],
        vault_type="microsoft.keyvault/managedhsms" if hsm else "microsoft.keyvault/vaults",
        collection=match["collection"],
        name=match["name"],
        created=attributes.get("createdOn") if isinstance(attributes, dict) else None,
        said=said,
        given=given,
    )


def row_of(resource_id: str, each: VaultObject, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of an object.

    Args:
        resource_id: The vault's id, and the object's collection and name.
        each: The object.
        said: All that is said of it.
    """
    properties = {name: value for name, value in said.items() if name not in ("tags", "rotation")}
    scheduled = _scheduled(said.get("rotation"), properties.get("attributes", {}))
    if scheduled is not None:
        properties["scheduledRotationDate"] = scheduled
    holder = (
        "microsoft.managedhsm.data/managedhsms"
        if each.vault_type.endswith("managedhsms")
        else "microsoft.keyvault.data/vaults"
    )
    return {
        "id": resource_id,
        "name": each.name,
        "type": f"{holder}/{each.collection}",
        "properties": properties,
        "tags": said.get("tags"),
    }


def _said(
    item: Mapping[str, Any], key: Mapping[str, Any], collection: str
) -> tuple[dict[str, Any], frozenset[str]]:
    said: dict[str, Any] = {"attributes": _attributes(item.get("attributes"))}
    given = GIVEN
    if isinstance(item.get("managed"), bool):
        said["managed"] = item["managed"]
    if item.get("tags"):
        said["tags"] = dict(item["tags"])
    if collection == "secrets":
        said["contentType"] = item.get("contentType") or None
        given |= {"properties.contentType"}
    if key.get("kty"):
        size, curve = _bits(key.get("n")), key.get("crv")
        said |= {"keyType": key["kty"]}
        said |= {"keySize": size} if size else {}
        said |= {"ellipticCurveName": curve} if curve else {}
        # without a modulus (a symmetric key, an answer cut short) the size of this key is not known
        said |= {} if size or curve else {"keySize": {REDACTED_KEY: True}}
        given |= {f"properties.{n}" for n in ("keyType", "keySize", "ellipticCurveName")}
    policy = item.get("policy")
    if isinstance(policy, dict):
        said |= _policy(policy)
        authority = _authority(item.get("cer"))
        said["issuer"] |= {} if authority is None else {"commonName": authority}
        given |= {f"properties.{n}" for n in ("keyProperties", "issuer", "lifetimeAction")}
        given |= {"properties.properties"}
    return said, given


def _attributes(value: Any) -> dict[str, Any]:
    given = value if isinstance(value, dict) else {}
    found = {name: given[name] for name in _PLAIN if given.get(name) is not None}
    for name, spellings in _TIMES:
        moment = next((given[s] for s in spellings if given.get(s) is not None), None)
        text = _time(moment)
        if text is not None:
            found[name] = text
    return found


def _time(value: Any) -> str | None:
    if type(value) is int:
        return format_time(datetime.fromtimestamp(value, tz=UTC))
    if isinstance(value, str):
        try:
            return format_time(parse_time(value))
        except ValueError:
            return value
    return None


def _bits(modulus: Any) -> int | None:
    """Return the size of an RSA key of its public modulus."""
    if not isinstance(modulus, str):
        return None
    text = modulus.replace("+", "-").replace("/", "_").rstrip("=")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(data, "big").bit_length() or None


def _policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a certificate's policy says, of the service's or of `az`'s spelling."""
    keys = _first(policy, "key_props", "keyProperties")
    issuer = _first(policy, "issuer", "issuerParameters")
    x509 = _first(policy, "x509_props", "x509CertificateProperties")
    months = x509.get("validity_months", x509.get("validityInMonths"))
    found: dict[str, Any] = {
        "keyProperties": _present(
            {
                "keyType": keys.get("kty", keys.get("keyType")),
                "keySize": keys.get("key_size", keys.get("keySize")),
                "ellipticCurveName": keys.get("crv", keys.get("curve")),
            }
        ),
        "issuer": _present({"name": issuer.get("name")}),
        "properties": _present({"validityInMonths": months}),
    }
    action = _action(policy.get("lifetime_actions", policy.get("lifetimeActions")))
    return found | ({"lifetimeAction": action} if action else {})


def _authority(cer: Any) -> str | None:
    """Return the common name of the authority that issued a certificate, of its public part."""
    from cryptography import x509

    if not isinstance(cer, str):
        return None
    try:
        issuer = x509.load_der_x509_certificate(base64.b64decode(cer)).issuer
    except (binascii.Error, ValueError):
        return None
    found = issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else None


def _first(holder: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    return next((holder[n] for n in names if isinstance(holder.get(n), dict)), {})


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _action(actions: Any) -> dict[str, Any]:
    """Return the action that renews the certificate; else the first one."""
    found = []
    for each in actions if isinstance(actions, list) else ():
        if not isinstance(each, dict):
            continue
        trigger, action = _first(each, "trigger"), _first(each, "action")
        kind = action.get("action_type", action.get("actionType"))
        shown = {
            "actionType": kind,
            "daysBeforeExpiry": trigger.get("days_before_expiry", trigger.get("daysBeforeExpiry")),
            "lifetimePercentage": trigger.get(
                "lifetime_percentage", trigger.get("lifetimePercentage")
            ),
        }
        found.append(_present(shown))
    renewing = [a for a in found if str(a.get("actionType")).lower() == "autorenew"]
    return next(iter(renewing or found), {})


def _rotation(item: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return what a rotation policy says: the period of its action that rotates, if it has one."""
    found: dict[str, str] = {}
    for each in item.get("lifetimeActions") or ():
        action = each.get("action") if isinstance(each, dict) else None
        kind = action.get("type") if isinstance(action, dict) else action
        trigger = each.get("trigger") if isinstance(each.get("trigger"), dict) else each
        if str(kind).lower() == "rotate":
            names = ("timeAfterCreate", "timeBeforeExpiry")
            found = {n: str(trigger[n]) for n in names if trigger.get(n)}
    return {"rotation": found}, frozenset({"properties.scheduledRotationDate"})


def _scheduled(rotation: Any, attributes: Mapping[str, Any]) -> str | None:
    """Return when a key rotates next, of its policy and its own times."""
    if not isinstance(rotation, dict):
        return None
    ways: tuple[tuple[str, str, Callable[[int], int]], ...] = (
        ("timeAfterCreate", "createdOn", lambda n: n),
        ("timeBeforeExpiry", "expiresOn", lambda n: -n),
    )
    for name, anchor, sign in ways:
        match = _PERIOD.fullmatch(rotation.get(name, ""))
        if match is None or not any(match.groups()) or anchor not in attributes:
            continue
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        start = parse_time(attributes[anchor])
        moved = _months_later(start, sign(12 * years + months))
        return format_time(moved + timedelta(days=sign(7 * weeks + days)))
    return None


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def holds_value(item: Any) -> bool:
    """Tell whether an item holds what is secret: a value, or the private part of a key."""
    if not isinstance(item, dict):
        return False
    key = item.get("key")
    private = isinstance(key, dict) and any(key.get(name) for name in _PRIVATE)
    return item.get("value") is not None or private


def hidden_members(collection: str) -> dict[str, Any]:
    """Return what a list does not say of an object, marked as not to be read.

    The service shows no more than the list says of an object that is disabled.
    """
    return {name: {REDACTED_KEY: True} for name in _SHOWN.get(collection, ())}


_PRIVATE: Final = ("d", "k", "p", "q", "dp", "dq", "qi")
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "keys": ("keyType", "keySize", "ellipticCurveName"),
    "certificates": ("keyProperties", "issuer", "lifetimeAction", "properties"),
}
