"""Policy definitions: effect, parameters, what must exist."""

from __future__ import annotations

from typing import Any

import pytest

from attestgraph.conditions import Aliases, ConditionError, Definition, EvaluationError

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
MACHINE = {
    "id": VM,
    "type": "microsoft.compute/virtualmachines",
    "name": "vm",
    "location": "eastus",
}
IS_MACHINE = {"field": "type", "equals": "Microsoft.Compute/virtualMachines"}


def looks_for(details: dict[str, Any], effect: str = "auditIfNotExists") -> Definition:
    return Definition.parse({"if": IS_MACHINE, "then": {"effect": effect, "details": details}})


def test_the_effect_is_given_in_lower_case() -> None:
    rule = Definition.parse({"if": IS_MACHINE, "then": {"effect": "Deny"}})
    assert rule.evaluate(MACHINE) == "deny"
    assert rule.evaluate({"type": "other/kind"}) is None


@pytest.mark.parametrize(
    "effect",
    ["audit", "deny", "append", "modify", "manual", "denyAction", "addToNetworkGroup", "mutate"],
)
def test_every_effect_is_reported(effect: str) -> None:
    rule = Definition.parse({"if": IS_MACHINE, "then": {"effect": effect, "details": {"x": 1}}})
    assert rule.evaluate(MACHINE) == effect.lower()


def test_disabled_has_no_effect_and_reads_nothing() -> None:
    rule = {
        "if": {"value": "[substring('a', 5, 9)]", "equals": "x"},
        "then": {"effect": "Disabled"},
    }
    assert Definition.parse(rule).evaluate(MACHINE) is None


def test_an_unknown_effect_is_a_fault() -> None:
    with pytest.raises(ConditionError) as caught:
        Definition.parse({"if": IS_MACHINE, "then": {"effect": "denny"}})
    assert [(f.slug, f.help) for f in caught.value.faults] == [
        ("unknown-effect", "did you mean `deny`?")
    ]


def test_a_parameter_may_give_the_effect() -> None:
    rule = Definition.parse(
        {
            "properties": {
                "mode": "All",
                "parameters": {
                    "Effect": {
                        "type": "String",
                        "defaultValue": "Audit",
                        "allowedValues": ["Audit", "Disabled"],
                    }
                },
                "policyRule": {"if": IS_MACHINE, "then": {"effect": "[parameters('effect')]"}},
            }
        }
    )
    assert rule.effect_parameter == "effect"
    assert rule.mode == "All"
    assert rule.evaluate(MACHINE) == "audit"
    assert rule.evaluate(MACHINE, parameters={"effect": "Disabled"}) is None
    with pytest.raises(EvaluationError, match="allowed"):
        rule.evaluate(MACHINE, parameters={"effect": "Deny"})


def declared(form: dict[str, Any]) -> dict[str, Any]:
    condition = {"field": "location", "in": "[parameters('p')]"}
    return {
        "parameters": {"p": form},
        "policyRule": {"if": condition, "then": {"effect": "audit"}},
    }


@pytest.mark.parametrize(
    ("form", "given", "slug"),
    [
        ({"type": "Array"}, {}, "missing-parameter"),
        ({"type": "Array"}, {"p": "x"}, "wrong-parameter"),
        ({"type": "Array", "allowedValues": ["a", "b"]}, {"p": ["a", "c"]}, "wrong-parameter"),
        ({"type": "Integer"}, {"p": True}, "wrong-parameter"),
        ({"type": "DateTime"}, {"p": "soon"}, "wrong-parameter"),
        ({"type": "Array"}, {"p": [], "q": 1}, "unknown-parameter"),
    ],
)
def test_parameters_are_held_to_their_declaration(
    form: dict[str, Any], given: dict[str, Any], slug: str
) -> None:
    with pytest.raises(EvaluationError) as caught:
        Definition.parse(declared(form)).evaluate(MACHINE, parameters=given)
    assert [fault.slug for fault in caught.value.faults] == [slug]


@pytest.mark.parametrize(
    "form",
    [
        5,
        {},
        {"type": "Colour"},
        {"type": "Array", "defaultValue": "x"},
        {"type": "Array", "allowedValues": "x"},
        {"type": "Array", "defaultValue": "[parameters('p')]"},
    ],
)
def test_a_bad_declaration_is_a_fault(form: Any) -> None:
    with pytest.raises(ConditionError) as caught:
        Definition.parse(declared(form))
    assert "bad-parameter" in {fault.slug for fault in caught.value.faults}


def test_parameters_that_refer_to_one_another_are_faults_and_no_loop() -> None:
    rule = declared({"type": "String", "defaultValue": "[parameters('q')]"})
    rule["parameters"]["q"] = {"type": "String", "defaultValue": "[parameters('p')]"}
    with pytest.raises(ConditionError) as caught:
        Definition.parse(rule)
    assert [fault.pointer for fault in caught.value.faults] == [
        ("parameters", "p", "defaultValue"),
        ("parameters", "q", "defaultValue"),
    ]


def test_a_parameter_that_is_not_declared_is_a_fault() -> None:
    rule = declared({"type": "Array"})
    rule["policyRule"]["if"]["in"] = "[parameters('other')]"
    with pytest.raises(ConditionError) as caught:
        Definition.parse(rule)
    assert caught.value.faults[0].slug == "unknown-parameter"


EXTENSION: dict[str, Any] = {
    "id": VM + "/extensions/antimalware",
    "type": "microsoft.compute/virtualmachines/extensions",
    "name": "antimalware",
    "properties": {"publisher": "Contoso"},
}
KIND = "Microsoft.Compute/virtualMachines/extensions"


