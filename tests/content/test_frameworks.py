"""The catalogues that are shipped: made from facts, whole, and without prose."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS = ROOT / "frameworks"
FACTS = ROOT.parent / "shared" / "facts"
LONGEST_TITLE = 160
MOST_BYTES = 3_000_000

# from the facts: 1,196 rows, of which 182 are withdrawn; SP 800-53B's four baselines
ROWS = 1196
WITHDRAWN = 182
PROFILES = {"low": 149, "moderate": 287, "high": 370, "privacy": 96}

# how statements of a standard speak; a title does not
PROSE = re.compile(
    r"[a-z][.;:!?](\s|$)|\b(shall|must|is|are|the organization|ensure that)\b", re.IGNORECASE
)
ABBREVIATIONS = ("U.S.",)


def plain(title: str) -> str:
    for abbreviation in ABBREVIATIONS:
        title = title.replace(abbreviation, "")
    return title


def rows(name: str) -> list[dict[str, str]]:
    with (FRAMEWORKS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def nist() -> list[dict[str, str]]:
    return rows("nist-800-53-r5/requirements.csv")


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
def test_the_facts_give_what_is_committed() -> None:
    from tools.make_frameworks import made_files

    made = made_files(FACTS)
    assert made == made_files(FACTS)
    assert len(made) == 5
    for name, text in made.items():
        assert (FRAMEWORKS / name).read_bytes() == text.encode(), name


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
def test_the_facts_give_the_packed_table_of_all_aliases() -> None:
    from tools.make_frameworks import packed, packed_files

    for name, text in packed_files(FACTS).items():
        data = (FRAMEWORKS / name).read_bytes()
        assert gzip.decompress(data) == text.encode(), name
        assert packed(text) == packed(text)
        assert data[4:8] == bytes(4), "the file says when it was written"
        assert len(data) < 2_000_000


def test_every_alias_of_the_small_table_is_in_the_large_one() -> None:
    packed = gzip.decompress((FRAMEWORKS / "azure-policy/aliases-all.csv.gz").read_bytes())
    every = set(packed.decode().splitlines())
    small = (FRAMEWORKS / "azure-policy/aliases.csv").read_text(encoding="utf-8").splitlines()
    assert set(small) <= every
    assert len({line.partition(",")[0].lower() for line in every}) == 76_138


def test_nist_is_whole(nist: list[dict[str, str]]) -> None:
    assert len(nist) == ROWS
    assert len({row["id"] for row in nist}) == ROWS
    assert Counter(row["assessable"] for row in nist) == {
        "true": ROWS - WITHDRAWN,
        "withdrawn": WITHDRAWN,
    }


def test_nist_has_the_baselines_of_sp_800_53b(nist: list[dict[str, str]]) -> None:
    found = Counter(profile for row in nist for profile in row["profiles"].split("|") if profile)
    assert found == PROFILES


def test_nothing_withdrawn_is_in_a_baseline(nist: list[dict[str, str]]) -> None:
    assert not [row["id"] for row in nist if row["assessable"] == "withdrawn" and row["profiles"]]


def test_parents_and_families_exist(nist: list[dict[str, str]]) -> None:
    ids = {row["id"] for row in nist}
    about = yaml.safe_load((FRAMEWORKS / "nist-800-53-r5/framework.yaml").read_text("utf-8"))
    assert {row["parent"] for row in nist} - {""} <= ids
    assert {row["family"] for row in nist} == set(about["families"])
    for row in nist:
        assert row["parent"] == row["id"].partition("(")[0] * ("(" in row["id"])


def test_a_catalogue_holds_titles_and_no_prose(nist: list[dict[str, str]]) -> None:
    for row in nist:
        assert 0 < len(row["title"]) < LONGEST_TITLE, row["id"]
        assert not PROSE.search(plain(row["title"])), f"{row['id']}: {row['title']}"


def test_the_lint_of_prose_finds_a_statement() -> None:
    assert PROSE.search("The organization shall review accounts.")
    assert PROSE.search("Accounts are reviewed; exceptions documented")
    assert not PROSE.search("Account Management")


def test_groups_of_initiatives_name_requirements_that_exist(nist: list[dict[str, str]]) -> None:
    found = rows("azure-policy/groups.csv")
    pairs = [(row["group"].lower(), row["framework"], row["requirement"]) for row in found]
    assert len(pairs) == len(set(pairs)) > 1000
    assert {row["framework"] for row in found} <= {p.name for p in FRAMEWORKS.iterdir()}
    ids = {row["id"] for row in nist}
    assert {row["requirement"] for row in found if row["framework"] == "nist-800-53-r5"} <= ids


def test_definitions_are_unique_and_titled() -> None:
    found = rows("azure-policy/definitions.csv")
    names = [row["name"] for row in found]
    assert names == sorted(set(names))
    assert len(names) == 3594
    assert all(row["name"] == row["name"].lower() for row in found)
    assert all(0 < len(row["title"]) < LONGEST_TITLE for row in found)
    assert all(row["types"] == row["types"].lower() for row in found)


def test_types_of_a_definition_are_those_of_its_rule() -> None:
    by_name = {row["name"]: row["types"] for row in rows("azure-policy/definitions.csv")}
    assert by_name["0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"] == "microsoft.keyvault/vaults"
    assert by_name["37e0d2fe-28a5-43d6-a273-67d37d1f5606"] == (
        "microsoft.classicstorage/storageaccounts|microsoft.storage/storageaccounts"
    )
    # a rule without a `type` condition applies to no type in particular
    assert by_name["871b6d14-10aa-478d-b590-94f262ecfa99"] == ""


def test_aliases_are_plain_and_without_contradiction() -> None:
    text = (FRAMEWORKS / "azure-policy/aliases.csv").read_text("utf-8")
    assert '"' not in text
    found = [tuple(line.split(",")) for line in text.splitlines()[1:]]
    assert all(len(row) == 3 for row in found)
    keys = [(alias.lower(), kind) for alias, kind, _ in found]
    assert len(keys) == len(set(keys))
    assert [row[0].lower() for row in found] == sorted(row[0].lower() for row in found)
    paths = {(alias, kind): path for alias, kind, path in found}
    assert paths["Microsoft.KeyVault/vaults/sku.name", "microsoft.keyvault/vaults"] == (
        "properties.sku.name"
    )
    assert {k for a, k, _ in found if a == "Microsoft.Compute/imagePublisher"} == {
        "microsoft.compute/disks",
        "microsoft.compute/virtualmachines",
        "microsoft.compute/virtualmachinescalesets",
    }


def test_the_licence_of_what_is_microsofts_stands_beside_it() -> None:
    notice = (FRAMEWORKS / "azure-policy/NOTICE").read_text("utf-8")
    assert "Copyright (c) Microsoft Corporation" in notice
    assert "Permission is hereby granted, free of charge" in notice


def test_the_catalogues_stay_small() -> None:
    sizes = [path.stat().st_size for path in FRAMEWORKS.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES
