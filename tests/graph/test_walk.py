"""Walking crosswalks: never further, and never to more, than every model allows."""

from __future__ import annotations

from itertools import product

import pytest

from attestgraph.graph.walk import MOST_STEPS, Reached, steps_of, walk
from attestgraph.model.ids import FrameworkId, RequirementId
from attestgraph.model.words import Covers, Relationship
from tests.graph.test_compose import FIVE, STRENGTH, holds, relation, subsets
from tests.rollup.world import crosswalk

START = (FrameworkId("f0"), RequirementId("r"))


def reached(covers: Covers, *entries: tuple[str, str, str]) -> dict[str, Reached]:
    steps = steps_of([crosswalk(*entry) for entry in entries])
    return {"/".join(found.node): found for found in walk(START, covers, steps)}


def chain(*relationships: Relationship) -> list[tuple[str, str, str]]:
    return [(f"f{n}/r", str(r), f"f{n + 1}/r") for n, r in enumerate(relationships)]


@pytest.mark.parametrize("covers", Covers)
def test_a_chain_never_covers_more_than_every_model_of_it_does(covers: Covers) -> None:
    sets = subsets(4)
    claims: dict[tuple[Relationship, ...], dict[str, Reached]] = {
        relationships: reached(covers, *chain(*relationships))
        for relationships in product(FIVE, repeat=2)
    }
    judged = 0
    for control, first, second, third in product(sets, repeat=4):
        if not holds(covers, control, first):
            continue
        found = claims[relation(first, second), relation(second, third)]
        for place, requirement in (("f1/r", second), ("f2/r", third)):
            if place in found:
                judged += found[place].covers is not None
                assert holds(found[place].covers, control, requirement)
    assert judged


@pytest.mark.parametrize("covers", Covers)
def test_a_chain_is_never_stronger_than_its_weakest_step(covers: Covers) -> None:
    for relationships in product(Relationship, repeat=MOST_STEPS):
        for found in reached(covers, *chain(*relationships)).values():
            steps = [step.relationship for step in found.path]
            if found.covers is not None:
                assert Relationship.RELATED not in steps
                assert STRENGTH[found.covers] <= STRENGTH[covers]
                if Relationship.SUBSET_OF in steps or Relationship.INTERSECTS_WITH in steps:
                    assert found.covers is Covers.PART


def test_no_relationship_is_no_step() -> None:
    assert reached(Covers.FULL, ("f0/r", "no-relationship", "f1/r")) == {}


def test_a_walk_ends_after_three_steps() -> None:
    found = reached(Covers.FULL, *chain(*[Relationship.EQUAL] * 5))
    assert sorted(found) == ["f1/r", "f2/r", "f3/r"]


def test_a_walk_enters_no_framework_twice() -> None:
    found = reached(
        Covers.FULL,
        ("f0/r", "equal", "f1/r"),
        ("f1/r", "equal", "f0/other"),
        ("f1/r", "equal", "f1/other"),
        ("f1/r", "equal", "f2/r"),
        ("f2/r", "equal", "f1/third"),
    )
    assert sorted(found) == ["f1/r", "f2/r"]


def test_the_shortest_path_is_taken_then_the_one_that_covers_more() -> None:
    found = reached(
        Covers.FULL,
        ("f0/r", "subset-of", "f1/a"),
        ("f1/a", "equal", "f2/r"),
        ("f0/r", "equal", "f1/b"),
        ("f1/b", "equal", "f2/r"),
        ("f0/r", "equal", "f3/x"),
        ("f3/x", "equal", "f1/a"),
    )
    assert found["f2/r"].covers is Covers.FULL
    assert [step.target for step in found["f2/r"].path] == ["b", "r"]
    assert found["f1/a"].covers is Covers.PART
    assert len(found["f1/a"].path) == 1


def test_what_may_help_is_suggested_and_ends_the_walk() -> None:
    found = reached(Covers.PART, ("f0/r", "superset-of", "f1/r"), ("f1/r", "equal", "f2/r"))
    assert found["f1/r"].covers is None
    assert "f2/r" not in found


def test_what_is_derived_is_not_suggested_as_well() -> None:
    found = walk(
        START,
        Covers.FULL,
        steps_of([crosswalk("f0/r", "related", "f1/r"), crosswalk("f0/r", "superset-of", "f1/r")]),
    )
    assert [one.covers for one in found] == [Covers.FULL]


def test_an_undetermined_composition_is_only_suggested() -> None:
    found = reached(Covers.FULL, ("f0/r", "superset-of", "f1/r"), ("f1/r", "subset-of", "f2/r"))
    assert found["f1/r"].covers is Covers.FULL
    assert found["f2/r"].covers is None
