"""A small tenant with something below its resources, and a session that collects it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.identity import ClientSecretCredential

from attestgraph.collect.area import Wanted
from attestgraph.collect.arm import ArmRead, ArmReads
from attestgraph.collect.auth import Credential, Method
from attestgraph.collect.clock import Clock
from attestgraph.collect.clouds import cloud
from attestgraph.collect.resource_graph import GraphTable
from attestgraph.collect.run import Collected, collect
from attestgraph.collect.session import Session, Settings
from attestgraph.collect.source import Source
from attestgraph.collect.writing import About
from attestgraph.evidence import open_snapshot
from tests.fake_azure import FakeAzure, Tenant

AT = datetime(2026, 11, 24, 6, tzinfo=UTC)
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg1"
AUTOMATION = "microsoft.automation/automationaccounts"
HUBS = "microsoft.eventhub/namespaces"
VAULTS = "microsoft.keyvault/vaults"
VARIABLES = ArmRead(kind=f"{AUTOMATION}/variables", parents=(AUTOMATION,))


def row(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Give a row of Resource Graph."""
    return {
        "id": f"{GROUP}/providers/{kind}/{name}",
        "name": name,
        "type": kind,
        "subscriptionId": SUBSCRIPTION,
        "resourceGroup": "rg1",
        "properties": {},
        **more,
    }


def child(parent: str, kind: str, name: str, **properties: Any) -> dict[str, Any]:
    """Give a row of Resource Manager, of a child type."""
    collection = kind.rpartition("/")[2]
    return {
        "id": f"{parent}/{collection}/{name}",
        "name": name,
        "type": kind,
        "systemData": {"createdBy": "ana@contoso.example"},
        "properties": properties,
    }


def automation(number: int) -> dict[str, Any]:
    """Give an Automation account."""
    return row(AUTOMATION, f"aa{number}")


def tenant(
    resources: Sequence[dict[str, Any]],
    children: Sequence[dict[str, Any]] = (),
    vault_records: Sequence[dict[str, Any]] = (),
) -> Tenant:
    """Give a tenant of one subscription."""
    container = {
        "id": f"/subscriptions/{SUBSCRIPTION}",
        "name": "prod",
        "type": "microsoft.resources/subscriptions",
        "subscriptionId": SUBSCRIPTION,
        "properties": {},
    }
    return Tenant.from_rows(
        {"resources": list(resources), "resourcecontainers": [container]},
        children=children,
        vault_records=vault_records,
    )


def reads(*of: ArmRead, order: int = 1, most: int = 50) -> ArmReads:
    """Give a source."""
    return ArmReads(reads=of, order=order, most=most)


@contextmanager
def session(fake: FakeAzure, **settings: Any) -> Iterator[Session]:
    """Open a session that signs in to a fake with a secret."""
    env = fake.credential_env("secret")
    inner = ClientSecretCredential(
        env["AZURE_TENANT_ID"],
        env["AZURE_CLIENT_ID"],
        env["AZURE_CLIENT_SECRET"],
        authority=fake.endpoint,
        disable_instance_discovery=True,
        connection_verify=fake.ca_file,
    )
    opened = Session(
        cloud("public"),
        Credential(inner, method=Method.DEFAULT, tenant=fake.tenant.id),
        Clock(lambda: AT, scale=50),
        settings=Settings(
            arm=fake.endpoint,
            ca_bundle=fake.ca_file,
            vaults=f"{fake.endpoint}/vault",
            graph=f"{fake.endpoint}/graph",
            **settings,
        ),
    )
    try:
        yield opened
    finally:
        opened.close()


def collected(fake: FakeAzure, out: Path, *sources: Source) -> Collected:
    """Collect resources, and what the sources read of them."""
    with session(fake) as opened:
        return collect(
            [GraphTable(table="resources"), *sources],
            Wanted(),
            opened,
            out,
            about=About(cloud="public", tenant_id=fake.tenant.id, principal="p"),
            clock=opened.clock,
        )


def stored(out: Path, table: str) -> dict[str, dict[str, Any]]:
    """Give the properties of the rows of a table, by id."""
    batches = open_snapshot(out).batches(table, ("id", "properties"))
    return {key: json.loads(text or "{}") for batch in batches for key, text in batch}


def gaps(done: Collected, table: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give what is missing of a table: scopes and types."""
    return [(lost.scope, lost.types) for lost in done.lost[table]]
