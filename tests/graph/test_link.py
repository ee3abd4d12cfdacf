"""From controls to requirements: direct links, derived ones, suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestgraph.diagnostics import Span
from attestgraph.graph import link
from attestgraph.model.authored import Control, Link
from attestgraph.model.concluded import Contribution, Links
from attestgraph.model.ids import FrameworkId, RequirementId
from attestgraph.model.words import Covers, Provenance
from tests.rollup.world import World, check, control, crosswalk, framework, supports

T = TypeVar("T")


def links_of(*controls: Control, crosswalks: tuple[tuple[str, str, str], ...] = ()) -> Links:
    world = World(
        frameworks=[framework([{"id": "R"}]), framework([{"id": "S"}], name="other")],
        controls=list(controls),
        crosswalks=[crosswalk(*entry) for entry in crosswalks],
    )
    return link(world.library, _digest)


def _digest(of: Control, one: Link) -> str:
    return f"{of.id}:{one.framework}:{sorted(one.parameters.items())}"


def to(links: Links, framework: str, requirement: str) -> tuple[Contribution, ...]:
    return links.contributions.get((FrameworkId(framework), RequirementId(requirement)), ())


def made(name: str, *own: Link, responsibility: str = "customer") -> Control:
    return control(name, [check("one")], own, responsibility=responsibility)


@pytest.mark.parametrize(
    ("own", "responsibility", "covers"),
    [
        (supports("R", "full"), "customer", Covers.FULL),
        (supports("R", "full"), "provider", Covers.FULL),
        (supports("R", "full"), "shared", Covers.PART),
        (supports("R", "full", draft=True), "customer", Covers.PART),
        (supports("R", "full", part="b"), "customer", Covers.PART),
        (supports("R", "part"), "customer", Covers.PART),
    ],
)
def test_a_direct_link_covers_what_it_may(own: Link, responsibility: str, covers: Covers) -> None:
    (found,) = to(links_of(made("a", own, responsibility=responsibility)), "fw", "R")
    assert found.covers is covers
    assert found.draft is (own.review is None)
    assert found.review == (None if own.review is None else "r@example.com, 2026-10-01")
    assert found.provenance is Provenance.DIRECT
    assert found.path == ()


def test_what_is_derived_keeps_the_values_and_the_review_of_its_link() -> None:
    own = supports("S", "full", framework="other", parameters={"days": 90})
    links = links_of(made("a", own), crosswalks=(("other/S", "equal", "fw/R"),))
    (found,) = to(links, "fw", "R")
    assert found.provenance is Provenance.DERIVED
    assert found.parameters == "a:other:[('days', 90)]"
    assert found.review == "r@example.com, 2026-10-01"
    assert [step.source for step in found.path] == ["S"]


def test_a_draft_is_derived_as_a_draft_and_as_a_part() -> None:
    own = supports("S", "full", framework="other", draft=True)
    links = links_of(made("a", own), crosswalks=(("other/S", "equal", "fw/R"),))
    (found,) = to(links, "fw", "R")
    assert found.draft
    assert found.covers is Covers.PART


def test_a_draft_does_not_cover_a_part_of_a_superset() -> None:
    own = supports("S", "full", framework="other", draft=True)
    links = links_of(made("a", own), crosswalks=(("other/S", "superset-of", "fw/R"),))
    assert to(links, "fw", "R") == ()
    assert [s.control for s in links.suggestions[FrameworkId("fw"), RequirementId("R")]] == ["a"]


def test_a_direct_link_is_not_derived_for_the_same_control_as_well() -> None:
    links = links_of(
        made("a", supports("R"), supports("S", "full", framework="other")),
        made("b", supports("S", "full", framework="other")),
        crosswalks=(("other/S", "equal", "fw/R"),),
    )
    assert [(c.control, len(c.path)) for c in to(links, "fw", "R")] == [("a", 0), ("b", 1)]


def test_a_control_that_contributes_is_not_suggested_and_one_that_does_not_is_once() -> None:
    links = links_of(
        made("a", supports("S", "full", framework="other"), supports("T", framework="other")),
        made("b", supports("T", framework="other"), supports("U", framework="other")),
        crosswalks=(
            ("other/S", "equal", "fw/R"),
            ("other/T", "related", "fw/R"),
            ("other/U", "related", "fw/R"),
        ),
    )
    (only,) = links.suggestions[FrameworkId("fw"), RequirementId("R")]
    assert only.control == "b"
    assert only.path[0].source == "T"


def test_two_links_of_one_control_to_one_requirement_both_stay() -> None:
    first = replace(
        supports("R", part="a"), span=Span(path="c", line=1, column=1, end_line=1, end_column=2)
    )
    second = replace(
        first, part="b", span=Span(path="c", line=2, column=1, end_line=2, end_column=2)
    )
    found = to(links_of(made("a", second, first)), "fw", "R")
    assert [c.span.line for c in found if c.span is not None] == [1, 2]


@given(st.randoms(use_true_random=False))
def test_the_order_of_what_is_linked_changes_nothing(random: Random) -> None:
    controls = [
        made(
            "a", supports("R"), supports("S", "full", framework="other"), supports("R", draft=True)
        ),
        made("b", supports("S", framework="other"), supports("T", "full", framework="third")),
        made("c", supports("R", "full"), supports("T", framework="third")),
    ]
    crosswalks = [
        ("other/S", "equal", "fw/R"),
        ("other/S", "subset-of", "third/T"),
        ("third/T", "superset-of", "fw/R"),
        ("third/T", "related", "fw/Q"),
        ("other/S", "intersects-with", "fw/Q"),
    ]
    straight = links_of(*controls, crosswalks=tuple(crosswalks))
    mixed = [
        replace(c, supports=_shuffled(random, c.supports)) for c in _shuffled(random, controls)
    ]
    again = links_of(*mixed, crosswalks=_shuffled(random, crosswalks))
    assert repr(again) == repr(straight)


def _shuffled(random: Random, items: Iterable[T]) -> tuple[T, ...]:
    listed = list(items)
    random.shuffle(listed)
    return tuple(listed)
