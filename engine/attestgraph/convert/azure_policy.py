"""Policy definitions and initiatives as Azure lists them → the `definitions/` of a workspace.

All or nothing: where one rule cannot be used, nothing is written and every fault is shown. A folder
that was imported before gains definitions; those of the same name are replaced.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from attestgraph.conditions import Aliases, ConditionError, ConditionFault
from attestgraph.conditions.errors import pointer_text
from attestgraph.convert.reading import Text, read_texts
from attestgraph.diagnostics import Diagnostic, InputError, Severity, in_order
from attestgraph.evidence import atomic_folder, json_bytes
from attestgraph.load import (
    is_definition,
    is_initiative,
    is_static,
    read_definition,
    read_initiative,
    version_of,
)
from attestgraph.model.policies import Initiative, PolicyRule

Pointer = tuple[str | int, ...]
INITIATIVES: Final = "initiatives"
MOST_FILES: Final = 20_000
MOST_FILE_BYTES: Final = 1_048_576
"""Of a file that is written: the workspace's reader takes no larger one."""
_RULE_KEYS: Final = ("displayName", "mode", "policyType", "version", "parameters", "policyRule")
_REFERENCE_KEYS: Final = (
    "policyDefinitionId",
    "policyDefinitionReferenceId",
    "definitionVersion",
    "parameters",
    "groupNames",
)
_GROUP_KEYS: Final = ("name", "displayName", "category", "additionalMetadataId")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPolicies:
    """What an import of policy definitions wrote.

    Attributes:
        definitions: How many definitions were in the files, Static ones aside.
        initiatives: How many initiatives.
        replaced: How many of both stood in the folder already, with other content.
        static: How many Static definitions were left out: they say nothing about resources.
    """

    definitions: int
    initiatives: int
    replaced: int
    static: int
    diagnostics: tuple[Diagnostic, ...]


def import_azure_policy(files: Sequence[Path], out: Path, *, aliases: Aliases) -> ImportedPolicies:
    """Write one JSON file for each definition and initiative of some files, in Azure's own form.

    Args:
        files: Each a folder of definitions, or a file: one definition or initiative, an array, an
            answer of Resource Manager, or one a line (NDJSON).
        out: The folder `definitions` of a workspace; made, or gains what is new.
        aliases: What rules may name; an alias that is not known is a fault.

    Raises:
        InputError: All that is wrong, each at its place; nothing is written.
    """
    found = _Found(aliases=aliases)
    for path in files:
        for file in _files(path):
            found.read(file)
    errors = [d for d in found.faults if d.severity is Severity.ERROR]
    if errors:
        raise InputError(*in_order(errors))
    if not found.documents and not found.static:
        message = "the files hold no policy definition and no initiative"
        raise InputError(Diagnostic(slug="no-definitions", message=message, path=str(files[0])))
    replaced = _write(found.documents, out)
    names = list(found.documents)
    return ImportedPolicies(
        definitions=sum("/" not in name for name in names),
        initiatives=sum("/" in name for name in names),
        replaced=replaced,
        static=len(found.static),
        diagnostics=tuple(in_order(found.faults)),
    )


