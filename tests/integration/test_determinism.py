"""Same inputs, same bytes: whatever the hash seed, locale, time zone and number of threads."""

from __future__ import annotations

from pathlib import Path

from tests.integration.command import digests, run_fresh


def test_two_builds_of_the_demo_give_the_same_bytes(tmp_path: Path) -> None:
    first = run_fresh(
        "demo", "--out", tmp_path / "first" / "contoso",
        env={"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC", "ATTESTGRAPH_THREADS": "1"},
    )  # fmt: skip
    second = run_fresh(
        "demo", "--out", tmp_path / "second" / "contoso",
        env={
            "PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati",
            "ATTESTGRAPH_THREADS": "4",
        },
    )  # fmt: skip
    assert first.code == second.code == 0, first.err + second.err
    made = digests(tmp_path / "first")
    assert made == digests(tmp_path / "second")
    assert any(name.endswith("findings.parquet") for name in made)
    assert any(name.endswith(".html") for name in made)
    assert first.out.replace("first", "") == second.out.replace("second", "")


def test_a_repeated_demo_replaces_its_own_folder(tmp_path: Path) -> None:
    out = tmp_path / "contoso"
    assert run_fresh("demo", "--out", out).code == 0
    before = digests(out)
    assert run_fresh("demo", "--out", out).code == 0
    assert digests(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["contoso"]
