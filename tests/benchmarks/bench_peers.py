"""Ten equal rules: CPU of compiled conditions against Cloud Custodian's filters.

Both judge the same rows, one process each, in turns; results are compared before anything is
measured. Cloud Custodian stands in an environment of its own below `build/`, made when it is not
there (it needs a package index) and never among what this project depends on.

    python tests/benchmarks/bench_peers.py [--rows N] [--rounds N]
"""

# ruff: noqa: T201 what a benchmark does is print
from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "engine")]
PEERS = ROOT / "build" / "peers"
PACKAGES = ("c7n==0.9.53", "c7n-azure==0.7.52")
TARGET = 5.0

STORAGE, VAULT, GROUP = (
    ("Microsoft.Storage/storageAccounts", "azure.storage"),
    ("Microsoft.KeyVault/vaults", "azure.keyvault"),
    ("Microsoft.Network/networkSecurityGroups", "azure.networksecuritygroup"),
)
ALIASES = {
    f"{kind}/{name}": f"properties.{name}"
    for kind, name in (
        (STORAGE[0], "supportsHttpsTrafficOnly"),
        (STORAGE[0], "minimumTlsVersion"),
        (STORAGE[0], "allowBlobPublicAccess"),
        (STORAGE[0], "networkAcls.ipRules[*]"),
        (STORAGE[0], "networkAcls.ipRules[*].value"),
        (VAULT[0], "enablePurgeProtection"),
        (VAULT[0], "enableSoftDelete"),
        (GROUP[0], "securityRules[*]"),
    )
} | {
    f"{GROUP[0]}/securityRules[*].{name}": f"properties.securityRules[*].properties.{name}"
    for name in ("access", "direction", "sourceAddressPrefix", "destinationPortRange")
}
TLS = ["TLS1_2", "TLS1_3"]
SKUS = ["Standard_GRS", "Standard_ZRS", "Standard_GZRS", "Premium_LRS"]
PLACES = ["westeurope", "northeurope", "germanywestcentral"]
ANYWHERE = ["*", "Internet", "0.0.0.0/0"]
PORTS = ["22", "3389", "*"]


def _value(key: str, wanted: Any, op: str = "eq") -> dict[str, Any]:
    return {"type": "value", "key": key, "op": op, "value": wanted}


def _rule(name: str, wanted: Any, operator: str) -> dict[str, Any]:
    return {"field": f"{GROUP[0]}/securityRules[*].{name}", operator: wanted}


RULES: dict[str, tuple[tuple[str, str], dict[str, Any], dict[str, Any]]] = {
    "storage without https": (
        STORAGE,
        {"field": f"{STORAGE[0]}/supportsHttpsTrafficOnly", "equals": False},
        _value("properties.supportsHttpsTrafficOnly", False),
    ),
    "storage with old TLS": (
        STORAGE,
        {"field": f"{STORAGE[0]}/minimumTlsVersion", "notIn": TLS},
        _value("properties.minimumTlsVersion", TLS, "not-in"),
    ),
    "storage with public access": (
        STORAGE,
        {"field": f"{STORAGE[0]}/allowBlobPublicAccess", "equals": True},
        _value("properties.allowBlobPublicAccess", True),
    ),
    "vault without purge protection": (
        VAULT,
        {"field": f"{VAULT[0]}/enablePurgeProtection", "notEquals": True},
        _value("properties.enablePurgeProtection", True, "ne"),
    ),
    "vault without soft delete": (
        VAULT,
        {"field": f"{VAULT[0]}/enableSoftDelete", "notEquals": True},
        _value("properties.enableSoftDelete", True, "ne"),
    ),
    "security group open to all": (
        GROUP,
        {
            "count": {
                "field": f"{GROUP[0]}/securityRules[*]",
                "where": {
                    "allOf": [
                        _rule("access", "Allow", "equals"),
                        _rule("direction", "Inbound", "equals"),
                        _rule("sourceAddressPrefix", ANYWHERE, "in"),
                        _rule("destinationPortRange", PORTS, "in"),
                    ]
                },
            },
            "greater": 0,
        },
        {
            "type": "list-item",
            "key": "properties.securityRules",
            "attrs": [
                _value("properties.access", "Allow"),
                _value("properties.direction", "Inbound"),
                _value("properties.sourceAddressPrefix", ANYWHERE, "in"),
                _value("properties.destinationPortRange", PORTS, "in"),
            ],
            "count": 0,
            "count_op": "gt",
        },
    ),
    "no tag of an owner": (
        STORAGE,
        {"field": "tags['owner']", "exists": False},
        {"tag:owner": "absent"},
    ),
    "SKU not in the list": (
        STORAGE,
        {"field": "sku.name", "notIn": SKUS},
        _value("sku.name", SKUS, "not-in"),
    ),
    "location not in the list": (
        VAULT,
        {"field": "location", "notIn": PLACES},
        _value("location", PLACES, "not-in"),
    ),
    "address in a nested array": (
        STORAGE,
        {
            "count": {
                "field": f"{STORAGE[0]}/networkAcls.ipRules[*]",
                "where": {
                    "field": f"{STORAGE[0]}/networkAcls.ipRules[*].value",
                    "equals": "0.0.0.0/0",
                },
            },
            "greater": 0,
        },
        _value("properties.networkAcls.ipRules[].value", "0.0.0.0/0", "contains"),
    ),
}
"""By name: the type, the condition, and Cloud Custodian's filter; each is true where it is bad."""


