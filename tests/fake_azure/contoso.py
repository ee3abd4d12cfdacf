"""The evidence of examples/contoso, served by a fake as if it were a tenant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from tests.fake_azure.tenant import Row, Subscription, Tenant

EVIDENCE: Final = Path(__file__).parents[2] / "examples" / "contoso" / "evidence"
GENOMICS: Final = "e84f1d06-72b9-4c35-a0de-5b9627c3f418"
_TABLES: Final = (
    "resourcecontainers",
    "securityresources",
    "authorizationresources",
    "appserviceresources",
)
_TIMES: Final = {"expires": "exp", "notBefore": "nbf", "created": "created", "updated": "updated"}


def contoso(folder: Path = EVIDENCE) -> Tenant:
    """Return the tenant of the example; its genomics subscription is to be forbidden."""
    rows = {name: _read(folder / f"{name}.json") for name in _TABLES}
    pages = sorted(folder.glob("resources-[0-9].json"))
    rows["resources"] = [row for page in pages for row in _read(page)]
    states = [s for f in sorted(folder.glob("policy-states-*.json")) for s in _read(f)]
    return Tenant.from_rows(
        rows,
        states,
        _read(folder / "armresources.json"),
        vault_records=[r for f in sorted(folder.glob("key-vault-*.ndjson")) for r in _records(f)],
        subscriptions=[Subscription(id=GENOMICS, name="contoso-genomics", group="mg-landingzones")],
    )


def _read(path: Path) -> list[Row]:
    document = orjson.loads(path.read_bytes())
    found = document.get("data", document.get("value"))
    assert isinstance(found, list)
    return found


def _records(path: Path) -> Iterator[Row]:
    for line in path.read_bytes().splitlines():
        read = orjson.loads(line)
        for record in read if isinstance(read, list) else read.get("value", [read]):
            if isinstance(record.get("attributes"), dict):
                record["attributes"] = dict(_of_data_plane(record["attributes"]))
            yield record


def _of_data_plane(attributes: Row) -> Iterator[tuple[str, Any]]:
    """Yield attributes as the data plane writes them: the command line tool spells them out."""
    for name, value in attributes.items():
        if name in _TIMES and isinstance(value, str):
            yield _TIMES[name], int(datetime.fromisoformat(value).timestamp())
        else:
            yield name, value
