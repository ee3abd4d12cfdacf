"""The methodologies that are known, by name."""

from __future__ import annotations

from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.model.records import Library
from attestgraph.rollup.methodologies import cmmc, hipaa, nist_800_53a, others
from attestgraph.rollup.methodologies.form import Methodology


def known() -> tuple[str, ...]:
    """Return the names of the methodologies that have rules of their own."""
    return tuple(m.name for m in _all())


def methodology(name: str) -> Methodology:
    """Return a methodology; one without rules of its own has no words and every row for itself."""
    for each in _all():
        if each.name == name:
            return each
    return Methodology(name=name, words={}, made_of_children=False)


def _all() -> tuple[Methodology, ...]:
    return (
        cmmc.METHODOLOGY,
        hipaa.METHODOLOGY,
        nist_800_53a.METHODOLOGY,
        others.NIST_800_171A,
        others.CIS,
        others.HITRUST,
        others.ITSG_33,
        others.FIPS,
    )


def methodology_warnings(library: Library) -> tuple[Diagnostic, ...]:
    """Return a warning for each framework whose methodology has no rules here.

    Slug: `unknown-methodology`. Its rows are then concluded one by one, in our own words.
    """
    return tuple(
        Diagnostic(
            slug="unknown-methodology",
            severity=Severity.WARNING,
            message=(
                f"framework `{framework.id}` names the methodology `{framework.methodology}`, "
                "which has no rules of its own here"
            ),
            help=f"known: {', '.join(known())}; or leave it, and every row stands by itself",
            span=framework.span,
        )
        for framework in library.frameworks.values()
        if framework.methodology not in known()
    )
