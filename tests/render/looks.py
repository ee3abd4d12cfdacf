"""A first look made by hand: every standing, kind of way and list, with any words in them."""

from __future__ import annotations

from attestgraph.checks.way_commands import steps_of
from attestgraph.checks.ways import Way, WayKind
from attestgraph.render.first_look_model import (
    ControlCounts,
    ControlLook,
    FailedCheck,
    FailingResource,
    FirstLook,
    FrameworkLook,
    RequirementCounts,
    RequirementLook,
    Rows,
    Standing,
    TableLook,
    WayLook,
)

ROWS = {
    Standing.FAILING: Rows(fail=12, passing=11, unknown=1, not_applicable=2),
    Standing.UNKNOWN: Rows(unknown=3, not_applicable=1),
    Standing.SEEN_PASSING: Rows(passing=5),
    Standing.MET: Rows(passing=4),
    Standing.NONE_DEPLOYED: Rows(not_applicable=2),
}
KINDS = (
    Way(kind=WayKind.SCOPE),
    Way(kind=WayKind.PROVE, table="resources"),
    Way(kind=WayKind.EXPORT, table="securityresources", types=("microsoft.security/pricings",)),
    Way(kind=WayKind.STATES, table="policystates"),
    Way(kind=WayKind.LIST, name="microsoft.keyvault.data/vaults/keys"),
    Way(
        kind=WayKind.READ,
        table="armresources",
        name="microsoft.insights/diagnosticsettings",
        parents=("microsoft.keyvault/vaults", "microsoft.storage/storageaccounts"),
    ),
    Way(kind=WayKind.SCAN, table="codescans"),
    Way(kind=WayKind.ASSIGN, name="0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"),
    Way(kind=WayKind.DECLARE, tables=("resources", "armresources")),
    Way(kind=WayKind.LOOK, name="empty-table"),
    Way(kind=WayKind.NONE, name="entraobjects"),
)


def _ways(odd: str) -> tuple[WayLook, ...]:
    asked = Way(kind=WayKind.SIGN, name=f"owner {odd}", questions=(f"Is it {odd}?", "So?"))
    return tuple(
        WayLook(
            anchor=f"way-{number}",
            kind=str(way.kind),
            steps=steps_of(way),
            again="" if number % 2 else f"attestgraph first-look {odd} --scope /subscriptions/<id>",
            questions=way.questions,
            controls=number,
            alone=number // 2,
            requirements=2 * number,
            by_people=number > 8,
        )
        for number, way in enumerate((*KINDS, asked), start=1)
    )


def _control(standing: Standing, number: int, odd: str) -> ControlLook:
    rows = ROWS[standing]
    failing = tuple(
        FailingResource(
            id=f"/subscriptions/s/resourceGroups/g/providers/Microsoft.X/y/{odd}{n}",
            name=f"{odd}{n}",
            type="microsoft.x/y",
            checks=(
                FailedCheck(
                    says=f"It is so {odd}.", path=f"properties.{odd}", wanted=odd, actual=odd
                ),
                FailedCheck(says="It is there.", path=None, wanted=None, actual=None),
            ),
        )
        for n in range(min(rows.fail, 5))
    )
    return ControlLook(
        control=f"{standing}-{number}",
        digest="d0",
        anchor=f"control-{standing}-{number}",
        says=f"It holds {odd}.",
        domain="keys",
        severity="high",
        standing=standing,
        status="not-evaluated",
        rows=rows,
        missing=((("way-1", "way-2"), ("way-3",)), (("way-12",),)),
        questions=(),
        failing=failing,
        failing_total=rows.fail,
        remediation=f"az mend --it {odd}" if number else None,
        parameters=(("days", "90"),),
    )


def made(odd: str = "plain", *, each: int = 2) -> FirstLook:
    """A first look with `each` controls of every standing; `odd` stands wherever others write."""
    controls = tuple(_control(s, n, odd) for s in Standing for n in range(each))
    counts = ControlCounts(
        failing=each, unknown=each, seen_passing=each, met=each, none_deployed=each
    )
    anchors = tuple(control.anchor for control in controls)
    words = ("failing", "unknown", "seen-passing", "partially-satisfied")
    requirements = tuple(
        RequirementLook(
            requirement=f"SC-{n}",
            anchor=f"requirement-sc-{n}",
            title=f"Title {odd}",
            status="not-evaluated",
            standing=word,
            controls=anchors if n else (),
        )
        for n, word in enumerate(words)
    )
    framework = FrameworkLook(
        ref="nist-800-53-r5@moderate",
        framework="nist-800-53-r5",
        profile="moderate",
        title=f"NIST {odd}",
        edition="5.2.0",
        catalogue="subset",
        page="nist-800-53-r5-moderate.html",
        note="It gives no authorization.",
        counts=RequirementCounts(
            failing=1,
            unknown=1,
            seen_passing=1,
            not_covered=1_000,
            claimed={"partially-satisfied": 1},
            of=1_004,
        ),
        control_counts=counts,
        next=_ways(odd),
        requirements=requirements,
        controls=controls,
        requirements_of=dict.fromkeys(anchors, requirements[1:]),
    )
    return FirstLook(
        run="run",
        tool="attestgraph 0",
        evaluated_at="2026-11-01T06:00:00Z",
        files=(f"{odd}.json",),
        scopes=(),
        resources=1_234,
        policy_states=0,
        tables=(TableLook(name="resources", rows=1_234, complete="unknown", why=f"why {odd}"),),
        completeness=("1,234 rows of resources were read.", f"Whether: {odd}."),
        prove=f"attestgraph first-look {odd}.json --scope /subscriptions/<id>",
        findings={"pass": 3, "fail": 4},
        control_counts=counts,
        controls=controls,
        next=_ways(odd),
        frameworks=(framework,),
    )
