"""Trying again: what passes by itself is waited for, what does not is told at once.

The policies of the SDK do not retry a POST on 502, nor a 429 that names no `Retry-After`, and retry
a 403 that does. Here every request only reads, so a POST is as good to repeat as a GET.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline.policies import RetryPolicy

from attestgraph.collect.clock import Clock
from attestgraph.collect.pace import QUOTA_RESETS, Pace, Turn, seconds_in

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest, PipelineResponse

THROTTLED: Final = 429
TRANSIENT: Final = frozenset({408, 500, 502, 503, 504})
MOST_ATTEMPTS: Final = 6
MOST_THROTTLES: Final = 20
MOST_RETRIES: Final = 400
MOST_WAITS: Final = 4000
_FIRST: Final = 0.5
_LONGEST: Final = 20.0
_LONGEST_TOLD: Final = 900.0


class Budget:
    """How often one collection may try again; nothing hangs on a service that is gone.

    Being throttled is counted apart: it is no fault, and others may use up the same quota.
    """

    def __init__(self, retries: int = MOST_RETRIES, waits: int = MOST_WAITS) -> None:
        self._left = {False: retries, True: waits}
        self._lock = threading.Lock()

    def take(self, *, throttled: bool = False) -> bool:
        """Tell whether one more retry is left, and use it."""
        with self._lock:
            if self._left[throttled] <= 0:
                return False
            self._left[throttled] -= 1
            return True


class Patience(RetryPolicy[Any, Any]):
    """The retry policy of every request of a collection; reads the body before it judges.

    A 403 is an answer. A 401 is met by the authentication policy below with a fresh token.
    """

    def __init__(self, clock: Clock, pace: Pace, budget: Budget) -> None:
        super().__init__()
        self._clock = clock
        self._pace = pace
        self._budget = budget
        # jitter only spreads load
        self._random = random.Random()  # noqa: S311

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Send a request until it is answered, refused, or the patience is used up.

        Raises:
            AzureError: The last fault of the connection.
            StoppedError: The collection was stopped.
        """
        attempts = throttles = 0
        while True:
            answer: PipelineResponse[Any, Any] | AzureError
            try:
                answer = self._once(request)
            except ClientAuthenticationError:
                raise
            except AzureError as error:
                answer = error
            if not isinstance(answer, AzureError) and not _passes(answer):
                return answer
            throttled = _status(answer) == THROTTLED
            if throttled:
                throttles += 1
                wait = self._told(answer) or self._backoff(throttles)
                done = throttles > MOST_THROTTLES
            else:
                attempts += 1
                wait = self._told(answer) or self._backoff(attempts)
                done = attempts >= MOST_ATTEMPTS
            if done or wait > _LONGEST_TOLD or not self._budget.take(throttled=throttled):
                if isinstance(answer, AzureError):
                    raise answer
                return answer
            self._clock.wait(wait)

    def _once(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        with self._pace.turn() as turn:
            response = self.next.send(request)
            try:
                read: Callable[[], bytes] = response.http_response.read
                read()
            except AzureError:
                response.http_response.close()
                raise
            self._learn(turn, response)
        return response

    def _learn(self, turn: Turn, response: PipelineResponse[Any, Any]) -> None:
        if response.http_response.status_code == THROTTLED:
            turn.refused = self._told(response) or _FIRST
        else:
            turn.headers = response.http_response.headers

    def _told(self, answer: PipelineResponse[Any, Any] | AzureError) -> float | None:
        """Return how long the service asks to wait."""
        if isinstance(answer, AzureError):
            return None
        told = self.get_retry_after(answer)
        if told is None and _status(answer) == THROTTLED:
            told = seconds_in(answer.http_response.headers.get(QUOTA_RESETS))
        return told or None

    def _backoff(self, attempt: int) -> float:
        longest = min(_LONGEST, _FIRST * 2.0 ** (attempt - 1))
        return longest * (0.5 + self._random.random() / 2)


def _status(answer: PipelineResponse[Any, Any] | AzureError) -> int | None:
    return None if isinstance(answer, AzureError) else int(answer.http_response.status_code)


def _passes(answer: PipelineResponse[Any, Any]) -> bool:
    status = _status(answer)
    return status == THROTTLED or status in TRANSIENT
