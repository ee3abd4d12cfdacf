"""Writing findings.parquet and verdicts.parquet (CONTRACT section 3).

Findings are sorted while they are narrow (numbers and verdicts), and widened on the way into the
file. Sorting them wide costs four times as much. A join promises no order, so the order of the file
is looked at afterwards, and a file that lost it is written again, sorted wide: the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attestgraph.checks import verdicts
from attestgraph.checks.tables import POLICY_STATES
from attestgraph.evaluate.session import Session, quoted
from attestgraph.evaluate.subjects import Subjects, resource_query
from attestgraph.evidence import connect
from attestgraph.model.words import Outcome

if TYPE_CHECKING:
    import duckdb

FINDINGS_FILE: Final = "findings.parquet"
VERDICTS_FILE: Final = "verdicts.parquet"
_SPOOLED: Final = "(FORMAT parquet, COMPRESSION snappy)"
# the fastest level: writing the file is a good part of what a run costs
_COPY: Final = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20000)"
_HANDED_OVER: Final = ("instance", "verdict", "detail", "special", "state_detail")
# every finding, about a resource (g) or a scope or system (s), in the order of the contract
_LINES: Final = """
WITH keys AS (
  SELECT g, s, dense_rank() OVER (ORDER BY key) AS o FROM (
    SELECT g, NULL::INTEGER AS s, id_key AS key FROM resource
    UNION ALL SELECT NULL, s, resource_key FROM special))
SELECT w.instance, w.g, NULL::INTEGER AS s, w.verdict, w.exception, w.accepted, f.detail, c.r,
  keys.o
FROM work w JOIN keys ON keys.g = w.g
LEFT JOIN detail_of f ON f.g = w.g AND f.instance = w.instance
LEFT JOIN chosen c ON c.g = w.g AND c.instance = w.instance
UNION ALL
SELECT special.instance, NULL, special.s, NULL, NULL, false, NULL, NULL, keys.o
FROM special JOIN keys ON keys.s = special.s
ORDER BY 1, 9, 2 NULLS LAST, 3
"""
# a finding about a resource rests on its row, or on a compliance state of it
_FINDINGS: Final = """
SELECT i.control AS control, i.check_id AS "check", i.digest AS parameters,
  coalesce(r.id_key, s.resource_key) AS resource_key,
  coalesce(r.id, s.resource_id) AS resource_id, r.type AS resource_type,
  coalesce(r.subscription_id, s.subscription_id) AS subscription_id,
  CASE WHEN l.accepted THEN $accepted ELSE coalesce(v.outcome, s.outcome) END AS outcome,
  CASE WHEN l.accepted THEN NULL ELSE coalesce(v.reason, s.reason) END AS reason,
  coalesce(v.basis, s.basis) AS basis, l.exception AS exception,
  CASE WHEN l.by_state THEN $states ELSE coalesce(r.tbl, s.evidence_table) END AS evidence_table,
  CASE WHEN l.by_state OR l.verdict = $conflict THEN NULL ELSE r.row_sha256 END AS row_sha256,
  CASE WHEN l.by_state THEN d2.observed_at WHEN l.verdict = $conflict THEN NULL
    ELSE r.observed_at END AS observed_at,
  coalesce(d.expected, d2.expected) AS expected,
  coalesce(d.actual, d2.actual, s.actual) AS actual,
  CASE WHEN d2.actual IS NOT NULL THEN 'complianceState' ELSE d.path END AS path
FROM (SELECT *, coalesce(starts_with(verdict, 'S'), false) AS by_state FROM line) l
JOIN instance i ON i.instance = l.instance
LEFT JOIN resource r ON r.g = l.g
LEFT JOIN verdict v ON v.verdict = l.verdict
LEFT JOIN detail d ON d.detail = l.detail
LEFT JOIN special s ON s.s = l.s
LEFT JOIN state_detail d2 ON d2.instance = l.instance AND d2.r = l.r
"""
_SORTED: Final = " ORDER BY l.instance, l.o, l.g NULLS LAST, l.s"
_DISORDER: Final = """
SELECT count(*) FROM (
  SELECT (control, "check", parameters, resource_key) AS here,
    lag((control, "check", parameters, resource_key)) OVER () AS before
  FROM read_parquet(?)) WHERE here < before
"""
_MEMBERS: Final = """
SELECT * EXCLUDE (g, s) FROM (SELECT 'resource' AS kind, r.tbl AS evidence_table,
  r.id_key AS resource_key,
  r.type AS resource_type, NULL AS reason, m.systems AS systems,
  coalesce(repeat(s.state, length(j.codes)), j.codes, s.state) AS codes, s.excluded AS excluded,
  s.g AS g, NULL AS s
FROM subject s JOIN resource r USING (g) JOIN membership m USING (m) LEFT JOIN judged j USING (g)
UNION ALL
SELECT CASE WHEN s.resource_key = '' THEN 'system' ELSE 'gap' END, s.evidence_table,
  s.resource_key, NULL, s.reason, s.names, NULL, false, NULL, min(s.s)
FROM special s GROUP BY ALL
ORDER BY g NULLS LAST, s)
"""


def write_verdicts(session: Session, found: Subjects, folder: Path) -> None:
    """Write which systems each resource, missing scope and system finding belongs to."""
    names = [system.id for system in session.library.workspace.systems]
    session.create(
        "membership",
        {"m": "INTEGER", "systems": "VARCHAR[]"},
        ((m, sorted(names[n] for n in members)) for m, members in enumerate(found.memberships)),
    )
    copy(session.connection, _MEMBERS, folder / VERDICTS_FILE)


def hand_over(session: Session) -> None:
    """Write the working tables that findings are made of, the findings sorted."""
    for name in _HANDED_OVER:
        path = session.spool / f"{name}.parquet"
        copy(session.connection, f"FROM {name} ORDER BY ALL", path, form=_SPOOLED)
    copy(session.connection, _LINES, session.spool / "line.parquet", form=_SPOOLED)


def write_findings(session: Session, found: Subjects, folder: Path) -> None:
    """Write every finding out of what was handed over, on a connection of its own.

    One thread: several would cut the file into other pieces. What takes long was done before.
    """
    connection = connect(
        folder=folder, reads=(session.snapshot.folder,), threads=1, memory=session.memory
    )
    try:
        for name, query in _inputs(session, found):
            connection.execute(f"CREATE VIEW {name} AS {query}")
        values = {
            "accepted": Outcome.ACCEPTED,
            "states": POLICY_STATES,
            "conflict": verdicts.CONFLICT,
        }
        path = folder / FINDINGS_FILE
        copy(connection, _FINDINGS, path, values)
        if connection.execute(_DISORDER, [str(path)]).fetchall() != [(0,)]:
            path.unlink()
            copy(connection, _FINDINGS + _SORTED, path, values)
    finally:
        connection.close()


def _inputs(session: Session, found: Subjects) -> Iterator[tuple[str, str]]:
    yield "resource", resource_query(found.sources)
    for name in (*_HANDED_OVER, "line"):
        yield name, f"FROM read_parquet({quoted(session.spool / f'{name}.parquet')})"


def copy(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    path: Path,
    values: dict[str, Any] | None = None,
    *,
    form: str = _COPY,
) -> None:
    """Write the rows of a query as Parquet."""
    # COPY takes no parameter as its target; the path is our own, and quoted
    connection.execute(f"COPY ({sql}) TO {quoted(path)} {form}", values or {})
