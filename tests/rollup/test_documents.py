"""controls.json, requirements.json, run.json and status: their forms and their numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from attestgraph.checks.plan import CheckInstance, EvidenceNeed, Plan
from attestgraph.diagnostics import Diagnostic, Reason, Severity, Span
from attestgraph.evaluate import Evaluated
from attestgraph.model.authored import Boundary, DefinitionFacts
from attestgraph.model.ids import CheckId, ControlId
from attestgraph.model.records import (
    ExceptionKind,
    ExceptionRecord,
    Exclusion,
    LeftOut,
    Library,
    Scope,
    ScopeKind,
    Subject,
)
from attestgraph.model.snapshot import (
    Gap,
    SnapshotManifest,
    SnapshotOrigin,
    TableManifest,
    TableSource,
)
from attestgraph.model.words import Completeness, Origin
from attestgraph.rollup.documents import controls_json, requirements_json
from attestgraph.rollup.register import exclusion_json, records_json
from attestgraph.rollup.run_document import run_json
from attestgraph.rollup.status_document import status_json, status_table
from tests.rollup import world
from tests.rollup.world import AT, World, check, control, counts, framework, record, supports, tally

SPAN = Span(path="controls/a.yaml", line=3, column=1, end_line=9, end_column=2)
NINE = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def make() -> World:
    made = World(
        frameworks=[
            framework([{"id": "R"}, {"id": "Q"}, {"id": "S", "assessable": "false"}]),
            framework([{"id": "T"}, {"id": "U"}], name="other", catalogue="subset"),
        ],
        controls=[
            control(
                "a",
                [
                    check("row", "row", "g"),
                    check("policy", "policy", "g"),
                    check("ask", "attest"),
                ],
                [
                    supports("R", "full"),
                    supports("T", "part", framework="other", draft=True),
                ],
                parameters={"days": world.parameter("days", 30, "higher")},
            ),
            control("b", [check("one")], [supports("Q", "full")]),
        ],
        crosswalks=[
            world.crosswalk("fw/R", "superset-of", "other/T"),
            world.crosswalk("fw/Q", "superset-of", "other/U"),
            world.crosswalk("other/T", "related", "fw/Q"),
        ],
        systems=[world.system(frameworks=("other", "fw"))],
        attestations=[
            record("t", "remainder", controls=["a"]),
            record("e", "requirement", "Q", state="expired"),
        ],
        exceptions=[exception("x-1")],
        values={"a": {"days": 20}},
        tallies=[
            tally("a", "row", counts(pass_=2, accepted=1), exceptions=["x-1"]),
            tally("a", "policy", {}, left_out="not-assigned"),
            tally("a", "ask", counts(pass_=1), kind="attest"),
            tally("b", "one", counts(pass_=1, not_evaluated=1), reasons={"stale": 1}),
        ],
    )
    made.controls[0] = replace(made.controls[0], span=SPAN)
    return made


def exception(name: str, **changes: Any) -> ExceptionRecord:
    made = ExceptionRecord(
        id=name,
        kind=ExceptionKind.WAIVER,
        subject=Subject(control=ControlId("a")),
        scope=Scope(
            kind=ScopeKind.SUBSCRIPTION,
            key="/subscriptions/s1",
            type="m.kv/vaults",
            tag=("env", "x"),
        ),
        reason="r",
        risk="k",
        requested_by="a@example.com",
        approved_by="b@example.com",
        approved_on=date(2026, 10, 1),
        expires_on=date(2026, 11, 1),
    )
    return replace(made, **changes)


def library_of(made: World) -> Library:
    facts = DefinitionFacts(
        name="d1", title="Vaults are so", category="KV", mode="Indexed", effect="audit", types=()
    )
    exclusion = Exclusion(
        scope=Scope(kind=ScopeKind.RESOURCE_GROUP, key="/subscriptions/s1/resourcegroups/g"),
        reason="sandbox",
        approved_by="b@example.com",
        until=date(2026, 10, 31),
    )
    return replace(made.library, definitions={"d1": facts}, exclusions=(exclusion,))


def fits(document: Any, schema: str) -> None:
    text = (files("attestgraph") / "schemas" / f"{schema}.schema.json").read_text("utf-8")
    jsonschema.validate(json.loads(json.dumps(document)), json.loads(text))


def written() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    made = make()
    assessment = made.assess()
    library = library_of(made)
    return controls_json(assessment, library, made.sets), requirements_json(assessment, library)


def test_controls_are_written_in_the_published_form() -> None:
    controls, _ = written()
    fits(controls, "controls")
    first = controls[0]
    assert [c["control"] for c in controls] == ["a", "b"]
    assert first["status"] == "accepted"
    assert first["accepted"] is True
    assert first["exceptions"] == ["x-1"]
    assert first["counts"] == {
        "pass": 3,
        "fail": 0,
        "accepted": 1,
        "not_applicable": 0,
        "not_evaluated": 0,
        "error": 0,
        "none_deployed": 0,
    }
    assert first["bases"] == ["attested", "automated"]
    assert first["span"]["line"] == 3
    assert first["parameters"]["values"] == [
        {"name": "days", "value": 20, "set_by": "workspace", "looser": True}
    ]
    ask, policy, row = first["checks"]
    assert (ask["kind"], policy["kind"], row["kind"]) == ("attest", "policy", "row")
    assert policy["left_out"] == "not-assigned"
    assert policy["definition"] == {"name": "d1", "title": "Vaults are so"}
    assert row["definition"] is None
    assert row["bases"] == {"observed": 3}
    assert controls[1]["span"] is None
    assert controls[1]["reasons"] == {"stale": 1}


def test_a_definition_without_known_facts_keeps_its_name() -> None:
    made = make()
    controls = controls_json(made.assess(), made.library, made.sets)
    assert controls[0]["checks"][1]["definition"] == {"name": "d1", "title": None}


def test_requirements_are_written_in_the_published_form() -> None:
    _, requirements = written()
    fits(requirements, "requirements")
    assert [(r["framework"], r["requirement"]) for r in requirements] == [
        ("fw", "R"),
        ("fw", "Q"),
        ("fw", "S"),
        ("other", "T"),
        ("other", "U"),
    ]
    r, q, s, t, u = requirements
    assert (r["status"], r["extent"], r["remainder"]) == ("risk-accepted", "full", "t")
    assert r["basis"] == ["attested", "automated"]
    assert r["controls"][0]["review"] == "r@example.com, 2026-10-01"
    assert r["controls"][0]["status"] == "accepted"
    assert r["attestations"] == [{"id": "t", "standing": None}]
    assert (q["status"], q["at_most"]) == ("not-evaluated", "satisfied")
    assert q["attestations"] == [{"id": "e", "standing": "attestation-expired"}]
    assert [s["control"] for s in q["suggested"]] == ["a"]
    assert q["suggested"][0]["path"][0]["relationship"] == "related"
    assert (s["assessable"], s["status"], s["outcome"], s["at_most"]) == (False, None, None, None)
    assert [
        (c["control"], c["review"], len(c["path"])) for c in (*t["controls"], *u["controls"])
    ] == [
        ("a", "draft", 0),
        ("b", "r@example.com, 2026-10-01", 1),
    ]


@pytest.mark.parametrize(
    ("changes", "used", "state"),
    [
        ({}, ["x-1"], "active"),
        ({}, None, "active"),
        ({}, [], "orphaned"),
        ({"kind": ExceptionKind.FALSE_POSITIVE}, [], "active"),
        ({"kind": ExceptionKind.MITIGATED}, [], "active"),
        ({"subject": Subject(control=ControlId("gone"))}, None, "orphaned"),
        ({"subject": Subject()}, None, "orphaned"),
        ({"subject": Subject(control=ControlId("a"), check=CheckId("row"))}, None, "active"),
        ({"subject": Subject(control=ControlId("a"), check=CheckId("gone"))}, None, "orphaned"),
        ({"expires_on": date(2026, 10, 31)}, ["x-1"], "expired"),
        ({"approved_on": date(2026, 11, 2)}, ["x-1"], "future"),
        ({"faults": ("too long",)}, ["x-1"], "invalid"),
    ],
)
def test_an_exception_has_a_state(
    changes: dict[str, Any], used: list[str] | None, state: str
) -> None:
    made = make()
    made.exceptions = [exception("x-1", **changes)]
    (found,) = records_json(made.library, AT, used)["exceptions"]
    assert found["state"] == state
    assert found["used"] is bool(used)
    assert found["scope"] == {
        "subscription": "/subscriptions/s1",
        "type": "m.kv/vaults",
        "tag": {"env": "x"},
    }


def test_an_exclusion_says_whether_it_still_holds() -> None:
    (exclusion,) = library_of(make()).exclusions
    found = exclusion_json(exclusion, AT)
    assert found["holds"] is False
    assert found["scope"] == {"resource_group": "/subscriptions/s1/resourcegroups/g"}
    assert exclusion_json(replace(exclusion, until=date(2026, 11, 1)), AT)["holds"] is True


def judged(made: World) -> Evaluated:
    gap = {"table": "resources", "scope": "/", "reason": "stale", "types": [], "detail": ""}
    return Evaluated(
        tallies=tuple(made.tallies),
        totals={"pass": 4, "accepted": 1, "not-evaluated": 1},
        completeness=[{**gap, "systems": ["ehr-prod"]}],
        warnings=[Diagnostic(slug="stale-evidence", message="m", severity=Severity.WARNING)],
        unassigned=2,
        states=7,
        resources=5,
    )


def snapshot() -> SnapshotManifest:
    source = TableSource(
        kind="import",
        query="export.json",
        query_sha256="1" * 64,
        scopes=("/subscriptions/s1",),
        started_at=NINE,
        ended_at=AT,
        pages=1,
    )
    whole = TableManifest(
        name="resources",
        file="resources.parquet",
        rows=5,
        bytes=9,
        sha256="2" * 64,
        content_sha256="3" * 64,
        sources=(source,),
        complete=Completeness.TRUE,
        types=("m.kv/vaults",),
        projection={"m.kv/vaults": ("properties.b", "properties.a")},
        declared_by=("Ann", "counted"),
    )
    gap = Gap(reason=Reason.INCOMPLETE, scope="/subscriptions/s2", detail="forbidden")
    states = replace(
        whole,
        name="policystates",
        sources=(),
        complete=Completeness.FALSE,
        incomplete=(gap,),
        types=None,
        projection=None,
        declared_by=None,
    )
    return SnapshotManifest(
        created_at=NINE,
        tool="t",
        origin=SnapshotOrigin.IMPORTED,
        cloud=None,
        tenant_id=None,
        principal=None,
        scopes=("/",),
        tables={"resources": whole, "policystates": states},
    )


def plan_of(made: World) -> Plan:
    one = made.controls[1]
    values = made.sets[one.id].base
    instances = tuple(
        CheckInstance(
            number=number,
            control=one,
            check=one.checks[0],
            parameters=values,
            compiled={},
            sha256="4" * 64,
            needs=(EvidenceNeed(table="resources", types=("m.kv/vaults",), paths=(path,)),),
        )
        for number, path in enumerate(("sku", "tags"))
    )
    return Plan(instances=instances, at=AT)


def run_of(made: World, manifest: SnapshotManifest | None = None) -> dict[str, Any]:
    return run_json(
        plan_of(made), library_of(made), manifest or snapshot(), judged(made), made.sets, AT
    )


def test_a_run_is_written_in_the_published_form() -> None:
    run = run_of(make())
    fits(run, "run")
    assert run["totals"] == {
        "resources": 5,
        "policy_states": 7,
        "findings": {
            "pass": 4,
            "fail": 0,
            "accepted": 1,
            "not_applicable": 0,
            "not_evaluated": 1,
            "error": 0,
        },
        "unassigned": 2,
    }
    assert run["checks"] == [
        {
            "control": "b",
            "check": "one",
            "sha256": "4" * 64,
            "span": None,
            "severity": "high",
            "needs": [{"table": "resources", "types": ["m.kv/vaults"], "paths": ["sku", "tags"]}],
        }
    ]
    assert [f["framework"] for f in run["frameworks"]] == ["fw", "other"]
    assert run["frameworks"][0]["vocabulary"]["not-evaluated"] == "not assessed"
    assert run["systems"][0]["frameworks"] == ["fw", "other"]
    states, resources = run["snapshot"]["tables"]
    assert (states["observed_from"], states["complete"]) == (None, "false")
    assert states["incomplete"][0]["detail"] == "forbidden"
    assert resources["observed_from"] == "2026-11-01T03:00:00Z"
    assert resources["observed_to"] == "2026-11-01T06:00:00Z"
    assert resources["declared_by"] == {"name": "Ann", "reason": "counted"}
    assert run["records"]["exceptions"][0]["used"] is True
    assert run["overrides"] == []


def test_a_run_is_named_by_its_inputs() -> None:
    made, same = make(), make()
    run = run_of(made)
    assert run_of(same)["run"] == run["run"]
    states = snapshot().tables["policystates"]
    for changed in (
        replace(states, content_sha256="9" * 64),
        replace(states, incomplete=()),
        replace(states, projection={"m": ("a",)}),
    ):
        tables = {**snapshot().tables, "policystates": changed}
        assert run_of(made, replace(snapshot(), tables=tables))["run"] != run["run"]
    made.values = {"a": {"days": 25}}
    assert run_of(made)["run"] != run["run"]


def test_a_control_that_replaces_the_librarys_is_listed_and_not_said_to_be_harmless() -> None:
    made = make()
    made.controls[0] = replace(
        made.controls[0], origin=Origin.MODIFIED, replaces_reason="we rotate keys ourselves"
    )
    (override,) = run_of(made)["overrides"]
    assert override["id"] == "a"
    assert override["weakens"] is True
    assert override["reason"] == "we rotate keys ourselves"


def test_a_control_that_is_left_out_is_listed_with_its_reason() -> None:
    made = make()
    made.left_out = [LeftOut(control=ControlId("gone"), because="we have no such vaults")]
    run = run_of(made)
    fits(run, "run")
    assert run["overrides"] == [
        {
            "id": "gone",
            "origin": "library",
            "weakens": True,
            "reason": "we have no such vaults",
            "diff": ["left out"],
        }
    ]
    made.controls[1] = replace(made.controls[1], origin=Origin.MODIFIED, replaces_reason="ours")
    assert [entry["id"] for entry in run_of(made)["overrides"]] == ["b", "gone"]


def test_a_boundary_is_written_sorted() -> None:
    made = make()
    boundary = Boundary(
        management_groups=("mg-b", "mg-a"),
        subscriptions=("s2", "s1"),
        resource_groups=("g2", "g1"),
        tags={"z": "1", "a": "2"},
    )
    made.systems = [replace(made.systems[0], boundary=boundary, data_classes=("PHI", "CUI"))]
    (system,) = run_of(made)["systems"]
    assert system["boundary"]["management_groups"] == ["mg-a", "mg-b"]
    assert list(system["boundary"]["tags"]) == ["a", "z"]
    assert system["data_classes"] == ["CUI", "PHI"]


def test_the_status_of_a_run_is_read_from_its_documents_alone() -> None:
    made = make()
    _, requirements = written()
    run = run_of(made)
    status = status_json(run, requirements)
    fits(status, "status")
    (system,) = status["systems"]
    fw, other = system["frameworks"]
    assert fw["interval"] == {"least": 0, "most": 1, "of": 2}
    assert other["interval"] is None
    assert fw["totals"]["risk-accepted"] == fw["totals"]["not-evaluated"] == 1
    assert sum(fw["totals"].values()) == 2
    assert [r["requirement"] for r in fw["requirements"]] == ["R", "Q"]
    (computed, _) = made.assess().frameworks
    assert computed.interval is not None
    assert (computed.interval.least, computed.interval.most) == (0, 1)


def test_a_status_can_be_of_one_system_and_framework() -> None:
    _, requirements = written()
    run = run_of(make())
    assert status_json(run, requirements, system="none")["systems"] == []
    (system,) = status_json(run, requirements, framework="other")["systems"]
    assert [f["framework"] for f in system["frameworks"]] == ["other"]


def test_profiles_of_one_framework_are_kept_apart_and_can_be_named() -> None:
    made = World(
        frameworks=[framework([{"id": "R"}, {"id": "Q"}], profiles={"low": ["R"], "high": ["Q"]})],
        systems=[world.system(frameworks=("fw@low", "fw", "fw@high"))],
    )
    requirements = requirements_json(made.assess(), made.library)
    run = {
        "run": "u",
        "evaluated_at": "t",
        "frameworks": [{"framework": "fw", "catalogue": "complete"}],
        "systems": [{"system": "ehr-prod", "title": "t"}],
        "totals": {"unassigned": 0},
    }
    (system,) = status_json(run, requirements)["systems"]
    assert [f["profile"] for f in system["frameworks"]] == [None, "high", "low"]
    assert [sum(f["totals"].values()) for f in system["frameworks"]] == [2, 1, 1]
    (system,) = status_json(run, requirements, framework="fw@low")["systems"]
    assert [f["profile"] for f in system["frameworks"]] == ["low"]
    table = status_table(status_json(run, requirements, framework="fw@low"), run)
    assert table.systems[0][1][0]["framework"] == "fw@low"
    assert table.notes == ()


def test_the_table_of_a_status_prints_an_interval_and_never_one_share() -> None:
    _, requirements = written()
    run = run_of(make())
    table = status_table(status_json(run, requirements), run)
    ((name, (fw, other)),) = table.systems
    assert name == "ehr-prod"
    assert dict(zip(table.columns, fw["counts"], strict=True))["not evaluated"] == 1
    assert fw["of"] == 2
    assert fw["interval"] == "share satisfied: between 0 % and 50 % (0 to 1 of 2; 1 not evaluated)"
    assert other["interval"] == "no share: the catalogue is not complete"
    assert table.notes == ("2 resources are in no system",)


def test_a_framework_without_an_assessable_row_has_no_share() -> None:
    made = World(frameworks=[framework([{"id": "R", "assessable": "false"}])])
    requirements = requirements_json(made.assess(), made.library)
    run = {
        "run": "u",
        "evaluated_at": "t",
        "frameworks": [{"framework": "fw", "catalogue": "complete"}],
        "systems": [{"system": "ehr-prod", "title": "t"}],
        "totals": {"unassigned": 0},
    }
    table = status_table(status_json(run, requirements), run)
    assert table.systems[0][1][0]["interval"] == "no share: no requirement is assessable"
