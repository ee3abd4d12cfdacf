"""Snapshots: written in one order, read back as they were, refused when they were touched."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from attestgraph.diagnostics import InputError
from attestgraph.evidence import open_snapshot, snapshot_writer, write_tables
from attestgraph.model.ids import digest_of
from tests.evidence.given import AT, SUBSCRIPTION, about, claim, files_of, slugs, vault, write

NAMES = ("id_key", "name", "observed_at", "properties", "subscription_id", "resource_group")


def rows_of(folder: Path, *columns: str, types: list[str] | None = None) -> list[tuple[Any, ...]]:
    batches = open_snapshot(folder).batches("resources", columns, types)
    return [row for batch in batches for row in batch]


def test_keys_are_made_from_the_id(tmp_path: Path) -> None:
    write(tmp_path / "s", vault("KV1"))
    group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourcegroups/rg1"
    assert rows_of(tmp_path / "s", *NAMES, "parent_key") == [
        (
            f"{group}/providers/microsoft.keyvault/vaults/kv1",
            "KV1",
            "2026-11-01T06:00:00Z",
            '{"enablePurgeProtection":true}',
            "11111111-1111-1111-1111-111111111111",
            "rg1",
            group,
        )
    ]


def test_rows_come_in_the_order_of_the_table_and_can_be_picked_by_type(tmp_path: Path) -> None:
    site = vault(
        "a",
        id=f"{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Web/sites/a",
        type="microsoft.web/sites",
    )
    write(tmp_path / "s", site, vault("b"), vault("a"))
    assert rows_of(tmp_path / "s", "type", "name") == [
        ("microsoft.keyvault/vaults", "a"),
        ("microsoft.keyvault/vaults", "b"),
        ("microsoft.web/sites", "a"),
    ]
    assert rows_of(tmp_path / "s", "name", types=["microsoft.web/sites", "nothing"]) == [("a",)]
    assert rows_of(tmp_path / "s", "name", types=[]) == []


def test_batches_hold_no_more_rows_than_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "s", *(vault(f"kv{n}") for n in range(10)))
    batches = list(open_snapshot(tmp_path / "s").batches("resources", ["name"], size=4))
    assert [len(batch) for batch in batches] == [4, 4, 2]


def test_a_table_that_was_not_collected_is_none_and_gives_nothing(tmp_path: Path) -> None:
    write(tmp_path / "s", vault())
    snapshot = open_snapshot(tmp_path / "s")
    assert snapshot.table("policystates") is None
    assert list(snapshot.batches("policystates", ["state"])) == []
    assert snapshot.table("resources") == tmp_path / "s" / "resources.parquet"


def test_a_column_that_no_table_has_is_a_fault_of_the_caller(tmp_path: Path) -> None:
    write(tmp_path / "s", vault())
    with pytest.raises(KeyError):
        list(open_snapshot(tmp_path / "s").batches("resources", ["name; DROP TABLE x"]))


def test_the_row_digest_is_of_the_row_without_the_time(tmp_path: Path) -> None:
    write(tmp_path / "s", vault(tags={"b": "1", "a": "2"}))
    columns = [
        *NAMES,
        "id",
        "type",
        "location",
        "kind",
        "managed_by",
        "tenant_id",
        "api_version",
        "parent_key",
        "source",
        "sku",
        "plan",
        "tags",
        "identity",
        "zones",
        "extended_location",
        "extra",
        "redacted",
        "row_sha256",
    ]
    (row,) = rows_of(tmp_path / "s", *columns)
    values = dict(zip(columns, row, strict=True))
    stored = values.pop("row_sha256")
    del values["observed_at"]
    values["properties"], values["tags"] = json.loads(values["properties"]), {"a": "2", "b": "1"}
    assert digest_of(values) == stored


def test_the_same_rows_in_any_order_under_any_threads_give_the_same_bytes(
    tmp_path: Path,
) -> None:
    rows = [vault(f"kv{n}", properties={"n": n, "text": "x" * 500}) for n in range(3000)]
    rows += rows[:50]
    write_tables(tmp_path / "a", [(claim(), rows)], about(), threads=1)
    random.Random(7).shuffle(rows)  # noqa: S311 - a test order, not a secret
    write_tables(tmp_path / "b", [(claim(), rows)], about(), threads=4)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert open_snapshot(tmp_path / "a").manifest.tables["resources"].duplicates == 50


def test_of_equal_rows_the_one_seen_last_stays(tmp_path: Path) -> None:
    later = AT + timedelta(hours=2)
    write(tmp_path / "s", vault(observed_at=later), vault())
    assert rows_of(tmp_path / "s", "observed_at") == [("2026-11-01T08:00:00Z",)]


def test_rows_of_one_id_that_differ_are_kept_and_named(tmp_path: Path) -> None:
    written = write(tmp_path / "s", vault("x"), vault("y"), vault("x", location="westeurope"))
    (conflict,) = written.tables[0].conflicts
    assert conflict.places == ("row 1", "row 3")
    assert conflict.subject.endswith("/vaults/x")
    assert written.tables[0].conflicting_keys == 1
    assert len(rows_of(tmp_path / "s", "name")) == 3


def test_rows_in_conflict_are_sorted_too(tmp_path: Path) -> None:
    rows = [vault("x", location=f"region{n}") for n in range(5)]
    write(tmp_path / "a", *rows)
    write(tmp_path / "b", *reversed(rows))
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def write_and_stop(out: Path) -> None:
    with snapshot_writer(out) as writer:
        writer.spool("resources").add(vault("kv2"))
        writer.write([claim()], about())
        raise KeyboardInterrupt


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_and_stop(tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_extension_leaves_the_older_snapshot(tmp_path: Path) -> None:
    write(tmp_path / "s", vault())
    before = files_of(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        write_and_stop(tmp_path / "s")
    assert files_of(tmp_path) == before


def test_only_the_tables_and_the_manifest_are_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "s", vault())
    assert sorted(files_of(tmp_path / "s")) == ["resources.parquet", "snapshot.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    write(tmp_path / "s")
    assert open_snapshot(tmp_path / "s").manifest.tables["resources"].rows == 0
    assert rows_of(tmp_path / "s", "name") == []


def edit(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / "snapshot.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(json.dumps(document), encoding="utf-8")

    return apply


def table(**members: Any) -> Callable[[Path], None]:
    return edit(lambda document: document["tables"][0].update(members))


def cut_short(folder: Path) -> None:
    path = folder / "resources.parquet"
    os.truncate(path, path.stat().st_size // 2)


def flip(folder: Path) -> None:
    path = folder / "resources.parquet"
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)


def relink(folder: Path) -> None:
    path = folder / "resources.parquet"
    path.rename(folder.parent / "elsewhere.parquet")
    path.symlink_to(folder.parent / "elsewhere.parquet")


def swap_for_states(folder: Path) -> None:
    """Put a sound file of another table there, and make the manifest agree with it."""
    state = {
        "resource_key": "/x",
        "definition_key": "/d",
        "definition_name": "d",
        "assignment_key": "/a",
        "state": "compliant",
    }
    other = folder.parent / "other"
    write_tables(other, [(claim("policystates"), [state])], about())
    made = json.loads((other / "snapshot.json").read_text(encoding="utf-8"))["tables"][0]
    (folder / "resources.parquet").write_bytes((other / "policystates.parquet").read_bytes())
    table(sha256=made["sha256"], bytes=made["bytes"])(folder)


@pytest.mark.parametrize(
    ("damage", "slug", "says"),
    [
        (cut_short, "damaged-snapshot", "bytes of"),
        (flip, "damaged-snapshot", "digest"),
        (relink, "damaged-snapshot", "missing"),
        (swap_for_states, "damaged-snapshot", "no column `id`"),
        (lambda f: (f / "resources.parquet").unlink(), "damaged-snapshot", "missing"),
        (lambda f: (f / "snapshot.json").write_text('{"format": '), "damaged-snapshot", "1:12"),
        (lambda f: (f / "snapshot.json").write_text("[]"), "damaged-snapshot", "object"),
        (lambda f: (f / "snapshot.json").unlink(), "no-snapshot", "no evidence snapshot"),
        (edit(lambda d: d.update(format="attestgraph/run/1")), "unknown-format", "snapshot/1"),
        (edit(lambda d: d.pop("format")), "unknown-format", "snapshot/1"),
        (edit(lambda d: d.update(format="attestgraph/snapshot/2")), "newer-format", "newer"),
        (edit(lambda d: d.pop("tables")), "damaged-snapshot", "`tables` is not a list"),
        (edit(lambda d: d["tables"].append(d["tables"][0])), "damaged-snapshot", "repetitions"),
        (edit(lambda d: d.update(created_at="today")), "damaged-snapshot", "`created_at`"),
        (table(rows=2), "damaged-snapshot", "1 rows of 2"),
        (table(rows=1.5), "damaged-snapshot", "`tables[0].rows` is not a number"),
        (table(rows=True), "damaged-snapshot", "`tables[0].rows` is not a number"),
        (table(file="../other.parquet"), "damaged-snapshot", "`tables[0].file`"),
        (table(name="secrets"), "damaged-snapshot", "`tables[0].name`"),
        (table(complete="yes"), "damaged-snapshot", "`tables[0].complete`"),
        (table(types=None), "damaged-snapshot", "`tables[0].types` is not a list"),
        (table(projection=[]), "damaged-snapshot", "`tables[0].projection`"),
        (table(includes_compliant="no"), "damaged-snapshot", "includes_compliant"),
        (table(sources=[{"kind": 1}]), "damaged-snapshot", "`tables[0].sources[0].kind`"),
    ],
)
def test_a_snapshot_that_was_touched_is_refused_in_one_line(
    tmp_path: Path, damage: Callable[[Path], None], slug: str, says: str
) -> None:
    folder = tmp_path / "s"
    write(folder, vault())
    damage(folder)
    with pytest.raises(InputError) as caught:
        open_snapshot(folder)
    (fault,) = caught.value.diagnostics
    assert fault.slug == slug
    assert says in fault.text()
    assert str(folder) in fault.text()
    assert "\n" not in fault.message
    assert caught.value.exit_code == 2


def test_all_damaged_tables_are_named_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write_tables(folder, [(claim(), [vault()]), (claim("components"), [])], about())
    (folder / "resources.parquet").unlink()
    (folder / "components.parquet").write_bytes(b"")
    with pytest.raises(InputError) as caught:
        open_snapshot(folder)
    assert slugs(caught.value) == ["damaged-snapshot", "damaged-snapshot"]


def test_a_folder_that_is_not_there_is_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_snapshot(tmp_path / "nowhere")
    assert slugs(caught.value) == ["no-snapshot"]


def test_a_damaged_snapshot_is_not_extended(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write(folder, vault())
    cut_short(folder)
    before = files_of(folder)
    with pytest.raises(InputError), snapshot_writer(folder):
        pytest.fail("a writer was given")
    assert files_of(folder) == before
