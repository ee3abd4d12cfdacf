"""Parses Microsoft's built-in policy definitions, evaluates them on sample rows, prints counts.

    python tools/builtins_report.py builtin-policies.ndjson.gz samples/resources [aliases.json.gz]

The first file has one definition a line (name, mode, policyType, parameters, policyRule,
clouds). The folder has `<type>.json` files with `rows` and `realRows` in the form of Resource
Graph. The third file is a table of aliases: alias to path, to [path, type], or to an object with
`path` and `pathsByType`. Every definition is counted under exactly one word.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attestgraph.conditions import Aliases, ConditionError, Definition, EvaluationError

CONTEXT = {
    "utcNow": "2026-06-01T00:00:00.0000000Z",
    "subscription": {
        "id": "/subscriptions/00000000-0000-0000-0000-000000000000",
        "subscriptionId": "00000000-0000-0000-0000-000000000000",
        "tags": {},
    },
    "resourceGroup": {"name": "rg", "location": "eastus", "tags": {}},
    "requestContext": {"apiVersion": "2024-01-01"},
    "policy": {"assignmentId": "a", "definitionId": "d"},
}
BY_TYPE: Mapping[str, Any] = {
    "array": [],
    "boolean": False,
    "datetime": "2026-06-01T00:00:00Z",
    "float": 1,
    "integer": 1,
    "object": {},
}
EVALUATED_MODES = ("indexed", "all")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the definitions of a file of JSON lines, packed or plain."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the sample rows by lower-case type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        for row in (*content.get("rows", ()), *content.get("realRows", ())):
            found.setdefault(row["type"].lower(), []).append(row)
    return found


def read_aliases(path: Path) -> Aliases:
    """Return the aliases of a table."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    table: dict[str, str | Mapping[str, str]] = {}
    for alias, entry in json.loads(text).items():
        if isinstance(entry, str):
            table[alias] = entry
        elif isinstance(entry, list):
            table[alias] = entry[0]
        else:
            table[alias] = entry.get("pathsByType") or entry["path"]
    return Aliases.from_mapping(table)


def assigned(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for each parameter that has no default: the first allowed one, or a plain."""
    chosen: dict[str, Any] = {}
    for name, declared in parameters.items():
        if "defaultValue" in declared:
            continue
        allowed = declared.get("allowedValues")
        plain = BY_TYPE.get(str(declared.get("type", "")).lower(), "sample")
        chosen[name] = allowed[0] if allowed and not isinstance(plain, list) else plain
    return chosen


def rows_for(
    types: Sequence[str], rows: Mapping[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the sample rows of the types, a synthetic one for a type that has none."""
    wanted = [kind.lower() for kind in types] or ["microsoft.resources/resourcegroups"]
    found: list[dict[str, Any]] = []
    for kind in wanted:
        found.extend(rows.get(kind) or [synthetic(kind)])
    return found


def synthetic(kind: str) -> dict[str, Any]:
    """Return a bare row of a type."""
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    provider, _, rest = kind.partition("/")
    path = "/".join(f"{part}/sample" for part in rest.split("/"))
    return {
        "id": f"{group}/providers/{provider}/{path}",
        "name": "sample",
        "type": kind,
        "location": "eastus",
        "kind": "",
        "resourceGroup": "rg",
        "subscriptionId": "00000000-0000-0000-0000-000000000000",
        "tags": None,
        "properties": {},
    }


def judge(
    document: Mapping[str, Any],
    aliases: Aliases | None,
    rows: Mapping[str, list[dict[str, Any]]],
    results: Counter[str],
) -> str:
    """Return the word a definition is counted under; count each row's result as well."""
    try:
        definition = Definition.parse(document, aliases=aliases)
    except ConditionError as error:
        return f"not parsed: {error.faults[0].slug}"
    if document.get("policyType") == "Static":
        return "not evaluated: static"
    mode = str(document.get("mode") or "indexed")
    if mode.lower() not in EVALUATED_MODES:
        return f"not evaluated: mode {mode}"
    values = assigned(document.get("parameters") or {})
    failed: set[str] = set()
    for row in rows_for(definition.types, rows):
        try:
            effect = definition.evaluate(row, parameters=values, context=CONTEXT)
        except EvaluationError as error:
            failed.add(error.faults[0].slug)
            results[f"error: {error.faults[0].slug}"] += 1
        else:
            results["effect: " + effect.lower() if effect else "no effect"] += 1
    return f"evaluated, with errors: {min(failed)}" if failed else "evaluated"


def main(arguments: Sequence[str]) -> int:
    """Print the counts; 1 if a definition does not parse."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("definitions", type=Path)
    parser.add_argument("samples", type=Path)
    parser.add_argument("aliases", type=Path, nargs="?")
    parser.add_argument("--names", metavar="WORD", help="print the definitions under this word")
    options = parser.parse_args(arguments)
    aliases = read_aliases(options.aliases) if options.aliases else None
    rows = read_rows(options.samples)
    words: Counter[str] = Counter()
    public: Counter[str] = Counter()
    results: Counter[str] = Counter()
    for document in read_lines(options.definitions):
        word = judge(document, aliases, rows, results)
        words[word] += 1
        public[word] += "AzureCloud" in document.get("clouds", ())
        if options.names and word.startswith(options.names):
            print(document["name"], document["displayName"])
    print(f"{sum(words.values())} definitions, {sum(public.values())} of the public cloud")
    for word, count in sorted(words.items()):
        print(f"{count:6} {public[word]:6}  {word}")
    print(f"{sum(results.values())} rows judged")
    for word, count in sorted(results.items()):
        print(f"{count:6}  {word}")
    return 1 if any(word.startswith("not parsed") for word in words) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
