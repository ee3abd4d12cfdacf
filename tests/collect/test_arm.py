"""What hangs on other resources: read once for each, and what cannot be read is that one's gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestgraph.collect.arm import ArmRead, arm_sources, parent_types
from attestgraph.collect.attestations import Attestations
from attestgraph.evidence import open_snapshot
from tests.collect.children_world import (
    AT,
    AUTOMATION,
    HUBS,
    SUBSCRIPTION,
    VARIABLES,
    automation,
    child,
    collected,
    gaps,
    reads,
    row,
    stored,
    tenant,
)
from tests.fake_azure import FakeAzure, Fault

KIND = f"{AUTOMATION}/variables"


def accounts(count: int) -> list[dict[str, object]]:
    return [automation(number) for number in range(count)]


def variables(parents: list[dict[str, object]], each: int) -> list[dict[str, object]]:
    return [
        child(str(parent["id"]), KIND, f"v{n}", isEncrypted=n % 2 == 0, value="hunter2")
        for parent in parents
        for n in range(each)
    ]


def test_every_child_of_every_parent_is_collected_and_what_is_secret_is_not(
    tmp_path: Path,
) -> None:
    parents = accounts(3)
    children = variables(parents[:2], 150)
    with FakeAzure(tenant(parents, children), clock_scale=50) as fake:
        done = collected(fake, tmp_path / "s", reads(VARIABLES))
    rows = stored(tmp_path / "s", "armresources")
    assert rows.keys() == {str(c["id"]) for c in children}
    assert done.complete
    held = open_snapshot(tmp_path / "s").manifest.tables["armresources"]
    assert (held.complete, held.types, held.incomplete) == ("true", (KIND,), ())
    data = (tmp_path / "s" / "armresources.parquet").read_bytes()
    assert b"hunter2" not in data
    assert b"ana@" not in data


@pytest.mark.parametrize("status", [403, 409, 500])
@pytest.mark.parametrize("most", [1, 50])
def test_a_parent_that_cannot_be_read_is_a_gap_of_its_own(
    tmp_path: Path, status: int, most: int
) -> None:
    parents = accounts(4)
    children = variables(parents, 2)
    with FakeAzure(tenant(parents, children), clock_scale=50) as fake:
        fault = Fault(action="status", status=status, match="/aa2/variables", times=None)
        fake.faults.add(fault)
        done = collected(fake, tmp_path / "s", reads(VARIABLES, most=most))
    assert gaps(done, "armresources") == [(str(parents[2]["id"]).lower(), (KIND,))]
    assert len(stored(tmp_path / "s", "armresources")) == 6
    assert open_snapshot(tmp_path / "s").manifest.tables["armresources"].complete == "false"


@pytest.mark.parametrize(
    ("code", "missing"),
    [("ResourceNotFound", 0), ("ParentResourceNotFound", 0), ("InvalidResourceType", 1),
     ("NoRegisteredProviderFound", 1), ("SubscriptionNotFound", 1)],
)  # fmt: skip
def test_not_found_is_a_fact_unless_the_question_was_wrong(
    tmp_path: Path, code: str, missing: int
) -> None:
    body = {"error": {"code": code, "message": "no"}}
    with FakeAzure(tenant(accounts(2), variables(accounts(2), 1)), clock_scale=50) as fake:
        fake.faults.add(Fault(action="status", status=404, body=body, match="/aa1/variables",
                              times=None))  # fmt: skip
        done = collected(fake, tmp_path / "s", reads(VARIABLES))
    assert len(gaps(done, "armresources")) == missing


def test_a_list_that_breaks_off_is_no_short_list(tmp_path: Path) -> None:
    parents = accounts(1)
    with FakeAzure(tenant(parents, variables(parents, 250)), clock_scale=50) as fake:
        fake.faults.add(Fault(action="status", status=404, match="aa0/variables.*skiptoken",
                              times=None))  # fmt: skip
        done = collected(fake, tmp_path / "s", reads(VARIABLES))
    assert gaps(done, "armresources") == [(str(parents[0]["id"]).lower(), (KIND,))]


def test_children_of_children_are_read_after_them(tmp_path: Path) -> None:
    hub, rules = f"{HUBS}/eventhubs", f"{HUBS}/eventhubs/authorizationrules"
    namespace = row(HUBS, "ns1")
    entity = child(str(namespace["id"]), hub, "orders")
    rule = child(entity["id"], rules, "send", rights=["Send"])
    first = ArmRead(kind=hub, parents=(HUBS,), below=(rules,))
    second = ArmRead(kind=rules, parents=(hub,))
    world = tenant([namespace], [entity, rule])
    with FakeAzure(world, clock_scale=50) as fake:
        done = collected(fake, tmp_path / "a", reads(first), reads(second, order=2))
        assert done.complete
        fake.faults.add(Fault(action="status", status=403, match="/ns1/eventhubs", times=None))
        cut = collected(fake, tmp_path / "b", reads(first), reads(second, order=2))
    assert stored(tmp_path / "a", "armresources").keys() == {entity["id"], rule["id"]}
    assert open_snapshot(tmp_path / "a").manifest.tables["armresources"].complete == "true"
    assert {t for _, types in gaps(cut, "armresources") for t in types} == {hub, rules}


def test_where_parents_are_missing_so_is_what_hangs_on_them(tmp_path: Path) -> None:
    with FakeAzure(tenant(accounts(2)), clock_scale=50) as fake:
        fake.faults.add(Fault(action="status", status=403, match="summarize total", times=None))
        done = collected(fake, tmp_path / "s", reads(VARIABLES))
    assert gaps(done, "armresources") == [(f"/subscriptions/{SUBSCRIPTION}", (KIND,))]


def test_a_type_that_no_version_is_known_of_is_missing_everywhere(tmp_path: Path) -> None:
    odd = ArmRead(kind="microsoft.odd/things/parts", parents=("microsoft.odd/things",))
    with FakeAzure(tenant(accounts(1)), clock_scale=50) as fake:
        done = collected(fake, tmp_path / "s", reads(odd))
    assert gaps(done, "armresources") == [
        (f"/subscriptions/{SUBSCRIPTION}", ("microsoft.odd/things/parts",))
    ]


def test_attestations_are_listed_by_subscription(tmp_path: Path) -> None:
    kind = "Microsoft.PolicyInsights/attestations"
    holder = f"/subscriptions/{SUBSCRIPTION}"
    listed = {
        "id": f"{holder}/providers/{kind}/a1",
        "name": "a1",
        "type": kind,
        "properties": {
            "policyAssignmentId": f"{holder}/providers/microsoft.authorization/policyassignments/p",
            "complianceState": "Compliant",
        },
    }
    with FakeAzure(tenant(accounts(1), [listed]), clock_scale=50) as fake:
        done = collected(fake, tmp_path / "s", Attestations())
    batches = open_snapshot(tmp_path / "s").batches("policyattestations", ("resource_key", "state"))
    assert [r for batch in batches for r in batch] == [(holder, "compliant")]
    assert done.complete


def test_the_library_asks_for_nothing_that_cannot_be_read() -> None:
    from attestgraph.checks.arm_types import arm_version
    from attestgraph.checks.plan import plan
    from attestgraph.pipeline.compose import load_alone

    loaded = load_alone()
    sources = arm_sources(plan(loaded.library, loaded.aliases, AT))
    kinds = {read.kind: source.order for source in sources for read in source.reads}
    assert [kind for kind in kinds if arm_version(kind) is None] == []
    assert kinds[f"{HUBS}/eventhubs/authorizationrules"] == 2
    assert kinds["microsoft.insights/diagnosticsettings"] == 2
    assert kinds["microsoft.servicebus/namespaces/queues"] == 1
    above = parent_types(sources)
    assert AUTOMATION in above
    assert "microsoft.resources/subscriptions" not in above
    assert f"{HUBS}/eventhubs" not in above
