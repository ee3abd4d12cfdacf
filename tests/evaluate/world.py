"""Small tenants: controls written in place, rows through the real writer, one evaluation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from attestgraph.checks import Plan, plan
from attestgraph.conditions import Aliases, Condition, parse_condition
from attestgraph.diagnostics import Reason
from attestgraph.evaluate import Evaluated, run
from attestgraph.evidence import SnapshotClaim, TableClaim, connect, open_snapshot, write_tables
from attestgraph.model.authored import (
    AttestTest,
    Boundary,
    Check,
    Control,
    EvidenceRules,
    Link,
    Parameter,
    ParameterBound,
    ParameterValue,
    PolicyTest,
    QueryTest,
    Related,
    RowTest,
    System,
    Test,
    Workspace,
)
from attestgraph.model.concluded import CheckTally
from attestgraph.model.ids import CheckId, ControlId, SystemId
from attestgraph.model.records import (
    Attestation,
    ExceptionRecord,
    Exclusion,
    Library,
)
from attestgraph.model.snapshot import Gap, SnapshotOrigin, TableSource
from attestgraph.model.words import Completeness, ControlSeverity, Responsibility, Within

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
SEEN = AT - timedelta(hours=2)
ALIASES = Aliases.from_mapping({})
VAULT = "microsoft.keyvault/vaults"
SITE = "microsoft.web/sites"
ACCOUNT = "microsoft.storage/storageaccounts"
SETTINGS = "microsoft.insights/diagnosticsettings"
DEFINITION = "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
SUB = {n: f"00000000-0000-0000-0000-00000000000{n}" for n in range(1, 10)}
ON = {"field": "properties.on", "equals": True}


def condition(document: Mapping[str, Any] | None, *parameters: str) -> Condition | None:
    if document is None:
        return None
    return parse_condition(document, aliases=ALIASES, parameters=parameters)


def rows_test(
    document: Mapping[str, Any] | None = ON,
    *,
    types: Sequence[str] = (VAULT,),
    where: Mapping[str, Any] | None = None,
    related: Sequence[Related] = (),
    violated: bool = False,
    parameters: Sequence[str] = (),
) -> RowTest:
    return RowTest(
        types=tuple(types),
        where=condition(where, *parameters),
        condition=condition(document, *parameters),
        violated_when=violated,
        related=tuple(related),
    )


def policy_test(
    *,
    requires: Sequence[ParameterBound] = (),
    max_state_age: timedelta | None = None,
    where: Mapping[str, Any] | None = None,
    definition: str = DEFINITION,
    types: Sequence[str] = (VAULT,),
    parameters: Sequence[str] = (),
) -> PolicyTest:
    return PolicyTest(
        definition=definition,
        types=tuple(types),
        where=condition(where, *parameters),
        requires=tuple(requires),
        max_state_age=max_state_age,
    )


def attest_test(*roles: str) -> AttestTest:
    return AttestTest(question="is it so?", roles=roles, valid_for=timedelta(days=365))


def query_test() -> QueryTest:
    return QueryTest(query="resources", types=(VAULT,))


def related(
    *,
    type: str = SETTINGS,  # noqa: A002 the word of the model
    within: Within = Within.SELF,
    where: Mapping[str, Any] | None = None,
    at_least: int = 1,
    name: str | None = None,
) -> Related:
    return Related(type=type, within=within, name=name, where=condition(where), at_least=at_least)


def check(test: Test, name: str = "on", *, alternative: str | None = None) -> Check:
    return Check(
        id=CheckId(name),
        says="it is on",
        test=test,
        document={"check": name},
        alternative=alternative,
    )


def control(
    *checks: Check,
    name: str = "c1",
    parameters: Sequence[Parameter] = (),
    supports: Sequence[Link] = (),
) -> Control:
    return Control(
        id=ControlId(name),
        says="it is on",
        domain="keys",
        severity=ControlSeverity.HIGH,
        responsibility=Responsibility.CUSTOMER,
        owner="team",
        source="us",
        supports=tuple(supports),
        parameters={p.name: p for p in parameters},
        checks=checks,
        remediation=None,
    )


def system(name: str = "s", **boundary: Any) -> System:
    return System(
        id=SystemId(name), title=name, owner="team", boundary=Boundary(**boundary), frameworks=()
    )


def resource(
    name: str,
    *,
    type: str = VAULT,  # noqa: A002 the word of the rows
    sub: int = 1,
    group: str = "rg",
    seen: datetime = SEEN,
    parent: str | None = None,
    **members: Any,
) -> dict[str, Any]:
    base = parent or f"/subscriptions/{SUB[sub]}/resourceGroups/{group}"
    return {
        "id": f"{base}/providers/{type}/{name}",
        "type": type,
        "name": name,
        "source": "arg",
        "observed_at": seen,
        **members,
    }


def key(name: str, *, type: str = VAULT, sub: int = 1, group: str = "rg") -> str:  # noqa: A002
    return f"/subscriptions/{SUB[sub]}/resourcegroups/{group}/providers/{type}/{name}"


def subscription(n: int, *groups: str, seen: datetime = SEEN) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{SUB[n]}",
        "type": "microsoft.resources/subscriptions",
        "name": SUB[n],
        "source": "arg",
        "observed_at": seen,
        "properties": {"managementGroupAncestorsChain": [{"name": g} for g in groups]},
    }


def state(
    name: str,
    word: str = "compliant",
    *,
    assignment: str = "a1",
    sub: int = 1,
    evaluated_at: datetime | None = SEEN,
    definition: str = DEFINITION,
    **members: Any,
) -> dict[str, Any]:
    resource_key = name if name.startswith("/") else key(name, sub=sub)
    return {
        "resource_key": resource_key,
        "resource_id": resource_key,
        "resource_type": VAULT,
        "subscription_id": SUB[sub],
        "definition_key": f"/providers/microsoft.authorization/policydefinitions/{definition}",
        "definition_name": definition,
        "assignment_key": f"/subscriptions/{SUB[sub]}/policyassignments/{assignment}",
        "state": word,
        "effect": "audit",
        "evaluated_at": evaluated_at,
        **members,
    }


@dataclass
class Claim:
    """What a table says of itself."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    complete: Completeness = Completeness.TRUE
    gaps: tuple[Gap, ...] = ()
    scopes: tuple[str, ...] = ("/",)
    at: datetime = SEEN
    projection: Mapping[str, tuple[str, ...]] | None = None
    types: tuple[str, ...] | None = None
    includes_compliant: bool | None = None

    def claim(self, name: str) -> TableClaim:
        return TableClaim(
            name=name,
            sources=(
                TableSource(
                    kind="arg",
                    query="",
                    query_sha256="",
                    scopes=self.scopes,
                    started_at=self.at,
                    ended_at=self.at,
                    pages=1,
                ),
            ),
            complete=self.complete,
            projection=self.projection,
            types=self.types,
            includes_compliant=self.includes_compliant,
            incomplete=self.gaps,
        )


