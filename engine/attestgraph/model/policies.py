"""Azure Policy's definitions and initiatives, as a workspace holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attestgraph.conditions import Definition
from attestgraph.diagnostics import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """A policy definition with its rule.

    Attributes:
        name: The last segment of its id, lower case; opaque.
        kind: Its `policyType`, lower case: `builtin`, `custom` or `static`.
        document: The definition as written, as JSON; its digest goes into the digest of checks.
    """

    name: str
    title: str
    mode: str | None
    version: str | None
    kind: str
    definition: Definition
    document: Mapping[str, Any]
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeGroup:
    """A group of an initiative: a requirement of some framework, by the initiative's own name."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeReference:
    """A definition as an initiative uses it.

    Attributes:
        id: `policyDefinitionReferenceId`, unique in the initiative.
        definition: The definition's id, lower case: its name alone where it is built in.
        parameters: Values by parameter name, as written: they may be expressions.
        groups: Names of groups, as written, once each.
        at: Its place in the initiative's list, from 0.
    """

    id: str
    definition: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    at: int = 0

    @property
    def name(self) -> str:
        """Return the name of the definition: the last segment of its id."""
        return self.definition.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """A policy set definition: references to definitions, with parameters and groups.

    Attributes:
        name: The last segment of its id, lower case; opaque.
        parameters: Those that it declares, by name: each with `type` and perhaps `defaultValue`.
        groups: By name.
        pointer: Keys to the properties in the document.
    """

    name: str
    title: str
    version: str | None
    parameters: Mapping[str, Any]
    references: tuple[InitiativeReference, ...]
    groups: Mapping[str, InitiativeGroup]
    document: Mapping[str, Any]
    pointer: tuple[str | int, ...] = ()
    span: Span | None = None
