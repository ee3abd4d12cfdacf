"""Logs of code scanners over the repositories of the made-up tenant: SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import Any, Final

from tools.contoso_base import digest

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_RULE: Final = "generic-api-key"


def _run(repository: str, ended: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    rule = {"id": _RULE, "shortDescription": {"text": "Something like a key"}}
    return {
        "tool": {"driver": {"name": "gitleaks", "semanticVersion": "v8.18.4", "rules": [rule]}},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": ended}],
        "versionControlProvenance": [
            {
                "repositoryUri": f"https://git.contoso.example/{repository}",
                "revisionId": digest(repository)[:40],
                "branch": "main",
            }
        ],
        "results": results,
    }


def _result(path: str, line: int, *, set_aside: str = "") -> dict[str, Any]:
    place = {
        "physicalLocation": {
            "artifactLocation": {"uri": path},
            "region": {"startLine": line, "endLine": line},
        }
    }
    found: dict[str, Any] = {
        "ruleId": _RULE,
        "message": {"text": f"{_RULE} has detected a secret in {path}"},
        "locations": [place],
    }
    if set_aside:
        held = {"kind": "inSource", "status": "accepted", "justification": set_aside}
        found["suppressions"] = [held]
    return found


def _log(runs: list[dict[str, Any]]) -> str:
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}, indent=1) + "\n"


def logs() -> dict[str, str]:
    """Return the logs by file name: one subscription each."""
    example = "an example of the vendor's documentation"
    return {
        "scan-ehr.sarif": _log(
            [
                _run("ehr/portal", "2026-10-31T22:04:10Z", [_result("deploy/smoke.sh", 41)]),
                _run("ehr/records", "2026-10-31T22:07:52Z", []),
            ]
        ),
        "scan-analytics.sarif": _log([_run("analytics/pipelines", "2026-10-31T22:11:30Z", [])]),
        "scan-shared.sarif": _log(
            [
                _run(
                    "platform/network",
                    "2026-10-31T22:15:02Z",
                    [_result("docs/vpn.md", 12, set_aside=example)],
                )
            ]
        ),
    }
