"""The policy assignments of the made-up tenant, and whom each definition is about."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tools.contoso_base import ANALYTICS, EHR, SHARED, number

Row = Mapping[str, Any]
FILE: Final = Path(__file__).with_name("contoso_definitions.csv")
"""Built-in definitions that are assigned: those that controls read, and some that none reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An assignment of an initiative, or of one definition.

    Attributes:
        initiative: The name of the initiative; empty where one definition is assigned.
    """

    name: str
    scope: str
    subscriptions: frozenset[str]
    parameters: Mapping[str, Any]
    initiative: str = ""

    @property
    def id(self) -> str:
        """The full id of the assignment."""
        return f"{self.scope}/providers/Microsoft.Authorization/policyAssignments/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A built-in definition: whom it applies to, and what it finds.

    Attributes:
        types: Lower case; `*` is every resource.
        only: Which of them: a key of `ONLY`.
        groups: Requirements of the initiative that it is grouped under.
        parameters: What reaches the definition.
        finds: A key of `RULES`, or `planted`.
    """

    name: str
    version: str
    effect: str
    types: frozenset[str]
    only: str
    groups: tuple[str, ...]
    parameters: Mapping[str, Any]
    finds: str
    assignments: tuple[Assignment, ...]


EVERYWHERE: Final = frozenset({EHR, ANALYTICS, SHARED})
GROUP: Final = "/providers/Microsoft.Management/managementGroups/mg-contoso"
BUILT_IN: Final = "179d1daa-458f-4e47-8086-2a68d0d6c38f"
OWN: Final = "contoso-secrets"
NIST: Final = (
    Assignment(
        name="nist-800-53-r5",
        scope=GROUP,
        subscriptions=frozenset({EHR, ANALYTICS}),
        parameters={"requiredRetentionDays": "365"},
        initiative=BUILT_IN,
    ),
    # looser: the shared subscription keeps logs for a month
    Assignment(
        name="nist-800-53-r5-shared",
        scope=f"/subscriptions/{SHARED}",
        subscriptions=frozenset({SHARED}),
        parameters={"requiredRetentionDays": "30"},
        initiative=BUILT_IN,
    ),
)
SECRETS: Final = (
    Assignment(name=OWN, scope=GROUP, subscriptions=EVERYWHERE, parameters={}, initiative=OWN),
)
# one assignment for each operation that somebody must be told of
TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "b954148f-4c11-4c38-8221-be76711e194a": (
        "nsg-written",
        "nsg-deleted",
        "sql-rule-written",
        "sql-rule-deleted",
    ),
    "c5447c04-a4d7-4ba8-a263-c9ee321a6858": ("policy-assigned", "policy-removed"),
    "3b980d31-7904-4bb7-8575-5665739a8052": (
        "security-policy",
        "solution-written",
        "solution-deleted",
    ),
}
ALONE: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "e56962a6-4747-49cd-b67b-bf8b01975c4c": {
        "allowed-locations": {"listOfAllowedLocations": ["eastus2", "westus3"]},
    },
    "871b6d14-10aa-478d-b590-94f262ecfa99": {
        f"require-{tag}": {"tagName": tag} for tag in ("owner", "app", "env")
    },
    "0a914e76-4921-4c19-b460-a2d36003525a": {"same-location": {}},
    "6c112d4e-5bc7-47ae-a041-ea2d9dccd749": {
        "no-classic-types": {"listOfResourceTypesNotAllowed": ["microsoft.classiccompute"]},
    },
    "a08ec900-254a-4555-9bf5-e42af04b5c5c": {
        "reviewed-types": {"listOfResourceTypesAllowed": ["reviewed"]},
    },
}
"""Definitions that are assigned on their own: assignment to its parameters."""


def alone(name: str, parameters: Mapping[str, Any]) -> Assignment:
    """Return the assignment of a single definition to the whole tenant."""
    return Assignment(name=name, scope=GROUP, subscriptions=EVERYWHERE, parameters=parameters)


RULES: Final[Mapping[str, Callable[[Row], bool]]] = {
    "always": lambda _: True,
    "never": lambda _: False,
    # always the same rows, chosen by their ids
    "mostly": lambda row: number(4, "mostly", row["id"]) != 0,
    "half": lambda row: number(2, "half", row["id"]) != 0,
}


def _is_function(row: Row) -> bool:
    return "functionapp" in row["kind"]


def _takes_no_certificate(row: Row) -> bool:
    return not row["properties"]["clientCertEnabled"]


ONLY: Final[Mapping[str, Callable[[Row], bool]]] = {
    "": lambda _: True,
    "app": lambda row: not _is_function(row),
    "function": _is_function,
    "app-no-certificate": lambda row: not _is_function(row) and _takes_no_certificate(row),
    "function-no-certificate": lambda row: _is_function(row) and _takes_no_certificate(row),
    "custom-role": lambda row: bool(row["properties"]["type"] == "CustomRole"),
    "premium": lambda row: bool(row["sku"]["tier"] == "Premium"),
    "windows": lambda row: bool(
        row["properties"]["storageProfile"]["osDisk"]["osType"] == "Windows"
    ),
}


def _assignments(row: Mapping[str, str]) -> tuple[Assignment, ...]:
    name = row["definition"]
    if name in TOLD:
        from tools.contoso_shapes import OPERATIONS

        return tuple(
            alone(f"alert-{end}", {"operationName": OPERATIONS[end]}) for end in TOLD[name]
        )
    if name in ALONE:
        return tuple(alone(own, parameters) for own, parameters in ALONE[name].items())
    return NIST if row["groups"] else SECRETS


@cache
def definitions() -> tuple[Definition, ...]:
    """Return every definition that is assigned."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Definition(
                name=row["definition"],
                version=row["version"],
                effect=row["effect"],
                types=frozenset(row["types"].split("|")),
                only=row["only"],
                groups=tuple(row["groups"].split()),
                parameters=json.loads(row["parameters"] or "{}"),
                finds=row["finds"],
                assignments=_assignments(row),
            )
            for row in csv.DictReader(file)
        )


def applies(definition: Definition, row: Row) -> bool:
    """Tell whether a definition applies to a row."""
    kind = row["type"].lower()
    if "*" in definition.types:
        # resources that have a place; what hangs on them has none
        return row["tags"] is not None and not kind.startswith("microsoft.resources/")
    return kind in definition.types and ONLY[definition.only](row)
