from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from attestgraph.diagnostics import InputError
from attestgraph.render import report, write
from attestgraph.render.findings import MOST_SHOWN, ROWS_PER_PAGE, value_words
from attestgraph.render.resources import ROWS_PER_INDEX
from tests.render.pages import Page, usual, written
from tests.render.pieces import finding, vault
from tests.render.runs import contoso, one_control

NIST = "ehr-prod-nist-800-53-r5-moderate.html"


def text_of(made: dict[str, bytes], name: str) -> str:
    return " ".join(Page(made[name].decode()).text.split())


def test_a_report_has_a_front_page_and_pages_for_each_system() -> None:
    csv = ["requirements.csv", "findings.csv"]
    hub = [
        "claims-hub.html",
        "claims-hub-nist-800-53-r5-moderate.html",
        "claims-hub-controls.html",
        "claims-hub-resources.html",
    ]
    ehr = [
        "ehr-prod.html",
        "ehr-prod-nist-800-53-r5-moderate.html",
        "ehr-prod-hipaa-security-rule.html",
        "ehr-prod-hitrust-csf-v11.html",
        "ehr-prod-controls.html",
        "ehr-prod-resources.html",
    ]
    assert list(usual()) == [*csv, "index.html", *ehr, *hub, "report.json"]
    alone = written(contoso(), system="claims-hub")
    assert list(alone) == [*csv, "index.html", *hub, "report.json"]
    assert "Claims exchange" in alone["index.html"].decode()


def test_no_two_pages_have_one_name() -> None:
    run = contoso()
    first = run.run["systems"][0]
    names = ("index", "ehr-prod", "ehr-prod-controls", "EHR prod")
    run.run["systems"] = [{**first, "system": name} for name in names]
    files = [name.lower() for name in written(run)]
    assert len(files) == len(set(files))


def test_a_report_of_one_system_tells_nothing_of_another() -> None:
    for data in written(contoso(), system="claims-hub").values():
        assert b"ehr" not in data.replace(b"rg-ehr", b"").replace(b"kv-ehr-lab", b"")


@pytest.mark.parametrize("name", ["hipaa-security-rule", "nist-800-53-r5@moderate"])
def test_one_framework_can_be_reported_alone(name: str) -> None:
    model = report(contoso(), frameworks=(name,))
    frameworks = [f for system in model.systems for f in system.frameworks]
    assert {f.framework for f in frameworks} == {name.partition("@")[0]}


def test_an_unknown_system_or_framework_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"no system `ehr-prd`\n  help: did you mean `ehr-prod`"):
        report(contoso(), system="ehr-prd")
    with pytest.raises(InputError, match="no framework `nist-800-53-r4`"):
        report(contoso(), frameworks=("nist-800-53-r4",))


def test_the_same_run_gives_the_same_bytes() -> None:
    assert written(contoso()) == written(contoso())


def test_the_cover_says_what_it_must() -> None:
    text = " ".join(Page(usual()["ehr-prod.html"].decode()).text.split())
    for said in (
        "Contoso Health",
        "Electronic health record, production",
        "Automated and self-attested; not an independent assessment.",
        "The moderate baseline is SP 800-53B's, not FedRAMP's.",
        "There is no HIPAA certification, and this report is none.",
        "imported, 2026-11-01 04:02 UTC; taken 1 h to 2 d before the evaluation",
        "3 tables, 2 not known to be complete",
        "1 parameter looser than the library\u2019s; 1 control weakened",
        "subscription 00000000-0000-4000-8000-00000000ffff, until 2026-12-31",
        "acba2551-2100-5b56-8c14-94800cda7758",
    ):
        assert said in text, said


