"""The catalogues that are shipped: made from facts, whole, and without prose."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from datetime import UTC, datetime
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

# rows, assessable ones, and members of each profile
COUNTS: dict[str, tuple[int, int, dict[str, int]]] = {
    "nist-800-171-r2": (110, 110, {}),
    "cmmc-2.0": (149, 149, {"1": 15, "2": 110, "3": 134}),
    "hipaa-security-rule": (70, 65, {}),
    "cis-azure-foundations-3.0": (188, 159, {"1": 91, "2": 159}),
    "hitrust-csf-v11": (26, 26, {}),
    "cccs-pbmm": (353, 353, {}),
    "fips": (102, 17, {}),
}
EXTENT = {
    "nist-800-171-r2": "complete",
    "cmmc-2.0": "complete",
    "hipaa-security-rule": "complete",
    "cis-azure-foundations-3.0": "complete",
    "hitrust-csf-v11": "subset",
    "cccs-pbmm": "unknown",
    "fips": "subset",
}
LONGEST_SHORT_TITLE = 100
LONGEST_RUN = 3

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
    assert len(made) == 3 + 2 * len(COUNTS) + 2
    for name, text in made.items():
        assert (FRAMEWORKS / name).read_bytes() == text.encode(), name


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
def test_the_facts_give_the_packed_table_of_all_aliases() -> None:
    from tools.frameworks_files import packed
    from tools.make_frameworks import packed_files

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


def test_the_library_never_needs_the_large_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from attestgraph.checks import plan
    from attestgraph.load import aliases, load_library

    def unpacked(_: bytes) -> aliases.Paths:
        message = "the table of all aliases was unpacked: see LIBRARY_ALIASES of the tool"
        raise AssertionError(message)

    monkeypatch.setattr(aliases, "_unpacked", unpacked)
    loaded = load_library(None)
    plan(loaded.library, loaded.aliases, datetime(2026, 11, 1, tzinfo=UTC))


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


def test_groups_of_initiatives_name_requirements_that_exist() -> None:
    found = rows("azure-policy/groups.csv")
    pairs = [(row["group"].lower(), row["framework"], row["requirement"]) for row in found]
    assert len(pairs) == len(set(pairs)) > 1000
    assert {row["framework"] for row in found} <= {p.name for p in FRAMEWORKS.iterdir()}
    for framework in ("nist-800-53-r5", *COUNTS):
        ids = {r["id"] for r in rows(f"{framework}/requirements.csv") if r["assessable"] != "false"}
        named = {row["requirement"] for row in found if row["framework"] == framework}
        assert named <= ids, framework
        # no initiative of the built-in ones names the rule's own ids, or those of FIPS
        assert bool(named) == (framework not in ("hipaa-security-rule", "fips"))


def test_a_group_that_initiatives_of_two_catalogues_use_is_refused() -> None:
    frameworks: dict[str, set[str]] = {}
    for row in rows("azure-policy/groups.csv"):
        frameworks.setdefault(row["group"].lower(), set()).add(row["framework"])
    assert all(len(found) == 1 for found in frameworks.values())


def test_a_group_of_two_catalogues_names_nothing(tmp_path: Path) -> None:
    from tools.frameworks_azure import groups_csv

    header = "group_name,catalogue,requirement_id,in_catalogue\n"
    table = "g-1,a,A-1,true\nG-1,b,B-1,true\ng-2,a,A-1,true\ng-3,a,A-9,true\ng-4,a,A-1,false\n"
    (tmp_path / "azure-policy-groups.csv").write_text(header + table, encoding="utf-8")
    cmmc = "id,rule_id,rule_id_l2\n"
    (tmp_path / "cmmc-2.0.csv").write_text(cmmc, encoding="utf-8")
    made = groups_csv(tmp_path, {"a": ["A-1"], "b": ["B-1"]})
    assert made == "group,framework,requirement\ng-2,a,A-1\n"


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
