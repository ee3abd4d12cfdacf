"""Masking of ids on demand: the same id has the same mask in every table, under one key.

A mask is made with HMAC-SHA256 and a key of the user's: who has no key cannot tell which id it
was, and two snapshots under one key can be compared. Masked are the ids of subscriptions, tenants
and principals, the names in resource ids, and the names of hosts of Azure. Kept are types, names
that Azure gives (`default`, names of plans and of settings), and names of policy and role
definitions: checks read these. It is no anonymisation: free text and tags keep other words.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import Lines, TableSchema
from attestgraph.evidence.spool import PATHS, PLACE, stored_values
from attestgraph.model.ids import ascii_lower

LEAST_KEY: Final = 16
_GUID_FORM: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID: Final = re.compile(_GUID_FORM, re.ASCII)
_ID: Final = re.compile(r"/(?:subscriptions|providers)/[^\s\"'<>|?#,;]+", re.ASCII | re.IGNORECASE)
_HOST: Final = re.compile(
    r"(?<![A-Za-z0-9.-])([A-Za-z0-9-]+)((?:\.[A-Za-z0-9-]+)*\.(?:azure\.net|azure\.com|azure\.cn"
    r"|windows\.net|azurewebsites\.net|usgovcloudapi\.net|chinacloudapi\.cn))(?![A-Za-z0-9-])",
    re.ASCII | re.IGNORECASE,
)
_WORD: Final = re.compile(f"{_HOST.pattern}|{_GUID_FORM}", re.ASCII | re.IGNORECASE)
# checks and initiatives name these; they are the same in every tenant or of no one in particular
_KEPT_NAMES: Final = frozenset(
    {
        "microsoft.authorization/policydefinitions",
        "microsoft.authorization/policysetdefinitions",
        "microsoft.authorization/roledefinitions",
    }
)
_KEPT_PROVIDERS: Final = ("microsoft.security/",)
# children whose names are settings of the service
_KEPT_CHILDREN: Final = ("/configurations", "/config", "/basicpublishingcredentialspolicies")
_WORDS: Final = frozenset(
    {"activedirectory", "current", "default", "ftp", "master", "scm", "web", "administrator"}
)
_ID_COLUMNS: Final = frozenset(
    {
        "id", "managed_by", "resource_key", "resource_id", "definition_key", "assignment_key",
        "set_definition_key", "scope", "component_id", "subscription_id", "tenant_id", "owner",
    }
)  # fmt: skip
_DEEP_COLUMNS: Final = frozenset(
    {"properties", "identity", "tags", "extra", "details", "parameters", "selectors", "not_scopes"}
)


class Mask:
    """Masks under one key."""

    def __init__(self, key: bytes) -> None:
        """Make one.

        Args:
            key: Secret; whoever has it can test which id a mask is of.

        Raises:
            InputError: `bad-mask-key`: it is too short to be a secret.
        """
        if len(key) < LEAST_KEY:
            raise InputError(
                Diagnostic(
                    slug="bad-mask-key",
                    message=f"the key of the mask has {len(key)} bytes, {LEAST_KEY} are the least",
                    help="make one with `openssl rand -hex 32 > mask.key` and keep it secret",
                )
            )
        self._key = key

    def guid(self, text: str) -> str:
        """Return the mask of a GUID: a GUID."""
        made = bytearray(self._digest("guid", text)[:16])
        # version 8 of RFC 9562: bits of one's own
        made[6], made[8] = 0x80 | made[6] & 0x0F, 0x80 | made[8] & 0x3F
        return str(uuid.UUID(bytes=bytes(made)))

    def name(self, text: str) -> str:
        """Return the mask of a name: letters and digits, so that it is a name anywhere."""
        if _GUID.fullmatch(text):
            return self.guid(text)
        return f"m{self._digest('name', text).hex()[:15]}"

    def resource_id(self, text: str) -> str:
        """Return an id with the names in it masked; types, and what Azure names, are kept."""
        parts = text.split("/")
        for at in range(1, len(parts) - 1, 2):
            word, name = ascii_lower(parts[at]), parts[at + 1]
            if word == "providers":
                # then a provider, and pairs of types and names
                return "/".join((*parts[: at + 2], *self._below(parts[at + 1], parts[at + 2 :])))
            parts[at + 1] = self.name(name) if name else name
        return "/".join(parts)

    def _below(self, provider: str, parts: list[str]) -> list[str]:
        """Mask the names below a provider, and below an extension's."""
        kind = ascii_lower(provider)
        made: list[str] = []
        for at in range(0, len(parts), 2):
            if ascii_lower(parts[at]) == "providers":
                rest = parts[at + 1 :]
                return [
                    *made,
                    parts[at],
                    *rest[:1],
                    *self._below(rest[0] if rest else "", rest[1:]),
                ]
            kind = f"{kind}/{ascii_lower(parts[at])}"
            made.append(parts[at])
            if at + 1 < len(parts):
                made.append(self._name_of(kind, parts[at + 1]))
        return made

    def _name_of(self, kind: str, name: str) -> str:
        is_child = kind.count("/") > 1
        if kind in _KEPT_NAMES or kind.startswith(_KEPT_PROVIDERS):
            return name
        if is_child and (kind.endswith(_KEPT_CHILDREN) or ascii_lower(name) in _WORDS):
            return name
        return self.name(name) if name else name

    def text(self, text: str) -> str:
        """Return a text with the ids and hosts in it masked."""
        pieces, end = [], 0
        for match in _ID.finditer(text):
            pieces += [self._plain(text[end : match.start()]), self.resource_id(match[0])]
            end = match.end()
        return "".join((*pieces, self._plain(text[end:])))

    def _plain(self, text: str) -> str:
        return _WORD.sub(lambda m: self.name(m[1]) + m[2] if m[1] else self.guid(m[0]), text)

    def value(self, value: Any) -> Any:
        """Return a JSON value with all texts in it masked; keys stay."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case list():
                return [self.value(item) for item in value]
            case _:
                return value

    def row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of a row of any table, masked; what is made of the id is made anew."""
        made = {
            name: self.value(value) if name in _ID_COLUMNS | _DEEP_COLUMNS else value
            for name, value in values.items()
        }
        resource_id, name = values.get("id"), values.get("name")
        if isinstance(resource_id, str) and isinstance(name, str):
            last = resource_id.rstrip("/").rpartition("/")[2]
            same = ascii_lower(last) == ascii_lower(name)
            made["name"] = made["id"].rpartition("/")[2] if same else self.name(name)
        return made

    def _digest(self, kind: str, text: str) -> bytes:
        data = f"{kind}\n{ascii_lower(text)}".encode()
        return hmac.new(self._key, data, hashlib.sha256).digest()


def masked_line(line: bytes, lines: Lines, schema: TableSchema, mask: Mask) -> bytes:
    """Return a spooled line with its ids masked; keys and digests are those of the masked row.

    Args:
        line: As `Lines.line` made it.
        lines: Makes lines of the table.
        schema: The table.
        mask: Under which key.
    """
    spooled = orjson.loads(line)
    names = schema.names
    values = stored_values(names, schema, [spooled[name] for name in names])
    again = orjson.loads(lines.line(mask.row(values), place=spooled[PLACE]))
    # what was redacted before stays told, though nothing is left to redact
    again[PATHS] = spooled[PATHS]
    if "redacted" in spooled:
        again["redacted"] = spooled["redacted"]
    return orjson.dumps(again, option=orjson.OPT_APPEND_NEWLINE)


def read_mask(path: Path) -> Mask:
    """Return the mask of a key file; spaces around the key do not count.

    Raises:
        InputError: `missing-file`, `bad-mask-key`.
    """
    if not path.is_file():
        message = "there is no such file"
        raise InputError(Diagnostic(slug="missing-file", message=message, path=str(path)))
    return Mask(path.read_bytes().strip())
