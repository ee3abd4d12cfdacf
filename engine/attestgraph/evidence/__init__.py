"""Evidence at rest: snapshots and runs on disk, and the one hardened database connection."""

from __future__ import annotations

from attestgraph.evidence.database import connect
from attestgraph.evidence.disagreements import Disagreement, disagreements
from attestgraph.evidence.fields import READABLE_FIELDS, canonical_type, resource_values
from attestgraph.evidence.folders import atomic_folder, file_sha256, json_bytes, new_folder
from attestgraph.evidence.merge import SnapshotClaim, TableClaim
from attestgraph.evidence.redaction import REDACTED_KEY
from attestgraph.evidence.runs import RunWriter, StoredRun, open_run
from attestgraph.evidence.snapshot import Snapshot, SnapshotTable, open_snapshot
from attestgraph.evidence.spool import Spool
from attestgraph.evidence.tables import FINDINGS, TABLES, Column, Kind, TableSchema
from attestgraph.evidence.writer import (
    Conflict,
    SnapshotWriter,
    WrittenSnapshot,
    WrittenTable,
    snapshot_writer,
    write_tables,
)

__all__ = [
    "FINDINGS",
    "READABLE_FIELDS",
    "REDACTED_KEY",
    "TABLES",
    "Column",
    "Conflict",
    "Disagreement",
    "Kind",
    "RunWriter",
    "Snapshot",
    "SnapshotClaim",
    "SnapshotTable",
    "SnapshotWriter",
    "Spool",
    "StoredRun",
    "TableClaim",
    "TableSchema",
    "WrittenSnapshot",
    "WrittenTable",
    "atomic_folder",
    "canonical_type",
    "connect",
    "disagreements",
    "file_sha256",
    "json_bytes",
    "new_folder",
    "open_run",
    "open_snapshot",
    "resource_values",
    "snapshot_writer",
    "write_tables",
]
