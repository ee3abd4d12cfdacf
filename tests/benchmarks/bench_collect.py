"""Collecting a large tenant: time against what the quota makes necessary, and peak memory.

    python tests/benchmarks/bench_collect.py [--scale S] [--resources N] [--states N]

The fake runs in a process of its own. Its clock and ours are scaled alike, so that a quota of 15
requests in 5 seconds passes faster than in reality; the work of this process is not scaled, so a
large scale makes us look slower than we are. Printed are virtual seconds.

What the quota makes necessary: the fewest pages there can be of each family, 15 of them in 5 s, the
first 15 at once. What proves them (counts, permissions) is not in that figure; it is ours to bear.
"""

# ruff: noqa: T201 what a benchmark does is print
from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "engine")]

from attestgraph.collect import (  # noqa: E402
    About,
    Clock,
    GraphTable,
    PolicyStates,
    Progress,
    Session,
    Settings,
    SignIn,
    Wanted,
    cloud,
    collect,
    credential,
    sign_in,
)

WINDOW, PAGE = 5.0, 1000
CONTAINED = (
    "microsoft.resources/subscriptions",
    "microsoft.resources/subscriptions/resourcegroups",
)


def main() -> None:
    """Run it once."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, _fake(options) as fake:
        line = fake.stdout.readline() if fake.stdout else b"{}"
        told = orjson.loads(line)
        os.environ.update(told["env"])
        _collect(told, Path(folder), options)
        if fake.stdin:
            fake.stdin.close()


def _collect(told: dict[str, str], folder: Path, options: argparse.Namespace) -> None:
    scale = options.scale
    clock = Clock(lambda: datetime.now(UTC), scale=scale)
    public = cloud("public")
    endpoint, ca = told["endpoint"], told["ca_file"]
    signed = credential(SignIn(authority=endpoint, ca_bundle=ca), public)
    session = Session(public, signed, clock, settings=Settings(arm=endpoint, ca_bundle=ca))
    who = sign_in(signed, public.audience, tenant=None)
    about = About(cloud="public", tenant_id=who.tenant_id, principal=who.text)
    sources = (
        GraphTable(table="resources"),
        GraphTable(table="resourcecontainers", types=CONTAINED),
        PolicyStates(),
    )
    ends: dict[str, float] = {}
    held: dict[str, float] = {}

    def say(progress: Progress) -> None:
        if progress.ended:
            held[progress.table] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            ends[progress.table] = clock.monotonic()

    before, began, cpu = time.monotonic(), clock.monotonic(), time.process_time()
    done = collect(sources, Wanted(), session, folder / "out", about=about, clock=clock, say=say)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    read, real = max(ends.values()) - began, time.monotonic() - before
    session.close()
    graph, states = _necessary(options)
    floor = max(WINDOW, *(_seconds(pages, options.quota) for pages in (graph, states)))
    tables = done.written.manifest.tables.values()
    rows = sum(table.rows for table in tables)
    print(f"rows                {rows:>12,}   complete: {done.complete}")
    print(f"requests            {done.requests:>12,}   necessary: {graph + states:,} pages")
    print(f"quota makes needed  {floor:>12.1f} s")
    print(f"reading took        {read:>12.1f} s   {read / floor:.3f} times")
    writing = real - read / scale
    print(f"then writing took   {writing:>12.1f} s of real time")
    print(f"at scale 1          {(read + writing) / floor:>12.3f} times, with the writing")
    print(f"processor           {time.process_time() - cpu:>12.1f} s")
    print(f"peak memory         {peak:>12.0f} MB")
    print(f"  when all was read {max(held.values()):>12.0f} MB")
    print(f"by table            {dict(Counter({t.name: t.rows for t in tables}))}")


def _necessary(options: argparse.Namespace) -> tuple[int, int]:
    # not before the memory was measured: the tenant is no part of a collection
    from tests.fake_azure import Tenant

    tenant = Tenant.of(
        1,
        resources=options.resources,
        subscriptions=options.subscriptions,
        states=options.states,
    )
    counts = [tenant.states.count(s.id.lower()) for s in tenant.subscriptions]
    return -(-options.resources // PAGE), sum(max(1, -(-count // PAGE)) for count in counts)


def _seconds(requests: int, quota: int) -> float:
    return max(0, -(-requests // quota) - 1) * WINDOW


def _fake(options: argparse.Namespace) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.fake_azure",
            *("--resources", str(options.resources)),
            *("--states", str(options.states)),
            *("--subscriptions", str(options.subscriptions)),
            *("--clock-scale", str(options.scale)),
            *("--quota", str(options.quota)),
            "--until-eof",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=4.0)
    parser.add_argument("--quota", type=int, default=15)
    parser.add_argument("--resources", type=int, default=50_000)
    parser.add_argument("--states", type=int, default=1_000_000)
    parser.add_argument("--subscriptions", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
