"""The derivation by itself: total over everything that can be said."""

from __future__ import annotations

from itertools import product

from attestgraph.model.words import Basis, Extent, RequirementOutcome, Word
from attestgraph.rollup.derive import (
    Conclusion,
    Heard,
    Part,
    conclude,
    with_children,
    word_of,
    worst_outcome,
)

INHERITED = frozenset({Basis.INHERITED})
AUTOMATED = frozenset({Basis.AUTOMATED})


def part(outcome: RequirementOutcome | None, extent: Extent = Extent.FULL) -> Part:
    return Part(outcome=outcome, extent=extent, basis=AUTOMATED, because="", best=outcome)


def test_every_outcome_extent_and_basis_has_a_word() -> None:
    words = {
        (outcome, extent, basis): word_of(outcome, extent, basis)
        for outcome, extent, basis in product(
            RequirementOutcome, Extent, (AUTOMATED, INHERITED, INHERITED | AUTOMATED)
        )
    }
    claims = {key for key, word in words.items() if word in (Word.SATISFIED, Word.INHERITED)}
    assert claims == {
        (RequirementOutcome.MET, Extent.FULL, basis)
        for basis in (AUTOMATED, INHERITED, INHERITED | AUTOMATED)
    }
    assert words[RequirementOutcome.MET, Extent.FULL, INHERITED] is Word.INHERITED
    assert words[RequirementOutcome.MET, Extent.FULL, INHERITED | AUTOMATED] is Word.SATISFIED


def test_the_worst_of_no_outcomes_is_not_evaluated() -> None:
    assert worst_outcome([]) is RequirementOutcome.NOT_EVALUATED


def test_two_parts_come_to_the_worse_in_every_pair() -> None:
    for first, second in product(RequirementOutcome, repeat=2):
        both = conclude(Heard(parts=(part(first), part(second))))
        assert both.outcome is worst_outcome([first, second])
        assert conclude(Heard(parts=(part(first), part(None)))).outcome is first


def test_nothing_heard_is_not_covered_and_silence_is_not_evaluated() -> None:
    assert conclude(Heard(parts=())).word is Word.NOT_COVERED
    assert conclude(Heard(parts=(part(None), part(None)))).word is Word.NOT_EVALUATED


def test_a_parent_is_never_better_than_any_child() -> None:
    children = [
        conclude(Heard(parts=(part(outcome, extent),)))
        for outcome, extent in product(RequirementOutcome, Extent)
    ]
    children += [conclude(Heard(parts=())), conclude(Heard(parts=(part(None),)))]
    for first, second in product(children, repeat=2):
        parent = conclude(with_children(Heard(parts=()), [("a", first), ("b", second)]))
        assert _rank(parent) <= max(_rank(first), _rank(second))
        if Word.NOT_COVERED not in (first.word, second.word):
            assert _rank(parent) <= min(_rank(first), _rank(second))
        else:
            assert parent.word not in (Word.SATISFIED, Word.INHERITED)


def _rank(conclusion: Conclusion) -> int:
    order = (
        Word.NOT_SATISFIED,
        Word.NOT_EVALUATED,
        Word.NOT_COVERED,
        Word.RISK_ACCEPTED,
        Word.PARTIALLY_SATISFIED,
        Word.SATISFIED,
    )
    return order.index(conclusion.word)
