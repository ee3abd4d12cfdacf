"""`import key-vault`: attributes of keys, secrets and certificates, never a value.

Taken: the data plane's answers (lists and single objects) and what `az keyvault key|secret|
certificate list` and `show` and `az keyvault key rotation-policy show` print. A list says little
(no key type, no policy); what no answer gave is outside the projection and is not evaluated.

Sources: Azure Key Vault REST API 7.5, GetKeys, GetKey, GetKeyRotationPolicy, GetSecrets,
GetCertificates, GetCertificate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import Page
from attestgraph.convert.imports import Imported, asked_for
from attestgraph.convert.made import Made, Making, place_of
from attestgraph.convert.reading import Text, read_texts
from attestgraph.diagnostics import Diagnostic
from attestgraph.evidence import open_snapshot
from attestgraph.evidence.snapshot import MANIFEST
from attestgraph.evidence.vault_objects import VaultObject, holds_value, object_of, row_of
from attestgraph.model.ids import ascii_lower, id_key, type_in_id

_TABLE: Final = "components"
_VAULTS: Final = ("microsoft.keyvault/vaults", "microsoft.keyvault/managedhsms")
_UNKNOWN: Final = "no answer says that every vault, and everything in it, was listed"


def import_key_vault(
    files: Sequence[Path],
    out: Path,
    *,
    vaults: Sequence[str],
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import what is in key vaults and managed HSMs: attributes, never values.

    Args:
        files: Answers of the data plane, or what `az keyvault` printed.
        out: The snapshot folder; its vaults are looked up by name.
        vaults: Full ids of vaults that the snapshot has no row of.
        scopes: What was asked for; default: everything.
        declared: Who says that every vault was listed, and why.
        at: When the answers were read.

    Raises:
        InputError: `secret-value` (a file holds a value: nothing is read of it), `unknown-vault`,
            `row-fault`, and what reading JSON raises.
    """
    making = Making(asked=asked_for(scopes, declared, at))
    known = _known_vaults(vaults, out, making)
    found: dict[str, list[tuple[VaultObject, Answer, Row]]] = {}
    for file in sorted(files):
        for text in read_texts(file):
            for each, answer, row in _objects(text, making):
                key = _resource_id(each, known, making, answer, row)
                if key is not None:
                    found.setdefault(key, []).append((each, answer, row))
    making.refuse()
    making.contradicted = _cut_short(found)
    for key, parts in sorted(found.items()):
        making.rows += _rows(key, parts)
    return making.write(out, table=_TABLE, files=files, unknown=_UNKNOWN)


def _known_vaults(vaults: Sequence[str], out: Path, making: Making) -> dict[str, str]:
    """Return the full id of each vault by its kind and name; names are unique in a cloud."""
    known = {}
    for given in vaults:
        if type_in_id(id_key(given)) not in _VAULTS:
            message = f"--vault: `{given}` is not the full id of a vault or managed HSM"
            making.faults.append(Diagnostic(slug="unknown-vault", message=message))
        else:
            known[_vault_key(given)] = given.strip().rstrip("/")
    if (out / MANIFEST).exists():
        for batch in open_snapshot(out).batches("resources", ["id"], types=_VAULTS):
            for (resource_id,) in batch:
                known.setdefault(_vault_key(resource_id), resource_id)
    return known


def _vault_key(resource_id: str) -> str:
    key = id_key(resource_id)
    return f"{type_in_id(key)} {key.rsplit('/', 1)[-1]}"


def _objects(text: Text, making: Making) -> Iterator[tuple[VaultObject, Answer, Row]]:
    """Give the objects of a text, each with its place; what is none is a fault."""
    items, pointer, continues, ends = _items(text.value)
    answer = Answer(
        path=text.path,
        rows=(),
        continues=continues,
        ends=ends,
        locate=lambda number: place_of(text, (*pointer, number - 1) if pointer else ()),
    )
    making.pages.append(Page(answer=answer, rows=len(items)))
    for number, item in enumerate(items, start=1):
        row = Row(number=number, value=item)
        fault = _fault(item)
        if fault is None:
            each = object_of(item)
            if each is not None:
                yield each, answer, row
                continue
            fault = ("row-fault", f"row {number}: is no key, secret or certificate of a vault")
        slug, message = fault
        help_ = "export attributes only: `az keyvault secret list`" if slug != "row-fault" else None
        place = place_of(text, (*pointer, number - 1) if text.value is not item else ())
        making.faults.append(
            Diagnostic(slug=slug, message=message, help=help_, path=text.path, span=place)
        )


def _items(value: Any) -> tuple[list[Any], tuple[str | int, ...], bool, bool]:
    """Return the objects, where they stand, whether the answer goes on, and whether it ends."""
    pointer: tuple[str | int, ...] = ()
    if isinstance(value, dict) and isinstance(value.get("body"), dict):
        value, pointer = value["body"], ("body",)
    if isinstance(value, dict) and isinstance(value.get("value"), list):
        link = value.get("nextLink")
        return value["value"], (*pointer, "value"), bool(link), "nextLink" in value and not link
    if isinstance(value, list):
        return value, pointer, False, False
    return [value], pointer, False, False


def _fault(item: Any) -> tuple[str, str] | None:
    """Return why an object must not be read: it holds what is secret."""
    if holds_value(item):
        return "secret-value", "the file holds the value of a secret; nothing of it was read"
    return None


def _resource_id(
    each: VaultObject, known: Mapping[str, str], making: Making, answer: Answer, row: Row
) -> str | None:
    vault = known.get(f"{each.vault_type} {ascii_lower(each.vault)}")
    if vault is not None:
        return f"{vault}/{each.collection}/{each.name}"
    making.faults.append(
        Diagnostic(
            slug="unknown-vault",
            message=f"row {row.number}: the snapshot has no vault `{each.vault}`",
            help="import the vault's row first, or give its full id with --vault",
            path=answer.path,
            span=answer.place(row),
        )
    )
    return None


def _cut_short(found: Mapping[str, Sequence[tuple[VaultObject, Answer, Row]]]) -> list[str]:
    """Return the lists whose last page is not here: a declaration must not hide them."""
    pages: dict[tuple[str, str], dict[int, Answer]] = {}
    for parts in found.values():
        for each, answer, _ in parts:
            pages.setdefault((each.vault, each.collection), {})[id(answer)] = answer
    return [
        f"{collection} of `{vault}`: the last page names a next one, which is not here"
        for (vault, collection), of_list in sorted(pages.items())
        if any(a.continues for a in of_list.values()) and not any(a.ends for a in of_list.values())
    ]


def _rows(key: str, parts: Sequence[tuple[VaultObject, Answer, Row]]) -> list[Made]:
    """Return one row of all that is said of an object; more where it is said differently.

    A list speaks of the current version, and so does the newest of several versions.
    """
    newest = max((each.created or "" for each, _, _ in parts), default="")
    current = [p for p in parts if (p[0].created or newest) == newest]
    merged: dict[str, Any] = {}
    given: frozenset[str] = frozenset()
    for each, _, _ in current:
        if any(name in merged and merged[name] != value for name, value in each.said.items()):
            return [
                Made(value=row_of(key, e, e.said), given=e.given, answer=answer, row=row)
                for e, answer, row in current
            ]
        merged |= each.said
        given |= each.given
    first, answer, row = current[0]
    return [Made(value=row_of(key, first, merged), given=given, answer=answer, row=row)]
