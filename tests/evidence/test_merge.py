"""A snapshot that gains rows never says more than its parts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attestgraph.diagnostics import Reason
from attestgraph.evidence import SnapshotClaim, TableClaim, open_snapshot, write_tables
from attestgraph.evidence.merge import merged_table
from attestgraph.model.snapshot import Gap, SnapshotManifest, SnapshotOrigin
from attestgraph.model.words import Completeness
from tests.evidence.given import AT, about, claim, source, vault, write

A, B = "/subscriptions/a", "/subscriptions/b"
VAULTS, SITES = "microsoft.keyvault/vaults", "microsoft.web/sites"
GAP = Gap(reason=Reason.INCOMPLETE, scope=A, detail="403")


def merged(old: TableClaim, new: TableClaim) -> TableClaim:
    return merged_table(old, new, old_types=[VAULTS], new_types=[SITES])


def part(*scopes: str, **more: Any) -> TableClaim:
    return claim(sources=(source(*scopes),), **more)


@pytest.mark.parametrize(
    ("old", "new", "want"),
    [
        ("true", "true", "true"),
        ("true", "unknown", "unknown"),
        ("unknown", "false", "false"),
        ("false", "true", "false"),
    ],
)
def test_what_either_part_lacks_is_lacking(old: str, new: str, want: str) -> None:
    result = merged(part(A, complete=Completeness(old)), part(A, complete=Completeness(new)))
    assert result.complete == want


def test_gaps_of_both_parts_stay() -> None:
    other = Gap(reason=Reason.STALE, scope=B)
    result = merged(
        part(A, complete=Completeness.FALSE, incomplete=(GAP,)),
        part(A, complete=Completeness.FALSE, incomplete=(other, GAP)),
    )
    assert result.incomplete == (GAP, other)


def test_types_proven_in_one_scope_are_not_proven_in_the_others() -> None:
    result = merged(part(A, types=(VAULTS,)), part(B, types=(SITES,)))
    assert result.complete is Completeness.UNKNOWN
    assert [(gap.scope, gap.types) for gap in result.incomplete] == [(A, (SITES,)), (B, (VAULTS,))]
    assert result.types == (VAULTS, SITES)


def test_types_proven_in_a_wider_scope_hold_in_the_narrower() -> None:
    result = merged(part("/", types=(VAULTS,)), part(A, types=(VAULTS, SITES)))
    assert [(gap.scope, gap.types) for gap in result.incomplete] == [("/", (SITES,))]


def test_all_types_in_one_scope_say_nothing_of_the_others() -> None:
    result = merged(part(A, types=(VAULTS,)), part(B))
    assert [(gap.scope, gap.types) for gap in result.incomplete] == [(A, ())]


def test_the_same_question_asked_again_stays_complete() -> None:
    for types in (None, (VAULTS,)):
        result = merged(part(A, types=types), part(A, types=types))
        assert (result.complete, result.incomplete) == (Completeness.TRUE, ())
        assert len(result.sources) == 1


def test_a_projection_of_one_part_is_kept_for_its_types_only() -> None:
    result = merged(part(A), part(A, projection={SITES: ("tags",)}))
    assert result.projection is not None
    assert result.projection[SITES] == ("tags",)
    assert "properties" in result.projection[VAULTS]
    both = merged_table(
        part(A),
        part(A, projection={VAULTS: ("tags",)}),
        old_types=[VAULTS],
        new_types=[VAULTS],
    )
    assert both.projection == {VAULTS: ("tags",)}


def test_both_persons_who_declared_are_named() -> None:
    result = merged(part(A, declared_by=("Ana", "x")), part(A, declared_by=("Bo", "y")))
    assert result.declared_by == ("Ana; Bo", "x; y")


def test_compliant_records_are_there_only_if_both_parts_asked_for_them() -> None:
    for old, new, want in ((True, True, True), (True, None, None), (True, False, False)):
        result = merged(part(A, includes_compliant=old), part(A, includes_compliant=new))
        assert result.includes_compliant is want


def extended(tmp_path: Path, *rows: dict[str, Any], **more: Any) -> SnapshotManifest:
    write_tables(tmp_path / "s", [(claim(), rows)], about(**more))
    return open_snapshot(tmp_path / "s").manifest


def names(folder: Path) -> list[tuple[Any, ...]]:
    return [
        row
        for batch in open_snapshot(folder).batches("resources", ["name", "observed_at"])
        for row in batch
    ]


def test_further_rows_are_added_and_repeated_ones_collapse(tmp_path: Path) -> None:
    write(tmp_path / "s", vault("a"), vault("b"))
    later = AT + timedelta(hours=1)
    manifest = extended(tmp_path, vault("b", observed_at=later), vault("c"), created_at=later)
    assert names(tmp_path / "s") == [
        ("a", "2026-11-01T06:00:00Z"),
        ("b", "2026-11-01T07:00:00Z"),
        ("c", "2026-11-01T06:00:00Z"),
    ]
    assert manifest.tables["resources"].duplicates == 1
    assert manifest.created_at == later


def test_a_row_that_changed_since_is_in_conflict_with_the_older(tmp_path: Path) -> None:
    write(tmp_path / "s", vault("a"))
    written = write(tmp_path / "s", vault("a", location="westeurope"))
    (conflict,) = written.tables[0].conflicts
    assert conflict.places == ("row 1", "the snapshot")
    assert len(names(tmp_path / "s")) == 2


def test_a_new_table_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    write(tmp_path / "s", vault("a"))
    before = (tmp_path / "s" / "resources.parquet").read_bytes()
    write_tables(tmp_path / "s", [(claim("components"), [])], about())
    snapshot = open_snapshot(tmp_path / "s")
    assert list(snapshot.manifest.tables) == ["components", "resources"]
    assert (tmp_path / "s" / "resources.parquet").read_bytes() == before


def test_redactions_are_counted_once_over_both_parts(tmp_path: Path) -> None:
    def site(name: str) -> dict[str, Any]:
        return vault(
            name,
            id=f"{A}/resourceGroups/r/providers/Microsoft.Web/sites/{name}",
            type=SITES,
            properties={"siteConfig": {"appSettings": ["x"]}},
        )

    write(tmp_path / "s", site("a"))
    manifest = extended(tmp_path, site("a"), site("b"))
    assert [(r.path, r.rows) for r in manifest.redactions] == [
        ("properties.siteConfig.appSettings", 2)
    ]


def test_parts_of_different_origin_and_tenant_are_mixed(tmp_path: Path) -> None:
    first: SnapshotClaim = about(tenant_id="t1", scopes=(A,))
    write_tables(tmp_path / "s", [(claim(), [])], first)
    manifest = extended(tmp_path, origin=SnapshotOrigin.IMPORTED, tenant_id="t2", scopes=(B,))
    assert manifest.origin is SnapshotOrigin.MIXED
    assert manifest.tenant_id is None
    assert manifest.scopes == (A, B)


def test_the_order_of_two_parts_does_not_change_the_rows(tmp_path: Path) -> None:
    for folder, order in (("x", (0, 1)), ("y", (1, 0))):
        rows = [vault("a"), vault("b")]
        for index in order:
            write(tmp_path / folder, rows[index])
    x, y = (open_snapshot(tmp_path / f).manifest.tables["resources"] for f in ("x", "y"))
    assert (x.sha256, x.content_sha256) == (y.sha256, y.content_sha256)
