"""Lints of policy checks: a twin that counts twice, and definitions that Microsoft gave up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.model.authored import Check, Control, DefinitionFacts, PolicyTest, RowTest
from attestgraph.model.ids import ascii_lower

Definitions = Mapping[str, DefinitionFacts]
_DEPRECATED: Final = "[deprecated]"
# these judge by what exists beside the resource, as a row check does with `related`
_BY_EXISTENCE: Final = frozenset({"auditifnotexists", "deployifnotexists"})


def policy_faults(control: Control, definitions: Definitions) -> Iterator[Diagnostic]:
    """Yield what stands against the policy checks of a control.

    Slugs, both warnings: `twin-not-alternative` (a row check of the same types judges beside the
    policy check, and no row check is its alternative), `deprecated-definition`. Nothing is said of
    a definition that is not known, nor of the references of an initiative: they are as they are.
    """
    for check in control.checks:
        test = check.test
        if not isinstance(test, PolicyTest) or "initiative" in check.document:
            continue
        facts = definitions.get(test.definition.rpartition("/")[2])
        if facts is not None:
            yield from _deprecated(control, check, facts)
            yield from _twin(control, check, facts, frozenset((*test.types, *facts.types)))


def _deprecated(control: Control, check: Check, facts: DefinitionFacts) -> Iterator[Diagnostic]:
    if ascii_lower(facts.title).startswith(_DEPRECATED):
        yield Diagnostic(
            slug="deprecated-definition",
            severity=Severity.WARNING,
            message=(
                f"check `{check.id}` of control `{control.id}` reads the states of a definition "
                f"that is deprecated: {facts.title}"
            ),
            help="name its successor, or leave the check out",
            span=check.span or control.span,
        )


def _twin(
    control: Control, check: Check, facts: DefinitionFacts, types: frozenset[str]
) -> Iterator[Diagnostic]:
    by_existence = ascii_lower(facts.effect) in _BY_EXISTENCE
    beside = [
        row
        for row in control.checks
        if isinstance(row.test, RowTest)
        and not types.isdisjoint(row.test.types)
        and bool(row.test.related) == by_existence
    ]
    group = check.alternative
    if not beside or (group is not None and any(row.alternative == group for row in beside)):
        return
    yield Diagnostic(
        slug="twin-not-alternative",
        severity=Severity.WARNING,
        message=(
            f"check `{check.id}` of control `{control.id}` judges what the row check "
            f"`{beside[0].id}` judges, and is not its alternative: both are required"
        ),
        help="give both the same `evidence: {alternative: …}`, or make two controls of them",
        span=check.span or control.span,
    )
