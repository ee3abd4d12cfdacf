"""Laws 1, 2, 3 and 5 of ASSESSMENT section 6 over whole worlds, on the real code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attestgraph.model.concluded import Assessment, RequirementStatus
from attestgraph.model.records import AttestationKind
from attestgraph.model.words import Outcome, Word
from attestgraph.rollup.documents import controls_json, requirements_json
from attestgraph.rollup.register import records_json
from tests.laws.order import claims_nothing_else, is_no_raise
from tests.laws.worlds import ROWS, with_tally, worlds
from tests.rollup.world import ALTERNATIVE, AT, STATES, World, record

T = TypeVar("T")
CLAIMED = (Word.SATISFIED, Word.INHERITED)
law = settings(max_examples=150, deadline=None)


def statuses(assessment: Assessment) -> Iterable[RequirementStatus]:
    return (status for framework in assessment.frameworks for status in framework.requirements)


def holds_everywhere(before: World, after: World, holds: Callable[[Word, Word], bool]) -> None:
    pairs = zip(statuses(before.assess()), statuses(after.assess()), strict=True)
    for old, new in pairs:
        assert (old.system, old.framework, old.requirement) == (
            new.system,
            new.framework,
            new.requirement,
        )
        assert old.status is not None
        assert new.status is not None
        assert holds(old.status, new.status), (old, new)


@law
@given(
    worlds(),
    st.sampled_from([Outcome.FAIL, Outcome.NOT_EVALUATED, Outcome.ERROR]),
    st.data(),
)
def test_law_1_a_failing_or_unevaluated_finding_never_raises(
    made: World, outcome: Outcome, data: st.DataObject
) -> None:
    assume(made.tallies)
    number = data.draw(st.integers(0, len(made.tallies) - 1))
    counts = dict(made.tallies[number].counts)
    counts[outcome] = counts.get(outcome, 0) + 1
    holds_everywhere(
        made, with_tally(made, number, counts, none_deployed=False, left_out=None), is_no_raise
    )
    holds_everywhere(made, with_tally(made, number, counts), is_no_raise)


@law
@given(worlds(), st.data())
def test_law_2_missing_evidence_gives_the_same_claim_or_none(
    made: World, data: st.DataObject
) -> None:
    configured = [n for n, tally in enumerate(made.tallies) if tally.left_out is None]
    assume(configured)
    number = data.draw(st.sampled_from(configured))
    kept = dict(made.tallies[number].counts) if data.draw(st.booleans()) else {}
    kept[Outcome.NOT_EVALUATED] = kept.get(Outcome.NOT_EVALUATED, 0) + 1
    missing = with_tally(made, number, kept, none_deployed=False)
    holds_everywhere(made, missing, claims_nothing_else)
    gone = replace(made, tallies=[t for n, t in enumerate(made.tallies) if n != number])
    holds_everywhere(made, gone, claims_nothing_else)


@pytest.mark.parametrize("outcome", ["satisfied", "not-satisfied"])
@pytest.mark.parametrize("kind", [str(kind) for kind in AttestationKind])
@settings(max_examples=60, deadline=None)
@given(
    made=worlds(),
    row=st.sampled_from(ROWS),
    controls=st.sampled_from([(), ("a",)]),
    details=st.sampled_from([None, ALTERNATIVE]),
)
def test_law_3_a_record_that_expires_never_raises(
    made: World,
    row: str,
    controls: tuple[str, ...],
    details: Mapping[str, Any] | None,
    kind: str,
    outcome: str,
) -> None:
    of_kind = details if kind == AttestationKind.ADDRESSABLE_DECISION else None
    stands = record("z", kind, row, outcome=outcome, controls=controls, details=of_kind)
    assert stands.standing(AT) is None
    expired = replace(stands, valid_until=STATES["expired"][1])
    holds_everywhere(
        replace(made, attestations=[*made.attestations, stands]),
        replace(made, attestations=[*made.attestations, expired]),
        is_no_raise,
    )


@law
@given(worlds())
def test_law_3_exceptions_that_expire_never_raise(made: World) -> None:
    expired = made
    for number, tally in enumerate(made.tallies):
        counts = dict(tally.counts)
        failing = counts.pop(Outcome.ACCEPTED, 0) + counts.get(Outcome.FAIL, 0)
        expired = with_tally(expired, number, {**counts, Outcome.FAIL: failing}, exceptions=())
    holds_everywhere(made, expired, is_no_raise)


def shuffled(random: Random, items: Iterable[T]) -> list[T]:
    listed = list(items)
    random.shuffle(listed)
    return listed


def written(made: World) -> bytes:
    library, sets = made.library, made.sets
    assessment = made.assess()
    documents = [
        controls_json(assessment, library, sets),
        requirements_json(assessment, library),
        records_json(library, AT),
    ]
    return orjson.dumps(documents)


@law
@given(worlds(), st.randoms(use_true_random=False))
def test_law_5_the_order_of_any_input_changes_no_byte(made: World, random: Random) -> None:
    mixed = replace(
        made,
        frameworks=[
            replace(f, requirements=dict(shuffled(random, f.requirements.items())))
            for f in shuffled(random, made.frameworks)
        ],
        controls=[
            replace(
                c,
                supports=tuple(shuffled(random, c.supports)),
                checks=tuple(shuffled(random, c.checks)),
            )
            for c in shuffled(random, made.controls)
        ],
        crosswalks=shuffled(random, made.crosswalks),
        attestations=shuffled(random, made.attestations),
        systems=[
            replace(s, frameworks=tuple(shuffled(random, s.frameworks)))
            for s in shuffled(random, made.systems)
        ],
        tallies=[
            replace(t, counts=dict(shuffled(random, t.counts.items())))
            for t in shuffled(random, made.tallies)
        ],
    )
    assert written(mixed) == written(made)


@law
@given(worlds(), st.data())
def test_the_interval_holds_whatever_comes_to_be_evaluated(
    made: World, data: st.DataObject
) -> None:
    done = made
    for number, tally in enumerate(made.tallies):
        counts = dict(tally.counts)
        waiting = counts.pop(Outcome.NOT_EVALUATED, 0) + counts.pop(Outcome.ERROR, 0)
        if waiting:
            outcome = data.draw(st.sampled_from([Outcome.PASS, Outcome.FAIL]))
            counts[outcome] = counts.get(outcome, 0) + waiting
        done = with_tally(done, number, counts)
    pairs = zip(made.assess().frameworks, done.assess().frameworks, strict=True)
    for before, after in pairs:
        assert before.interval is not None
        assert after.interval is not None
        assert before.interval.least <= after.interval.least <= before.interval.most
        assert before.interval.of == after.interval.of == sum(before.totals.values())


@law
@given(worlds())
def test_every_row_has_one_word_and_no_claim_rests_on_nothing(made: World) -> None:
    for status in statuses(made.assess()):
        assert status.status is not None
        assert status.reason
        if status.status in (*CLAIMED, Word.PARTIALLY_SATISFIED, Word.RISK_ACCEPTED):
            assert status.basis
            assert status.outcome is not None
            assert status.extent is not None
        assert (status.status is Word.INHERITED) <= (sorted(status.basis) == ["inherited"])
