"""Policy definitions and initiatives of a workspace, and the controls that they become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attestgraph.conditions import Definition
from attestgraph.diagnostics import Severity
from attestgraph.load import Loaded
from attestgraph.load.initiatives import control_id
from attestgraph.model.authored import Control, PolicyTest
from attestgraph.model.ids import ControlId
from attestgraph.model.words import Covers, Origin, Provenance
from tests.load.policies import (
    BUILT_IN,
    NAME,
    PROTECTED,
    RULE,
    definition,
    initiative,
    reference,
    text,
)
from tests.load.world import Files, load

FILE = f"definitions/{NAME}.json"
SET = "definitions/initiatives/baseline.json"
GROUPS = {
    "frameworks/azure-policy/groups.csv": "group,framework,requirement\n"
    "SAMPLE 3.1,sample-1.0,3.1\nboth,sample-1.0,3.1\nboth,sample-1.0,3.2\n"
}


def adopted(
    tmp: Path, *references: Any, adopts: str = "[baseline]", own: Files | None = None, **more: Any
) -> Loaded:
    return load(
        tmp,
        own={
            "attestgraph.yaml": f"organisation: Contoso\ninitiatives: {adopts}\n",
            FILE: text(definition()),
            SET: text(initiative(*references, **more)),
            **GROUPS,
            **(own or {}),
        },
    )


def the(loaded: Loaded, reference_id: str = "purge") -> Control:
    return loaded.library.controls[control_id("baseline", reference_id)]


def policy_of(control: Control) -> PolicyTest:
    test = control.checks[-1].test
    assert isinstance(test, PolicyTest)
    return test


def clean(loaded: Loaded) -> Loaded:
    assert loaded.diagnostics == ()
    return loaded


def test_definitions_are_read_in_all_their_forms(tmp_path: Path) -> None:
    flat = {"name": "Flat", **definition()["properties"]}
    by_id = {**definition(), "name": None, "id": BUILT_IN.replace(NAME, "by-id")}
    loaded = clean(
        load(
            tmp_path,
            own={
                FILE: text(definition()),
                "definitions/flat.json": text(flat),
                "definitions/by-id.json": "\ufeff" + text(by_id),
                SET: text(initiative()),
            },
        )
    )
    library = loaded.library
    assert sorted(library.rules) == [NAME, "by-id", "flat"]
    found = library.rules[NAME]
    assert (found.title, found.mode, found.version, found.kind) == (
        "Vaults keep what is deleted",
        "Indexed",
        "2.1.0",
        "builtin",
    )
    assert found.definition.types == {"microsoft.keyvault/vaults"}
    assert [f.path for f in library.files][:1] == ["attestgraph.yaml"]
    assert FILE in {f.path for f in library.files}
    assert library.initiatives["baseline"].references[0].name == NAME


def test_what_is_known_of_a_definition_comes_from_the_one_imported(tmp_path: Path) -> None:
    wider = {"field": "type", "in": ["a/b", "Microsoft.KeyVault/vaults"]}
    own = {FILE: text(definition(displayName="Ours", policyRule={**RULE, "if": wider}))}
    facts = clean(load(tmp_path, own=own)).library.definitions[NAME]
    assert (facts.title, facts.category, facts.effect) == ("Ours", "Key Vault", "audit")
    assert facts.types == ("a/b", "microsoft.keyvault/vaults")


CONTROL = """\
control: own
says: A control of our own.
domain: keys
severity: high
responsibility: customer
owner: us
source: ours
supports: []
checks:
  - check: purge
    says: It is on.
    policy: 0B60C0B2-2dc2-4e1c-b5c9-abbed971de53
