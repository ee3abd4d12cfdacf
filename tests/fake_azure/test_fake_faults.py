from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    DeserializationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from tests.fake_azure import FakeAzure, Fault, Quota, Tenant
from tests.fake_azure.clients import Clients, clients
from tests.fake_azure.faults import Action, Place

TENANT = Tenant.of(3, resources=2500, subscriptions=4, states=9000)
AMPLE: dict[Any, Quota] = {"graph": Quota(requests=10_000), "states": Quota(requests=10_000)}
QUERY = "resources | order by id asc"


@pytest.fixture
def fake() -> Iterator[FakeAzure]:
    with FakeAzure(TENANT, quotas=AMPLE, clock_scale=10) as started:
        yield started


@pytest.fixture
def azure(fake: FakeAzure) -> Iterator[Clients]:
    with clients(fake) as opened:
        yield opened


def add(fake: FakeAzure, action: Action, **more: Any) -> None:
    fake.faults.add(Fault(action=action, **{"match": "resourcegraph", **more}))


@pytest.mark.parametrize("status", [401, 403, 404, 409, 413, 429, 500, 502, 503, 504])
def test_a_status_comes_on_the_page_that_is_named(
    fake: FakeAzure, azure: Clients, status: int
) -> None:
    add(fake, "status", status=status, page="middle", headers={"Retry-After": "7"})
    with pytest.raises(HttpResponseError) as caught:
        azure.all(QUERY)
    response: Any = caught.value.response
    assert response.status_code == status
    assert response.headers["Retry-After"] == "7"
    assert response.json()["error"]["code"]
    assert [(r.page, r.status) for r in fake.log if r.family == "graph"] == [(0, 200), (1, status)]
    assert azure.all(QUERY) == list(fake.rows("resources"))
    assert fake.faults.acted == [1]


def test_rules_count_the_requests_that_they_match(fake: FakeAzure, azure: Clients) -> None:
    add(fake, "status", match="count", nth=2, times=2)
    results = []
    for _ in range(5):
        try:
            results.append(azure.ask("resources | count").count)
        except HttpResponseError as error:
            results.append(error.status_code)
        azure.ask(QUERY)
    assert results == [1, 503, 503, 1, 1]
    assert [r.fault for r in fake.log if r.status == 503] == [("status",)] * 2
    fake.faults.clear()
    add(fake, "throttle", times=None, headers={"x-ms-user-quota-resets-after": "00:00:03"})
    for _ in range(4):
        with pytest.raises(HttpResponseError, match="RateLimiting"):
            azure.ask(QUERY)


@pytest.mark.parametrize("page", ["first", "middle", "last", 1])
def test_pages_are_named_by_place_or_number(page: Any) -> None:
    found = [n for n in range(5) if Place(page=n, pages=5).is_at(page)]
    assert found == [{"first": 0, "middle": 2, "last": 4}.get(page, 1)]
    assert not Place(page=1, pages=2).is_at("middle")


def test_connections_break_in_every_way(fake: FakeAzure, azure: Clients) -> None:
    azure.ask(QUERY)
    add(fake, "reset")
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        azure.ask(QUERY)
    add(fake, "cut")
    with pytest.raises((IncompleteReadError, HttpResponseError, ServiceResponseError)):
        azure.ask(QUERY)
    add(fake, "timeout", seconds=600)  # a minute, for a client that waits that long
    with pytest.raises(ServiceResponseTimeoutError):
        azure.graph.resources(_request(), read_timeout=0.3)
    add(fake, "timeout", seconds=1)
    with pytest.raises(ServiceResponseError):
        azure.ask(QUERY)
    add(fake, "delay", seconds=2)
    assert azure.ask(QUERY).count == 1000
    add(fake, "garbage")
    with pytest.raises(DeserializationError):  # no HttpResponseError: the status is 200
        azure.ask(QUERY)


def _request() -> Any:
    from azure.mgmt.resourcegraph.models import QueryRequest

    return QueryRequest(query=QUERY)


