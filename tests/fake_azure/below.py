"""Below the resources of a generated tenant: settings, children, attestations, vault objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from tests.fake_azure.kinds import DIAGNOSTICS, KINDS
from tests.fake_azure.tenant import Row, VaultItem
from tests.fake_azure.world import VAULT, World

ROOT: Final = "mg-root"
MG: Final = "/providers/Microsoft.Management/managementGroups/"
AUTHORIZATION: Final = "/providers/Microsoft.Authorization/"
_DIAGNOSTIC: Final = "Microsoft.Insights/diagnosticSettings"
_RESOURCE: Final = re.compile(
    r"(/subscriptions/[^/]+/resourcegroups/[^/]+/providers/[^/]+/[^/]+/[^/]+)(/.*)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class GeneratedBelow:
    """Single resources, and what is below them."""

    world: World

    def find(self, path: str) -> Sequence[Row] | Row | None:
        """Return the collection or the resource at a path; None where there is nothing."""
        match = _RESOURCE.fullmatch(path)
        if match is None:
            return self._of_subscription(path)
        number = self.world.number_of(match[1])
        if number is None:
            return None
        rest = (match[2] or "").strip("/").lower()
        if not rest:
            return _managed(orjson.loads(self.world.row(number)), number, self.world)
        kind = KINDS[self.world.kind(number)]
        offered: dict[str, tuple[str, Any]] = {
            f"providers/{_DIAGNOSTIC}".lower(): (f"providers/{_DIAGNOSTIC}", DIAGNOSTICS)
        }
        offered |= {name.lower(): (name, told) for name, told in kind.children.items()}
        for key, (name, told) in offered.items():
            if rest == key or rest.startswith(f"{key}/"):
                rows = list(self._children(number, kind.type, name, told))
                if rest == key:
                    return rows
                return next((r for r in rows if r["id"].lower() == path.lower()), None)
        return None

    def _children(self, number: int, above: str, name: str, told: Any) -> Iterator[Row]:
        plain = name.removeprefix("providers/")
        many = self.world.mixed(number + len(name)) % 3
        for at in range(many if plain in {_DIAGNOSTIC, "variables", "encryptionScopes"} else 1):
            child = f"{plain.rpartition('/')[2]}-{at}" if at or many else "default"
            yield self.world.fill(
                {
                    "id": f"@ID@/{name}/{child}",
                    "name": child,
                    "type": plain if plain != name else f"{above}/{name}",
                    "properties": self.world.drawn(told, f"{number}/{name}/{at}"),
                },
                number,
            )

    def _of_subscription(self, path: str) -> Sequence[Row] | None:
        parts = path.lower().strip("/").split("/")
        if (
            len(parts) < 5
            or parts[0] != "subscriptions"
            or parts[1] not in self.world.subscriptions
        ):
            return None
        kind = "/".join(parts[3:])
        if kind == "microsoft.policyinsights/attestations":
            return list(self._attestations(parts[1]))
        return () if len(parts) == 5 else None

    def _attestations(self, subscription: str) -> Iterator[Row]:
        for number in range(self.world.subscriptions.index(subscription) % 4):
            kind = "Microsoft.PolicyInsights/attestations"
            name = self.world.uuid(subscription, "attestation", number)
            yield {
                "id": f"/subscriptions/{subscription}/providers/{kind}/{name}",
                "name": name,
                "type": kind,
                "properties": {
                    "policyAssignmentId": f"{MG}{ROOT}{AUTHORIZATION}policyAssignments/baseline",
                    "policyDefinitionReferenceId": f"reference-{number}",
                    "complianceState": "Compliant" if number else "NonCompliant",
                    "lastComplianceStateChangeAt": "2026-06-15T18:52:27Z",
                    "expiresOn": "2027-06-15T00:00:00Z",
                    "owner": self.world.uuid("owner", number),
                    "comments": "Looked at.",
                    "assessmentDate": "2026-06-10T00:00:00Z",
                    "provisioningState": "Succeeded",
                },
            }


def _managed(row: Row, number: int, world: World) -> Row:
    kept = ("id", "name", "location", "tags", "sku", "kind", "identity", "properties")
    return {"type": KINDS[world.kind(number)].type} | {k: row[k] for k in kept if row[k]}


@dataclass(frozen=True, slots=True)
class GeneratedVaults:
    """The objects of every key vault: attributes, never values."""

    world: World

    def names(self) -> Iterator[str]:
        """Return the names of all vaults."""
        for number in range(self.world.count):
            if self.world.kind(number) == VAULT:
                yield self.world.name(number)

    def items(self, vault: str, kind: str) -> Sequence[VaultItem] | None:
        """Return the items of a vault; None: no such vault."""
        digits = vault[-7:]
        number = int(digits) if digits.isdigit() else self.world.count
        if number >= self.world.count or self.world.kind(number) != VAULT:
            return None
        if self.world.name(number) != vault.lower():
            return None
        many = self.world.mixed(number + len(kind)) % 31
        return [self._item(number, kind, at) for at in range(many)]

    def _item(self, vault: int, kind: str, at: int) -> VaultItem:
        dice = self.world.mixed(vault * 1024 + at * 4 + len(kind))
        name = f"{kind[:-1]}-{at:02}"
        base = f"https://{self.world.name(vault)}.vault.azure.net/{kind}/{name}"
        version = f"{base}/{self.world.uuid(vault, kind, at).replace('-', '')}"
        told: Row = {"attributes": _attributes(dice), "tags": {}}
        if kind == "keys":
            key = {"kty": ("RSA", "EC", "RSA-HSM")[dice % 3], "key_ops": ["wrapKey", "unwrapKey"]}
            got = told | {"key": {"kid": version, **key}}
            policy = _rotation(f"{base}/rotationpolicy", dice)
            return VaultItem(name=name, listed={"kid": base} | told, got=got, policy=policy)
        if kind == "secrets":
            told["contentType"] = "text/plain" if dice % 2 else ""
            return VaultItem(name=name, listed={"id": base} | told, got={"id": version} | told)
        told["subject"] = ""
        policy = _issuance(f"{base}/policy", dice)
        got = {"id": version, "policy": policy} | told
        return VaultItem(name=name, listed={"id": base} | told, got=got, policy=policy)


def _attributes(dice: int) -> Row:
    made = 1_735_700_000 + dice % 30_000_000
    found: Row = {"enabled": dice % 9 != 0, "created": made, "updated": made}
    found |= {"recoveryLevel": "Recoverable", "recoverableDays": 90}
    if dice % 4:
        found |= {"nbf": made, "exp": made + 31_536_000 * (1 + dice % 3)}
    return found


def _rotation(policy_id: str, dice: int) -> Row:
    actions = [{"trigger": {"timeAfterCreate": "P90D"}, "action": {"type": "Rotate"}}]
    return {"id": policy_id, "lifetimeActions": actions if dice % 2 else []}


def _issuance(policy_id: str, dice: int) -> Row:
    actions = [{"trigger": {"days_before_expiry": 30}, "action": {"action_type": "AutoRenew"}}]
    return {
        "id": policy_id,
        "issuer": {"name": "Self" if dice % 2 else "DigiCert"},
        "key_props": {"kty": "RSA", "key_size": 2048 if dice % 3 else 4096, "exportable": True},
        "lifetime_actions": actions,
        "x509_props": {"validity_months": 12},
    }
