from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import orjson
import pytest

from attestgraph.formats.words import OUTCOMES, WORD
from attestgraph.model.words import WORD_ORDER, Word
from attestgraph.render import report
from attestgraph.render.findings import Run
from tests.render.pages import Page, usual, written
from tests.render.runs import contoso

OUTCOME_COLUMNS = ("fail", "not_evaluated", "error", "accepted", "pass", "not_applicable")


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def number(text: str) -> int:
    return int(text.replace(",", ""))


def framework_page(system: str, framework: dict[str, Any]) -> str:
    name = "-".join(part for part in (framework["framework"], framework["profile"]) if part)
    return f"{system}-{name.replace('.', '-')}.html"


def nist() -> Page:
    return Page(usual()["ehr-prod-nist-800-53-r5-moderate.html"].decode())


def by_word(rows: list[dict[str, str]], system: str, framework: str) -> Counter[str]:
    return Counter(
        r["status"] for r in rows if (r["system"], r["framework"]) == (system, framework)
    )


@pytest.fixture(scope="module", params=["built", "demo"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run made by hand, and the one that `attestgraph demo` makes."""
    if request.param == "built":
        return contoso()
    from attestgraph import pipeline
    from attestgraph.evidence import open_run

    out = tmp_path_factory.mktemp("demo") / "demo"
    pipeline.demo(out, at=None)
    return open_run(out / "run")


def test_every_number_is_the_same_in_html_csv_and_json(run: Run) -> None:
    made = written(run)
    document = orjson.loads(made["report.json"])
    requirements = rows_of(made["requirements.csv"])
    for system in document["systems"]:
        for framework in system["frameworks"]:
            counted = by_word(requirements, system["system"], framework["framework"])
            page = Page(made[framework_page(system["system"], framework)].decode())
            _same_words(page, framework, counted)
        page = Page(made[f"{system['system']}-controls.html"].decode())
        _same_controls(page, system, rows_of(made["findings.csv"]))


def _same_words(page: Page, framework: dict[str, Any], counted: Counter[str]) -> None:
    table = page.table("totals")
    printed = {row[0]: number(row[1]) for row in table.rows[1:]}
    for word in Word:
        assert printed[WORD[word]] == framework["totals"][str(word)] == counted[str(word)]
    assert printed["Assessable"] == framework["of"] == counted.total()
    listed = [r for family in framework["families"] for r in family["requirements"]]
    assert len(listed) == framework["of"]
    known = [r for r in listed if r["word"] != "not-covered"]
    matrix = [row for row in page.table("matrix").rows[1:] if len(row) == 5] if known else []
    for row, requirement in zip(matrix, known, strict=True):
        assert row[0] == f"{requirement['id']} {requirement['title']}"
        shown = f"{WORD[Word(requirement['word'])]} {requirement['framework_word'] or ''}"
        assert row[1] == shown.strip()
    # what is not covered has one line, and no section
    uncovered = [r for r in listed if r["word"] == "not-covered"]
    lines = [given for tag, given in page.tags if tag == "li" and given.get("data-s") == "nco"]
    assert len(lines) == len(uncovered)
    sections = [given for tag, given in page.tags if tag == "article"]
    assert len(sections) == len(known)
    families = next(t for t in page.tables if t.caption == "Requirements of each family by word")
    assert families.rows
    for family in framework["families"]:
        assert sum(family["totals"].values()) == family["of"] == len(family["requirements"])


def _same_controls(page: Page, system: dict[str, Any], findings: list[dict[str, str]]) -> None:
    table = page.table("controls-all")
    lines = [(row[0], [number(n) for n in row[3:]]) for row in table.rows[1:] if len(row) > 1]
    printed = dict(lines)
    # a control has one line for each set of values that a framework or the workspace asks for
    shown = sorted((c["control"], [c["counts"][k] for k in OUTCOME_COLUMNS])
                   for c in system["controls"])  # fmt: skip
    assert sorted((name.split(" ")[0], counts) for name, counts in lines if name != "All") == shown
    mine = [row for row in findings if row["system"] == system["system"]]
    for name in {control["control"] for control in system["controls"]}:
        counts = [c["counts"] for c in system["controls"] if c["control"] == name]
        found = Counter(r["outcome"].replace("-", "_") for r in mine if r["control"] == name)
        for key, _ in OUTCOMES:
            if key != "pass":
                assert found[key] == sum(count[key] for count in counts)
    for control in system["controls"]:
        counts = control["counts"]
        assert control["failing"]["total"] == counts["fail"]
        assert control["excused"]["total"] == counts["accepted"]
        assert control["waiting"]["total"] == counts["not_evaluated"] + counts["error"]
    assert printed["All"] == [system["totals"][key] for key in OUTCOME_COLUMNS]


def test_shares_are_intervals_of_what_is_known_and_what_could_still_be() -> None:
    model = report(contoso())
    nist = model.systems[0].frameworks[0]
    assert nist.shares is not None
    full, part, fails = nist.shares
    assert (full.least, full.most, full.of) == (2, 3, 38)
    assert (part.least, part.most) == (3, 5)
    assert (fails.least, fails.most) == (1, 3)
    # 2 of 38 is 5.26 %, 3 of 38 is 7.89 %: down for the least, up for the most
    assert (full.least_percent, full.most_percent) == (5, 8)


def test_a_catalogue_that_is_not_complete_has_no_share_and_says_why() -> None:
    model = report(contoso())
    trust = model.systems[0].frameworks[2]
    assert trust.shares is None
    assert trust.withheld == "No shares: the catalogue here lists a subset of its publication."
    made = usual()
    text = made["ehr-prod-hitrust-csf-v11.html"].decode()
    assert trust.withheld in text
    assert " %" not in Page(text).text
    # no plot, and no shade
    assert 'role="img"' not in text
    assert "heat" not in [given.get("class") for _, given in Page(text).tags]
    front = next(r for r in _rows(made["index.html"]) if r[0].startswith("HITRUST"))
    assert front[1].startswith(trust.withheld)
    assert front[2] == "\u2013"


def _rows(data: bytes) -> list[list[str]]:
    return [row for table in Page(data.decode()).tables for row in table.rows]


def test_fips_prints_no_share_and_says_that_it_supports_a_validation_only() -> None:
    run = contoso()
    for entry in run.run["frameworks"]:
        if entry["framework"] == "hipaa-security-rule":
            entry.update(framework="fips", methodology="fips", title="FIPS")
    for row in run.requirements:
        if row["framework"] == "hipaa-security-rule":
            row["framework"] = "fips"
    refs = run.run["systems"][0]["frameworks"]
    run.run["systems"][0]["frameworks"] = ["fips" if "hipaa" in ref else ref for ref in refs]
    model = report(run)
    assert model.systems[0].frameworks[1].shares is None
    text = written(run)["ehr-prod-fips.html"].decode()
    assert "No shares: configuration evidence is supporting, not validation." in text
    assert " %" not in Page(text).text


def test_words_come_worst_first() -> None:
    table = nist().table("totals")
    assert [row[0] for row in table.rows[1:-1]] == [WORD[word] for word in WORD_ORDER]


def test_rows_that_are_not_assessable_are_in_no_count_and_no_table() -> None:
    made = usual()
    assert "AC-13" not in made["requirements.csv"].decode()
    assert not [name for name, data in made.items() if b"AC-13" in data]


def test_the_interval_is_the_one_that_status_prints(run: Run) -> None:
    from attestgraph.rollup.status_document import status_json

    status = status_json(run.run, run.requirements)
    theirs = {
        (s["system"], f["framework"]): f["interval"]
        for s in status["systems"]
        for f in s["frameworks"]
    }
    for system in report(run).systems:
        for framework in system.frameworks:
            interval = theirs[system.system, framework.framework]
            if framework.shares is None:
                assert interval is None
            else:
                full = framework.shares[0]
                assert interval == {"least": full.least, "most": full.most, "of": full.of}
