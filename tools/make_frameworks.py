"""Writes `frameworks/` from a folder of framework facts.

    python -m tools.make_frameworks FACTS [--out FRAMEWORKS]

FACTS holds one CSV file for each framework; beside it lies `azure/` with the built-in policy
definitions and the alias tables. The same facts give the same bytes, so a second run changes
nothing. Only identifiers, short titles, levels, pairs and property paths are carried over, never a
standard's sentences; where a publisher's titles may not be shipped, the labels are our own
(`cis_labels.csv`, `hitrust_labels.csv`). `aliases-all.csv.gz` holds every alias; it is packed
without a time, and written anew only where what is in it differs, since libraries of compression
differ in their bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from tools.frameworks_azure import (
    aliases_csv,
    all_aliases_csv,
    definitions_csv,
    groups_csv,
)
from tools.frameworks_catalogues import assessable, catalogue_files
from tools.frameworks_files import is_packed, packed
from tools.frameworks_nist import nist_files

ROOT: Final = Path(__file__).resolve().parents[1]


def made_files(facts: Path) -> dict[str, str]:
    """Return every file that is made from the facts: path below `frameworks/` to text."""
    azure = facts.parent / "azure"
    catalogues = {**nist_files(facts), **catalogue_files(facts)}
    return {
        **catalogues,
        "azure-policy/groups.csv": groups_csv(facts, assessable(catalogues)),
        "azure-policy/definitions.csv": definitions_csv(azure),
        "azure-policy/aliases.csv": aliases_csv(azure),
    }


def packed_files(facts: Path) -> dict[str, str]:
    """Return the text of every file that is written packed: path below `frameworks/` to text."""
    return {"azure-policy/aliases-all.csv.gz": all_aliases_csv(facts.parent / "azure")}


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
