"""The bearer token of every request: one that is refused is replaced once, by a new one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from attestgraph.collect.auth import Credential

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineRequest, PipelineResponse


class Authorize(ARMChallengeAuthenticationPolicy):
    """The authentication policy of the SDK, which also asks anew where no claims were demanded.

    A credential keeps its token until it expires by its own clock. Where the service refuses it
    before that, the same token would come back; so a token of after now is demanded.
    """

    def __init__(self, credential: Credential, scope: str, *, now: Callable[[], datetime]) -> None:
        super().__init__(credential, scope, enable_cae=True)
        self._now = now
        self._one_at_a_time = threading.Lock()

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Give the request a token; workers that miss one at the same time share the next."""
        with self._one_at_a_time:
            super().on_request(request)

    def on_challenge(
        self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]
    ) -> bool:
        """Answer a 401: with the claims that it demands, else with a token that is new."""
        # the answer is not looked at; its connection must not stay open
        response.http_response.close()
        refused = request.http_request.headers.get("Authorization")
        with self._one_at_a_time:
            if super().on_challenge(request, response):
                return True
            super().on_request(request)
            if request.http_request.headers.get("Authorization") == refused:
                moment = str(int(self._now().timestamp()))
                demanded = {"access_token": {"nbf": {"essential": True, "value": moment}}}
                self.authorize_request(
                    request, *self._scopes, claims=orjson.dumps(demanded).decode()
                )
        return True
