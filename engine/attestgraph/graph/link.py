"""Links every control to the requirements it supports, directly and over crosswalks.

The rules are those of ASSESSMENT section 4. A draft, a link to a part of a requirement, and a
control whose operation is shared with the provider each support a part at most; what is derived is
never stronger than its weakest step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attestgraph.graph.walk import MOST_STEPS, Node, Reached, Steps, path_key, steps_of, walk
from attestgraph.model.authored import Control, Link
from attestgraph.model.concluded import Contribution, Links, Suggestion
from attestgraph.model.records import Library
from attestgraph.model.words import Covers, Provenance, Responsibility

__all__ = ["MOST_STEPS", "ParametersOf", "link"]

ParametersOf = Callable[[Control, Link], str]
"""Gives the digest of a control's effective parameter values for one of its links."""


def link(library: Library, parameters_of: ParametersOf) -> Links:
    """Return every way from a control to a requirement, and what may only help.

    A control that is linked to a requirement directly is not derived for it as well: its authors
    have argued that link. A suggestion is dropped where the control contributes.

    Args:
        library: Controls, crosswalks and catalogues, free of dangling ids.
        parameters_of: Digest of the effective values for a link; what is derived from a link is
            judged with the values of that link.

    Returns:
        Contributions and suggestions by framework and requirement, sorted at every level.
    """
    steps = steps_of(library.crosswalks)
    contributions: dict[Node, dict[Contribution, None]] = {}
    suggestions: dict[Node, dict[Suggestion, None]] = {}
    for control in library.controls.values():
        direct = {(own.framework, own.requirement) for own in control.supports}
        for own in control.supports:
            first = _direct(control, own, parameters_of(control, own))
            contributions.setdefault((own.framework, own.requirement), {})[first] = None
            for reached in _followed(first, direct, steps):
                if reached.covers is None:
                    suggestion = _suggested(first, reached)
                    suggestions.setdefault(reached.node, {})[suggestion] = None
                else:
                    derived = _derived(first, reached, reached.covers)
                    contributions.setdefault(reached.node, {})[derived] = None
    return Links(
        contributions={
            node: tuple(sorted(contributions[node], key=_contribution_key))
            for node in sorted(contributions)
        },
        suggestions=_only_suggested(suggestions, contributions),
    )


def _followed(first: Contribution, direct: set[Node], steps: Steps) -> Iterator[Reached]:
    start = (first.framework, first.requirement)
    return (r for r in walk(start, first.covers, steps) if r.node not in direct)


def _direct(control: Control, own: Link, parameters: str) -> Contribution:
    shared = control.responsibility is Responsibility.SHARED
    partial = own.review is None or own.part is not None or shared
    return Contribution(
        framework=own.framework,
        requirement=own.requirement,
        control=control.id,
        covers=Covers.PART if partial else own.covers,
        draft=own.review is None,
        because=own.because,
        provenance=own.provenance,
        parameters=parameters,
        review=None if own.review is None else f"{own.review.by}, {own.review.on.isoformat()}",
        span=own.span,
    )


def _derived(first: Contribution, reached: Reached, covers: Covers) -> Contribution:
    return Contribution(
        framework=reached.node[0],
        requirement=reached.node[1],
        control=first.control,
        covers=covers,
        draft=first.draft,
        because=first.because,
        provenance=Provenance.DERIVED,
        parameters=first.parameters,
        review=first.review,
        path=reached.path,
        span=first.span,
    )


def _suggested(first: Contribution, reached: Reached) -> Suggestion:
    return Suggestion(
        framework=reached.node[0],
        requirement=reached.node[1],
        control=first.control,
        path=reached.path,
    )


def _only_suggested(
    suggestions: dict[Node, dict[Suggestion, None]],
    contributions: dict[Node, dict[Contribution, None]],
) -> dict[Node, tuple[Suggestion, ...]]:
    """Return the suggestions of controls that do not contribute anyway, one for each control."""
    only: dict[Node, tuple[Suggestion, ...]] = {}
    for node in sorted(suggestions):
        contributing = {c.control for c in contributions.get(node, ())}
        nearest: dict[str, Suggestion] = {}
        for suggestion in sorted(suggestions[node], key=_suggestion_key):
            if suggestion.control not in contributing:
                nearest.setdefault(suggestion.control, suggestion)
        if nearest:
            only[node] = tuple(nearest.values())
    return only


def _suggestion_key(suggestion: Suggestion) -> tuple[str, tuple[int, tuple[tuple[str, ...], ...]]]:
    return (suggestion.control, path_key(suggestion.path))


def _contribution_key(contribution: Contribution) -> tuple[object, ...]:
    return (
        bool(contribution.path),
        contribution.control,
        contribution.parameters,
        path_key(contribution.path),
        contribution.covers,
        contribution.draft,
        contribution.because,
        contribution.review or "",
        contribution.provenance,
        (contribution.span is not None, contribution.span),
    )
