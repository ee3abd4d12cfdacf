"""Findings that are not a pass, per system: read as a stream, never held whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson

NOT_PASS: Final = ("fail", "accepted", "not-evaluated", "error", "not-applicable")
LISTED: Final[Mapping[str, str]] = {
    "fail": "failing",
    "accepted": "excused",
    "not-evaluated": "waiting",
    "error": "waiting",
}
"""Outcomes that a page lists by resource, and the list that each is in."""
MOST_SHOWN: Final = 200
"""Findings of one list that a page shows at most; the files hold all."""
FEWEST_SHOWN: Final = 5
ROWS_PER_PAGE: Final = 2000
ROWS_KEPT: Final = 20_000
"""Findings that are kept for the index of resources; beyond them they are only counted."""


class Run(Protocol):
    """What a report reads of a stored run (`evidence.StoredRun`)."""

    @property
    def run(self) -> dict[str, Any]:
        """The members of run.json."""

    @property
    def controls(self) -> list[dict[str, Any]]:
        """The entries of controls.json."""

    @property
    def requirements(self) -> list[dict[str, Any]]:
        """The entries of requirements.json."""

    def findings(
        self, *, outcomes: Sequence[str] | None = None, control: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """The findings, in the order of CONTRACT section 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding in one system, as it is printed.

    Attributes:
        name: The last segment of the resource's id; of a finding about a system, its name.
        key: The folded id, by which spellings of one resource meet.
        expected, actual: As words; `absent` where the field is not there.
        context: What was found beside the actual value.
    """

    system: str
    control: str
    check: str
    parameters: str
    outcome: str
    reason: str | None
    basis: str | None
    exception: str | None
    resource_id: str
    name: str
    key: str
    resource_type: str | None
    subscription_id: str | None
    path: str | None
    expected: str | None
    actual: str | None
    context: str | None
    evidence_table: str | None
    row_sha256: str | None
    observed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The first rows of a list, and how long the whole list is."""

    rows: tuple[FindingRow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsSource:
    """Every finding of some systems that is not a pass; may be iterated again and again."""

    run: Run
    systems: frozenset[str]

    def __iter__(self) -> Iterator[FindingRow]:
        for found in self.run.findings(outcomes=NOT_PASS):
            for system in systems_of(found, self.systems):
                yield row_of(found, system)


Key = tuple[str, str, str]
"""System, control and digest of parameter values."""


@dataclass(slots=True, kw_only=True)
class ResourceRows:
    """What was gathered of one resource: counts of all, and the rows that were kept."""

    rows: list[FindingRow] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many findings there are."""
        return sum(self.counts.values())


class Gathered:
    """The first findings of each control's lists, with how many there are.

    Attributes:
        accepted: Findings accepted, by system and exception.
    """

    def __init__(self, source: FindingsSource) -> None:
        self._resources: dict[str, dict[str, ResourceRows]] = {}
        self._kept = 0
        self._rows: dict[tuple[Key, str], list[FindingRow]] = {}
        self._totals: dict[tuple[Key, str], int] = {}
        self.accepted: dict[tuple[str, str], int] = {}
        for found in source.run.findings(outcomes=tuple(LISTED)):
            for system in systems_of(found, source.systems):
                self._add(found, system)

    def _add(self, found: Mapping[str, Any], system: str) -> None:
        key = (system, str(found["control"]), str(found["parameters"]))
        place = (key, LISTED[found["outcome"]])
        self._totals[place] = self._totals.get(place, 0) + 1
        rows = self._rows.setdefault(place, [])
        listed = len(rows) < MOST_SHOWN
        kept = bool(found["resource_key"]) and self._kept < ROWS_KEPT
        row = row_of(found, system) if listed or kept else None
        if row is not None and listed:
            rows.append(row)
        if found["resource_key"]:
            self._add_resource(found, system, row if kept else None)
        if found["outcome"] == "accepted" and found["exception"]:
            excused = (system, str(found["exception"]))
            self.accepted[excused] = self.accepted.get(excused, 0) + 1

    def _add_resource(self, found: Mapping[str, Any], system: str, row: FindingRow | None) -> None:
        resources = self._resources.setdefault(system, {})
        resource = resources.setdefault(str(found["resource_key"]), ResourceRows())
        outcome = str(found["outcome"])
        resource.counts[outcome] = resource.counts.get(outcome, 0) + 1
        if row is not None:
            resource.rows.append(row)
            self._kept += 1

    def resources(self, system: str) -> Mapping[str, ResourceRows]:
        """Return what was gathered of each resource of a system, by its key."""
        return self._resources.get(system, {})

    def shown(self, key: Key, name: str, *, most: int) -> Shown:
        """Return the first `most` findings of one list of a control: one of LISTED's values."""
        rows = self._rows.get((key, name), ())
        return Shown(rows=tuple(rows[:most]), total=self._totals.get((key, name), 0))

    def most_per_list(self, system: str) -> int:
        """Return how many findings each list of a system's page may show, so that it stays small.

        A page holds about ROWS_PER_PAGE of them: the most that a list may have without all lists
        together having more. A list shows at least FEWEST_SHOWN.
        """
        lengths = sorted(len(rows) for (key, _), rows in self._rows.items() if key[0] == system)
        left = ROWS_PER_PAGE
        for nth, length in enumerate(lengths):
            lists = len(lengths) - nth
            if length * lists > left:
                return max(FEWEST_SHOWN, left // lists)
            left -= length
        return MOST_SHOWN


def systems_of(found: Mapping[str, Any], wanted: frozenset[str]) -> list[str]:
    """Return the wanted systems that a finding belongs to, sorted."""
    return sorted(wanted.intersection(found["systems"]))


def row_of(found: Mapping[str, Any], system: str) -> FindingRow:
    """Return a finding as it is printed for one system."""
    resource = str(found["resource_id"] or found["resource_key"] or "")
    expected, _ = value_words(found["expected"], found["path"])
    actual, context = value_words(found["actual"], found["path"], absent=found["basis"] == "absent")
    return FindingRow(
        system=system,
        control=found["control"],
        check=found["check"],
        parameters=found["parameters"],
        outcome=found["outcome"],
        reason=found["reason"],
        basis=found["basis"],
        exception=found["exception"],
        resource_id=resource,
        name=resource.rstrip("/").rpartition("/")[2] or resource,
        key=str(found["resource_key"] or ""),
        resource_type=found["resource_type"],
        subscription_id=found["subscription_id"],
        path=found["path"],
        expected=expected,
        actual=actual,
        context=context,
        evidence_table=found["evidence_table"],
        row_sha256=found["row_sha256"],
        observed_at=found["observed_at"],
    )


def value_words(
    text: str | None, path: str | None, *, absent: bool = False
) -> tuple[str | None, str | None]:
    """Return a finding's JSON text for a reader: the value, and what was found beside it.

    An object is what was found of several fields; the one that `path` names is the value, and the
    others are beside it as `name: value`.

    Args:
        text: JSON text, or None.
        path: The field that decided, or None.
        absent: The verdict rests on a field that is not there, so null means absent.
    """
    if text is None or text == "null":
        return ("absent" if absent else text), None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text, None
    if not isinstance(value, dict) or not value:
        return _words(value), None
    parts = "; ".join(f"{name}: {_words(part)}" for name, part in value.items() if name != path)
    if path in value:
        return _words(value[path]), parts or None
    # without a field that decided, all of it is beside the point; else it is the expectation
    return (None, parts) if path is None else (parts, None)


def _words(value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        return "; ".join(_pairs(part) for part in value)
    return orjson.dumps(value).decode()


def _pairs(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_words(part)}" for name, part in value.items())
