"""Keys, secrets and certificates: rules of the data-plane modes over component rows."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.conditions import Aliases, Definition
from attestgraph.load import load_library
from tools.builtins_report import CONTEXT, assigned, declared_only
from tools.builtins_rows import components

BUILT_INS = Path(__file__).resolve().parents[3] / "shared/azure/builtin-policies.ndjson.gz"
MODES = ("Microsoft.KeyVault.Data", "Microsoft.ManagedHSM.Data")
KEY, HSM_KEY = "Microsoft.KeyVault.Data/vaults/keys", "Microsoft.ManagedHSM.Data/managedHsms/keys"
SECRET, CERTIFICATE = (
    f"Microsoft.KeyVault.Data/vaults/{end}" for end in ("secrets", "certificates")
)


@pytest.fixture(scope="module")
def aliases() -> Aliases:
    return load_library(None).aliases


def struck(condition: dict[str, Any], kind: str, aliases: Aliases) -> list[str]:
    """Return the names of the components of a type on which a condition is true."""
    rule = {
        "mode": "Microsoft.KeyVault.Data",
        "policyRule": {
            "if": {"allOf": [{"field": "type", "equals": kind}, condition]},
            "then": {"effect": "audit"},
        },
    }
    definition = Definition.parse(rule, aliases, strict=True)
    found = [row for row in components() if definition.evaluate(row, context=CONTEXT)]
    assert all(row["type"] == kind.lower() for row in found)
    return [row["name"] for row in found]


@pytest.mark.parametrize(
    ("kind", "field", "operator", "right", "wanted"),
    [
        (KEY, "attributes.expiresOn", "exists", False, ["left"]),
        (KEY, "attributes.expiresOn", "less", "[addDays(utcNow(), 90)]", ["kept"]),
        (KEY, "keyType", "notIn", ["EC", "RSA-HSM"], ["kept"]),
        (KEY, "keySize", "less", 3000, ["kept"]),
        (KEY, "ellipticCurveName", "equals", "p-256", ["left"]),
        (KEY, "scheduledRotationDate", "exists", True, ["kept"]),
        (SECRET, "contentType", "exists", False, ["left"]),
        (SECRET, "attributes.createdOn", "less", "2020-01-01T00:00:00Z", ["left", "late"]),
        (CERTIFICATE, "properties.validityInMonths", "greater", 12, ["own"]),
        (CERTIFICATE, "issuer.commonName", "contains", "digicert", ["issued"]),
        (CERTIFICATE, "lifetimeAction.lifetimePercentage", "greater", 80, ["own"]),
        (CERTIFICATE, "keyProperties.keyType", "exists", False, ["listed"]),
        (HSM_KEY, "keyType", "equals", "EC-HSM", ["left"]),
        (HSM_KEY, "attributes.expiresOn", "exists", True, ["kept"]),
    ],
)
def test_a_field_of_a_component_is_read_from_its_document(
    kind: str, field: str, operator: str, right: Any, wanted: list[str], aliases: Aliases
) -> None:
    assert struck({"field": f"{kind}/{field}", operator: right}, kind, aliases) == wanted


def test_expressions_read_components_too(aliases: Aliases) -> None:
    age = {
        "value": f"[addDays(field('{KEY}/attributes.createdOn'), 365)]",
        "less": "[utcNow()]",
    }
    assert struck(age, KEY, aliases) == ["left", "hsm"]


@pytest.mark.skipif(not BUILT_INS.is_file(), reason="the built-ins are not beside the checkout")
def test_every_data_plane_built_in_judges_every_component(aliases: Aliases) -> None:
    with gzip.open(BUILT_INS, "rt", encoding="utf-8") as lines:
        documents = [one for one in map(json.loads, lines) if one["mode"] in MODES]
    # 52 files: 31 definitions, 21 of them in the government cloud as well
    assert len(documents) == 31
    assert sum(len(one["clouds"]) for one in documents) == 52
    rows = components()
    told: dict[str, set[str | None]] = {}
    for document in documents:
        definition = Definition.parse(document, aliases, strict=True)
        given = declared_only(assigned(document["parameters"]), document["parameters"])
        own = [row for row in rows if row["type"] in definition.types]
        assert own, document["name"]
        for row in own:
            effect = definition.evaluate(row, parameters=given, context=CONTEXT)
            details = definition.explain(row, parameters=given, context=CONTEXT)
            assert (details["effect"], details["error"]) == (effect, None)
            told.setdefault(document["name"], set()).add(effect)
        others = (row for row in rows if row["type"] not in definition.types)
        assert not any(definition.evaluate(o, parameters=given, context=CONTEXT) for o in others)
    # with the usual values many allow all of these; a rule that tells none apart shows nothing
    assert sum(len(effects) > 1 for effects in told.values()) >= 12
