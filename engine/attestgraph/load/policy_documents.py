"""Policy definitions and initiatives from JSON: in Azure's form, or as its command line lists them.

Azure nests what a definition says under `properties`; `az policy definition list` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from attestgraph.conditions import Aliases, ConditionError, ConditionFault, Definition
from attestgraph.conditions.expressions import is_template, parameter_names, parse_template
from attestgraph.conditions.parameters import Parameter, parse_parameters
from attestgraph.conditions.parse import Faults, TooManyFaultsError
from attestgraph.load.nodes import Pointer
from attestgraph.model.ids import ascii_lower, id_key
from attestgraph.model.policies import (
    Initiative,
    InitiativeGroup,
    InitiativeReference,
    PolicyRule,
)

STATIC: Final = "static"
"""The `policyType` of Microsoft's own statements: their rules say nothing about resources."""

# what Azure allows in the name of a definition, and no file system refuses
_NAME: Final = re.compile(r"[^<>*%&:?.+/\\\x00-\x1f\x7f]{1,128}")
_ID: Final = re.compile(
    r"(/.+)?/providers/microsoft\.authorization/policydefinitions/(?P<name>[^/]+)"
)
MOST_DEPTH: Final = 100


def body_of(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], Pointer]:
    """Return what a definition or initiative says, and the keys to it."""
    inner = document.get("properties")
    return (inner, ("properties",)) if isinstance(inner, dict) else (document, ())


def is_definition(document: Any) -> bool:
    """Tell whether JSON is a policy definition."""
    return isinstance(document, dict) and "policyRule" in body_of(document)[0]


def is_initiative(document: Any) -> bool:
    """Tell whether JSON is an initiative (a policy set definition)."""
    return isinstance(document, dict) and "policyDefinitions" in body_of(document)[0]


def is_static(document: Mapping[str, Any]) -> bool:
    """Tell whether a definition is one of Microsoft's own statements, which are never evaluated."""
    return ascii_lower(str(body_of(document)[0].get("policyType") or "")) == STATIC


def definition_key(written: str) -> str | None:
    """Return a definition's id for comparison, its name alone where it is built in; else None."""
    key = id_key(written)
    match = _ID.fullmatch(key)
    if match is None:
        return None
    return key if match.group(1) else match.group("name")


def read_definition(document: Mapping[str, Any], aliases: Aliases) -> PolicyRule:
    """Return a policy definition.

    Raises:
        ConditionError: With all faults, by their pointers in the document.
    """
    reading = _Reading()
    body, below = body_of(document)
    name = reading.name(document)
    title = reading.text(body, below, "displayName")
    mode = reading.text(body, below, "mode")
    kind = reading.text(body, below, "policyType")
    definition = None
    try:
        definition = Definition.parse(document, aliases, strict=True)
    except ConditionError as error:
        reading.found.extend(error.faults)
    if reading.found or definition is None or name is None:
        raise ConditionError(reading.found)
    return PolicyRule(
        name=ascii_lower(name),
        title=title or name,
        mode=mode,
        version=version_of(body),
        kind=ascii_lower(kind or ""),
        definition=definition,
        document=document,
    )


def read_initiative(document: Mapping[str, Any]) -> Initiative:
    """Return an initiative. Whether the definitions that it names are known is not judged here.

    Raises:
        ConditionError: With all faults, by their pointers in the document.
    """
    reading = _Reading()
    body, below = body_of(document)
    name = reading.name(document)
    title = reading.text(body, below, "displayName")
    declared = reading.parameters(body.get("parameters"), (*below, "parameters"))
    groups = dict(reading.groups(body.get("policyDefinitionGroups"), below))
    references = tuple(reading.references(body["policyDefinitions"], below, groups, declared))
    if reading.found or name is None:
        raise ConditionError(reading.found)
    return Initiative(
        name=ascii_lower(name),
        title=title or name,
        version=version_of(body),
        parameters=dict(body.get("parameters") or {}),
        references=references,
        groups=groups,
        document=document,
        pointer=below,
    )


def version_of(body: Mapping[str, Any]) -> str | None:
    """Return the version that a definition says it has."""
    metadata = body.get("metadata")
    inner = metadata.get("version") if isinstance(metadata, dict) else None
    found = body.get("version") or inner
    return found if isinstance(found, str) else None


