"""Evidence at rest: snapshots and runs on disk, and the one hardened database connection."""

from __future__ import annotations

from attestgraph.evidence.database import connect
from attestgraph.evidence.disagreements import Disagreement, counted_disagreements, disagreements
from attestgraph.evidence.fields import (
    READABLE_FIELDS,
    canonical_type,
    named_fields,
    resource_values,
    row_faults,
)
from attestgraph.evidence.folders import atomic_folder, file_sha256, json_bytes, new_folder
from attestgraph.evidence.merge import SnapshotClaim, TableClaim, merged_table
from attestgraph.evidence.redaction import REDACTED_KEY
from attestgraph.evidence.runs import RunWriter, StoredRun, open_run
from attestgraph.evidence.snapshot import Snapshot, SnapshotTable, open_snapshot
from attestgraph.evidence.spool import Lines, Spool
from attestgraph.evidence.states import (
    component_values,
    state_faults,
    state_record,
    state_values,
)
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
    "Lines",
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
    "component_values",
    "connect",
    "counted_disagreements",
    "disagreements",
    "file_sha256",
    "json_bytes",
    "merged_table",
    "named_fields",
    "new_folder",
    "open_run",
    "open_snapshot",
    "resource_values",
    "row_faults",
    "snapshot_writer",
    "state_faults",
    "state_record",
    "state_values",
    "write_tables",
]
