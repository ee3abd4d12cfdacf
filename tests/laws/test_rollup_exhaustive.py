"""Laws 1 to 3 of ASSESSMENT section 6, over every case of a small world, on the real code.

Two checks, required or alternative, with up to three findings each; linked in full or in part, as a
draft or reviewed, directly or derived; beside a remainder or none, and beside a second link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations_with_replacement, product

import pytest

from attestgraph.checks.parameters import effective
from attestgraph.diagnostics import Reason
from attestgraph.model.concluded import Contribution, ControlStatus
from attestgraph.model.ids import CheckId, ControlId, RequirementId
from attestgraph.model.words import Covers, Extent, Outcome, Provenance, RequirementOutcome, Word
from attestgraph.rollup.contributors import control_part
from attestgraph.rollup.controls import control_status
from attestgraph.rollup.derive import Conclusion, Heard, Part, Remainder, best_case, conclude
from tests.laws.order import claims_nothing_else, is_no_raise
from tests.rollup import world
from tests.rollup.world import FRAMEWORK, SYSTEM

MOST = 3
FINDINGS = (
    Outcome.FAIL,
    Outcome.NOT_EVALUATED,
    Outcome.ACCEPTED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)


@dataclass(frozen=True)
class Seen:
    """What one check saw: its findings, and whether its plan or the evidence says why none."""

    findings: tuple[Outcome, ...] = ()
    none_deployed: bool = False
    left_out: bool = False

    def plus(self, outcome: Outcome) -> Seen:
        return replace(self, findings=tuple(sorted((*self.findings, outcome))))


def _states() -> Iterator[Seen]:
    for size in range(MOST + 1):
        for findings in combinations_with_replacement(sorted(FINDINGS), size):
            yield Seen(findings)
            if set(findings) <= {Outcome.NOT_APPLICABLE}:
                yield Seen(findings, none_deployed=True)
    yield Seen(left_out=True)


STATES = tuple(_states())
PAIRS = tuple(product(STATES, repeat=2))


@cache
def status(one: Seen, two: Seen, alternatives: bool) -> ControlStatus:  # noqa: FBT001 - a key
    group = "g" if alternatives else None
    control = world.control(
        "a", [world.check("one", "row", group), world.check("two", "policy", group)], []
    )
    values = effective(control, world.World(frameworks=[]).library.workspace).base
    tallies = {
        CheckId(name): world.tally(
            "a",
            name,
            {outcome: seen.findings.count(outcome) for outcome in set(seen.findings)},
            none_deployed=seen.none_deployed,
            left_out=str(Reason.NOT_ASSIGNED) if seen.left_out else None,
        )
        for name, seen in (("one", one), ("two", two))
    }
    return control_status(SYSTEM, control, values, tallies)


def contribution(covers: Covers, path: str | None, *, draft: bool) -> Contribution:
    steps: tuple[str, ...] = (path,) if path else ()
    made = world.World(
        frameworks=[],
        controls=[
            world.control(
                "a",
                [world.check("one")],
                [world.supports("S", covers, framework="other" if path else "fw", draft=draft)],
            )
        ],
        crosswalks=[world.crosswalk("other/S", step, "fw/S") for step in steps],
    )
    (found,) = made.links.contributions[FRAMEWORK, RequirementId("S")]
    assert (found.provenance is Provenance.DERIVED) is bool(path)
    return found


CONTRIBUTIONS = [
    contribution(covers, path, draft=draft)
    for covers, path, draft in product(Covers, (None, "equal", "subset-of"), (False, True))
]
CONTRIBUTIONS += [contribution(Covers.FULL, "superset-of", draft=False)]
OPERATED = [world.control("a", [], [], responsibility=r) for r in ("customer", "provider")]


def _second(outcome: RequirementOutcome | None, extent: Extent, *, draft: bool = False) -> Part:
    return Part(
        outcome=outcome,
        extent=extent,
        basis=frozenset(),
        because="",
        best=outcome,
        control=ControlId("b"),
        draft=draft,
    )


BESIDE: tuple[tuple[Part, ...], ...] = (
    (),
    *((_second(outcome, extent),) for outcome, extent in product(RequirementOutcome, Extent)),
    (_second(None, Extent.FULL),),
    (_second(RequirementOutcome.MET, Extent.PART, draft=True),),
)
REMAINDERS: tuple[tuple[Remainder, ...], ...] = (
    (),
    (Remainder(id="m", controls=frozenset()),),
    (Remainder(id="m", controls=frozenset({ControlId("a")})),),
    (Remainder(id="m", controls=frozenset({ControlId("a"), ControlId("b")})),),
)
WORLDS = tuple(product(BESIDE, REMAINDERS, ((False, False), (False, True), (True, True))))


@cache
def conclusions(part: Part) -> tuple[Conclusion, ...]:
    """Return what a requirement comes to with this part, in every world around it."""
    return tuple(conclude(_heard(part, world_of)) for world_of in range(len(WORLDS)))


def _heard(part: Part, number: int) -> Heard:
    beside, remainders, (standing, declared) = WORLDS[number]
    return Heard(
        parts=(part, *beside),
        remainders=remainders,
        not_applicable=standing,
        declared=declared,
    )


def parts_of(one: Seen, two: Seen, *, alternatives: bool) -> tuple[Part, ...]:
    """Return what the control says over every kind of link."""
    found = status(one, two, alternatives)
    return _parts((found.result, found.bases, found.accepted), found)


_KNOWN: dict[object, tuple[Part, ...]] = {}


def _parts(key: object, found: ControlStatus) -> tuple[Part, ...]:
    # beside the key, a status only lends its reason, which is dropped so that parts can be shared
    if key not in _KNOWN:
        _KNOWN[key] = tuple(
            replace(control_part(link, found, control, inherited=inherited), because="")
            for link, control, inherited in product(CONTRIBUTIONS, OPERATED, (False, True))
        )
    return _KNOWN[key]


Holds = Callable[[Word, Word], bool]


def every_move_holds(moves: Callable[[Seen], Iterator[Seen]], holds: Holds) -> int:
    """Hold a law over every move of the first check; the second is the first of another pair."""
    statuses: set[tuple[tuple[Part, ...], tuple[Part, ...]]] = set()
    for alternatives, (one, two) in product((False, True), PAIRS):
        before = parts_of(one, two, alternatives=alternatives)
        for moved in moves(one):
            statuses.add((before, parts_of(moved, two, alternatives=alternatives)))
    judged = {pair for old, new in statuses for pair in zip(old, new, strict=True)}
    for old, new in judged:
        for first, second in zip(conclusions(old), conclusions(new), strict=True):
            assert holds(first.word, second.word), (old, new, first, second)
    return len(judged)


def test_law_1_a_failing_or_unevaluated_finding_never_raises() -> None:
    def moves(seen: Seen) -> Iterator[Seen]:
        if len(seen.findings) == MOST:
            return
        for outcome in (Outcome.FAIL, Outcome.NOT_EVALUATED, Outcome.ERROR):
            added = seen.plus(outcome)
            yield added
            yield replace(added, none_deployed=False, left_out=False)

    assert every_move_holds(moves, is_no_raise) > 100


def test_law_2_missing_evidence_gives_the_same_claim_or_none() -> None:
    def moves(seen: Seen) -> Iterator[Seen]:
        if seen.left_out:
            return
        # missing or stale as a whole, stale in part, incomplete beside what is there
        yield Seen((Outcome.NOT_EVALUATED,))
        for outcome in set(seen.findings):
            kept = [found for found in seen.findings if found is not outcome]
            yield Seen(tuple(sorted([*kept, Outcome.NOT_EVALUATED])))
        if len(seen.findings) < MOST:
            yield replace(seen.plus(Outcome.NOT_EVALUATED), none_deployed=False)

    assert every_move_holds(moves, claims_nothing_else) > 100


def test_law_3_an_exception_that_expires_never_raises() -> None:
    def moves(seen: Seen) -> Iterator[Seen]:
        accepted = seen.findings.count(Outcome.ACCEPTED)
        others = [found for found in seen.findings if found is not Outcome.ACCEPTED]
        for expired in range(1, accepted + 1):
            left = [Outcome.ACCEPTED] * (accepted - expired)
            yield replace(seen, findings=tuple(sorted([*others, *left, *[Outcome.FAIL] * expired])))

    assert every_move_holds(moves, is_no_raise) > 50


def test_law_3_a_remainder_that_expires_never_raises() -> None:
    every = {
        part
        for alternatives, (one, two) in product((False, True), PAIRS)
        for part in parts_of(one, two, alternatives=alternatives)
    }
    for part in every:
        found = conclusions(part)
        for number, (beside, remainders, declared) in enumerate(WORLDS):
            if remainders:
                without = WORLDS.index((beside, (), declared))
                assert is_no_raise(found[number].word, found[without].word)


@pytest.mark.parametrize("alternatives", [False, True])
def test_nothing_ends_in_a_default_pass(alternatives: bool) -> None:  # noqa: FBT001
    good = {Outcome.PASS, Outcome.ACCEPTED}
    for one, two in PAIRS:
        seen = {*one.findings, *two.findings}
        for part in parts_of(one, two, alternatives=alternatives):
            if part.outcome in (RequirementOutcome.MET, RequirementOutcome.RISK_ACCEPTED):
                assert good & seen
                assert not {Outcome.FAIL, Outcome.NOT_EVALUATED} & seen
            for conclusion in conclusions(part)[:1]:
                if conclusion.word in (Word.SATISFIED, Word.INHERITED):
                    assert Outcome.PASS in seen


def test_what_could_be_is_never_less_than_what_is_once_all_is_met() -> None:
    completed = {
        seen: Seen(
            tuple(
                Outcome.PASS if found is Outcome.NOT_EVALUATED else found for found in seen.findings
            ),
            none_deployed=seen.none_deployed,
            left_out=seen.left_out,
        )
        for seen in STATES
    }
    claimed = (Word.SATISFIED, Word.INHERITED)
    pairs = {
        pair
        for alternatives, (one, two) in product((False, True), PAIRS)
        for pair in zip(
            parts_of(one, two, alternatives=alternatives),
            parts_of(completed[one], completed[two], alternatives=alternatives),
            strict=True,
        )
    }
    for (old, new), (beside, remainders, _) in product(pairs, WORLDS):
        done = conclude(Heard(parts=(new, *beside), remainders=remainders))
        if done.word in claimed:
            best = conclude(best_case(Heard(parts=(old, *beside), remainders=remainders)))
            assert best.word in claimed
