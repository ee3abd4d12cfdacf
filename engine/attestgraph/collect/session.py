"""The clients of one collection: the SDK's, with our patience, our pace and loggers that redact."""

from __future__ import annotations

import enum
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import orjson

from attestgraph import __version__
from attestgraph.collect.auth import Credential, refusal
from attestgraph.collect.authorize import Authorize
from attestgraph.collect.clock import Clock
from attestgraph.collect.clouds import Cloud
from attestgraph.collect.pace import Pace
from attestgraph.collect.redacting import redacted_loggers
from attestgraph.collect.retry import Budget, Patience

if TYPE_CHECKING:
    from azure.core.rest import HttpRequest, HttpResponse

FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
TOO_LARGE: Final = 413
UNAUTHORIZED: Final = 401
_GOOD: Final = 200
_MOST_GARBLED: Final = 3
_TOO_LARGE_CODES: Final = frozenset({"responsepayloadtoolarge", "payloadtoolarge"})
_NO_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"


class Family(enum.StrEnum):
    """What has a quota of its own."""

    GRAPH = "graph"
    STATES = "states"
    ARM = "arm"
    VAULT = "vault"
    HSM = "hsm"
    ENTRA = "entra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is not the cloud's own.

    Attributes:
        arm: The endpoint of Resource Manager in a private cloud.
        vaults: What the address of a vault begins with there, before its name.
        graph: The endpoint of Microsoft Graph there.
        ca_bundle: A file of certificates to trust.
        read_timeout: Seconds without a byte after which an answer is given up.
    """

    arm: str | None = None
    vaults: str | None = None
    graph: str | None = None
    ca_bundle: str | None = None
    connect_timeout: float = 20.0
    read_timeout: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: JSON, the id of the request, and the headers."""

    value: Mapping[str, Any]
    request_id: str
    headers: Mapping[str, str]


class CallError(Exception):
    """A request that was not answered with 200, for good.

    Attributes:
        status: Of the answer; None where none came.
        code: The service's own word.
    """

    def __init__(
        self, status: int | None, code: str, message: str, codes: frozenset[str] = frozenset()
    ) -> None:
        self.status = status
        self.code = code
        self._codes = codes
        super().__init__(message)

    @property
    def forbidden(self) -> bool:
        """Tell whether a role is missing."""
        return self.status == FORBIDDEN

    @property
    def too_large(self) -> bool:
        """Tell whether fewer rows would be answered."""
        return self.status == TOO_LARGE or bool(self._codes & _TOO_LARGE_CODES)

    def has_code(self, *names: str) -> bool:
        """Tell whether the error or one of its details has a code."""
        return bool(self._codes & {name.lower() for name in names})


