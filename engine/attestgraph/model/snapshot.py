"""What an evidence snapshot says of itself (CONTRACT section 2, snapshot.json)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from attestgraph.diagnostics import Reason
from attestgraph.model.words import Completeness

SNAPSHOT_FORMAT: Final = "attestgraph/snapshot/1"
RUN_FORMAT: Final = "attestgraph/run/1"
RESOURCE_TABLES: Final = (
    "resources",
    "resourcecontainers",
    "securityresources",
    "authorizationresources",
    "appserviceresources",
    "components",
    "armresources",
    "entraobjects",
    "codescans",
)
OTHER_TABLES: Final = (
    "policystates",
    "policydefinitions",
    "policyassignments",
    "policyexemptions",
    "policyattestations",
    "queries",
)


class SnapshotOrigin(enum.StrEnum):
    """How a snapshot came to be."""

    COLLECTED = "collected"
    IMPORTED = "imported"
    MIXED = "mixed"


class PolicyState(enum.StrEnum):
    """A compliance state, folded; any word we do not know is `other`."""

    COMPLIANT = "compliant"
    NONCOMPLIANT = "noncompliant"
    EXEMPT = "exempt"
    ERROR = "error"
    CONFLICT = "conflict"
    PROTECTED = "protected"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A part of a table that is known to be missing, or not known to be there.

    Attributes:
        scope: Id key of the part; `/` is everything.
        types: Resource types it concerns; empty is all.
    """

    reason: Reason
    scope: str
    types: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """Where rows of a table came from.

    Attributes:
        kind: `arg`, `arm`, `policy`, `keyvault`, `graph` or `import`.
        scopes: Id keys of what was asked for.
    """

    kind: str
    query: str
    query_sha256: str
    scopes: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    pages: int
    request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableManifest:
    """One table of a snapshot.

    Attributes:
        rows: Rows in the file.
        bytes: Size of the file.
        sha256: Digest of the file; the same bytes only on the same platform.
        content_sha256: Digest of the rows, the same everywhere.
        projection: Readable property paths by type, or None for full rows.
        types: The resource types asked for, or None for all.
        includes_compliant: For policy states: whether compliant records were asked for.
        duplicates: How many equal rows were collapsed.
        incomplete: What is missing; not empty wherever `complete` is not true.
        declared_by: Who declared an imported table complete, and why.
    """

    name: str
    file: str
    rows: int
    bytes: int
    sha256: str
    content_sha256: str
    sources: tuple[TableSource, ...]
    complete: Completeness
    projection: Mapping[str, tuple[str, ...]] | None = None
    types: tuple[str, ...] | None = None
    includes_compliant: bool | None = None
    duplicates: int = 0
    incomplete: tuple[Gap, ...] = ()
    declared_by: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A path whose values were replaced before they were written."""

    table: str
    path: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotManifest:
    """The whole of snapshot.json.

    Attributes:
        scopes: Id keys that the snapshot is of; `/` is the tenant.
    """

    created_at: datetime
    tool: str
    origin: SnapshotOrigin
    cloud: str | None
    tenant_id: str | None
    principal: str | None
    scopes: tuple[str, ...]
    tables: Mapping[str, TableManifest]
    exclusions: tuple[Mapping[str, str], ...] = ()
    redactions: tuple[Redaction, ...] = ()
    format: str = field(default=SNAPSHOT_FORMAT)
