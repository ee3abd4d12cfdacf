"""Faults on a script: which request goes wrong, how often, and how.

A rule counts the requests that it matches; it acts on number `nth` and the `times - 1` after it
(`times=None`: for ever). A request is matched by a regular expression, searched in
`METHOD /path?query`, a line break and the body, and by the page that is asked for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Action = Literal[
    "status",  # answer with `status`, `headers`, `body` (None: the service's usual words)
    "reset",  # the connection is reset before an answer
    "timeout",  # nothing is answered for `seconds`, then the connection closes
    "cut",  # the body ends half way, though the length was promised
    "garbage",  # 200 with a page of HTML, as from a proxy
    "truncate",  # Resource Graph: resultTruncated "true" and no skip token
    "drop-token",  # the skip token or next link is left off
    "lose-rows",  # the last `amount` rows of the page are left off, the counts lowered
    "hide-rows",  # the last `amount` rows of the page are left off, the counts kept
    "shift",  # the page starts `amount` rows later (negative: earlier): the tenant changed
    "oversized",  # ResponsePayloadTooLarge unless at most `amount` rows are asked for
    "subscription-limit",  # x-ms-tenant-subscription-limit-hit: true
    "forbid",  # from now on `subscription` is listed, and refused with 403
    "hide",  # from now on `subscription` is not visible at all
    "expire-tokens",  # from now on every token so far is refused; `claims` adds a challenge
    "throttle",  # 429 in the words of the service; with `headers`, without the quota's own
    "delay",  # the answer takes `seconds` longer
]
Page = int | Literal["first", "middle", "last"] | None
ACTIONS = frozenset(get_args(Action))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which page of how many a request asks for."""

    page: int = 0
    pages: int = 1

    def is_at(self, wanted: Page) -> bool:
        """Return whether this is the page that a rule means."""
        if wanted is None:
            return True
        if wanted == "first":
            return self.page == 0
        if wanted == "last":
            return self.page == self.pages - 1
        if wanted == "middle":
            return self.pages > 2 and self.page == self.pages // 2
        return self.page == wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule; see the module for how it matches and `Action` for what it does."""

    action: Action
    match: str = ""
    page: Page = None
    nth: int = 1
    times: int | None = 1
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.0
    amount: int = 1
    subscription: str = ""
    claims: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Fault:
        """Read a rule; raises ValueError for an action that does not exist."""
        if document.get("action") not in ACTIONS:
            raise ValueError(f"unknown action {document.get('action')!r}")
        return cls(**document)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as `from_json` reads it."""
        return asdict(self) | {"headers": dict(self.headers)}


@dataclass(slots=True)
class _Rule:
    fault: Fault
    pattern: re.Pattern[str]
    seen: int = 0
    acted: int = 0

    def take(self, text: str, place: Place) -> bool:
        fault = self.fault
        if not place.is_at(fault.page) or not self.pattern.search(text):
            return False
        self.seen += 1
        if self.seen < fault.nth or (fault.times is not None and self.acted >= fault.times):
            return False
        self.acted += 1
        return True


class Faults:
    """The script of one fake; may be changed while it runs."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def add(self, *faults: Fault) -> None:
        """Add rules; all that match a request act on it, the first that ends it wins."""
        rules = [_Rule(f, re.compile(f.match, re.IGNORECASE | re.DOTALL)) for f in faults]
        with self._lock:
            self._rules.extend(rules)

    def clear(self) -> None:
        """Forget all rules; what was forbidden or hidden stays so."""
        with self._lock:
            self._rules.clear()

    @property
    def acted(self) -> list[int]:
        """Return how often each rule acted, in the order they were added."""
        with self._lock:
            return [rule.acted for rule in self._rules]

    @property
    def script(self) -> list[Fault]:
        """Return the rules as they were added."""
        with self._lock:
            return [rule.fault for rule in self._rules]

    def take(self, text: str, place: Place) -> tuple[Fault, ...]:
        """Return the rules that act on a request, and count them."""
        with self._lock:
            return tuple(rule.fault for rule in self._rules if rule.take(text, place))