def main() -> int:
    """Compare results, measure in turns, print a table; 1 where they differ or it is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=12_000, help="rows of each of three types")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--serve", choices=["ours", "peer"])
    options = parser.parse_args()
    if options.serve:
        serve(ours if options.serve == "ours" else peer, options.rows)
        return 0
    return compare(options.rows, options.rounds)


def compare(rows: int, rounds: int) -> int:
    """Run both sides in turns."""
    sides = [Side(sys.executable, "ours", rows), Side(str(environment()), "peer", rows)]
    first = [side.ask("results") for side in sides]
    for name in RULES:
        if first[0][name] != first[1][name]:
            print(f"{name}: {len(first[0][name])} and {len(first[1][name])} rows: not equal")
            return 1
        print(f"{name:32} {len(first[0][name]):6} of {rows} rows, equal")
    seconds = [[side.ask("round") for side in sides] for _ in range(rounds)]
    for side in sides:
        side.close()
    ratios = [peer_cpu / our_cpu for our_cpu, peer_cpu in seconds]
    judged = rows * len(RULES)
    for number, name in enumerate(("compiled conditions", "Cloud Custodian 0.9.53")):
        each = [pair[number] * 1e6 / judged for pair in seconds]
        print(f"{name:24} {_spread(each)} us CPU a row and rule")
    print(f"{'ratio':24} {_spread(ratios)}, target at least {TARGET}; {rounds} rounds")
    return int(statistics.median(ratios) < TARGET)


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):8.2f} ({min(values):.2f} to {max(values):.2f})"


class Side:
    """A process that judges the rows when it is asked to."""

    def __init__(self, python: str, name: str, rows: int) -> None:
        command = [python, __file__, "--serve", name, "--rows", str(rows)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, word: str) -> Any:
        """Return the answer to `results` or `round`."""
        into, out = self._pipes()
        into.write(word + "\n")
        into.flush()
        return json.loads(out.readline())

    def close(self) -> None:
        """End the process."""
        self._pipes()[0].close()
        self.process.wait()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError
        return self.process.stdin, self.process.stdout


Judge = Callable[[list[dict[str, Any]]], list[str]]


def serve(side: Callable[[], dict[str, Judge]], rows: int) -> None:
    """Answer on stdout: ids by rule, or the CPU seconds of one round over all rules."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    judges, table = side(), made_rows(rows)
    for line in sys.stdin:
        before = time.process_time()
        found = {name: judges[name](table[RULES[name][0][0]]) for name in RULES}
        spent = time.process_time() - before
        print(json.dumps(found if line.strip() == "results" else spent), file=answers, flush=True)


def ours() -> dict[str, Judge]:
    """Return the rules as compiled conditions."""
    from attestgraph.conditions import Aliases, compile_condition, parse_condition

    aliases = Aliases.from_mapping(ALIASES)

    def judge(kind: str, document: dict[str, Any]) -> Judge:
        parsed = parse_condition(document, aliases=aliases)
        holds = compile_condition(parsed, parameters={}, context={}, resource_type=kind.lower())
        return lambda rows: [row["id"] for row in rows if holds(row) & 1]

    return {name: judge(kind, rule) for name, ((kind, _), rule, _) in RULES.items()}


