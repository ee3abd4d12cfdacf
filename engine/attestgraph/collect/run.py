"""One collection: all sources at once, each as fast as its quota lets it, then one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from attestgraph import __version__
from attestgraph.collect.area import Wanted, find_area, seen_still
from attestgraph.collect.clock import Clock
from attestgraph.collect.pace import MOST_AT_ONCE
from attestgraph.collect.reading import Reader, Reading
from attestgraph.collect.session import CallError, Family, Session
from attestgraph.collect.source import Area, Laid, Lost, Source, subscription_key
from attestgraph.collect.spool import OnDisk, Store, Written, open_store
from attestgraph.collect.writing import About, Done, write
from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import WrittenSnapshot
from attestgraph.evidence.snapshot import MANIFEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a table is.

    Attributes:
        parts: Partitions, and how many of them are read.
        left: Requests that the quota still lets go now; None where nothing is known.
        resets_in: Seconds until there are more.
        ended: The table is read.
    """

    table: str
    rows: int
    pages: int
    parts: int
    parts_done: int
    left: int | None = None
    resets_in: float | None = None
    resumed: bool = False
    ended: bool = False


Say = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a collection came to.

    Attributes:
        lost: What is missing, by table.
        requests: How many were sent.
        resumed: It went on where another one was stopped.
    """

    folder: Path
    written: WrittenSnapshot
    lost: Mapping[str, tuple[Lost, ...]]
    requests: int
    resumed: bool

    @property
    def complete(self) -> bool:
        """Tell whether every table is proven to be whole."""
        return not any(self.lost.values())


@dataclass(slots=True)
class _State:
    """How far one source is, told to whoever watches."""

    source: Source
    session: Session
    say: Say
    laid: Laid = field(default_factory=lambda: Laid(partitions=()))
    known: dict[str, Written] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def saw(self, written: Written) -> None:
        """Take note of a page."""
        with self.lock:
            self.known[written.stem] = written
        self.tell()

    def tell(self, *, ended: bool = False) -> None:
        """Say how far it is."""
        with self.lock:
            known = list(self.known.values())
        standing = self.session.pace(self.source.family).standing
        self.say(
            Progress(
                table=self.source.table,
                rows=sum(w.tally.rows for w in known),
                pages=sum(len(w.tally.sizes) for w in known),
                parts=len(self.laid.partitions),
                parts_done=sum(w.done for w in known),
                left=standing.left,
                resets_in=standing.resets_in,
                ended=ended,
            )
        )


def collect(
    sources: Sequence[Source],
    wanted: Wanted,
    session: Session,
    out: Path,
    *,
    about: About,
    clock: Clock,
    say: Say | None = None,
) -> Collected:
    """Collect, prove, and write a snapshot; what is missing is in it as such.

    Args:
        sources: What is read.
        wanted: Of which scopes.
        session: Asks.
        out: The snapshot folder; must not hold one.
        about: What the snapshot says of itself.
        clock: The one of the session.
        say: Told of every page.

    Raises:
        InputError: The folder cannot be used, nothing can be seen, or signing in fails.
        StoppedError: The collection was stopped; it can be taken up again.
    """
    key = {
        "tool": __version__,
        "about": about.key,
        "wanted": _key_of(wanted),
        "sources": [_about(s) for s in sources],
    }
    with open_store(out, key, clock.now()) as store:
        _refuse_existing(out, store)
        area = find_area(wanted, session, tenant=about.tenant_id)
        try:
            done = _read_all(sources, area, session, store, clock, say or _silent)
        except BaseException:
            clock.stop()
            raise
        area = seen_still(area, session)
        finished = [_with_area(one, area) for one in done]
        written = write(finished, area, store, out, about=about, at=clock.now())
        lost: dict[str, tuple[Lost, ...]] = {}
        for one in finished:
            # a table may have several sources
            lost[one.source.table] = (*lost.get(one.source.table, ()), *one.lost)
        if all(w.done for one in finished for w in one.parts):
            store.remove()
    return Collected(
        folder=out,
        written=written,
        lost=lost,
        requests=session.requests,
        resumed=store.resumed,
    )


def _silent(progress: Progress) -> None:
    del progress


def _key_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "subscriptions": sorted(wanted.subscriptions),
        "groups": sorted(wanted.groups),
        "excluded": sorted(wanted.excluded),
    }


def _about(source: Source) -> dict[str, Any]:
    return {
        "table": source.table,
        "kind": source.kind,
        "types": None if source.types is None else list(source.types),
        "projection": None if source.projection is None else dict(source.projection),
        "ask": repr(source),
    }


def _refuse_existing(out: Path, store: Store) -> None:
    """Refuse a snapshot that is there: one is never changed, only taken up again."""
    if store.resumed or not (out / MANIFEST).exists():
        return
    raise InputError(
        Diagnostic(
            slug="folder-exists",
            message="there is a snapshot here already, and none is overwritten",
            path=str(out),
            help="name a new folder for each collection",
        )
    )


def _with_area(done: Done, area: Area) -> Done:
    """Return a source's result with what is missing of the area itself."""
    types = done.source.types or ()
    gone = tuple(
        Lost(
            scope=lost.scope,
            types=types,
            reason=lost.reason,
            detail=lost.detail,
            remedy=lost.remedy,
        )
        for lost in area.lost
    )
    return Done(source=done.source, parts=done.parts, lost=(*done.lost, *gone))


def _read_all(
    sources: Sequence[Source],
    area: Area,
    session: Session,
    store: Store,
    clock: Clock,
    say: Say,
) -> list[Done]:
    """Read the sources in order: those that hang on rows of others after these."""
    held = OnDisk(store)
    done: list[Done] = []
    pools = {f: ThreadPoolExecutor(MOST_AT_ONCE, f"collect-{f}") for f in Family}
    try:
        for order in sorted({s.order for s in sources}):
            of_phase = [s for s in sources if s.order == order]
            with ThreadPoolExecutor(len(of_phase), "collect") as outer:
                running = [
                    outer.submit(
                        _read_source, _State(s, session, say), area, held, store, clock, pools
                    )
                    for s in of_phase
                ]
                found: list[Done] = _results(running, clock)
            done += found
            for one in found:
                held.add(one.parts, one.lost)
    finally:
        for pool in pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
    return done


def _results(running: Sequence[Future[Any]], clock: Clock) -> list[Any]:
    try:
        return [future.result() for future in running]
    except BaseException:
        # the others must not go on waiting for a quota
        clock.stop()
        raise


def _read_source(
    state: _State,
    area: Area,
    held: OnDisk,
    store: Store,
    clock: Clock,
    pools: Mapping[Family, ThreadPoolExecutor],
) -> Done:
    source, session = state.source, state.session
    try:
        state.laid = source.partitions(area, session, held)
    except CallError as error:
        scopes = [subscription_key(s) for s in area.subscriptions]
        types = source.types or ()
        gone = tuple(Lost(scope=s, types=types, detail=str(error)) for s in scopes)
        state.laid = Laid(partitions=(), lost=gone)
    state.tell()
    reader = Reader(source=source, store=store, session=session, clock=clock, say=state.saw)
    running = [pools[source.family].submit(reader.read, part) for part in state.laid.partitions]
    found: list[Reading] = _results(running, clock)
    state.tell(ended=True)
    return Done(
        source=source,
        parts=tuple(reading.written for reading in found),
        lost=(*state.laid.lost, *(lost for reading in found for lost in reading.lost)),
    )
