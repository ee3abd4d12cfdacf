"""Time as a collection sees it: one value, so that all waiting can be scaled and ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime


class StoppedError(Exception):
    """The collection was told to stop: whoever waits or is about to ask gives up."""


class Clock:
    """What time it is, and waiting.

    The wall clock is read by the command line and given in; it dates the evidence and nothing
    else. Waiting is measured by a clock that only goes forward.
    """

    def __init__(self, now: Callable[[], datetime], *, scale: float = 1.0) -> None:
        """Make a clock.

        Args:
            now: Gives the time with a zone.
            scale: How many of its seconds pass in a real one.
        """
        self._now = now
        self._scale = scale
        self._start = time.monotonic()
        self._stopped = threading.Event()

    def now(self) -> datetime:
        """Return the time in whole seconds."""
        return self._now().replace(microsecond=0)

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return (time.monotonic() - self._start) * self._scale

    def real(self, seconds: float) -> float:
        """Return how many real seconds a span takes."""
        return seconds / self._scale

    def wait(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: The collection was stopped.
        """
        if seconds > 0:
            self._stopped.wait(self.real(seconds))
        self.check()

    def check(self) -> None:
        """Go on, unless the collection was stopped.

        Raises:
            StoppedError: It was.
        """
        if self._stopped.is_set():
            raise StoppedError

    def stop(self) -> None:
        """End all waiting, for good."""
        self._stopped.set()
