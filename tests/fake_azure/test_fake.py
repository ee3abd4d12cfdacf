from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
)
from azure.identity import (
    ClientSecretCredential,
    DefaultAzureCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.mgmt.policyinsights.models import QueryOptions

from tests.fake_azure import FakeAzure, Quota, Tenant
from tests.fake_azure.clients import Clients, clients
from tests.fake_azure.contoso import GENOMICS, contoso
from tests.fake_azure.expressions import hash_of
from tests.fake_azure.identity import CLIENT

TENANT = Tenant.of(7, resources=2500, subscriptions=5, states=12_000, vaults=40)
AMPLE: dict[Any, Quota] = {"graph": Quota(requests=10_000), "states": Quota(requests=10_000)}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeAzure]:
    with FakeAzure(TENANT, quotas=AMPLE) as started:
        yield started


@pytest.fixture(scope="module")
def azure(fake: FakeAzure) -> Iterator[Clients]:
    with clients(fake) as opened:
        yield opened


def refusal(azure: Clients, query: str, **more: Any) -> Any:
    with pytest.raises(HttpResponseError) as caught:
        azure.ask(query, **more)
    assert caught.value.response is not None
    return caught.value.response


def test_pages_of_resource_graph_hold_every_row_once(fake: FakeAzure, azure: Clients) -> None:
    for table in ("resources", "appserviceresources", "securityresources", "policyresources"):
        held = list(fake.rows(table))
        assert azure.all(f"{table} | order by id asc", top=700) == held
    assert len(list(fake.rows("resources"))) == 2500


def test_partitions_are_disjoint_and_whole(fake: FakeAzure, azure: Clients) -> None:
    parts = [
        azure.all(f"resources | where hash(tolower(id), 4) == {n} | order by id asc")
        for n in range(4)
    ]
    assert all(parts)
    found = sorted((row for part in parts for row in part), key=lambda r: r["id"].lower())
    assert found == list(fake.rows("resources"))
    assert parts[1] == [r for r in fake.rows("resources") if hash_of(r["id"].lower()) % 4 == 1]


def test_conditions_projections_and_counts_are_executed(fake: FakeAzure, azure: Clients) -> None:
    vaults = [r for r in fake.rows("resources") if r["type"] == "microsoft.keyvault/vaults"]
    assert len(vaults) == 40
    found = azure.all(
        "Resources | where type in~ ('Microsoft.KeyVault/vaults') and location !~ 'nowhere'\n"
        "| extend open = properties.publicNetworkAccess =~ 'enabled'\n"
        "| project id, sku = properties.sku.name, open, tags | order by id asc"
    )
    assert found == [
        {
            "id": row["id"],
            "sku": row["properties"]["sku"]["name"],
            "open": row["properties"]["publicNetworkAccess"] == "Enabled",
            "tags": row["tags"],
        }
        for row in vaults
    ]
    assert azure.ask("resources | count").data == [{"Count": 2500}]
    counted = azure.ask("resources | summarize count() by subscriptionId").data
    assert {r["subscriptionId"]: r["count_"] for r in counted} == {
        s.id: 500 for s in fake.tenant.subscriptions
    }
    one = fake.tenant.subscriptions[2].id
    text = f"resources | where subscriptionId in~ ('{one.upper()}') | summarize n = count() by type"
    assert sum(r["n"] for r in azure.ask(text).data) == 500
    table = azure.ask(
        "resources | project id | order by id asc", options={"result_format": "table"}
    )
    assert table.data["columns"] == [{"name": "id", "type": "string"}]


def test_what_is_outside_the_grammar_is_a_parser_failure(azure: Clients) -> None:
    body = refusal(azure, "resources | join kind=inner (policyresources) on id").json()["error"]
    assert body["code"] == "BadRequest"
    assert [d["code"] for d in body["details"]] == ["InvalidQuery", "ParserFailure"]
    assert body["details"][1]["characterPositionInLine"] == 12
    body = refusal(azure, "nowhere | count").json()["error"]
    assert body["details"][1]["code"] == "DisallowedLogicalTableName"
    assert refusal(azure, "resources", options={"top": 1001}).status_code == 400


