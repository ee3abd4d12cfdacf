from __future__ import annotations

import random
from dataclasses import replace

import pytest

from attestgraph.evaluate import write
from attestgraph.model.authored import Link, Parameter, Review
from attestgraph.model.ids import ControlId, FrameworkId, RequirementId
from attestgraph.model.words import Completeness, Covers, Stricter
from tests.evaluate.test_exceptions import exception
from tests.evaluate.world import (
    SITE,
    SUB,
    VAULT,
    Claim,
    World,
    check,
    control,
    day,
    policy_test,
    related,
    resource,
    rows_test,
    state,
    subscription,
    system,
    world,
)


def big() -> World:
    """Return a world with something of everything."""
    rows = [
        resource(
            f"r{n:03d}",
            type=(VAULT, SITE)[n % 2],
            sub=1 + n % 3,
            group=f"g{n % 4}",
            tags={"env": ("prod", "test")[n % 5 == 0]},
            properties={"on": n % 7 != 0, "days": n % 50},
        )
        for n in range(120)
    ]
    rows += [resource("r000", properties={"other": 1})]
    return World(
        controls=(
            control(
                check(rows_test(types=(VAULT, SITE)), alternative="g"),
                check(policy_test(), "policy", alternative="g"),
            ),
            control(check(rows_test(None, related=[related(type=SITE)]), "beside"), name="c0"),
        ),
        tables={
            "resources": Claim(rows=rows),
            "resourcecontainers": Claim(rows=[subscription(n, "corp") for n in (1, 2)]),
            "policystates": Claim(
                rows=[
                    state(
                        f"r{n:03d}", ("compliant", "noncompliant", "exempt")[n % 3], sub=1 + n % 3
                    )
                    for n in range(0, 120, 2)
                ],
                complete=Completeness.UNKNOWN,
            ),
        },
        systems=(
            system("tags", tags={"env": "prod"}),
            system("group", management_groups=("corp",)),
            system("one", subscriptions=(SUB[1],)),
        ),
        exceptions=[exception("e1"), exception("e0", check_id="policy")],
    )


def test_the_order_of_the_rows_changes_no_byte() -> None:
    made = big()
    first = made.evaluate()
    shuffler = random.Random(7)  # noqa: S311 a shuffle
    for claim in made.tables.values():
        shuffler.shuffle(claim.rows)
    made.controls = tuple(reversed(made.controls))
    made.systems = tuple(reversed(made.systems))
    made.exceptions = list(reversed(made.exceptions))
    second = made.evaluate()
    assert first.bytes == second.bytes
    assert first.evaluated.tallies == second.evaluated.tallies
    assert first.evaluated.completeness == second.evaluated.completeness
    assert first.evaluated.warnings == second.evaluated.warnings


def test_the_number_of_threads_changes_no_byte() -> None:
    assert big().evaluate(threads=1).bytes == big().evaluate(threads=2).bytes


def test_findings_are_in_the_order_of_the_contract() -> None:
    found = big().evaluate().findings
    keys = [tuple(f[k] for k in ("control", "check", "parameters", "resource_key")) for f in found]
    assert keys == sorted(keys)


def test_a_file_that_lost_its_order_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    straight = big().evaluate().bytes
    monkeypatch.setattr(write, "_FINDINGS", write._FINDINGS)
    backwards = write._FINDINGS + " ORDER BY l.instance DESC, l.g"
    monkeypatch.setattr(write, "_FINDINGS", backwards)
    monkeypatch.setattr(write, "_SORTED", "")
    assert big().evaluate().bytes != straight
    monkeypatch.undo()
    real = write.copy
    calls: list[str] = []

    def first_backwards(
        connection: object, sql: str, path: object, values: object = None, **more: object
    ) -> None:
        if sql.startswith(write._FINDINGS):
            calls.append(sql)
        if sql == write._FINDINGS:
            sql = backwards
        real(connection, sql, path, values, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(write, "copy", first_backwards)
    assert big().evaluate().bytes == straight
    assert len(calls) == 2


def test_the_working_files_are_gone() -> None:
    assert big().evaluate().left == ["findings.parquet", "verdicts.parquet"]


def test_totals_and_tallies_are_counts_of_the_findings() -> None:
    answer = big().evaluate()
    for outcome, count in answer.evaluated.totals.items():
        assert count == sum(f["outcome"] == outcome for f in answer.findings), outcome
    systems = {v["resource_key"]: v["systems"] for v in answer.verdicts if v["kind"] == "resource"}
    by_gap = {
        (v["resource_key"], v["evidence_table"], v["reason"]): v["systems"]
        for v in answer.verdicts
        if v["kind"] != "resource"
    }
    for tally in answer.evaluated.tallies:
        found = [
            f
            for f in answer.findings
            if (f["control"], f["check"], f["parameters"])
            == (tally.control, tally.check, tally.parameters)
            and tally.system
            in (
                systems[f["resource_key"]]
                if f["resource_type"]
                else by_gap[f["resource_key"], f["evidence_table"], f["reason"]]
            )
        ]
        assert sum(tally.counts.values()) == len(found)
        for outcome, count in tally.counts.items():
            assert count == sum(f["outcome"] == outcome for f in found)


def test_a_check_is_judged_once_for_each_distinct_set_of_values() -> None:
    def link(framework: str, days: int) -> Link:
        return Link(
            framework=FrameworkId(framework),
            requirement=RequirementId("1"),
            covers=Covers.PART,
            because="x",
            review=Review(by="x", on=day("2026-01-01")),
            parameters={"days": days},
        )

    test = rows_test(
        {"field": "properties.days", "greaterOrEquals": "[parameters('days')]"},
        parameters=("days",),
    )
    made = world(resource("a", properties={"days": 60}))
    made.controls = (
        control(
            check(test),
            parameters=(
                Parameter(name="days", type="integer", default=7, stricter=Stricter.HIGHER),
            ),
            supports=(link("strict", 90), link("same", 90), link("loose", 10)),
        ),
    )
    made.parameters = {ControlId("c1"): {"days": 30}}
    answer = made.evaluate()
    assert sorted(f["outcome"] for f in answer.findings) == ["fail", "pass"]
    from attestgraph.checks import effective

    library = made.library()
    sets = effective(library.controls[ControlId("c1")], library.workspace)
    by_digest = {t.parameters: t for t in answer.evaluated.tallies}
    strict = sets.for_link(made.controls[0].supports[0])
    assert {str(k): v for k, v in by_digest[strict.digest].counts.items()} == {"fail": 1}
    assert {str(k): v for k, v in by_digest[sets.base.digest].counts.items()} == {"pass": 1}
    assert sets.for_link(made.controls[0].supports[2]).digest == sets.base.digest


def test_there_is_a_tally_for_every_check_in_every_system() -> None:
    made = big()
    answer = made.evaluate()
    assert [(t.system, t.control, t.check) for t in answer.evaluated.tallies] == [
        (s, c, k)
        for s in ("group", "one", "tags")
        for c, k in (("c0", "beside"), ("c1", "on"), ("c1", "policy"))
    ]
    empty = replace(made, tables={}).evaluate()
    assert len(empty.evaluated.tallies) == 9
    assert all(sum(t.counts.values()) for t in empty.evaluated.tallies)
