"""Builds the one ReportModel of a run; every format prints its numbers and counts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attestgraph.diagnostics import Diagnostic, InputError, nearest
from attestgraph.formats import markup
from attestgraph.render import scope
from attestgraph.render.controls import control_report, reason_reports, totals_of
from attestgraph.render.findings import FindingsSource, Gathered, Run
from attestgraph.render.model import (
    ControlReport,
    FrameworkReport,
    ReportModel,
    Support,
    SystemReport,
)
from attestgraph.render.records import attestation_report, exception_report
from attestgraph.render.requirements import Places, framework_report

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
            _System(run, entry, wanted, gathered).report(page)
            for entry, page in zip(chosen, _page_names(chosen), strict=True)
        ),
        findings=source,
    )


def _page_names(systems: Sequence[Mapping[str, Any]]) -> list[str]:
    if len(systems) == 1:
        return [FRONT_PAGE]
    taken = {FRONT_PAGE.removesuffix(".html")}
    return [markup.unique(markup.anchor(entry["system"]), taken) + ".html" for entry in systems]


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


class _System:
    """Builds the report of one system: places first, then what stands there."""

    def __init__(
        self,
        run: Run,
        entry: Mapping[str, Any],
        wanted: frozenset[str] | None,
        gathered: Gathered,
    ) -> None:
        self.entry = entry
        self.name: str = entry["system"]
        self.document = run.run
        self.wanted = wanted
        self.gathered = gathered
        self.anchors: set[str] = set()
        self.control_entries = [c for c in run.controls if c["system"] == self.name]
        self.rows = [r for r in run.requirements if r["system"] == self.name]
        records = self.document["records"]
        self.exceptions: list[Mapping[str, Any]] = records["exceptions"]
        self.attestations = [a for a in records["attestations"] if a["system"] in (None, self.name)]
        self.places = self._places()

    def report(self, page: str) -> SystemReport:
        """Return the whole report of the system, to be written to `page`."""
        frameworks = self._framework_reports()
        controls = self._control_reports(frameworks)
        requirements = {(f.framework, r.id): r.anchor for f in frameworks for r in f.requirements}
        anchors = {c.control: c.anchor for c in reversed(controls)}
        return SystemReport(
            system=self.name,
            title=self.entry["title"] or self.name,
            owner=self.entry["owner"],
            page=page,
            anchor=markup.anchor("s", self.name),
            boundary=scope.boundary_words(self.entry["boundary"]),
            data_classes=tuple(self.entry["data_classes"]),
            categorisation=self.entry["categorisation"],
            frameworks=frameworks,
            controls=controls,
            totals=totals_of(controls),
            reasons=reason_reports(controls),
            exceptions=tuple(
                exception_report(
                    record,
                    self.places.records[record["id"]],
                    anchors.get(record["control"]),
                    self.gathered.accepted.get((self.name, record["id"]), 0),
                )
                for record in self.exceptions
            ),
            attestations=tuple(
                attestation_report(record, self.places.records[record["id"]], requirements)
                for record in self.attestations
            ),
            parameters=tuple(p for control in controls for p in control.parameters),
        )

    def _places(self) -> Places:
        keys = [(c["control"], c["parameters"]["digest"]) for c in self.control_entries]
        records = [("x", e["id"]) for e in self.exceptions]
        records += [("a", a["id"]) for a in self.attestations]
        return Places(
            controls={key: markup.unique(markup.anchor("c", key[0]), self.anchors) for key in keys},
            records={
                name: markup.unique(markup.anchor(kind, name), self.anchors)
                for kind, name in records
            },
            attestations={a["id"]: a for a in self.attestations},
            exceptions={e["id"]: e for e in self.exceptions},
            counts=dict(zip(keys, self.control_entries, strict=True)),
        )

    def _framework_reports(self) -> tuple[FrameworkReport, ...]:
        found = []
        for ref in self.entry["frameworks"]:
            if self.wanted is not None and ref not in self.wanted:
                continue
            framework, _, profile = ref.partition("@")
            key = (framework, profile or None)
            entry = next(
                f
                for f in self.document["frameworks"]
                if (f["framework"], f["profile"] or None) == key
            )
            rows = [r for r in self.rows if (r["framework"], r["profile"] or None) == key]
            found.append(framework_report(entry, rows, self.places, self.anchors))
        return tuple(found)

    def _control_reports(self, frameworks: Sequence[FrameworkReport]) -> tuple[ControlReport, ...]:
        supports: dict[str, list[Support]] = {}
        for framework in frameworks:
            for requirement in framework.requirements:
                made = Support(
                    framework=framework.name,
                    requirement=requirement.id,
                    anchor=requirement.anchor,
                )
                for anchor in dict.fromkeys(c.anchor for c in requirement.controls if c.anchor):
                    supports.setdefault(anchor, []).append(made)
        placed = zip(self.places.controls.values(), self.control_entries, strict=True)
        return tuple(
            control_report(entry, self.places, self.gathered, supports.get(anchor, ()))
            for anchor, entry in placed
        )
