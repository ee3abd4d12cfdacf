"""Reading one partition: page after page, halved where too large, proven or read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from attestgraph.collect.area import READER
from attestgraph.collect.clock import Clock
from attestgraph.collect.session import CallError, Session
from attestgraph.collect.source import (
    CutShortError,
    Lost,
    Page,
    Partition,
    Row,
    Source,
    remedy_for,
)
from attestgraph.collect.spool import Store, Written

TOP: Final = 1000
MOST_READS: Final = 3
MOST_PAGES: Final = 1_000_000
AGAIN: Final = "collect again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of a partition: what is on the disk, and what is missing of it."""

    written: Written
    lost: tuple[Lost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads partitions of one source.

    Attributes:
        say: Told of every page, and of what was forgotten.
    """

    source: Source
    store: Store
    session: Session
    clock: Clock
    say: Callable[[Written], None]

    def read(self, partition: Partition) -> Reading:
        """Read a partition to its end, from where it was left.

        Raises:
            StoppedError: The collection was stopped.
        """
        written = self.store.partition(partition, self.clock.now())
        self.say(written)
        if written.done:
            return Reading(written=written)
        try:
            return self._read(partition, written)
        except CallError as error:
            # the record stays open: another collection goes on from here
            remedy = remedy_for(error, READER, ", ".join(partition.scopes[:3]))
            lost = partition.lost(str(error), remedy=remedy)
            return Reading(written=written, lost=(*written.lost, *lost))

    def _read(self, partition: Partition, written: Written) -> Reading:
        doubt: str | None = "it was not read"
        for attempt in range(MOST_READS):
            if attempt:
                self.store.restart(written)
            doubt = self._attempt(partition, written)
            if doubt is None:
                break
            self.clock.check()
        if doubt is None and written.faults:
            doubt = f"{len(written.faults)} rows are of no known form: {written.faults[0]}"
        self.store.finish(written, doubt)
        lost = () if doubt is None else partition.lost(doubt, remedy=AGAIN)
        return Reading(written=written, lost=(*written.lost, *lost))

    def _attempt(self, partition: Partition, written: Written) -> str | None:
        try:
            self._pages(partition, written)
        except CutShortError as error:
            return str(error)
        return self.source.doubt(partition, written.tally, self.session)

    def _pages(self, partition: Partition, written: Written) -> None:
        resumed = written.next is not None
        top = TOP
        seen = {written.next}
        for _ in range(MOST_PAGES):
            self.clock.check()
            began = self.clock.now()
            try:
                page = self.source.page(partition, self.session, written.next, top)
            except CallError as error:
                if error.too_large and top > 1:
                    top //= 2
                    continue
                if resumed and error.status in (400, 404, 410):
                    # the place of the next page is no longer known
                    self.store.restart(written)
                    resumed, seen = False, {None}
                    continue
                raise
            self._keep(page, written, began=began)
            if page.next is None:
                return
            if page.next in seen:
                break
            seen.add(page.next)
        raise CutShortError("the pages do not end")

    def _keep(self, page: Page, written: Written, *, began: datetime) -> None:
        rows: list[Row] = []
        faults: list[str] = []
        for value in page.rows:
            try:
                rows += self.source.rows(value, began)
            except ValueError as error:
                faults.append(str(error))
        self.store.add(written, page, rows, faults, began=began, at=self.clock.now())
        self.say(written)
