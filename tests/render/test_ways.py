"""The ways through a report: from a requirement to a row and back, and what stands first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from attestgraph.render import report
from attestgraph.render.timeline import timeline
from tests.render.pages import Page, usual, written
from tests.render.pieces import finding, vault
from tests.render.runs import contoso, one_control

NIST = "ehr-prod-nist-800-53-r5-moderate.html"
CONTROLS = "ehr-prod-controls.html"
RESOURCES = "ehr-prod-resources.html"


def part(page: str, start: str, end: str) -> str:
    at = page.index(start)
    return page[at : page.index(end, at)]


def links(text: str) -> Iterator[str]:
    return iter(re.findall(r'href="([^"]+)"', text))


def test_a_stranger_goes_from_a_failing_vault_to_its_requirement_and_back() -> None:
    made = {name: data.decode() for name, data in usual().items()}
    place = report(contoso()).systems[0].index.places[vault("kv-ehr-03").lower()]
    vault_part = part(made[RESOURCES], f'<tbody id="{place}"', "</tbody>")
    found = set(links(vault_part))
    control = f"{CONTROLS}#c-kv-purge-protection"
    requirement = f"{NIST}#r-cp-9"
    assert {control, requirement} <= found
    control_part = part(made[CONTROLS], 'id="c-kv-purge-protection"', "</article>")
    assert {requirement, f"{RESOURCES}#{place}"} <= set(links(control_part))
    requirement_part = part(made[NIST], '<article class="req" id="r-cp-9"', "</article>")
    assert {control, f"{RESOURCES}#{place}"} <= set(links(requirement_part))


def test_a_requirement_shows_its_first_five_failing_rows_and_says_where_the_others_are() -> None:
    page = usual()[NIST].decode()
    shown = part(page, '<article class="req" id="r-cp-9"', "</article>")
    text = " ".join(Page(shown).text.split())
    assert "Failing resources of kv-purge-protection 1 to 5 of 8" in text
    assert (
        f'href="{CONTROLS}#c-kv-purge-protection-more">Show the other 3 failing resources' in shown
    )
    assert "observed 2026-11-01 04:02 UTC, row abababababab" in text
    assert "az keyvault update --name &lt;vault&gt; --enable-purge-protection true</pre>" in shown
    assert "retentionDays kv-purge-protection 30 workspace looser" in " ".join(
        part for row in Page(shown).tables[-1].rows for part in row
    )


def test_a_control_shows_every_row_in_full() -> None:
    page = usual()[CONTROLS].decode()
    shown = part(page, 'id="c-kv-purge-protection"', "</article>")
    assert '<details id="c-kv-purge-protection-more"><summary>Show the other 3' in shown
    for said in (vault("kv-ehr-08"), "observed 2026-11-01 04:02 UTC", f"row {'ab' * 32}"):
        assert said in shown


def test_an_exception_stands_beside_what_it_touches() -> None:
    made = {name: data.decode() for name, data in usual().items()}
    register = "ehr-prod.html#x-x-02-lab-firewall"
    assert register in part(made[NIST], '<article class="req" id="r-ac-4"', "</article>")
    assert register in part(made[CONTROLS], 'id="c-kv-firewall"', "</article>")
    lab = report(contoso()).systems[0].index.places[vault("kv-ehr-lab").lower()]
    assert register in part(made[RESOURCES], f'<tbody id="{lab}"', "</tbody>")
    assert 'id="x-x-02-lab-firewall"' in made["ehr-prod.html"]


def test_the_index_holds_the_worst_resources_first_and_nothing_that_passes() -> None:
    rows = [
        finding("kv-x", "c", vault("kv-one"), "fail"),
        finding("kv-x", "d", vault("kv-two"), "fail"),
        finding("kv-x", "c", vault("KV-two"), "fail"),
        finding("kv-x", "c", vault("kv-good"), "pass"),
        finding("kv-x", "c", vault("kv-gone"), "not-evaluated", reason="stale"),
        finding("kv-x", "c", "", "not-evaluated", reason="attestation-missing"),
    ]
    index = report(one_control("kv-x", rows, fail=3)).systems[0].index
    assert [(r.name, r.counts) for r in index.resources] == [
        ("kv-two", {"fail": 2}),
        ("kv-one", {"fail": 1}),
        ("kv-gone", {"not-evaluated": 1}),
    ]
    assert [t.requirements for t in index.resources[0].touched] == [(("CP-9", "r-cp-9"),)]
    assert index.resources[2].touched == ()


def test_what_needs_attention_is_worst_first_and_of_this_system() -> None:
    ehr, hub = report(contoso()).systems
    assert [(a.what, a.anchor) for a in ehr.attention] == [
        ("high control fails", "c-kv-purge-protection"),
        ("attestation counts for nothing", "a-log-review"),
    ]
    assert hub.attention == ()
    run = contoso()
    expired = next(e for e in run.run["records"]["exceptions"] if e["state"] == "expired")
    expired.update(control="kv-purge-protection", scope={"resource": vault("kv-ehr-03").lower()})
    entries = report(run).systems[0].attention
    assert ("exception expired", "2026-10-15") in [(a.what, a.by_when) for a in entries]


@pytest.mark.parametrize(
    ("framework", "methodology", "said"),
    [
        ("nist-800-53-r5", "nist-800-53a", "It does not replace the examination"),
        (
            "hipaa-security-rule",
            "hipaa",
            "There is no HIPAA certification, and this report is none.",
        ),
        ("hitrust-csf-v11", "", "It is no HITRUST certification"),
        ("cmmc-2.0", "cmmc", "It is not for submission, and it gives no score and no CMMC status."),
        ("fips", "", "Configuration evidence is supporting, not validation."),
        ("cis-azure-foundations-3.0", "", "A manual recommendation is not assessed until"),
        ("cccs-pbmm", "", "Titles are NIST's."),
    ],
)
def test_a_framework_says_what_it_must_of_itself(
    framework: str, methodology: str, said: str
) -> None:
    run = contoso()
    entry = run.run["frameworks"][1]
    entry.update(framework=framework, methodology=methodology)
    run.run["systems"][0]["frameworks"] = [framework]
    run.run["systems"] = run.run["systems"][:1]
    run.run["frameworks"] = [entry]
    page = report(run).systems[0].frameworks[0].page
    assert said in " ".join(Page(written(run)[page].decode()).text.split())


def test_the_words_of_the_framework_stand_beside_ours() -> None:
    page = Page(usual()[NIST].decode())
    rows = {row[0]: row[1] for row in page.table("matrix").rows if len(row) == 5}
    assert rows["CP-9 System Backup"] == "not satisfied other than satisfied"
    text = " ".join(page.text.split())
    assert "1 other than satisfied; 37 for which it has no word" in text


def test_a_reason_says_what_exactly_would_make_it_known() -> None:
    run = contoso()
    control = next(c for c in run.controls if c["control"] == "kv-purge-protection")
    control["reasons"] = {"not-assigned": 2}
    (reason, *_) = [r for r in report(run).systems[0].reasons if r.reason == "not-assigned"]
    assert reason.findings == 2
    assert reason.needs == (
        (
            "policy definition Key vaults should have deletion protection enabled "
            "(0b60c0b2-2dc2-4e1c-b5c9-abbed971de53)"
        ),
    )


def test_a_reason_names_the_tables_that_are_missing() -> None:
    run = contoso()
    needs: list[dict[str, Any]] = [
        {"table": name, "types": [], "paths": []} for name in ("components", "resources")
    ]
    run.run["checks"] = [{"control": "kv-secret-expiry", "check": "secret-expiry", "needs": needs}]
    reasons = {r.reason: r.needs for r in report(run).systems[0].reasons}
    # the table of resources is complete
    assert reasons["not-collected"] == ("table components",)


def test_exceptions_stand_on_a_line_of_time() -> None:
    (system, _) = report(contoso()).systems
    line = timeline(system.exceptions, "2026-11-01T06:00:00Z")
    assert line is not None
    assert (line.first, line.last, line.today, line.span) == ("2026-09-01", "2027-02-28", 61, 180)
    assert [(b.entry.id, b.start, b.days) for b in line.bars] == [
        ("x-04-old", 0, 44),
        ("x-02-lab-firewall", 0, 180),
        ("x-09-gone", 0, 180),
    ]
    assert timeline((), "2026-11-01T06:00:00Z") is None
    page = usual()["ehr-prod.html"].decode()
    assert "x-04-old, expired: from 2026-09-01 until 2026-10-15." in page
