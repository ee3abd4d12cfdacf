"""Composes explanations: of a run where there is one, else of what the files say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attestgraph.pipeline.compose import digest_of_link, load_sound, refuse_unknown

if TYPE_CHECKING:
    from attestgraph.explain import Trace


def explain(
    text: str,
    *,
    run: Path | None,
    workspace: Path | None,
    system: str | None,
    evidence_folder: Path | None,
) -> Trace:
    """Explain a requirement, control, policy definition, resource or record.

    Args:
        text: Its id.
        run: A run folder; without, only what the library and the workspace say.
        workspace: The workspace folder, where there is no run.
        system: One system of the run.
        evidence_folder: The snapshot that the run was made of, to show a resource's row.

    Raises:
        InputError: The id names nothing, or several things; files that cannot be read.
    """
    from attestgraph import evidence
    from attestgraph.explain import explain_library, explain_run

    if run is None:
        from attestgraph.graph import link

        loaded = load_sound(workspace)
        return explain_library(loaded.library, link(loaded.library, digest_of_link(loaded)), text)
    stored = evidence.open_run(run)
    refuse_unknown(stored.run, run, system, ())
    snapshot = None if evidence_folder is None else evidence.open_snapshot(evidence_folder)
    return explain_run(stored, text, system=system, snapshot=snapshot)
