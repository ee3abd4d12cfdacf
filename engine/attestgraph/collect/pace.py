"""How many requests may be under way: what the service says of its quota decides, nothing fixed.

A quota is so many requests in a window of time. `x-ms-user-quota-remaining` says how many are left
and `x-ms-user-quota-resets-after` when the window ends. Permits of a window are handed out once;
when they are used up everybody waits for its end. A window is opened with one request that asks
how much there is, until the service has shown that a reset gives back the whole quota.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from attestgraph.collect.clock import Clock

QUOTA_LEFT: Final = "x-ms-user-quota-remaining"
QUOTA_RESETS: Final = "x-ms-user-quota-resets-after"
READS_LEFT: Final = "x-ms-ratelimit-remaining-subscription-reads"
MOST_AT_ONCE: Final = 8
_FEW: Final = 100
_NO_LIMIT: Final = 1 << 30
_MOST_SLACK: Final = 1.0
_SLACK: Final = 0.25
# looked at again at least this often, in real seconds
_NAP: Final = 0.5


@dataclass(slots=True)
class Turn:
    """One request under way, and what was learnt from its answer.

    Attributes:
        window: The window in which it was let go.
        headers: Those of the answer.
        refused: How long the service asked to wait after a 429.
    """

    window: int
    headers: Mapping[str, str] | None = None
    refused: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The quota as it is known, for people: None where nothing is known."""

    left: int | None
    resets_in: float | None


class Pace:
    """Lets requests of one quota go."""

    def __init__(self, clock: Clock, *, most: int = MOST_AT_ONCE) -> None:
        """Make one.

        Args:
            clock: Measures the windows.
            most: The most requests under way at once.
        """
        self._clock = clock
        self._most = most
        self._changed = threading.Condition()
        self._flying = 0
        self._window = 0
        self._left: int | None = None
        self._until: float | None = None
        self._closed = 0.0
        self._limit = 0
        self._whole_resets = False
        self._slack = 0.0

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Wait until a request may go, and learn from what its answer says.

        Raises:
            StoppedError: The collection was stopped while waiting.
        """
        turn = self._enter()
        try:
            yield turn
        finally:
            self._leave(turn)

    @property
    def standing(self) -> Standing:
        """What is known of the quota."""
        with self._changed:
            if self._left is None or self._left >= _NO_LIMIT // 2:
                return Standing(left=None, resets_in=None)
            now = self._clock.monotonic()
            ends = None if self._until is None else max(0.0, self._until - now)
            return Standing(left=max(0, self._left), resets_in=ends)

    def _enter(self) -> Turn:
        with self._changed:
            while not self._may_go():
                self._changed.wait(self._nap())
                self._clock.check()
            self._clock.check()
            self._flying += 1
            if self._left is not None:
                self._left -= 1
            return Turn(self._window)

    def _may_go(self) -> bool:
        now = self._clock.monotonic()
        if now < self._closed or self._flying >= self._most:
            return False
        if self._until is not None and now >= self._until:
            self._open_window()
        if self._left is not None and self._left <= 0 and self._until is None and not self._flying:
            # every answer of this window was lost: ask anew
            self._left = None
        if self._left is None:
            return self._flying == 0
        return self._left > 0

    def _open_window(self) -> None:
        self._window += 1
        self._until = None
        # what is still under way may be counted in this window
        self._left = self._limit - self._flying if self._whole_resets else None

    def _nap(self) -> float:
        """Return how long nothing can change by time alone, in real seconds."""
        now = self._clock.monotonic()
        ends = [end for end in (self._closed, self._until) if end is not None and end > now]
        return min(_NAP, *(self._clock.real(end - now) for end in ends)) if ends else _NAP

    def _leave(self, turn: Turn) -> None:
        with self._changed:
            self._flying -= 1
            if turn.refused is not None:
                self._refuse(turn.refused)
            elif turn.headers is not None:
                self._learn(turn, turn.headers)
            self._changed.notify_all()

    def _refuse(self, seconds: float) -> None:
        self._closed = max(self._closed, self._clock.monotonic() + seconds)
        self._slack = min(_MOST_SLACK, self._slack + _SLACK)
        self._whole_resets = False
        self._window += 1
        self._left = self._until = None

    def _learn(self, turn: Turn, headers: Mapping[str, str]) -> None:
        left, resets = number_in(headers, QUOTA_LEFT), seconds_in(headers.get(QUOTA_RESETS))
        if left is None or resets is None:
            self._learn_reads(headers)
            return
        probed = self._left is None
        if probed:
            self._whole_resets = bool(self._limit) and left + 1 >= self._limit
        self._limit = max(self._limit, left + 1)
        if turn.window != self._window:
            return
        ends = self._clock.monotonic() + resets + self._slack
        # a time in whole seconds is rounded up: the earliest one told is the nearest to the truth
        self._until = ends if self._until is None else min(self._until, ends)
        self._left = left - self._flying if self._left is None else min(self._left, left)

    def _learn_reads(self, headers: Mapping[str, str]) -> None:
        left = number_in(headers, READS_LEFT)
        # near the end of a quota without a time of reset, one request at a time
        self._left = None if left is not None and left < _FEW else _NO_LIMIT


def number_in(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header that is a whole number."""
    text = (headers.get(name) or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def seconds_in(text: str | None) -> float | None:
    """Return the seconds of a span written hh:mm:ss."""
    parts = (text or "").strip().split(":")
    if len(parts) != 3:
        return None
    try:
        hours, minutes, seconds = int(parts[0]), int(parts[1]), float(parts[2])
    except ValueError:
        return None
    span = hours * 3600 + minutes * 60 + seconds
    return span if span >= 0 else None
