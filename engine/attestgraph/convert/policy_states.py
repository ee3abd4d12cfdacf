"""`import policy-states`: answers of the policy states API, of `az policy state list`, NDJSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from attestgraph.checks.tables import POLICY_STATES
from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import Judgement, Page, contradictions, links_prove
from attestgraph.convert.imports import (
    Imported,
    Progress,
    about_import,
    asked_for,
    import_source,
    imported,
)
from attestgraph.convert.reading import read_answers
from attestgraph.convert.resources import MOST_NESTED, too_deep
from attestgraph.evidence import Spool, TableClaim, canonical_type, snapshot_writer
from attestgraph.model.ids import ascii_lower, id_key, subscription_of, type_in_id
from attestgraph.model.snapshot import PolicyState, TableSource
from attestgraph.model.times import parse_time
from attestgraph.model.words import Completeness

_PLACEHOLDERS: Final = frozenset({"", "tbd"})
_STATES: Final[Mapping[str, PolicyState]] = {
    "compliant": PolicyState.COMPLIANT,
    "noncompliant": PolicyState.NONCOMPLIANT,
    "exempt": PolicyState.EXEMPT,
    "exempted": PolicyState.EXEMPT,
    "error": PolicyState.ERROR,
    "conflict": PolicyState.CONFLICT,
    "conflicting": PolicyState.CONFLICT,
    "protected": PolicyState.PROTECTED,
    "unknown": PolicyState.UNKNOWN,
}
_REQUIRED: Final = ("resourceId", "policyDefinitionId", "policyAssignmentId")
_STATE: Final = "complianceState"
_TIME: Final = "timestamp"


@dataclass(slots=True)
class _Reading:
    """What is learnt from the rows of an import."""

    progress: Progress
    compliant: bool = False

    def read(self, answer: Answer, spool: Spool) -> None:
        """Read every record of an answer."""
        rows = 0
        for row in answer.rows:
            rows += 1
            record = _record(row.value)
            found = list(_faults(record))
            if found:
                self.progress.faults.add(answer, row, found)
            else:
                self._keep(record, answer, row, spool)
        self.progress.pages.append(Page(answer=answer, rows=rows))

    def _keep(self, record: Mapping[str, Any], answer: Answer, row: Row, spool: Spool) -> None:
        values = state_values(record)
        self.progress.saw(values["resource_key"], answer, row)
        self.compliant |= values["state"] == PolicyState.COMPLIANT
        place = f"{answer.path} row {row.number}"
        spool.add(values, place=place)
        for component in _components(record):
            spool.add({**values, **component}, place=place)


def import_policy_states(
    files: Sequence[Path],
    out: Path,
    *,
    scopes: Sequence[str],
    declared: tuple[str, str] | None,
    at: datetime,
    threads: int | None = None,
) -> Imported:
    """Import compliance states into a snapshot; several files are pages of one export.

    A record is as old as its own timestamp says.

    Args:
        files: Answers of the policy states API (also with components), arrays, NDJSON, rows of
            `policyresources`.
        out: The snapshot folder; a snapshot that is there gains the table or its rows.
        scopes: Ids that the export was asked for; without, completeness cannot be proven.
        declared: Who says that the export is whole, and why.
        at: When the export was made.
        threads: Worker threads; the bytes written never depend on it.

    Raises:
        InputError: Files that cannot be read, rows with faults (all of them), a damaged snapshot.
    """
    progress = Progress(asked=asked_for(scopes, declared, at))
    reading = _Reading(progress=progress)
    with snapshot_writer(out, threads=threads) as writer:
        spool = writer.spool(POLICY_STATES)
        for file in sorted(files):
            for answer in read_answers(file):
                reading.read(answer, spool)
        progress.faults.refuse()
        contradicted = contradictions(progress.pages, distinct=progress.rows)
        source = import_source(files, progress.asked, pages=len(progress.pages))
        claim = _claim(reading, contradicted, source)
        written = writer.write([claim], about_import(progress.asked, tenants=()))
    return imported(out, written.tables, progress, contradicted)


def _claim(reading: _Reading, contradicted: tuple[str, ...], source: TableSource) -> TableClaim:
    asked = reading.progress.asked
    judged = _judge(reading, contradicted)
    return TableClaim(
        name=POLICY_STATES,
        sources=(source,),
        complete=judged.complete,
        # an answer for a scope holds the states of every type there: none is asked for by itself
        types=None,
        # none seen: the export may have been asked for what does not comply
        includes_compliant=True if reading.compliant else None,
        incomplete=judged.gaps(asked.scopes),
        declared_by=asked.declared,
    )


def _judge(reading: _Reading, contradicted: tuple[str, ...]) -> Judgement:
    progress = reading.progress
    if contradicted:
        return Judgement(complete=Completeness.FALSE, because=contradicted)
    if progress.asked.declared is not None:
        return Judgement(complete=Completeness.TRUE)
    reasons = []
    if not progress.rows:
        reasons.append("the export holds no rows")
    elif not reading.compliant:
        reasons.append("no record complies: the export may be of the others only")
    if not progress.asked.named:
        reasons.append("it is not said what the export was asked for (--scope)")
    if progress.outside:
        reasons.append("rows lie outside the scopes named")
    if not links_prove(progress.pages):
        reasons.append("the export does not say that nothing follows")
    if reasons:
        return Judgement(complete=Completeness.UNKNOWN, because=tuple(reasons))
    return Judgement(complete=Completeness.TRUE)


def _record(value: Any) -> Any:
    """Return a state record with its members in one spelling."""
    if not isinstance(value, dict):
        return value
    inner = value.get("properties")
    if isinstance(inner, dict) and "policyDefinitionId" in inner:
        # a row of Resource Graph's table `policyresources` wraps the record
        value = inner
    if "ComplianceState" in value and _STATE not in value:
        return {**value, _STATE: value["ComplianceState"]}
    return value


def _faults(record: Any) -> Iterator[str]:
    if not isinstance(record, dict):
        yield "is not an object"
        return
    for name in _REQUIRED:
        if _text(record, name) is None:
            yield f"has no `{name}`; a summary or an aggregation is no export of states"
    if _STATE not in record:
        yield f"has no `{_STATE}`; export whole records, without select or apply"
    elif not isinstance(record[_STATE], str | None):
        yield f"`{_STATE}` is not text"
    if not _is_time(record.get(_TIME)):
        yield f"`{_TIME}` is `{record.get(_TIME)}`, which is no time with a zone"
    groups = record.get("policyDefinitionGroupNames")
    if groups is not None and not _all_texts(groups):
        yield "`policyDefinitionGroupNames` is not a list of texts"
    column = _text(record, "subscriptionId")
    in_id = subscription_of(id_key(_text(record, "resourceId") or ""))
    if column is not None and in_id is not None and ascii_lower(column) != in_id:
        yield f"`subscriptionId` is `{column}`, and the resource id says `{in_id}`"
    if too_deep(record):
        yield f"is nested more than {MOST_NESTED} deep"


def _is_time(value: Any) -> bool:
    if value is None or (isinstance(value, str) and ascii_lower(value.strip()) in _PLACEHOLDERS):
        return True
    try:
        parse_time(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def _all_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def state_values(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column values of a state record; `tbd` and empty text are null."""
    resource_id = str(record["resourceId"])
    key = id_key(resource_id)
    definition = id_key(str(record["policyDefinitionId"]))
    resource_type = canonical_type(_text(record, "resourceType") or "") or type_in_id(key)
    set_definition = _text(record, "policySetDefinitionId")
    action, component_type = _text(record, "policyDefinitionAction"), _text(record, "componentType")
    moment = _text(record, _TIME)
    raw = _text(record, _STATE)
    return {
        "resource_key": key,
        "resource_id": resource_id,
        "resource_type": resource_type,
        "subscription_id": subscription_of(key) or _lower(_text(record, "subscriptionId")),
        "definition_key": definition,
        "definition_name": definition.rsplit("/", 1)[-1],
        "assignment_key": id_key(str(record["policyAssignmentId"])),
        "set_definition_key": _key(set_definition),
        "reference_id": _text(record, "policyDefinitionReferenceId"),
        "group_names": _groups(record.get("policyDefinitionGroupNames")),
        "state": str(fold_state(raw)),
        "state_raw": raw,
        "effect": _lower(action),
        "reason_code": _text(record, "complianceReasonCode"),
        "evaluated_at": None if moment is None else parse_time(moment),
        "component_id": _component_key(_text(record, "componentId")),
        "component_type": None if component_type is None else canonical_type(component_type),
        "parameters": _parameters(record, in_set=set_definition is not None),
        "details": _json(record.get("policyEvaluationDetails")),
    }


