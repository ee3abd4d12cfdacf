"""The policy definitions and initiatives of a workspace: the JSON files of `definitions/`.

JSON is YAML, so places come from the reader of all authored files. It is asked only where there is
a fault, or a place is wanted: it takes a hundred times as long as reading plain JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from attestgraph.conditions import Aliases, ConditionError, ConditionFault
from attestgraph.diagnostics import Diagnostic, Span, nearest
from attestgraph.load.files import Folder
from attestgraph.load.nodes import Document, Pointer, span_of
from attestgraph.load.places import placed
from attestgraph.load.policy_documents import (
    is_definition,
    is_initiative,
    read_definition,
    read_initiative,
)
from attestgraph.load.reader import MOST_BYTES, read_yaml
from attestgraph.load.scalars import JsonValue, free_value
from attestgraph.model.authored import DefinitionFacts
from attestgraph.model.ids import ascii_lower
from attestgraph.model.policies import Initiative, PolicyRule

UNDER: Final = "definitions"
MOST_GUESSES: Final = 5
_LARGEST: Final = 2**63


@dataclass(slots=True)
class Policies:
    """What the folder holds, by lower-case name.

    Attributes:
        texts: The bytes of the files of initiatives, by path: places in them are worked out when
            they are asked for.
        documents: The trees that were.
    """

    rules: dict[str, PolicyRule] = field(default_factory=dict)
    initiatives: dict[str, Initiative] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)

    def span(self, initiative: Initiative, pointer: Pointer) -> Span | None:
        """Return where something stands in an initiative's file."""
        if initiative.span is None:
            return None
        path = initiative.span.path
        if path not in self.documents:
            document, _ = read_yaml(self.texts[path], path)
            if document is None:
                return initiative.span
            self.documents[path] = document
        return self.documents[path].span((*initiative.pointer, *pointer))


def read_policies(
    folder: Folder, aliases: Aliases, known: Mapping[str, DefinitionFacts]
) -> Policies:
    """Return the definitions and initiatives of a workspace; one with a fault is left out.

    Args:
        folder: The workspace.
        aliases: The aliases that rules may name.
        known: What is known of the definitions that are not here.
    """
    found = Policies()
    broken: set[str] = set()
    for path in folder.listed(UNDER, ".json"):
        data = folder.read(path, most=MOST_BYTES)
        if data is None or not _read(folder, path, data, aliases, found):
            broken.add(_stem(path))
    for initiative in found.initiatives.values():
        folder.faults.extend(_dangling(initiative, found, known, broken))
    return found


def _stem(path: str) -> str:
    return ascii_lower(path.rpartition("/")[2].removesuffix(".json"))


def _read(folder: Folder, path: str, data: bytes, aliases: Aliases, found: Policies) -> bool:
    """Keep what a file holds; tell whether it could be used."""
    document, value = _value(folder, path, data)
    if value is None:
        return False
    try:
        if is_initiative(value):
            item: PolicyRule | Initiative = read_initiative(value)
        elif is_definition(value):
            item = read_definition(value, aliases)
        else:
            message = "the file is neither a policy definition nor an initiative"
            mend = "a definition has `properties` with `policyRule`, an initiative with "
            mend += "`policyDefinitions`"
            folder.fault("unknown-form", message, path, mend)
            return False
    except ConditionError as error:
        tree = document or read_yaml(data, path)[0]
        folder.faults.extend(_placed(tree, path, fault) for fault in error.faults)
        return False
    return _keep(folder, path, data, item, found)


def _value(folder: Folder, path: str, data: bytes) -> tuple[Document | None, Any]:
    """Return a file as JSON, with its tree where the plain reader would not have it."""
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return None, value
    document, faults = read_yaml(data, path)
    folder.faults.extend(faults)
    if document is None or faults:
        return document, None
    if not document.text.lstrip().startswith("{"):
        folder.fault("not-json", "the file is YAML; a definition is JSON", path)
        return document, None
    tree: JsonValue = free_value(document.root, floats=True)
    return document, tree


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice")
    return value


def _integer(text: str) -> int:
    number = int(text)
    if not -_LARGEST <= number < _LARGEST:
        raise ValueError("an integer beyond 64 bit")
    return number


def _constant(word: str) -> Any:
    raise ValueError(word)


def _placed(document: Document | None, path: str, fault: ConditionFault) -> Diagnostic:
    if document is not None:
        return placed(document, (), fault)
    return Diagnostic(slug=fault.slug, message=fault.message, help=fault.help, path=path)


def _keep(
    folder: Folder, path: str, data: bytes, item: PolicyRule | Initiative, found: Policies
) -> bool:
    span = span_of(path, (1, 1, 1, 2))
    if item.name != _stem(path):
        message = f"`{item.name}` stands in the file `{path.rpartition('/')[2]}`"
        mend = f"name the file `{item.name}.json`"
        folder.faults.add(Diagnostic(slug="misnamed", message=message, help=mend, span=span))
    there = found.initiatives if isinstance(item, Initiative) else found.rules
    if item.name in there:
        first = there[item.name].span
        where = f"it first stands in {first.path}" if first else None
        message = f"`{item.name}` stands here again"
        folder.faults.add(Diagnostic(slug="duplicate-id", message=message, help=where, span=span))
    elif isinstance(item, Initiative):
        found.initiatives[item.name] = replace(item, span=span)
        found.texts[path] = data
    else:
        found.rules[item.name] = replace(item, span=span)
    return True


def _dangling(
    initiative: Initiative,
    found: Policies,
    known: Mapping[str, DefinitionFacts],
    broken: set[str],
) -> Iterator[Diagnostic]:
    """Yield the references to definitions of which nothing is known."""
    dangling = [
        reference
        for reference in initiative.references
        if not (reference.name in found.rules or reference.name in known)
        and reference.name not in broken
    ]
    for at, reference in enumerate(dangling):
        name = reference.name
        # a guess takes long, and where many are missing it is no slip of the hand
        guessed = [] if at >= MOST_GUESSES else [*found.rules, *known]
        near = nearest(name, guessed, cutoff=0.9)
        pointer: Pointer = ("policyDefinitions", reference.at, "policyDefinitionId")
        yield Diagnostic(
            slug="unknown-definition",
            message=f"nothing is known of the definition `{name}`",
            help=f"did you mean `{near[0]}`?" if near else "import the definition as well",
            span=found.span(initiative, pointer),
        )
