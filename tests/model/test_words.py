"""The closed sets and their order (ASSESSMENT section 2)."""

from __future__ import annotations

from itertools import permutations, product

from attestgraph.model.words import (
    OUTCOME_RANK,
    RESULT_RANK,
    WORD_ORDER,
    Outcome,
    Result,
    Word,
    worst_result,
)


def test_every_word_has_a_rank() -> None:
    assert set(OUTCOME_RANK) == set(Outcome)
    assert set(RESULT_RANK) == set(Result)
    assert set(WORD_ORDER) == set(Word)
    assert len(WORD_ORDER) == len(Word)


def test_the_worst_of_nothing_is_not_evaluated() -> None:
    assert worst_result(()) is Result.NOT_EVALUATED


def test_a_further_result_never_improves_the_worst() -> None:
    for first, second in product(Result, repeat=2):
        assert RESULT_RANK[worst_result((first, second))] >= RESULT_RANK[first]
        assert worst_result((first, second)) is worst_result((second, first))


def test_the_worst_of_three_does_not_depend_on_order() -> None:
    for three in product(Result, repeat=3):
        assert len({worst_result(p) for p in permutations(three)}) == 1


def test_a_pass_never_hides_anything_but_nothing_deployed() -> None:
    for other in Result:
        if other is not Result.NONE_DEPLOYED:
            assert worst_result((Result.SATISFIED, other)) is other
