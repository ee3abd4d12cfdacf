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
from attestgraph.pipeline.compose import (
    evaluate,
    import_policy_states,
    import_resources,
    report,
    status,
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
    importing = import_resources if step["kind"] == "resources" else import_policy_states
    declared = step.get("declared")
    importing(
        tuple(contoso / "evidence" / name for name in step["files"]),
        snapshot,
        scopes=tuple(step["scopes"]),
        declared=(declared["by"], declared["reason"]) if declared else None,
        at=parse_time(step["at"]),
    )
