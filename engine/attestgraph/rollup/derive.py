"""From what speaks for and against a requirement to its word (ASSESSMENT section 5).

Pure and total: the word is derived from outcome, extent and basis, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from attestgraph.model.ids import ControlId
from attestgraph.model.words import REQUIREMENT_RANK, Basis, Extent, RequirementOutcome, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that speaks for or against a requirement.

    Attributes:
        outcome: None where it has nothing to say: nothing is deployed, or it is not applicable.
        extent: How much of the requirement it is about.
        because: What it comes to, in a few words, for the requirement's reason.
        best: The outcome if everything that is not evaluated were met.
        control: The control, where it is one; only controls carry a remainder.
    """

    outcome: RequirementOutcome | None
    extent: Extent
    basis: frozenset[Basis]
    because: str
    best: RequirementOutcome | None
    control: ControlId | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """A standing statement that the rest of a requirement is met by a procedure.

    Attributes:
        controls: The controls beside which it is so; empty: all that are linked.
    """

    id: str
    controls: frozenset[ControlId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Everything that is to be weighed for one requirement in one system.

    Attributes:
        parts: Contributors: controls, attestations, inheritance, and what the requirement is made
            of.
        waiting: What would speak if its record stood; heard only where no part says anything.
        remainders: Those that stand.
        not_applicable: A standing record declares it not applicable.
        declared: A record declares it so, standing or lapsed: contrary parts contest it.
        whole: Every requirement that it is made of is met in full; false caps the extent.
    """

    parts: tuple[Part, ...]
    waiting: tuple[Part, ...] = ()
    remainders: tuple[Remainder, ...] = ()
    not_applicable: bool = False
    declared: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Outcome, extent and basis of a requirement, and the word that follows.

    Attributes:
        deciding: The parts whose outcome is the requirement's.
        remainder: The remainder that carries the extent, or None.
        contested: It is declared not applicable, and something says otherwise.
    """

    word: Word
    outcome: RequirementOutcome | None
    extent: Extent | None
    basis: frozenset[Basis]
    deciding: tuple[Part, ...] = ()
    remainder: str | None = None
    contested: bool = False


def conclude(heard: Heard) -> Conclusion:
    """Return what a requirement comes to."""
    speaking = tuple(part for part in heard.parts if part.outcome is not None)
    if not speaking and heard.not_applicable:
        return Conclusion(
            word=Word.NOT_APPLICABLE,
            outcome=None,
            extent=None,
            basis=frozenset({Basis.ATTESTED}),
        )
    if not speaking and not heard.waiting:
        return _silent(linked=bool(heard.parts))
    contested = heard.declared and bool(speaking)
    return _spoken(heard, speaking or heard.waiting, contested=contested)


def best_case(heard: Heard) -> Heard:
    """Return the same as if everything that is not evaluated were met.

    A declaration that is contested, or has lapsed, is taken to be withdrawn.
    """
    return replace(
        heard,
        parts=tuple(replace(part, outcome=part.best) for part in heard.parts),
        waiting=tuple(replace(part, outcome=part.best) for part in heard.waiting),
        declared=False,
    )


def with_children(heard: Heard, children: Iterable[tuple[str, Conclusion]]) -> Heard:
    """Return what is heard of a requirement that is made of others, named and concluded before.

    It is met in full only if each of them is; what is not covered among them caps the extent, and
    what does not apply is left aside.
    """
    concluded = list(children)
    if not concluded:
        return heard
    whole = all(_is_whole(child) for _, child in concluded)
    extent = Extent.FULL if whole else Extent.PART
    parts = tuple(
        Part(
            outcome=child.outcome,
            extent=extent,
            basis=child.basis,
            because=f"{name} {child.word}",
            best=child.outcome,
        )
        for name, child in concluded
        if child.word is not Word.NOT_COVERED
    )
    return replace(heard, parts=(*heard.parts, *parts), whole=whole)


def worst_outcome(outcomes: Iterable[RequirementOutcome]) -> RequirementOutcome:
    """Return the worst of several outcomes; the worst of nothing is not-evaluated."""
    return max(outcomes, key=REQUIREMENT_RANK.__getitem__, default=RequirementOutcome.NOT_EVALUATED)


def word_of(outcome: RequirementOutcome, extent: Extent, basis: frozenset[Basis]) -> Word:
    """Return the word for an outcome, an extent and a basis."""
    match outcome:
        case RequirementOutcome.NOT_SATISFIED:
            return Word.NOT_SATISFIED
        case RequirementOutcome.NOT_EVALUATED:
            return Word.NOT_EVALUATED
        case RequirementOutcome.RISK_ACCEPTED:
            return Word.RISK_ACCEPTED
        case RequirementOutcome.MET:
            return _met(extent, basis)
        case _:  # pragma: no cover
            assert_never(outcome)


def _met(extent: Extent, basis: frozenset[Basis]) -> Word:
    if extent is Extent.PART:
        return Word.PARTIALLY_SATISFIED
    return Word.INHERITED if basis == {Basis.INHERITED} else Word.SATISFIED


def _silent(*, linked: bool) -> Conclusion:
    """Return the conclusion where nothing says anything."""
    if not linked:
        return Conclusion(word=Word.NOT_COVERED, outcome=None, extent=None, basis=frozenset())
    return Conclusion(
        word=Word.NOT_EVALUATED,
        outcome=RequirementOutcome.NOT_EVALUATED,
        extent=None,
        basis=frozenset(),
    )


def _spoken(heard: Heard, speaking: tuple[Part, ...], *, contested: bool) -> Conclusion:
    said = [part.outcome for part in speaking if part.outcome is not None]
    # a declaration never hides a failing row: the worse of the two holds
    outcome = worst_outcome([*said, RequirementOutcome.NOT_EVALUATED] if contested else said)
    remainder = _carrying(heard, speaking)
    full = remainder is not None or any(
        _is_good(part) and part.extent is Extent.FULL for part in speaking
    )
    extent = Extent.FULL if full and heard.whole else Extent.PART
    basis = frozenset[Basis]().union(*(part.basis for part in speaking))
    if remainder is not None:
        basis |= {Basis.ATTESTED}
    return Conclusion(
        word=word_of(outcome, extent, basis),
        outcome=outcome,
        extent=extent,
        basis=basis,
        deciding=tuple(part for part in speaking if part.outcome is outcome),
        remainder=remainder,
        contested=contested,
    )


def _is_whole(child: Conclusion) -> bool:
    met = child.outcome in (RequirementOutcome.MET, RequirementOutcome.RISK_ACCEPTED)
    return child.word is Word.NOT_APPLICABLE or (met and child.extent is Extent.FULL)


def _is_good(part: Part) -> bool:
    return part.outcome in (RequirementOutcome.MET, RequirementOutcome.RISK_ACCEPTED)


def _carrying(heard: Heard, speaking: tuple[Part, ...]) -> str | None:
    """Return the remainder that stands beside the controls it names, or None.

    All that it names must be met or accepted over a link that was reviewed. One that names none
    speaks of all that are linked, so that one draft among them leaves open what the rest is.
    """
    good = {p.control for p in speaking if p.control is not None and _is_good(p) and not p.draft}
    drafts = {p.control for p in heard.parts if p.draft}
    for remainder in heard.remainders:
        if remainder.controls and remainder.controls <= good:
            return remainder.id
        if not remainder.controls and good and not drafts:
            return remainder.id
    return None
