"""The connection can touch its folders and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from attestgraph.evidence import connect

FORBIDDEN = (
    "SELECT * FROM read_text('{outside}')",
    "SELECT * FROM read_text('{inside}/../outside.txt')",
    "COPY (SELECT 1) TO '{outside}.csv'",
    "ATTACH '{outside}.db'",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET lock_configuration",
    "INSTALL httpfs",
    "LOAD httpfs",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_outside_the_folder_and_no_setting_can_be_reached(
    tmp_path: Path, statement: str
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    with connect(folder=inside) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(outside=outside, inside=inside))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["inside", "outside.txt"]


def test_a_local_name_is_no_table(tmp_path: Path) -> None:
    with connect(folder=tmp_path) as connection:
        rows = connection.sql("SELECT 1 AS a")
        assert rows.fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match="rows"):
            connection.execute("SELECT * FROM rows")


def test_its_own_folder_can_be_written_and_others_read_where_named(tmp_path: Path) -> None:
    out, other = tmp_path / "it's out", tmp_path / "other"
    out.mkdir()
    other.mkdir()
    (other / "a.txt").write_text("hello")
    with connect(folder=out, reads=(other,), threads=1, memory="200MB") as connection:
        connection.execute("COPY (SELECT 1 AS a) TO ? (FORMAT parquet)", [str(out / "a.parquet")])
        found = connection.execute(
            "SELECT content FROM read_text(?)", [str(other / "a.txt")]
        ).fetchall()
        threads = connection.execute("SELECT current_setting('threads')").fetchone()
    assert found == [("hello",)]
    assert threads == (1,)
    assert (out / "a.parquet").is_file()
