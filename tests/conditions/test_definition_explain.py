"""Why a definition has its effect: Azure's own details, and the fewest leaves that suffice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attestgraph.conditions import Aliases, ConditionError, Definition, EvaluationError

PURGE = "Microsoft.KeyVault/vaults/enablePurgeProtection"
RULES = "Microsoft.KeyVault/vaults/networkAcls.ipRules[*].value"
LOGS = "Microsoft.Insights/diagnosticSettings/logs[*].enabled"
TABLE = Aliases.from_mapping(
    {
        PURGE: "properties.enablePurgeProtection",
        RULES: "properties.networkAcls.ipRules[*].value",
        RULES.removesuffix(".value"): "properties.networkAcls.ipRules[*]",
        LOGS: "properties.logs[*].enabled",
    }
)
VAULT_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v"
SETTING_ID = f"{VAULT_ID}/providers/Microsoft.Insights/diagnosticSettings/d"
IS_VAULT = {"field": "type", "equals": "Microsoft.KeyVault/vaults"}


def vault(**properties: Any) -> dict[str, Any]:
    return {
        "id": VAULT_ID,
        "name": "v",
        "type": "microsoft.keyvault/vaults",
        "properties": properties,
    }


def setting(*enabled: bool, name: str = "d") -> dict[str, Any]:
    return {
        "id": f"{SETTING_ID}{name}",
        "name": name,
        "type": "microsoft.insights/diagnosticsettings",
        "properties": {"logs": [{"enabled": one} for one in enabled]},
    }


def rule(condition: Any, effect: str = "audit", **details: Any) -> Definition:
    then = {"effect": effect, **({"details": details} if details else {})}
    return Definition.parse({"if": condition, "then": then}, TABLE)


def logged() -> Definition:
    return rule(
        IS_VAULT,
        "auditIfNotExists",
        type="Microsoft.Insights/diagnosticSettings",
        existenceCondition={"field": LOGS, "equals": True},
    )


def test_leaves_are_told_with_the_names_of_azure() -> None:
    told = rule({"allOf": [IS_VAULT, {"field": PURGE, "notEquals": True}]}).explain(
        vault(enablePurgeProtection=False)
    )
    assert told["effect"] == "audit"
    assert told["evaluatedExpressions"] == [
        {
            "result": "True",
            "expression": "type",
            "expressionKind": "Field",
            "path": "type",
            "expressionValue": "microsoft.keyvault/vaults",
            "targetValue": "Microsoft.KeyVault/vaults",
            "operator": "Equals",
        },
        {
            "result": "True",
            "expression": PURGE,
            "expressionKind": "Field",
            "path": "properties.enablePurgeProtection",
            "expressionValue": False,
            "targetValue": True,
            "operator": "NotEquals",
        },
    ]
    assert told["error"] is None
    assert told["ifNotExistsDetails"] is None
    assert told["reason"] == told["evaluatedExpressions"]
    assert told["tree"]["kind"] == "allOf"
    json.dumps(told)


def reason(condition: Any, **properties: Any) -> list[str]:
    told = rule(condition).explain(vault(**properties))
    return [f"{one.get('path')}={one['expressionValue']}" for one in told["reason"]]


A = {"field": "properties.a", "equals": 1}
B = {"field": "properties.b", "equals": 1}
C = {"field": "properties.c", "equals": 1}


@pytest.mark.parametrize(
    ("condition", "properties", "wanted"),
    [
        ({"allOf": [A, B, C]}, {"a": 1, "b": 0, "c": 1}, ["properties.b=0"]),
        ({"allOf": [A, B]}, {"a": 1, "b": 1}, ["properties.a=1", "properties.b=1"]),
        ({"anyOf": [A, B]}, {"a": 0, "b": 0}, ["properties.a=0", "properties.b=0"]),
        ({"anyOf": [A, B]}, {"a": 0, "b": 1}, ["properties.b=1"]),
        ({"not": {"anyOf": [A, B]}}, {"a": 0, "b": 1}, ["properties.b=1"]),
        # one leaf is shorter than two, in whatever place it stands
        ({"anyOf": [{"allOf": [A, B]}, C]}, {"a": 1, "b": 1, "c": 1}, ["properties.c=1"]),
        ({"allOf": [{"anyOf": [A, B]}, C]}, {"a": 0, "b": 0, "c": 0}, ["properties.c=0"]),
        # what was observed comes before what is not there
        ({"allOf": [A, B]}, {"b": 0}, ["properties.b=0"]),
        ({"allOf": [A, B]}, {}, ["properties.a=None"]),
    ],
)
def test_the_reason_is_the_shortest_that_suffices(
    condition: Any, properties: dict[str, Any], wanted: list[str]
) -> None:
    assert reason(condition, **properties) == wanted


def test_of_an_array_the_element_that_decides_is_the_reason() -> None:
    rules = {"ipRules": [{"value": "a"}, {"value": "b"}, {"value": "a"}]}
    assert reason({"field": RULES, "equals": "a"}, networkAcls=rules) == [
        "properties.networkAcls.ipRules[1].value=b"
    ]


def test_a_count_and_a_value_say_their_kind_and_what_is_written() -> None:
    count = {"count": {"field": RULES.removesuffix(".value")}, "greater": 0}
    value = {"value": "[length(field('name'))]", "equals": 1}
    told = rule({"allOf": [count, value]}).explain(vault(networkAcls={"ipRules": [{}, {}]}))
    kinds = [
        (one["expressionKind"], one["expression"], one["expressionValue"])
        for one in told["evaluatedExpressions"]
    ]
    assert kinds == [
        ("Count", RULES.removesuffix(".value"), 2),
        ("Value", "[length(field('name'))]", 1),
    ]


def test_what_must_exist_is_told_with_each_resource_that_falls_short() -> None:
    told = logged().explain(vault(), related=[setting(False), setting(True, False, name="e")])
    assert told["effect"] == "auditifnotexists"
    found = told["ifNotExistsDetails"]
    assert (found["resourceId"], found["totalResources"]) == (f"{SETTING_ID}e", 2)
    assert [one["result"] for one in found["evaluatedResources"]] == ["False", "False"]
    assert [(one["path"], one.get("resourceId")) for one in told["reason"]] == [
        ("type", None),
        ("properties.logs[0].enabled", f"{SETTING_ID}d"),
        ("properties.logs[1].enabled", f"{SETTING_ID}e"),
    ]


def test_what_exists_is_the_reason_alone() -> None:
    related = [setting(False), setting(True, name="e"), setting(True, name="f")]
    told = logged().explain(vault(), related=related)
    assert told["effect"] is None
    assert told["ifNotExistsDetails"]["resourceId"] == f"{SETTING_ID}e"
    assert told["ifNotExistsDetails"]["totalResources"] == 3
    assert {one["resourceId"] for one in told["reason"]} == {f"{SETTING_ID}e"}


def test_nothing_to_look_at_is_told_as_nothing() -> None:
    told = logged().explain(vault())
    assert told["effect"] == "auditifnotexists"
    assert told["ifNotExistsDetails"] == {
        "resourceId": None,
        "totalResources": 0,
        "evaluatedResources": [],
    }


def test_nothing_is_looked_for_where_if_is_false() -> None:
    told = logged().explain({"type": "other/kind"}, related=[setting(True)])
    assert told["effect"] is None
    assert told["ifNotExistsDetails"] is None
    assert [one["path"] for one in told["reason"]] == ["type"]


def test_an_existence_condition_may_read_the_resource_itself() -> None:
    definition = rule(
        IS_VAULT,
        "auditIfNotExists",
        type="Microsoft.Insights/diagnosticSettings",
        existenceCondition={"field": "name", "equals": "[concat(field('name'), '-logs')]"},
    )
    for name, effect in (("v-logs", None), ("d", "auditifnotexists")):
        told = definition.explain(vault(), related=[setting(name=name)])
        assert told["effect"] == effect
        assert told["ifNotExistsDetails"]["evaluatedResources"][0]["result"] == str(effect is None)


def test_an_error_of_the_rule_is_told_and_not_raised() -> None:
    definition = rule({"allOf": [IS_VAULT, {"value": "[substring('a', 5, 9)]", "equals": "x"}]})
    told = definition.explain(vault())
    assert told["effect"] is None
    assert told["error"]["slug"] == "function-failed"
    assert [one["result"] for one in told["evaluatedExpressions"]] == ["True", "Error"]
    assert [one["result"] for one in told["reason"]] == ["Error"]


def test_what_may_not_be_known_is_told_and_shown_to_nobody() -> None:
    told = rule({"field": PURGE, "equals": True}).explain(
        vault(enablePurgeProtection={"$redacted": True})
    )
    assert (told["effect"], told["error"]["slug"]) == (None, "undecided")
    assert told["reason"][0]["result"] == "Unknown"
    assert told["reason"][0]["expressionValue"] == {"$redacted": True}


def test_wrong_parameters_are_told_too() -> None:
    document = {"parameters": {}, "policyRule": {"if": IS_VAULT, "then": {"effect": "audit"}}}
    told = Definition.parse(document).explain(vault(), parameters={"x": 1})
    assert told["error"]["slug"] == "unknown-parameter"
    assert told["evaluatedExpressions"] == []
    assert told["tree"] is None


def test_an_unknown_alias_is_named_and_in_strict_reading_refused() -> None:
    unknown = "Microsoft.KeyVault/vaults/enablePurgeProtektion"
    document = {
        "if": {
            "allOf": [
                {"field": unknown, "equals": True},
                {"field": unknown.upper(), "exists": True},
                {"count": {"field": "Microsoft.A/b/c[*]"}, "equals": 0},
                {"field": PURGE, "equals": "[field('Microsoft.A/b/d')]"},
                {"field": "tags['a/b']", "exists": True},
                {"field": "properties.a/b", "exists": True},
            ]
        },
        "then": {
            "effect": "auditIfNotExists",
            "details": {
                "type": "Microsoft.A/b",
                "name": "[field('Microsoft.A/b/e')]",
                "existenceCondition": {"field": "Microsoft.A/b/f", "equals": 1},
            },
        },
    }
    wanted = (unknown, *(f"Microsoft.A/b/{end}" for end in ("c[*]", "d", "e", "f")))
    assert Definition.parse(document, TABLE).unknown_aliases == wanted
    assert PURGE in Definition.parse(document).unknown_aliases
    with pytest.raises(ConditionError) as caught:
        Definition.parse(document, TABLE, strict=True)
    assert {fault.slug for fault in caught.value.faults} == {"unknown-alias"}
    assert len(caught.value.faults) == 6
    assert caught.value.faults[0].help == f"did you mean `{PURGE}`?"
    assert caught.value.faults[0].pointer == ("if", "allOf", 0, "field")


def test_in_strict_reading_a_computed_alias_is_refused_when_it_is_known() -> None:
    document = {
        "if": {"field": "[concat('Microsoft.A/b/', field('name'))]", "equals": 1},
        "then": {"effect": "audit"},
    }
    strict = Definition.parse(document, TABLE, strict=True)
    with pytest.raises(EvaluationError) as caught:
        strict.evaluate(vault())
    assert [fault.slug for fault in caught.value.faults] == ["unknown-alias"]
    assert Definition.parse(document, TABLE).evaluate(vault()) is None


def test_without_unknown_aliases_strict_reading_changes_nothing() -> None:
    document = {"if": {"field": PURGE, "notEquals": True}, "then": {"effect": "deny"}}
    strict = Definition.parse(document, TABLE, strict=True)
    assert strict.unknown_aliases == ()
    assert strict.evaluate(vault()) == "deny"
