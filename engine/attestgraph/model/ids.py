"""Canonical ids, keys and digests (CONTRACT section 1)."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Final, NewType

import orjson

ControlId = NewType("ControlId", str)
CheckId = NewType("CheckId", str)
FrameworkId = NewType("FrameworkId", str)
RequirementId = NewType("RequirementId", str)
SystemId = NewType("SystemId", str)

# ids made here must be the same in every run, for ever: a fixed namespace of our own
NAMESPACE: Final = uuid.UUID("0e4ad1f2-2a5b-5d0c-9c56-3b7d0a6a4f11")
_LOWER: Final = {c: c + 32 for c in range(ord("A"), ord("Z") + 1)}
_PROVIDERS: Final = "/providers/"


def ascii_lower(text: str) -> str:
    """Return the text with A to Z lowered and all else unchanged."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def id_key(resource_id: str) -> str:
    """Return a resource id in the one form used as a key.

    Resource Manager treats ids as case-insensitive but returns them as the caller wrote them.
    Spaces around and trailing slashes are dropped, one leading slash is added, ASCII is lowered.
    """
    text = resource_id.strip()
    # a space may stand before a slash that is dropped: a key is its own key
    while text.endswith("/"):
        text = text.rstrip("/").rstrip()
    if not text:
        return ""
    return ascii_lower(text if text.startswith("/") else "/" + text)


def subscription_of(key: str) -> str | None:
    """Return the subscription id in an id key, or None."""
    parts = key.split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" and parts[2] else None


def resource_group_of(key: str) -> str | None:
    """Return the resource group name in an id key, or None."""
    parts = key.split("/")
    if len(parts) > 4 and parts[1] == "subscriptions" and parts[3] == "resourcegroups":
        return parts[4] or None
    return None


def parent_key(key: str) -> str | None:
    """Return the key of the parent, or None at the top.

    An extension or top-level resource hangs on what stands before its last `/providers/`; a child
    drops its last type and name.
    """
    at = key.rfind(_PROVIDERS)
    if at < 0:
        parts = key.split("/")
        return "/".join(parts[:-2]) or None if len(parts) > 4 else None
    tail = key[at + len(_PROVIDERS) :].split("/")
    if len(tail) > 3:
        return key.rsplit("/", 2)[0]
    return key[:at] or None


def type_in_id(key: str) -> str | None:
    """Return the resource type that an id key names (lower case), or None where it names none."""
    at = key.rfind(_PROVIDERS)
    if at < 0:
        parts = key.split("/")
        if len(parts) == 3 and parts[1] == "subscriptions":
            return "microsoft.resources/subscriptions"
        if len(parts) == 5 and parts[3] == "resourcegroups":
            return "microsoft.resources/subscriptions/resourcegroups"
        return None
    tail = key[at + len(_PROVIDERS) :].split("/")
    return "/".join([tail[0], *tail[1::2]]) if len(tail) > 2 and len(tail) % 2 else None


def is_within(key: str, scope_key: str) -> bool:
    """Tell whether `key` is the scope itself or lies below it."""
    return key == scope_key or scope_key in ("", "/") or key.startswith(scope_key + "/")


def canonical_json(value: Any) -> bytes:
    """Return one form of a JSON value: keys sorted, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of bytes as lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a JSON value in its canonical form."""
    return sha256_of(canonical_json(value))


def stable_uuid(kind: str, *keys: str) -> str:
    """Return the same version 5 UUID for the same kind and keys, whatever the keys hold."""
    # a JSON list, never joined strings: ("a b", "c") and ("a", "b c") must differ
    return str(uuid.uuid5(NAMESPACE, orjson.dumps([kind, *keys]).decode()))