@dataclass
class World:
    """Everything that an evaluation reads; change what a test is about."""

    controls: Sequence[Control]
    tables: dict[str, Claim]
    systems: Sequence[System] = (system(),)
    sources: Iterable[str] = ("resources", "resourcecontainers", "policystates")
    max_age: dict[str, timedelta] = field(default_factory=dict)
    exceptions: Sequence[ExceptionRecord] = ()
    exclusions: Sequence[Exclusion] = ()
    attestations: Sequence[Attestation] = ()
    parameters: dict[ControlId, dict[str, ParameterValue]] = field(default_factory=dict)
    scopes: tuple[str, ...] = ("/",)
    at: datetime = AT

    def library(self) -> Library:
        return Library(
            frameworks={},
            controls={c.id: c for c in self.controls},
            crosswalks=(),
            definitions={},
            workspace=Workspace(
                path="attestgraph.yaml",
                organisation="Contoso",
                classification=None,
                systems=tuple(self.systems),
                evidence=EvidenceRules(
                    sources=frozenset(self.sources),
                    max_age={
                        "default": timedelta(hours=24),
                        "policystates": timedelta(hours=48),
                        **self.max_age,
                    },
                ),
                parameters=self.parameters,
            ),
            attestations=tuple(self.attestations),
            exceptions=tuple(self.exceptions),
            exclusions=tuple(self.exclusions),
            files=(),
            library_sha256="",
        )

    def evaluate(self, *, threads: int | None = 1) -> Answer:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_tables(
                folder / "snapshot",
                [(claim.claim(name), claim.rows) for name, claim in self.tables.items()],
                SnapshotClaim(
                    created_at=AT,
                    tool="test",
                    origin=SnapshotOrigin.COLLECTED,
                    scopes=self.scopes,
                ),
            )
            out = folder / "run"
            out.mkdir()
            library = self.library()
            compiled = plan(library, ALIASES, self.at)
            evaluated = run(
                compiled,
                library,
                open_snapshot(folder / "snapshot"),
                at=self.at,
                folder=out,
                threads=threads,
            )
            return Answer(
                evaluated=evaluated,
                plan=compiled,
                findings=_read(out, "findings.parquet"),
                verdicts=_read(out, "verdicts.parquet"),
                bytes=(out / "findings.parquet").read_bytes()
                + (out / "verdicts.parquet").read_bytes(),
                left=sorted(path.name for path in out.iterdir()),
            )


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    connection = connect(folder=folder)
    cursor = connection.execute("SELECT * FROM read_parquet(?)", [str(folder / name)])
    columns = [c[0] for c in cursor.description]
    rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    connection.close()
    return rows


