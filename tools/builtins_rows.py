"""Rows on which built-in definitions are evaluated: samples, components, rows made for a rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attestgraph.conditions import Aliases, ConditionError, Definition
from attestgraph.conditions.definition_parse import effect_parameter
from attestgraph.conditions.expressions import field_names
from attestgraph.conditions.fields import resolve
from attestgraph.conditions.operators import NEGATED, Operator
from attestgraph.conditions.paths import Key
from attestgraph.conditions.paths import Path as FieldPath
from attestgraph.conditions.tree import (
    AllOf,
    AnyOf,
    Constant,
    Field,
    FieldCount,
    Leaf,
    Node,
    Not,
    Operand,
    leaves,
    operands,
    templates,
)

SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
GROUP: Final = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
MOST_SAMPLES: Final = 8
ANY_TYPE: Final = (
    "microsoft.resources/subscriptions/resourcegroups",
    "microsoft.storage/storageaccounts",
)
"""Stand for the types of a rule that is for any."""
EARLY, LATE = "2001-01-01T00:00:00Z", "2101-01-01T00:00:00Z"

Row = dict[str, Any]


def read_samples(folder: Path) -> dict[str, list[Row]]:
    """Return the sample rows by lower-case type, at most eight of each."""
    found: dict[str, list[Row]] = {}
    for file in sorted(folder.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        for row in (*content.get("rows", ()), *content.get("realRows", ())):
            rows = found.setdefault(row["type"].lower(), [])
            if len(rows) < MOST_SAMPLES:
                rows.append(row)
    return found


def bare(kind: str) -> Row:
    """Return a row of a type that has nothing but its identity."""
    provider, _, rest = kind.partition("/")
    path = "/".join(f"{part}/sample" for part in rest.split("/"))
    return {
        "id": f"{GROUP}/providers/{provider}/{path}",
        "name": "sample",
        "type": kind,
        "location": "eastus",
        "kind": "",
        "resourceGroup": "rg",
        "subscriptionId": SUBSCRIPTION,
        "tags": None,
        "properties": {},
    }


def filled(
    node: Node, kind: str, aliases: Aliases, values: Mapping[str, Any], row: Row | None = None
) -> Row:
    """Return a row of a type with values that fulfil the leaves of a condition, one by one.

    Leaves that contradict one another cannot all be fulfilled: the first one counts.
    """
    made = bare(kind) if row is None else row
    sought = list(_leaves(node, wanted=True))
    sought.sort(key=lambda pair: pair[0].operator is Operator.EXISTS)
    for leaf, wanted in sought:
        value = [] if isinstance(leaf.left, FieldCount) else _fulfilling(leaf, wanted, values)
        _fill(made, _name(leaf), value, kind, aliases)
    for name in _dates(node):
        _fill(made, name, EARLY, kind, aliases)
    return made


def _fill(row: Row, name: str | None, value: Any, kind: str, aliases: Aliases) -> None:
    if name is None or value is None or name.lower() in {"type", "id", "name", "fullname"}:
        return
    try:
        ref = resolve(name, aliases=aliases, resource_type=kind, mode="policy")
    except ConditionError:
        return
    if ref.path:
        _put(row, ref.path, value)


def _dates(node: Node) -> Iterator[str]:
    """Yield the fields that expressions read and whose names are those of dates."""
    for leaf in leaves(node):
        for operand in operands(leaf):
            for template in templates(operand):
                named = (name for name, _ in field_names(template.node))
                yield from (name for name in named if _is_date(name))


def _is_date(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last.endswith(("On", "Date", "Time", "notBefore")) or ".keyCreationTime" in f".{last}"


def _leaves(node: Node, *, wanted: bool) -> Iterator[tuple[Leaf, bool]]:
    match node:
        case AllOf() | AnyOf():
            for member in node.members:
                yield from _leaves(member, wanted=wanted)
        case Not():
            yield from _leaves(node.member, wanted=not wanted)
        case Leaf():
            if isinstance(node.left, FieldCount) and node.left.where is not None:
                yield from _leaves(node.left.where, wanted=True)
            yield node, wanted


def _name(leaf: Leaf) -> str | None:
    left = leaf.left.field if isinstance(leaf.left, FieldCount) else leaf.left
    if isinstance(left, Field) and isinstance(left.name, Constant):
        return str(left.name.value)
    return None


def _constant(operand: Operand, values: Mapping[str, Any]) -> Any:
    """Return a right side as far as it is constant or a parameter; else None."""
    if isinstance(operand, Constant):
        return operand.value
    name = effect_parameter(operand)
    return next((v for k, v in values.items() if name and k.lower() == name.lower()), None)


def _fulfilling(leaf: Leaf, wanted: bool, values: Mapping[str, Any]) -> Any:  # noqa: FBT001
    """Return a value for which a leaf says what is wanted; None where none should be there."""
    operator = NEGATED.get(leaf.operator, leaf.operator)
    wanted = wanted is (operator is leaf.operator)
    right = _constant(leaf.right, values)
    if operator is Operator.EXISTS:
        there = (str(right).lower() == "true") is wanted
        value = EARLY if _is_date(_name(leaf) or "") else "sample"
        return value if there else None
    if operator is Operator.CONTAINS_KEY:
        return {str(right): "sample"} if wanted else {"other": "sample"}
    if operator in {Operator.GREATER, Operator.GREATER_OR_EQUALS}:
        return _beyond(right, above=wanted)
    if operator in {Operator.LESS, Operator.LESS_OR_EQUALS}:
        return _beyond(right, above=not wanted)
    if not wanted:
        return "other"
    if operator is Operator.IN:
        return right[0] if isinstance(right, list) and right else "sample"
    if operator in {Operator.LIKE, Operator.MATCH, Operator.MATCH_INSENSITIVELY}:
        return str(right).replace("*", "x").replace("#", "1").replace("?", "x")
    return "sample" if right is None else right


def _beyond(right: Any, *, above: bool) -> Any:
    if isinstance(right, int | float):
        return right + 1 if above else right - 1
    return LATE if above else EARLY


def _put(row: Row, path: FieldPath, value: Any) -> None:
    """Put a value at a path, arrays with one element; what is there already stays."""
    here: Any = row
    for place, segment in enumerate(path):
        last = place == len(path) - 1
        empty: Any = value if last else {} if isinstance(path[place + 1], Key) else []
        if isinstance(segment, Key):
            if not isinstance(here, dict):
                return
            if here.get(segment.name) in (None, ""):
                here[segment.name] = empty
            here = here[segment.name]
        else:
            if not isinstance(here, list):
                return
            if not here and not (last and value == []):
                here.append(empty)
            here = here[0] if here else None


def rows_for(
    definition: Definition,
    samples: Mapping[str, Sequence[Row]],
    aliases: Aliases,
    values: Mapping[str, Any],
) -> Iterator[tuple[str, Row]]:
    """Yield rows of the types that a rule is for, each with where it comes from."""
    any_type = [
        "microsoft.resources/subscriptions/resourcegroups",
        "microsoft.storage/storageaccounts",
    ]
    for kind in sorted(definition.types) or any_type:
        known = samples.get(kind, ())
        yield from (("sample", row) for row in known)
        if not known:
            yield "synthetic, empty", bare(kind)
        yield "synthetic, filled", filled(definition.parts.condition, kind, aliases, values)


def related_rows(
    definition: Definition,
    resource: Row,
    samples: Mapping[str, Sequence[Row]],
    aliases: Aliases,
    values: Mapping[str, Any],
) -> list[Row]:
    """Return rows of the type that an ...IfNotExists rule looks for, beside the resource."""
    existence = definition.parts.existence
    if existence is None:
        return []
    kind = _constant(existence.resource_type, values)
    if not isinstance(kind, str):
        return []
    found = [dict(row) for row in samples.get(kind.lower(), ())[:3]] or [bare(kind)]
    if existence.where is not None:
        found.append(filled(existence.where, kind, aliases, values, bare(kind)))
    name = None if existence.name is None else _constant(existence.name, values)
    for row in found:
        row.pop("id")
        row.pop("name")
        if isinstance(name, str):
            row["name"] = name
        row["subscriptionId"] = resource.get("subscriptionId")
        row["resourceGroup"] = resource.get("resourceGroup")
    return found


def component(kind: str, name: str, properties: Mapping[str, Any]) -> Row:
    """Return a row of a key, secret or certificate, its document in `properties`."""
    provider, place, last = kind.split("/")
    vault = f"{GROUP}/providers/{provider.removesuffix('.Data')}/{place}/store"
    return {
        "id": f"{vault}/{last}/{name}",
        "name": name,
        "type": kind.lower(),
        "resourceGroup": "rg",
        "subscriptionId": SUBSCRIPTION,
        "properties": dict(properties),
    }


KEY, SECRET = "Microsoft.KeyVault.Data/vaults/keys", "Microsoft.KeyVault.Data/vaults/secrets"
CERTIFICATE = "Microsoft.KeyVault.Data/vaults/certificates"
HSM_KEY = "Microsoft.ManagedHSM.Data/managedHSMs/keys"


def components() -> list[Row]:
    """Return keys, secrets and certificates, well kept and badly."""
    kept = {
        "enabled": True,
        "createdOn": "2026-05-01T08:00:00Z",
        "notBefore": "2026-05-01T08:00:00Z",
        "expiresOn": "2026-07-15T08:00:00Z",
    }
    left = {"enabled": True, "createdOn": "2019-02-03T04:05:06Z"}
    late = {**left, "notBefore": "2019-02-03T04:05:06Z", "expiresOn": "2031-02-03T04:05:06Z"}
    rotated = "2026-07-01T08:00:00Z"
    issued = {
        "issuer": {"name": "DigiCert", "commonName": "DigiCert Global Root CA"},
        "keyProperties": {"keyType": "RSA", "keySize": 3072},
        "lifetimeAction": {"daysBeforeExpiry": 30, "action": "AutoRenew"},
        "properties": {"validityInMonths": 6},
    }
    own = {
        "issuer": {"name": "Self", "commonName": "CN=contoso.example"},
        "keyProperties": {"keyType": "EC", "ellipticCurveName": "P-256K"},
        "lifetimeAction": {"lifetimePercentage": 95, "action": "EmailContacts"},
        "properties": {"validityInMonths": 36},
    }
    rsa, curve = (
        {"keyType": "RSA", "keySize": 2048},
        {"keyType": "EC", "ellipticCurveName": "P-256"},
    )
    return [
        component(KEY, "kept", {"attributes": kept, **rsa, "scheduledRotationDate": rotated}),
        component(KEY, "left", {"attributes": left, **curve}),
        component(KEY, "hsm", {"attributes": late, "keyType": "RSA-HSM", "keySize": 4096}),
        component(SECRET, "kept", {"attributes": kept, "contentType": "text/plain"}),
        component(SECRET, "left", {"attributes": left}),
        component(SECRET, "late", {"attributes": late, "contentType": ""}),
        component(CERTIFICATE, "issued", {"attributes": kept, **issued}),
        component(CERTIFICATE, "own", {"attributes": late, **own}),
        component(CERTIFICATE, "listed", {"attributes": left}),
        component(HSM_KEY, "kept", {"attributes": kept, "keyType": "RSA-HSM", "keySize": 3072}),
        component(HSM_KEY, "left", {"attributes": left, "keyType": "EC-HSM"}),
    ]
