"""Composes a collection: what the checks read and the boundaries name, out of a live tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.pipeline.answers import TableSummary
from attestgraph.pipeline.compose import load_sound
from attestgraph.pipeline.imports import why_incomplete

if TYPE_CHECKING:
    from attestgraph.collect import (
        Collected,
        CollectionPlan,
        Lost,
        Progress,
        Settings,
        SignIn,
        Wanted,
    )
    from attestgraph.load import Loaded
    from attestgraph.model.authored import System
    from attestgraph.model.records import ExpectedGap, Library

_MOST_SCOPES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What a collection came to, for the terminal.

    Attributes:
        complete: Nothing is missing but what the workspace expects to be.
        missing: How many parts are missing, expected ones included.
    """

    folder: Path
    tables: tuple[TableSummary, ...]
    diagnostics: tuple[Diagnostic, ...]
    complete: bool
    missing: int
    requests: int
    resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for.

    Attributes:
        subscriptions: Ids; with `groups` empty the boundaries of the systems are meant.
        groups: Names of management groups.
        everything: Whole rows of all types.
        key_vault: Whether the contents of vaults are listed.
        mask: The file of the key under which ids are masked.
        cloud: The cloud's name.
        sign_in: How to sign in.
        settings: Of a private cloud.
    """

    out: Path
    sign_in: SignIn
    settings: Settings
    workspace: Path | None = None
    subscriptions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    everything: bool = False
    key_vault: bool = False
    mask: Path | None = None
    cloud: str = "public"


@dataclass(slots=True)
class _Missing:
    """Where the same thing is missing."""

    tables: dict[str, None] = field(default_factory=dict)
    scopes: dict[str, None] = field(default_factory=dict)
    expected: bool = True


def collection_plan(
    workspace: Path | None, *, at: datetime, everything: bool, key_vault: bool
) -> CollectionPlan:
    """Return what a collection would ask for; nothing is asked.

    Raises:
        InputError: The workspace has errors.
    """
    return _plan(load_sound(workspace), at=at, everything=everything, key_vault=key_vault)


def collect(
    request: Request, *, now: Callable[[], datetime], say: Callable[[Progress], None] | None = None
) -> Collection:
    """Collect into a new snapshot.

    Args:
        request: What is asked for.
        now: The clock.
        say: Told of every page.

    Raises:
        InputError: The workspace has errors, signing in fails, or nothing can be seen.
    """
    from attestgraph import collect as room

    loaded = load_sound(request.workspace)
    library = loaded.library
    at = now()
    plan = _plan(loaded, at=at, everything=request.everything, key_vault=request.key_vault)
    wanted = _wanted(request, library, at)
    cloud = room.cloud(request.cloud)
    mask = None if request.mask is None else room.read_mask(request.mask)
    clock = room.Clock(now)
    credential = room.credential(request.sign_in, cloud)
    session = room.Session(cloud, credential, clock, settings=request.settings)
    try:
        who = room.sign_in(credential, cloud.audience, tenant=request.sign_in.tenant)
        about = room.About(
            cloud=cloud.name,
            tenant_id=who.tenant_id or request.sign_in.tenant,
            principal=who.text,
            exclusions=tuple(_excluded(library, at)),
            mask=mask,
        )
        done = room.collect(
            plan.sources, wanted, session, request.out, about=about, clock=clock, say=say
        )
    finally:
        session.close()
    return _collection(done, library.expected_gaps, at)


def _plan(loaded: Loaded, *, at: datetime, everything: bool, key_vault: bool) -> CollectionPlan:
    from attestgraph import checks
    from attestgraph.collect import plan_collection

    return plan_collection(
        checks.plan(loaded.library, loaded.aliases, at),
        loaded.library.workspace.evidence.sources,
        everything=everything,
        key_vault=key_vault,
    )


def _wanted(request: Request, library: Library, at: datetime) -> Wanted:
    """Return the scopes: those that are named, else the boundaries of the systems."""
    from attestgraph.collect import Wanted
    from attestgraph.model.ids import subscription_of
    from attestgraph.model.records import ScopeKind

    excluded = frozenset(
        subscription_of(e.scope.key) or ""
        for e in library.exclusions
        if e.holds(at) and e.scope.kind is ScopeKind.SUBSCRIPTION and _is_whole(e.scope)
    )
    subscriptions = {_last(s) for s in request.subscriptions}
    groups = {_last(g) for g in request.groups}
    if not subscriptions and not groups:
        subscriptions, groups = _boundaries(library.workspace.systems)
    return Wanted(
        subscriptions=tuple(sorted(subscriptions)),
        groups=tuple(sorted(groups)),
        excluded=excluded,
    )


def _boundaries(systems: Iterable[System]) -> tuple[set[str], set[str]]:
    from attestgraph.model.ids import id_key, subscription_of

    subscriptions: set[str] = set()
    groups: set[str] = set()
    for system in systems:
        boundary = system.boundary
        scopes = (*boundary.subscriptions, *boundary.resource_groups)
        if not scopes and not boundary.management_groups:
            return set(), set()
        subscriptions |= {subscription_of(id_key(s)) or _last(s) for s in scopes}
        groups |= {_last(g) for g in boundary.management_groups}
    return subscriptions, groups


def _excluded(library: Library, at: datetime) -> Iterable[Mapping[str, str]]:
    from attestgraph.model.records import ScopeKind

    for exclusion in library.exclusions:
        whole = exclusion.scope.kind is ScopeKind.SUBSCRIPTION and _is_whole(exclusion.scope)
        if whole and exclusion.holds(at):
            yield {
                "scope": exclusion.scope.key,
                "reason": exclusion.reason,
                "approved_by": exclusion.approved_by,
                "until": exclusion.until.isoformat(),
            }


def _is_whole(scope: Any) -> bool:
    return scope.type is None and scope.tag is None


def _last(text: str) -> str:
    from attestgraph.model.ids import ascii_lower

    return ascii_lower(text.strip().rstrip("/")).rsplit("/", 1)[-1]


def _collection(done: Collected, expected: tuple[ExpectedGap, ...], at: datetime) -> Collection:
    found: dict[tuple[str, str], _Missing] = {}
    for table, every in done.lost.items():
        for lost in every:
            missing = found.setdefault((lost.detail, lost.remedy), _Missing())
            missing.tables[table] = None
            missing.scopes[lost.scope] = None
            missing.expected &= any(_expects(gap, table, lost, at) for gap in expected)
    written = done.written.manifest.tables.values()
    return Collection(
        folder=done.folder,
        tables=tuple(
            TableSummary(
                name=table.name,
                rows=table.rows,
                complete=str(table.complete),
                why=why_incomplete(table),
            )
            for table in written
        ),
        diagnostics=tuple(_warning(*about, missing) for about, missing in found.items()),
        complete=all(missing.expected for missing in found.values()),
        missing=sum(len(every) for every in done.lost.values()),
        requests=done.requests,
        resumed=done.resumed,
    )


def _expects(gap: ExpectedGap, table: str, lost: Lost, at: datetime) -> bool:
    """Tell whether a workspace knows that something is missing."""
    from attestgraph.collect.source import group_key
    from attestgraph.model.ids import is_within
    from attestgraph.model.records import ScopeKind

    scope = gap.scope
    if not gap.holds(at) or gap.table not in (None, table) or scope.tag is not None:
        return False
    if scope.type is not None and set(lost.types) != {scope.type}:
        return False
    by_group = scope.kind is ScopeKind.MANAGEMENT_GROUP
    return is_within(lost.scope, group_key(scope.key) if by_group else scope.key)


def _warning(detail: str, remedy: str, missing: _Missing) -> Diagnostic:
    scopes = list(missing.scopes)
    shown = ", ".join(scopes[:_MOST_SCOPES])
    more = f" and {len(scopes) - _MOST_SCOPES} more" if len(scopes) > _MOST_SCOPES else ""
    known = " (expected)" if missing.expected else ""
    return Diagnostic(
        slug="incomplete-evidence",
        severity=Severity.WARNING,
        message=f"{', '.join(missing.tables)} of {shown}{more}: {detail}{known}",
        help=remedy or None,
    )
