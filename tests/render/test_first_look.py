"""The model of a first look: what is known, what is seen, and what helps with most."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from attestgraph.checks.plan import EvidenceNeed
from attestgraph.checks.ways import Way, WayKind
from attestgraph.model.authored import Check, Control, RowTest
from attestgraph.model.ids import CheckId, ControlId
from attestgraph.model.words import Completeness, ControlSeverity, Responsibility
from attestgraph.render.first_look import files
from attestgraph.render.first_look_build import _standing
from attestgraph.render.first_look_model import Standing
from attestgraph.render.first_look_rows import SeenRows, seen_rows
from attestgraph.render.first_look_ways import Again, Open, Part, PartReader, ranked
from tests.render.looks import made
from tests.render.pages import Page, templates
from tests.render.pieces import StoredRun, counts, finding, vault

VAULTS = "microsoft.keyvault/vaults"
ODD = "<script>alert(1)</script>\u202e\x1b[2J'\"&"
UNKNOWN = Completeness.UNKNOWN
SCOPE = Way(kind=WayKind.SCOPE)
PROVE = Way(kind=WayKind.PROVE, table="resources")
STATES = Way(kind=WayKind.STATES, table="policystates")
DECLARE = Way(kind=WayKind.DECLARE, tables=("resources",))


def control(*names: str) -> Control:
    test = RowTest(types=(VAULTS,), where=None, condition=None, violated_when=False)
    return Control(
        id=ControlId("kv"),
        says="It holds.",
        domain="keys",
        severity=ControlSeverity.HIGH,
        responsibility=Responsibility.CUSTOMER,
        owner="o",
        source="s",
        supports=(),
        parameters={},
        checks=tuple(Check(id=CheckId(n), says="So.", test=test, document={}) for n in names),
        remediation=None,
    )


def check(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {
        "check": name,
        "says": "So.",
        "kind": "row",
        "alternative": None,
        "status": status,
        "left_out": None,
        "counts": counts(),
        "reasons": {},
        **more,
    }


def parts(
    *checks: dict[str, Any],
    rows: dict[str, Counter[str]] | None = None,
    held: dict[str, Completeness] | None = None,
) -> tuple[Part, ...]:
    names = [each["check"] for each in checks]
    reader = PartReader(
        needs={("kv", name): (EvidenceNeed(table="resources", types=(VAULTS,)),) for name in names},
        held={"resources": UNKNOWN} if held is None else held,
        seen={VAULTS},
        unscoped={"resources"},
        ways={},
    )
    return reader.parts({"checks": list(checks)}, control(*names), rows or {})


SEEN = check(
    "a",
    "not-evaluated",
    counts=counts(**{"pass": 3}, not_evaluated=1),
    reasons={"unknown-completeness": 1},
)


def standing(*found: Part, status: str = "not-evaluated") -> Standing:
    return _standing(status, found)


def test_rows_that_pass_are_seen_passing_and_never_known() -> None:
    (part,) = parts(SEEN, rows={"a": Counter({"pass": 3})})
    assert (part.known, part.seen) == (False, True)
    assert part.options == (frozenset({SCOPE.key}),)
    assert standing(part) is Standing.SEEN_PASSING


@pytest.mark.parametrize(
    "rows",
    [
        Counter({"pass": 3, "not-evaluated": 1}),
        Counter({"pass": 3, "error": 1}),
        Counter({"not-applicable": 3}),
        Counter(),
    ],
)
def test_rows_that_were_not_all_judged_are_unknown(rows: Counter[str]) -> None:
    assert standing(*parts(SEEN, rows={"a": rows})) is Standing.UNKNOWN


def test_reasons_about_rows_and_missing_tables_are_unknown() -> None:
    rows = {"a": Counter({"pass": 3})}
    stale = {**SEEN, "reasons": {"stale": 1}}
    assert standing(*parts(stale, rows=rows)) is Standing.UNKNOWN
    assert standing(*parts(SEEN, rows=rows, held={})) is Standing.UNKNOWN


def test_one_part_that_is_unknown_makes_the_control_unknown() -> None:
    asked = check("b", "not-evaluated", kind="attest", reasons={"attestation-missing": 1})
    found = parts(SEEN, asked, rows={"a": Counter({"pass": 3})})
    assert [part.seen for part in found] == [True, False]
    assert standing(*found) is Standing.UNKNOWN
    none = check("b", "none-deployed")
    found = parts(SEEN, none, rows={"a": Counter({"pass": 3})})
    assert standing(*found) is Standing.SEEN_PASSING


def test_nothing_but_the_engine_says_met() -> None:
    assert standing(status="satisfied") is Standing.MET
    assert standing(status="none-deployed") is Standing.NONE_DEPLOYED
    assert standing(status="not-satisfied") is Standing.FAILING
    # what an exception accepts stays a fail
    assert standing(status="accepted") is Standing.FAILING
    assert standing() is Standing.UNKNOWN


def test_of_a_group_with_no_member_any_alternative_will_do() -> None:
    left = {"alternative": "g", "left_out": "not-collected"}
    (part,) = parts(
        check("a", "not-evaluated", **left), check("b", "not-evaluated", **left), held={}
    )
    assert len(part.options) == 1
    assert not part.known
    # a member that takes part decides alone
    (part,) = parts(
        {**SEEN, "alternative": "g"},
        check("b", "not-evaluated", **left),
        rows={"a": Counter({"pass": 3})},
    )
    assert part.seen


def test_a_resource_counts_once_by_the_worst_that_was_found() -> None:
    rows = [
        finding("kv", "a", vault("one"), "pass"),
        finding("kv", "b", vault("one"), "fail", expected="true", actual="null", path="p"),
        finding("kv", "a", vault("two"), "pass"),
        finding("kv", "b", vault("two"), "not-evaluated"),
        finding("kv", "a", vault("three"), "pass"),
        finding("kv", "a", vault("four"), "not-applicable"),
        finding("kv", "c", vault("five"), "fail"),
        finding("kv", "a", "/", "not-evaluated", resource_type=None),
    ]
    run = StoredRun(run={}, controls=[], requirements=[], rows=rows)
    seen = seen_rows(run, [("kv", "d0", "c")])["kv", "d0"]
    found = seen.rows
    assert (found.fail, found.unknown, found.passing, found.not_applicable) == (1, 1, 1, 1)
    (failing,) = seen.failing({"b": "It is so."})
    assert failing.name == "one"
    assert [(c.says, c.wanted, c.actual) for c in failing.checks] == [("It is so.", "true", "null")]


def test_long_values_and_long_lists_are_cut_with_a_count() -> None:
    seen = SeenRows()
    for number in range(9):
        seen.add(finding("kv", "a", vault(f"v{number}"), "fail", actual="x" * 500))
    failing = seen.failing({})
    assert len(failing) == 5
    assert seen.rows.fail == 9
    assert str(failing[0].checks[0].actual).endswith("… (500 characters)")


def test_what_most_need_and_nothing_else_comes_first() -> None:
    ways = {way.key: way for way in (PROVE, STATES, DECLARE)}
    anchors = {key: f"way-{n}" for n, key in enumerate(sorted(ways))}

    def lacks(name: str, *options: Way) -> Open:
        part = Part(known=False, seen=False, options=tuple(frozenset({o.key}) for o in options))
        return Open(name=name, parts=(part,), requirements=frozenset({f"f {name}"}))

    both = Open(
        name="both",
        parts=(*lacks("x", PROVE).parts, *lacks("x", STATES).parts),
        requirements=frozenset({"f both", "g both"}),
    )
    found = ranked(
        ways,
        anchors,
        [lacks("a", STATES), lacks("b", STATES, PROVE), both, lacks("d", DECLARE)],
        Again(files=("r.json",)),
    )
    assert [(w.kind, w.alone, w.controls, w.requirements) for w in found] == [
        ("states", 2, 3, 4),
        ("prove", 1, 2, 3),
        # people come last, however much they help
        ("declare", 1, 1, 1),
    ]


def test_a_declaration_stands_for_a_proof_too() -> None:
    part = Part(known=False, seen=False, options=(frozenset({PROVE.key}),))
    assert part.opened_by(DECLARE.key)
    assert not part.opened_by(STATES.key)


def test_the_next_command_names_what_was_given() -> None:
    again = Again(files=("my rows.json", "b.json"), out="o")
    assert again.after(SCOPE) == (
        "attestgraph first-look 'my rows.json' b.json --scope /subscriptions/<id> --out o"
    )
    assert again.after(STATES).split(" --out")[0].endswith("b.json policy-states.json")
    assert '--declare-complete "<name>" "<reason>"' in again.after(DECLARE)
    # without counts it is exported again
    again = Again(files=("rows.ndjson",), scopes=("/s",))
    assert again.after(PROVE) == "attestgraph first-look rows.ndjson resources.json --scope /s"
    many = Again(files=tuple(f"{n}.json" for n in range(9)))
    assert many.command() == "attestgraph first-look 0.json '<the other files>'".replace("'", "")


def written(odd: str, each: int = 2) -> dict[str, str]:
    return {name: data.decode() for name, data in files(made(odd, each=each), templates())}


def test_pages_hold_every_part_and_lead_somewhere() -> None:
    texts = written("plain", each=25)
    assert set(texts) == {"index.html", "nist-800-53-r5-moderate.html", "first-look.json"}
    for name, text in texts.items():
        if not name.endswith(".html"):
            continue
        page = Page(text)
        assert len(page.ids) == len(set(page.ids))
        for link in page.links:
            place, _, anchor = link.partition("#")
            assert place in ("", *texts)
            assert not anchor or anchor in page.ids
        assert page.headings[0] == 1
        assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    front = texts["index.html"]
    assert "The first 20 are here" in front
    framework = Page(texts["nist-800-53-r5-moderate.html"])
    assert len(framework.table("unknown-table").rows) == 26
    assert "Show 5 of 12 failing resources" in framework.text


def test_hostile_words_stay_words() -> None:
    texts = written(ODD)
    for name in ("index.html", "nist-800-53-r5-moderate.html"):
        assert "<script" not in texts[name]
        assert "\u202e" not in texts[name]
        assert "\x1b" not in texts[name]
    document = json.loads(texts["first-look.json"])
    assert document["controls"][0]["says"] == f"It holds {ODD}."


def test_the_json_says_what_the_model_says() -> None:
    document = json.loads(written("plain")["first-look.json"])
    assert document["format"] == "attestgraph/first-look/1"
    (framework,) = document["frameworks"]
    counted = framework["requirements_by_standing"]
    parts = sum(counted[key] for key in ("failing", "unknown", "seen_passing", "not_covered"))
    assert parts + sum(counted["claimed"].values()) == counted["of"]
    ways = {way["way"] for way in document["next"]}
    used = {a for c in document["controls"] for part in c["missing"] for o in part for a in o}
    assert used <= ways
