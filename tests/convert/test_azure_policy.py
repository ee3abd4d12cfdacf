"""Importing policy definitions: every form of export, all or nothing, deterministic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from attestgraph.conditions import Aliases
from attestgraph.convert import ImportedPolicies, import_azure_policy
from attestgraph.diagnostics import Diagnostic, InputError
from tests.load.policies import (
    BUILT_IN,
    NAME,
    PARAMETERS,
    PROTECTED,
    RULE,
    definition,
    initiative,
    reference,
)

ALIASES = Aliases.from_mapping({PROTECTED: "properties.enablePurgeProtection"})


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """Return what `az policy definition list` makes of a definition."""
    body = dict(document["properties"])
    metadata = {"version": body.pop("version"), "category": "Key Vault"}
    return {
        "description": "text",
        "id": BUILT_IN,
        "metadata": metadata,
        "name": document["name"],
        "systemData": None,
        "type": "Microsoft.Authorization/policyDefinitions",
        **body,
    }


def put(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return path


def imported(tmp: Path, *values: Any, out: str = "definitions") -> ImportedPolicies:
    files = [put(tmp / f"in{n}.json", value) for n, value in enumerate(values)]
    return import_azure_policy(files, tmp / out, aliases=ALIASES)


def refused(tmp: Path, *values: Any) -> Sequence[Diagnostic]:
    with pytest.raises(InputError) as error:
        imported(tmp, *values)
    assert not (tmp / "definitions").exists(), "something was written"
    return error.value.diagnostics


def written(tmp: Path) -> dict[str, Any]:
    folder = tmp / "definitions"
    return {
        str(p.relative_to(folder)): json.loads(p.read_bytes())
        for p in sorted(folder.rglob("*.json"))
    }


LINES = "\n".join(json.dumps(d) for d in (definition(), initiative())) + "\n"


@pytest.mark.parametrize(
    "value",
    [
        definition(),
        flat(definition()),
        [definition()],
        [flat(definition())],
        {"value": [definition()], "nextLink": None},
        json.dumps(definition()) + "\n",
        "\ufeff" + json.dumps([definition()]),
        json.dumps(definition()) + "\n" + json.dumps(flat(definition())) + "\n",
    ],
)
def test_every_form_gives_the_same_file(tmp_path: Path, value: Any) -> None:
    done = imported(tmp_path, value)
    assert (done.definitions, done.initiatives, done.diagnostics) == (1, 0, ())
    assert written(tmp_path) == {f"{NAME}.json": definition()}


def test_an_initiative_keeps_parameters_references_and_groups(tmp_path: Path) -> None:
    document = initiative(
        {**reference(effect="[parameters('e')]"), "definitionVersion": "2.*.*", "latest": 1},
        parameters={"e": {"type": "String"}},
        policyDefinitionGroups=[
            {"name": "sample 3.1", "category": "AC", "description": "a standard's sentence"}
        ],
    )
    imported(tmp_path, {"value": [document]})
    found = written(tmp_path)["initiatives/baseline.json"]["properties"]
    assert found["policyDefinitions"] == [
        {**reference(effect="[parameters('e')]"), "definitionVersion": "2.*.*"}
    ]
    assert found["policyDefinitionGroups"] == [{"name": "sample 3.1", "category": "AC"}]
    assert found["parameters"] == {"e": {"type": "String"}}


def test_a_folder_is_searched_at_every_depth(tmp_path: Path) -> None:
    put(tmp_path / "azure/a/one.json", definition())
    put(tmp_path / "azure/b/c/two.ndjson", LINES)
    put(tmp_path / "azure/notes.txt", "no JSON")
    done = import_azure_policy([tmp_path / "azure"], tmp_path / "out", aliases=ALIASES)
    assert (done.definitions, done.initiatives) == (1, 1)


def test_static_definitions_are_counted_and_left_out(tmp_path: Path) -> None:
    static = definition("stated", policyType="Static", policyRule={"if": "what ever"})
    done = imported(tmp_path, [static, static, definition()])
    assert (done.definitions, done.static) == (1, 1)
    assert list(written(tmp_path)) == [f"{NAME}.json"]


def test_names_become_lower_case_files(tmp_path: Path) -> None:
    imported(tmp_path, definition("My Policy"))
    assert written(tmp_path) == {"my policy.json": definition("My Policy")}


def test_equal_input_in_any_order_gives_equal_bytes(tmp_path: Path) -> None:
    parts = [definition(), definition("b"), initiative()]
    imported(tmp_path / "one", parts)
    imported(tmp_path / "two", *reversed(parts))
    bytes_of = [
        {p.name: p.read_bytes() for p in (tmp_path / n).rglob("definitions/**/*.json")}
        for n in ("one", "two")
    ]
    assert len(bytes_of[0]) == 3
    assert bytes_of[0] == bytes_of[1]


def test_a_second_import_adds_and_replaces(tmp_path: Path) -> None:
    imported(tmp_path, [definition(), definition("b")])
    done = imported(tmp_path, [definition(version="3.0.0"), initiative()])
    assert (done.definitions, done.initiatives, done.replaced) == (1, 1, 1)
    found = written(tmp_path)
    assert sorted(found) == [f"{NAME}.json", "b.json", "initiatives/baseline.json"]
    assert found[f"{NAME}.json"]["properties"]["version"] == "3.0.0"
    assert imported(tmp_path, definition(version="3.0.0")).replaced == 0


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = put(tmp_path / "definitions/notes.txt", "mine")
    with pytest.raises(InputError) as error:
        imported(tmp_path, definition())
    assert error.value.diagnostics[0].slug == "not-ours"
    assert [p.name for p in mine.parent.iterdir()] == ["notes.txt"]


def test_every_fault_of_every_file_is_shown_at_its_place(tmp_path: Path) -> None:
    bad = {**RULE, "if": {"field": f"{PROTECTED}s", "equels": 1}}
    found = refused(
        tmp_path,
        {"value": [definition(), definition("x", policyRule=bad)]},
        [definition("y", mode=1), initiative({"policyDefinitionId": 7}), 5],
        '{"name": "cut"',
    )
    assert all(d.span is not None for d in found)
    assert [(d.slug, d.message.split(":")[0]) for d in found] == [
        ("unknown-alias", "/value/1/properties/policyRule/if/field"),
        ("unknown-operator", "/value/1/properties/policyRule/if/equels"),
        ("wrong-type", "/0/properties/mode"),
        ("wrong-type", "/1/properties/policyDefinitions/0/policyDefinitionId"),
        ("unknown-form", "/2"),
        ("bad-json", "not JSON"),
    ]


def test_a_place_is_the_line_and_column_of_the_value(tmp_path: Path) -> None:
    bad = definition("x", policyRule={**RULE, "if": {"field": f"{PROTECTED}s", "equals": 1}})
    lines = json.dumps(definition()) + "\n\n" + json.dumps(bad) + "\n"
    (fault,) = refused(tmp_path, lines)
    assert fault.slug == "unknown-alias"
    assert fault.help == f"did you mean `{PROTECTED}`?"
    span = fault.span
    assert span is not None
    row = lines.splitlines()[span.line - 1]
    assert span.line == 3
    assert row[span.column - 1 :].startswith(json.dumps(f"{PROTECTED}s"))


def test_one_name_with_unlike_content_is_refused(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, [definition(), definition(version="9.0.0")])
    assert fault.slug == "duplicate-id"
    assert "in0.json, /0" in str(fault.help)


def test_a_set_and_a_definition_may_have_the_same_name(tmp_path: Path) -> None:
    done = imported(tmp_path, [definition("same"), initiative(name="same")])
    assert (done.definitions, done.initiatives) == (1, 1)


@pytest.mark.parametrize("name", ["../up", "a/b", "a\\b", "", " a", "x" * 200, "..", "a\nb", "C:"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    refused(tmp_path, definition(name))


def test_an_unfinished_answer_is_a_warning(tmp_path: Path) -> None:
    done = imported(tmp_path, {"value": [definition()], "nextLink": "https://next"})
    assert [d.slug for d in done.diagnostics] == ["more-pages"]
    assert done.definitions == 1


@pytest.mark.parametrize(
    ("value", "slug"),
    [
        ([], "no-definitions"),
        ("", "empty-file"),
        ("[1, 2", "bad-json"),
        ({"error": {"code": "AuthorizationFailed"}}, "error-answer"),
        ({"name": "x", "properties": {}}, "unknown-form"),
        ('{"name": "a", "name": "b"}', "duplicate-key"),
        ([definition(parameters=["x"])], "bad-parameter"),
    ],
)
def test_what_is_no_definition_is_told(tmp_path: Path, value: Any, slug: str) -> None:
    assert refused(tmp_path, value)[0].slug == slug


def test_a_file_that_is_not_there_and_an_empty_folder(tmp_path: Path) -> None:
    for path, slug in ((tmp_path / "none", "missing-file"), (tmp_path, "no-definitions")):
        with pytest.raises(InputError) as error:
            import_azure_policy([path], tmp_path / "definitions", aliases=ALIASES)
        assert error.value.diagnostics[0].slug == slug


def test_what_the_workspace_could_not_read_is_not_written(tmp_path: Path) -> None:
    huge = {**PARAMETERS, "long": {"type": "String", "defaultValue": "x" * 1_100_000}}
    assert refused(tmp_path, definition(parameters=huge))[0].slug == "too-large"