@dataclass(slots=True)
class _Reading:
    """One reading: what is wrong is kept, so that all is shown at once."""

    found: list[ConditionFault] = field(default_factory=list)

    def fault(
        self, slug: str, message: str, pointer: Pointer, mend: str | None = None
    ) -> ConditionFault:
        """Keep a fault, and return it."""
        fault = ConditionFault(slug=slug, message=message, pointer=pointer, help=mend)
        self.found.append(fault)
        return fault

    def name(self, document: Mapping[str, Any]) -> str | None:
        """Return the document's name, or the last segment of its id."""
        written = document.get("name")
        pointer: Pointer = ("name",)
        if written is None and isinstance(document.get("id"), str):
            written, pointer = document["id"].strip().rstrip("/").rpartition("/")[2], ("id",)
        if not isinstance(written, str) or not written:
            self.fault("missing-key", "the definition has no `name`", ())
            return None
        if not _NAME.fullmatch(written) or written != written.strip():
            mend = "give the name that Azure knows it by, not the display name"
            self.fault("wrong-form", f"`{written[:60]}` is not a name", pointer, mend)
            return None
        return written

    def text(self, body: Mapping[str, Any], below: Pointer, key: str) -> str | None:
        """Return a text that may be left out."""
        value = body.get(key)
        if value is not None and not isinstance(value, str):
            self.fault("wrong-type", f"`{key}` is not text", (*below, key))
            return None
        return value or None

    def parameters(self, value: Any, pointer: Pointer) -> Mapping[str, Parameter]:
        """Return the parameters that are declared, by lower-case name."""
        faults, declared = Faults(), dict[str, Parameter]()
        with suppress(TooManyFaultsError):
            declared = parse_parameters(value if value is not None else {}, pointer, faults)
        # a built-in initiative has a default of another type than it says: only its use may fail
        self.found.extend(
            fault for fault in faults.found if ascii_lower(str(fault.pointer[-1])) != "defaultvalue"
        )
        return declared

    def groups(self, value: Any, below: Pointer) -> Iterator[tuple[str, InitiativeGroup]]:
        """Yield the groups by name."""
        pointer: Pointer = (*below, "policyDefinitionGroups")
        seen: set[str] = set()
        for place, form in self.items(value, pointer, "a group"):
            name = self.text(form, place, "name")
            if name is None:
                self.fault("missing-key", "a group needs a `name`", place)
            elif ascii_lower(name) in seen:
                self.fault("duplicate-id", f"group `{name}` stands here again", (*place, "name"))
            else:
                seen.add(ascii_lower(name))
                title = self.text(form, place, "displayName")
                yield name, InitiativeGroup(name=name, title=title or "")

    def references(
        self,
        value: Any,
        below: Pointer,
        groups: Mapping[str, InitiativeGroup],
        declared: Mapping[str, Parameter],
    ) -> Iterator[InitiativeReference]:
        """Yield the references to definitions, in order."""
        pointer: Pointer = (*below, "policyDefinitions")
        known = {ascii_lower(name): name for name in groups}
        seen: set[str] = set()
        for place, form in self.items(value, pointer, "a reference"):
            written = self.text(form, place, "policyDefinitionId")
            key = None if written is None else definition_key(written)
            if form.get("policyDefinitionId") is None:
                self.fault("missing-key", "a reference needs `policyDefinitionId`", place)
            elif written is not None and key is None:
                message = f"`{written[:80]}` is not the id of a definition"
                self.fault("wrong-form", message, (*place, "policyDefinitionId"))
            if key is None:
                continue
            name = self.text(form, place, "policyDefinitionReferenceId") or key.rpartition("/")[2]
            if ascii_lower(name) in seen:
                message = f"reference `{name}` stands here again"
                self.fault("duplicate-id", message, (*place, "policyDefinitionReferenceId"))
            seen.add(ascii_lower(name))
            yield InitiativeReference(
                id=name,
                definition=key,
                parameters=dict(self.values(form.get("parameters"), place, declared)),
                groups=tuple(self.named(form.get("groupNames"), place, known)),
                at=int(place[-1]),
            )

    def values(
        self, value: Any, place: Pointer, declared: Mapping[str, Parameter]
    ) -> Iterator[tuple[str, Any]]:
        """Yield the values of a reference by parameter, templates as written."""
        pointer: Pointer = (*place, "parameters")
        if value is not None and not isinstance(value, dict):
            self.fault("wrong-type", "`parameters` is not an object", pointer)
            return
        for name, form in (value or {}).items():
            if not isinstance(form, dict) or "value" not in form:
                message = f"parameter `{name}` has no `value`"
                self.fault("missing-key", message, (*pointer, name))
                continue
            self.templates(form["value"], (*pointer, name, "value"), declared)
            yield name, form["value"]

    def templates(
        self, value: Any, pointer: Pointer, declared: Mapping[str, Parameter], depth: int = 0
    ) -> None:
        """Judge the expressions of a value: they may read the initiative's parameters."""
        if depth > MOST_DEPTH:
            message = f"a value is nested deeper than {MOST_DEPTH}"
            self.fault("nesting-too-deep", message, pointer)
        elif isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, part in pairs:
                self.templates(part, (*pointer, key), declared, depth + 1)
        elif isinstance(value, str) and is_template(value):
            try:
                named = parameter_names(parse_template(value))
            except ConditionError as error:
                self.found.extend(error.under(pointer).faults)
                return
            for name, _ in named:
                if ascii_lower(name) not in declared:
                    message = f"the initiative has no parameter `{name}`"
                    self.fault("unknown-parameter", message, pointer)

    def named(self, value: Any, place: Pointer, known: Mapping[str, str]) -> Iterator[str]:
        """Yield the names of a reference's groups, as the list of groups spells them."""
        pointer: Pointer = (*place, "groupNames")
        if value is not None and not isinstance(value, list):
            self.fault("wrong-type", "`groupNames` is not an array", pointer)
            return
        seen: set[str] = set()
        for at, name in enumerate(value or ()):
            low = ascii_lower(name) if isinstance(name, str) else ""
            if low not in known:
                shown = f"`{name}`" if isinstance(name, str) else "what is no text"
                message = f"the initiative has no group {shown}"
                self.fault("unknown-group", message, (*pointer, at))
            elif low not in seen:
                seen.add(low)
                yield known[low]

    def items(
        self, value: Any, pointer: Pointer, what: str
    ) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
        """Yield the objects of an array with their places."""
        if value is None:
            return
        if not isinstance(value, list):
            self.fault("wrong-type", f"`{pointer[-1]}` is not an array", pointer)
            return
        for at, form in enumerate(value):
            if isinstance(form, dict):
                yield (*pointer, at), form
            else:
                self.fault("not-an-object", f"{what} is an object", (*pointer, at))
