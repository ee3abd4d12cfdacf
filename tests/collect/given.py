"""Collections of a fake tenant, by the production code and the real SDK, and what is true of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attestgraph.collect import (
    About,
    Clock,
    Collected,
    GraphTable,
    PolicyStates,
    Session,
    Settings,
    SignIn,
    Source,
    Wanted,
    cloud,
    collect,
    credential,
    sign_in,
)
from attestgraph.evidence import (
    Lines,
    SnapshotClaim,
    TableClaim,
    component_values,
    open_snapshot,
    resource_values,
    state_record,
    state_values,
    write_tables,
)
from attestgraph.evidence.tables import TABLES
from attestgraph.model.snapshot import SnapshotOrigin, TableSource
from attestgraph.model.words import Completeness
from tests.fake_azure import FakeAzure, Tenant

SCALE = 200.0
AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
CONTAINED = (
    "microsoft.resources/subscriptions",
    "microsoft.resources/subscriptions/resourcegroups",
)
SOURCES: tuple[Source, ...] = (
    GraphTable(table="resources"),
    GraphTable(table="resourcecontainers", types=CONTAINED),
    PolicyStates(),
)
SECRET = "fake-client-secret-of-the-fake"  # noqa: S105 - it opens nothing


@dataclass(frozen=True, slots=True)
class Live:
    """A fake with a clock that the client shares the pace of."""

    fake: FakeAzure
    scale: float

    @contextlib.contextmanager
    def session(self, *, read_timeout: float = 1.0) -> Iterator[tuple[Session, About]]:
        """Sign in and give a session."""
        clock = Clock(lambda: datetime.now(UTC), scale=self.scale)
        public = cloud("public")
        how = SignIn(
            tenant=self.fake.tenant.id, authority=self.fake.endpoint, ca_bundle=self.fake.ca_file
        )
        held = credential(how, public)
        settings = Settings(
            arm=self.fake.endpoint, ca_bundle=self.fake.ca_file, read_timeout=read_timeout
        )
        session = Session(public, held, clock, settings=settings)
        try:
            who = sign_in(held, public.audience, tenant=how.tenant)
            yield (
                session,
                About(cloud="public", tenant_id=who.tenant_id, principal=who.text, threads=1),
            )
        finally:
            session.close()

    def collect(
        self,
        out: Path,
        sources: Sequence[Source] = SOURCES,
        wanted: Wanted | None = None,
        *,
        read_timeout: float = 1.0,
    ) -> Collected:
        """Collect."""
        with self.session(read_timeout=read_timeout) as (session, about):
            return collect(
                sources, wanted or Wanted(), session, out, about=about, clock=session.clock
            )


@contextlib.contextmanager
def live(tenant: Tenant, *, scale: float = SCALE, **more: Any) -> Iterator[Live]:
    """Give a fake of a tenant; the environment must have its credentials (`signed_in`)."""
    with FakeAzure(tenant, clock_scale=scale, **more) as fake:
        yield Live(fake, scale)


def true_rows(fake: FakeAzure, table: str, *, kinds: Sequence[str] | None = None) -> set[str]:
    """Return the digests of the rows that there are."""
    lines = Lines(TABLES[table])
    found = set()
    for row in fake.rows(table):
        values = resource_values(row, observed_at=AT, source="arg")
        if kinds is None or values["type"] in kinds:
            line: dict[str, Any] = _json(lines.line(values))
            found.add(line["row_sha256"])
    return found


def stored_rows(out: Path, tables: Sequence[str]) -> list[str]:
    """Return the digests of the rows that a snapshot holds."""
    snapshot = open_snapshot(out)
    return [
        row[0] for t in tables for batch in snapshot.batches(t, ["row_sha256"]) for row in batch
    ]


def true_states(fake: FakeAzure, folder: Path) -> str:
    """Return the digest of a table of the states that there are."""
    return digest_of_states(list(fake.states()), folder)


def digest_of_states(records: Sequence[Any], folder: Path) -> str:
    """Return the digest of a table of some states."""
    rows = []
    for record in records:
        values = state_values(state_record(record))
        rows += [{**values, **more} for more in ({}, *component_values(state_record(record)))]
    claim = TableClaim(
        name="policystates",
        sources=(
            TableSource(
                kind="policy",
                query="all",
                query_sha256="0" * 64,
                scopes=("/",),
                started_at=AT,
                ended_at=AT,
                pages=1,
            ),
        ),
        complete=Completeness.TRUE,
    )
    about = SnapshotClaim(
        created_at=AT, tool="test", origin=SnapshotOrigin.COLLECTED, scopes=("/",)
    )
    written = write_tables(folder, [(claim, rows)], about, threads=1)
    return written.manifest.tables["policystates"].content_sha256


def is_exact(live: Live, out: Path, scratch: Path) -> bool:
    """Tell whether a snapshot holds just what the fake does."""
    manifest = open_snapshot(out).manifest
    # rows of other tables' types that `resources` shows are filed there
    spread = [t for t in manifest.tables if t not in ("policystates", "resourcecontainers")]
    rows = stored_rows(out, spread)
    return (
        len(rows) == len(set(rows))
        and set(rows) == true_rows(live.fake, "resources")
        and set(stored_rows(out, ["resourcecontainers"]))
        == true_rows(live.fake, "resourcecontainers", kinds=CONTAINED)
        and manifest.tables["policystates"].content_sha256 == true_states(live.fake, scratch)
    )


def holds_nothing_else(live: Live, out: Path) -> bool:
    """Tell whether every row of a snapshot is one that there is."""
    tables = open_snapshot(out).manifest.tables
    spread = [t for t in tables if t not in ("policystates", "resourcecontainers")]
    return set(stored_rows(out, spread)) <= true_rows(live.fake, "resources")


def _json(line: bytes) -> Any:
    import orjson

    return orjson.loads(line)
