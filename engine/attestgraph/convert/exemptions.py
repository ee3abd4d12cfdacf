"""`import exemptions`: what Azure Policy does not ask of a scope, and until when.

Taken: `az policy exemption list`, answers of the REST API, rows of `policyresources`. An exemption
is evidence, never a decision of ours: it makes nothing pass (ASSESSMENT section 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from attestgraph.convert.imports import Imported
from attestgraph.convert.policy_records import Records, import_records
from attestgraph.evidence.policy_records import EXEMPTIONS, exemption_faults, exemption_values

_RECORDS: Final = Records(
    table=EXEMPTIONS, subject="scope", faults=exemption_faults, values=exemption_values
)


def import_exemptions(
    files: Sequence[Path],
    out: Path,
    *,
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import the exemptions of Azure Policy; several files are pages of one export.

    Args:
        files: `az policy exemption list` output, answers of the REST API, rows of Resource Graph.
        out: The snapshot folder; a snapshot that is there gains the table or its rows.
        scopes: Ids that the export was asked for; without, completeness cannot be proven.
        declared: Who says that the export is whole, and why.
        at: When the export was made.

    Raises:
        InputError: Files that cannot be read, rows with faults (all of them), a damaged snapshot.
    """
    return import_records(_RECORDS, files, out, scopes=scopes, declared=declared, at=at)
