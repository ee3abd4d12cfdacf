"""Obligations and supporting frameworks, in requirements.json, run.json and the status."""

from __future__ import annotations

from typing import Any

from attestgraph.model.ids import FrameworkId
from attestgraph.rollup.documents import requirements_json
from attestgraph.rollup.status_document import StatusTable, status_json, status_table
from tests.rollup import world
from tests.rollup.test_documents import fits, run_of
from tests.rollup.world import World, check, control, counts, framework, record, supports, tally

ROWS = [
    {"id": "S", "assessable": "false"},
    {"id": "A-1", "obligation": "automated"},
    {"id": "A-2", "obligation": "automated"},
    {"id": "M-1", "obligation": "manual"},
    {"id": "M-2", "obligation": "manual"},
]
LINKS = [supports(row, "full") for row in ("A-1", "M-1", "M-2")]


def make(**changes: Any) -> World:
    return World(
        frameworks=[framework(ROWS, methodology="cis", **changes)],
        controls=[control("a", [check("one")], LINKS), control("b", [check("one")], [])],
        tallies=[tally("a", "one", counts(pass_=2)), tally("b", "one", counts(pass_=1))],
        attestations=[record("t", "requirement", "M-2")],
    )


def shown(made: World) -> tuple[dict[str, Any], StatusTable]:
    requirements = requirements_json(made.assess(), made.library)
    fits(requirements, "requirements")
    run = run_of(made)
    fits(run, "run")
    document = status_json(run, requirements)
    fits(document, "status")
    return document, status_table(document, run)


def test_each_row_says_its_obligation() -> None:
    made = make()
    found = requirements_json(made.assess(), made.library)
    assert [row["obligation"] for row in found] == [
        *(None, "automated", "automated", "manual", "manual"),
    ]


def test_shares_of_automated_and_manual_rows_are_apart() -> None:
    document, table = shown(make())
    (of,) = document["systems"][0]["frameworks"]
    assert of["interval"] == {"least": 2, "most": 3, "of": 4}
    assert list(of["by_obligation"]) == ["automated", "manual"]
    assert of["by_obligation"]["automated"]["interval"] == {"least": 1, "most": 1, "of": 2}
    assert of["by_obligation"]["manual"]["interval"] == {"least": 1, "most": 2, "of": 2}
    assert of["by_obligation"]["manual"]["totals"]["not-evaluated"] == 1
    assert table.systems[0][1][0]["interval"] == (
        "automated, share satisfied: between 50 % and 50 % (1 of 2; 0 not evaluated); "
        "manual, share satisfied: between 50 % and 100 % (1 to 2 of 2; 1 not evaluated)"
    )


def test_rows_that_say_neither_keep_the_share_of_all() -> None:
    made = make()
    made.frameworks = [framework([*ROWS, {"id": "X"}], methodology="cis")]
    _, table = shown(made)
    assert table.systems[0][1][0]["interval"].startswith("share satisfied: between 40 % and 60 %")


def test_no_share_is_stated_of_a_part_of_an_unknown_whole() -> None:
    document, table = shown(make(catalogue="subset"))
    (of,) = document["systems"][0]["frameworks"]
    assert of["by_obligation"]["automated"]["interval"] is None
    assert table.systems[0][1][0]["interval"] == "no share: the catalogue is not complete"


def supporting(*systems: str) -> World:
    made = make()
    links = [supports("F", framework="fips"), supports("G", framework="fips")]
    strict = supports("H", framework="fips", parameters={"days": 90})
    made.controls += [
        control("c", [check("one")], links),
        control(
            "d",
            [check("one")],
            [links[0], strict],
            parameters={"days": world.parameter("days", 30, "higher")},
        ),
    ]
    rows = [{"id": name} for name in "FGH"]
    made.frameworks.append(framework(rows, name="fips", methodology="fips"))
    made.systems = [world.system(frameworks=systems)]
    sets = made.sets[made.controls[3].id]
    asked = sets.for_link(strict).digest
    made.tallies += [
        tally("c", "one", counts(pass_=1)),
        tally("d", "one", counts(pass_=1)),
        tally("d", "one", counts(fail=1), parameters=asked),
    ]
    return made


def test_configuration_that_supports_a_validation_has_no_row_of_words_and_no_share() -> None:
    document, table = shown(supporting("fw", "fips"))
    run = run_of(supporting("fw", "fips"))
    assert {f["framework"]: f["supporting_only"] for f in run["frameworks"]} == {
        "fw": False,
        "fips": True,
    }
    fips, ours = document["systems"][0]["frameworks"]
    assert ours["supporting"] is None
    assert fips["interval"] is None
    by_id = {f.ref.framework: f for f in supporting("fw", "fips").assess().frameworks}
    assert by_id[FrameworkId("fips")].interval is None
    assert by_id[FrameworkId("fw")].interval is not None
    # each control once, by the worst of its sets of values
    assert {word: n for word, n in fips["supporting"].items() if n} == {
        "satisfied": 1,
        "not-satisfied": 1,
    }
    ((_, rows),) = table.systems
    assert [row["framework"] for row in rows] == ["fw"]
    assert table.notes[0] == (
        "ehr-prod · fips: configuration evidence, supporting, not validation: "
        "2 controls (1 not satisfied, 1 satisfied)"
    )


def test_a_system_of_supporting_frameworks_only_has_no_table() -> None:
    _, table = shown(supporting("fips"))
    assert table.systems == ()
    assert len(table.notes) == 2


def test_a_run_of_an_older_version_knows_neither() -> None:
    made = make()
    requirements = requirements_json(made.assess(), made.library)
    for row in requirements:
        del row["obligation"]
    run = run_of(made)
    for known in run["frameworks"]:
        del known["supporting_only"]
    (of,) = status_json(run, requirements)["systems"][0]["frameworks"]
    assert of["by_obligation"] == {}
    assert of["supporting"] is None
