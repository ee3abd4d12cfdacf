"""Systems, profiles, totals, intervals, parameters: what a run concludes as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestgraph.graph import link
from attestgraph.model.authored import Control
from attestgraph.model.concluded import Interval
from attestgraph.model.ids import ControlId
from attestgraph.model.records import Subject
from attestgraph.model.words import Outcome, Word
from attestgraph.rollup.assess import assess
from attestgraph.rollup.methodologies import known, methodology
from tests.rollup import world
from tests.rollup.world import World, check, control, counts, framework, record, supports, tally

ROWS = [
    {"id": "S", "assessable": "false"},
    {"id": "R", "parent": "S"},
    {"id": "Q"},
    {"id": "W", "assessable": "withdrawn"},
    {"id": "U"},
]


def full(name: str, *requirements: str) -> Control:
    return control(name, [check("one")], [supports(r, "full") for r in requirements])


def test_each_system_has_its_own_status() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[full("a", "R")],
        systems=[world.system("one"), world.system("two")],
        tallies=[
            tally("a", "one", counts(pass_=1), system="one"),
            tally("a", "one", counts(fail=1), system="two"),
        ],
    )
    assert made.status(system="one").status is Word.SATISFIED
    assert made.status(system="two").status is Word.NOT_SATISFIED


def test_a_record_counts_in_its_own_system_only() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        systems=[world.system("one"), world.system("two")],
        attestations=[record("t", "requirement", system="one")],
    )
    assert made.status(system="one").attestations == (("t", None),)
    assert made.status(system="two").attestations == ()
    assert made.status(system="two").status is Word.NOT_COVERED


@pytest.mark.parametrize(
    ("systems", "word"),
    [
        ([world.system("all")], Word.SATISFIED),
        ([world.system("all"), world.system("other")], Word.NOT_COVERED),
        ([replace(world.system("all"), boundary=world.system("x").boundary)], Word.NOT_COVERED),
        ([world.system("only")], Word.NOT_COVERED),
    ],
)
def test_a_record_without_a_system_counts_only_where_everything_is_one(
    systems: list[object], word: Word
) -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        systems=systems,  # type: ignore[arg-type]
        attestations=[record("t", "requirement", system=None)],
    )
    assert made.status(system=made.systems[0].id).status is word


def test_a_record_that_names_a_requirement_twice_is_looked_at_once() -> None:
    twice = record("t", "requirement")
    twice = replace(twice, covers=(*twice.covers, *twice.covers, Subject(control=ControlId("a"))))
    made = World(frameworks=[framework([{"id": "R"}])], attestations=[twice])
    assert made.status().attestations == (("t", None),)


def test_shares_are_over_the_assessable_rows_of_the_profile() -> None:
    made = World(
        frameworks=[framework(ROWS, profiles={"low": ["R", "U", "W"]})],
        controls=[full("a", "R"), full("b", "Q"), full("c", "U")],
        systems=[world.system(frameworks=("fw@low", "fw"))],
        tallies=[
            tally("a", "one", counts(pass_=1)),
            tally("b", "one", counts(pass_=1)),
            tally("c", "one", counts(not_evaluated=1)),
        ],
    )
    whole, low = made.assess().frameworks
    assert [s.requirement for s in whole.requirements] == ["S", "R", "Q", "W", "U"]
    assert [s.requirement for s in low.requirements] == ["R", "W", "U"]
    assert (whole.interval, low.interval) == (
        Interval(least=2, most=3, of=3),
        Interval(least=1, most=2, of=2),
    )
    assert set(low.totals) == set(Word)
    assert low.totals[Word.SATISFIED] == low.totals[Word.NOT_EVALUATED] == 1
    assert whole.requirements[0].status is None
    assert whole.requirements[0].reason is None


@pytest.mark.parametrize("catalogue", ["subset", "unknown"])
def test_no_share_is_stated_where_the_catalogue_is_not_complete(catalogue: str) -> None:
    made = World(frameworks=[framework([{"id": "R"}], catalogue=catalogue)])
    (only,) = made.assess().frameworks
    assert only.interval is None
    assert only.totals[Word.NOT_COVERED] == 1


@pytest.mark.parametrize(
    ("covers", "found", "records", "most"),
    [
        ("full", counts(not_evaluated=1), [], 1),
        ("full", counts(not_evaluated=1, accepted=1), [], 0),
        ("part", counts(not_evaluated=1), [], 0),
        ("part", counts(not_evaluated=1), [record("m", "remainder")], 1),
        ("full", counts(pass_=1), [record("d", "not-applicable")], 1),
        ("part", {}, [record("t", "requirement", state="expired")], 0),
    ],
)
def test_the_most_is_what_would_be_met_if_all_that_is_not_evaluated_were(
    covers: str, found: dict[Outcome, int], records: list[object], most: int
) -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[control("a", [check("one")], [supports("R", covers)])],
        tallies=[tally("a", "one", found)],
        attestations=records,  # type: ignore[arg-type]
    )
    (only,) = made.assess().frameworks
    assert only.totals[Word.NOT_EVALUATED] == 1
    assert only.interval == Interval(least=0, most=most, of=1)


@pytest.mark.parametrize(
    ("kind", "state", "most"),
    [
        ("requirement", "expired", 1),
        ("inheritance", "expired", 1),
        ("not-applicable", "expired", 0),
        ("requirement", "future", 1),
    ],
)
def test_a_record_that_could_be_renewed_widens_the_interval(
    kind: str, state: str, most: int
) -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])], attestations=[record("t", kind, state=state)]
    )
    (only,) = made.assess().frameworks
    assert only.interval == Interval(least=0, most=most, of=1)


def test_nothing_to_assess_could_not_be_met_by_more_evidence() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[full("a", "R")],
        tallies=[tally("a", "one", {}, none_deployed=True)],
    )
    (only,) = made.assess().frameworks
    assert only.interval == Interval(least=0, most=0, of=1)


def test_every_set_of_values_is_a_status_of_its_own() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}, {"id": "Q"}])],
        controls=[
            control(
                "a",
                [check("one")],
                [supports("R", "full"), supports("Q", "full", parameters={"days": 90})],
                parameters={"days": world.parameter("days", 30, "higher")},
            )
        ],
    )
    sets = made.sets[ControlId("a")]
    base, strict = sets.base.digest, sets.for_link(made.controls[0].supports[1]).digest
    made.tallies = [
        tally("a", "one", counts(pass_=1), parameters=base),
        tally("a", "one", counts(fail=1), parameters=strict),
    ]
    assessment = made.assess()
    assert {s.parameters for s in assessment.controls} == {base, strict}
    assert made.status("R").status is Word.SATISFIED
    assert made.status("Q").status is Word.NOT_SATISFIED


def test_a_link_with_values_that_nobody_judged_is_not_evaluated() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[full("a", "R")],
        tallies=[tally("a", "one", counts(pass_=1))],
    )
    links = link(made.library, lambda _control, _link: "another digest")
    found = assess(made.library, links, [], made.sets, made.at)
    assert world.status_in(found).status is Word.NOT_EVALUATED


def test_two_tallies_of_the_same_findings_are_refused() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[full("a", "R")],
        tallies=[tally("a", "one", counts(pass_=1)), tally("a", "one", counts(fail=1))],
    )
    with pytest.raises(ValueError, match="two tallies of a, one in ehr-prod"):
        made.assess()


def test_a_control_that_two_links_lead_to_is_counted_once() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[control("a", [check("one")], [supports("R"), supports("R", draft=True)])],
        tallies=[tally("a", "one", counts(pass_=3, accepted=1), exceptions=["x-1"])],
    )
    status = made.status()
    assert len(status.contributors) == 2
    assert status.counts[Outcome.PASS] == 3
    assert set(status.counts) == set(Outcome)
    assert status.exceptions == ("x-1",)


def test_a_framework_says_its_own_word_before_its_methodology() -> None:
    made = World(frameworks=[framework([{"id": "R"}], vocabulary={"not-covered": "unassessed"})])
    assert made.status().framework_word == "unassessed"


def test_methodologies_are_known_by_name_and_the_unknown_is_neutral() -> None:
    assert known() == (
        *("cmmc", "hipaa", "nist-800-53a", "nist-800-171a", "cis", "hitrust", "itsg-33", "fips"),
    )
    for name in known():
        assert methodology(name).name == name
    assert not methodology("nist-800-53a").made_of_children
    other = methodology("another")
    assert (other.name, other.words, other.made_of_children) == ("another", {}, False)
    assert [name for name in known() if methodology(name).supporting_only] == ["fips"]
    assert [name for name in known() if methodology(name).decisions] == ["hipaa"]


def test_no_methodology_words_an_unknown_as_met() -> None:
    for name in known():
        words = methodology(name).words
        met = {words.get(Word.SATISFIED), words.get(Word.INHERITED)} - {None}
        for word in set(Word) - {Word.SATISFIED, Word.INHERITED}:
            assert words.get(word) not in met
        assert "other than" not in words.get(Word.NOT_EVALUATED, "")
        assert not met & set(methodology(name).decisions.values())


def test_a_declaration_that_a_check_contests_says_how_many_resources() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}])],
        controls=[full("a", "R")],
        attestations=[record("d", "not-applicable")],
        tallies=[tally("a", "one", counts(not_evaluated=1), selected=9)],
    )
    assert "declared not applicable, 9 resources found" in (made.status().reason or "")
