"""What one compliance state of Azure Policy says (ASSESSMENT section 3, Policy states).

A state counts as a pass only where the assignment's parameters meet what the check requires, the
state is young enough, and the effect was at work. Every other word than compliant and non-compliant
is not an evaluation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from attestgraph.checks.verdicts import Verdict
from attestgraph.diagnostics import Reason
from attestgraph.model.authored import ParameterBound, ParameterValue
from attestgraph.model.ids import ascii_lower
from attestgraph.model.snapshot import PolicyState
from attestgraph.model.words import FindingBasis, Outcome

LOOSER: Final = 0
PASS: Final = 1
EXEMPT: Final = 2
ATTESTATION_MISSING: Final = 3
STATE_UNKNOWN: Final = 4
STATE_ERROR: Final = 5
STALE: Final = 6
FAIL: Final = 7
NOT_ASSIGNED: Final = 8
UNSEEN: Final = 10

_BY_STATE: Final = FindingBasis.POLICY_STATE
# CONTRACT section 4: what of a string is a number
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def _unknown(reason: Reason) -> Verdict:
    return Verdict(outcome=Outcome.NOT_EVALUATED, reason=reason, basis=_BY_STATE)


STATE_VERDICTS: Final[Mapping[int, Verdict]] = {
    LOOSER: _unknown(Reason.LOOSER_PARAMETERS),
    PASS: Verdict(outcome=Outcome.PASS, basis=_BY_STATE),
    EXEMPT: _unknown(Reason.EXEMPT),
    ATTESTATION_MISSING: _unknown(Reason.ATTESTATION_MISSING),
    STATE_UNKNOWN: _unknown(Reason.STATE_UNKNOWN),
    STATE_ERROR: _unknown(Reason.STATE_ERROR),
    STALE: _unknown(Reason.STALE),
    FAIL: Verdict(outcome=Outcome.FAIL, basis=_BY_STATE),
    NOT_ASSIGNED: Verdict(outcome=Outcome.NOT_EVALUATED, reason=Reason.NOT_ASSIGNED),
    # states may be missing there, so nobody knows that the definition is not assigned
    UNSEEN: Verdict(outcome=Outcome.NOT_EVALUATED, reason=Reason.INCOMPLETE),
}
"""What each code says. Of several states of one resource the highest code below `NOT_ASSIGNED`
holds: the worst of those that meet the requirements, and looser ones only where there is no other.
"""


def judge_state(
    state: str,
    *,
    effect: str | None,
    parameters: str | None,
    young: bool,
    requires: Sequence[ParameterBound],
) -> int:
    """Return the code of one state.

    Args:
        state: The folded word, see `PolicyState`.
        effect: The effect of the assignment, where known.
        parameters: The effective parameters, JSON text.
        young: The state was evaluated recently enough and not in the future.
        requires: Bounds that the parameters must meet.
    """
    if not meets(parameters, requires):
        return LOOSER
    if not young:
        return STALE
    match PolicyState(state):
        case PolicyState.NONCOMPLIANT:
            return FAIL
        case PolicyState.COMPLIANT:
            return _compliant(ascii_lower(effect or ""))
        case PolicyState.EXEMPT:
            return EXEMPT
        case PolicyState.ERROR | PolicyState.CONFLICT:
            return STATE_ERROR
        case PolicyState.PROTECTED | PolicyState.UNKNOWN | PolicyState.OTHER:
            return STATE_UNKNOWN


def _compliant(effect: str) -> int:
    if effect == "disabled":
        return STATE_UNKNOWN
    return ATTESTATION_MISSING if effect == "manual" else PASS


def bounds(
    requires: Sequence[ParameterBound], values: Mapping[str, ParameterValue]
) -> tuple[ParameterBound, ...]:
    """Return bounds with the control's own values in place of `[parameters('name')]`.

    So an assignment that meets the library's value does not pass where the workspace, or a
    framework, asks for a stricter one.
    """
    return tuple(_valued(bound, values) for bound in requires)


def _valued(bound: ParameterBound, values: Mapping[str, ParameterValue]) -> ParameterBound:
    name = bound.stands_for
    return bound if name is None or name not in values else replace(bound, value=values[name])


def meets(parameters: str | None, requires: Sequence[ParameterBound]) -> bool:
    """Tell whether an assignment's parameters meet all bounds; a missing one does not."""
    if not requires:
        return True
    values = _values(parameters)
    return all(_meets(values, bound) for bound in requires)


def _values(parameters: str | None) -> dict[str, Any]:
    try:
        document = orjson.loads(parameters) if parameters else {}
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(document, dict):
        return {}
    # assignments write {"name": {"value": 1}}, other answers the bare value
    return {
        ascii_lower(name): value["value"] if isinstance(value, dict) and "value" in value else value
        for name, value in document.items()
    }


def _meets(values: Mapping[str, Any], bound: ParameterBound) -> bool:
    name = ascii_lower(bound.parameter)
    if name not in values:
        return False
    value = values[name]
    match bound.operator:
        case "equals":
            return _same(value, bound.value)
        case "in":
            return isinstance(bound.value, list | tuple) and any(
                _same(value, wanted) for wanted in bound.value
            )
        case "within":
            return (
                isinstance(value, list)
                and isinstance(bound.value, list | tuple)
                and all(any(_same(member, wanted) for wanted in bound.value) for member in value)
            )
        case "not_empty":
            return value not in (None, "", [], {})
        case "minimum" | "maximum":
            number, limit = _number(value), _number(bound.value)
            if number is None or limit is None:
                return False
            return number >= limit if bound.operator == "minimum" else number <= limit
        case _:
            return False


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return ascii_lower(str(value)) == ascii_lower(str(wanted))
    if isinstance(value, str) and isinstance(wanted, str):
        return ascii_lower(value) == ascii_lower(wanted)
    first, second = _number(value), _number(wanted)
    return first == second if first is not None and second is not None else bool(value == wanted)


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return None
