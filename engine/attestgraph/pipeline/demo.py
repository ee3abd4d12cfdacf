"""The whole job on the built-in contoso workspace, as its `demo.json` lists it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from attestgraph.content import library_folder
from attestgraph.model.times import parse_time
from attestgraph.pipeline.answers import Demo
from attestgraph.pipeline.compose import evaluate, report, status
from attestgraph.pipeline.imports import (
    import_key_vault,
    import_policy_states,
    import_resources,
    import_sarif,
)


def demo(out: Path, *, at: datetime | None, threads: int | None = None) -> Demo:
    """Import the evidence of contoso, evaluate it, and write its report.

    Raises:
        InputError: `out` holds something that is not ours.
    """
    from attestgraph import evidence

    contoso = library_folder() / "examples" / "contoso"
    steps = orjson.loads((contoso / "demo.json").read_bytes())
    with evidence.atomic_folder(out) as folder:
        for step in steps["imports"]:
            _import(step, contoso, folder / "evidence")
        summary = evaluate(
            contoso,
            folder / "evidence",
            folder / "run",
            at=at or parse_time(steps["evaluated_at"]),
            threads=threads,
        )
        report(folder / "run", folder / "report", system=None, frameworks=())
    return Demo(
        organisation=steps["organisation"],
        run=summary,
        status=status(out / "run", system=None, framework=None),
        run_folder=out / "run",
        report=out / "report" / "index.html",
    )


def _import(step: Mapping[str, Any], contoso: Path, snapshot: Path) -> None:
    files = tuple(contoso / "evidence" / name for name in step["files"])
    declared = step.get("declared")
    named = None if declared is None else (declared["by"], declared["reason"])
    at, scopes = parse_time(step["at"]), tuple(step["scopes"])
    match step["kind"]:
        case "resources":
            import_resources(files, snapshot, scopes=scopes, declared=named, at=at)
        case "policy-states":
            import_policy_states(files, snapshot, scopes=scopes, declared=named, at=at)
        case "key-vault":
            import_key_vault(files, snapshot, scopes=scopes, declared=named, at=at)
        case _:
            import_sarif(files, snapshot, scope=scopes[0], declared=named, at=at)
