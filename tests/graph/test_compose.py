"""The two tables of ASSESSMENT section 4, held against every model over a small set."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

import pytest

from attestgraph.graph import COVERAGE, INVERSE, compose, covered
from attestgraph.model.words import Covers, Relationship

SETS = frozenset[int]
FIVE = [r for r in Relationship if r is not Relationship.RELATED]
STRENGTH = {None: 0, Covers.PART: 1, Covers.FULL: 2}


def subsets(size: int) -> list[SETS]:
    """All non-empty subsets of so many elements."""
    return [
        frozenset(chosen)
        for count in range(1, size + 1)
        for chosen in combinations(range(size), count)
    ]


@cache
def relation(one: SETS, other: SETS) -> Relationship:
    if one == other:
        return Relationship.EQUAL
    if one < other:
        return Relationship.SUBSET_OF
    if one > other:
        return Relationship.SUPERSET_OF
    return Relationship.INTERSECTS_WITH if one & other else Relationship.NO_RELATIONSHIP


def holds(covers: Covers | None, control: SETS, requirement: SETS) -> bool:
    """Tell whether a control covers so much of a requirement in a model."""
    if covers is None:
        return True
    return requirement <= control if covers is Covers.FULL else bool(requirement & control)


def strongest(models: Iterator[tuple[SETS, SETS]]) -> Covers | None:
    """Return the most that a control covers of a target in every one of the models."""
    pairs = list(models)
    for covers in (Covers.FULL, Covers.PART):
        if pairs and all(holds(covers, control, target) for control, target in pairs):
            return covers
    return None


def test_a_composition_is_stated_exactly_where_every_model_agrees() -> None:
    possible: dict[tuple[Relationship, Relationship], set[Relationship]] = {}
    for a, b, c in product(subsets(5), repeat=3):
        possible.setdefault((relation(a, b), relation(b, c)), set()).add(relation(a, c))
    assert set(possible) == set(product(FIVE, repeat=2))
    for pair, results in possible.items():
        determined = results.pop() if len(results) == 1 else None
        assert compose(*pair) is determined, pair
    assert sum(compose(*pair) is not None for pair in possible) == 13


def test_nothing_follows_from_a_pair_of_no_finer_class() -> None:
    for other in Relationship:
        assert compose(Relationship.RELATED, other) is None
        assert compose(other, Relationship.RELATED) is None
    for covers in Covers:
        assert covered(covers, Relationship.RELATED) is None


@pytest.mark.parametrize("covers", Covers)
@pytest.mark.parametrize("relationship", FIVE)
def test_what_is_covered_of_the_target_is_exactly_what_every_model_guarantees(
    covers: Covers, relationship: Relationship
) -> None:
    models = (
        (control, target)
        for control, source, target in product(subsets(5), repeat=3)
        if relation(source, target) is relationship and holds(covers, control, source)
    )
    assert covered(covers, relationship) is strongest(models)


def test_coverage_never_exceeds_what_it_comes_from() -> None:
    for (covers, _), left in COVERAGE.items():
        assert STRENGTH[left] <= STRENGTH[covers]
    for relationship in Relationship:
        full, part = (covered(c, relationship) for c in (Covers.FULL, Covers.PART))
        assert STRENGTH[part] <= STRENGTH[full]


def test_the_tables_are_whole() -> None:
    assert set(COVERAGE) == set(product(Covers, Relationship))
    assert set(INVERSE) == set(Relationship)
    for one, other in product(subsets(4), repeat=2):
        assert INVERSE[relation(one, other)] is relation(other, one)
