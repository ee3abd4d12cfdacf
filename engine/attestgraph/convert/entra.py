"""`import entra`: applications, service principals, sign-in methods, conditional access.

Taken: what `az ad app list`, `az ad sp list` and `az rest` of Microsoft Graph print. Kept are ids,
dates of credentials, tags and settings by name (`evidence.entra_objects`); a file that holds the
value of a secret is refused. Names of people are kept on demand only: their object id is enough to
find them in the directory, and no check reads a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import Page
from attestgraph.convert.imports import EVERYTHING, Imported, asked_for
from attestgraph.convert.made import Made, Making, place_of
from attestgraph.convert.reading import Text, read_texts
from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence.entra_objects import (
    ENTRA_OBJECTS,
    EntraKind,
    entra_row,
    holds_secret,
    kind_of,
    object_faults,
)
from attestgraph.model.ids import ascii_lower

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_UNKNOWN: Final = "no answer says that all of the directory was listed"
_NO_KIND: Final = (
    "is no application, service principal, registration of sign-in methods or conditional access "
    "policy"
)
_HELP: Final = "export whole objects, without `--query`"
_REFUSED: Final = "the file holds the value of a secret; nothing of it was read"
_REFUSED_HELP: Final = "export what there is, `az ad app list --all`, not what a reset prints"


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """The objects of a text: where they stand, and what the answer says of its extent."""

    items: tuple[Any, ...]
    pointer: tuple[str | int, ...] | None
    context: Any = None
    total: int | None = None
    continues: bool = False


@dataclass(slots=True, kw_only=True)
class _Extent:
    """What the answers of one kind say of how many there are."""

    pages: int = 0
    continuing: int = 0
    ids: set[str] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)

    def contradictions(self, kind: EntraKind) -> Iterator[str]:
        if self.continuing and self.continuing == self.pages:
            yield f"{kind}: the last page names a next one, which is not here"
        for total in sorted(self.totals):
            if len(self.ids) < total:
                yield f"{kind}: {len(self.ids)} of {total} are here"


def import_entra(
    files: Sequence[Path],
    out: Path,
    *,
    tenant: str | None = None,
    keep_names: bool = False,
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import objects of Microsoft Entra: dates of credentials, never their values.

    Args:
        files: What `az ad app list`, `az ad sp list` and `az rest` of Microsoft Graph printed.
        out: The snapshot folder.
        tenant: The directory that they are of.
        keep_names: Whether names of people are kept.
        declared: Who says that all of the directory was listed, and why.
        at: When the answers were read.

    Raises:
        InputError: `secret-value` (a file holds a value: nothing is read of it), `bad-tenant`,
            `row-fault`, `error-answer`, and what reading JSON raises.
    """
    asked = asked_for((EVERYTHING,), declared, at)
    making = Making(asked=asked)
    directory = _tenant(tenant)
    extents: dict[EntraKind, _Extent] = {}
    for file in sorted(files):
        for text in read_texts(file):
            for kind, made in _rows(text, making, extents, directory, keep_names=keep_names):
                making.rows.append(made)
                extents[kind].ids.add(made.value["id"])
    making.refuse()
    making.contradicted = [
        reason for kind, extent in sorted(extents.items()) for reason in extent.contradictions(kind)
    ]
    tenants = () if directory is None else (directory,)
    return making.write(out, table=ENTRA_OBJECTS, files=files, unknown=_UNKNOWN, tenants=tenants)


def _tenant(given: str | None) -> str | None:
    if given is None:
        return None
    key = ascii_lower(given.strip())
    if _GUID.fullmatch(key):
        return key
    message = f"--tenant: `{given}` is not the id of a directory"
    raise InputError(
        Diagnostic(
            slug="bad-tenant", message=message, help="`az account show --query tenantId` prints it"
        )
    )


def _rows(
    text: Text,
    making: Making,
    extents: dict[EntraKind, _Extent],
    tenant: str | None,
    *,
    keep_names: bool,
) -> Iterator[tuple[EntraKind, Made]]:
    """Give the rows of a text, each with its kind; what is none is a fault."""
    listed = _listed(text)
    pointer = listed.pointer
    kinds = {
        kind
        for item in ({}, *listed.items)
        if isinstance(item, dict) and (kind := kind_of(item, context=listed.context)) is not None
    }
    for kind in kinds:
        _note(extents.setdefault(kind, _Extent()), listed)
    answer = Answer(
        path=text.path,
        rows=(),
        # of which kind an empty page is cannot be seen
        continues=listed.continues and not kinds,
        locate=lambda number: place_of(text, () if pointer is None else (*pointer, number - 1)),
    )
    making.pages.append(Page(answer=answer, rows=len(listed.items)))
    for number, item in enumerate(listed.items, start=1):
        row = Row(number=number, value=item)
        kind = kind_of(item, context=listed.context) if isinstance(item, dict) else None
        found = list(_faults(item, kind, number))
        for slug, message, help_ in found:
            making.faults.append(
                Diagnostic(
                    slug=slug, message=message, help=help_, path=text.path, span=answer.place(row)
                )
            )
        if not found and kind is not None:
            value, given = entra_row(kind, item, tenant=tenant, keep_names=keep_names)
            yield kind, Made(value=value, given=given, answer=answer, row=row)


def _note(extent: _Extent, listed: _List) -> None:
    extent.pages += 1
    extent.continuing += listed.continues
    if listed.total is not None:
        extent.totals.add(listed.total)


def _listed(text: Text) -> _List:
    """Return the objects of a text.

    Raises:
        InputError: `error-answer`: it is a refusal of the service.
    """
    value: Any = text.value
    pointer: tuple[str, ...] = ()
    if isinstance(value, dict) and isinstance(value.get("body"), dict):
        value, pointer = value["body"], ("body",)
    if isinstance(value, dict) and "error" in value:
        message = "the file is an error of the service, and no rows"
        raise InputError(
            Diagnostic(
                slug="error-answer", message=message, path=text.path, span=place_of(text, pointer)
            )
        )
    if isinstance(value, dict) and isinstance(value.get("value"), list):
        total = value.get("@odata.count")
        return _List(
            items=tuple(value["value"]),
            pointer=(*pointer, "value"),
            context=value.get("@odata.context"),
            total=total if type(total) is int else None,
            continues=bool(value.get("@odata.nextLink")),
        )
    if isinstance(value, list):
        return _List(items=tuple(value), pointer=pointer)
    context = value.get("@odata.context") if isinstance(value, dict) else None
    return _List(items=(value,), pointer=None, context=context)


def _faults(item: Any, kind: EntraKind | None, number: int) -> Iterator[tuple[str, str, str]]:
    if holds_secret(item):
        yield "secret-value", _REFUSED, _REFUSED_HELP
    elif kind is None:
        yield "row-fault", f"row {number}: {_NO_KIND}", _HELP
    else:
        for message in object_faults(item):
            yield "row-fault", f"row {number}: {message}", _HELP