def fold_state(raw: str | None) -> PolicyState:
    """Return the compliance state that a free text names; a word we do not know is `other`."""
    return _STATES.get(ascii_lower(raw or "").replace("-", "").replace(" ", ""), PolicyState.OTHER)


def _groups(value: Any) -> list[str] | None:
    names = sorted({name for name in value or () if ascii_lower(name) not in _PLACEHOLDERS})
    return names or None


def _parameters(record: Mapping[str, Any], *, in_set: bool) -> Any:
    """Return the parameters that the definition was evaluated with, where the record says them.

    The parameters of an assignment of an initiative are the initiative's, not the definition's.
    """
    effective = _json(record.get("effectiveParameters"))
    if effective is not None or in_set:
        return effective
    return _json(record.get("policyAssignmentParameters"))


def _json(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value if isinstance(value, dict) else None


def _components(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the columns in which the rows of a record's components differ from its own."""
    components = record.get("components")
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        component_id, raw = _text(component, "id"), _text(component, _STATE)
        if component_id is None or not _is_time(component.get(_TIME)):
            continue
        moment, kind = _text(component, _TIME), _text(component, "type")
        yield {
            "component_id": _component_key(component_id),
            "component_type": None if kind is None else canonical_type(kind),
            "state": str(fold_state(raw)),
            "state_raw": raw,
            "evaluated_at": None if moment is None else parse_time(moment),
        }


def _text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    if not isinstance(value, str) or ascii_lower(value.strip()) in _PLACEHOLDERS:
        return None
    return value


def _component_key(text: str | None) -> str | None:
    """Return the id of a component as a key; the service also gives a bare name."""
    return id_key(text) if text is not None and "/" in text else _lower(text)


def _key(text: str | None) -> str | None:
    return None if text is None else id_key(text)


def _lower(text: str | None) -> str | None:
    return None if text is None else ascii_lower(text)
