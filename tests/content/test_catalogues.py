"""The catalogues beside SP 800-53: counts, structure, whose words their titles are."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
import yaml

from tests.content.test_frameworks import (
    COUNTS,
    EXTENT,
    FACTS,
    FRAMEWORKS,
    LONGEST_RUN,
    LONGEST_SHORT_TITLE,
    PROSE,
    ROOT,
    rows,
)

CIS = "cis-azure-foundations-3.0"
HIPAA = "hipaa-security-rule"
OURS = ("cis-azure-foundations-3.0", "hitrust-csf-v11")
"""Frameworks whose titles are the publisher's and whose labels are our own."""


def about(framework: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (FRAMEWORKS / framework / "framework.yaml").read_text(encoding="utf-8")
    )
    return found


def table(framework: str) -> list[dict[str, str]]:
    return rows(f"{framework}/requirements.csv")


def facts(name: str) -> dict[str, dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def longest_run(one: str, other: str) -> int:
    """Return how many words in a row two texts have in common at most."""
    a, b = words(one), f" {' '.join(words(other))} "
    runs = (a[i:j] for i in range(len(a)) for j in range(i + 1, len(a) + 1))
    return max((len(run) for run in runs if f" {' '.join(run)} " in b), default=0)


@pytest.mark.parametrize("framework", COUNTS)
def test_a_catalogue_has_its_rows(framework: str) -> None:
    found = table(framework)
    every, assessed, profiles = COUNTS[framework]
    assert len(found) == len({row["id"] for row in found}) == every
    assert Counter(row["assessable"] for row in found)["true"] == assessed
    members = Counter(name for row in found for name in row["profiles"].split("|") if name)
    assert members == profiles
    assert set(about(framework).get("profiles", {})) == set(profiles)


@pytest.mark.parametrize("framework", COUNTS)
def test_a_catalogue_says_where_it_comes_from(framework: str) -> None:
    head = about(framework)
    assert head["framework"] == framework
    assert head["catalogue"] == EXTENT[framework]
    assert head["checked_on"] == date(2026, 11, 23)
    for key in ("publisher", "edition", "source", "licence", "methodology"):
        assert head[key], key


@pytest.mark.parametrize("framework", COUNTS)
def test_parents_and_families_are_listed(framework: str) -> None:
    found = table(framework)
    ids = {row["id"] for row in found}
    assert {row["parent"] for row in found} - {""} <= ids
    assert {row["family"] for row in found} == set(about(framework)["families"])


@pytest.mark.parametrize("framework", COUNTS)
def test_titles_are_short_and_no_prose(framework: str) -> None:
    for row in table(framework):
        assert 0 < len(row["title"]) <= LONGEST_SHORT_TITLE, row["id"]
        assert not PROSE.search(row["title"].replace(": ", " ")), f"{row['id']}: {row['title']}"


def test_cmmc_has_the_ids_of_the_rule() -> None:
    for row in table("cmmc-2.0"):
        level = {"1": "1", "2|3": "2", "3": "3"}[row["profiles"]]
        number = {"1": r"b\.1\.[ivx]+", "2": r"3\.\d+\.\d+", "3": r"3\.\d+\.\d+e"}[level]
        assert re.fullmatch(rf"{row['family']}\.L{level}-{number}", row["id"]), row["id"]


def test_level_two_of_cmmc_is_sp_800_171() -> None:
    level_two = [row["id"] for row in table("cmmc-2.0") if "2" in row["profiles"].split("|")]
    assert [name.partition("-")[2] for name in level_two] == [
        row["id"] for row in table("nist-800-171-r2")
    ]


def test_specifications_of_hipaa_say_whether_they_are_required() -> None:
    parents = Counter(row["parent"] for row in table(HIPAA))
    found = {row["id"]: row for row in table(HIPAA)}
    # 22 standards and 21 of their specifications; sections say nothing
    assert Counter(row["obligation"] for row in found.values()) == {
        "required": 43,
        "addressable": 22,
        "": 5,
    }
    assert {row["id"] for row in found.values() if not row["obligation"]} == {
        row["id"] for row in found.values() if row["assessable"] == "false"
    }
    for row in found.values():
        assert not re.search(r"\((required|addressable)\)", row["title"]), row["id"]
        if row["obligation"] == "addressable":
            assert found[row["parent"]]["obligation"] == "required", row["id"]
    assert found["164.312(a)(2)(i)"]["obligation"] == "required"
    assert found["164.312(a)(2)(iv)"]["obligation"] == "addressable"
    for row in found.values():
        assert (
            (row["assessable"] == "false")
            == (row["parent"] == "")
            == (row["id"] in parents and "(" not in row["id"])
        ), row["id"]


def test_sections_of_cis_are_not_scored_and_level_two_holds_level_one() -> None:
    found = table(CIS)
    parents = {row["parent"] for row in found}
    for row in found:
        assert (row["assessable"] == "false") == (row["id"] in parents), row["id"]
        assert row["profiles"] == ("" if row["id"] in parents else row["profiles"])
        assert "1" not in row["profiles"].split("|") or "2" in row["profiles"].split("|")


def test_recommendations_of_cis_say_who_checks() -> None:
    found = table(CIS)
    assert Counter(row["obligation"] for row in found) == {"automated": 99, "manual": 60, "": 29}
    assert all((row["obligation"] == "") == (row["assessable"] == "false") for row in found)


@pytest.mark.parametrize("framework", sorted(COUNTS.keys() - {HIPAA, CIS}))
def test_other_catalogues_have_no_column_of_obligations(framework: str) -> None:
    assert all("obligation" not in row for row in table(framework))


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
@pytest.mark.parametrize("framework", OURS)
def test_labels_of_a_licensed_framework_are_our_own(framework: str) -> None:
    titles = facts(framework)
    for row in table(framework):
        title = titles[row["id"]]["title"]
        assert words(row["title"]) != words(title), row["id"]
        assert longest_run(row["title"], title) <= LONGEST_RUN, f"{row['title']} / {title}"


def test_the_measure_of_copying_finds_a_copy() -> None:
    assert longest_run("Anonymous access to blobs is off", "Check that access to blobs is on") == 4
    assert longest_run("Vaults", "Storage") == 0


def test_labels_name_every_row_once() -> None:
    for name, framework in zip(("cis_labels.csv", "hitrust_labels.csv"), OURS, strict=True):
        with (ROOT / "tools" / name).open(encoding="utf-8", newline="") as file:
            labels = {row["id"]: row["label"] for row in csv.DictReader(file)}
        assert labels == {row["id"]: row["title"] for row in table(framework)}


def test_hitrust_has_no_ids_that_are_no_control_references() -> None:
    assert all(re.fullmatch(r"\d\d\.[a-z]{1,2}", row["id"]) for row in table("hitrust-csf-v11"))


@pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")
def test_titles_of_the_canadian_profile_are_nists() -> None:
    nist = facts("nist-800-53-r4")
    other = [r["id"] for r in table("cccs-pbmm") if r["id"] not in nist]
    assert other == ["AC-17(100)"]
    assert not [
        r["id"]
        for r in table("cccs-pbmm")
        if r["id"] in nist and r["title"] != nist[r["id"]]["title"]
    ]


def test_only_the_areas_of_fips_200_are_assessed() -> None:
    assessed = [row["id"] for row in table("fips") if row["assessable"] == "true"]
    assert len(assessed) == 17
    assert all(re.fullmatch(r"FIPS 200 [A-Z]{2}", name) for name in assessed)
