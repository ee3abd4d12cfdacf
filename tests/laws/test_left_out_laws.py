"""What leaving a control of the library out may do to a status, on the real code.

Configuration is not monotone (law 4 of ASSESSMENT section 6): without a failing control the word of
a requirement rises. What holds is that only what the control spoke of changes, that a claim never
comes from leaving out what was met, and that the run says what is left out.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attestgraph.model.concluded import RequirementStatus
from attestgraph.model.ids import ControlId
from attestgraph.model.records import AttestationKind, LeftOut
from attestgraph.model.words import Responsibility, Result, Word
from tests.laws.order import is_no_raise
from tests.laws.worlds import CONTROLS, worlds
from tests.rollup.world import World

law = settings(max_examples=300, deadline=None)
Pair = tuple[RequirementStatus, RequirementStatus]


def moved(made: World, name: str) -> tuple[World, list[Pair]]:
    """Return the world without what loading refuses, and each status with and without a control."""
    named = [record for record in made.attestations if name not in record.controls]
    before = replace(made, attestations=named)
    after = replace(
        before,
        controls=[control for control in made.controls if control.id != name],
        tallies=[tally for tally in made.tallies if tally.control != name],
        left_out=[LeftOut(control=ControlId(name), because="not used")],
    )
    pairs = zip(before.assess().frameworks, after.assess().frameworks, strict=True)
    return before, [
        pair for old, new in pairs for pair in zip(old.requirements, new.requirements, strict=True)
    ]


def supported(status: RequirementStatus, name: str) -> bool:
    return any(c.contribution.control == name for c in status.contributors)


@law
@given(worlds(), st.sampled_from(CONTROLS))
def test_only_what_the_control_spoke_of_changes(made: World, name: str) -> None:
    _, pairs = moved(made, name)
    touched = {
        (old.system, old.framework) for old, _ in pairs if supported(old, name)
    }  # a requirement may be made of one that the control speaks of
    for old, new in pairs:
        assert not supported(new, name)
        if (old.system, old.framework) not in touched:
            assert old.status is new.status


@law
@given(worlds(), st.sampled_from(CONTROLS))
def test_what_nothing_else_speaks_of_is_not_covered(made: World, name: str) -> None:
    _, pairs = moved(made, name)
    for old, new in pairs:
        alone = {c.contribution.control for c in old.contributors} == {name}
        if alone and not old.attestations and old.requirement != "R":
            assert new.status is Word.NOT_COVERED


@law
@given(worlds(), st.sampled_from(CONTROLS))
def test_leaving_out_what_is_met_never_raises(made: World, name: str) -> None:
    before, pairs = moved(made, name)
    (control,) = (c for c in made.controls if c.id == name)
    own = [c for old, _ in pairs for c in old.contributors if c.contribution.control == name]
    assume(control.responsibility is Responsibility.CUSTOMER)
    assume(all(c.result is Result.SATISFIED and not c.contribution.draft for c in own))
    assume(not any(r.kind is AttestationKind.NOT_APPLICABLE for r in before.attestations))
    for old, new in pairs:
        assert old.status is not None
        assert new.status is not None
        assert is_no_raise(old.status, new.status), (old, new)
