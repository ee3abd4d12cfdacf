"""Runs to report on, built without evaluating: two systems, three frameworks, every word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from tests.render import ehr
from tests.render.document import run_json
from tests.render.pieces import (
    StoredRun,
    control,
    counts,
    link,
    requirement,
)


def contoso(**more: Any) -> StoredRun:
    """The run that most tests use."""
    claims = control(
        "claims-hub",
        "storage-https",
        "Storage accounts refuse plain HTTP.",
        "satisfied",
        counts=counts(none_deployed=0, **{"pass": 5}),
    )
    hub = [
        requirement(
            "claims-hub",
            "SC-8",
            "Transmission Confidentiality and Integrity",
            "partially-satisfied",
            outcome="met",
            extent="part",
            basis=["automated"],
            reason="1 control met; it covers a part",
            controls=[link("storage-https", "satisfied")],
            counts=counts(**{"pass": 5}),
        ),
        requirement("claims-hub", "CP-9", "System Backup", "not-covered"),
    ]
    return StoredRun(
        run=run_json(**more),
        controls=[*ehr.controls(), claims],
        requirements=[*ehr.requirements(), *ehr.other_frameworks(), *hub],
        rows=ehr.findings(),
    )


def one_control(name: str, rows: Sequence[Mapping[str, Any]], **given: int) -> StoredRun:
    """A run of one system with one control and these findings of it."""
    run = run_json()
    run["systems"] = [{**run["systems"][0], "frameworks": ["nist-800-53-r5@moderate"]}]
    status = "not-satisfied" if given.get("fail") else "not-evaluated"
    return StoredRun(
        run=run,
        controls=[
            control("ehr-prod", name, "It holds.", status, counts=counts(none_deployed=0, **given))
        ],
        requirements=[
            requirement(
                "ehr-prod",
                "CP-9",
                "System Backup",
                status,
                outcome=status,
                extent="part",
                basis=["automated"],
                controls=[link(name, status)],
                counts=counts(**given),
            )
        ],
        rows=[dict(row) for row in rows],
    )


def hostile(text: str) -> StoredRun:
    """The usual run with `text` in every place that a person or a cloud can write."""

    def poisoned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: poisoned(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [poisoned(v, key) for v in value]
        return f"{value}{text}" if isinstance(value, str) and key in FREE_TEXT else value

    run = contoso()
    return StoredRun(
        run=poisoned(run.run),
        controls=poisoned(run.controls),
        requirements=poisoned(run.requirements),
        rows=[
            {
                **row,
                **{k: f"{row[k]}{text}" for k in ("resource_id", "path") if row[k]},
                "actual": orjson.dumps(text).decode(),
            }
            for row in run.rows
        ],
    )


FREE_TEXT: Final = frozenset(
    {
        *("organisation", "classification", "title", "owner", "says", "because", "reason"),
        *("statement", "person", "role", "risk", "requested_by", "approved_by", "mitigation"),
        *("source", "remediation", "publisher", "edition", "licence", "detail", "declared_by"),
        *("diff", "notes", "data_classes", "env", "resource", "subscription", "value", "set_by"),
        *("message", "subscriptions", "review", "path"),
    }
)