class Session:
    """Everything that is asked of the network during one collection."""

    def __init__(
        self,
        cloud: Cloud,
        credential: Credential,
        clock: Clock,
        *,
        settings: Settings | None = None,
        budget: Budget | None = None,
    ) -> None:
        """Make one; nothing is asked yet.

        Args:
            cloud: Where everything is.
            credential: Gives the tokens.
            clock: Measures and waits.
            settings: For private clouds and tests.
            budget: How often the collection may try again.
        """
        self.cloud = cloud
        self.clock = clock
        self.arm = (self_arm(settings) or cloud.arm).rstrip("/")
        self._settings = settings or Settings()
        self._credential = credential
        self._budget = budget or Budget()
        self._paces = {family: Pace(clock) for family in Family}
        self._clients: dict[Family, Any] = {}
        self._lock = threading.Lock()
        self._asked = 0
        self._loggers = redacted_loggers()

    @property
    def requests(self) -> int:
        """How many requests were answered or lost."""
        return self._asked

    def pace(self, family: Family) -> Pace:
        """Return the pace of a quota."""
        return self._paces[family]

    def call(
        self,
        family: Family,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Ask, and go on asking as long as that may help.

        Args:
            family: Whose quota it counts against.
            method: `GET` or `POST`.
            url: A path, or a whole address on the family's own host.
            params: Options of the query.
            body: Sent as JSON.

        Raises:
            CallError: There is no good answer.
            StoppedError: The collection was stopped.
        """
        from azure.core.rest import HttpRequest

        self._refuse_foreign(family, url)
        for attempt in range(1, _MOST_GARBLED + 1):
            request = HttpRequest(method, url, params=dict(params or {}), json=body)
            response = self._send(family, request)
            if response.status_code != _GOOD:
                raise _error_of(response)
            try:
                value = orjson.loads(response.content)
            except orjson.JSONDecodeError:
                value = None
            if isinstance(value, dict):
                return Reply(
                    value=value, request_id=_request_id(response), headers=response.headers
                )
            self.clock.wait(attempt)
        raise CallError(None, "garbled", "the answers are not JSON")

    def _send(self, family: Family, request: HttpRequest) -> HttpResponse:
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        with self._lock:
            self._asked += 1
            client = self._client(family)
        try:
            # the documented way to a client's raw answers; the body is read by our patience
            found: HttpResponse = client._send_request(request, stream=True)  # noqa: SLF001
        except ClientAuthenticationError as error:
            fault = refusal(error, self._credential.method, self._credential.tenant)
            message = fault.diagnostics[0].message
            raise CallError(UNAUTHORIZED, "token-refused", message) from None
        except AzureError as error:
            raise CallError(None, "connection", _words(error)) from None
        return found

    def _client(self, family: Family) -> Any:
        if family not in self._clients:
            self._clients[family] = self._made(family)
        return self._clients[family]

    def _made(self, family: Family) -> Any:
        from azure.mgmt.policyinsights import PolicyInsightsClient
        from azure.mgmt.resourcegraph import ResourceGraphClient

        more: dict[str, Any] = {
            "base_url": self.arm,
            "credential_scopes": [self._scope(family)],
            "policies": self._policies(family),
            "connection_timeout": self._settings.connect_timeout,
            "read_timeout": self._settings.read_timeout,
        }
        if self._settings.ca_bundle:
            more["connection_verify"] = self._settings.ca_bundle
        if family is Family.STATES:
            return PolicyInsightsClient(self._credential, _NO_SUBSCRIPTION, **more)
        # whole addresses and other audiences pass through the same client
        return ResourceGraphClient(self._credential, **more)

    def _policies(self, family: Family) -> list[Any]:
        """Return what a request passes through.

        Left out of the SDK's own list is the registration of resource providers, which writes.
        """
        from azure.core.pipeline import policies
        from azure.mgmt.core.policies import ARMHttpLoggingPolicy

        return [
            policies.RequestIdPolicy(),
            policies.HeadersPolicy(),
            policies.UserAgentPolicy(base_user_agent=f"attestgraph/{__version__}"),
            policies.ProxyPolicy(),
            Patience(self.clock, self._paces[family], self._budget),
            Authorize(self._credential, self._scope(family), now=self.clock.now),
            ARMHttpLoggingPolicy(logging.getLogger("azure.attestgraph"), http_logging_level=10),
        ]

    def _scope(self, family: Family) -> str:
        match family:
            case Family.VAULT:
                return f"{self.cloud.vault_audience}/.default"
            case Family.HSM:
                return f"{self.cloud.hsm_audience}/.default"
            case Family.ENTRA:
                return f"{self.cloud.graph}/.default"
            case Family.GRAPH | Family.STATES | Family.ARM:
                return f"{self.cloud.audience}/.default"

    def _refuse_foreign(self, family: Family, url: str) -> None:
        """Refuse to send a token to a host that an answer named and that is not the service's."""
        parts = urlsplit(url)
        if not parts.netloc:
            return
        if parts.scheme == "https" and parts.hostname and parts.username is None:
            if any(_same_host(url, own) for own in self._own(family)):
                return
            suffix = self._suffix(family)
            if suffix is not None and parts.hostname.endswith(f".{suffix}"):
                return
        raise CallError(None, "foreign-host", "the next page is on a host of somebody else")

    def _own(self, family: Family) -> tuple[str, ...]:
        """Return the endpoints that may get the token of a family."""
        match family:
            case Family.VAULT | Family.HSM:
                return (self._settings.vaults,) if self._settings.vaults else ()
            case Family.ENTRA:
                return (self.graph,)
            case Family.GRAPH | Family.STATES | Family.ARM:
                return (self.arm,)

    def _suffix(self, family: Family) -> str | None:
        """Return the domain whose hosts may get the token of a family."""
        match family:
            case Family.VAULT:
                return self.cloud.vault_suffix
            case Family.HSM:
                return self.cloud.hsm_suffix
            case Family.GRAPH | Family.STATES | Family.ARM | Family.ENTRA:
                return None

    @property
    def graph(self) -> str:
        """The endpoint of Microsoft Graph."""
        return (self._settings.graph or self.cloud.graph).rstrip("/")

    def vault(self, name: str, *, hsm: bool) -> str:
        """Return the address of a vault or managed HSM."""
        if self._settings.vaults:
            return f"{self._settings.vaults.rstrip('/')}/{name}"
        return f"https://{name}.{self.cloud.hsm_suffix if hsm else self.cloud.vault_suffix}"

    def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients.values():
            client.close()
        self._credential.close()
        self._loggers.close()


def _same_host(url: str, other: str) -> bool:
    one, two = urlsplit(url), urlsplit(other)
    return (one.scheme, one.netloc) == (two.scheme, two.netloc)


def self_arm(settings: Settings | None) -> str | None:
    """Return the endpoint that settings name."""
    return settings.arm if settings is not None else None


def _request_id(response: HttpResponse) -> str:
    for name in ("x-ms-request-id", "x-ms-correlation-request-id", "x-ms-client-request-id"):
        if found := response.headers.get(name):
            return str(found)
    return str(response.request.headers.get("x-ms-client-request-id", ""))


def _error_of(response: HttpResponse) -> CallError:
    """Return what the service says of a request that it did not answer."""
    try:
        document = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        document = None
    error = document.get("error") if isinstance(document, dict) else None
    found = error if isinstance(error, dict) else {}
    details = [d for d in found.get("details") or () if isinstance(d, dict)]
    codes = [str(e.get("code") or "") for e in (found, *details)]
    code = codes[0] or f"HTTP {response.status_code}"
    inner = next((c for c in reversed(codes) if c and c != code), "")
    words = f"{response.status_code} {code}" + (f", {inner}" if inner else "")
    return CallError(response.status_code, code, words, frozenset(c.lower() for c in codes if c))


def _words(error: Exception) -> str:
    """Return a fault of the connection in words that hold no address or token."""
    from azure.core import exceptions

    match error:
        case exceptions.ServiceRequestTimeoutError() | exceptions.ServiceResponseTimeoutError():
            return "no answer in time"
        case exceptions.IncompleteReadError():
            return "the answer was cut off"
        case exceptions.ServiceRequestError():
            return "the service cannot be reached"
        case exceptions.ServiceResponseError():
            return "the connection broke"
        case _:
            return "the request failed"