def test_a_skip_token_belongs_to_its_query_and_scope(fake: FakeAzure, azure: Clients) -> None:
    query = "resources | order by id asc"
    token = azure.ask(query, options={"top": 10}).skip_token
    assert azure.ask(query, options={"skip_token": token}).count == 10
    assert refusal(azure, f"{query} ", options={"skip_token": token}).status_code == 400
    scope = [fake.tenant.subscriptions[0].id]
    response = refusal(azure, query, subscriptions=scope, options={"skip_token": token})
    assert response.json()["error"]["details"][0]["code"] == "InvalidSkipToken"
    taken = azure.ask(f"{query} | take 5")
    assert (taken.count, taken.skip_token) == (5, None)


def test_pages_without_an_order_lose_rows(azure: Clients) -> None:
    found = azure.all("resources | project id", top=500)
    assert len({row["id"] for row in found}) < len(found) == 2500


def test_scopes_limit_rows(fake: FakeAzure, azure: Clients) -> None:
    first, second = (s.id for s in fake.tenant.subscriptions[:2])
    found = azure.all("resources | order by id asc", subscriptions=[first, second])
    assert found == [r for r in fake.rows("resources") if r["subscriptionId"] in {first, second}]
    ask = "policyresources | where type =~ 'microsoft.authorization/policyassignments' | count"
    assert azure.ask(ask, subscriptions=[first]).data == [{"Count": 0}]
    # the model of the stable SDK, api 2021-03-01, does not know authorizationScopeFilter
    body: dict[str, Any] = {"query": ask, "subscriptions": [first]}
    body["options"] = {"authorizationScopeFilter": "AtScopeAndAbove"}
    path = "/providers/Microsoft.ResourceGraph/resources"
    for version, count in (("2021-03-01", 0), ("2022-10-01", 3)):
        assert azure.post(path, body, version=version).json()["data"] == [{"Count": count}]
    assert azure.ask(ask, management_groups=["mg-root"]).data == [{"Count": 3}]
    inside = azure.ask("resources | count", management_groups=["MG-TEST"]).data
    assert inside == [{"Count": 1000}]
    unknown = refusal(azure, "resources", subscriptions=[fake.tenant.id])
    detail = unknown.json()["error"]["details"][0]
    assert detail["code"] == "NoValidSubscriptionsInQueryRequest"


def test_policy_states_are_paged_and_filtered(fake: FakeAzure, azure: Clients) -> None:
    subscription = fake.tenant.subscriptions[1].id
    held = list(fake.states(subscription))
    assert azure.states(subscription) == held
    assert len(held) == 2400
    assert len(list(fake.states())) == 12_000
    names = sorted({s["policyDefinitionName"] for s in held})[:3]
    text = " or ".join(f"policyDefinitionName eq '{name}'" for name in names)
    found = azure.states(subscription, query_options=QueryOptions(filter=text))
    assert found == [s for s in held if s["policyDefinitionName"] in names] != []
    text = f"({text}) and (complianceState eq 'NonCompliant')"
    found = azure.states(subscription, query_options=QueryOptions(filter=text))
    assert found == [
        s
        for s in held
        if s["policyDefinitionName"] in names and s["complianceState"] == "NonCompliant"
    ]
    with pytest.raises(HttpResponseError, match="does not execute"):
        azure.states(subscription, query_options=QueryOptions(filter="isCompliant eq true"))
    with pytest.raises(HttpResponseError, match="too long"):
        azure.states(subscription, query_options=QueryOptions(filter=f"a eq '{'x' * 17_000}'"))


def test_resource_manager_lists_scopes_children_and_attestations(
    fake: FakeAzure, azure: Clients
) -> None:
    listed = azure.get("/subscriptions").json()["value"]
    assert [s["subscriptionId"] for s in listed] == [s.id for s in fake.tenant.subscriptions]
    group = "/providers/Microsoft.Management/managementGroups/mg-root/descendants"
    assert len(azure.get(group).json()["value"]) == 2 + 5
    counts = set()
    for row in list(fake.rows("resources"))[:30]:
        path = f"{row['id']}/providers/Microsoft.Insights/diagnosticSettings"
        counts.add(len(azure.get(path).json()["value"]))
    assert counts == {0, 1, 2}
    account = next(r for r in fake.rows("resources") if "automation" in r["type"])
    assert azure.get(account["id"]).json()["properties"] == account["properties"]
    assert azure.get(f"{account['id']}/variables").status_code == 200
    assert azure.get(f"{account['id']}0/variables").status_code == 404
    kind = "/providers/Microsoft.PolicyInsights/attestations"
    last = fake.tenant.subscriptions[3].id
    assert len(azure.get(f"/subscriptions/{last}{kind}").json()["value"]) == 3
    assert azure.get(f"/subscriptions/{fake.tenant.id}{kind}").status_code == 404


