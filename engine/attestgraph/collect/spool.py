"""What was collected so far, on disk: pages as the lines of tables, and a record of each partition.

Beside the snapshot `OUT` lies `OUT.collecting` until the snapshot is written. A page counts once
its lines and then the partition's record are on the disk (`fsync` of both), so whatever ends the
process leaves a state to go on from. Lines are redacted before they are written. The place of the
next page is kept for as long as the partition is not finished, and is believed for a short time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from attestgraph.collect.source import Lost, Page, Partition, Row, Tally, fault_key, row_key
from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import TABLES, Lines
from attestgraph.model.times import format_time, parse_time

SUFFIX: Final = ".collecting"
FORMAT: Final = "attestgraph/collecting/1"
_ABOUT: Final = "collecting.json"
_LOCK: Final = "lock"
# a place of the next page is of a list that goes on changing
_NEXT_LIVES: Final = timedelta(minutes=15)
_OLDEST: Final = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Written:
    """What is on the disk of one partition.

    Attributes:
        rows: By table.
        next: Where the next page begins, while there is one.
        done: It was read to its end, whether proven or not.
        doubt: Why it is not all, where that is known.
        lost: What of it is missing while the rest was read.
    """

    partition: Partition
    stem: str
    tally: Tally = field(default_factory=Tally)
    rows: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    longest: int = 0
    kinds: dict[str, set[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    started: str = ""
    ended: str = ""
    next: str | None = None
    done: bool = False
    doubt: str | None = None
    lost: list[Lost] = field(default_factory=list)


class Store:
    """The folder of one collection."""

    def __init__(self, folder: Path, *, resumed: bool, started: datetime) -> None:
        self.folder = folder
        self.resumed = resumed
        self.started = started
        self._lines = {name: Lines(schema) for name, schema in TABLES.items()}

    def partition(self, partition: Partition, at: datetime) -> Written:
        """Return what there is of a partition; what is not certain is cut off."""
        stem = hashlib.sha256(partition.name.encode()).hexdigest()[:24]
        written = Written(partition=partition, stem=stem)
        record = self._record(stem, partition)
        if record is None:
            self.restart(written)
            return written
        written.sizes = dict(record["bytes"])
        usable = record["doubt"] is None if record["done"] else _fresh(record, at)
        # what was missing may be there now
        if not self._cut(written) or not usable or record["lost"]:
            self.restart(written)
            return written
        written.rows, written.longest = dict(record["rows"]), record["longest"]
        written.kinds = {table: set(kinds) for table, kinds in record["kinds"].items()}
        written.faults = list(record["faults"])
        written.started, written.ended = record["started"], record["ended"]
        written.next, written.done, written.doubt = record["next"], record["done"], record["doubt"]
        tally = written.tally
        tally.sizes, tally.counts = record["sizes"], record["counts"]
        tally.totals, tally.request_ids = set(record["totals"]), record["request_ids"]
        if not written.done:
            tally.keys = set(self._keys(written))
        return written

    def _keys(self, written: Written) -> Iterator[bytes]:
        for table in written.rows:
            for line in self.lines(written, table):
                yield row_key(table, line)
        yield from (fault_key(number) for number, _ in enumerate(written.faults))

    def lines(self, written: Written, table: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a partition for a table, as they are spooled."""
        with self.path(written, table).open("rb") as stream:
            for line in stream:
                yield orjson.loads(line)

    def restart(self, written: Written) -> None:
        """Forget what was read of a partition."""
        for path in self.folder.glob(f"{written.stem}.*"):
            path.unlink()
        fresh = Written(partition=written.partition, stem=written.stem)
        for member in fields(Written):
            setattr(written, member.name, getattr(fresh, member.name))

    def add(
        self,
        written: Written,
        page: Page,
        rows: Sequence[Row],
        faults: Sequence[str],
        *,
        began: datetime,
        at: datetime,
    ) -> None:
        """Write a page: its lines, then that they are there.

        Args:
            written: The partition.
            page: The answer.
            rows: What its rows make.
            faults: What is wrong with those that make none.
            began: When the page was asked for.
            at: When it was there.
        """
        lines: dict[str, list[bytes]] = {}
        keys = {fault_key(len(written.faults) + n) for n, _ in enumerate(faults)}
        written.faults.extend(faults)
        written.lost.extend(page.lost)
        number = sum(written.rows.values())
        for row in rows:
            number += 1
            place = f"{written.partition.name} row {number}"
            line = self._lines[row.table].line(row.values, place=place)
            lines.setdefault(row.table, []).append(line)
            keys.add(row.key)
            kind = row.values.get("type") or row.values.get("resource_type")
            if kind:
                written.kinds.setdefault(row.table, set()).add(kind)
        for table, of_table in lines.items():
            self._append(written, table, of_table)
        written.tally.add(page, keys)
        written.started = written.started or format_time(began)
        written.ended = format_time(at)
        written.next = page.next
        self._save(written)

    def _append(self, written: Written, table: str, lines: Sequence[bytes]) -> None:
        data = b"".join(lines)
        with self.path(written, table).open("ab") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        written.sizes[table] = written.sizes.get(table, 0) + len(data)
        written.rows[table] = written.rows.get(table, 0) + len(lines)
        written.longest = max(written.longest, *map(len, lines))

    def finish(self, written: Written, doubt: str | None) -> None:
        """Record that a partition was read to its end, and why it is not all, if it is not."""
        written.done, written.doubt, written.next = True, doubt, None
        # a million of them would be kept for nothing
        written.tally.keys.clear()
        self._save(written)

    def path(self, written: Written, table: str) -> Path:
        """Return the file of a partition's lines for a table."""
        return self.folder / f"{written.stem}.{table}.ndjson"

    def remove(self) -> None:
        """Remove everything: the snapshot holds it now."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _record(self, stem: str, partition: Partition) -> dict[str, Any] | None:
        try:
            record = orjson.loads((self.folder / f"{stem}.json").read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        # a partition of the same name whose size was told anew is asked again
        return record if record.get("partition") == partition.name else None

    def _cut(self, written: Written) -> bool:
        """Cut files to what is certain; tell whether all of that is there."""
        for path in self.folder.glob(f"{written.stem}.*.ndjson"):
            if path.name.split(".")[1] not in written.sizes:
                path.unlink()
        for table, size in written.sizes.items():
            path = self.path(written, table)
            if not path.is_file() or path.stat().st_size < size:
                return False
            if path.stat().st_size > size:
                os.truncate(path, size)
        return True

    def _save(self, written: Written) -> None:
        tally = written.tally
        record = {
            "partition": written.partition.name,
            "bytes": written.sizes,
            "rows": written.rows,
            "longest": written.longest,
            "kinds": {table: sorted(kinds) for table, kinds in written.kinds.items()},
            "faults": written.faults,
            "started": written.started,
            "ended": written.ended,
            "next": written.next,
            "done": written.done,
            "doubt": written.doubt,
            "lost": len(written.lost),
            "sizes": tally.sizes,
            "counts": tally.counts,
            "totals": list(tally.totals),
            "request_ids": tally.request_ids,
        }
        path = self.folder / f"{written.stem}.json"
        _replace(path, orjson.dumps(record))


@contextlib.contextmanager
def open_store(out: Path, key: Mapping[str, Any], at: datetime) -> Iterator[Store]:
    """Give the folder of a collection: the one that was left, if it is of the same question.

    Args:
        out: The snapshot that is to be.
        key: What makes two collections the same: plan, scope, principal.
        at: Now.

    Raises:
        InputError: `not-ours`, `already-collecting`.
    """
    folder = Path(os.path.abspath(f"{out}{SUFFIX}"))  # noqa: PTH100 - resolve() would follow links
    digest = hashlib.sha256(orjson.dumps(key, option=orjson.OPT_SORT_KEYS)).hexdigest()
    about = _about(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mask = os.umask(0o077)
    try:
        with _locked(folder):
            started = at
            resumed = False
            if about is not None:
                started = parse_time(str(about["started_at"]))
                resumed = about["digest"] == digest and at - started < _OLDEST
            if not resumed:
                _empty(folder)
                started = at
                told = {"format": FORMAT, "digest": digest, "started_at": format_time(at)}
                _replace(folder / _ABOUT, orjson.dumps(told))
            yield Store(folder, resumed=resumed, started=started)
    finally:
        os.umask(mask)


def _about(folder: Path) -> dict[str, Any] | None:
    """Return what a folder that is there says of itself."""
    if not folder.exists() and not folder.is_symlink():
        return None
    if folder.is_dir() and not folder.is_symlink():
        names = {path.name for path in folder.iterdir()} - {_LOCK}
        if not names:
            return None
        with contextlib.suppress(OSError, orjson.JSONDecodeError):
            about = orjson.loads((folder / _ABOUT).read_bytes())
            if isinstance(about, dict) and about.get("format") == FORMAT:
                return about
    raise InputError(
        Diagnostic(
            slug="not-ours",
            message="the folder holds files that attestgraph did not write",
            path=str(folder),
            help="name another --out",
        )
    )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep a second collection out; the lock goes with the process, however it ends."""
    import fcntl

    with (folder / _LOCK).open("wb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                Diagnostic(
                    slug="already-collecting",
                    message="another collection writes here just now",
                    path=str(folder),
                    help="wait for it, or name another --out",
                )
            ) from None
        yield


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != _LOCK:
            path.unlink()


def _fresh(record: Mapping[str, Any], at: datetime) -> bool:
    return bool(record["ended"]) and at - parse_time(record["ended"]) < _NEXT_LIVES


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


class OnDisk:
    """The rows of finished partitions, for sources that hang on them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done: list[Written] = []
        self._lost: list[Lost] = []

    def add(self, parts: Iterable[Written], lost: Iterable[Lost]) -> None:
        """Keep what one more source read, and what is missing of it."""
        self._done.extend(parts)
        self._lost.extend(lost)

    def lost(self, types: Sequence[str]) -> Iterator[Lost]:
        """Give what is missing of some types, lower case."""
        wanted = set(types)
        return (lost for lost in self._lost if not lost.types or wanted & set(lost.types))

    def ids(self, types: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Give the id and the type of every row of some types, lower case."""
        wanted = set(types)
        for written in self._done:
            for table, kinds in written.kinds.items():
                if not kinds & wanted:
                    continue
                for row in self._store.lines(written, table):
                    if row.get("type") in wanted:
                        yield row["id"], row["type"]
