"""Writes `frameworks/` from a folder of framework facts.

    python tools/make_frameworks.py FACTS [--out FRAMEWORKS]

FACTS holds `nist-800-53-r5.csv`; beside it lies `azure/` with the built-in policy definitions and
the alias tables. The same facts give the same bytes, so a second run changes nothing. Only
identifiers, short titles, levels, pairs and property paths are carried over, never a standard's
sentences. `aliases-all.csv.gz` holds every alias; it is packed without a time, and written anew
only where what is in it differs, since libraries of compression differ in their bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
PUBLIC_CLOUD: Final = "AzureCloud"
COMPONENT: Final = "rp-mode-component"
"""What the table calls a field of a data-plane component, which a row holds in `properties`."""
ALIASES_HEADER: Final = ("alias", "type", "path")
LONGEST_PATH: Final = 4
"""Row-level aliases: at most so many segments below the row."""

EFFECTS: Final = (
    "append",
    "audit",
    "auditIfNotExists",
    "deny",
    "denyAction",
    "deployIfNotExists",
    "disabled",
    "enforceRegoPolicy",
    "enforceOPAConstraint",
    "enforceSetting",
    "manual",
    "modify",
    "mutate",
)

ROW_TYPES: Final = """
    microsoft.apimanagement/service microsoft.app/containerapps microsoft.app/managedenvironments
    microsoft.appconfiguration/configurationstores microsoft.automation/automationaccounts
    microsoft.batch/batchaccounts microsoft.cache/redis microsoft.cdn/profiles
    microsoft.cognitiveservices/accounts microsoft.compute/disks microsoft.compute/virtualmachines
    microsoft.compute/virtualmachinescalesets microsoft.containerregistry/registries
    microsoft.containerservice/managedclusters microsoft.databricks/workspaces
    microsoft.datafactory/factories microsoft.dbformysql/flexibleservers
    microsoft.dbforpostgresql/flexibleservers microsoft.devices/iothubs
    microsoft.documentdb/databaseaccounts microsoft.eventgrid/topics microsoft.eventhub/namespaces
    microsoft.insights/activitylogalerts microsoft.insights/components
    microsoft.keyvault/managedhsms microsoft.keyvault/vaults microsoft.kusto/clusters
    microsoft.machinelearningservices/workspaces
    microsoft.managedidentity/userassignedidentities microsoft.network/azurefirewalls
    microsoft.network/networksecuritygroups microsoft.network/privateendpoints
    microsoft.network/publicipaddresses microsoft.network/virtualnetworks
    microsoft.operationalinsights/workspaces microsoft.recoveryservices/vaults
    microsoft.search/searchservices microsoft.servicebus/namespaces microsoft.signalrservice/signalr
    microsoft.sql/managedinstances microsoft.sql/servers microsoft.sql/servers/databases
    microsoft.storage/storageaccounts microsoft.synapse/workspaces microsoft.web/serverfarms
    microsoft.web/sites
"""
"""The types that controls are written for most; their row-level aliases are carried whole."""


NIST_HEAD: Final = """\
# Written by tools/make_frameworks.py; do not edit.
framework: nist-800-53-r5
title: NIST SP 800-53 Rev. 5
publisher: National Institute of Standards and Technology
# Release 5.1.0; with 5.1.1 came {added_511}; with 5.2.0 {added_520}.
edition: "5.2.0"
catalogue: complete
source: NIST SP 800-53 Rev. 5 and SP 800-53B, identifiers, titles and baselines
licence: public domain (United States Government)
methodology: nist-800-53a
checked_on: 2026-11-23
# SP 800-53A knows two findings. What was not assessed is neither of them and says so.
vocabulary:
  satisfied: satisfied
  inherited: satisfied
  partially-satisfied: other than satisfied
  risk-accepted: other than satisfied
  not-satisfied: other than satisfied
  not-evaluated: not assessed
  not-applicable: not applicable
  not-covered: not assessed
