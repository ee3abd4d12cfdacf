"""The catalogue of NIST SP 800-53 Rev. 5."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.frameworks_files import read_csv, written_csv

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
