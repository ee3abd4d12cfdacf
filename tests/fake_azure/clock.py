"""Time as the fake sees it, and the quotas that pass with it.

The fake lives in virtual seconds: `clock_scale=20` makes them pass 20 times faster than real ones.
Every duration it is configured with or tells (quota windows, `x-ms-user-quota-resets-after`,
`Retry-After`, `Fault.seconds`) is in virtual seconds, so a client must wait with a clock that is
scaled alike. Only the life of tokens is in real seconds, since azure-identity reads the wall clock.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from typing import Final, Literal

Family = Literal["graph", "states", "arm", "vault"]


class VirtualClock:
    """Seconds since the start of the fake, scaled."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._start = time.monotonic()

    def now(self) -> float:
        """Return the virtual seconds since the start."""
        return (time.monotonic() - self._start) * self.scale

    def real(self, seconds: float) -> float:
        """Return how many real seconds a virtual span takes."""
        return seconds / self.scale

    def sleep(self, seconds: float) -> None:
        """Wait so many virtual seconds."""
        time.sleep(self.real(seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many requests in so many virtual seconds; a window starts with its first request.

    Attributes:
        retry_after: Whether a 429 says `Retry-After` (Resource Graph is not documented to).
        by_subscription: Whether each subscription has a quota of its own, told as ARM tells it.
    """

    requests: int = 15
    seconds: float = 5.0
    retry_after: bool = False
    by_subscription: bool = False


QUOTAS: Final[dict[Family, Quota]] = {
    "graph": Quota(),
    "states": Quota(retry_after=True),
    "arm": Quota(requests=12_000, seconds=3600.0, retry_after=True, by_subscription=True),
    "vault": Quota(requests=4_000, seconds=10.0, retry_after=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is left of a quota after a request."""

    quota: Quota
    granted: bool
    remaining: int
    resets_after: int

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that tell a client of it."""
        found = {}
        if self.quota.by_subscription:
            found["x-ms-ratelimit-remaining-subscription-reads"] = str(self.remaining)
        else:
            hours, rest = divmod(self.resets_after, 3600)
            found["x-ms-user-quota-remaining"] = str(self.remaining)
            found["x-ms-user-quota-resets-after"] = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
        if not self.granted and self.quota.retry_after:
            found["Retry-After"] = str(self.resets_after)
        return found


@dataclass(slots=True)
class _Window:
    start: float
    used: int = 0


@dataclass(slots=True)
class Quotas:
    """One window for each family and user."""

    limits: dict[Family, Quota]
    clock: VirtualClock
    _windows: dict[tuple[Family, str], _Window] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, family: Family, user: str) -> Standing:
        """Count one request against a quota and say whether it may go on."""
        quota = self.limits[family]
        with self._lock:
            now = self.clock.now()
            window = self._windows.get((family, user))
            if window is None or now >= window.start + quota.seconds:
                window = self._windows[family, user] = _Window(now)
            granted = window.used < quota.requests
            window.used += granted
            return Standing(
                quota=quota,
                granted=granted,
                remaining=quota.requests - window.used,
                resets_after=max(1, math.ceil(window.start + quota.seconds - now)),
            )
