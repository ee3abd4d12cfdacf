"""`import policy-attestations`: what people said in Azure Policy about manual definitions.

Taken: `az policy attestation list` and answers of the REST API. Comments, evidence links and
metadata are free text of people and are not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from attestgraph.convert.imports import Imported
from attestgraph.convert.policy_records import Records, import_records
from attestgraph.evidence.policy_records import (
    ATTESTATIONS,
    attestation_faults,
    attestation_values,
)

_RECORDS: Final = Records(
    table=ATTESTATIONS,
    subject="resource_key",
    faults=attestation_faults,
    values=attestation_values,
)


def import_policy_attestations(
    files: Sequence[Path],
    out: Path,
    *,
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import the attestations of Azure Policy; several files are pages of one export.

    Args:
        files: `az policy attestation list` output, answers of the REST API.
        out: The snapshot folder; a snapshot that is there gains the table or its rows.
        scopes: Ids that the export was asked for; without, completeness cannot be proven.
        declared: Who says that the export is whole, and why.
        at: When the export was made.

    Raises:
        InputError: Files that cannot be read, rows with faults (all of them), a damaged snapshot.
    """
    return import_records(_RECORDS, files, out, scopes=scopes, declared=declared, at=at)
