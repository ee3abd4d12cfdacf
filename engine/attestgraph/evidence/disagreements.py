"""A second opinion: where a row and a compliance state say different things of one resource.

Both are alternatives of one control, and the worse one counts. Which one is right is for a person
to find out: the state may be older than the change, the row newer than the state, or the
definition's rule judges something else than its words say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence.database import connect
from attestgraph.evidence.runs import FINDINGS_FILE, StoredRun
from attestgraph.evidence.tables import TIME_TEXT

_COLUMNS: Final = (
    "control",
    "alternative",
    "resource_id",
    "row_check",
    "row_outcome",
    "row_observed_at",
    "row_path",
    "row_actual",
    "state_check",
    "state_outcome",
    "state_evaluated_at",
    "state_actual",
)
# an accepted finding is a fail that somebody answers for
_QUERY: Final = f"""
WITH told AS (
  SELECT f.*, w.alternative, w.kind, f.outcome = 'pass' AS good
  FROM read_parquet($findings) f JOIN ways w ON w."control" = f."control" AND w.check_id = f."check"
  WHERE f.resource_key <> '' AND f.outcome IN ('pass', 'fail', 'accepted'))
SELECT r."control", r.alternative, r.resource_id,
  r."check", r.outcome, strftime(r.observed_at, '{TIME_TEXT}'), r.path, r.actual,
  s."check", s.outcome, strftime(s.observed_at, '{TIME_TEXT}'), s.actual
FROM told r JOIN told s ON s."control" = r."control" AND s.alternative = r.alternative
  AND s.parameters = r.parameters AND s.resource_key = r.resource_key
WHERE r.kind = 'row' AND s.kind = 'policy' AND r.good <> s.good
ORDER BY ALL
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One resource of which a row and a state say different things.

    Attributes:
        alternative: The group that both checks belong to.
        row_outcome: `pass`, `fail` or `accepted`; the state's is the opposite.
        row_path: What of the row decided, where it fails.
        state_evaluated_at: When Azure Policy came to its state.
    """

    control: str
    alternative: str
    resource_id: str
    row_check: str
    row_outcome: str
    row_observed_at: str | None
    row_path: str | None
    row_actual: str | None
    state_check: str
    state_outcome: str
    state_evaluated_at: str | None
    state_actual: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the disagreement as JSON."""
        return {name: getattr(self, name) for name in _COLUMNS}


def disagreements(run: StoredRun) -> Iterator[Disagreement]:
    """Give every resource of a run of which a row and a state disagree, by control and resource.

    Rows and states of one resource are compared: what is in a vault has rows of its own and the
    vault's state, and is not.

    Raises:
        InputError: `damaged-run`: the findings cannot be read.
    """
    import duckdb

    ways = sorted(
        {
            (entry["control"], check["check"], check["alternative"], check["kind"])
            for entry in run.controls
            for check in entry["checks"]
            if check["alternative"] and check["kind"] in ("row", "policy")
        }
    )
    path = run.folder / FINDINGS_FILE
    connection = connect(folder=run.folder)
    try:
        connection.execute(
            'CREATE TEMP TABLE ways ("control" VARCHAR, check_id VARCHAR, alternative VARCHAR, '
            "kind VARCHAR)"
        )
        if ways:
            connection.executemany("INSERT INTO ways VALUES (?, ?, ?, ?)", ways)
        found = connection.execute(_QUERY, {"findings": str(path)})
        while rows := found.fetchmany(1024):
            for row in rows:
                yield Disagreement(**dict(zip(_COLUMNS, row, strict=True)))
    except duckdb.Error as error:
        message = f"the findings cannot be read: {str(error).splitlines()[0]}"
        raise InputError(Diagnostic(slug="damaged-run", message=message, path=str(path))) from None
    finally:
        connection.close()


def counted_disagreements(
    folder: Path, controls: list[dict[str, Any]]
) -> list[dict[str, str | int]]:
    """Return how many resources of each control a row and a state disagree about, sorted.

    Args:
        folder: Where findings.parquet is.
        controls: controls.json of the run.

    Raises:
        InputError: `damaged-run`.
    """
    run = StoredRun(folder=folder, run={}, controls=controls, requirements=[])
    counts = Counter((each.control, each.alternative) for each in disagreements(run))
    return [
        {"control": control, "alternative": alternative, "resources": count}
        for (control, alternative), count in sorted(counts.items())
    ]