def peer() -> dict[str, Judge]:
    """Return the rules as Cloud Custodian's filters."""
    from c7n.config import Config  # type: ignore[import-not-found]
    from c7n.loader import PolicyLoader  # type: ignore[import-not-found]
    from c7n.resources import load_resources  # type: ignore[import-not-found]
    from c7n_azure.entry import initialize_azure  # type: ignore[import-not-found]

    initialize_azure()
    load_resources(tuple(sorted({name for (_, name), _, _ in RULES.values()})))
    policies = [
        {"name": f"rule-{number}", "resource": name, "filters": [rule]}
        for number, ((_, name), _, rule) in enumerate(RULES.values())
    ]
    loaded = PolicyLoader(Config.empty()).load_data({"policies": policies}, "memory://")

    def judge(manager: Any) -> Judge:
        return lambda rows: [row["id"] for row in manager.filter_resources(rows)]

    return {
        name: judge(policy.resource_manager) for name, policy in zip(RULES, loaded, strict=True)
    }


def made_rows(count: int) -> dict[str, list[dict[str, Any]]]:
    """Return rows by type, the same for both sides."""
    chance = random.Random(11)  # noqa: S311 made rows, no secret
    makers = {STORAGE[0]: _account, VAULT[0]: _vault, GROUP[0]: _group}
    return {
        kind: [
            {
                "id": f"/subscriptions/s/resourceGroups/g/providers/{kind}/r{number}",
                "name": f"r{number}",
                "type": kind.lower(),
                "location": chance.choice([*PLACES, "eastus"]),
                "tags": chance.choice([None, {"env": "prod"}, {"env": "dev", "owner": "a"}]),
                **maker(chance),
            }
            for number in range(count)
        ]
        for kind, maker in makers.items()
    }


def _some(chance: random.Random, name: str, values: list[Any]) -> dict[str, Any]:
    """Return a member that is there three times of four."""
    return {name: chance.choice(values)} if chance.random() < 0.75 else {}


def _account(chance: random.Random) -> dict[str, Any]:
    addresses = [{"value": f"10.0.0.{n}", "action": "Allow"} for n in range(chance.randrange(4))]
    if chance.random() < 0.1:
        addresses.append({"value": "0.0.0.0/0", "action": "Allow"})
    return {
        "sku": {"name": chance.choice([*SKUS, "Standard_LRS"]), "tier": "Standard"},
        "properties": {
            "provisioningState": "Succeeded",
            "networkAcls": {"defaultAction": "Deny", "ipRules": addresses},
            **_some(chance, "supportsHttpsTrafficOnly", [True, False]),
            **_some(chance, "minimumTlsVersion", ["TLS1_0", *TLS]),
            **_some(chance, "allowBlobPublicAccess", [True, False]),
        },
    }


def _vault(chance: random.Random) -> dict[str, Any]:
    return {
        "properties": {
            "vaultUri": "https://vault.example/",
            **_some(chance, "enablePurgeProtection", [True, False]),
            **_some(chance, "enableSoftDelete", [True, False]),
        }
    }


def _group(chance: random.Random) -> dict[str, Any]:
    rules = [
        {
            "name": f"rule-{number}",
            "properties": {
                "priority": 100 + number,
                "access": chance.choice(["Allow", "Deny"]),
                "direction": chance.choice(["Inbound", "Outbound"]),
                "sourceAddressPrefix": chance.choice(["*", "10.0.0.0/8", "VirtualNetwork"]),
                "destinationPortRange": chance.choice(["443", "22", "8080-8090"]),
            },
        }
        for number in range(chance.randrange(8))
    ]
    return {"properties": {"securityRules": rules}}


def environment() -> Path:
    """Return the Python of Cloud Custodian's environment, made where it is not there."""
    python = PEERS / "bin" / "python"
    probe = [str(python), "-c", "import c7n_azure.entry"]
    if python.is_file() and subprocess.run(probe, check=False).returncode == 0:
        return python
    venv.create(PEERS, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", *PACKAGES]
    subprocess.run(install, check=True)
    return python


if __name__ == "__main__":
    sys.exit(main())
