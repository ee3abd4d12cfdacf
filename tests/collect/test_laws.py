"""Whatever goes wrong: complete and exact, or incomplete and said so."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attestgraph.diagnostics import InputError
from tests.collect.given import live
from tests.collect.test_faults import GRAPH, STATES, settle
from tests.fake_azure import Fault, Tenant

TENANT = Tenant.of(11, resources=2_100, subscriptions=3, states=4_600)
ACTIONS = (
    "reset",
    "cut",
    "garbage",
    "truncate",
    "drop-token",
    "lose-rows",
    "hide-rows",
    "shift",
    "oversized",
    "subscription-limit",
    "throttle",
    "expire-tokens",
)
PLACES = (GRAPH, STATES, "summarize|apply=", "GET /subscriptions", "permissions", "resourcegraph")


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """Draw one rule."""
    told: dict[str, Any] = {}
    action = draw(st.sampled_from((*ACTIONS, "status", "forbid", "hide")))
    if action == "status":
        told["status"] = draw(st.sampled_from((400, 401, 403, 404, 409, 413, 429, 500, 502, 503)))
    if action in {"forbid", "hide"}:
        number = draw(st.integers(0, len(TENANT.subscriptions) - 1))
        told["subscription"] = TENANT.subscriptions[number].id
    if action == "expire-tokens":
        told["claims"] = draw(st.booleans())
    told |= {
        "action": action,
        "match": draw(st.sampled_from(PLACES)),
        "page": draw(st.sampled_from((None, "first", "middle", "last", 0, 1, 2))),
        "nth": draw(st.integers(1, 3)),
        "times": draw(st.sampled_from((1, 2, 5, None))),
        "amount": draw(st.sampled_from((1, 2, 7, 400, *((-3,) if action == "shift" else ())))),
    }
    return Fault.from_json(told)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(script=st.lists(faults(), max_size=4))
def test_complete_and_exact_or_said_not_to_be(script: list[Fault]) -> None:
    with tempfile.TemporaryDirectory() as folder, live(TENANT) as here:
        here.fake.faults.add(*script)
        with contextlib.suppress(InputError):
            settle(here, Path(folder))
            return
        # where nothing at all can be seen, nothing is written
        assert not (Path(folder) / "out").exists()