def test_what_exists_ends_the_effect() -> None:
    rule = looks_for({"type": KIND})
    assert rule.evaluate(MACHINE) == "auditifnotexists"
    assert rule.evaluate(MACHINE, related=[EXTENSION]) is None


def test_the_existence_condition_must_hold_for_one() -> None:
    rule = looks_for(
        {"type": KIND, "existenceCondition": {"field": "properties.publisher", "equals": "contoso"}}
    )
    other = {**EXTENSION, "properties": {"publisher": "Fabrikam"}}
    assert rule.evaluate(MACHINE, related=[other]) == "auditifnotexists"
    assert rule.evaluate(MACHINE, related=[other, EXTENSION]) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "microsoft.compute/virtualmachines/runcommands"},
        {"id": VM + "-other/extensions/antimalware"},
        {"name": "other", "id": VM + "/extensions/other"},
        {"id": EXTENSION["id"].replace("/s/", "/t/")},
    ],
    ids=["type", "machine", "name", "subscription"],
)
def test_resources_of_another_type_name_or_place_are_passed_over(changed: dict[str, Any]) -> None:
    rule = looks_for({"type": KIND, "name": "[concat('anti', 'malware')]"}, "deployIfNotExists")
    assert rule.evaluate(MACHINE, related=[EXTENSION]) is None
    assert rule.evaluate(MACHINE, related=[{**EXTENSION, **changed}]) == "deployifnotexists"


def test_an_extension_resource_must_belong_to_the_resource() -> None:
    kind = "Microsoft.Insights/diagnosticSettings"
    row = {"type": kind, "name": "d", "id": f"{VM}/providers/{kind}/d"}
    rule = looks_for({"type": kind})
    assert rule.evaluate(MACHINE, related=[row]) is None
    elsewhere = {**row, "id": row["id"].replace("/vm/", "/vm2/")}
    assert rule.evaluate(MACHINE, related=[elsewhere]) == "auditifnotexists"


def test_another_resource_is_looked_for_in_the_resource_group_unless_said_otherwise() -> None:
    kind = "Microsoft.Network/networkWatchers"
    row = {
        "type": kind,
        "id": f"/subscriptions/s/resourceGroups/nw/providers/{kind}/w",
        "name": "w",
    }
    near = {**row, "id": row["id"].replace("/nw/", "/G/")}
    assert looks_for({"type": kind}).evaluate(MACHINE, related=[row]) == "auditifnotexists"
    assert looks_for({"type": kind}).evaluate(MACHINE, related=[near]) is None
    wide = looks_for({"type": kind, "existenceScope": "Subscription"})
    assert wide.evaluate(MACHINE, related=[row]) is None
    named = looks_for({"type": kind, "ResourceGroupName": "NW"})
    assert named.evaluate(MACHINE, related=[row]) is None


def test_field_in_an_existence_condition_reads_the_resource_of_the_if() -> None:
    kind = "Microsoft.Network/networkWatchers"
    rule = looks_for(
        {
            "type": kind,
            "existenceScope": "subscription",
            "existenceCondition": {"field": "location", "equals": "[field('location')]"},
        }
    )
    row = {
        "type": kind,
        "location": "East US",
        "id": f"/subscriptions/s/resourceGroups/n/providers/{kind}/w",
    }
    assert rule.evaluate(MACHINE, related=[row]) is None
    assert rule.evaluate(MACHINE, related=[{**row, "location": "westus"}]) == "auditifnotexists"


def test_field_of_the_related_type_reads_the_related_resource() -> None:
    alias = "Microsoft.Db/servers/configurations/value"
    table = Aliases.from_mapping({alias: "properties.value"})
    rule = Definition.parse(
        {
            "if": {"field": "type", "equals": "Microsoft.Db/servers"},
            "then": {
                "effect": "AuditIfNotExists",
                "details": {
                    "type": "Microsoft.Db/servers/configurations",
                    "existenceCondition": {
                        "value": f"[int(field('{alias}'))]",
                        "greaterOrEquals": 7,
                    },
                },
            },
        },
        aliases=table,
    )
    server = {"type": "microsoft.db/servers", "properties": {"value": "1"}}
    setting = {"type": "microsoft.db/servers/configurations", "properties": {"value": "9"}}
    assert rule.evaluate(server, related=[setting]) is None


def test_what_cannot_be_known_is_an_error_and_never_silence() -> None:
    rule = Definition.parse(
        {"if": {"field": "properties.a", "equals": "x"}, "then": {"effect": "audit"}}
    )
    with pytest.raises(EvaluationError, match="may not be known"):
        rule.evaluate({"properties": {"a": {"$redacted": True}}})


def test_the_type_of_what_must_exist_is_needed() -> None:
    with pytest.raises(ConditionError, match="type"):
        looks_for({})


@pytest.mark.parametrize(
    ("condition", "types"),
    [
        (IS_MACHINE, {"microsoft.compute/virtualmachines"}),
        ({"field": "Type", "in": ["A/b", "C/d"]}, {"a/b", "c/d"}),
        (
            {"allOf": [IS_MACHINE, {"field": "name", "equals": "x"}]},
            {"microsoft.compute/virtualmachines"},
        ),
        (
            {"anyOf": [IS_MACHINE, {"field": "type", "equals": "a/b"}]},
            {"a/b", "microsoft.compute/virtualmachines"},
        ),
        ({"anyOf": [IS_MACHINE, {"field": "name", "equals": "x"}]}, set()),
        ({"not": IS_MACHINE}, set()),
    ],
)
def test_types_are_those_for_which_the_rule_can_hold(condition: Any, types: set[str]) -> None:
    rule = Definition.parse({"if": condition, "then": {"effect": "audit"}})
    assert rule.types == types
