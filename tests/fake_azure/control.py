"""Control of a fake in another process, over TLS and without a token: it holds nothing real.

GET /_fake/log                    every request so far
GET /_fake/faults                 the script, and how often each rule acted
POST /_fake/faults                add rules: a list of objects, see `Fault`
DELETE /_fake/faults              forget all rules
POST /_fake/hide|forbid           {"subscription": "…"}
GET /_fake/about                  tenant id, subscriptions, rows by table, states by subscription
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from tests.fake_azure.app import App
from tests.fake_azure.faults import Fault
from tests.fake_azure.wire import Answer, Incoming, dumps, error, ok


def respond(app: App, incoming: Incoming) -> Answer:
    """Answer a control request."""
    match incoming.method, incoming.path.removeprefix("/_fake/"):
        case "GET", "log":
            return ok([asdict(request) for request in list(app.log)])
        case "GET", "faults":
            return ok(_script(app))
        case "POST", "faults":
            try:
                app.faults.add(*map(Fault.from_json, orjson.loads(incoming.body)))
            except (TypeError, ValueError) as fault:
                return Answer(status=400, body=dumps(error("BadRequest", str(fault))))
            return ok(_script(app))
        case "DELETE", "faults":
            app.faults.clear()
            return ok([])
        case "POST", "hide" | "forbid" as word:
            chosen = app.hidden if word == "hide" else app.forbidden
            chosen.add(str(incoming.json.get("subscription")).lower())
            return ok(sorted(chosen))
        case "GET", "about":
            return ok(_about(app))
        case _:
            return Answer(status=404, body=dumps(error("NotFound", "There is no such control.")))


def _script(app: App) -> list[dict[str, Any]]:
    pairs = zip(app.faults.script, app.faults.acted, strict=True)
    return [fault.to_json() | {"acted": acted} for fault, acted in pairs]


def _about(app: App) -> dict[str, Any]:
    tenant = app.tenant
    return {
        "tenant": tenant.id,
        "subscriptions": [s.id for s in tenant.subscriptions],
        "rows": {name: len(table) for name, table in tenant.tables.items()},
        "states": {s.id: tenant.states.count(s.id.lower()) for s in tenant.subscriptions},
    }
