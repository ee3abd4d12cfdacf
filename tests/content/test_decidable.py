"""No check of the library is one that nothing can pass, or nothing can fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

from attestgraph.checks import run_cases
from attestgraph.load import Loaded, load_library
from attestgraph.model.authored import AttestTest, Check, Control, PolicyTest, QueryTest, RowTest

WANTED = {
    RowTest: {"satisfied", "not-satisfied"},
    QueryTest: {"satisfied", "not-satisfied"},
    PolicyTest: {"satisfied", "not-satisfied", "not-evaluated"},
}
FEWEST = 3


@pytest.fixture(scope="module")
def library() -> Loaded:
    return load_library(None)


def came_out(loaded: Loaded) -> dict[tuple[str, str], set[str]]:
    """Return what came out of the cases of each check; a case that fails its `want` counts not."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for result in run_cases(loaded.library, loaded.aliases, loaded.cases):
        checks = loaded.library.controls[result.control].checks
        name = result.check or (checks[0].id if len(checks) == 1 else None)
        if result.passed and name is not None:
            found[result.control, name].add(result.got)
    return found


def undecidable(controls: Iterable[Control], found: dict[tuple[str, str], set[str]]) -> list[str]:
    return [
        f"{control.id}: {check.id}: no case is {', '.join(sorted(missing))}"
        for control in controls
        for check in control.checks
        if (missing := lacks(check, found.get((control.id, check.id), set())))
    ]


def lacks(check: Check, words: set[str]) -> set[str]:
    return set() if isinstance(check.test, AttestTest) else WANTED[type(check.test)] - words


def test_every_check_can_pass_and_can_fail(library: Loaded) -> None:
    faults = undecidable(library.library.controls.values(), came_out(library))
    assert not faults, "\n".join(faults)


def test_every_check_that_is_no_question_has_three_cases(library: Loaded) -> None:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for case in library.cases:
        checks = library.library.controls[case.control].checks
        counted[case.control, case.check or checks[0].id] += 1
    few = [
        f"{control.id}: {check.id}: {counted[control.id, check.id]}"
        for control in library.library.controls.values()
        for check in control.checks
        if not isinstance(check.test, AttestTest) and counted[control.id, check.id] < FEWEST
    ]
    assert not few, "\n".join(few)


def test_the_states_of_a_policy_check_are_each_tried(library: Loaded) -> None:
    tried: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in library.cases:
        if case.check is not None:
            words = [str(s.get("complianceState")) for s in case.states] or ["none"]
            tried[case.control, case.check].update(words)
    missing = [
        f"{control.id}: {check.id}: {sorted(lacking)}"
        for control in library.library.controls.values()
        for check in control.checks
        if isinstance(check.test, PolicyTest)
        and (lacking := {"Compliant", "NonCompliant", "none"} - tried[control.id, check.id])
    ]
    assert not missing, "\n".join(missing)


def test_every_control_has_a_check_that_can_fail_or_a_question(library: Loaded) -> None:
    assert all(control.checks for control in library.library.controls.values())


def test_a_check_that_nothing_can_fail_is_found(library: Loaded) -> None:
    control = library.library.controls["kv-purge-protection"]  # type: ignore[index]
    found = came_out(library)
    found[control.id, control.checks[0].id] = {"satisfied"}
    found[control.id, control.checks[1].id] = {"satisfied", "not-satisfied"}
    assert undecidable([control], found)[:2] == [
        "kv-purge-protection: purge-protection: no case is not-satisfied",
        "kv-purge-protection: purge-protection-policy: no case is not-evaluated",
    ]
