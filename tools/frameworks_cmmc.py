"""The catalogue of CMMC 2.0, by the ids of 32 CFR 170.14.

The facts hold the older numbering, which Azure Policy uses: a practice that is coded at level 1
there is two requirements of the rule, one of level 1 and one of level 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.frameworks_files import read_csv

VISITORS: Final = "PE.L1-b.1.ix"
VISITORS_TITLE: Final = "Visitors, physical access logs and access devices"
"""Three practices of the older numbering are one item of the rule; the title is our own."""


def cmmc_ids(facts: Path) -> dict[str, tuple[str, ...]]:
    """Return the rule's ids of each practice of the older numbering."""
    return {
        row["id"]: tuple(dict.fromkeys(filter(None, (row["rule_id"], row["rule_id_l2"]))))
        for row in read_csv(facts / "cmmc-2.0.csv")
    }


def cmmc_rows(facts: Path) -> list[Sequence[str]]:
    """Return the requirements of level 1, then of level 2, then of level 3.

    Level 1 and level 2 are assessed for themselves; level 3 comes on top of level 2.
    """
    rows = read_csv(facts / "cmmc-2.0.csv")
    found: dict[str, Sequence[str]] = {}
    for level, column, profiles in (("1", "rule_id", "1"), ("", "rule_id_l2", "2|3")):
        for row in rows:
            requirement = row[column]
            if requirement and row["level"].startswith(level):
                title = VISITORS_TITLE if requirement == VISITORS else row["title"]
                found[requirement] = (requirement, title, row["domain"], "", "true", profiles)
    for row in rows:
        if row["level"] == "3":
            found[row["rule_id"]] = (row["rule_id"], row["title"], row["domain"], "", "true", "3")
    return list(found.values())
