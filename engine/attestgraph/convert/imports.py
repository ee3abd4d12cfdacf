"""What both imports share: scopes, faults, what is said of the snapshot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from attestgraph import __version__
from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import Page
from attestgraph.diagnostics import Diagnostic, InputError, Severity, Span
from attestgraph.evidence import Conflict, SnapshotClaim, WrittenTable
from attestgraph.model.ids import ascii_lower, id_key, is_within
from attestgraph.model.snapshot import SnapshotOrigin, TableManifest, TableSource

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


@dataclass(slots=True)
class Progress:
    """What both imports learn while they read.

    Attributes:
        outside: How many rows lie in none of the scopes named.
        first_outside: The first of them.
    """

    asked: Asked
    faults: Faults = field(default_factory=Faults)
    pages: list[Page] = field(default_factory=list)
    outside: int = 0
    first_outside: tuple[Answer, Row] | None = None

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return sum(page.rows for page in self.pages)

    def saw(self, key: str, answer: Answer, row: Row) -> None:
        """Note whether a row lies in the scopes named."""
        if self.asked.outside(key):
            self.first_outside = self.first_outside or (answer, row)
            self.outside += 1


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


def imported(
    out: Path,
    written: Sequence[WrittenTable],
    progress: Progress,
    contradicted: tuple[str, ...],
) -> Imported:
    """Return what an import came to, with what a reader must be told of it.

    Args:
        out: The snapshot folder.
        written: The tables that were written.
        progress: What was learnt while reading.
        contradicted: Why the export is incomplete by its own words.
    """
    found = [warning for table in written for warning in _conflict_warnings(table, progress)]
    declared = progress.asked.declared
    if not progress.rows:
        path = progress.pages[0].answer.path if progress.pages else str(out)
        message = "the export holds no rows; that alone proves nothing"
        found.append(replace(_warning("empty-export", message), span=_first_column(path)))
    if progress.first_outside is not None:
        found.append(_outside_warning(progress.outside, *progress.first_outside))
    if declared is not None and contradicted:
        message = f"declared complete by {declared[0]}, but {'; '.join(contradicted)}"
        found.append(_warning("declaration-contradicted", message))
    return Imported(
        folder=out,
        tables=tuple(table.manifest for table in written),
        diagnostics=tuple(found),
    )


def _outside_warning(count: int, answer: Answer, row: Row) -> Diagnostic:
    return Diagnostic(
        slug="outside-scope",
        severity=Severity.WARNING,
        message=f"{count} rows lie in none of the scopes named; completeness is unknown",
        help="name every scope that the export was asked for",
        path=answer.path,
        span=answer.place(row),
    )


def _warning(slug: str, message: str) -> Diagnostic:
    return Diagnostic(slug=slug, severity=Severity.WARNING, message=message)


def _conflict_warnings(table: WrittenTable, progress: Progress) -> list[Diagnostic]:
    found = [_conflict_warning(conflict, progress) for conflict in table.conflicts]
    more = table.conflicting_keys - len(found)
    if more > 0:
        found.append(_warning("conflicting-rows", f"{more} more ids have rows that differ"))
    return found


def _conflict_warning(conflict: Conflict, progress: Progress) -> Diagnostic:
    path, _, number = conflict.places[-1].rpartition(" row ")
    return Diagnostic(
        slug="conflicting-rows",
        severity=Severity.WARNING,
        message=f"rows of `{conflict.subject}` differ: {', '.join(conflict.places)}",
        help="what differs is not evaluated; export it once",
        path=path or None,
        span=_place_of(path, number, progress),
    )


def _first_column(path: str) -> Span:
    return Span(path=path, line=1, column=1, end_line=1, end_column=1)


def _place_of(path: str, number: str, progress: Progress) -> Span | None:
    """Return where a row stands, by the place that it was spooled with."""
    for page in progress.pages:
        if page.answer.path == path and page.answer.locate is not None and number.isdigit():
            return page.answer.locate(int(number))
    return None
