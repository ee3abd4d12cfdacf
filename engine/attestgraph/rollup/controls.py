"""From tallies to controls: checks, groups of alternatives, and the worst of them.

The rules are those of ASSESSMENT sections 2 and 3. Nothing here ends in a pass by default: what has
no findings, or findings of no meaning, is not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from attestgraph.checks.parameters import ParameterSet
from attestgraph.checks.plan import kind_of
from attestgraph.diagnostics import Reason
from attestgraph.model.authored import Check, Control
from attestgraph.model.concluded import CheckStatus, CheckTally, ControlStatus
from attestgraph.model.ids import CheckId, SystemId
from attestgraph.model.words import Basis, Outcome, Result, worst_result

_Key = TypeVar("_Key", Outcome, Reason)
JUDGED: Final = (Outcome.FAIL, Outcome.ACCEPTED, Outcome.PASS)
"""Outcomes of findings that a person or the engine has looked at and judged."""


def tally_result(tally: CheckTally) -> Result:
    """Return what the findings of one check come to: the fold of ASSESSMENT section 2."""
    if tally.counts.get(Outcome.FAIL, 0):
        return Result.NOT_SATISFIED
    if tally.counts.get(Outcome.NOT_EVALUATED, 0) or tally.counts.get(Outcome.ERROR, 0):
        return Result.NOT_EVALUATED
    if tally.counts.get(Outcome.ACCEPTED, 0):
        return Result.ACCEPTED
    if tally.counts.get(Outcome.PASS, 0):
        return Result.SATISFIED
    # findings of "not applicable" alone say nothing: only complete evidence says "none deployed"
    known = tally.none_deployed and tally.left_out is None
    return Result.NONE_DEPLOYED if known else Result.NOT_EVALUATED


def is_left_out(check: CheckStatus) -> bool:
    """Tell whether a member of a group of alternatives takes no part: it is not configured.

    A member with findings always takes part, whatever its plan says, and a required check is never
    left out.
    """
    configured = check.left_out is None or check.alternative is None
    return not configured and not any(check.tally.counts.values())


def checks_result(checks: Iterable[CheckStatus]) -> Result:
    """Return the worst of the required checks and the groups; of nothing, not-evaluated."""
    required: list[Result] = []
    groups: dict[str, list[Result]] = {}
    for check in checks:
        if check.alternative is None:
            required.append(check.result)
            continue
        group = groups.setdefault(check.alternative, [])
        if not is_left_out(check):
            group.append(check.result)
    # the worst of a group with no member left is not-evaluated
    return worst_result([*required, *(worst_result(group) for group in groups.values())])


def control_status(
    system: SystemId,
    control: Control,
    values: ParameterSet,
    tallies: Mapping[CheckId, CheckTally],
) -> ControlStatus:
    """Return what a control comes to in a system, with one set of parameter values.

    Args:
        system: The system that the tallies are of.
        control: The control as authored.
        values: The effective parameter values.
        tallies: The findings of its checks, counted, with those values; a check without a tally has
            no findings and is not evaluated.
    """
    checks = tuple(
        _check_status(system, control, values, check, tallies.get(check.id))
        for check in sorted(control.checks, key=lambda c: c.id)
    )
    counted = [check for check in checks if not is_left_out(check)]
    return ControlStatus(
        system=system,
        control=control.id,
        parameters=values.digest,
        result=checks_result(checks),
        bases=frozenset(_basis(check) for check in counted if _is_judged(check)),
        counts=_summed(check.tally.counts for check in counted),
        reasons=_summed(check.tally.reasons for check in counted),
        accepted=any(check.tally.counts.get(Outcome.ACCEPTED, 0) for check in counted),
        none_deployed=sum(check.result is Result.NONE_DEPLOYED for check in counted),
        checks=checks,
        exceptions=tuple(sorted({e for check in counted for e in check.tally.exceptions})),
        notes=tuple(sorted({note for check in counted for note in check.tally.notes})),
    )


def unknown_values(digest: str) -> ParameterSet:
    """Return a set of parameter values of which only the digest is known."""
    return ParameterSet(digest=digest, values={})


def _check_status(
    system: SystemId,
    control: Control,
    values: ParameterSet,
    check: Check,
    tally: CheckTally | None,
) -> CheckStatus:
    known = tally or CheckTally(
        system=system, control=control.id, check=check.id, parameters=values.digest, counts={}
    )
    return CheckStatus(
        check=check.id,
        says=check.says,
        alternative=check.alternative,
        parameters=values.digest,
        values={name: values.values[name].value for name in sorted(values.values)},
        result=tally_result(known),
        left_out=known.left_out,
        kind=kind_of(check.test),
        tally=known,
    )


def _is_judged(check: CheckStatus) -> bool:
    return any(check.tally.counts.get(outcome, 0) for outcome in JUDGED)


def _basis(check: CheckStatus) -> Basis:
    match check.kind:
        case "policy":
            return Basis.POLICY
        case "attest":
            return Basis.ATTESTED
        case _:
            return Basis.AUTOMATED


def _summed(counts: Iterable[Mapping[_Key, int]]) -> dict[_Key, int]:
    total: dict[_Key, int] = {}
    for each in counts:
        for key, count in each.items():
            total[key] = total.get(key, 0) + count
    return {key: total[key] for key in sorted(total, key=str) if total[key]}
