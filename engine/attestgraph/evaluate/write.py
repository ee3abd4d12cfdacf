"""Writing findings.parquet and verdicts.parquet (CONTRACT section 3)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attestgraph.checks import verdicts
from attestgraph.checks.tables import POLICY_STATES
from attestgraph.evaluate.session import Session
from attestgraph.evaluate.subjects import Subjects
from attestgraph.model.words import Outcome

FINDINGS_FILE: Final = "findings.parquet"
VERDICTS_FILE: Final = "verdicts.parquet"
_COPY: Final = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000)"
# a finding about a resource rests on the resource's row, or on a compliance state of it
_ABOUT_RESOURCES: Final = """
SELECT i.control AS control, i.check_id AS "check", i.digest AS parameters,
  r.id_key AS resource_key, r.id AS resource_id, r.type AS resource_type,
  r.subscription_id AS subscription_id,
  CASE WHEN w.accepted THEN $accepted ELSE v.outcome END AS outcome,
  CASE WHEN w.accepted THEN NULL ELSE v.reason END AS reason,
  v.basis AS basis, w.exception AS exception,
  CASE WHEN starts_with(w.verdict, 'S') THEN $states ELSE r.tbl END AS evidence_table,
  CASE WHEN w.verdict = $conflict OR starts_with(w.verdict, 'S') THEN NULL
    ELSE r.row_sha256 END AS row_sha256,
  CASE WHEN starts_with(w.verdict, 'S') THEN sd.observed_at
    WHEN w.verdict = $conflict THEN NULL ELSE r.observed_at END AS observed_at,
  coalesce(d.expected, sd.expected) AS expected,
  coalesce(d.actual, sd.actual) AS actual,
  CASE WHEN sd.actual IS NOT NULL THEN 'complianceState' ELSE d.path END AS path
FROM work w
JOIN instance i USING (instance)
JOIN verdict v USING (verdict)
JOIN resource r USING (g)
LEFT JOIN detail_of f ON f.g = w.g AND f.instance = w.instance
LEFT JOIN detail d USING (detail)
LEFT JOIN chosen c ON c.g = w.g AND c.instance = w.instance
LEFT JOIN state_detail sd ON sd.instance = w.instance AND sd.r = c.r
"""
_ABOUT_SCOPES: Final = """
SELECT i.control, i.check_id, i.digest, s.resource_key, s.resource_id, NULL, s.subscription_id,
  s.outcome, s.reason, s.basis, NULL, s.evidence_table, NULL, NULL, NULL, s.actual, NULL
FROM special s JOIN instance i USING (instance)
"""
_MEMBERS: Final = """
SELECT 'resource' AS kind, r.tbl AS evidence_table, r.id_key AS resource_key,
  r.type AS resource_type, NULL AS reason, m.systems AS systems,
  coalesce(repeat(s.state, length(j.codes)), j.codes, s.state) AS codes, s.excluded AS excluded
FROM subject s JOIN resource r USING (g) JOIN membership m USING (m) LEFT JOIN judged j USING (g)
"""
_SCOPE_MEMBERS: Final = """
SELECT DISTINCT CASE WHEN s.resource_key = '' THEN 'system' ELSE 'gap' END, s.evidence_table,
  s.resource_key, NULL, s.reason, s.names, NULL, false
FROM special s
"""


def write_findings(session: Session, folder: Path) -> None:
    """Write every finding, in the order of the contract."""
    _copy(
        session,
        f'{_ABOUT_RESOURCES} UNION ALL {_ABOUT_SCOPES} ORDER BY control, "check", parameters, '
        "resource_key, resource_id, resource_type, reason, evidence_table, row_sha256, actual",
        folder / FINDINGS_FILE,
        {
            "accepted": Outcome.ACCEPTED,
            "states": POLICY_STATES,
            "conflict": verdicts.CONFLICT,
        },
    )


def write_verdicts(session: Session, found: Subjects, folder: Path) -> None:
    """Write which systems each resource, missing scope and system finding belongs to."""
    names = [system.id for system in session.library.workspace.systems]
    session.create(
        "membership",
        {"m": "INTEGER", "systems": "VARCHAR[]"},
        ((m, sorted(names[n] for n in members)) for m, members in enumerate(found.memberships)),
    )
    _copy(
        session,
        f"{_MEMBERS} UNION ALL {_SCOPE_MEMBERS} ORDER BY kind, evidence_table, resource_key, "
        "resource_type, reason, systems",
        folder / VERDICTS_FILE,
        {},
    )


def _copy(session: Session, sql: str, path: Path, values: dict[str, object]) -> None:
    # COPY takes no parameter as its target; the path is our own, and quoted
    target = str(path).replace("'", "''")
    session.run(f"COPY ({sql}) TO '{target}' {_COPY}", values)