def test_gaps_say_where_and_why() -> None:
    page = Page(usual()["ehr-prod.html"].decode())
    tables = {row[0]: row for row in page.table("tables").rows[1:]}
    assert tables["components"][4].startswith("not collected The evidence was not collected")
    assert "page 3 of 4 is missing" in tables["policystates"][4]
    assert "declared by platform lead" in tables["resources"][4]
    assert tables["components"][1] == "\u2013"
    reasons = {row[0]: row[1] for row in page.table("reasons").rows[1:]}
    assert reasons["The evidence was not collected. not-collected"] == "3"


def test_draft_mappings_and_derived_paths_are_marked() -> None:
    text = text_of(usual(), NIST)
    assert "draft mapping" in text
    assert "by way of nist-800-171-r2 3.8.9 equal nist-800-53-r5 CP-9" in text
    assert "could be at most satisfied" in text
    assert "May help, and counts for nothing: kv-firewall" in text


def test_the_registers_tell_state_identity_and_standing() -> None:
    page = Page(usual()["ehr-prod.html"].decode())
    exceptions = next(t for t in page.tables if t.caption == "Exceptions, in every state")
    states = {row[0].split()[0]: row[4] for row in exceptions.rows[1:]}
    assert states == {
        "x-02-lab-firewall": "active",
        "x-04-old": "expired, no effect",
        "x-09-gone": "orphaned, no effect",
    }
    assert exceptions.column(5)[1:] == ["1", "0", "0"]
    attestations = next(t for t in page.tables if t.caption.startswith("Attestations"))
    assert [row[5] for row in attestations.rows[1:]] == ["valid", "The signed answer has expired."]
    assert "declared" in attestations.rows[1][3]


def test_what_is_absent_reads_absent() -> None:
    page = Page(usual()["ehr-prod-controls.html"].decode())
    failing = next(t for t in page.tables if t.caption == "Failing resources 1 to 5 of 8")
    assert [row[4] for row in failing.rows[1:]] == ["absent", "false", "absent", "false", "absent"]


@pytest.mark.parametrize(
    ("text", "path", "shown"),
    [
        (None, "p", (None, None)),
        ("null", "p", ("null", None)),
        ("true", "p", ("true", None)),
        ('"Allow"', "p", ("Allow", None)),
        ('""', "p", ('""', None)),
        ('["a","b"]', "p", ("a, b", None)),
        ("[1]", "p", ("[1]", None)),
        ('{"state":"exempt","effect":"audit"}', "state", ("exempt", "effect: audit")),
        ('{"state":"exempt"}', "state", ("exempt", None)),
        ('{"detail":"page 3","missing":["a","b"]}', None, (None, "detail: page 3; missing: a, b")),
        ('{"greaterOrEquals":1}', "b", ("greaterOrEquals: 1", None)),
        ("{}", "b", ("{}", None)),
        (
            '{"related":[{"at_least":1,"type":"t"},{"type":"u"}]}',
            "b",
            ("related: at least 1, type t; type u", None),
        ),
        ("not json", "p", ("not json", None)),
    ],
)
def test_values_are_words_and_what_was_found_beside_them(
    text: str | None, path: str | None, shown: tuple[str | None, str | None]
) -> None:
    assert value_words(text, path) == shown


def test_null_is_absent_only_where_the_verdict_rests_on_it() -> None:
    assert value_words("null", "p", absent=True) == ("absent", None)
    assert value_words(None, "p", absent=True) == ("absent", None)


def test_every_page_holds_together() -> None:
    made = usual()
    pages = {n: Page(data.decode()) for n, data in made.items() if n.endswith(".html")}
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            file, _, fragment = link.partition("#")
            assert not file or file in made, link
            assert not fragment or fragment in pages[file or name].ids, link
        for reference in re.findall(r'(?:aria-labelledby|for)="([^"]+)"', made[name].decode()):
            assert reference in page.ids
        assert page.headings[0] == 1
        steps = zip(page.headings, page.headings[1:], strict=False)
        assert all(after <= before + 1 for before, after in steps), name


