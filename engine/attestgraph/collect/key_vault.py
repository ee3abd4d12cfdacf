"""What is in key vaults and managed HSMs, by their data plane: attributes, never a value.

Secrets are listed and never asked for one by one. Keys and certificates are listed and shown: a
list has no type of a key and no policy of a certificate. What may not be shown, because it is
disabled, is marked, so that a check that reads it is not evaluated.

Sources: Azure Key Vault REST API 7.4, GetKeys, GetKey, GetKeyRotationPolicy, GetSecrets,
GetCertificates, GetCertificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from attestgraph.collect.session import FORBIDDEN, NOT_FOUND, CallError, Family, Reply, Session
from attestgraph.collect.source import (
    Area,
    Held,
    Laid,
    Lost,
    Page,
    Partition,
    Row,
    Tally,
    row_key,
)
from attestgraph.evidence import resource_values
from attestgraph.evidence.vault_objects import (
    VaultObject,
    hidden_members,
    holds_value,
    object_of,
    row_of,
)
from attestgraph.model.ids import ascii_lower, id_key

COMPONENTS: Final = "components"
VERSION: Final = "7.4"
ROLE: Final = "Key Vault Reader"
HSM_ROLE: Final = "Managed HSM Crypto Auditor"
_VAULTS: Final = "microsoft.keyvault/vaults"
_HSMS: Final = "microsoft.keyvault/managedhsms"
_HELD_IN: Final[Mapping[str, str]] = {
    "microsoft.keyvault.data/vaults/keys": _VAULTS,
    "microsoft.keyvault.data/vaults/secrets": _VAULTS,
    "microsoft.keyvault.data/vaults/certificates": _VAULTS,
    "microsoft.managedhsm.data/managedhsms/keys": _HSMS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultContents:
    """The objects of all vaults, or of all managed HSMs: each has tokens of its own.

    Attributes:
        holder: The type of what holds them.
        asked: Types of objects, lower case; others of the holder's are not asked for.
    """

    holder: str
    asked: tuple[str, ...]
    table: str = field(default=COMPONENTS, init=False)
    kind: str = field(default="keyvault", init=False)
    order: int = field(default=1, init=False)
    projection: Mapping[str, tuple[str, ...]] | None = field(default=None, init=False)

    @property
    def family(self) -> Family:
        """Whose quota it counts against."""
        return Family.HSM if self.holder == _HSMS else Family.VAULT

    @property
    def types(self) -> tuple[str, ...]:
        """The types that are asked for."""
        return tuple(sorted(t for t in self.asked if _HELD_IN.get(t) == self.holder))

    @property
    def role(self) -> str:
        """The least role that may list and show without values."""
        return HSM_ROLE if self.holder == _HSMS else ROLE

    def partitions(self, area: Area, session: Session, held: Held) -> Laid:
        """Make a partition of every type in every vault."""
        del area
        lost = tuple(
            Lost(
                scope=gone.scope,
                types=self.types,
                reason=gone.reason,
                detail=f"the vaults are missing: {gone.detail}",
                remedy=gone.remedy,
            )
            for gone in held.lost((self.holder,))
        )
        vaults = {id_key(i): i.strip().rstrip("/") for i, _ in held.ids((self.holder,))}
        return Laid(
            partitions=tuple(
                self._partition(vault, kind, session)
                for _, vault in sorted(vaults.items())
                for kind in self.types
            ),
            lost=lost,
        )

    def _partition(self, vault: str, kind: str, session: Session) -> Partition:
        collection = kind.rpartition("/")[2]
        address = session.vault(vault.rpartition("/")[2], hsm=self.holder == _HSMS)
        return Partition(
            name=f"{self.table} {id_key(vault)} {collection}",
            scopes=(id_key(vault),),
            types=(kind,),
            query=f"{collection} of each {self.holder}, api-version {VERSION}",
            ask={"vault": vault, "collection": collection, "address": address},
        )

    def page(self, partition: Partition, session: Session, after: str | None, top: int) -> Page:
        """Read one page of a list, and show what is on it; `after` is the link of the page before.

        Raises:
            CallError: The vault may not be read; the words say which role is missing.
        """
        del top
        address, collection = partition.ask["address"], partition.ask["collection"]
        url = after or f"{address}/{collection}"
        reply = self._get(session, url, paged=after is not None)
        items, link = reply.value.get("value"), reply.value.get("nextLink")
        if not isinstance(items, list):
            raise CallError(None, "garbled", "the answer holds no list")
        rows = [self._made(item, partition, session) for item in items]
        following = link if isinstance(link, str) and link else None
        return Page(
            rows=[r for r in rows if r is not None], request_id=reply.request_id, next=following
        )

    def _get(self, session: Session, url: str, *, paged: bool = False) -> Reply:
        params = None if paged else {"api-version": VERSION}
        try:
            return session.call(self.family, "GET", url, params=params)
        except CallError as error:
            if not error.forbidden:
                raise
            words = f"{error}; `{self.role}` is needed, and the vault's firewall must let it"
            raise CallError(error.status, error.code, words) from None

    def _made(self, item: Any, partition: Partition, session: Session) -> Mapping[str, Any] | None:
        """Return the row of a listed object; None where it was deleted meanwhile."""
        listed = _known(item)
        collection = partition.ask["collection"]
        if listed.collection != collection:
            raise CallError(None, "garbled", "the answer holds objects of something else")
        said = dict(listed.said)
        if collection != "secrets":
            shown = self._shown(listed, partition, session)
            if shown is None:
                return None
            said |= shown
        return row_of(f"{partition.ask['vault']}/{collection}/{listed.name}", listed, said)

    def _shown(
        self, listed: VaultObject, partition: Partition, session: Session
    ) -> dict[str, Any] | None:
        collection = partition.ask["collection"]
        url = f"{partition.ask['address']}/{collection}/{listed.name}"
        said = hidden_members(collection)
        if listed.said["attributes"].get("enabled") is not False:
            try:
                said = dict(_known(self._get(session, url).value).said)
            except CallError as error:
                if error.status == NOT_FOUND:
                    return None
                if error.status != FORBIDDEN:
                    raise
        if collection == "keys":
            said |= _known(self._get(session, f"{url}/rotationpolicy").value).said
        return said

    def rows(self, value: Any, at: datetime) -> Iterator[Row]:
        """Give the row of an object."""
        values = resource_values(value, observed_at=at, source=self.kind)
        values["id_key"] = id_key(values["id"])
        yield Row(table=self.table, key=row_key(self.table, values), values=values)

    def doubt(self, partition: Partition, tally: Tally, session: Session) -> str | None:
        """Return why the pages are not all: no object is in two."""
        del partition, session
        if len(tally.keys) < tally.rows:
            return f"{len(tally.keys)} of {tally.rows} objects are different ones"
        return None


def vault_sources(types: tuple[str, ...]) -> tuple[VaultContents, ...]:
    """Return what reads some types of objects.

    Args:
        types: Those that the checks in use read, lower case.
    """
    asked = tuple(sorted({ascii_lower(t) for t in types} & _HELD_IN.keys()))
    holders = sorted({_HELD_IN[t] for t in asked})
    return tuple(VaultContents(holder=holder, asked=asked) for holder in holders)


def _known(item: Any) -> VaultObject:
    """Return what an answer says of an object.

    Raises:
        CallError: It is none, or it holds a value: nothing is read of it.
    """
    if holds_value(item):
        raise CallError(None, "secret-value", "an answer holds the value of a secret")
    found = object_of(item)
    if found is None:
        raise CallError(None, "garbled", "the answer holds no object of a vault")
    return found
