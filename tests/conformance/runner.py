"""Reads folders of conformance cases and runs one case through the public interface alone.

A folder holds `cases/*.yaml` and `aliases/*.json` (or the YAML files directly). A file has
`cases` and may have `aliases`, `policy_rule` or `policy_definition` for all of them; a case has
`note`, what is given, and exactly one thing that must come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from attestgraph.conditions import Aliases, ConditionError, Definition

FILE_KEYS = {"aliases", "policy_definition", "policy_rule", "cases"}
GIVEN = {
    "policy_definition",
    "policy_rule",
    "resource",
    "parameters",
    "context",
    "request_context",
    "api_version",
    "host_await",
    "want_details",
}
WANTED = {"want_effect", "want_undefined", "want_parse_error", "want_compile_error"}
UNDEFINED = "undefined"
ERROR = "error"
USUAL_CONTEXT = {
    "resourceGroup": {"name": "myResourceGroup", "location": "eastus"},
    "subscription": {"subscriptionId": "00000000-0000-0000-0000-000000000000"},
}
"""What cases without `context` take for granted."""


class CaseFileError(ValueError):
    """A file that is not of the form; the message names file and case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case, with what its file gives to all cases."""

    name: str
    given: Mapping[str, Any]
    document: Any
    table: Path | None

    @property
    def wanted(self) -> str:
        """The effect in lower case, `undefined` or `error`."""
        if "want_effect" in self.given:
            return str(self.given["want_effect"]).lower()
        return UNDEFINED if self.given.get("want_undefined") else ERROR


def read_folder(folder: Path) -> Iterator[Case]:
    """Yield the cases of a folder in the order of their files."""
    nested = folder / "cases"
    files = sorted((nested if nested.is_dir() else folder).glob("*.yaml"))
    if not files:
        raise CaseFileError(f"{folder}: no case files")
    for file in files:
        yield from _read_file(file, folder)


def _read_file(file: Path, folder: Path) -> Iterator[Case]:
    text = yaml.safe_load(file.read_text(encoding="utf-8"))
    _only(text, FILE_KEYS, file.name)
    table = text.get("aliases")
    notes: set[str] = set()
    for given in text.get("cases") or ():
        name = f"{file.name}::{given.get('note')}"
        _only(given, GIVEN | WANTED | {"note"}, name)
        if not given.get("note") or name in notes:
            raise CaseFileError(f"{name}: no note, or one that stands twice")
        notes.add(name)
        if len(WANTED & given.keys()) != 1:
            raise CaseFileError(f"{name}: wants {sorted(WANTED & given.keys())}, not one thing")
        path = None if table is None else _table(folder, file, table)
        yield Case(name=name, given=given, document=_document(given, text, name), table=path)


def _only(found: Any, allowed: set[str], name: str) -> None:
    if not isinstance(found, dict):
        raise CaseFileError(f"{name}: not a mapping")
    unknown = sorted(found.keys() - allowed)
    if unknown:
        raise CaseFileError(f"{name}: unknown keys {unknown}")


def _table(folder: Path, file: Path, name: str) -> Path:
    for place in (folder / "aliases", folder.parent / "aliases", file.parent):
        if (place / name).is_file():
            return place / name
    raise CaseFileError(f"{file.name}: no table of aliases `{name}`")


def _document(given: Mapping[str, Any], shared: Mapping[str, Any], name: str) -> Any:
    for source in (given, shared):
        for key in ("policy_definition", "policy_rule"):
            if key in source:
                return json.loads(source[key])
    raise CaseFileError(f"{name}: neither policy_definition nor policy_rule")


def aliases_of(table: Path, api_version: str | None) -> Aliases:
    """Return a table's aliases with the paths of one API version, else the default paths."""
    mapping: dict[str, dict[str, str]] = {}
    for provider in json.loads(table.read_text(encoding="utf-8")):
        for kind in provider["resourceTypes"]:
            resource_type = f"{provider['namespace']}/{kind['resourceType']}".lower()
            for alias in kind.get("aliases", ()):
                path = next(
                    (
                        entry["path"]
                        for entry in alias.get("paths") or ()
                        if api_version in entry.get("apiVersions", ())
                    ),
                    alias.get("defaultPath"),
                )
                if path:
                    mapping.setdefault(alias["name"], {})[resource_type] = path
    return Aliases.from_mapping({alias: _plain(paths) for alias, paths in mapping.items()})


def _plain(paths: dict[str, str]) -> str | dict[str, str]:
    """Return the one path for all types: tables list aliases of child types under the parent."""
    return paths if len(set(paths.values())) > 1 else next(iter(paths.values()))


def outcome(case: Case) -> str:
    """Return what the engine says: the effect in lower case, `undefined` or `error`."""
    given = case.given
    aliases = None if case.table is None else aliases_of(case.table, given.get("api_version"))
    try:
        definition = Definition.parse(case.document, aliases=aliases)
        effect = definition.evaluate(
            _subject(case),
            parameters=given.get("parameters") or {},
            context=_context(given),
            related=tuple(_related(case)),
        )
    except ConditionError:
        return ERROR
    return UNDEFINED if effect is None else effect.lower()


def _subject(case: Case) -> dict[str, Any]:
    row = _row(case.given.get("resource") or {}, lifted=case.table is not None)
    if case.given.get("api_version"):
        row.setdefault("apiVersion", case.given["api_version"])
    return row


def _row(resource: Mapping[str, Any], *, lifted: bool) -> dict[str, Any]:
    """Return the resource as a row.

    Cases with a table of aliases are written for a normaliser that lifts members of `properties`
    to the top; `tags` is the only one that is read there.
    """
    row = dict(resource)
    properties = row.get("properties")
    if lifted and "tags" not in row and isinstance(properties, dict) and "tags" in properties:
        row["tags"] = properties["tags"]
    return row


def _context(given: Mapping[str, Any]) -> dict[str, Any]:
    context = dict(given.get("context") or USUAL_CONTEXT)
    request = dict(given.get("request_context") or {})
    if given.get("api_version"):
        request.setdefault("apiVersion", given["api_version"])
    if request:
        context.setdefault("requestContext", request)
    return context


def _related(case: Case) -> Iterator[dict[str, Any]]:
    """Yield the rows a look-up finds; type and name come from the rule where left out."""
    details = _details(case.document)
    for answer in case.given.get("host_await") or ():
        response = answer.get("response")
        if response is None:
            continue
        row = _row(response, lifted=case.table is not None)
        for key in ("type", "name"):
            value = (answer.get("key") or {}).get(key) or _literal(details.get(key), case)
            if value is not None:
                row.setdefault(key, value)
        yield row


def _details(document: Any) -> Mapping[str, Any]:
    body = document.get("properties", document)
    rule = body.get("policyRule", body)
    details = (rule.get("then") or {}).get("details")
    return details if isinstance(details, dict) else {}


def _literal(value: Any, case: Case) -> Any:
    """Return a text of the rule; one that only names a parameter is that parameter's value."""
    start, end = "[parameters('", "')]"
    if not isinstance(value, str) or not value.startswith("["):
        return value
    if not (value.startswith(start) and value.endswith(end)):
        return None
    name = value[len(start) : -len(end)]
    body = case.document.get("properties", case.document)
    declared = (body.get("parameters") or {}).get(name) or {}
    return (case.given.get("parameters") or {}).get(name, declared.get("defaultValue"))
