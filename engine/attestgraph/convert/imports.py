"""What both imports share: scopes, faults, what is said of the snapshot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from attestgraph import __version__
from attestgraph.convert.answers import Answer, Row
from attestgraph.diagnostics import Diagnostic, InputError, Severity, Span
from attestgraph.evidence import Conflict, SnapshotClaim, TableClaim, WrittenTable
from attestgraph.model.ids import ascii_lower, id_key, is_within
from attestgraph.model.snapshot import SnapshotOrigin, TableManifest, TableSource
from attestgraph.model.words import Completeness

EVERYTHING: Final = "/"
MOST_FAULTS: Final = 200
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_GROUP: Final = "/providers/microsoft.management/managementgroups/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import came to.

    Attributes:
        tables: The tables that gained rows, as they are now.
        diagnostics: Warnings; faults refuse the import.
    """

    folder: Path
    tables: tuple[TableManifest, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an export was asked for, in the words of the command line.

    Attributes:
        named: Whether scopes were given; without, the export is taken to be of everything, and
            nothing can prove that.
    """

    scopes: tuple[str, ...]
    named: bool
    declared: tuple[str, str] | None
    at: datetime

    def outside(self, key: str) -> bool:
        """Tell whether an id lies in none of the scopes, where that can be seen from ids."""
        if any(scope.startswith(_GROUP) for scope in self.scopes):
            return False
        return not any(is_within(key, scope) for scope in self.scopes)


def asked_for(scopes: Sequence[str], declared: tuple[str, str] | None, at: datetime) -> Asked:
    """Return what was asked for, with scopes as id keys.

    Raises:
        InputError: `bad-scope`, `bad-declaration`.
    """
    keys, faults = set(), []
    for scope in scopes:
        key = _scope_key(scope)
        if key is None:
            faults.append(
                Diagnostic(
                    slug="bad-scope",
                    message=f"--scope: `{scope}` is no scope",
                    help="write a subscription id, or the full id of a subscription, resource "
                    "group or management group; `/` is the tenant",
                )
            )
        else:
            keys.add(key)
    if declared is not None and not all(part.strip() for part in declared):
        faults.append(
            Diagnostic(
                slug="bad-declaration",
                message="--declare-complete needs a name and a reason",
                help='write --declare-complete "Ana Lima" "exported as global reader"',
            )
        )
    if faults:
        raise InputError(*faults)
    return Asked(
        scopes=tuple(sorted(keys)) or (EVERYTHING,),
        named=bool(keys),
        declared=declared,
        at=at,
    )


def _scope_key(scope: str) -> str | None:
    text = ascii_lower(scope.strip())
    if text == EVERYTHING:
        return EVERYTHING
    if _GUID.fullmatch(text):
        return f"/subscriptions/{text}"
    key = id_key(text)
    known = key.startswith(("/subscriptions/", _GROUP))
    return key if known and "//" not in key else None


@dataclass(slots=True)
class Faults:
    """Collects the faults of rows, so that all are shown; gives up when there are too many."""

    found: list[Diagnostic] = field(default_factory=list)

    def add(self, answer: Answer, row: Row, messages: Iterable[str]) -> None:
        """Keep what is wrong with a row.

        Raises:
            InputError: So many that reading on would tell nothing new.
        """
        for message in messages:
            self.found.append(
                Diagnostic(
                    slug="row-fault",
                    message=f"row {row.number}: {message}",
                    path=answer.path,
                    span=answer.place(row),
                )
            )
        if len(self.found) >= MOST_FAULTS:
            raise InputError(*self.found)

    def refuse(self) -> None:
        """Refuse the import if there was a fault.

        Raises:
            InputError: All of them.
        """
        if self.found:
            raise InputError(*self.found)


def import_source(files: Sequence[Path], asked: Asked, *, pages: int) -> TableSource:
    """Return the record of an import: the names of the files stand where a query would."""
    query = ", ".join(sorted(path.name for path in files))
    return TableSource(
        kind="import",
        query=query,
        query_sha256=hashlib.sha256(query.encode()).hexdigest(),
        scopes=asked.scopes,
        started_at=asked.at,
        ended_at=asked.at,
        pages=pages,
    )


def about_import(asked: Asked, *, tenants: Iterable[str]) -> SnapshotClaim:
    """Return what is said of a snapshot that an import makes."""
    seen = sorted(set(tenants))
    return SnapshotClaim(
        created_at=asked.at,
        tool=f"attestgraph {__version__}",
        origin=SnapshotOrigin.IMPORTED,
        scopes=asked.scopes,
        tenant_id=seen[0] if len(seen) == 1 else None,
    )


def warnings_of(
    written: Sequence[WrittenTable],
    claims: Sequence[TableClaim],
    asked: Asked,
    *,
    rows: int,
    outside: tuple[int, Span | None, str | None],
    contradicted: tuple[str, ...],
) -> tuple[Diagnostic, ...]:
    """Return what a reader must be told of an import that was accepted.

    Args:
        written: The tables.
        claims: What the import said of them.
        asked: What was asked for.
        rows: Rows read.
        outside: How many rows lie in no scope, and where the first stands.
        contradicted: Why the export is incomplete by its own words.
    """
    found = [warning for table in written for warning in _conflict_warnings(table)]
    if rows == 0:
        found.append(
            _warning("empty-export", "the export holds no rows; that alone proves nothing")
        )
    count, span, path = outside
    if count:
        found.append(
            Diagnostic(
                slug="outside-scope",
                severity=Severity.WARNING,
                message=f"{count} rows lie in none of the scopes named; completeness is unknown",
                help="name every scope that the export was asked for",
                span=span,
                path=path,
            )
        )
    incomplete = any(claim.complete is Completeness.FALSE for claim in claims)
    if asked.declared is not None and incomplete:
        found.append(
            _warning(
                "declaration-contradicted",
                f"declared complete by {asked.declared[0]}, but {'; '.join(contradicted)}",
            )
        )
    return tuple(found)


def _warning(slug: str, message: str) -> Diagnostic:
    return Diagnostic(slug=slug, severity=Severity.WARNING, message=message)


def _conflict_warnings(table: WrittenTable) -> list[Diagnostic]:
    found = [_conflict_warning(conflict) for conflict in table.conflicts]
    more = table.conflicting_keys - len(found)
    if more > 0:
        found.append(_warning("conflicting-rows", f"{more} more ids have rows that differ"))
    return found


def _conflict_warning(conflict: Conflict) -> Diagnostic:
    return Diagnostic(
        slug="conflicting-rows",
        severity=Severity.WARNING,
        message=f"rows of `{conflict.subject}` differ: {', '.join(conflict.places)}",
        help="what differs is not evaluated; export it once",
    )
