"""The methodologies that are known, by name."""

from __future__ import annotations

from attestgraph.rollup.methodologies import cmmc, hipaa, nist_800_53a
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
    return (cmmc.METHODOLOGY, hipaa.METHODOLOGY, nist_800_53a.METHODOLOGY)
