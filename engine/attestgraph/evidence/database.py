"""The one place where DuckDB is opened, closed to everything but named folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

DEFAULT_MEMORY: Final = "1GB"
_TEMPORARY: Final = ".spill"


def connect(
    *,
    folder: Path,
    reads: Sequence[Path] = (),
    threads: int | None = None,
    memory: str | None = None,
) -> duckdb.DuckDBPyConnection:
    """Return an in-memory connection that can touch a few folders and nothing else.

    No extension is installed or loaded, files outside the folders cannot be opened, and the
    configuration is locked (CONTRACT section 5). Values belong into parameters, never into text.

    Args:
        folder: The output folder: may be written, and holds what is spilled from memory.
        reads: Further folders that may be opened, such as a snapshot.
        threads: Worker threads; default: DuckDB's own choice. Results never depend on it.
        memory: The limit in DuckDB's words, such as `2GB`.
    """
    import duckdb

    inside = folder.resolve()
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "allow_unsigned_extensions": "false",
            "allow_persistent_secrets": "false",
            "python_enable_replacements": "false",
            "temp_directory": str(inside / _TEMPORARY),
            "memory_limit": memory or DEFAULT_MEMORY,
            **({} if threads is None else {"threads": str(threads)}),
        },
    )
    allowed = [inside, *(path.resolve() for path in reads)]
    connection.execute(f"SET allowed_directories = [{', '.join(map(_quoted, allowed))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _quoted(path: Path) -> str:
    # SET takes no parameters; quotes are the only character with a meaning in a literal
    text = str(path).replace("'", "''")
    return f"'{text}'"
