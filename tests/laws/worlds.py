"""Strategies for whole small worlds: catalogues, controls, crosswalks, findings and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from attestgraph.model.authored import Control
from attestgraph.model.concluded import CheckTally
from attestgraph.model.ids import CheckId
from attestgraph.model.records import Attestation, AttestationKind
from attestgraph.model.words import Obligation, Outcome, Relationship
from tests.rollup import world
from tests.rollup.world import World

ROWS = ("R", "R-A", "R-B", "Q")
CONTROLS = ("a", "b", "c")
_OUTCOMES = (
    Outcome.FAIL,
    Outcome.NOT_EVALUATED,
    Outcome.ERROR,
    Outcome.ACCEPTED,
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
)
_links = st.builds(
    world.supports,
    st.sampled_from([*ROWS, "S"]),
    st.sampled_from(["full", "part"]),
    framework=st.sampled_from(["fw", "fw", "other"]),
    draft=st.booleans(),
)
_checks = st.sampled_from(
    [
        (world.check("one"),),
        (world.check("one"), world.check("two", "attest")),
        (world.check("one", "row", "g"), world.check("two", "policy", "g")),
        (world.check("one"), world.check("two", "policy", "g")),
        (),
    ]
)
# passes are likely, so that claims are made which a move could then raise or change
_found = st.one_of(
    st.just({Outcome.PASS: 2}),
    st.just({Outcome.PASS: 1, Outcome.ACCEPTED: 1}),
    st.dictionaries(st.sampled_from(_OUTCOMES), st.integers(0, 2), max_size=3),
)
_crosswalks = st.builds(
    world.crosswalk,
    st.sampled_from(["other/S", "other/R"]),
    st.sampled_from([str(r) for r in Relationship]),
    st.sampled_from([f"fw/{row}" for row in ROWS]),
)
_obligations = st.sampled_from([str(obligation) for obligation in Obligation])
_kinds = st.sampled_from([str(kind) for kind in AttestationKind])
_states = st.sampled_from(["valid", "valid", "valid", "expired", "future", "invalid"])


@st.composite
def _records(draw: st.DrawFn) -> list[Attestation]:
    count = draw(st.integers(0, 4))
    return [
        world.record(
            f"n-{number}",
            draw(_kinds),
            draw(st.sampled_from(ROWS)),
            outcome=draw(st.sampled_from(["satisfied", "satisfied", "not-satisfied"])),
            state=draw(_states),
            controls=draw(st.lists(st.sampled_from(CONTROLS), max_size=2, unique=True)),
            system=draw(st.sampled_from(["ehr-prod", "ehr-prod", "lab", None])),
            details=draw(
                st.sampled_from(
                    [None, {**world.PROVIDER, "responsibility": "shared"}, {}, world.ALTERNATIVE]
                )
            ),
        )
        for number in range(count)
    ]


@st.composite
def _tally(draw: st.DrawFn, control: Control, check: CheckId, system: str) -> CheckTally:
    found = draw(_found)
    empty = not any(n for outcome, n in found.items() if outcome is not Outcome.NOT_APPLICABLE)
    return world.tally(
        control.id,
        check,
        found,
        system=system,
        none_deployed=empty and draw(st.booleans()),
        left_out="not-assigned" if not found and draw(st.booleans()) else None,
        exceptions=["x-1"] if found.get(Outcome.ACCEPTED) else [],
        notes=["noted"] if draw(st.booleans()) else [],
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world of one catalogue that is looked at, another beside it, and two systems."""
    controls = [
        world.control(
            name,
            draw(_checks),
            draw(st.lists(_links, max_size=3)),
            responsibility=draw(st.sampled_from(["customer", "customer", "shared", "provider"])),
        )
        for name in CONTROLS
    ]
    systems = [world.system(frameworks=("fw",)), world.system("lab", frameworks=("fw", "other"))]
    return World(
        frameworks=[
            world.framework(
                [
                    {"id": "R"},
                    {"id": "R-A", "parent": "R", "obligation": "addressable"},
                    {"id": "R-B", "parent": "R", "obligation": draw(_obligations)},
                    {"id": "Q", "obligation": draw(_obligations)},
                ],
                methodology=draw(st.sampled_from(["hipaa", "nist-800-53a"])),
            ),
            world.framework([{"id": "R"}, {"id": "S"}], name="other"),
        ],
        controls=controls,
        crosswalks=draw(st.lists(_crosswalks, max_size=3)),
        attestations=draw(_records()),
        systems=systems,
        tallies=[
            draw(_tally(control, check.id, system.id))
            for system in systems
            for control in controls
            for check in control.checks
            if draw(st.integers(0, 9))
        ],
    )


def with_tally(made: World, number: int, counts: Mapping[Outcome, int], **changes: object) -> World:
    """Return the world with the findings of one check changed."""
    tallies = list(made.tallies)
    changed = replace(tallies[number], counts=dict(counts), **changes)  # type: ignore[arg-type]
    tallies[number] = changed
    return replace(made, tallies=tallies)
