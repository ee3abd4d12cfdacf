"""Runs the cases that stand beside each control: a resource in, the word that must come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from attestgraph.checks import states, verdicts
from attestgraph.checks.explainers import explainer_of
from attestgraph.checks.judge import CompiledRelated, Row, RowJudge
from attestgraph.checks.parameters import ParameterSet, Setting, effective
from attestgraph.checks.plan import CheckInstance, context_of, instance_of
from attestgraph.conditions import TRUE, UNKNOWN, Aliases, EvaluationError
from attestgraph.diagnostics import Diagnostic, Span
from attestgraph.model.authored import Check, Control, PolicyTest, RowTest
from attestgraph.model.ids import CheckId, ControlId, ascii_lower, digest_of
from attestgraph.model.records import Library
from attestgraph.model.snapshot import PolicyState
from attestgraph.model.times import parse_time
from attestgraph.model.words import OUTCOME_RANK, Outcome

if TYPE_CHECKING:
    from attestgraph.load import ControlCase

CASE_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The time at which a case without `at` is judged."""

_WORDS: Final[Mapping[Outcome, str]] = {
    Outcome.PASS: "satisfied",
    Outcome.FAIL: "not-satisfied",
    Outcome.ACCEPTED: "not-satisfied",
    Outcome.NOT_EVALUATED: "not-evaluated",
    Outcome.ERROR: "error",
    Outcome.NOT_APPLICABLE: "not-applicable",
}
_PLAIN: Final = {code: verdict for verdict, code in verdicts.RULED.items()}
_SUBJECT: Final = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/case"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one case came out.

    Attributes:
        want: satisfied, not-satisfied, not-evaluated, not-applicable or error.
        got: The same words.
        message: Empty where it passed; else what came out instead, and why.
    """

    control: ControlId
    case: str
    want: str
    got: str
    passed: bool
    message: str = ""
    check: CheckId | None = None
    span: Span | None = None


def run(library: Library, aliases: Aliases, cases: Iterable[ControlCase]) -> tuple[CaseResult, ...]:
    """Run cases in the order given. Each is judged alone, by the code that judges snapshots."""
    del aliases  # resolved when the conditions were parsed
    return tuple(_run(library, case) for case in cases)


def _run(library: Library, case: ControlCase) -> CaseResult:
    control = library.controls.get(case.control)
    if control is None:
        return _result(case, "error", f"no control is called `{case.control}`")
    checks = [c for c in control.checks if _concerns(case, c)]
    faults: list[Diagnostic] = []
    found = [
        outcome
        for check in checks
        for outcome in _outcomes(_instance(library, control, check, case, faults), case)
    ]
    if faults:
        return _result(case, "error", faults[0].message)
    if not found:
        return _result(case, "not-evaluated", "no check of the control judges this case")
    # the worst; of equals the first
    outcome, why = max(found, key=lambda entry: OUTCOME_RANK[entry[0]])
    return _result(case, _WORDS[outcome], why)


def _concerns(case: ControlCase, check: Check) -> bool:
    """Tell whether a case tries a check: the one it names, or all that it gives evidence for."""
    if case.check is not None:
        return case.check == check.id
    if isinstance(check.test, PolicyTest):
        return bool(case.states)
    return isinstance(check.test, RowTest) and case.resource is not None


def _result(case: ControlCase, got: str, why: str) -> CaseResult:
    passed = got == case.want
    return CaseResult(
        control=case.control,
        case=case.case,
        want=case.want,
        got=got,
        passed=passed,
        message="" if passed else f"wanted {case.want}, got {got}" + (f": {why}" if why else ""),
        check=case.check,
        span=case.span,
    )


def _instance(
    library: Library,
    control: Control,
    check: Check,
    case: ControlCase,
    faults: list[Diagnostic],
) -> CheckInstance:
    base = effective(control, library.workspace).base
    values = {
        **base.values,
        **{name: Setting(value=value, set_by="case") for name, value in case.parameters.items()},
    }
    digest = digest_of({name: setting.value for name, setting in values.items()})
    chosen = ParameterSet(digest=digest, values=values)
    return instance_of(control, check, chosen, case.at or CASE_AT, faults)


def _outcomes(instance: CheckInstance, case: ControlCase) -> list[tuple[Outcome, str]]:
    row = _subject(instance, case.resource)
    compiled = instance.compiled.get(str(row["type"]))
    if compiled is None:
        return []
    lookups = tuple(_lookup(entry, case.related) for entry in compiled.related)
    by_rule = case.resource is not None and not case.states
    ruled = _rule(instance, str(row["type"]), case) if by_rule else None
    verdict, why = _judged(compiled.bind(lookups, rule=ruled), row)
    if verdict == verdicts.BY_STATE:
        return [(_by_states(instance, case), "")]
    verdict = _PLAIN.get(verdict, verdict)
    if verdict in (verdicts.FAIL, verdicts.FAIL_ABSENT):
        why = _why(instance, row, case.at or CASE_AT)
    return [(verdicts.VERDICTS[verdict].outcome, why)]


def _rule(instance: CheckInstance, resource_type: str, case: ControlCase) -> RowJudge | None:
    """Return the judge of a policy's rule, for a resource without a state."""
    rule = instance.rules.get(resource_type)
    if rule is None:
        return None
    existence = rule.existence
    if existence is None:
        return rule.bind(None)
    rows = [
        (row, None)
        for row in case.related
        if ascii_lower(str(row.get("type", ""))) == existence.resource_type
    ]
    return rule.bind(lambda subject: existence.among(subject, rows))


