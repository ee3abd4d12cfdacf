"""Walks crosswalks from one requirement to those that follow from it.

Plain breadth-first search. What is searched is not a path between two nodes: the state of a walk is
a requirement, the relationship of the start to it and what is still covered there, and a walk ends
where the relationship is no longer determined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from attestgraph.graph.compose import INVERSE, compose, covered
from attestgraph.model.authored import CrosswalkEntry
from attestgraph.model.concluded import PathStep
from attestgraph.model.ids import FrameworkId, RequirementId
from attestgraph.model.words import Covers, Relationship

Node = tuple[FrameworkId, RequirementId]
Steps = Mapping[Node, tuple[PathStep, ...]]
MOST_STEPS: Final = 3
"""The longest chain of crosswalks that a link is derived over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A requirement that a walk came to.

    Attributes:
        covers: What the control covers of it; None where it is only a suggestion.
    """

    node: Node
    covers: Covers | None
    path: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class _State:
    node: Node
    relationship: Relationship
    covers: Covers
    path: tuple[PathStep, ...]


def step_key(step: PathStep) -> tuple[str, ...]:
    """Order steps by their ids."""
    return (
        step.source_framework,
        step.source,
        step.target_framework,
        step.target,
        step.relationship,
    )


def path_key(path: tuple[PathStep, ...]) -> tuple[int, tuple[tuple[str, ...], ...]]:
    """Order paths by their length, then by the ids along them."""
    return (len(path), tuple(step_key(step) for step in path))


def steps_of(crosswalks: Iterable[CrosswalkEntry]) -> Steps:
    """Return the steps that leave each requirement, crosswalks being walked both ways, by id.

    `no-relationship` is no step: it says that nothing follows.
    """
    leaving: dict[Node, set[PathStep]] = {}
    for entry in crosswalks:
        if entry.relationship is Relationship.NO_RELATIONSHIP:
            continue
        source = (entry.source_framework, entry.source)
        target = (entry.target_framework, entry.target)
        leaving.setdefault(source, set()).add(_step(source, target, entry.relationship))
        leaving.setdefault(target, set()).add(_step(target, source, INVERSE[entry.relationship]))
    return {node: tuple(sorted(steps, key=step_key)) for node, steps in leaving.items()}


def _step(source: Node, target: Node, relationship: Relationship) -> PathStep:
    return PathStep(
        source_framework=source[0],
        source=source[1],
        target_framework=target[0],
        target=target[1],
        relationship=relationship,
    )


def walk(start: Node, covers: Covers, steps: Steps) -> tuple[Reached, ...]:
    """Return every requirement that follows from a covered one, or may help with it.

    Each is reached by one path: the shortest, then the one that covers more, then the first by
    ids. A path enters no framework twice: coming back to a framework by way of another would
    derive a catalogue from itself.
    """
    derived: dict[Node, Reached] = {}
    suggested: dict[Node, Reached] = {}
    level = [_State(start, Relationship.EQUAL, covers, ())]
    seen = {(start, Relationship.EQUAL, covers)}
    for _ in range(MOST_STEPS):
        following: list[_State] = []
        for state in level:
            for step in steps.get(state.node, ()):
                if _enters_twice(start, state, step):
                    continue
                reached = _take(state, step)
                if isinstance(reached, Reached):
                    suggested.setdefault(reached.node, reached)
                elif (key := (reached.node, reached.relationship, reached.covers)) not in seen:
                    seen.add(key)
                    following.append(reached)
        # the order of a level is that of the ids along its paths: each level is walked in order
        for state in sorted(following, key=lambda s: s.covers is Covers.PART):
            derived.setdefault(
                state.node, Reached(node=state.node, covers=state.covers, path=state.path)
            )
        level = following
    only = [reached for node, reached in suggested.items() if node not in derived]
    return (*derived.values(), *only)


def _enters_twice(start: Node, state: _State, step: PathStep) -> bool:
    return step.target_framework == start[0] or any(
        step.target_framework == taken.target_framework for taken in state.path
    )


def _take(state: _State, step: PathStep) -> _State | Reached:
    """Return where one more step leads: on, or to a suggestion that ends the walk."""
    node = (step.target_framework, step.target)
    path = (*state.path, step)
    relationship = compose(state.relationship, step.relationship)
    left = covered(state.covers, step.relationship)
    if relationship is None or left is None:
        return Reached(node=node, covers=None, path=path)
    return _State(node, relationship, left, path)
