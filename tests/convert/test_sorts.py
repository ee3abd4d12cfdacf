"""What an exported file holds, told by its first row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.convert import ExportKind, sort_of
from attestgraph.diagnostics import InputError

ROW = {"id": "/subscriptions/s/x", "type": "a/b", "properties": {}}
STATE = {"policyAssignmentId": "/a", "policyDefinitionId": "/d", "resourceId": "/r"}
APP = {"id": "9caede46-7e70-436b-92d2-4ee4faf3e397", "identifierUris": [], "tags": []}
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#servicePrincipals"
KEY = {"kid": "https://v.vault.azure.net/keys/k", "attributes": {}}


@pytest.mark.parametrize(
    ("value", "kind", "counted"),
    [
        ({"count": 1, "total_records": 1, "data": [ROW]}, ExportKind.RESOURCES, True),
        ({"count": 1, "totalRecords": 1, "data": [ROW]}, ExportKind.RESOURCES, True),
        ({"data": {"columns": [], "rows": []}}, ExportKind.RESOURCES, False),
        ({"body": {"totalRecords": 1, "data": [ROW]}, "status": 200}, ExportKind.RESOURCES, True),
        ([ROW], ExportKind.RESOURCES, False),
        ({"value": [ROW]}, ExportKind.RESOURCES, False),
        (ROW, ExportKind.RESOURCES, False),
        ([], ExportKind.RESOURCES, False),
        ([STATE], ExportKind.POLICY_STATES, False),
        ({"@odata.count": 1, "value": [STATE]}, ExportKind.POLICY_STATES, False),
        ([KEY], ExportKind.KEY_VAULT, False),
        ({"value": [KEY]}, ExportKind.KEY_VAULT, False),
        ({"key": {"kid": KEY["kid"], "kty": "RSA"}}, ExportKind.KEY_VAULT, False),
        ({"id": "https://v.vault.azure.net/secrets/s"}, ExportKind.KEY_VAULT, False),
        ([APP], ExportKind.ENTRA, False),
        ({"@odata.context": CONTEXT, "value": [{"id": "x"}]}, ExportKind.ENTRA, False),
        # what cannot be told is left to the import of resources, which says what is wrong
        ({"odd": 1}, ExportKind.RESOURCES, False),
        (7, ExportKind.RESOURCES, False),
    ],
)
def test_a_file_is_told_by_its_first_row(
    tmp_path: Path,
    value: Any,
    kind: ExportKind,
    counted: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    sort = sort_of(path)
    assert (sort.kind, sort.counted) == (kind, counted)


def test_lines_are_told_by_the_first(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_text("".join(json.dumps(STATE) + "\n" for _ in range(3)), encoding="utf-8")
    assert sort_of(path).kind is ExportKind.POLICY_STATES


def test_what_is_not_json_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text('{"a": }', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        sort_of(path)
    assert caught.value.diagnostics[0].span is not None