@pytest.mark.parametrize("name", ["index.html", "ehr-prod.html", NIST, "ehr-prod-resources.html"])
def test_a_page_needs_nothing_from_anywhere(name: str) -> None:
    text = usual()[name].decode()
    page = Page(text)
    tags = [tag for tag, _ in page.tags]
    assert not {"iframe", "object", "embed", "link", "img", "form", "base"} & set(tags)
    for _, given in page.tags:
        assert not [a for a in given if a.startswith("on") or a in ("style", "src", "srcset")]
    policy = next(
        given["content"] for _, given in page.tags if "http-equiv" in given and given["content"]
    )
    assert "unsafe" not in policy
    sources = dict(part.split(" ", 1) for part in policy.split("; "))
    assert sources["default-src"] == "'none'"
    for tag, source in (("style", "style-src"), ("script", "script-src")):
        assert tags.count(tag) == 1
        held = text[text.index(f"<{tag}>") + len(tag) + 2 : text.index(f"</{tag}>")]
        digest = base64.b64encode(hashlib.sha256(held.encode()).digest()).decode()
        assert sources[source] == f"'sha256-{digest}'"


def test_ten_thousand_failing_rows_make_a_small_page_that_says_where_the_rest_is() -> None:
    rows = [finding("kv-x", "c", vault(f"kv-{n:05d}"), "fail") for n in range(10_000)]
    made = written(one_control("kv-x", rows, fail=10_000))
    page = made["ehr-prod-controls.html"].decode()
    assert max(len(data) for name, data in made.items() if name.endswith("html")) < 3_000_000
    assert f"{10_000 - MOST_SHOWN:,} more of 10,000 are in" in Page(page).text
    assert page.count('<span class="sub dg">/subscriptions/') == MOST_SHOWN
    assert hashlib.sha256(made["findings.csv"]).hexdigest() in page
    index = Page(made["ehr-prod-resources.html"].decode())
    assert f"{ROWS_PER_INDEX:,} of 10,000 are here" in index.text
    assert made["findings.csv"].count(b"\r\n") == 10_001


def test_many_controls_share_the_rows_of_a_page() -> None:
    run = one_control("kv-000", [], fail=200)
    entry = run.controls[0]
    run.controls = [{**entry, "control": f"kv-{n:03d}"} for n in range(100)]
    run.rows = [
        finding(f"kv-{n:03d}", "c", vault(f"kv-{m:05d}"), "fail")
        for n in range(100)
        for m in range(200)
    ]
    page = written(run)["ehr-prod-controls.html"].decode()
    assert page.count('<span class="sub dg">/subscriptions/') == ROWS_PER_PAGE
    assert len(page) < 3_000_000


def test_one_long_list_does_not_shorten_the_short_ones() -> None:
    run = one_control("kv-000", [], fail=200)
    entry = run.controls[0]
    run.controls = [{**entry, "control": f"kv-{n:03d}"} for n in range(100)]
    run.rows = [
        finding(f"kv-{n:03d}", "c", vault(f"kv-{m:05d}"), "fail")
        for n in range(100)
        for m in range(10 if n else 5000)
    ]
    (system,) = report(run).systems
    assert [len(c.failing.rows) for c in system.controls] == [MOST_SHOWN, *[10] * 99]


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "report"
    paths = write(report(contoso()), out)
    assert paths[0] == out / "index.html"
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in paths)
    first = {path.name: path.read_bytes() for path in paths}
    write(report(contoso()), out)
    assert {path.name: path.read_bytes() for path in paths} == first


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError):
        write(report(contoso()), out)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_run_claims_nothing() -> None:
    run = contoso()
    run.controls, run.requirements, run.rows = [], [], []
    made = written(run)
    text = text_of(made, NIST)
    assert "Of 0 requirements, 0 met in full and 0 in part" in text
    assert "No shares: no requirement of the profile is assessable." in text
    assert "The run holds no control for this system." in text_of(made, "ehr-prod-controls.html")
