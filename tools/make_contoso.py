"""Writes the evidence of `examples/contoso` and the list of imports that the demo makes.

    python -m tools.make_contoso [--out examples/contoso]

The tenant is made up and depends on nothing but this code: no clock, no chance. A second run
changes nothing. What people write (the workspace, controls, records) is not made here.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from tools.contoso_inventory import ANALYTICS, EHR, SHARED, digest
from tools.contoso_rows import container_rows, resource_rows
from tools.contoso_states import context, states

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = 60
FIRST_STATES: Final = 150
"""How many records the first page of the cut answer holds."""

ROWS_AT: Final = "2026-11-01T04:00:00Z"
STATES_AT: Final = "2026-11-01T04:10:00Z"
EVALUATED_AT: Final = "2026-11-01T06:00:00Z"
STATE_FILES: Final = {
    EHR: "policy-states-ehr-prod.json",
    ANALYTICS: "policy-states-analytics.json",
    SHARED: "policy-states-shared.json",
}


def lines(value: Any, listed: str) -> str:
    """Return JSON with one line for each entry of the member `listed`."""
    rest = {key: item for key, item in value.items() if key != listed}
    entries = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in value[listed])
    head = json.dumps(rest, separators=(",", ":"))[:-1]
    return f'{head}{"," if rest else ""}"{listed}":[\n{entries}\n]}}\n'


def pages() -> dict[str, str]:
    """Return the rows as `az graph query --first 60` gives them, page by page."""
    rows = resource_rows()
    found = {}
    for start in range(0, len(rows), PAGE):
        chunk = rows[start : start + PAGE]
        last = start + PAGE >= len(rows)
        answer = {
            "count": len(chunk),
            "data": chunk,
            "skip_token": None if last else f"page-{digest('page', str(start))[:24]}",
            "total_records": len(rows),
        }
        name = f"resources-{start // PAGE + 1}.json"
        found[name] = json.dumps(answer, indent=2) + "\n"
    containers = container_rows()
    answer = {
        "count": len(containers),
        "data": containers,
        "skip_token": None,
        "total_records": len(containers),
    }
    return {**found, "resourcecontainers.json": json.dumps(answer, indent=2) + "\n"}


def answers() -> dict[str, str]:
    """Return the compliance states as the REST answers give them, one file a subscription.

    The second page of analytics was never read, so its answer is cut and says so.
    """
    subscriptions = [row for row in container_rows() if row["type"].endswith("/subscriptions")]
    found = {}
    for subscription, records in states([*resource_rows(), *subscriptions]).items():
        cut = subscription == ANALYTICS
        shown = records[:FIRST_STATES] if cut else records
        following = (
            f"https://management.azure.com/subscriptions/{subscription}/providers"
            "/Microsoft.PolicyInsights/policyStates/latest/queryResults"
            f"?api-version=2019-10-01&$skiptoken={digest('states', subscription)[:16]}"
        )
        answer = {
            "@odata.context": context(subscription),
            "@odata.count": len(shown),
            "@odata.nextLink": following if cut else None,
            "value": shown,
        }
        found[STATE_FILES[subscription]] = lines(answer, "value")
    return found


def demo() -> str:
    """Return the list of imports that the demo makes, in order."""
    every = [f"/subscriptions/{subscription}" for subscription in (EHR, ANALYTICS, SHARED)]
    declared = {
        "by": "Dana Reyes, cloud platform",
        "reason": "the query asked for all containers of the three subscriptions",
    }
    imports: list[dict[str, Any]] = [
        {
            "kind": "resources",
            "files": ["resources-1.json", "resources-2.json"],
            "scopes": every,
            "at": ROWS_AT,
        },
        {
            "kind": "resources",
            "files": ["resourcecontainers.json"],
            "scopes": every,
            "declared": declared,
            "at": ROWS_AT,
        },
    ]
    imports += [
        {
            "kind": "policy-states",
            "files": [name],
            "scopes": [f"/subscriptions/{subscription}"],
            "at": STATES_AT,
        }
        for subscription, name in STATE_FILES.items()
    ]
    document = {
        "organisation": "Contoso Health",
        "evaluated_at": EVALUATED_AT,
        "imports": imports,
    }
    return json.dumps(document, indent=2) + "\n"


def made_files() -> dict[str, str]:
    """Return every file that is made: path below `examples/contoso` to text."""
    evidence = {f"evidence/{name}": text for name, text in {**pages(), **answers()}.items()}
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
