from __future__ import annotations

from typing import Any

import pytest

from attestgraph.checks import states
from attestgraph.checks.states import STATE_VERDICTS, judge_state, meets
from attestgraph.model.authored import ParameterBound
from attestgraph.model.snapshot import PolicyState
from attestgraph.model.words import Outcome


@pytest.mark.parametrize("word", list(PolicyState))
@pytest.mark.parametrize("effect", [None, "audit", "Disabled", "Manual"])
@pytest.mark.parametrize("young", [True, False])
@pytest.mark.parametrize("meeting", [True, False])
def test_a_state_passes_only_if_everything_is_right(
    word: PolicyState,
    effect: str | None,
    young: bool,  # noqa: FBT001
    meeting: bool,  # noqa: FBT001
) -> None:
    bound = ParameterBound(parameter="p", operator="equals", value=1)
    code = judge_state(
        word,
        effect=effect,
        parameters='{"p":{"value":1}}' if meeting else "{}",
        young=young,
        requires=(bound,),
    )
    passed = STATE_VERDICTS[code].outcome is Outcome.PASS
    assert passed == (
        word is PolicyState.COMPLIANT and young and meeting and effect in (None, "audit")
    )
    if STATE_VERDICTS[code].outcome is Outcome.FAIL:
        assert word is PolicyState.NONCOMPLIANT


def test_the_order_of_the_codes_is_from_what_counts_least_to_the_worst() -> None:
    worst_first = (
        states.FAIL,
        states.STALE,
        states.STATE_ERROR,
        states.STATE_UNKNOWN,
        states.ATTESTATION_MISSING,
        states.EXEMPT,
        states.PASS,
        states.LOOSER,
    )
    assert list(worst_first) == sorted(worst_first, reverse=True)


@pytest.mark.parametrize(
    ("operator", "wanted", "actual", "expected"),
    [
        ("equals", "Deny", "deny", True),
        ("equals", "Deny", "audit", False),
        ("equals", 90, "90", True),
        ("equals", "90", 90, True),
        ("equals", True, "True", True),
        ("equals", True, True, True),
        ("equals", True, 1, False),
        ("equals", ["a"], ["a"], True),
        ("equals", ["a"], ["b"], False),
        ("minimum", 90, 90, True),
        ("minimum", 90, 89, False),
        ("minimum", 90, "90", True),
        ("minimum", 90, "P90D", False),
        ("minimum", 90, True, False),
        ("minimum", 90, None, False),
        ("maximum", 90, 90, True),
        ("maximum", 90, 91, False),
        ("maximum", 90, "1e9", False),
        ("maximum", 90, "0x1", False),
        ("in", ["Audit", "Deny"], "deny", True),
        ("in", ["Audit", "Deny"], "disabled", False),
        ("in", "deny", "deny", False),
        ("within", ["P-256", "P-384"], ["p-256"], True),
        ("within", ["P-256", "P-384"], [], True),
        ("within", ["P-256", "P-384"], ["P-256", "P-256K"], False),
        ("within", ["P-256"], "P-256", False),
        ("within", ["P-256"], None, False),
        ("within", "P-256", ["P-256"], False),
        ("not_empty", True, "CN=Contoso", True),
        ("not_empty", True, ["a"], True),
        ("not_empty", True, 0, True),
        ("not_empty", True, "", False),
        ("not_empty", True, [], False),
        ("not_empty", True, None, False),
        ("unheard", 1, 1, False),
    ],
)
def test_bounds_of_parameters(operator: str, wanted: Any, actual: Any, expected: bool) -> None:  # noqa: FBT001
    import orjson

    bound = ParameterBound(parameter="Days", operator=operator, value=wanted)
    for form in ({"days": {"value": actual}}, {"DAYS": actual}):
        assert meets(orjson.dumps(form).decode(), (bound,)) is expected, form


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "not json", '{"other":{"value":90}}'])
def test_a_parameter_that_is_not_there_does_not_meet(text: str | None) -> None:
    bound = ParameterBound(parameter="days", operator="maximum", value=90)
    assert not meets(text, (bound,))
    assert meets(text, ())


def test_every_bound_must_be_met() -> None:
    bounds = (
        ParameterBound(parameter="d", operator="minimum", value=30),
        ParameterBound(parameter="d", operator="maximum", value=90),
    )
    assert meets('{"d":60}', bounds)
    assert not meets('{"d":91}', bounds)
    assert not meets('{"d":29}', bounds)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("[parameters('days')]", 30),
        ("[parameters('other')]", "[parameters('other')]"),
        ("[concat(parameters('days'))]", "[concat(parameters('days'))]"),
        (90, 90),
        ([1], [1]),
    ],
)
def test_a_bound_takes_the_controls_own_value(written: Any, wanted: Any) -> None:
    bound = ParameterBound(parameter="d", operator="maximum", value=written)
    assert states.bounds((bound,), {"days": 30})[0].value == wanted
