"""Findings written as a run has them, for tests that read them back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attestgraph.evidence import FINDINGS
from tests.evidence.test_runs import parquet


def finding(
    control: str, check: str, resource: str, outcome: str, *, parameters: str = "p", **more: Any
) -> dict[str, Any]:
    """Give one finding about a resource."""
    return {
        "control": control,
        "check": check,
        "parameters": parameters,
        "resource_key": resource.lower(),
        "resource_id": resource,
        "outcome": outcome,
        "observed_at": "2026-11-01T04:00:00Z",
        **more,
    }


def write_findings(folder: Path, findings: Sequence[dict[str, Any]]) -> None:
    """Write findings.parquet into a folder."""
    columns = {column.name: column.kind.sql for column in FINDINGS.columns}
    parquet(folder / "findings.parquet", columns, list(findings))
