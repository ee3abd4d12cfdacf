"""Policy checks beside row checks of the same thing, and definitions that were given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestgraph.checks import lint
from attestgraph.diagnostics import Diagnostic, Severity, Span
from attestgraph.model.authored import Check, DefinitionFacts
from tests.evaluate.world import (
    DEFINITION,
    SITE,
    VAULT,
    World,
    check,
    control,
    policy_test,
    related,
    rows_test,
)

SPAN = Span(path="c.yaml", line=3, column=5, end_line=3, end_column=9)
SECRET = "microsoft.keyvault.data/vaults/secrets"  # noqa: S105 a type
TITLE = "Vaults have it on"


def facts(
    title: str = TITLE, effect: str = "audit", types: tuple[str, ...] = (VAULT,)
) -> DefinitionFacts:
    return DefinitionFacts(
        name=DEFINITION, title=title, category="Key Vault", mode="All", effect=effect, types=types
    )


def found(*checks: Check, known: DefinitionFacts | None) -> tuple[Diagnostic, ...]:
    library = World(controls=(control(*checks),), tables={}).library()
    definitions = {known.name: known} if known else {}
    return lint(replace(library, definitions=definitions))


def slugs(*checks: Check, known: DefinitionFacts | None = None) -> list[str]:
    return [fault.slug for fault in found(*checks, known=known or facts())]


def row(name: str = "row", *, group: str | None = None, types: tuple[str, ...] = (VAULT,)) -> Check:
    return check(rows_test(types=types), name, alternative=group)


def policy(*, group: str | None = None, types: tuple[str, ...] = (VAULT,)) -> Check:
    return replace(check(policy_test(types=types), "policy", alternative=group), span=SPAN)


@pytest.mark.parametrize("groups", [(None, None), ("a", None), (None, "a"), ("a", "b")])
def test_a_twin_that_is_no_alternative_is_told(groups: tuple[str | None, str | None]) -> None:
    (fault,) = found(row(group=groups[0]), policy(group=groups[1]), known=facts())
    assert (fault.slug, fault.severity, fault.span) == (
        "twin-not-alternative",
        Severity.WARNING,
        SPAN,
    )
    assert "`row`" in fault.message


def test_alternatives_are_left_alone_whatever_else_the_control_asks() -> None:
    assert slugs(row(group="a"), policy(group="a")) == []
    assert slugs(row(group="a"), policy(group="a"), row("other")) == []


def test_a_policy_check_alone_has_no_twin() -> None:
    assert slugs(policy()) == []
    assert slugs(policy(), row(types=(SITE,))) == []


def test_the_types_of_the_definition_count_beside_those_of_the_check() -> None:
    secrets = facts(types=(SECRET,))
    assert slugs(row(types=(SECRET,)), policy(), known=secrets) == ["twin-not-alternative"]
    assert slugs(row(types=(SECRET,), group="a"), policy(group="a"), known=secrets) == []


@pytest.mark.parametrize("effect", ["auditIfNotExists", "DeployIfNotExists"])
def test_a_definition_that_judges_by_existence_is_held_against_related(effect: str) -> None:
    known = facts(effect=effect)
    beside = check(rows_test(None, related=(related(),)), "row")
    assert slugs(row(), policy(), known=known) == []
    assert slugs(beside, policy(), known=known) == ["twin-not-alternative"]
    assert slugs(beside, policy()) == []


def test_nothing_is_said_of_an_unknown_definition_or_an_initiative() -> None:
    assert found(row(), policy(), known=None) == ()
    adopted = replace(policy(), document={"policy": DEFINITION, "initiative": "i"})
    assert slugs(row(), adopted, known=facts(title="[Deprecated]: " + TITLE)) == []


@pytest.mark.parametrize("title", ["[Deprecated]: " + TITLE, "[deprecated] " + TITLE])
def test_a_deprecated_definition_is_told(title: str) -> None:
    (fault,) = found(policy(), known=facts(title=title))
    assert (fault.slug, fault.severity, fault.span) == (
        "deprecated-definition",
        Severity.WARNING,
        SPAN,
    )
    assert title in fault.message
    assert slugs(policy()) == []
