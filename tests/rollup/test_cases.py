"""The table of cases of ASSESSMENT section 6, and many more, run against the real code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.rollup.cases import cases, compare, world_of
from tests.rollup.world import status_in

CASES = dict(cases())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_case_gives_what_it_must(case: Mapping[str, Any]) -> None:
    assessment = world_of(case).assess()
    for place, want in case["want"].items():
        framework, _, requirement = place.rpartition("/")
        compare(status_in(assessment, requirement, of=framework or "fw"), want)
