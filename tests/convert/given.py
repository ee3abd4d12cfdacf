"""Small exports for the tests of this room."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from attestgraph.convert import Imported, import_policy_states, import_resources
from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import open_snapshot
from attestgraph.model.snapshot import TableManifest

AT = datetime(2026, 11, 1, 6, tzinfo=UTC)
GUID = "11111111-1111-1111-1111-111111111111"
SUBSCRIPTION = f"/subscriptions/{GUID}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/RG1"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults"


def vault(name: str = "kv1", **more: Any) -> dict[str, Any]:
    """Give a whole row of Resource Graph."""
    return {
        "id": f"{VAULT}/{name}",
        "name": name,
        "type": "microsoft.keyvault/vaults",
        "tenantId": "00000000-0000-0000-0000-0000000000aa",
        "kind": "",
        "location": "westeurope",
        "resourceGroup": "rg1",
        "subscriptionId": GUID,
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": {"enablePurgeProtection": True},
        "tags": {"env": "prod"},
        "identity": None,
        "zones": None,
        "extendedLocation": None,
        **more,
    }


def state(name: str = "kv1", **more: Any) -> dict[str, Any]:
    """Give a record of the policy states API."""
    return {
        "@odata.id": None,
        "timestamp": "2026-11-01T03:04:05.1234567Z",
        "resourceId": f"{VAULT}/{name}",
        "policyAssignmentId": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/"
        "policyAssignments/NIST",
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/"
        "0B60C0B2-2DC2-4E1C-B5C9-ABBED971DE53",
        "effectiveParameters": "",
        "isCompliant": True,
        "subscriptionId": GUID,
        "resourceType": "/Microsoft.KeyVault/vaults",
        "policyAssignmentParameters": "{}",
        "policyDefinitionAction": "Audit",
        "policySetDefinitionId": "/providers/Microsoft.Authorization/policySetDefinitions/S1",
        "policyDefinitionReferenceId": "ref1",
        "complianceState": "Compliant",
        "policyDefinitionGroupNames": ["NIST_SP_800-53_R5_SC-12", "NIST_SP_800-53_R5_CP-9"],
        **more,
    }


def graph(*rows: Any, total: int | None = None, **more: Any) -> dict[str, Any]:
    """Give the output of `az graph query`."""
    return {
        "count": len(rows),
        "data": list(rows),
        "skip_token": None,
        "total_records": len(rows) if total is None else total,
        **more,
    }


def odata(*rows: Any, **more: Any) -> dict[str, Any]:
    """Give an answer of the policy states API."""
    return {"@odata.nextLink": None, "@odata.count": len(rows), "value": list(rows), **more}


def save(folder: Path, *documents: Any) -> list[Path]:
    """Write documents (text as it is, other values as JSON) and give their paths."""
    paths = []
    for number, document in enumerate(documents):
        path = folder / f"export{number}.json"
        data = document if isinstance(document, bytes) else None
        if data is None:
            text = document if isinstance(document, str) else json.dumps(document, indent=1)
            data = text.encode()
        path.write_bytes(data)
        paths.append(path)
    return paths


def resources(folder: Path, *documents: Any, **more: Any) -> Imported:
    """Import documents into `folder/s`."""
    options: dict[str, Any] = {"scopes": (), "declared": None, "at": AT, **more}
    return import_resources(save(folder, *documents), folder / "s", **options)


def states(folder: Path, *documents: Any, **more: Any) -> Imported:
    """Import documents into `folder/s`."""
    options: dict[str, Any] = {"scopes": (), "declared": None, "at": AT, **more}
    return import_policy_states(save(folder, *documents), folder / "s", **options)


def table(done: Imported, name: str = "resources") -> TableManifest:
    return next(t for t in done.tables if t.name == name)


def stored(folder: Path, *columns: str, name: str = "resources") -> list[tuple[Any, ...]]:
    batches = open_snapshot(folder / "s").batches(name, columns)
    return [row for batch in batches for row in batch]


def refused(folder: Path, *documents: Any, of_states: bool = False) -> tuple[Diagnostic, ...]:
    """Give why an import was refused, and see that nothing is left of it."""
    with pytest.raises(InputError) as caught:
        (states if of_states else resources)(folder, *documents)
    assert caught.value.exit_code == 2
    left = [p.name for p in folder.iterdir() if not p.name.startswith("export")]
    assert left == []
    return caught.value.diagnostics