def _judged(judge: RowJudge, row: Row) -> tuple[str, str]:
    try:
        return judge(row), ""
    except EvaluationError as error:
        return verdicts.FAULTY, str(error)


def _subject(instance: CheckInstance, resource: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the row of a case, with what every row has."""
    row = dict(resource or {})
    row["type"] = ascii_lower(str(row.get("type") or (instance.types or ("",))[0]))
    row.setdefault("name", "case")
    row.setdefault("id", f"{_SUBJECT}/providers/{row['type']}/{row['name']}")
    return row


def _lookup(entry: CompiledRelated, rows: tuple[Mapping[str, Any], ...]) -> Callable[[str], int]:
    # a case gives the related resources that are within reach; there is no snapshot to search
    codes = [
        entry.counts(row)
        for row in rows
        if ascii_lower(str(row.get("type", ""))) == entry.related.type
    ]
    answer = entry.enough(codes.count(TRUE), codes.count(UNKNOWN), gap=False)
    return lambda _key: answer


def _why(instance: CheckInstance, row: Row, at: datetime) -> str:
    explain = explainer_of(instance, str(row["type"]), context_of(at))
    if explain is None:
        return ""
    detail = explain(row)
    if detail.path is None:
        return f"expected {detail.expected}"
    return f"`{detail.path}` is {detail.actual}, expected {detail.expected}"


def _by_states(instance: CheckInstance, case: ControlCase) -> Outcome:
    test = instance.check.test
    if not isinstance(test, PolicyTest):
        return Outcome.NOT_EVALUATED
    required = states.bounds(test.requires, instance.parameters.plain)
    judged = replace(test, requires=required)
    codes = [_state(judged, state, case.at or CASE_AT) for state in case.states]
    return states.STATE_VERDICTS[max(codes, default=states.NOT_ASSIGNED)].outcome


def _state(test: PolicyTest, record: Mapping[str, Any], at: datetime) -> int:
    members = {ascii_lower(str(key)): value for key, value in record.items()}
    word = ascii_lower(str(members.get("compliancestate") or ""))
    known = {str(state) for state in PolicyState}
    parameters = members.get("effectiveparameters") or members.get("policyassignmentparameters")
    written = parameters if isinstance(parameters, str) else orjson.dumps(parameters or {}).decode()
    time = members.get("timestamp")
    age = at - parse_time(str(time)) if time else None
    return states.judge_state(
        word if word in known else str(PolicyState.OTHER),
        effect=str(members.get("policydefinitionaction") or ""),
        parameters=written,
        young=age is None or test.max_state_age is None or age <= test.max_state_age,
        requires=test.requires,
    )
