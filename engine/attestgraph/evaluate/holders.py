"""The tags by which a row belongs to a system, where it hangs on another resource.

Keys of a vault, diagnostic settings and databases' settings have no tags, or have tags that mean
something else. They belong where the resource belongs that they hang on; else a boundary by tags
would hold a vault and lose what is in it, and what fails there would be seen by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attestgraph.checks.tables import RESOURCES
from attestgraph.evaluate.session import Session, quoted
from attestgraph.model.ids import parent_key

OWN_TAGS: Final = frozenset({RESOURCES, "resourcecontainers", "entraobjects"})
"""Tables whose rows are placed by their own tags."""
_MOST_LEVELS: Final = 4


def find_holders(session: Session, tables: list[tuple[str, Path]]) -> None:
    """Make the working table `holder` (parent_key, tags): of each parent the nearest row's tags.

    Args:
        session: The evaluation.
        tables: The resource tables of the snapshot, name and file.
    """
    files = [str(path) for name, path in tables if name not in OWN_TAGS]
    held = next((path for name, path in tables if name == RESOURCES), None)
    found = [] if held is None or not files else list(_holders(session, files, held))
    session.create("holder", {"parent_key": "VARCHAR", "tags": "VARCHAR"}, found)


def _holders(session: Session, files: list[str], held: Path) -> Iterator[tuple[str, str]]:
    parts = " UNION ".join(f"SELECT parent_key FROM read_parquet({quoted(f)})" for f in files)  # noqa: S608
    rows = session.rows(f"SELECT parent_key FROM ({parts}) WHERE parent_key IS NOT NULL ORDER BY 1")  # noqa: S608
    waiting = {key: key for (key,) in rows}
    for _ in range(_MOST_LEVELS):
        if not waiting:
            return
        session.create("wanted_holder", {"id_key": "VARCHAR"}, ((k,) for k in _distinct(waiting)))
        tags = dict(
            session.rows(
                "SELECT id_key, coalesce(min(tags), '{}') FROM read_parquet(?) "
                "SEMI JOIN wanted_holder USING (id_key) GROUP BY id_key",
                [str(held)],
            )
        )
        session.run("DROP TABLE wanted_holder")
        for parent, key in waiting.items():
            if key in tags:
                yield parent, tags[key]
        above = {p: parent_key(k) for p, k in waiting.items() if k not in tags}
        waiting = {p: key for p, key in above.items() if key is not None}


def _distinct(waiting: dict[str, str]) -> list[str]:
    return sorted(set(waiting.values()))
