"""Small libraries, tallies and records for tests of what is concluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attestgraph.checks.parameters import ParameterSets, effective
from attestgraph.diagnostics import Reason
from attestgraph.graph import link
from attestgraph.model.authored import (
    AttestTest,
    Boundary,
    Check,
    Control,
    CrosswalkEntry,
    EvidenceRules,
    Framework,
    Link,
    Parameter,
    PolicyTest,
    Profile,
    ProfileRef,
    QueryTest,
    Requirement,
    Review,
    RowTest,
    System,
    Workspace,
)
from attestgraph.model.concluded import Assessment, CheckTally, Links, RequirementStatus
from attestgraph.model.ids import CheckId, ControlId, FrameworkId, RequirementId, SystemId
from attestgraph.model.records import (
    Attestation,
    AttestationKind,
    AttestedOutcome,
    ExceptionRecord,
    LeftOut,
    Library,
    Signature,
    Subject,
)
from attestgraph.model.words import (
    Assessable,
    Catalogue,
    ControlSeverity,
    Covers,
    FindingBasis,
    Obligation,
    Outcome,
    Provenance,
    Relationship,
    Responsibility,
    Stricter,
)
from attestgraph.rollup.assess import assess

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
SYSTEM = SystemId("ehr-prod")
FRAMEWORK = FrameworkId("fw")
PROVIDER = {
    "document": "Provider report 2026",
    "services": ["Key Vault"],
    "period": {"from": "2025-10-01", "until": "2026-09-30"},
    "reviewed_by": "vendor-risk@example.com",
    "responsibility": "provider",
}
DECISION = {
    "decision": {
        "assessment": "Assessment 2026",
        "why": "The devices cannot do it.",
        "risk_analysis": "Risk analysis 2026, row 7",
        "decided_by": "ciso@example.com",
    }
}
ALTERNATIVE = {"decision": {**DECISION["decision"], "alternative": "Guards at every door."}}
_DETAILS: Mapping[str, Mapping[str, Any]] = {
    "inheritance": PROVIDER,
    "addressable-decision": DECISION,
}
# first day of validity, last day
STATES = {
    "valid": (date(2026, 1, 1), date(2026, 11, 1)),
    "expired": (date(2026, 1, 1), date(2026, 10, 31)),
    "future": (date(2026, 11, 2), date(2027, 11, 1)),
    "invalid": (date(2026, 1, 1), date(2027, 11, 1)),
}
_TESTS: Mapping[str, Any] = {
    "row": RowTest(types=("m.kv/vaults",), where=None, condition=None, violated_when=False),
    "policy": PolicyTest(definition="/providers/m/policydefinitions/d1", types=("m.kv/vaults",)),
    "query": QueryTest(query="q.kql", types=("m.kv/vaults",)),
    "attest": AttestTest(question="q?", roles=("owner",), valid_for=timedelta(days=365)),
}
_BASES = {
    "row": FindingBasis.OBSERVED,
    "policy": FindingBasis.POLICY_STATE,
    "query": FindingBasis.OBSERVED,
    "attest": FindingBasis.ATTESTED,
}


def check(name: str, kind: str = "row", alternative: str | None = None) -> Check:
    return Check(
        id=CheckId(name),
        says=f"{name} holds.",
        test=_TESTS[kind],
        document={"check": name},
        alternative=alternative,
    )


def supports(
    requirement: str,
    covers: str = "part",
    *,
    framework: str = FRAMEWORK,
    draft: bool = False,
    part: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Link:
    return Link(
        framework=FrameworkId(framework),
        requirement=RequirementId(requirement),
        covers=Covers(covers),
        because="it helps",
        review=None if draft else Review(by="r@example.com", on=date(2026, 10, 1)),
        part=part,
        parameters=parameters or {},
        provenance=Provenance.DIRECT,
    )


def control(
    name: str,
    checks: Iterable[Check],
    links: Iterable[Link],
    *,
    responsibility: str = "customer",
    parameters: Mapping[str, Parameter] | None = None,
) -> Control:
    return Control(
        id=ControlId(name),
        says=f"{name} is so.",
        domain="keys",
        severity=ControlSeverity.HIGH,
        responsibility=Responsibility(responsibility),
        owner="platform-security",
        source="us",
        supports=tuple(links),
        parameters=parameters or {},
        checks=tuple(checks),
        remediation=None,
    )


def parameter(name: str, default: int, stricter: str) -> Parameter:
    return Parameter(name=name, type="integer", default=default, stricter=Stricter(stricter))


def framework(
    rows: Iterable[Mapping[str, Any]],
    *,
    name: str = FRAMEWORK,
    methodology: str = "nist-800-53a",
    catalogue: str = "complete",
    profiles: Mapping[str, Iterable[str]] | None = None,
    vocabulary: Mapping[str, str] | None = None,
) -> Framework:
    requirements = {}
    for order, row in enumerate(rows):
        key = RequirementId(row["id"])
        requirements[key] = Requirement(
            id=key,
            title=f"Title of {key}",
            order=order,
            family="F",
            assessable=Assessable(row.get("assessable", "true")),
            parent=row.get("parent"),
            obligation=Obligation(row["obligation"]) if "obligation" in row else None,
        )
    return Framework(
        id=FrameworkId(name),
        title=name,
        publisher="p",
        edition="1",
        catalogue=Catalogue(catalogue),
        source="s",
        licence="l",
        methodology=methodology,
        checked_on=date(2026, 10, 1),
        in_force_from=None,
        superseded_by=None,
        families={"F": "Family"},
        vocabulary=vocabulary or {},
        profiles={
            p: Profile(name=p, title=p, requirements=frozenset(map(RequirementId, chosen)))
            for p, chosen in (profiles or {}).items()
        },
        requirements=requirements,
    )


def crosswalk(source: str, relationship: str, target: str) -> CrosswalkEntry:
    """Both ends are written `framework/requirement`."""
    (sf, s), (tf, t) = source.split("/"), target.split("/")
    return CrosswalkEntry(
        source_framework=FrameworkId(sf),
        source=RequirementId(s),
        target_framework=FrameworkId(tf),
        target=RequirementId(t),
        relationship=Relationship(relationship),
        rationale="r",
        origin="o",
    )


def system(name: str = SYSTEM, frameworks: Iterable[str] = (FRAMEWORK,)) -> System:
    refs = []
    for ref in frameworks:
        of, _, profile = ref.partition("@")
        refs.append(ProfileRef(framework=FrameworkId(of), profile=profile or None))
    return System(
        id=SystemId(name),
        title=name,
        owner="o",
        boundary=Boundary() if name == "all" else Boundary(subscriptions=("s1",)),
        frameworks=tuple(refs),
    )


def record(  # noqa: PLR0913 - the members of a record
    name: str,
    kind: str,
    requirement: str = "R",
    *,
    outcome: str = "satisfied",
    state: str = "valid",
    controls: Iterable[str] = (),
    system: str | None = SYSTEM,
    details: Mapping[str, Any] | None = None,
    framework: str = FRAMEWORK,
) -> Attestation:
    first, last = STATES[state]
    return Attestation(
        id=name,
        kind=AttestationKind(kind),
        system=SystemId(system) if system else None,
        covers=(Subject(framework=FrameworkId(framework), requirement=RequirementId(requirement)),),
        statement="As the procedure says.",
        outcome=AttestedOutcome(outcome),
        signed=()
        if state == "invalid"
        else (Signature(role="owner", person="o@example.com", on=first),),
        effective_from=first,
        effective_until=None,
        valid_until=last,
        controls=tuple(map(ControlId, controls)),
        next_review=last,
        details=_DETAILS.get(kind, {}) if details is None else details,
    )


def counts(**found: int) -> dict[Outcome, int]:
    return {Outcome(word.rstrip("_").replace("_", "-")): n for word, n in found.items()}


def tally(  # noqa: PLR0913 - the members of a tally
    of: str,
    name: str,
    found: Mapping[Outcome, int],
    *,
    system: str = SYSTEM,
    parameters: str = "",
    kind: str = "row",
    none_deployed: bool = False,
    left_out: str | None = None,
    reasons: Mapping[str, int] | None = None,
    exceptions: Iterable[str] = (),
    notes: Iterable[str] = (),
    selected: int = 0,
) -> CheckTally:
    judged = (
        found.get(Outcome.PASS, 0) + found.get(Outcome.FAIL, 0) + found.get(Outcome.ACCEPTED, 0)
    )
    return CheckTally(
        system=SystemId(system),
        control=ControlId(of),
        check=CheckId(name),
        parameters=parameters,
        counts=dict(found),
        reasons={Reason(reason): n for reason, n in (reasons or {}).items()},
        bases={_BASES[kind]: judged} if judged else {},
        selected=selected or judged,
        none_deployed=none_deployed,
        left_out=Reason(left_out) if left_out else None,
        exceptions=tuple(exceptions),
        notes=tuple(notes),
    )


@dataclass(kw_only=True)
class World:
    """A library, and the tallies of its controls in the order they were given."""

    frameworks: list[Framework]
    controls: list[Control] = field(default_factory=list)
    crosswalks: list[CrosswalkEntry] = field(default_factory=list)
    attestations: list[Attestation] = field(default_factory=list)
    exceptions: list[ExceptionRecord] = field(default_factory=list)
    systems: list[System] = field(default_factory=lambda: [system()])
    tallies: list[CheckTally] = field(default_factory=list)
    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    at: datetime = AT

    @property
    def library(self) -> Library:
        workspace = Workspace(
            path="attestgraph.yaml",
            organisation="Contoso",
            classification=None,
            systems=tuple(self.systems),
            evidence=EvidenceRules(sources=frozenset({"resources"}), max_age={}),
            parameters={ControlId(c): dict(v) for c, v in self.values.items()},
        )
        return Library(
            frameworks={f.id: f for f in self.frameworks},
            controls={c.id: c for c in self.controls},
            crosswalks=tuple(self.crosswalks),
            definitions={},
            workspace=workspace,
            attestations=tuple(self.attestations),
            exceptions=tuple(self.exceptions),
            exclusions=(),
            files=(),
            library_sha256="0" * 64,
            left_out=tuple(self.left_out),
        )

    @property
    def sets(self) -> dict[ControlId, ParameterSets]:
        library = self.library
        return {c.id: effective(c, library.workspace) for c in self.controls}

    @property
    def links(self) -> Links:
        sets = self.sets
        return link(self.library, lambda c, one: sets[c.id].for_link(one).digest)

    def base_digest(self, name: str) -> str:
        return self.sets[ControlId(name)].base.digest

    def assess(self) -> Assessment:
        sets = self.sets
        known = []
        for one in self.tallies:
            digest = one.parameters or sets[one.control].base.digest
            known.append(_with_digest(one, digest))
        return assess(self.library, self.links, known, sets, self.at)

    def status(
        self, requirement: str = "R", *, of: str = FRAMEWORK, system: str = SYSTEM
    ) -> RequirementStatus:
        return status_in(self.assess(), requirement, of=of, system=system)


def status_in(
    assessment: Assessment, requirement: str = "R", *, of: str = FRAMEWORK, system: str = SYSTEM
) -> RequirementStatus:
    found = [
        status
        for framework_status in assessment.frameworks
        for status in framework_status.requirements
        if (status.system, status.framework, status.requirement) == (system, of, requirement)
    ]
    assert len(found) == 1
    return found[0]


def _with_digest(one: CheckTally, digest: str) -> CheckTally:
    from dataclasses import replace

    return replace(one, parameters=digest)
