"""The resources that each control saw, counted once, and those that fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from attestgraph.model.words import OUTCOME_RANK, Outcome
from attestgraph.render.first_look_model import FailedCheck, FailingResource, Rows

MOST_SHOWN: Final = 5
MOST_TEXT: Final = 200
ControlKey = tuple[str, str]
"""A control and the digest of its parameter values."""
_RANK: Final[Mapping[str, int]] = {str(outcome): rank for outcome, rank in OUTCOME_RANK.items()}
_FAIL, _UNKNOWN, _PASS = (
    OUTCOME_RANK[outcome] for outcome in (Outcome.FAIL, Outcome.NOT_EVALUATED, Outcome.PASS)
)


class Run(Protocol):
    """A stored run, as far as a first look reads it."""

    @property
    def run(self) -> dict[str, Any]:
        """run.json."""
        ...

    @property
    def controls(self) -> list[dict[str, Any]]:
        """controls.json."""
        ...

    @property
    def requirements(self) -> list[dict[str, Any]]:
        """requirements.json."""
        ...

    def findings(self) -> Iterator[dict[str, Any]]:
        """Give all findings."""
        ...


@dataclass(slots=True)
class SeenRows:
    """What one control saw.

    Attributes:
        worst: By resource, the rank of its worst outcome.
        by_check: Findings about resources by check and outcome.
        failed: The failed checks of the first failing resources.
    """

    worst: dict[str, int] = field(default_factory=dict)
    by_check: dict[str, Counter[str]] = field(default_factory=dict)
    failed: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def add(self, finding: Mapping[str, Any]) -> None:
        """Count one finding about a resource."""
        key, rank = finding["resource_key"], _RANK[finding["outcome"]]
        self.worst[key] = max(rank, self.worst.get(key, rank))
        self.by_check.setdefault(finding["check"], Counter())[finding["outcome"]] += 1
        if rank == _FAIL and (key in self.failed or len(self.failed) < MOST_SHOWN):
            self.failed.setdefault(key, []).append(finding)

    @property
    def rows(self) -> Rows:
        """Return the resources by what they come to; what an exception accepts is a fail."""
        ranks = Counter(self.worst.values())
        unknown, passing = ranks[_UNKNOWN], ranks[_PASS]
        fail = ranks[_FAIL] + ranks[OUTCOME_RANK[Outcome.ACCEPTED]]
        rest = sum(ranks.values()) - fail - unknown - passing
        return Rows(fail=fail, unknown=unknown, passing=passing, not_applicable=rest)

    def failing(self, says: Mapping[str, str]) -> tuple[FailingResource, ...]:
        """Return the first failing resources, with what each check wanted and found.

        Args:
            says: What each check says, by its id.
        """
        return tuple(_failing(findings, says) for _, findings in sorted(self.failed.items()))


def seen_rows(run: Run, left_out: Iterable[tuple[str, str, str]]) -> dict[ControlKey, SeenRows]:
    """Return what each control saw, by control and parameters.

    Findings about missing parts, systems and questions are about no resource and are not counted.

    Args:
        run: The run.
        left_out: Checks that take no part, by control, parameters and check.
    """
    silent = frozenset(left_out)
    found: dict[ControlKey, SeenRows] = {}
    for finding in run.findings():
        key = (finding["control"], finding["parameters"])
        if finding["resource_type"] is None or (*key, finding["check"]) in silent:
            continue
        found.setdefault(key, SeenRows()).add(finding)
    return found


def _failing(findings: list[Mapping[str, Any]], says: Mapping[str, str]) -> FailingResource:
    first = findings[0]
    resource = str(first["resource_id"] or first["resource_key"])
    return FailingResource(
        id=resource,
        name=resource.rstrip("/").rsplit("/", 1)[-1],
        type=str(first["resource_type"]),
        checks=tuple(
            FailedCheck(
                says=says.get(each["check"], each["check"]),
                path=each["path"],
                wanted=_cut(each["expected"]),
                actual=_cut(each["actual"]),
            )
            for each in findings
        ),
    )


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= MOST_TEXT:
        return text
    return f"{text[:MOST_TEXT]}… ({len(text):,} characters)"
