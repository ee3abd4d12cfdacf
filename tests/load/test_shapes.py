"""Schemas of authored files: the walk that decodes says what jsonschema says."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from attestgraph import content
from attestgraph.load.reader import read_yaml
from attestgraph.load.shapes import KEYWORDS, Shapes, validator
from tests.load.changes import changed_once
from tests.load.world import LIBRARY
from tests.load.wrong import ATTESTATION, CONTROL, EXCEPTION, LIBRARIES, WORKSPACES

NAMES = ("attestation", "cases", "control", "exception", "framework", "workspace")
WORKSPACE = """\
organisation: Contoso
classification: Confidential
evidence: {sources: [resources, policystates], max_age: {default: PT24H, policystates: P2D}}
systems:
  - system: ehr
    title: Records
    owner: us
    boundary: {subscriptions: [a], tags: {env: prod}}
    frameworks: [nist-800-53-r5@moderate]
    data_classes: [ePHI]
exclusions:
  - {scope: {subscription: a, tag: {env: dev}}, reason: r, approved_by: a, until: 2027-01-31}
parameters: {kv-purge: {retentionDays: 90}}
controls: {leave_out: [{domain: storage, because: b}, {control: own, because: b}]}
"""


def _good() -> Iterator[tuple[str, str]]:
    yield "workspace", WORKSPACE
    yield "attestation", ATTESTATION
    yield "exception", EXCEPTION
    yield "control", CONTROL
    root = content.library_folder()
    for folder in (LIBRARY, root):
        for path in sorted(folder.glob("controls/**/*.yaml")):
            kind = "cases" if path.name.endswith(".cases.yaml") else "control"
            yield kind, path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("frameworks/*/framework.yaml")):
            yield "framework", path.read_text(encoding="utf-8")


def _wrong() -> Iterator[tuple[str, str]]:
    for files in (*WORKSPACES.values(), *LIBRARIES.values()):
        for path, text in files.items():
            if isinstance(text, str) and path.endswith(".yaml"):
                yield _kind(path), text


def _kind(path: str) -> str:
    parts = Path(path)
    if parts.name == "attestgraph.yaml":
        return "workspace"
    if parts.name.endswith(".cases.yaml"):
        return "cases"
    return parts.parts[0].removesuffix("s")


def _agree(kind: str, text: str) -> bool | None:
    document, faults = read_yaml(text.encode(), "f.yaml")
    if document is None:
        return None
    shapes = Shapes()
    shaped, told = shapes.shape(document, kind)
    judged = list(validator(shapes.schema(kind)).iter_errors(shaped.value))
    assert shaped.fits == (not judged), (text, [e.message for e in judged])
    assert bool(told) == bool(judged), (text, [e.message for e in judged])
    return shaped.fits and not faults


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema_and_uses_only_what_the_walk_knows(name: str) -> None:
    schema = json.loads(content.schema_file(name).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for part in _parts(schema):
        assert part.keys() <= KEYWORDS


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema and all schemas in it."""
    yield schema
    for key in ("properties", "$defs"):
        for inner in schema.get(key, {}).values():
            yield from _parts(inner)
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            yield from _parts(schema[key])
    for key in ("anyOf", "oneOf"):
        for inner in schema.get(key, ()):
            yield from _parts(inner)


def test_the_walk_and_jsonschema_accept_the_same_files() -> None:
    assert all(_agree(kind, text) for kind, text in _good())


def test_the_walk_and_jsonschema_refuse_the_same_files() -> None:
    said = [_agree(kind, text) for kind, text in _wrong()]
    assert said.count(False) > 15


def test_the_walk_and_jsonschema_agree_on_files_with_one_change() -> None:
    chance = random.Random(20261101)  # noqa: S311 - examples, not secrets
    texts = [
        (kind, yaml.load(text, yaml.CBaseLoader))  # noqa: S506 - it makes nothing but text
        for kind, text in _good()
    ]
    refused = 0
    for _ in range(300):
        kind, value = chance.choice(texts)
        changed = changed_once(value, chance)
        if isinstance(changed, dict) and changed:
            refused += _agree(kind, yaml.safe_dump(changed)) is False
    assert refused > 150


def test_every_control_key_that_the_schema_names_is_text_that_keeps_its_spelling() -> None:
    document, _ = read_yaml(CONTROL.replace("owner: us", "owner: no").encode(), "f.yaml")
    assert document is not None
    shaped, faults = Shapes().shape(document, "control")
    assert not faults
    assert shaped.value["owner"] == "no"
    assert shaped.value["supports"][0]["requirement"] == "3.10"
    assert shaped.value["checks"][0]["satisfied_when"]["equals"] is True
