"""Cost of an evaluation against its floors (CONTRACT section 8).

F1 is orjson over the rows as NDJSON; F2 is reading the needed columns of the snapshot and parsing
their JSON into dicts; evaluation goes from the snapshot to findings.parquet, relations included.
CPU is that of all threads, memory the peak of the process; each round is a process of its own.

    python tests/benchmarks/bench_evaluate.py [--rows N] [--rounds N]
"""

# ruff: noqa: T201 what a benchmark does is print
from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
if not any((Path(p) / "attestgraph").is_dir() for p in sys.path if p):
    sys.path.insert(0, str(ROOT / "engine"))

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
TYPES = (
    "microsoft.keyvault/vaults",
    "microsoft.storage/storageaccounts",
    "microsoft.web/sites",
    "microsoft.sql/servers",
    "microsoft.compute/disks",
    "microsoft.compute/virtualmachines",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/virtualnetworks",
    "microsoft.documentdb/databaseaccounts",
    "microsoft.servicebus/namespaces",
    "microsoft.containerservice/managedclusters",
    "microsoft.insights/diagnosticsettings",
)
RELATED = TYPES[-1]
JUDGED = TYPES[:-1]
TARGET, FLOOR, MEMORY = 2.5, 3.0, 450


def main() -> int:
    """Build the snapshot once, measure in processes of their own, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--measure", choices=["build", "f1", "f2", "evaluate", "idle"])
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure, chosen.folder, rows=chosen.rows, threads=chosen.threads)
        return 0
    with tempfile.TemporaryDirectory() as name:
        run_all(Path(name), rows=chosen.rows, rounds=chosen.rounds, threads=chosen.threads)
    return 0


def run_all(folder: Path, *, rows: int, rounds: int, threads: int) -> None:
    """Measure everything and print it."""

    def one(what: str) -> dict[str, Any]:
        command = [sys.executable, __file__, "--measure", what, "--folder", str(folder)]
        command += ["--rows", str(rows), "--threads", str(threads)]
        done = subprocess.run(command, check=True, capture_output=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    built = one("build")
    print(
        f"{rows} rows of {len(TYPES)} types, {built['bytes'] / rows / 1000:.1f} KB of JSON each; "
        f"{built['rules']} rules; {rounds} rounds; {threads} threads"
    )
    whats = ("f1", "f2", "evaluate")
    # in turn, so that a slow minute of the machine falls on all of them
    taken = [{what: one(what) for what in whats} for _ in range(rounds)]
    print(f"{'':10} {'CPU s':>7} {'range':>15} {'wall s':>7} {'peak MB':>8} {'x F2':>6}")
    f2 = statistics.median(t["f2"]["cpu"] for t in taken)
    for what in whats:
        cpu = [t[what]["cpu"] for t in taken]
        wall = statistics.median(t[what]["wall"] for t in taken)
        peak = max(t[what]["peak"] for t in taken)
        middle = statistics.median(cpu)
        span = f"{min(cpu):.2f} to {max(cpu):.2f}"
        print(f"{what:10} {middle:7.2f} {span:>15} {wall:7.2f} {peak:8.0f} {middle / f2:6.2f}")
    ratio = statistics.median(t["evaluate"]["cpu"] for t in taken) / f2
    peak = max(t["evaluate"]["peak"] for t in taken)
    print(
        f"{taken[0]['evaluate']['findings']} findings; evaluation is {ratio:.2f} x F2 (target "
        f"{TARGET}, at most {FLOOR}) and {peak:.0f} MB (at most {MEMORY}): "
        + ("within" if ratio <= FLOOR and peak <= MEMORY else "MISSED")
    )


def measure(what: str, folder: Path, *, rows: int, threads: int) -> None:
    """Do one thing and print its cost as JSON."""
    answer: dict[str, Any] = {}
    if what == "build":
        answer = build(folder, rows)
    else:
        action = {"f1": f1, "f2": f2, "evaluate": evaluate}[what]
        prepared = prepare(folder) if what == "evaluate" else None
        cpu, wall = time.process_time(), time.perf_counter()
        answer = action(folder, threads, prepared)
        answer["cpu"] = time.process_time() - cpu
        answer["wall"] = time.perf_counter() - wall
    answer["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(answer))


def f1(folder: Path, _threads: int, _prepared: Any) -> dict[str, Any]:
    """Parse the NDJSON."""
    count = 0
    with (folder / "rows.ndjson").open("rb") as stream:
        for line in stream:
            orjson.loads(line)
            count += 1
    return {"rows": count}


def f2(folder: Path, threads: int, _prepared: Any) -> dict[str, Any]:
    """Read the columns that the rules read, and parse their JSON."""
    from attestgraph.evidence import open_snapshot

    snapshot = open_snapshot(folder / "snapshot")
    columns = ["id_key", "id", "type", "subscription_id", "row_sha256", "tags", "properties"]
    count = 0
    for batch in snapshot.batches("resources", columns, threads=threads):
        for key, id_, type_, subscription, sha256, tags, properties in batch:
            _row = {
                "key": key,
                "id": id_,
                "type": type_,
                "subscriptionId": subscription,
                "sha256": sha256,
                "tags": orjson.loads(tags) if tags else None,
                "properties": orjson.loads(properties) if properties else None,
            }
            count += 1
    return {"rows": count}


def prepare(folder: Path) -> Any:
    """Do what is no part of an evaluation: load, compile, open the snapshot."""
    from attestgraph.checks import plan
    from attestgraph.evidence import open_snapshot

    library = _library()
    return plan(library, _aliases(), AT), library, open_snapshot(folder / "snapshot")


def evaluate(folder: Path, threads: int, prepared: Any) -> dict[str, Any]:
    """Go from the snapshot to findings.parquet."""
    from attestgraph.evaluate import run

    compiled, library, snapshot = prepared
    with tempfile.TemporaryDirectory(dir=folder) as name:
        done = run(compiled, library, snapshot, at=AT, folder=Path(name), threads=threads)
    return {"findings": sum(done.totals.values()), "totals": dict(done.totals)}


def build(folder: Path, rows: int) -> dict[str, Any]:
    """Write the rows as NDJSON and as a snapshot."""
    from attestgraph.evidence import SnapshotClaim, TableClaim, write_tables
    from attestgraph.model.snapshot import SnapshotOrigin, TableSource
    from attestgraph.model.words import Completeness

    made = list(_rows(rows))
    size = 0
    with (folder / "rows.ndjson").open("wb") as stream:
        for row in made:
            line = orjson.dumps(
                {k: v for k, v in row.items() if k not in ("observed_at", "source")}
            )
            size += len(line)
            stream.write(line + b"\n")
    seen = AT - timedelta(hours=1)
    source = TableSource(
        kind="arg",
        query="",
        query_sha256="",
        scopes=("/",),
        started_at=seen,
        ended_at=seen,
        pages=1,
    )
    claim = TableClaim(name="resources", sources=(source,), complete=Completeness.TRUE)
    about = SnapshotClaim(
        created_at=AT, tool="benchmark", origin=SnapshotOrigin.COLLECTED, scopes=("/",)
    )
    write_tables(folder / "snapshot", [(claim, made)], about)
    rules = sum(len(c.checks) for c in _library().controls.values())
    return {"bytes": size, "rules": rules}


def _rows(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(20261101)  # noqa: S311 the same rows every time
    parents: list[str] = []
    share = count // len(TYPES)
    for at, type_ in enumerate(TYPES):
        here = share if at < len(TYPES) - 1 else count - share * (len(TYPES) - 1)
        for n in range(here):
            name = f"res{at:02d}{n:06d}"
            sub = f"{n % 40:08d}-0000-4000-8000-000000000000"
            base = f"/subscriptions/{sub}/resourceGroups/rg-{n % 9}"
            row_id = f"{base}/providers/{type_}/{name}"
            if type_ == RELATED and parents:
                row_id = f"{parents[n % len(parents)]}/providers/{type_}/{name}"
            elif at == 0:
                parents.append(row_id)
            yield {
                "id": row_id,
                "name": name,
                "type": type_,
                "location": chance.choice(["westeurope", "northeurope", "eastus2"]),
                "tags": {"env": chance.choice(["prod", "test"]), "owner": f"team-{n % 50}"},
                "properties": _properties(chance, n),
                "source": "arg",
                "observed_at": AT - timedelta(hours=1),
            }


def _properties(chance: random.Random, n: int) -> dict[str, Any]:
    def mostly() -> bool:
        return chance.random() < 0.93

    return {
        "enabled": mostly(),
        "minimumTlsVersion": "TLS1_2" if mostly() else "TLS1_0",
        "publicNetworkAccess": "Disabled" if mostly() else "Enabled",
        "retentionDays": chance.choice([7, 30, 90, 90, 90, 365]),
        "encryption": {
            "keySource": "Microsoft.Keyvault" if mostly() else "Microsoft.Storage",
            "keyVaultProperties": {"keyUri": f"https://vault-{n}.example/keys/k{n}"},
        },
        "networkAcls": {
            "defaultAction": "Deny" if mostly() else "Allow",
            "bypass": "AzureServices",
            "ipRules": [{"value": f"10.0.{i}.0/24", "action": "Allow"} for i in range(n % 6)],
            "virtualNetworkRules": [
                {"id": f"/subscriptions/x/virtualNetworks/v{i}/subnets/s{i}", "state": "Succeeded"}
                for i in range(n % 4)
            ],
        },
        "privateEndpointConnections": [
            {
                "id": f"pe-{n}-{i}",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateLinkServiceConnectionState": {"status": "Approved"},
                },
            }
            for i in range(n % 3)
        ],
        "endpoints": {k: f"https://res{n}.{k}.example/" for k in ("blob", "file", "queue", "web")},
        "padding": {f"setting{i}": f"{n * 7919 + i:032x}" for i in range(8 + n % 16)},
    }


CONDITIONS: tuple[dict[str, Any], ...] = (
    {"field": "properties.enabled", "equals": True},
    {
        "allOf": [
            {"field": "properties.minimumTlsVersion", "equals": "TLS1_2"},
            {"field": "properties.publicNetworkAccess", "equals": "Disabled"},
        ]
    },
    {
        "anyOf": [
            {"field": "properties.networkAcls.defaultAction", "equals": "Deny"},
            {"field": "properties.publicNetworkAccess", "in": ["Disabled", "SecuredByPerimeter"]},
        ]
    },
    {
        "allOf": [
            {"field": "properties.encryption.keySource", "equals": "Microsoft.Keyvault"},
            {"field": "properties.encryption.keyVaultProperties.keyUri", "exists": True},
        ]
    },
)
COUNTED: dict[str, Any] = {
    "count": {
        "field": "properties.networkAcls.ipRules[*]",
        "where": {"field": "properties.networkAcls.ipRules[*].value", "like": "0.0.0.0*"},
    },
    "equals": 0,
}


def _aliases() -> Any:
    from attestgraph.conditions import Aliases

    return Aliases.from_mapping({})


def _library() -> Any:
    """Return about 50 rules over the types, one in twelve with a related resource."""
    from tests.evaluate.world import World, check, control, related, rows_test, system

    controls = []
    for at, type_ in enumerate(JUDGED):
        checks = [
            check(
                rows_test(
                    document,
                    types=(type_,),
                    where={"field": "tags.env", "equals": "prod"} if number == 2 else None,
                ),
                f"rule-{number}",
            )
            for number, document in enumerate(CONDITIONS)
        ]
        # one rule in seven counts members of an array: 719 of Azure's 5,009 definitions do
        if at % 2 == 0:
            checks[-1] = check(rows_test(COUNTED, types=(type_,)), "counted")
        if at % 3 == 0:
            retention = {"field": "properties.retentionDays", "greaterOrEquals": 30}
            checks.append(check(rows_test(retention, types=(type_,)), "retention"))
        if at == 0:
            checks.append(
                check(rows_test(None, types=(type_,), related=[related(type=RELATED)]), "logged")
            )
        controls.append(control(*checks, name=f"control-{at:02d}"))
    systems = [
        system("everything"),
        system(
            "part",
            subscriptions=tuple(f"{n:08d}-0000-4000-8000-000000000000" for n in range(10)),
        ),
    ]
    return World(controls=controls, tables={}, systems=systems, sources=("resources",)).library()


if __name__ == "__main__":
    sys.exit(main())
