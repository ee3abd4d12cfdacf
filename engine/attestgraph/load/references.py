"""Names that must be known: requirements, frameworks, profiles, controls, checks, systems.

Look-up is exact. A name that differs in case only is a fault that shows the exact spelling; else
the nearest is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from attestgraph.diagnostics import Diagnostic, nearest
from attestgraph.model.authored import Control, Framework, ProfileRef
from attestgraph.model.ids import ControlId, FrameworkId, RequirementId, ascii_lower

MOST_LISTED: Final = 12


def spelling(word: str, known: Collection[str]) -> str | None:
    """Return the remedy for an unknown name: the exact spelling, the nearest, or nothing."""
    lowered = ascii_lower(word)
    for name in sorted(known):
        if ascii_lower(name) == lowered:
            return f"it is written `{name}`"
    near = nearest(word, known)
    return f"did you mean `{near[0]}`?" if near else None


def unknown(
    slug: str, noun: str, word: str, known: Collection[str], *, of: str | None = None
) -> Diagnostic | None:
    """Return the fault of a name that is not among the known ones, or None.

    Args:
        slug: The fault's slug.
        noun: What the name is of, such as `check`.
        word: The name.
        known: The names there are.
        of: What holds the names, such as a control's id.
    """
    if word in known:
        return None
    mend = spelling(word, known)
    if mend is None and known and len(known) <= MOST_LISTED:
        mend = "there is " + ", ".join(f"`{name}`" for name in sorted(known))
    holder = f" of `{of}`" if of else ""
    return Diagnostic(slug=slug, message=f"unknown {noun} `{word}`{holder}", help=mend)


def unknown_framework(word: str, frameworks: Mapping[FrameworkId, Framework]) -> Diagnostic | None:
    """Return the fault of a framework that no folder holds, or None."""
    return unknown("unknown-framework", "framework", word, frameworks)


def unknown_requirement(word: str, framework: Framework) -> Diagnostic | None:
    """Return the fault of a requirement that the framework's catalogue does not list, or None."""
    if RequirementId(word) in framework.requirements:
        return None
    return Diagnostic(
        slug="unknown-requirement",
        message=f"`{framework.id}` has no requirement `{word}`",
        help=spelling(word, framework.requirements),
    )


def unknown_profile(word: str, frameworks: Mapping[FrameworkId, Framework]) -> Diagnostic | None:
    """Return the fault of `framework@profile`, or None."""
    name, _, profile = word.partition("@")
    fault = unknown_framework(name, frameworks)
    if fault is not None or not profile:
        return fault
    profiles = frameworks[FrameworkId(name)].profiles
    return unknown("unknown-profile", "profile", profile, profiles, of=name)


def profile_ref(word: str) -> ProfileRef:
    """Return `framework` or `framework@profile` as a value."""
    name, _, profile = word.partition("@")
    return ProfileRef(framework=FrameworkId(name), profile=profile or None)


def unknown_control(word: str, controls: Mapping[ControlId, Control]) -> Diagnostic | None:
    """Return the fault of a control that is not loaded, or None."""
    return unknown("unknown-control", "control", word, controls)


def unknown_check(word: str, control: Control) -> Diagnostic | None:
    """Return the fault of a check that a control does not have, or None."""
    checks = [check.id for check in control.checks]
    return unknown("unknown-check", "check", word, checks, of=control.id)