"""


def test_a_policy_check_knows_the_imported_definition_of_its_name(tmp_path: Path) -> None:
    own = {"controls/keys/own.yaml": CONTROL}
    alone = clean(load(tmp_path / "a", own=own)).library.controls[ControlId("own")]
    assert policy_of(alone).rule is None
    own[FILE] = text(definition())
    with_it = clean(load(tmp_path / "b", own=own)).library.controls[ControlId("own")]
    assert isinstance(policy_of(with_it).rule, Definition)
    assert with_it.checks[0].document["definition"]["name"] == NAME
    # the digest of a check is that of its document
    assert with_it.checks[0].document != alone.checks[0].document


def test_a_check_of_the_library_knows_it_too_and_a_static_one_is_never_a_rule(
    tmp_path: Path,
) -> None:
    for kind, known in (("BuiltIn", True), ("static", False)):
        own = {FILE: text(definition(policyType=kind)), "controls/keys/own.yaml": CONTROL}
        loaded = clean(load(tmp_path / kind, own=own))
        tests = [
            check.test
            for control in loaded.library.controls.values()
            for check in control.checks
            if isinstance(check.test, PolicyTest)
        ]
        assert len(tests) >= 2, "the small library has a policy check"
        assert all((test.rule is not None) is known for test in tests)


def test_a_definition_beside_its_check_needs_no_import(tmp_path: Path) -> None:
    inline = CONTROL.replace(NAME.upper()[:8], "11111111") + (
        "    values: {least: 0.5}\n"
        "    definition:\n"
        "      parameters: {least: {type: Float}}\n"
        "      policyRule:\n"
        "        if: {allOf: [{field: type, equals: Microsoft.Sample/a},\n"
        f"          {{field: {PROTECTED}, less: \"[parameters('least')]\"}}]}}\n"
        "        then: {effect: audit}\n"
    )
    loaded = clean(load(tmp_path, own={"controls/keys/own.yaml": inline}))
    test = policy_of(loaded.library.controls[ControlId("own")])
    assert test.types == ("microsoft.sample/a",)
    assert test.values == {"least": 0.5}
    assert test.rule is not None


# initiatives


def test_each_reference_becomes_a_control_of_our_own(tmp_path: Path) -> None:
    loaded = clean(adopted(tmp_path, reference(effect="Audit"), groups=("Sample 3.1",)))
    control = the(loaded)
    assert control.says == "Vaults keep what is deleted"
    assert (control.origin, control.owner, control.domain) == (Origin.OWN, "Contoso", "key-vault")
    assert control.source == "Azure Policy initiative Our baseline, version 1.0.0, reference purge"
    assert control.span is not None
    assert control.span.path == SET
    test = policy_of(control)
    assert (test.definition, test.values) == (NAME, {"effect": "Audit"})
    assert test.types == ("microsoft.keyvault/vaults",)
    assert test.rule is not None


def test_links_come_from_the_groups_and_never_cover_more_than_a_part(tmp_path: Path) -> None:
    groups = ("Sample 3.1", "Both")
    control = the(clean(adopted(tmp_path, reference(groups=groups), groups=groups)))
    assert [link.requirement for link in control.supports] == ["3.1", "3.2"]
    for link in control.supports:
        assert (link.covers, link.review) == (Covers.PART, None)
        assert link.provenance is Provenance.MICROSOFT
        assert "Our baseline" in link.because


def test_a_reference_without_a_group_supports_nothing(tmp_path: Path) -> None:
    control = the(clean(adopted(tmp_path, reference(groups=()), groups=("both",))))
    assert control.supports == ()


def test_nothing_is_adopted_that_is_not_named(tmp_path: Path) -> None:
    loaded = clean(load(tmp_path, own={FILE: text(definition()), SET: text(initiative())}))
    assert control_id("baseline", "purge") not in loaded.library.controls


def test_ids_are_stable_unique_and_of_the_form_of_ids() -> None:
    ids = [
        control_id(initiative_name, reference_id)
        for initiative_name in ("one", "two")
        for reference_id in ("Purge On", "purge-on", "purge_on", "", "Ä", "x" * 200)
    ]
    assert len(set(ids)) == len(ids)
    assert all(id_.replace("-", "").isalnum() and id_ == id_.lower() for id_ in ids)
    assert max(map(len, ids)) <= 80
    assert control_id("One", "PURGE on") == control_id("one", "purge ON")


DECLARED = {
    "level": {"type": "String", "defaultValue": "Audit"},
    "names": {"type": "Array", "defaultValue": ["a"]},
}


@pytest.mark.parametrize(
    ("written", "passed"),
    [
        ("[parameters('level')]", "Audit"),
        ("[parameters('LEVEL')]", "Audit"),
        ("[concat(parameters('level'), 'IfNotExists')]", "AuditIfNotExists"),
        ("[[parameters('level')]", "[parameters('level')]"),
        ("plain", "plain"),
        (["[parameters('level')]", 1], ["Audit", 1]),
        ({"a": "[parameters('names')]"}, {"a": ["a"]}),
    ],
)
def test_parameters_are_passed_through(tmp_path: Path, written: object, passed: object) -> None:
    open_rule = definition("open", parameters={"any": {"type": _type_of(passed)}})
    open_rule["properties"]["policyRule"] = {**RULE, "then": {"effect": "audit"}}
    loaded = clean(
        adopted(
            tmp_path,
            reference(BUILT_IN.replace(NAME, "open"), any=written),
            parameters=DECLARED,
            own={"definitions/open.json": text(open_rule)},
        )
    )
    assert policy_of(the(loaded)).values == {"any": passed}


def _type_of(value: object) -> str:
    return {str: "String", list: "Array", dict: "Object"}[type(value)]


def test_the_workspace_gives_values_of_the_initiatives_parameters(tmp_path: Path) -> None:
    loaded = clean(
        adopted(
            tmp_path,
            reference(effect="[parameters('level')]"),
            adopts="[{initiative: BASELINE, parameters: {Level: Disabled}}]",
            parameters=DECLARED,
        )
    )
    assert policy_of(the(loaded)).values == {"effect": "Disabled"}


def test_a_reference_whose_values_do_not_fit_is_read_by_states_alone(tmp_path: Path) -> None:
    loaded = adopted(tmp_path, reference(effect="Deny"))
    assert [(d.slug, d.severity) for d in loaded.diagnostics] == [
        ("wrong-parameter", Severity.WARNING)
    ]
    assert policy_of(the(loaded)).rule is None


def test_a_reference_to_a_definition_that_is_only_known_has_no_rule(tmp_path: Path) -> None:
    files: dict[str, str | bytes | None] = {
        "attestgraph.yaml": "organisation: Contoso\ninitiatives: [baseline]\n",
        SET: text(initiative()),
        **GROUPS,
    }
    test = policy_of(the(clean(load(tmp_path, own=files))))
    assert test.rule is None
    assert test.types == ("microsoft.keyvault/vaults",)


def test_a_custom_definition_is_meant_by_its_full_id(tmp_path: Path) -> None:
    full = "/subscriptions/s/providers/Microsoft.Authorization/policyDefinitions/Ours"
    own = {"definitions/ours.json": text(definition("Ours"))}
    test = policy_of(the(clean(adopted(tmp_path, reference(full), own=own))))
    assert test.definition == full.lower()
    assert test.rule is not None


def test_records_may_name_a_control_of_an_initiative(tmp_path: Path) -> None:
    name = control_id("baseline", "purge")
    own = {
        "exceptions/e.yaml": f"""\
exception: e
kind: waiver
control: {name}
scope: {{subscription: 11111111-1111-1111-1111-111111111111}}
reason: It goes away.
risk: Keys could be lost.
requested_by: dev@example.com
approved_by: ciso@example.com
approved_on: 2026-10-01
expires_on: 2026-12-01
"""
    }
    loaded = clean(adopted(tmp_path, own=own))
    assert loaded.library.exceptions[0].subject.control == name


def test_loading_twice_gives_the_same(tmp_path: Path) -> None:
    first, second = (adopted(tmp_path / n, reference()) for n in ("a", "b"))
    assert list(first.library.controls) == list(second.library.controls)
    assert first.library.files == second.library.files