@dataclass
class Answer:
    """What came out."""

    evaluated: Evaluated
    plan: Plan
    findings: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]
    bytes: bytes
    left: list[str]

    def of(self, name: str, **where: str) -> dict[str, Any]:
        """Return the one finding about a resource, by its name."""
        found = [
            f
            for f in self.findings
            if f["resource_key"].endswith("/" + name) and all(f[k] == v for k, v in where.items())
        ]
        assert len(found) == 1, found
        return found[0]

    def says(self, name: str, **where: str) -> tuple[str, str | None]:
        found = self.of(name, **where)
        return found["outcome"], found["reason"]

    def tally(self, *, system: str = "s", check: str = "on", control: str = "c1") -> CheckTally:
        found = [
            t
            for t in self.evaluated.tallies
            if (t.system, t.check, t.control) == (system, check, control)
        ]
        assert len(found) == 1, found
        return found[0]

    def counts(self, **which: str) -> dict[str, int]:
        return {str(k): v for k, v in self.tally(**which).counts.items()}

    def reasons(self, **which: str) -> dict[str, int]:
        return {str(k): v for k, v in self.tally(**which).reasons.items()}

    @property
    def slugs(self) -> list[str]:
        return [w.slug for w in self.evaluated.warnings]


def gap(
    reason: Reason, scope: str = "/", types: tuple[str, ...] = (), detail: str = "forbidden"
) -> Gap:
    return Gap(reason=reason, scope=scope, types=types, detail=detail)


def world(
    *rows: dict[str, Any],
    test: Test | None = None,
    states: Sequence[dict[str, Any]] | None = None,
    **changes: Any,
) -> World:
    """Return a world of one control with one check over complete tables."""
    tables = {"resources": Claim(rows=list(rows))}
    if states is not None:
        tables["policystates"] = Claim(rows=list(states), includes_compliant=True)
    made = World(controls=(control(check(test or rows_test())),), tables=tables)
    return replace(made, **changes)


def day(text: str) -> date:
    return date.fromisoformat(text)