def test_rows_are_lost_in_every_silent_way(fake: FakeAzure, azure: Clients) -> None:
    held = list(fake.rows("resources"))
    add(fake, "truncate")
    page = azure.ask(QUERY)
    assert (page.result_truncated, page.skip_token, page.count) == ("true", None, 1000)
    add(fake, "drop-token")
    page = azure.ask(QUERY)
    assert (page.result_truncated, page.skip_token, page.total_records) == ("false", None, 2500)
    add(fake, "hide-rows", amount=3)
    page = azure.ask(QUERY)
    assert (len(page.data), page.count, page.total_records) == (997, 1000, 2500)
    add(fake, "lose-rows", amount=3)
    page = azure.ask(QUERY)
    assert (len(page.data), page.count, page.total_records) == (997, 997, 2497)
    add(fake, "shift", amount=-2, page="middle")
    first = azure.ask(QUERY)
    second = azure.ask(QUERY, options={"skip_token": first.skip_token})
    assert second.data == held[998:1998]
    add(fake, "subscription-limit")
    seen: list[str] = []
    azure.graph.resources(
        _request(),
        raw_response_hook=lambda r: seen.append(
            r.http_response.headers["x-ms-tenant-subscription-limit-hit"]
        ),
    )
    assert seen == ["true"]
    add(fake, "oversized", amount=500, times=None)
    with pytest.raises(HttpResponseError, match="ResponsePayloadTooLarge"):
        azure.all(QUERY)
    assert azure.all(QUERY, top=500) == held


def test_answers_over_the_limit_are_refused() -> None:
    with FakeAzure(TENANT, quotas=AMPLE, response_limit=200_000) as fake, clients(fake) as azure:
        with pytest.raises(HttpResponseError, match="ResponsePayloadTooLarge"):
            azure.ask(QUERY)
        assert azure.all(QUERY, top=125) == list(fake.rows("resources"))


def test_policy_states_lose_their_next_link(fake: FakeAzure, azure: Clients) -> None:
    where = fake.tenant.subscriptions[0].id
    assert len(azure.states(where)) == 2250
    for page, left in (("first", 1000), ("middle", 2000)):
        add(fake, "drop-token", match="policystates", page=page)
        assert len(azure.states(where)) == left
    add(fake, "status", match="policystates", page="last", status=502)
    with pytest.raises(HttpResponseError, match="Bad"):
        azure.states(where)


def test_subscriptions_are_forbidden_or_hidden(fake: FakeAzure, azure: Clients) -> None:
    first, second, third, _ = (s.id for s in fake.tenant.subscriptions)
    add(fake, "hide", subscription=second, page="last")
    found = azure.all(QUERY, subscriptions=[first, third])
    assert {row["subscriptionId"] for row in found} == {first, third}
    rest = azure.all(QUERY, subscriptions=[first, second])
    assert {row["subscriptionId"] for row in rest} == {first}  # silently
    listed = [s["subscriptionId"] for s in azure.get("/subscriptions").json()["value"]]
    assert second not in listed
    assert azure.get(f"/subscriptions/{second}").status_code == 403
    add(fake, "forbid", subscription=third)
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        azure.ask(QUERY, subscriptions=[first, third])
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        azure.states(third)
    assert third in [s["subscriptionId"] for s in azure.get("/subscriptions").json()["value"]]


def test_tokens_expire_in_the_middle(fake: FakeAzure, azure: Clients) -> None:
    add(fake, "expire-tokens", page="middle", claims=True)
    assert azure.all(QUERY) == list(fake.rows("resources"))  # the SDK answers the challenge
    assert [r.status for r in fake.log if r.page == 1] == [401, 200]
    add(fake, "expire-tokens", page="middle")
    with pytest.raises(ClientAuthenticationError, match="ExpiredAuthenticationToken") as caught:
        azure.all(QUERY)
    response: Any = caught.value.response
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_tokens_that_live_shorter_than_told_expire() -> None:
    with (
        FakeAzure(TENANT, token_lifetime=0.0, told_lifetime=3600.0) as fake,
        clients(fake) as azure,
        pytest.raises(ClientAuthenticationError, match="expired"),
    ):
        azure.ask(QUERY)


def test_the_script_is_set_from_outside(fake: FakeAzure, azure: Clients) -> None:
    import requests

    url = f"{fake.endpoint}/_fake"
    with requests.Session() as session:
        session.verify, session.trust_env = fake.ca_file, False
        rule: dict[str, Any] = {
            "action": "status",
            "match": "resourcegraph",
            "status": 500,
            "times": None,
        }
        assert session.post(f"{url}/faults", json=[rule]).json()[0]["acted"] == 0
        with pytest.raises(HttpResponseError):
            azure.ask(QUERY)
        assert session.get(f"{url}/faults").json()[0]["acted"] == 1
        assert session.post(f"{url}/faults", json=[{"action": "explode"}]).status_code == 400
        assert session.delete(f"{url}/faults").json() == []
        assert session.get(f"{url}/log").json()[-1]["status"] == 500
        hidden = fake.tenant.subscriptions[0].id
        session.post(f"{url}/hide", json={"subscription": hidden})
    assert azure.ask("resources | count").data == [{"Count": 1875}]


def test_every_action_is_tested_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [action for action in get_args(Action) if f', "{action}"' not in text] == []