def test_vaults_are_read_in_pages_and_with_a_token_of_their_own(
    fake: FakeAzure, azure: Clients
) -> None:
    names = list(fake.tenant.vaults.names())
    assert len(names) == 40
    most = max(names, key=lambda n: len(fake.tenant.vaults.items(n, "keys") or ()))
    items = fake.tenant.vaults.items(most, "keys") or ()
    assert len(items) > 25
    page = azure.get(f"/vault/{most}/keys", version="7.5", vault=True).json()
    rest = azure.get(page["nextLink"].removeprefix(fake.endpoint), vault=True).json()
    assert page["value"] + rest["value"] == [i.listed for i in items]
    one = azure.get(f"/vault/{most}/keys/{items[0].name}/rotationpolicy", vault=True)
    assert one.json() == items[0].policy
    refused = azure.get(f"/vault/{most}/keys")
    assert refused.status_code == 401
    assert "vault.azure.net" in refused.headers["WWW-Authenticate"]
    assert azure.get("/vault/none/keys", vault=True).status_code == 404


def test_a_client_that_does_not_know_the_authority_is_refused(fake: FakeAzure) -> None:
    with clients(fake, trusting=False) as azure, pytest.raises(ServiceRequestError, match="CERT"):
        azure.ask("resources | count")


def test_every_way_of_signing_in_works(fake: FakeAzure, monkeypatch: pytest.MonkeyPatch) -> None:
    secure: dict[str, Any] = {"disable_instance_discovery": True, "connection_verify": fake.ca_file}
    for method, kind in (
        ("secret", DefaultAzureCredential),
        ("workload-identity", WorkloadIdentityCredential),
        ("managed-identity", ManagedIdentityCredential),
    ):
        with monkeypatch.context() as patch:
            for name, value in fake.credential_env(method).items():  # type: ignore[arg-type]
                patch.setenv(name, value)
            options = {} if kind is ManagedIdentityCredential else secure
            with kind(**options) as credential:
                opened = Clients(fake, credential, ca=fake.ca_file)
                assert opened.ask("resources | count").data == [{"Count": 2500}]
                opened.close()
    codes: list[str] = []
    with DeviceCodeCredential(
        tenant_id=fake.tenant.id,
        authority=fake.endpoint,
        prompt_callback=lambda uri, code, _: codes.append(f"{uri} {code}"),
        **secure,
    ) as credential:
        assert credential.get_token(f"{fake.endpoint}/.default").token.startswith("eyJ")
    assert codes == [f"{fake.endpoint}/devicelogin FAKE-CODE"]


