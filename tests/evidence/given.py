"""Small snapshots for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attestgraph.diagnostics import EngineError
from attestgraph.evidence import SnapshotClaim, TableClaim, WrittenSnapshot, write_tables
from attestgraph.model.snapshot import SnapshotOrigin, TableSource
from attestgraph.model.words import Completeness

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"


def vault(name: str = "kv1", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{SUBSCRIPTION}/resourceGroups/RG1/providers/Microsoft.KeyVault/vaults/{name}",
        "type": "microsoft.keyvault/vaults",
        "name": name,
        "source": "arg",
        "observed_at": AT,
        "properties": {"enablePurgeProtection": True},
        **more,
    }


def source(*scopes: str) -> TableSource:
    return TableSource(
        kind="arg",
        query="resources",
        query_sha256="0" * 64,
        scopes=scopes or ("/",),
        started_at=AT,
        ended_at=AT,
        pages=1,
    )


def claim(name: str = "resources", **more: Any) -> TableClaim:
    members: dict[str, Any] = {
        "name": name,
        "sources": (source(),),
        "complete": Completeness.TRUE,
        **more,
    }
    return TableClaim(**members)


def about(**more: Any) -> SnapshotClaim:
    members: dict[str, Any] = {
        "created_at": AT,
        "tool": "attestgraph test",
        "origin": SnapshotOrigin.COLLECTED,
        "scopes": ("/",),
        **more,
    }
    return SnapshotClaim(**members)


def write(out: Path, *rows: dict[str, Any], **more: Any) -> WrittenSnapshot:
    return write_tables(out, [(claim(**more), rows)], about())


def slugs(error: EngineError) -> list[str]:
    return [diagnostic.slug for diagnostic in error.diagnostics]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
