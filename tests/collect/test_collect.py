"""What is collected of a tenant without faults: all of it, proven, within the quota."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestgraph.collect import GraphTable, PolicyStates, Wanted
from attestgraph.diagnostics import InputError, Reason
from attestgraph.evidence import open_snapshot
from attestgraph.model.snapshot import SnapshotOrigin
from attestgraph.model.words import Completeness
from tests.collect.given import CONTAINED, SOURCES, is_exact, live, stored_rows, true_rows
from tests.fake_azure import Quota, Tenant

TENANT = Tenant.of(3, resources=2_500, subscriptions=5, states=9_000)


def test_everything_is_collected_and_proven(tmp_path: Path) -> None:
    with live(TENANT) as here:
        done = here.collect(tmp_path / "out")
        assert done.complete
        assert is_exact(here, tmp_path / "out", tmp_path / "true")
        assert {r.status for r in here.fake.log} == {200}


def test_small_partitions_and_batches_make_the_same_snapshot(tmp_path: Path) -> None:
    sources = (
        GraphTable(table="resources", batch=2, partition_rows=300),
        GraphTable(table="resourcecontainers", types=CONTAINED, batch=1),
        PolicyStates(),
    )
    with live(TENANT) as here:
        assert here.collect(tmp_path / "out", sources).complete
        assert is_exact(here, tmp_path / "out", tmp_path / "true")


def test_the_quota_is_respected_and_no_refusal_is_provoked(tmp_path: Path) -> None:
    few = Quota(requests=4, seconds=5)
    with live(TENANT, quotas={"graph": few, "states": few}, scale=50) as here:
        sources = (GraphTable(table="resources", partition_rows=200), *SOURCES[1:])
        assert here.collect(tmp_path / "out", sources).complete
        assert not [r for r in here.fake.log if r.status == 429]


def test_the_manifest_says_who_asked_what_and_when(tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.collect(tmp_path / "out")
        manifest = open_snapshot(tmp_path / "out").manifest
        assert manifest.origin is SnapshotOrigin.COLLECTED
        assert manifest.cloud == "public"
        assert manifest.tenant_id == here.fake.tenant.id
        assert manifest.principal is not None
        assert "application 0f0e0d0c-1111-4222-8333-444455556666" in manifest.principal
        assert len(manifest.scopes) == 5
        states = manifest.tables["policystates"]
        assert states.includes_compliant
        (source,) = states.sources
        assert source.kind == "policy"
        assert source.pages == len(source.request_ids)
        assert source.started_at <= source.ended_at
        assert all(s.scopes for t in manifest.tables.values() for s in t.sources)


def test_only_the_types_that_are_asked_for(tmp_path: Path) -> None:
    types = ("microsoft.keyvault/vaults", "microsoft.storage/storageaccounts")
    with live(TENANT) as here:
        source = GraphTable(table="resources", types=types)
        here.collect(tmp_path / "out", (source,))
        rows = stored_rows(tmp_path / "out", ["resources"])
        assert set(rows) == true_rows(here.fake, "resources", kinds=types)
        assert rows
        assert open_snapshot(tmp_path / "out").manifest.tables["resources"].types == types


def test_columns_that_are_not_asked_for_cannot_be_read(tmp_path: Path) -> None:
    kind = "microsoft.keyvault/vaults"
    columns = ("id", "name", "type", "tags")
    source = GraphTable(table="resources", types=(kind,), projection={kind: columns})
    with live(TENANT) as here:
        here.collect(tmp_path / "out", (source,))
    snapshot = open_snapshot(tmp_path / "out")
    assert snapshot.manifest.tables["resources"].projection == {kind: tuple(sorted(columns))}
    rows = [r for batch in snapshot.batches("resources", ["properties"]) for r in batch]
    assert rows
    assert {r[0] for r in rows} == {None}


def test_states_of_some_definitions(tmp_path: Path) -> None:
    with live(TENANT) as here:
        first = next(here.fake.states())
        name = first["policyDefinitionName"].lower()
        done = here.collect(tmp_path / "out", (PolicyStates(definitions=(name,)),))
        assert done.complete
        wanted = [s for s in here.fake.states() if s["policyDefinitionName"].lower() == name]
        assert done.written.manifest.tables["policystates"].rows == len(wanted)


def test_some_subscriptions_only(tmp_path: Path) -> None:
    with live(TENANT) as here:
        chosen = here.fake.tenant.subscriptions[1].id.lower()
        done = here.collect(tmp_path / "out", SOURCES, Wanted(subscriptions=(chosen,)))
        assert done.complete
        assert done.written.manifest.scopes == (f"/subscriptions/{chosen}",)
        many = sum(1 for _ in here.fake.states(chosen))
        assert done.written.manifest.tables["policystates"].rows == many


def test_a_management_group_is_its_subscriptions(tmp_path: Path) -> None:
    with live(TENANT) as here:
        group = here.fake.tenant.subscriptions[0].group
        done = here.collect(tmp_path / "out", SOURCES[1:2], Wanted(groups=(group,)))
        assert done.complete
        scopes = done.written.manifest.scopes
        assert f"/providers/microsoft.management/managementgroups/{group.lower()}" in scopes
        assert f"/subscriptions/{here.fake.tenant.subscriptions[0].id.lower()}" in scopes


def test_a_group_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    with live(TENANT) as here:
        chosen = here.fake.tenant.subscriptions[0].id
        wanted = Wanted(subscriptions=(chosen,), groups=("nowhere",))
        done = here.collect(tmp_path / "out", SOURCES[1:2], wanted)
        assert not done.complete
        (gap,) = done.written.manifest.tables["resourcecontainers"].incomplete
        assert gap.scope.endswith("/nowhere")


def test_a_subscription_that_is_not_visible_is_a_gap_of_every_table(tmp_path: Path) -> None:
    unseen = "00000000-0000-0000-0000-00000000dead"
    with live(TENANT) as here:
        seen = here.fake.tenant.subscriptions[0].id
        done = here.collect(tmp_path / "out", SOURCES, Wanted(subscriptions=(unseen, seen)))
        for table in done.written.manifest.tables.values():
            assert table.complete is not Completeness.TRUE
            assert f"/subscriptions/{unseen}" in {g.scope for g in table.incomplete}
        gaps = done.written.manifest.tables["policystates"].incomplete
        assert [g.reason for g in gaps] == [Reason.NOT_COLLECTED]


def test_a_refused_subscription_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    with live(TENANT) as here:
        refused = here.fake.tenant.subscriptions[2].id
        here.fake.forbid(refused)
        done = here.collect(tmp_path / "out")
        for table in SOURCES:
            gaps = done.written.manifest.tables[table.table].incomplete
            assert {g.scope for g in gaps} == {f"/subscriptions/{refused.lower()}"}
        rows = stored_rows(tmp_path / "out", ["resources"])
        others = [
            r for r in here.fake.rows("resources") if r["subscriptionId"].lower() != refused.lower()
        ]
        assert len(rows) <= len(others)
        assert len(rows) > len(others) / 2
        assert "Reader" in done.lost["resources"][0].remedy


def test_what_is_hidden_while_it_is_collected_is_a_gap(tmp_path: Path) -> None:
    with live(TENANT) as here:
        gone = here.fake.tenant.subscriptions[3].id
        here.fake.app.on_log = lambda r: here.fake.hide(gone) if r.family == "states" else None
        done = here.collect(tmp_path / "out")
        gaps = done.written.manifest.tables["resources"].incomplete
        assert f"/subscriptions/{gone.lower()}" in {g.scope for g in gaps}


def test_a_snapshot_is_not_overwritten(tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.collect(tmp_path / "out", SOURCES[1:2])
        with pytest.raises(InputError) as refused:
            here.collect(tmp_path / "out", SOURCES[1:2])
        assert refused.value.diagnostics[0].slug == "folder-exists"


def test_a_tenant_with_nothing_in_it_is_proven_to_be_empty(tmp_path: Path) -> None:
    with live(Tenant.of(1, resources=0, subscriptions=3, states=0)) as here:
        done = here.collect(tmp_path / "out")
        assert done.complete
        assert done.written.manifest.tables["resources"].rows == 0
        assert done.written.manifest.tables["policystates"].rows == 0