def test_wrong_secrets_tenants_and_missing_roles_fail_in_azures_words(fake: FakeAzure) -> None:
    with (
        clients(fake, "wrong-secret") as azure,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        azure.ask("resources")
    with clients(fake, "no-roles") as azure:
        assert azure.get("/subscriptions").json() == {"value": []}
        assert refusal(azure, "resources", subscriptions=[fake.tenant.subscriptions[0].id])
        with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
            azure.states(fake.tenant.subscriptions[0].id)
    with (
        ClientSecretCredential(
            "00000000-0000-4000-8000-000000000000",
            CLIENT,
            "any",
            authority=fake.endpoint,
            disable_instance_discovery=True,
            connection_verify=fake.ca_file,
        ) as credential,
        pytest.raises(ClientAuthenticationError, match="check your tenant name or GUID"),
    ):
        credential.get_token("https://management.azure.com/.default")


def test_the_quota_is_told_and_held() -> None:
    quota = Quota(requests=3, seconds=10.0)
    with (
        FakeAzure(TENANT, quotas={"graph": quota, "states": quota}, clock_scale=20) as fake,
        clients(fake) as azure,
    ):
        told: list[tuple[str, str]] = []

        def keep(response: Any) -> None:
            headers = response.http_response.headers
            told.append(
                (headers["x-ms-user-quota-remaining"], headers["x-ms-user-quota-resets-after"])
            )

        from azure.mgmt.resourcegraph.models import QueryRequest

        for _ in range(3):
            azure.graph.resources(QueryRequest(query="resources | count"), raw_response_hook=keep)
        assert [remaining for remaining, _ in told] == ["2", "1", "0"]
        assert told[0][1] == "00:00:10"
        response = refusal(azure, "resources | count")
        assert response.status_code == 429
        assert response.json()["error"]["code"] == "RateLimiting"
        assert "Retry-After" not in response.headers
        hours, minutes, seconds = map(
            int, response.headers["x-ms-user-quota-resets-after"].split(":")
        )
        fake.clock.sleep(hours * 3600 + minutes * 60 + seconds)
        assert azure.ask("resources | count").count == 1
        assert azure.states(fake.tenant.subscriptions[0].id)  # a quota of its own, three pages
        throttled = [r for r in fake.log if r.status == 429]
        assert [r.family for r in throttled] == ["graph"]


def test_given_rows_are_served_as_they_are() -> None:
    subscription = "15b8e7a9-4d2c-4f60-b3a1-9c8d7e6f5a21"
    vault = f"/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v"
    rows = [
        {"id": f"{vault}{n}", "name": f"v{n}", "type": "microsoft.keyvault/vaults"}
        | {"subscriptionId": subscription, "properties": {"n": n}}
        for n in range(3)
    ]
    setting = {"id": f"{vault}1/providers/microsoft.insights/diagnosticSettings/all", "name": "all"}
    state = {
        "resourceId": f"{vault}1",
        "policyDefinitionId": "/x/y",
        "complianceState": "Compliant",
    }
    kid = "https://v1.vault.azure.net/keys/k/0123"
    record = {"key": {"kid": kid, "kty": "RSA"}, "attributes": {"enabled": True}}
    tenant = Tenant.from_rows({"resources": rows}, [state], [setting], vault_records=[record])
    with FakeAzure(tenant) as fake, clients(fake) as azure:
        assert azure.all("resources | order by id asc") == rows
        assert azure.states(subscription) == [state]
        path = "/providers/Microsoft.Insights/diagnosticSettings"
        assert azure.get(f"{vault}1{path}").json()["value"] == [setting]
        assert azure.get(f"{vault}2{path}").json()["value"] == []
        assert azure.get(f"{vault}9{path}").status_code == 404
        keys = azure.get("/vault/v1/keys", vault=True).json()["value"]
        assert keys == [
            {"kid": "https://v1.vault.azure.net/keys/k", "attributes": {"enabled": True}}
        ]


def test_the_same_seed_makes_the_same_tenant_in_another_process() -> None:
    command = [sys.executable, "-m", "tests.fake_azure", "--seed", "7", "--resources", "300"]
    command += ["--states", "900", "--subscriptions", "3", "--until-eof"]
    held = Tenant.of(7, resources=300, subscriptions=3, states=900)
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = orjson.loads(process.stdout.readline())
        import requests

        about = requests.get(
            f"{told['endpoint']}/_fake/about", verify=told["ca_file"], timeout=10
        ).json()
        process.stdin.close()
        process.stdout.read()
        assert process.wait(10) == 0
    assert about["subscriptions"] == [s.id for s in held.subscriptions]
    assert about["rows"]["resources"] == 300
    assert sum(about["states"].values()) == 900
    assert told["env"]["AZURE_AUTHORITY_HOST"] == told["endpoint"]


def test_the_example_is_a_tenant() -> None:
    tenant = contoso()
    with FakeAzure(tenant, quotas=AMPLE) as fake, clients(fake) as azure:
        fake.forbid(GENOMICS)
        for table in tenant.tables:
            assert azure.all(f"{table} | order by id asc", top=200) == list(fake.rows(table))
        states = [s for one in tenant.subscriptions[:3] for s in azure.states(one.id)]
        assert states == list(fake.states()) != []
        assert azure.get(f"/subscriptions/{GENOMICS}/resourceGroups").status_code == 403
        certificates = azure.get("/vault/kv-shd-certs/certificates", vault=True).json()["value"]
        assert any(c["id"].endswith("/certificates/wildcard-contoso") for c in certificates)
        assert isinstance(certificates[0]["attributes"]["exp"], int)
        policy = azure.get("/vault/kv-shd-net/keys/cmk-storage/rotationpolicy", vault=True).json()
        assert policy["attributes"] == {"expiryTime": "P18M"}
