"""Requests and answers as values, and the service's words for what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import orjson

JSON: Final = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request: header names are lower case, of repeated query options the last counts."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    secure: bool = True

    @property
    def json(self) -> dict[str, Any]:
        """Return the body as an object; empty where it is none."""
        try:
            found = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back, and how the transport goes wrong on the way."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    reset: bool = False
    hold: float = 0.0


class RefusedError(Exception):
    """A request that ends in an error of the service."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, body)
        self.answer = Answer(status=status, body=dumps(body), headers=dict(headers or {}))


def dumps(value: Any) -> bytes:
    """Return JSON."""
    return orjson.dumps(value)


def ok(value: Any) -> Answer:
    """Return an answer of 200 with JSON."""
    return Answer(body=dumps(value))


def error(code: str, message: str, *details: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error body of Resource Manager."""
    found: dict[str, Any] = {"code": code, "message": message}
    if details:
        found["details"] = list(details)
    return {"error": found}


def support(code: str, *details: Mapping[str, Any]) -> dict[str, Any]:
    """Return an error body as Resource Graph words it."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    return error(
        code,
        "Please provide below info when asking for support: "
        f"timestamp = {now}, correlationId = {uuid4()}.",
        *details,
    )


def forbidden(action: str, scope: str, user: str) -> RefusedError:
    """Return the refusal of a caller without a role."""
    return RefusedError(
        403,
        error(
            "AuthorizationFailed",
            f"The client '{user}' with object id '{user}' does not have authorization to perform "
            f"action '{action}' over scope '{scope}' or the scope is invalid. If access was "
            "recently granted, please refresh your credentials.",
        ),
    )


def throttled(family: str) -> dict[str, Any]:
    """Return the body of a 429."""
    if family == "graph":
        return support(
            "RateLimiting",
            {
                "code": "RateLimiting",
                "message": "Client application has been throttled and should not attempt to "
                "repeat the request until an amount of time has elapsed. Please see "
                "https://aka.ms/resourcegraph-throttling for help.",
            },
        )
    if family == "vault":
        return error("Throttled", "Request was not processed because too many were received.")
    return error("TooManyRequests", "The request was throttled. Retry after the time told.")