def _files(path: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder, or a file itself.

    Raises:
        InputError: The folder holds none, or too many.
    """
    if not path.is_dir():
        yield path
        return
    found = sorted(
        Path(folder, name)
        for folder, _, names in os.walk(path)
        for name in names
        if name.endswith((".json", ".ndjson")) and not name.startswith(".")
    )
    if not found:
        message = "the folder holds no `.json` file"
        raise InputError(Diagnostic(slug="no-definitions", message=message, path=str(path)))
    if len(found) > MOST_FILES:
        message = f"the folder holds more than {MOST_FILES} files"
        raise InputError(Diagnostic(slug="too-many-folders", message=message, path=str(path)))
    yield from found


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was read so far.

    Attributes:
        documents: The text of each file to write, by its path in the folder.
        static: Names of Static definitions.
    """

    aliases: Aliases
    documents: dict[str, bytes] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    static: set[str] = field(default_factory=set)
    faults: list[Diagnostic] = field(default_factory=list)

    def read(self, path: Path) -> None:
        """Keep what a file holds, and what is wrong with it."""
        try:
            for text in read_texts(path):
                wrong = [
                    (where, fault)
                    for where, item in _items(text.value)
                    for fault in self.item(where, item, text)
                ]
                self.faults.extend(_placed(text, wrong))
        except InputError as error:
            self.faults.extend(error.diagnostics)
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            self.faults.append(Diagnostic(slug="unreadable-file", message=message, path=str(path)))

    def item(self, where: Pointer, item: Any, text: Text) -> Iterator[ConditionFault]:
        """Keep one definition or initiative; yield what is wrong with it."""
        if _is_error(item):
            yield _fault("error-answer", "the file is an error of the service, and no definitions")
            return
        if not (is_definition(item) or is_initiative(item)):
            message = "this is neither a policy definition nor an initiative"
            yield _fault("unknown-form", message, "give what `az policy definition list` writes")
            return
        if is_definition(item) and is_static(item):
            self.static.add(str(item.get("name") or item.get("id")))
            return
        try:
            if is_initiative(item):
                read: PolicyRule | Initiative = read_initiative(item)
            else:
                read = read_definition(item, self.aliases)
        except ConditionError as error:
            yield from error.faults
            return
        yield from self.keep(read, f"{text.path}, {pointer_text(where)}")

    def keep(self, item: PolicyRule | Initiative, place: str) -> Iterator[ConditionFault]:
        """Keep what was read; the same thing twice is one, unlike things of one name a fault."""
        is_set = isinstance(item, Initiative)
        name = f"{INITIATIVES}/{item.name}.json" if is_set else f"{item.name}.json"
        data = json_bytes(normal_form(item))
        if len(data) > MOST_FILE_BYTES:
            yield _fault("too-large", f"`{item.name}` has more than {MOST_FILE_BYTES} bytes")
        elif self.documents.setdefault(name, data) != data:
            mend = f"it first stands in {self.places[name]}; import one of them"
            message = f"`{item.name}` stands here again, with other content"
            yield _fault("duplicate-id", message, mend)
        self.places.setdefault(name, place)


def _fault(slug: str, message: str, mend: str | None = None) -> ConditionFault:
    return ConditionFault(slug=slug, message=message, help=mend)


def _items(value: Any) -> Iterator[tuple[Pointer, Any]]:
    """Yield what a document holds: each item of an array or of an answer, or the document."""
    if isinstance(value, list):
        yield from (((at,), item) for at, item in enumerate(value))
    elif isinstance(value, dict) and isinstance(value.get("value"), list):
        yield from ((("value", at), item) for at, item in enumerate(value["value"]))
        if value.get("nextLink"):
            yield ("nextLink",), None
    else:
        yield (), value


def _is_error(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("error"), dict)


def _placed(text: Text, wrong: Sequence[tuple[Pointer, ConditionFault]]) -> Iterator[Diagnostic]:
    """Yield the faults of a text, each at its line and column, and by its pointer."""
    if not wrong:
        return
    spans = text.spans((*where, *fault.pointer) for where, fault in wrong)
    for where, fault in wrong:
        pointer = (*where, *fault.pointer)
        if where == ("nextLink",):
            yield Diagnostic(
                slug="more-pages",
                severity=Severity.WARNING,
                message="the answer has further pages, which are not in this file",
                help="follow `nextLink`, and import those as well",
                span=spans[pointer],
            )
            continue
        yield Diagnostic(
            slug=fault.slug,
            message=f"{pointer_text(pointer)}: {fault.message}" if pointer else fault.message,
            help=fault.help,
            span=spans[pointer],
        )


def normal_form(item: PolicyRule | Initiative) -> dict[str, Any]:
    """Return a definition or initiative in Azure's own form, without what is not judged."""
    body = item.document.get("properties")
    inner: Mapping[str, Any] = body if isinstance(body, dict) else item.document
    name = item.document.get("name") or item.name
    version = version_of(inner)
    if isinstance(item, PolicyRule):
        said = {**inner, "version": version}
        return {"name": name, "properties": _some(said, _RULE_KEYS)}
    return {
        "name": name,
        "properties": {
            **_some({**inner, "version": version}, _RULE_KEYS),
            "policyDefinitions": [
                _some(form, _REFERENCE_KEYS) for form in inner["policyDefinitions"]
            ],
            "policyDefinitionGroups": [
                _some(form, _GROUP_KEYS) for form in inner.get("policyDefinitionGroups") or ()
            ],
        },
    }


def _some(form: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: form[key] for key in keys if form.get(key) is not None}


def _write(documents: Mapping[str, bytes], out: Path) -> int:
    """Write the files; return how many stood there already with other content."""
    replaced = 0
    with atomic_folder(out) as folder:
        if out.is_dir():
            shutil.copytree(out, folder, symlinks=True, dirs_exist_ok=True)
        (folder / INITIATIVES).mkdir(exist_ok=True)
        for name, data in sorted(documents.items()):
            path = folder / name
            replaced += path.is_file() and path.read_bytes() != data
            path.write_bytes(data)
    return replaced
