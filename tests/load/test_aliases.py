"""A workspace's own aliases: in the form of PowerShell and of the providers API."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from attestgraph.load import load_library
from attestgraph.load.alias_answers import offset_of
from tests.load.world import LIBRARY, faults, load
from tests.load.wrong import CONTROL, OWN

PURGE = "Microsoft.KeyVault/vaults/enablePurgeProtection"
NEW = "Microsoft.KeyVault/vaults/newSetting"
DEEP = "Microsoft.Sample/a/c"


def shell(alias: str, path: str, kind: str = "vaults", space: str = "Microsoft.KeyVault") -> Any:
    entry = {"Name": alias, "DefaultPath": path, "Paths": [{"Path": path, "ApiVersions": ["1"]}]}
    return {"Namespace": space, "ResourceType": kind, "Aliases": [entry]}


def provider(alias: str, paths: list[dict[str, Any]], default: str | None) -> Any:
    entry = {"name": alias, "paths": paths, "defaultPath": default, "type": "PlainText"}
    kind = {"resourceType": "vaults", "aliases": [entry], "apiVersions": ["1"]}
    return {"namespace": "Microsoft.KeyVault", "resourceTypes": [kind]}


@pytest.mark.parametrize(
    "answer",
    [
        [shell(NEW, "properties.new")],
        shell(NEW, "properties.new"),
        [provider(NEW, [], "properties.new")],
        {"value": [provider(NEW, [{"path": "properties.new"}], None)], "nextLink": None},
        provider(NEW, [{"path": "properties.old"}], "properties.new"),
    ],
)
def test_each_form_of_an_answer_gives_the_alias(answer: Any, tmp_path: Path) -> None:
    loaded = load(tmp_path, own={"aliases/2026-11.json": json.dumps(answer)})
    assert loaded.diagnostics == ()
    assert loaded.aliases.path(NEW.upper(), "Microsoft.KeyVault/Vaults") == "properties.new"
    assert loaded.aliases.path(PURGE, "microsoft.keyvault/vaults")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps([shell(NEW, "properties.new")])
    assert NEW in load(tmp_path, own={"aliases.json": text}).aliases


def test_an_own_path_counts_for_its_type_and_leaves_other_types_alone(tmp_path: Path) -> None:
    answer = [shell(DEEP, "properties.own", kind="a", space="Microsoft.Sample")]
    aliases = load(tmp_path, own={"aliases.json": json.dumps(answer)}).aliases
    assert aliases.path(DEEP, "microsoft.sample/a") == "properties.own"
    assert aliases.path(DEEP, "microsoft.sample/d") == "properties.deep.c"


def test_of_two_files_the_later_name_counts(tmp_path: Path) -> None:
    own = {
        "aliases.json": json.dumps([shell(NEW, "properties.first")]),
        "aliases/2025.json": json.dumps([shell(NEW, "properties.second")]),
        "aliases/2026.json": json.dumps([shell(NEW.upper(), "properties.third")]),
    }
    aliases = load(tmp_path, own=own).aliases
    assert aliases.path(NEW, "microsoft.keyvault/vaults") == "properties.third"


def test_an_alias_without_a_path_is_as_unknown_as_one_that_is_not_there(tmp_path: Path) -> None:
    own = {
        OWN: CONTROL.replace(PURGE, NEW),
        "aliases.json": json.dumps([provider(NEW, [], None)]),
    }
    assert [d.slug for d in faults(tmp_path, own=own)] == ["unknown-alias"]


def test_a_control_may_read_an_alias_that_only_the_workspace_has(tmp_path: Path) -> None:
    control = CONTROL.replace(PURGE, NEW)
    assert [d.slug for d in faults(tmp_path / "a", own={OWN: control})] == ["unknown-alias"]
    own = {OWN: control, "aliases.json": json.dumps([shell(NEW, "properties.new")])}
    assert faults(tmp_path / "b", own=own) == []


def test_the_files_of_aliases_are_among_the_files_of_the_workspace(tmp_path: Path) -> None:
    loaded = load(tmp_path, own={"aliases/a.json": "[]"})
    assert "aliases/a.json" in {file.path for file in loaded.library.files}


def test_what_the_small_table_lacks_is_read_from_the_large_one(tmp_path: Path) -> None:
    text = f"alias,type,path\n{NEW},microsoft.keyvault/vaults,properties.new\n"
    packed = gzip.compress(text.encode(), mtime=0)
    shelf: dict[str, str | bytes | None] = {
        "frameworks/azure-policy/aliases-all.csv.gz": packed,
        OWN: CONTROL.replace(PURGE, NEW),
    }
    loaded = load(tmp_path, shelf=shelf)
    assert loaded.diagnostics == ()
    assert len(loaded.aliases) == 6
    assert loaded.library.library_sha256 != load(tmp_path).library.library_sha256


def test_the_large_table_is_not_unpacked_for_what_the_small_one_has(tmp_path: Path) -> None:
    shelf = {"frameworks/azure-policy/aliases-all.csv.gz": b"not packed at all"}
    loaded = load(tmp_path, shelf=shelf)
    assert loaded.diagnostics == ()
    assert loaded.aliases.path(PURGE, "microsoft.keyvault/vaults")


def test_the_library_knows_every_alias() -> None:
    aliases = load_library(None).aliases
    assert len(aliases) == 76_137
    assert aliases.path("microsoft.aad/domainservices/domainname", None) == "properties.domainName"
    key = "Microsoft.KeyVault.Data/vaults/keys/attributes.expiresOn"
    assert aliases.path(key, None) == "properties.attributes.expiresOn"
    assert aliases.nearest(key.replace("expires", "expire")) == key


def test_the_place_of_a_value_is_found_in_the_text() -> None:
    text = '{"a" : [1, {"b\\"": [true, "x"] , "c": {"d":  7}}], "e":null}'
    for place, start in [
        (("a", 0), "1"),
        (("a", 1, 'b"', 1), '"x"'),
        (("a", 1, "c", "d"), "7"),
        (("e",), "null"),
    ]:
        assert text[offset_of(text, place) :].startswith(start)


def test_the_small_library_has_no_large_table() -> None:
    assert not (LIBRARY / "frameworks/azure-policy/aliases-all.csv.gz").exists()
