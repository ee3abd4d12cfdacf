"""Policy definitions and initiatives as text, for workspaces of tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

NAME = "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
BUILT_IN = f"/providers/Microsoft.Authorization/policyDefinitions/{NAME}"
PROTECTED = "Microsoft.KeyVault/vaults/enablePurgeProtection"
RULE = {
    "if": {
        "allOf": [
            {"field": "type", "equals": "Microsoft.KeyVault/vaults"},
            {"field": PROTECTED, "notEquals": True},
        ]
    },
    "then": {"effect": "[parameters('effect')]"},
}
PARAMETERS = {
    "effect": {"type": "String", "allowedValues": ["Audit", "Disabled"], "defaultValue": "Audit"}
}


def definition(name: str = NAME, **properties: Any) -> dict[str, Any]:
    """Return a definition in Azure's own form."""
    return {
        "name": name,
        "properties": {
            "displayName": "Vaults keep what is deleted",
            "mode": "Indexed",
            "policyType": "BuiltIn",
            "version": "2.1.0",
            "parameters": PARAMETERS,
            "policyRule": RULE,
            **properties,
        },
    }


def reference(
    definition_id: str = BUILT_IN,
    reference_id: str = "purge",
    groups: Sequence[str] = ("sample 3.1",),
    **values: Any,
) -> dict[str, Any]:
    """Return a reference of an initiative."""
    return {
        "policyDefinitionId": definition_id,
        "policyDefinitionReferenceId": reference_id,
        "parameters": {name: {"value": value} for name, value in values.items()},
        "groupNames": list(groups),
    }


def initiative(
    *references: Mapping[str, Any],
    name: str = "baseline",
    groups: Sequence[str] = ("sample 3.1",),
    **properties: Any,
) -> dict[str, Any]:
    """Return an initiative in Azure's own form."""
    return {
        "name": name,
        "properties": {
            "displayName": "Our baseline",
            "policyType": "Custom",
            "version": "1.0.0",
            "policyDefinitions": list(references) or [reference()],
            "policyDefinitionGroups": [{"name": group} for group in groups],
            **properties,
        },
    }


def text(document: Any) -> str:
    """Return JSON as a file holds it."""
    return json.dumps(document, indent=2) + "\n"
