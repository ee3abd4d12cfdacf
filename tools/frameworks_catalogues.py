"""The catalogues beside NIST SP 800-53: one head and one table each."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools import frameworks_heads as heads
from tools.frameworks_cmmc import cmmc_rows
from tools.frameworks_files import read_csv, written_csv

HERE: Final = Path(__file__).resolve().parent
COLUMNS: Final = ("id", "title", "family", "parent", "assessable", "profiles")
WITH_OBLIGATION: Final = (*COLUMNS, "obligation")
CIS_FACTS: Final = "cis-azure-foundations-3.0.csv"
NO_REFERENCES: Final = ("2.1.1", "3.2.8")
"""Ids of the HITRUST initiative that are no control references."""

CANADIAN: Final = {"AC-17(100)": "Remote access, a Canadian enhancement"}
"""Labels of our own where no title is known."""

CIS_FAMILIES: Final = {
    "2": "Identities",
    "3": "Security services",
    "4": "Storage",
    "5": "Databases",
    "6": "Logs and monitoring",
    "7": "Networks",
    "8": "Machines",
    "9": "App Service",
    "10": "Other",
}
HITRUST_FAMILIES: Final = {
    "01": "Access",
    "06": "Compliance",
    "09": "Operations and communications",
    "10": "Acquisition, development and upkeep of systems",
    "11": "Incidents",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One framework: what its file says, and how its families and rows come from the facts.

    Attributes:
        columns: What its table has; some say what is required, or who checks.
    """

    head: str
    families: Callable[[Path], Mapping[str, str]]
    rows: Callable[[Path], Sequence[Sequence[str]]]
    columns: tuple[str, ...] = COLUMNS


def families_of(name: str, family: str, title: str) -> Callable[[Path], Mapping[str, str]]:
    """Return how to read families from two columns of a table of facts."""

    def read(facts: Path) -> Mapping[str, str]:
        return {row[family]: row[title] for row in read_csv(facts / name)}

    return read


def labels(name: str) -> dict[str, str]:
    """Return the labels of a file beside this one, by id."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["label"] for row in csv.DictReader(file)}


def nist_171_rows(facts: Path) -> list[Sequence[str]]:
    """Return the requirements of NIST SP 800-171 Rev. 2."""
    rows = read_csv(facts / "nist-800-171-r2.csv")
    return [(row["id"], row["title"], row["family"], "", "true", "") for row in rows]


def hipaa_rows(facts: Path) -> list[Sequence[str]]:
    """Return sections, standards and implementation specifications, each below its own.

    A standard and a specification say whether they are required or addressable; standards are
    required, all of them.
    """
    return [
        (
            row["id"],
            row["title"],
            row["safeguard_group"],
            row["parent_id"],
            "false" if row["type"] == "section" else "true",
            "",
            row["required_or_addressable"],
        )
        for row in read_csv(facts / "hipaa-security-rule.csv")
    ]


def hipaa_families(facts: Path) -> dict[str, str]:
    """Return the sections of the rule."""
    rows = read_csv(facts / "hipaa-security-rule.csv")
    return {row["id"]: row["title"] for row in rows if row["type"] == "section"}


def cis_rows(facts: Path) -> list[Sequence[str]]:
    """Return sections and recommendations with labels of our own; level 2 holds level 1."""
    own = labels("cis_labels.csv")
    profiles = {"": "", "Level 1": "1|2", "Level 2": "2"}
    return [
        (
            row["id"],
            own[row["id"]],
            row["section"],
            row["parent_id"],
            "true" if row["type"] == "recommendation" else "false",
            profiles[row["profile"]],
            row["assessment"].lower(),
        )
        for row in read_csv(facts / CIS_FACTS)
    ]


def hitrust_rows(facts: Path) -> list[Sequence[str]]:
    """Return the control references that Microsoft's initiative names."""
    own = labels("hitrust_labels.csv")
    return [
        (row["id"], own[row["id"]], row["id"].partition(".")[0], "", "true", "")
        for row in read_csv(facts / "hitrust-csf-v11.csv")
        if row["id"] not in NO_REFERENCES
    ]


def pbmm_rows(facts: Path) -> list[Sequence[str]]:
    """Return the controls of the Canadian profile."""
    return [
        (
            row["id"],
            row["title"] or CANADIAN[row["id"]],
            row["family"],
            row["parent_id"],
            "true",
            "",
        )
        for row in read_csv(facts / "cccs-pbmm.csv")
    ]


def fips_rows(facts: Path) -> list[Sequence[str]]:
    """Return the publications and what each names; only the areas of FIPS 200 are assessed."""
    return [
        (
            row["id"],
            row["title"],
            row["publication"],
            row["parent_id"],
            "true" if row["type"] == "minimum-security-requirement-area" else "false",
            "",
        )
        for row in read_csv(facts / "fips.csv")
    ]


CATALOGUES: Final = {
    "nist-800-171-r2": Catalogue(
        head=heads.NIST_800_171,
        families=families_of("nist-800-171-r2.csv", "family", "family_title"),
        rows=nist_171_rows,
    ),
    "cmmc-2.0": Catalogue(
        head=heads.CMMC,
        families=families_of("cmmc-2.0.csv", "domain", "domain_title"),
        rows=cmmc_rows,
    ),
    "hipaa-security-rule": Catalogue(
        head=heads.HIPAA, families=hipaa_families, rows=hipaa_rows, columns=WITH_OBLIGATION
    ),
    "cis-azure-foundations-3.0": Catalogue(
        head=heads.CIS, families=lambda _: CIS_FAMILIES, rows=cis_rows, columns=WITH_OBLIGATION
    ),
    "hitrust-csf-v11": Catalogue(
        head=heads.HITRUST, families=lambda _: HITRUST_FAMILIES, rows=hitrust_rows
    ),
    "cccs-pbmm": Catalogue(
        head=heads.PBMM,
        families=families_of("cccs-pbmm.csv", "family", "family_title"),
        rows=pbmm_rows,
    ),
    "fips": Catalogue(
        head=heads.FIPS,
        families=families_of("fips.csv", "publication", "publication_title"),
        rows=fips_rows,
    ),
}


def quoted(text: str) -> str:
    """Return text for a YAML file, in quotes where it would read as something else."""
    return f'"{text}"' if text[0].isdigit() or ": " in text else text


def catalogue_files(facts: Path) -> dict[str, str]:
    """Return the two files of every catalogue, by path below `frameworks/`."""
    files = {}
    for name, catalogue in CATALOGUES.items():
        listed = "".join(
            f"  {quoted(family)}: {quoted(title)}\n"
            for family, title in catalogue.families(facts).items()
        )
        files[f"{name}/framework.yaml"] = catalogue.head + listed
        files[f"{name}/requirements.csv"] = written_csv(catalogue.columns, catalogue.rows(facts))
    return files


def assessable(files: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return the ids that are assessed of each framework.

    Args:
        files: The catalogues' files by path below `frameworks/`.
    """
    return {
        name.partition("/")[0]: frozenset(
            row["id"] for row in csv.DictReader(text.splitlines()) if row["assessable"] != "false"
        )
        for name, text in files.items()
        if name.endswith("/requirements.csv")
    }
