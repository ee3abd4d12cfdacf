"""Writes the evidence of `examples/contoso` and the list of imports that the demo makes.

    python -m tools.make_contoso [--out examples/contoso]

The tenant is made up and depends on nothing but this code: no clock, no chance. A second run
changes nothing. What people write (the workspace, controls, records) is not made here.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tools import contoso_components, contoso_rows, contoso_scans, contoso_scopes
from tools.contoso_base import ANALYTICS, EHR, GENOMICS, SHARED, digest
from tools.contoso_states import context, states

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = 200

ROWS_AT: Final = "2026-11-01T04:00:00Z"
STATES_AT: Final = "2026-11-01T04:10:00Z"
EVALUATED_AT: Final = "2026-11-01T06:00:00Z"
STATE_FILES: Final = {
    EHR: "policy-states-ehr-prod.json",
    ANALYTICS: "policy-states-analytics.json",
    SHARED: "policy-states-shared.json",
}
TABLES: Final = (
    "appserviceresources.json",
    "armresources.json",
    "authorizationresources.json",
    "resourcecontainers.json",
    "securityresources.json",
)
"""Rows of all tables but `resources`, imported together."""
COLLECTOR: Final = "Dana Reyes, cloud platform"


def lines(value: Any, listed: str) -> str:
    """Return JSON with one line for each entry of the member `listed`."""
    rest = {key: item for key, item in value.items() if key != listed}
    entries = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in value[listed])
    head = json.dumps(rest, separators=(",", ":"))[:-1]
    return f'{head}{"," if rest else ""}"{listed}":[\n{entries}\n]}}\n'


def _query(rows: Sequence[Any], *, total: int, token: str | None = None) -> str:
    """Return rows as `az graph query` prints a page of them."""
    answer = {"count": len(rows), "data": rows, "skip_token": token, "total_records": total}
    return lines(answer, "data")


def pages() -> dict[str, str]:
    """Return the rows of Resource Graph, those of `resources` page by page."""
    rows = contoso_rows.resource_rows()
    found = {}
    for start in range(0, len(rows), PAGE):
        last = start + PAGE >= len(rows)
        token = None if last else f"page-{digest('page', str(start))[:24]}"
        name = f"resources-{start // PAGE + 1}.json"
        found[name] = _query(rows[start : start + PAGE], total=len(rows), token=token)
    tables = {
        "resourcecontainers": contoso_rows.container_rows(),
        "securityresources": contoso_rows.security(),
        "authorizationresources": contoso_rows.authorizations(),
        "appserviceresources": contoso_rows.site_rows(),
        "entraobjects": contoso_scopes.directory_rows(),
    }
    for table, of_table in tables.items():
        found[f"{table}.json"] = _query(of_table, total=len(of_table))
    found["armresources.json"] = lines({"value": contoso_rows.arm_rows()}, "value")
    found["resources-again.json"] = _query([read_again()], total=1)
    return found


def read_again() -> dict[str, Any]:
    """Return one row as it was read a second time, ten minutes later: it says something else."""
    row = next(r for r in contoso_rows.resource_rows() if r["name"] == "srch-anl-catalog")
    return {**row, "properties": {**row["properties"], "disableLocalAuth": False}}


def answers() -> dict[str, str]:
    """Return the compliance states as the REST answers give them, one file a subscription."""
    found = {}
    for subscription, records in states().items():
        answer = {
            "@odata.context": context(subscription),
            "@odata.count": len(records),
            "@odata.nextLink": None,
            "value": records,
        }
        found[STATE_FILES[subscription]] = lines(answer, "value")
    return found


def others() -> dict[str, str]:
    """Return what is in the vaults, what scanners said, and the answer that was refused."""
    code = "AuthorizationFailed"
    message = (
        "The client does not have authorization to perform action "
        f"'Microsoft.Resources/subscriptions/read' over scope '/subscriptions/{GENOMICS}'."
    )
    refused = {"status": 403, "body": {"error": {"code": code, "message": message}}}
    return {
        "key-vault-ehr-prod.ndjson": contoso_components.answers("-ehr"),
        "key-vault-analytics.ndjson": contoso_components.answers("-anl"),
        "key-vault-shared.ndjson": contoso_components.answers("-shd", "-gen"),
        "refused-genomics.json": json.dumps(refused, indent=2) + "\n",
        **contoso_scans.logs(),
    }


def _step(kind: str, files: Sequence[str], scopes: Sequence[str], at: str, why: str = "") -> Any:
    step: dict[str, Any] = {
        "kind": kind,
        "files": list(files),
        "scopes": ["/" if scope == "/" else f"/subscriptions/{scope}" for scope in scopes],
    }
    if why:
        step["declared"] = {"by": COLLECTOR, "reason": why}
    return {**step, "at": at}


def demo() -> str:
    """Return the list of imports that the demo makes, in order."""
    every = (EHR, ANALYTICS, SHARED)
    resources = sorted(
        name for name in pages() if name.startswith("resources-") and "again" not in name
    )
    whole = "the query asked for everything of the three subscriptions"
    imports = [
        _step("resources", resources, every, ROWS_AT, "the query was `resources`, with no filter"),
        _step("resources", ["resources-again.json"], [ANALYTICS], STATES_AT, whole),
        _step("resources", TABLES, every, ROWS_AT, whole),
        _step("resources", ["entraobjects.json"], ["/"], ROWS_AT, "all applications were listed"),
        _step("policy-states", sorted(STATE_FILES.values()), every, STATES_AT),
    ]
    listed = "each vault was listed"
    names = ["key-vault-ehr-prod.ndjson", "key-vault-shared.ndjson"]
    imports.append(_step("key-vault", names, [EHR, SHARED], STATES_AT, listed))
    names = ["key-vault-analytics.ndjson"]
    imports.append(_step("key-vault", names, [ANALYTICS], STATES_AT, listed))
    scans = {EHR: "scan-ehr", ANALYTICS: "scan-analytics", SHARED: "scan-shared"}
    imports += [
        _step("sarif", [f"{name}.sarif"], [key], STATES_AT, "every repository has a scan")
        for key, name in scans.items()
    ]
    document = {
        "organisation": "Contoso Health",
        "evaluated_at": EVALUATED_AT,
        "imports": imports,
    }
    return json.dumps(document, indent=2) + "\n"


def made_files() -> dict[str, str]:
    """Return every file that is made: path below `examples/contoso` to text."""
    evidence = {
        f"evidence/{name}": text for name, text in {**pages(), **answers(), **others()}.items()
    }
    return {**evidence, "demo.json": demo()}


def main() -> None:
    """Write the files that differ, and say which."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "examples" / "contoso")
    options = parser.parse_args()
    for name, text in sorted(made_files().items()):
        path: Path = options.out / name
        changed = not path.is_file() or path.read_bytes() != text.encode()
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        print(f"{'written' if changed else 'same   '} {len(text.encode()):>9,} {name}")


if __name__ == "__main__":
    main()
