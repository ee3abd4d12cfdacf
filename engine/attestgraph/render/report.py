"""Builds the one ReportModel of a run; every format prints its numbers and counts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attestgraph.diagnostics import Diagnostic, InputError, nearest
from attestgraph.formats import markup
from attestgraph.render import scope
from attestgraph.render.findings import FindingsSource, Gathered, Run
from attestgraph.render.model import ReportModel
from attestgraph.render.system import Pages, SystemBuilder

FRONT_PAGE = "index.html"


def report(run: Run, *, system: str | None = None, frameworks: Sequence[str] = ()) -> ReportModel:
    """Return the report of a run.

    Args:
        run: A stored run; nothing else is read (decision 0008).
        system: One system only; None for all.
        frameworks: Framework ids or `framework@profile`; empty for all.

    Raises:
        InputError: The run has no such system or framework.
    """
    document = run.run
    chosen = _systems(document, system)
    wanted = _frameworks(chosen, frameworks)
    source = FindingsSource(run=run, systems=frozenset(entry["system"] for entry in chosen))
    gathered = Gathered(source)
    oldest, youngest = scope.ages(document)
    return ReportModel(
        organisation=document["organisation"],
        classification=document["classification"],
        run=document["run"],
        evaluated_at=document["evaluated_at"],
        tool=scope.tool_words(document["tool"]),
        content=scope.content_words(document["content"]),
        digests=scope.digests(document["inputs"]),
        origin=document["snapshot"]["origin"],
        created_at=document["snapshot"]["created_at"],
        oldest=oldest,
        youngest=youngest,
        resources=document["totals"]["resources"],
        policy_states=document["totals"]["policy_states"],
        unassigned=document["totals"]["unassigned"],
        tables=scope.tables(document),
        exclusions=scope.exclusions(document),
        overrides=scope.overrides(document),
        warnings=tuple(scope.warning_words(w) for w in document["warnings"]),
        systems=tuple(
            SystemBuilder(run, entry, wanted, gathered).report(pages)
            for entry, pages in zip(chosen, _pages(chosen), strict=True)
        ),
        findings=source,
    )


def _pages(systems: Sequence[Mapping[str, Any]]) -> list[Pages]:
    """Return the names of the pages of each system: no two files have one name."""
    taken = {FRONT_PAGE.removesuffix(".html")}
    names = [markup.unique(markup.anchor(entry["system"]), taken) for entry in systems]
    return [Pages(name=name, taken=taken) for name in names]


def _systems(document: Mapping[str, Any], system: str | None) -> list[Mapping[str, Any]]:
    entries: list[Mapping[str, Any]] = list(document["systems"])
    if system is None:
        return entries
    chosen = [entry for entry in entries if entry["system"] == system]
    if not chosen:
        names = [entry["system"] for entry in entries]
        raise _unknown("system", system, names)
    return chosen


def _frameworks(
    systems: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> frozenset[str] | None:
    """Return the wanted `framework@profile` names, or None for all."""
    if not names:
        return None
    known = sorted({ref for entry in systems for ref in entry["frameworks"]})
    chosen: set[str] = set()
    for name in names:
        hits = [ref for ref in known if name in (ref, ref.partition("@")[0])]
        if not hits:
            raise _unknown("framework", name, known)
        chosen.update(hits)
    return frozenset(chosen)


def _unknown(what: str, name: str, known: Sequence[str]) -> InputError:
    close = nearest(name, known)
    helped = f"did you mean `{close[0]}`?" if close else "it has " + ", ".join(known)
    return InputError(
        Diagnostic(slug=f"unknown-{what}", message=f"the run has no {what} `{name}`", help=helped)
    )
