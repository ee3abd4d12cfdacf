"""Every fault at every page, once, thrice and for ever: complete and exact, or said not to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from attestgraph.model.words import Completeness
from tests.collect.given import SOURCES, Live, holds_nothing_else, is_exact, live
from tests.fake_azure import Fault, Tenant

TENANT = Tenant.of(5, resources=2_050, subscriptions=2, states=4_200)
GRAPH = "microsoft.resourcegraph/resources.*order by id asc"
STATES = "policystates/latest/queryresults"
PAGES = ("first", "middle", "last")
PLACES = ((GRAPH, "resources"), (STATES, "policystates"))


def settle(here: Live, tmp_path: Path) -> bool:
    """Collect, and hold that the snapshot is exact, or says where it is not."""
    done = here.collect(tmp_path / "out")
    tables = done.written.manifest.tables
    for name, table in tables.items():
        assert (table.complete is Completeness.TRUE) == (not table.incomplete), name
    assert done.complete == all(t.complete is Completeness.TRUE for t in tables.values())
    if done.complete:
        assert is_exact(here, tmp_path / "out", tmp_path / "true")
    else:
        assert holds_nothing_else(here, tmp_path / "out")
        assert all(gap.scope and gap.detail for t in tables.values() for gap in t.incomplete)
    return done.complete


def fault_of(kind: str, match: str, page: str, times: int | None) -> Fault:
    told: dict[str, Any] = {"match": match, "page": page, "times": times, "action": kind}
    if kind == "429 with Retry-After":
        told |= {"action": "throttle", "headers": {"Retry-After": "2"}}
    elif kind == "429 without":
        told |= {"action": "throttle", "headers": {"x-nothing": "1"}}
    elif kind == "timeout":
        told["seconds"] = 600.0
    elif kind.isdigit():
        told |= {"action": "status", "status": int(kind)}
    return Fault.from_json(told)


PASSING = (
    "429 with Retry-After",
    "429 without",
    "500",
    "502",
    "503",
    "504",
    "reset",
    "timeout",
    "cut",
    "garbage",
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("times", [1, 3, None], ids=["once", "thrice", "ever"])
def test_what_passes_is_waited_for(kind: str, page: str, times: int | None, tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.fake.faults.add(*(fault_of(kind, match, page, times) for match, _ in PLACES))
        complete = settle(here, tmp_path)
        acted = here.fake.faults.acted
        assert all(acted)
        # a page that never says a word of sense is asked for thrice
        garbled_out = kind == "garbage" and times == 3
        if times is not None and not garbled_out:
            assert complete
        if times is None:
            assert not complete


SILENT = (
    Fault(action="truncate", match=GRAPH, page="first"),
    Fault(action="truncate", match=GRAPH, page="middle"),
    Fault(action="drop-token", match=GRAPH, page="first"),
    Fault(action="drop-token", match=GRAPH, page="middle"),
    Fault(action="lose-rows", match=GRAPH, page="middle", amount=3),
    Fault(action="lose-rows", match=GRAPH, page="last"),
    Fault(action="hide-rows", match=GRAPH, page="first"),
    Fault(action="shift", match=GRAPH, page="middle", amount=2),
    Fault(action="shift", match=GRAPH, page="last", amount=-2),
    Fault(action="subscription-limit", match=GRAPH, page="last"),
    Fault(action="drop-token", match=STATES, page="first"),
    Fault(action="drop-token", match=STATES, page="middle"),
    Fault(action="lose-rows", match=STATES, page="first", amount=2),
    Fault(action="lose-rows", match=STATES, page="last", amount=2),
    Fault(action="hide-rows", match=STATES, page="middle"),
    Fault(action="shift", match=STATES, page="middle", amount=2),
)


@pytest.mark.parametrize("times", [1, None], ids=["once", "ever"])
@pytest.mark.parametrize("fault", SILENT, ids=lambda f: f"{f.action}-{f.match[10:14]}-{f.page}")
def test_what_is_lost_in_silence_is_found(fault: Fault, times: int | None, tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.fake.faults.add(Fault.from_json({**fault.to_json(), "times": times}))
        complete = settle(here, tmp_path)
        assert here.fake.faults.acted[0]
        assert complete == (times == 1)


@pytest.mark.parametrize("status", [None, 413])
def test_an_answer_that_is_too_large_is_asked_for_in_halves(
    status: int | None, tmp_path: Path
) -> None:
    with live(TENANT) as here:
        if status is None:
            here.fake.faults.add(Fault(action="oversized", match=GRAPH, amount=300, times=None))
        else:
            here.fake.faults.add(Fault(action="status", status=413, match=GRAPH, times=2))
        assert settle(here, tmp_path)


def test_an_answer_that_is_always_too_large_is_a_gap(tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.fake.faults.add(Fault(action="status", status=413, match=GRAPH, times=None))
        assert not settle(here, tmp_path)


@pytest.mark.parametrize("claims", [False, True], ids=["plain", "claims"])
@pytest.mark.parametrize("match", [GRAPH, STATES], ids=["graph", "states"])
def test_tokens_that_expire_in_the_middle_are_replaced(
    match: str, tmp_path: Path, *, claims: bool
) -> None:
    with live(TENANT) as here:
        fault = Fault(action="expire-tokens", match=match, page="middle", claims=claims)
        here.fake.faults.add(fault)
        assert settle(here, tmp_path)
        assert [r for r in here.fake.log if r.status == 401]


def test_tokens_that_cannot_be_had_again_are_a_gap(tmp_path: Path) -> None:
    with live(TENANT) as here:
        here.fake.faults.add(
            Fault(action="expire-tokens", match=STATES, page="middle"),
            Fault(action="status", status=400, match="oauth2/v2.0/token", nth=2, times=None),
        )
        assert not settle(here, tmp_path)


def test_a_role_that_is_taken_away_is_a_gap_and_is_not_asked_for_again(tmp_path: Path) -> None:
    with live(TENANT) as here:
        gone = here.fake.tenant.subscriptions[1].id
        fault = Fault(action="forbid", subscription=gone, match=STATES, page="middle")
        here.fake.faults.add(fault)
        assert not settle(here, tmp_path)
        refused = [r for r in here.fake.log if r.status == 403 and r.family == "states"]
        assert len({(r.path, r.digest) for r in refused}) == len(refused)


def test_a_403_with_a_time_to_wait_is_not_waited_for(tmp_path: Path) -> None:
    with live(TENANT) as here:
        headers = {"Retry-After": "600"}
        fault = Fault(action="status", status=403, headers=headers, match=GRAPH, times=None)
        here.fake.faults.add(fault)
        assert not settle(here, tmp_path)
        # once for each of the two tables
        assert here.fake.faults.acted == [2]


def test_the_sources_are_those_of_a_plan() -> None:
    assert {s.table for s in SOURCES} == {"resources", "resourcecontainers", "policystates"}