# FedRAMP's baselines choose other requirements and parameters; they are not these.
profiles:
  low: SP 800-53B low baseline (not FedRAMP's)
  moderate: SP 800-53B moderate baseline (not FedRAMP's)
  high: SP 800-53B high baseline (not FedRAMP's)
  privacy: SP 800-53B privacy baseline
families:
"""


def written_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return CSV text (RFC 4180 quoting, LF)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def nist_files(facts: Path) -> dict[str, str]:
    """Return the two files of the NIST SP 800-53 Rev. 5 catalogue, by path below `frameworks/`."""
    rows = read_csv(facts / "nist-800-53-r5.csv")
    families = {row["family"]: row["family_title"] for row in rows}
    added = {
        release: ", ".join(row["id"] for row in rows if row["release"] == release)
        for release in ("5.1.1", "5.2.0")
    }
    head = NIST_HEAD.format(added_511=added["5.1.1"], added_520=added["5.2.0"])
    listed = "".join(f"  {family}: {title}\n" for family, title in families.items())
    catalogue = (
        (
            row["id"],
            row["title"],
            row["family"],
            row["parent_id"],
            "withdrawn" if row["withdrawn"] == "true" else "true",
            row["baselines"],
        )
        for row in rows
    )
    header = ("id", "title", "family", "parent", "assessable", "profiles")
    return {
        "nist-800-53-r5/framework.yaml": head + listed,
        "nist-800-53-r5/requirements.csv": written_csv(header, catalogue),
    }


def types_of(condition: Any) -> frozenset[str] | None:
    """Return the resource types that a rule's `if` can be true for, lower case; None: not known."""
    if not isinstance(condition, Mapping):
        return None
    node = {str(key).lower(): value for key, value in condition.items()}
    if "allof" in node:
        known = [found for part in node["allof"] if (found := types_of(part)) is not None]
        return frozenset.intersection(*known) if known else None
    if "anyof" in node:
        parts = [types_of(part) for part in node["anyof"]]
        sets = [part for part in parts if part is not None]
        return frozenset().union(*sets) if sets and len(sets) == len(parts) else None
    if str(node.get("field", "")).lower() != "type":
        return None
    named = node.get("equals", node.get("in"))
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or any(not literal(name) for name in names):
        return None
    return frozenset(name.lower() for name in names)


def literal(value: Any) -> bool:
    """Tell whether a value is text and not an expression."""
    return isinstance(value, str) and not value.startswith("[")


def effect_of(definition: Mapping[str, Any]) -> str:
    """Return a definition's default effect in one spelling, or nothing where it has none."""
    effect = str(definition["policyRule"]["then"]["effect"])
    if not literal(effect):
        name = effect.split("'")[1]
        effect = str(definition["parameters"][name].get("defaultValue", ""))
    spelled = {known.lower(): known for known in EFFECTS}
    return spelled.get(effect.lower(), effect)


def read_lines(path: Path) -> Iterator[Any]:
    """Yield the values of a gzipped NDJSON file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def definitions_csv(azure: Path) -> str:
    """Return every built-in definition of the public cloud, one row each."""
    rows = sorted(
        (
            d["name"].lower(),
            d["displayName"],
            d["category"] or "",
            d["mode"] or "",
            effect_of(d),
            "|".join(sorted(types_of(d["policyRule"]["if"]) or ())),
        )
        for d in read_lines(azure / "builtin-policies.ndjson.gz")
        if PUBLIC_CLOUD in d["clouds"]
    )
    return written_csv(("name", "title", "category", "mode", "effect", "types"), rows)


def groups_csv(facts: Path, catalogues: Iterable[str]) -> str:
    """Return which requirement each group of a built-in initiative names, where we have it.

    Args:
        facts: The folder of framework facts.
        catalogues: The frameworks that are written; groups of others are left out.
    """
    known = frozenset(catalogues)
    rows = {
        (row["group_name"], row["catalogue"], row["requirement_id"])
        for row in read_csv(facts / "azure-policy-groups.csv")
        if row["catalogue"] in known and row["in_catalogue"] == "true"
    }
    return written_csv(("group", "framework", "requirement"), sorted(rows))


def spelled_alias(alias: str, resource_type: str, path: str, spelling: Mapping[str, str]) -> str:
    """Return an alias of the full table, which is lower case, spelled as Azure spells it.

    The table keeps the spelling of the path only; the type's comes from aliases that are known.
    """
    rest = alias[len(resource_type) + 1 :]
    if rest and path.lower().endswith(rest):
        rest = path[len(path) - len(rest) :]
    return f"{spelling.get(resource_type, resource_type)}/{rest}"


def read_object(path: Path) -> dict[str, Any]:
    """Return the object of a gzipped JSON file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def used_rows(used: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield alias, type and path below a row of each alias that built-ins use."""
    for entry in used.values():
        paths = entry.get("pathsByType") or {entry["resourceType"]: entry["path"]}
        before = "properties." if entry["source"] == COMPONENT else ""
        for kind, path in paths.items():
            yield entry["alias"], kind, before + path


def spelling_of(used: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the spelling of each resource type that an alias of a built-in begins with."""
    found: dict[str, str] = {}
    for entry in used.values():
        kind, alias = entry["resourceType"], entry["alias"]
        if alias.lower().startswith(kind + "/"):
            found.setdefault(kind, alias[: len(kind)])
    return found


def full_rows(azure: Path) -> Iterator[tuple[str, str, str]]:
    """Yield alias, type and path of every alias of the full table."""
    used = read_object(azure / "aliases.json.gz")
    spelling = spelling_of(used)
    for alias, (path, kinds) in read_object(azure / "aliases-full.json.gz").items():
        for kind, below in kinds.items() if isinstance(kinds, dict) else [(kinds, path)]:
            name = alias
            if alias in used:
                name = used[alias]["alias"]
            elif alias.startswith(kind + "/"):
                name = spelled_alias(alias, kind, below, spelling)
            yield name, kind, below


def in_order(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return rows of aliases without repetition, sorted without regard to case."""
    return sorted(set(rows), key=lambda row: (row[0].lower(), row))


def aliases_csv(azure: Path) -> str:
    """Return the aliases that built-ins use, and the row-level ones of the most used types."""
    used = read_object(azure / "aliases.json.gz")
    row_types = frozenset(ROW_TYPES.split())
    rows = list(used_rows(used))
    for alias, kind, path in full_rows(azure):
        low = alias.lower()
        if low in used or kind not in row_types:
            continue
        if low.startswith(kind + "/") and len(path.split(".")) <= LONGEST_PATH:
            rows.append((alias, kind, path))
    return written_csv(ALIASES_HEADER, in_order(rows))


def all_aliases_csv(azure: Path) -> str:
    """Return every alias that is known, those of `aliases.csv` among them."""
    used = read_object(azure / "aliases.json.gz")
    return written_csv(ALIASES_HEADER, in_order([*used_rows(used), *full_rows(azure)]))


def made_files(facts: Path) -> dict[str, str]:
    """Return every file that is made from the facts: path below `frameworks/` to text."""
    azure = facts.parent / "azure"
    catalogues = nist_files(facts)
    frameworks = {name.partition("/")[0] for name in catalogues}
    return {
        **catalogues,
        "azure-policy/groups.csv": groups_csv(facts, frameworks),
        "azure-policy/definitions.csv": definitions_csv(azure),
        "azure-policy/aliases.csv": aliases_csv(azure),
    }


def packed_files(facts: Path) -> dict[str, str]:
    """Return the text of every file that is written packed: path below `frameworks/` to text."""
    return {"azure-policy/aliases-all.csv.gz": all_aliases_csv(facts.parent / "azure")}


def packed(text: str) -> bytes:
    """Return text gzipped, with neither time nor name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as file:
        file.write(text.encode())
    return buffer.getvalue()


def is_packed(path: Path, text: str) -> bool:
    """Tell whether a file holds a text packed, whatever its compressed bytes."""
    try:
        return gzip.decompress(path.read_bytes()) == text.encode()
    except (OSError, EOFError):
        return False


def main() -> None:
    """Write the files that differ, and say which."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("facts", type=Path, help="the folder of framework facts")
    parser.add_argument("--out", type=Path, default=ROOT / "frameworks")
    options = parser.parse_args()
    plain, zipped = made_files(options.facts), packed_files(options.facts)
    for name, text in sorted({**plain, **zipped}.items()):
        path: Path = options.out / name
        data = packed(text) if name in zipped else text.encode()
        same = path.is_file() and (
            is_packed(path, text) if name in zipped else path.read_bytes() == data
        )
        if not same:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        print(f"{'same   ' if same else 'written'} {len(data):>9,} {name}")


if __name__ == "__main__":
    main()
