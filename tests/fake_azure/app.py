"""What happens with a request: who asks, what for, within which quota, bent by which fault.

In this order: sign-in and control requests are answered at once; then the token (401), the route
and its access (404, 403), the request itself (400), the quota (429), and last the script of faults.
A fault of the script therefore meets requests that would have been answered.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from tests.fake_azure import arm
from tests.fake_azure.clock import Family, Quotas, VirtualClock
from tests.fake_azure.faults import Fault, Faults, Place
from tests.fake_azure.graph import Bent, Graph, reach_of
from tests.fake_azure.identity import STRANGER, Identity
from tests.fake_azure.states import States
from tests.fake_azure.tenant import Tenant
from tests.fake_azure.wire import Answer, Incoming, RefusedError, dumps, error, forbidden, throttled

GRAPH: Final = "/providers/microsoft.resourcegraph/resources"
_STATES: Final = re.compile(
    r"(/subscriptions/([^/]+))/providers/microsoft\.policyinsights/policystates/"
    r"(latest|default)/queryresults",
    re.IGNORECASE,
)
_GROUP_STATES: Final = re.compile(
    r"(/providers/microsoft\.management/managementgroups/([^/]+))/providers/"
    r"microsoft\.policyinsights/policystates/latest/queryresults",
    re.IGNORECASE,
)
_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_GARBAGE: Final = b"<html><head><title>502</title></head><body>upstream went away</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A line of the log.

    Attributes:
        digest: Of the query text, the filter or the options: the same for the same question.
        at: Virtual seconds since the start.
        fault: The actions of the script that met it.
    """

    method: str
    path: str
    digest: str
    status: int
    at: float
    user: str
    family: str
    page: int = 0
    pages: int = 1
    fault: tuple[str, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A request that was understood: whose quota it takes, and how it is answered."""

    family: Family
    place: Place
    respond: Callable[[Bent], Answer]
    quota_of: str = ""


@dataclass(slots=True)
class App:
    """The services of one fake."""

    tenant: Tenant
    identity: Identity
    quotas: Quotas
    clock: VirtualClock
    endpoint: str
    response_limit: int
    url_limit: int = 16_384
    faults: Faults = field(default_factory=Faults)
    log: deque[Request] = field(default_factory=lambda: deque(maxlen=500_000))
    hidden: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    claims: bool = False
    on_log: Callable[[Request], None] | None = None
    _graph: Graph = field(init=False)
    _states: States = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._graph = Graph(self.tenant.tables, self.response_limit)
        self._states = States(self.tenant.states, self.endpoint)

    @property
    def states(self) -> States:
        """Return the Policy Insights of the tenant."""
        return self._states

    def respond(self, incoming: Incoming) -> Answer:
        """Answer a request, and log it."""
        at, user = self.clock.now(), ""
        met: tuple[str, ...] = ()
        family, place = "identity", Place()
        try:
            answer = self._signed_in(incoming)
            if answer is None:
                user = self._user(incoming)
                task = self._task(incoming, user)
                family, place = task.family, task.place
                answer, met = self._done(task, incoming, user)
        except RefusedError as refused:
            answer = refused.answer
        answer.headers.setdefault("x-ms-request-id", str(uuid4()))
        answer.headers.setdefault("x-ms-correlation-request-id", str(uuid4()))
        self._logged(
            Request(
                method=incoming.method,
                path=incoming.path,
                digest=_digest(incoming),
                status=0 if answer.reset else answer.status,
                at=at,
                user=user,
                family=family,
                page=place.page,
                pages=place.pages,
                fault=met,
                size=len(answer.body),
            )
        )
        return answer

    def visible(self, user: str) -> frozenset[str]:
        """Return the subscriptions that a user sees, lower case."""
        if user == STRANGER:
            return frozenset()
        return frozenset(s.id.lower() for s in self.tenant.subscriptions) - self.hidden

    def _signed_in(self, incoming: Incoming) -> Answer | None:
        if len(incoming.target) > self.url_limit:
            raise RefusedError(414, error("UriTooLong", "The request URI is too long."))
        text = f"{incoming.method} {incoming.target}"
        if not incoming.secure:
            return self.identity.managed(incoming)
        answer = self.identity.respond(incoming)
        if answer is None:
            return None
        met = self.faults.take(text, Place())
        return self._ended(met, Bent(), "identity", answer) or answer

    def _user(self, incoming: Incoming) -> str:
        vault = incoming.path.lower().startswith("/vault/")
        return self.identity.holder(incoming, vault=vault, claims=self.claims)

    def _task(self, incoming: Incoming, user: str) -> Task:
        path, visible = incoming.path.rstrip("/"), self.visible(user)
        key = path.lower()
        if key == GRAPH and incoming.method == "POST":
            return self._of_graph(_known_options(incoming), user, visible)
        if key.startswith("/vault/") and incoming.method == "GET":
            found = arm.find_in_vault(self.tenant, path, incoming.query)
            return Task(family="vault", place=found.place, respond=partial(self._found, found))
        if match := _STATES.fullmatch(path):
            if incoming.method != "POST":
                raise RefusedError(405, error("MethodNotAllowed", "Policy states are a POST."))
            self._check(match[2].lower(), visible, user, "Microsoft.PolicyInsights/policyStates")
            asked = self._states.ask(match[1], match[2].lower(), incoming.query)
            return Task(
                family="states",
                place=asked.place,
                respond=lambda bent: self._states.answer(asked, bent),
            )
        if (match := _GROUP_STATES.fullmatch(path)) and incoming.method == "POST":
            return self._of_group_states(match[1], match[2], incoming, user, visible)
        if incoming.method != "GET":
            raise RefusedError(404, error("InvalidResourceType", f"Nothing is at {path}."))
        where = ""
        if match := _SUBSCRIPTION.match(path):
            where = match[1].lower()
            self._check(where, visible, user, "Microsoft.Resources/subscriptions/read")
        found = arm.find(self.tenant, path, incoming.query, visible)
        return Task(
            family="arm",
            place=found.place,
            respond=partial(self._found, found),
            quota_of=where,
        )

    def _of_graph(self, body: Mapping[str, Any], user: str, visible: frozenset[str]) -> Task:
        for named in body.get("subscriptions") or ():
            if str(named).lower() in self.forbidden & visible:
                self._check(str(named).lower(), visible, user, "Microsoft.ResourceGraph/resources")
        for group in body.get("managementGroups") or ():
            if not self.tenant.groups_below(str(group)):
                raise forbidden("Microsoft.ResourceGraph/resources", str(group), user)
        reach = reach_of(body, visible - self.forbidden, self.tenant.reach_below)
        asked = self._graph.ask(body, reach)
        return Task(
            family="graph",
            place=asked.place,
            respond=lambda bent: self._graph.answer(asked, bent),
        )

    def _of_group_states(
        self, scope: str, group: str, incoming: Incoming, user: str, visible: frozenset[str]
    ) -> Task:
        if not self.tenant.groups_below(group):
            raise forbidden("Microsoft.PolicyInsights/policyStates/queryResults", scope, user)
        below = self.tenant.reach_below(group.lower()).subscriptions or frozenset()
        seen = sorted((below & visible) - self.forbidden)
        answer = self._states.count_by_subscription(scope, seen, incoming.query)
        return Task(family="states", place=Place(), respond=lambda _: answer)

    def _found(self, found: arm.Found, bent: Bent) -> Answer:
        return found.answer(self.endpoint, bent)

    def _check(self, where: str, visible: frozenset[str], user: str, action: str) -> None:
        if self.tenant.subscription(where) is None:
            raise RefusedError(
                404,
                error("SubscriptionNotFound", f"The subscription '{where}' could not be found."),
            )
        if where not in visible or where in self.forbidden:
            raise forbidden(action, f"/subscriptions/{where}", user)

    def _done(self, task: Task, incoming: Incoming, user: str) -> tuple[Answer, tuple[str, ...]]:
        standing = self.quotas.take(task.family, f"{user} {task.quota_of}")
        if not standing.granted:
            answer = Answer(status=429, body=dumps(throttled(task.family)))
            answer.headers |= standing.headers
            return answer, ()
        text = f"{incoming.method} {incoming.target}\n{incoming.body.decode('utf-8', 'replace')}"
        faults = self.faults.take(text, task.place)
        met = tuple(fault.action for fault in faults)
        bent = Bent()
        try:
            ended = self._ended(faults, bent, task.family, None)
            if {"forbid", "hide", "expire-tokens"} & set(met) and ended is None:
                task = self._task(incoming, self._user(incoming))  # it meets this request already
            answer = ended or task.respond(bent)
        except RefusedError as refused:
            answer = refused.answer
        _bend_after(faults, answer)
        if ended is None or not ended.headers:
            answer.headers |= standing.headers
        for fault in faults:
            if fault.action == "delay":
                answer.hold += self.clock.real(fault.seconds)
        return answer, met

    def _ended(
        self, faults: tuple[Fault, ...], bent: Bent, family: str, answer: Answer | None
    ) -> Answer | None:
        """Do what faults do before an answer; return one that ends the request."""
        for fault in faults:
            ended = self._effect(fault, bent, family)
            if ended is not None:
                return ended
        return answer

    def _effect(self, fault: Fault, bent: Bent, family: str) -> Answer | None:
        if fault.action in {"status", "throttle", "reset", "timeout", "garbage"}:
            return self._instead(fault, family)
        match fault.action:
            case "truncate":
                bent.truncated = True
            case "drop-token":
                bent.token = False
            case "lose-rows":
                bent.lost = fault.amount
            case "hide-rows":
                bent.hidden = fault.amount
            case "shift":
                bent.shift = fault.amount
            case "oversized":
                bent.most = fault.amount
            case "subscription-limit":
                bent.subscription_limit = True
            case "forbid":
                self.forbidden.add(fault.subscription.lower())
            case "hide":
                self.hidden.add(fault.subscription.lower())
            case "expire-tokens":
                self.claims = fault.claims
                self.identity.expire()
            case _:
                pass  # cut and delay happen to the answer
        return None

    def _instead(self, fault: Fault, family: str) -> Answer:
        headers = dict(fault.headers)
        if fault.action == "reset":
            return Answer(reset=True)
        if fault.action == "timeout":
            return Answer(reset=True, hold=self.clock.real(fault.seconds or 3600.0))
        if fault.action == "garbage":
            return Answer(body=_GARBAGE, headers={"Content-Type": "text/html"} | headers)
        status = 429 if fault.action == "throttle" else fault.status
        body = throttled(family) if status == 429 else _USUAL.get(status, _USUAL[500])
        return Answer(
            status=status,
            body=dumps(body if fault.body is None else fault.body),
            headers=headers,
        )

    def _logged(self, request: Request) -> None:
        with self._lock:
            self.log.append(request)
        if self.on_log:
            self.on_log(request)


def _bend_after(faults: tuple[Fault, ...], answer: Answer) -> None:
    answer.cut = answer.cut or any(fault.action == "cut" for fault in faults)


def _known_options(incoming: Incoming) -> dict[str, Any]:
    """Return the body of a query without what its api version does not know."""
    body = incoming.json
    if incoming.query.get("api-version", "") < "2022-10-01" and isinstance(
        body.get("options"), dict
    ):
        body["options"].pop("authorizationScopeFilter", None)
    return body


def _digest(incoming: Incoming) -> str:
    asked = incoming.json.get("query") if incoming.method == "POST" else None
    text = asked if isinstance(asked, str) else incoming.target.partition("?")[2]
    return sha256(text.encode()).hexdigest()[:16]


_USUAL: Final = {
    401: error("InvalidAuthenticationToken", "The access token is invalid."),
    403: error("AuthorizationFailed", "The client does not have authorization."),
    404: error("ResourceNotFound", "The resource was not found."),
    409: error("Conflict", "The request conflicts with the state of the resource."),
    413: error("ResponsePayloadTooLarge", "Response payload size exceeded the limit."),
    500: error("InternalServerError", "An unexpected error occurred."),
    502: error("BadGateway", "The gateway got a bad answer."),
    503: error("ServerUnavailable", "The service is not available for the moment."),
    504: error("GatewayTimeout", "The gateway did not receive a response in time."),
}
