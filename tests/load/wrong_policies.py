"""Wrong policy definitions and initiatives by name: see `wrong`."""

# ruff: noqa: E501 - a line of a wrong file is easier to judge in one piece

from __future__ import annotations

from collections.abc import Mapping

from tests.load.policies import NAME, definition, initiative, reference, text
from tests.load.world import Files

FILE = f"definitions/{NAME}.json"
SET = "definitions/initiatives/baseline.json"
ADOPTS = "organisation: Contoso\ninitiatives: [baseline]\n"
GROUPS = "frameworks/azure-policy/groups.csv"
INLINE = """\
control: own
says: A control of our own.
domain: keys
severity: high
responsibility: customer
owner: us
source: ours
supports: []
checks:
  - check: tagged
    says: It is tagged.
    policy: 11111111-2222-3333-4444-555555555555
    values: {tagName: 5, other: x}
    definition:
      parameters: {tagName: {type: String}}
      policyRule:
        if: {field: "[concat('tags[', parameters('tagName'), ']')]", exists: false}
        then: {effect: audit}
  - check: wrong
    says: It is on.
    policy: 11111111-2222-3333-4444-555555555555
    applies_to: Microsoft.KeyVault/vaults
    definition: {if: {field: Microsoft.KeyVault/vaults/enabled, equels: true}, then: {effect: aduit}}
"""


def _deep(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


POLICIES: Mapping[str, Files] = {
    "definition-rule": {
        FILE: text(
            definition(
                displayName=["no text"],
                policyRule={
                    "if": {
                        "anyOf": [
                            {"field": "Microsoft.KeyVault/vaults/enablePurge", "equals": True},
                            {"field": "type", "equels": "x"},
                            {"value": "[concat('a',, 'b')]", "equals": "[parameters('none')]"},
                        ]
                    },
                    "then": {"effect": "aduit"},
                },
            )
        ),
    },
    "definition-forms": {
        "definitions/a.json": text({"name": "b", **definition()}).replace(NAME, "b"),
        "definitions/b.json": text(definition("b")),
        "definitions/deeper/b.json": text(definition("b")),
        "definitions/c.json": text({"properties": definition()["properties"]}),
        "definitions/d.json": text({**definition(), "name": "no.dots/here"}),
        "definitions/e.json": "name: e\nproperties: {policyRule: {}}\n",
        "definitions/f.json": '{"name": "f",\n "name": "g"}\n',
        "definitions/g.json": '{"name": "g", "properties": {\n',
        "definitions/h.json": "[]\n",
        "definitions/i.json": text({"name": "i", "properties": {"mode": "All"}}),
        "definitions/j.yml": "name: j\n",
        "definitions/k.json": text(definition("k", mode=5)),
    },
    "initiative-form": {
        SET: text(
            initiative(
                reference("nonsense"),
                {"policyDefinitionReferenceId": "none"},
                reference(reference_id="twice", effect="[parameters('none')]"),
                reference(reference_id="TWICE", groups=("sample 3.1", "sample 9")),
                reference(reference_id="bad", effect="[concat('a',]"),
                {**reference(reference_id="list"), "parameters": ["effect"], "groupNames": "x"},
                {**reference(reference_id="bare"), "parameters": {"effect": "Audit"}},
                reference(reference_id="deep", effect=_deep(120)),
                "text",  # type: ignore[arg-type]
                groups=("sample 3.1", "Sample 3.1"),
                parameters={"days": {"type": "Number"}},
            )
        ),
        "definitions/initiatives/groups.json": text(
            initiative(name="groups", policyDefinitionGroups=[{"displayName": "x"}, 5])
        ),
        "definitions/initiatives/lists.json": text(
            initiative(name="lists", policyDefinitions={"a": 1}, policyDefinitionGroups="x")
        ),
    },
    "initiative-dangling": {
        SET: text(
            initiative(
                reference(reference()["policyDefinitionId"].replace("de53", "de54")),
                reference(
                    "/subscriptions/x/providers/Microsoft.Authorization/policyDefinitions/ours",
                    "ours",
                ),
            )
        ),
    },
    "initiative-unknown": {
        "attestgraph.yaml": "organisation: Contoso\n"
        "initiatives: [baselines, Our baseline, baseline, BASELINE, nothing-like-it]\n",
        SET: text(initiative()),
    },
    "initiative-values": {
        "attestgraph.yaml": "organisation: Contoso\n"
        "initiatives:\n  - {initiative: baseline, parameters: {days: many, other: 1}}\n",
        SET: text(
            initiative(
                parameters={"days": {"type": "Integer"}, "needed": {"type": "String"}},
            )
        ),
    },
    "initiative-warnings": {
        "attestgraph.yaml": ADOPTS,
        FILE: text(definition()),
        "definitions/stated.json": text(definition("stated", policyType="Static")),
        SET: text(
            initiative(
                reference(effect="Deny"),
                reference(reference_id="odd", effect="[div(1, 0)]"),
                reference("/providers/Microsoft.Authorization/policyDefinitions/stated", "theirs"),
                groups=("sample 3.1", "sample 9"),
            )
        ),
        GROUPS: "group,framework,requirement\nSAMPLE 3.1,sample-1.0,3.1\nx,other-9,1\n",
    },
    "groups-requirement": {GROUPS: "group,framework,requirement\na,sample-1.0,3.11\n"},
    "inline-definition": {"controls/keys/own.yaml": INLINE},
    "values-without-definition": {
        "controls/keys/own.yaml": INLINE.partition("    definition:")[0].replace(
            "11111111-2222-3333-4444-555555555555", NAME
        ),
    },
    "values-of-imported": {
        FILE: text(definition()),
        "controls/keys/own.yaml": INLINE.partition("    definition:")[0].replace(
            "11111111-2222-3333-4444-555555555555", NAME
        ),
    },
}
