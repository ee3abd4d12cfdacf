"""The pace of one quota, without a network."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from attestgraph.collect import Clock, StoppedError
from attestgraph.collect.pace import QUOTA_LEFT, QUOTA_RESETS, READS_LEFT, Pace, seconds_in
from tests.fake_azure.clock import Quota, Quotas, VirtualClock

SCALE = 50.0


def clock(scale: float = SCALE) -> Clock:
    return Clock(lambda: datetime(2026, 11, 24, tzinfo=UTC), scale=scale)


@pytest.mark.parametrize("latency", [0.0, 0.3, 2.0])
def test_a_quota_is_used_up_and_never_exceeded(latency: float) -> None:
    ours, theirs = clock(), VirtualClock(SCALE)
    quotas = Quotas({"graph": Quota(requests=15, seconds=5)}, theirs)
    pace = Pace(ours)
    refused = []

    def ask(_: int) -> None:
        with pace.turn() as turn:
            ours.wait(latency / 2)
            standing = quotas.take("graph", "me")
            ours.wait(latency / 2)
            if standing.granted:
                turn.headers = standing.headers
            else:
                refused.append(standing)
                turn.refused = 1.0

    began = ours.monotonic()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(75)))
    took = ours.monotonic() - began
    assert not refused
    # four windows must end before the last request of 75; a slow answer lengthens each
    assert took < 4 * 5 + 4 * (2 * latency + 1.5) + 2 * latency + 2


def test_without_headers_so_many_at_once() -> None:
    pace = Pace(clock(), most=3)
    under_way, most = 0, 0
    lock = threading.Lock()

    def ask(_: int) -> None:
        nonlocal under_way, most
        with pace.turn() as turn:
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.005)
            with lock:
                under_way -= 1
            turn.headers = {}

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(ask, range(40)))
    assert most == 3


def test_near_the_end_of_the_reads_one_at_a_time() -> None:
    pace = Pace(clock())
    with pace.turn() as turn:
        turn.headers = {READS_LEFT: "12"}
    assert not pace._may_go() or pace._flying == 0
    with pace.turn():
        assert not pace._may_go()


def test_after_a_refusal_everybody_waits() -> None:
    ours = clock()
    pace = Pace(ours)
    with pace.turn() as turn:
        turn.refused = 10.0
    began = ours.monotonic()
    with pace.turn() as turn:
        turn.headers = {}
    assert ours.monotonic() - began >= 9.0


def test_a_window_whose_answers_are_all_lost_does_not_hang() -> None:
    pace = Pace(clock())
    for _ in range(3):
        with pace.turn() as turn:
            turn.headers = {QUOTA_LEFT: "0", QUOTA_RESETS: "00:00:01"}
    for _ in range(3):
        with pace.turn():
            pass


def test_stopping_ends_all_waiting() -> None:
    ours = clock(1.0)
    pace = Pace(ours)
    with pace.turn() as turn:
        turn.refused = 600.0
    threading.Timer(0.1, ours.stop).start()
    with pytest.raises(StoppedError), pace.turn():
        pass


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:05", 5),
        ("01:02:03", 3723),
        ("00:00:04.5", 4.5),
        ("5", None),
        ("", None),
        ("a:b:c", None),
        (None, None),
    ],
)
def test_spans(text: str | None, seconds: float | None) -> None:
    assert seconds_in(text) == seconds
