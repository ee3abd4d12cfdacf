"""The real SDK clients, pointed at a fake and with none of their policies swapped out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.mgmt.core import ARMPipelineClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.policyinsights import PolicyInsightsClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from tests.fake_azure import FakeAzure


class Clients:
    """A credential, Resource Graph, Policy Insights and plain ARM calls; nothing is retried."""

    def __init__(self, fake: FakeAzure, credential: TokenCredential, *, ca: str | None) -> None:
        verify = True if ca is None else ca
        scopes = [f"{fake.endpoint}/.default"]
        common: dict[str, Any] = {
            "base_url": fake.endpoint,
            "credential_scopes": scopes,
            "connection_verify": verify,
            "retry_total": 0,
            "connection_timeout": 5,
            "read_timeout": 5,
        }
        self.fake = fake
        self.graph = ResourceGraphClient(credential, **common)
        first = fake.tenant.subscriptions[0].id
        self.policy = PolicyInsightsClient(credential, subscription_id=first, **common)
        self.arm: Any = ARMPipelineClient(
            base_url=fake.endpoint,
            policies=[ARMChallengeAuthenticationPolicy(credential, *scopes)],
            connection_verify=verify,
        )
        self.vault: Any = ARMPipelineClient(
            base_url=fake.endpoint,
            policies=[
                ARMChallengeAuthenticationPolicy(credential, "https://vault.azure.net/.default")
            ],
            connection_verify=verify,
        )

    def ask(self, query: str, **more: Any) -> Any:
        """Return one answer of Resource Graph."""
        options = {"result_format": "objectArray"} | more.pop("options", {})
        return self.graph.resources(
            QueryRequest(query=query, options=QueryRequestOptions(**options), **more)
        )

    def all(self, query: str, *, top: int = 1000, **more: Any) -> list[dict[str, Any]]:
        """Return the rows of every page."""
        found: list[dict[str, Any]] = []
        token = None
        while True:
            page = self.ask(query, options={"top": top, "skip_token": token}, **more)
            found += page.data
            token = page.skip_token
            if not token:
                assert len(found) == page.total_records
                return found

    def states(self, subscription: str, **options: Any) -> list[dict[str, Any]]:
        """Return every policy state of a subscription, in Azure's own words."""
        raw: list[dict[str, Any]] = []

        def keep(response: Any) -> None:
            raw.extend(response.http_response.json().get("value", ()))

        listed = self.policy.policy_states.list_query_results_for_subscription(
            "latest", subscription, raw_response_hook=keep, **options
        )
        assert sum(1 for _ in listed) == len(raw)
        return raw

    def post(self, path: str, body: Any, *, version: str) -> Any:
        """Return the answer to a POST of JSON."""
        url = f"{self.fake.endpoint}{path}?api-version={version}"
        response = self.arm.send_request(HttpRequest("POST", url, json=body))
        response.read()
        return response

    def get(self, path: str, *, version: str = "2022-12-01", vault: bool = False) -> Any:
        """Return the answer to a GET."""
        mark = "&" if "?" in path else "?"
        request = HttpRequest("GET", f"{self.fake.endpoint}{path}{mark}api-version={version}")
        response = (self.vault if vault else self.arm).send_request(request)
        response.read()
        return response

    def close(self) -> None:
        """Close every connection."""
        with ExitStack() as stack:
            for client in (self.graph, self.policy, self.arm, self.vault):
                stack.callback(client.close)


@contextmanager
def clients(fake: FakeAzure, method: Any = "secret", *, trusting: bool = True) -> Iterator[Clients]:
    """Open clients that sign in with a secret."""
    env = fake.credential_env(method)
    with ClientSecretCredential(
        env["AZURE_TENANT_ID"],
        env["AZURE_CLIENT_ID"],
        env["AZURE_CLIENT_SECRET"],
        authority=fake.endpoint,
        disable_instance_discovery=True,
        connection_verify=fake.ca_file,
    ) as credential:
        opened = Clients(fake, credential, ca=fake.ca_file if trusting else None)
        try:
            yield opened
        finally:
            opened.close()
