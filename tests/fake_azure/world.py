"""The resources of a generated tenant: every fact of resource number n is computed from n."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import orjson

from tests.fake_azure.kinds import KINDS, LOCATIONS, SITE_CONFIG, Kind, Pick
from tests.fake_azure.tables import Head

_SPACE: Final = UUID("6f1c7a0e-2b57-4d2e-9d0a-5b8f1b0c7d11")
_SLOTS: Final = re.compile(rb"(@(?:ID|NAME|SUB|RG|LOCATION|TENANT)@)")
_VARIANTS: Final = 16
_GROUPS: Final = ("app", "data", "net", "ops", "web", "lab")
VAULT: Final = 0
SITE: Final = next(at for at, kind in enumerate(KINDS) if kind.type == "Microsoft.Web/sites")


class World:
    """Resource number n of `count` is in subscription n modulo their number."""

    def __init__(
        self, seed: int, *, tenant: str, resources: int, subscriptions: int, vaults: int | None
    ) -> None:
        self.seed = seed & 0xFFFFFFFF
        self.tenant = tenant
        self.count = resources
        self.vaults = vaults
        self.subscriptions = tuple(
            str(uuid5(_SPACE, f"{seed}/subscription/{n}")) for n in range(subscriptions)
        )
        shares = [at for at, k in enumerate(KINDS) for _ in range(k.share)]
        self._shares = [at for at in shares if vaults is None or at != VAULT]
        random.Random(seed).shuffle(self._shares)  # noqa: S311 - made-up data
        self._templates: dict[tuple[int, int], list[bytes]] = {}
        self._sites: dict[int, list[bytes]] = {}

    def uuid(self, *words: object) -> str:
        """Return an id that is the same for the same words."""
        return str(uuid5(_SPACE, "/".join(map(str, (self.seed, *words)))))

    def mixed(self, number: int) -> int:
        """Return 32 bits that look like chance."""
        mixed = (number ^ self.seed) * 0x9E3779B1 & 0xFFFFFFFF
        mixed = (mixed ^ mixed >> 15) * 0x85EBCA77 & 0xFFFFFFFF
        return mixed ^ mixed >> 13

    def kind(self, number: int) -> int:
        """Return which of KINDS a resource is."""
        return self._kind(number, self.mixed(number))

    def name(self, number: int) -> str:
        """Return the name of a resource; its last seven digits are its number."""
        return f"{KINDS[self.kind(number)].prefix}{number:07}"

    def group(self, number: int) -> str:
        """Return the resource group of a resource."""
        return f"rg-{_GROUPS[(self.mixed(number) >> 8) % len(_GROUPS)]}"

    def groups(self) -> Iterator[tuple[str, str]]:
        """Return every resource group with its subscription."""
        for subscription in self.subscriptions:
            for group in _GROUPS:
                yield subscription, f"rg-{group}"

    def location(self, number: int) -> str:
        """Return the location of a resource."""
        return LOCATIONS[(self.mixed(number) >> 12) % len(LOCATIONS)]

    def subscription(self, number: int) -> str:
        """Return the subscription of a resource."""
        return self.subscriptions[number % len(self.subscriptions)]

    def id(self, number: int) -> str:
        """Return the id of a resource; its spelling is as careless as Azure's."""
        mixed = self.mixed(number)
        kind = KINDS[self._kind(number, mixed)]
        group = f"rg-{_GROUPS[(mixed >> 8) % len(_GROUPS)]}"
        if mixed >> 16 & 7 == 0:
            group = group.upper()
        return (
            f"/subscriptions/{self.subscription(number)}/resourceGroups/{group}"
            f"/providers/{kind.type}/{kind.prefix}{number:07}"
        )

    def _kind(self, number: int, mixed: int) -> int:
        if self.vaults is not None and number < self.vaults:
            return VAULT
        return self._shares[mixed % len(self._shares)]

    def number_of(self, resource_id: str) -> int | None:
        """Return the number of a resource; None where there is none of this id."""
        digits = resource_id[-7:]
        if not digits.isdigit() or int(digits) >= self.count:
            return None
        number = int(digits)
        return number if self.id(number).lower() == resource_id.lower() else None

    def heads(self) -> Iterator[Head]:
        """Return what an index needs of every resource."""
        for number in range(self.count):
            kind = KINDS[self.kind(number)].type.lower()
            yield Head(number, self.id(number), kind, self.subscription(number))

    def site_heads(self) -> Iterator[Head]:
        """Return what an index needs of the configuration of every web site."""
        for number in range(self.count):
            if self.kind(number) == SITE:
                where = self.subscription(number)
                yield Head(
                    number, f"{self.id(number)}/config/web", "microsoft.web/sites/config", where
                )

    def row(self, number: int) -> bytes:
        """Return a resource as Resource Graph shows it."""
        mixed = self.mixed(number)
        kind, variant = self._kind(number, mixed), (mixed >> 20) % _VARIANTS
        template = self._templates.get((kind, variant))
        if template is None:
            made = self._template(KINDS[kind], f"{kind}/{variant}")
            template = self._templates[kind, variant] = _SLOTS.split(made)
        return self._filled(template, number)

    def site_row(self, number: int) -> bytes:
        """Return the configuration of a web site as Resource Graph shows it."""
        variant = (self.mixed(number) >> 24) % _VARIANTS
        if variant not in self._sites:
            row = _row("@ID@/config/web", "@NAME@", "microsoft.web/sites/config")
            row["properties"] = self.drawn(SITE_CONFIG, f"site/{variant}")
            self._sites[variant] = _SLOTS.split(orjson.dumps(row | {"location": "@LOCATION@"}))
        return self._filled(self._sites[variant], number)

    def drawn(self, value: Any, word: str) -> Any:
        """Return a value with one of each `Pick`: the same for the same word."""
        return _drawn(value, random.Random(f"{self.seed}/{word}"))  # noqa: S311 - made-up data

    def fill(self, value: Mapping[str, Any], number: int) -> dict[str, Any]:
        """Return a value with the facts of a resource in its slots."""
        filled = self._filled(_SLOTS.split(orjson.dumps(value)), number)
        found = orjson.loads(filled)
        assert isinstance(found, dict)
        return found

    def _filled(self, template: list[bytes], number: int) -> bytes:
        row_id = self.id(number)
        values = {
            b"@ID@": row_id.encode(),
            b"@NAME@": row_id[row_id.rindex("/") + 1 :].encode(),
            b"@SUB@": self.subscription(number).encode(),
            b"@RG@": self.group(number).encode(),
            b"@LOCATION@": self.location(number).encode(),
            b"@TENANT@": self.tenant.encode(),
        }
        pieces = template.copy()
        pieces[1::2] = [values[slot] for slot in template[1::2]]
        return b"".join(pieces)

    def _template(self, kind: Kind, word: str) -> bytes:
        row = _row("@ID@", "@NAME@", kind.type.lower()) | {"location": "@LOCATION@"}
        row["tags"] = Pick(None, {"env": "prod", "owner": "team-a"}, {"env": "test"})
        row["sku"], row["kind"], row["identity"] = kind.sku, kind.kind, kind.identity
        row["properties"] = kind.properties
        return orjson.dumps(self.drawn(row, word))


def _row(row_id: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "id": row_id,
        "name": name,
        "type": kind,
        "tenantId": "@TENANT@",
        "kind": "",
        "location": "",
        "resourceGroup": "@RG@",
        "subscriptionId": "@SUB@",
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": {},
        "tags": None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }


def plain_row(
    row_id: str, kind: str, *, subscription: str = "", tenant: str = "", name: str | None = None
) -> dict[str, Any]:
    """Return a row of Resource Graph without properties."""
    row = _row(row_id, row_id.rpartition("/")[2] if name is None else name, kind)
    return row | {"tenantId": tenant, "resourceGroup": "", "subscriptionId": subscription}


def _drawn(value: Any, chance: random.Random) -> Any:
    if isinstance(value, Pick):
        return _drawn(chance.choice(value.values), chance)
    if isinstance(value, Mapping):
        return {name: _drawn(one, chance) for name, one in value.items()}
    if isinstance(value, list):
        return [_drawn(one, chance) for one in value]
    return value
