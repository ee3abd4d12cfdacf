"""Builds the report of one system: places first, then what stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attestgraph.formats import markup
from attestgraph.render import scope
from attestgraph.render.attention import attention
from attestgraph.render.controls import control_report, reason_reports, totals_of
from attestgraph.render.findings import Gathered, Run
from attestgraph.render.model import ControlReport, FrameworkReport, Support, SystemReport
from attestgraph.render.records import attestation_report, exception_report
from attestgraph.render.requirements import Places, framework_report
from attestgraph.render.resources import Touched, resource_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The names of a system's pages; `taken` is shared by all systems of a report."""

    name: str
    taken: set[str]

    def page(self, *parts: str) -> str:
        """Return a new file name made of the system's name and these parts."""
        wanted = "-".join([self.name, *(markup.anchor(part) for part in parts)])
        return markup.unique(wanted, self.taken) + ".html"


class SystemBuilder:
    """Builds the report of one system from a run."""

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
        self.control_entries = [c for c in run.controls if c["system"] == self.name]
        self.rows = [r for r in run.requirements if r["system"] == self.name]
        records = self.document["records"]
        self.exceptions: list[Mapping[str, Any]] = records["exceptions"]
        self.attestations = [a for a in records["attestations"] if a["system"] in (None, self.name)]
        self.places = self._places()

    def report(self, pages: Pages) -> SystemReport:
        """Return the whole report of the system, its pages named by `pages`."""
        names = (f"{pages.name}.html", pages.page("controls"), pages.page("resources"))
        frameworks = self._framework_reports(pages)
        controls = self._control_reports(frameworks)
        anchors = {c.control: c.anchor for c in reversed(controls)}
        exceptions = tuple(
            exception_report(
                record,
                self.places.records[record["id"]],
                anchors.get(record["control"]),
                self.gathered.accepted.get((self.name, record["id"]), 0),
            )
            for record in self.exceptions
        )
        places = {
            (f.framework, r.id): f"{f.page}#{r.anchor}" for f in frameworks for r in f.requirements
        }
        places |= {("", name): f"{names[1]}#{anchor}" for name, anchor in anchors.items()}
        attestations = tuple(
            attestation_report(record, self.places.records[record["id"]], places)
            for record in self.attestations
        )
        return SystemReport(
            system=self.name,
            title=self.entry["title"] or self.name,
            owner=self.entry["owner"],
            page=names[0],
            controls_page=names[1],
            resources_page=names[2],
            anchor=markup.anchor("s", self.name),
            boundary=scope.boundary_words(self.entry["boundary"]),
            data_classes=tuple(self.entry["data_classes"]),
            categorisation=self.entry["categorisation"],
            frameworks=frameworks,
            controls=controls,
            totals=totals_of(controls),
            reasons=reason_reports(controls, self._missing_tables()),
            exceptions=exceptions,
            attestations=attestations,
            parameters=tuple(p for control in controls for p in control.parameters),
            attention=attention(
                controls,
                exceptions,
                attestations,
                records=self.exceptions,
                pages=names,
                at=self.document["evaluated_at"],
            ),
            index=resource_index(
                self.gathered,
                self.name,
                _touched(controls),
                [(f.page, r.anchor) for f in frameworks for r in f.requirements],
            ),
        )

    def _missing_tables(self) -> dict[tuple[str, str], list[str]]:
        """Return the tables that each check needs and that are not known to be complete."""
        whole = {t.name for t in scope.tables(self.document) if t.complete == "complete"}
        return {
            (entry["control"], entry["check"]): [
                need["table"] for need in entry["needs"] if need["table"] not in whole
            ]
            for entry in self.document["checks"]
        }

    def _places(self) -> Places:
        keys = [(c["control"], c["parameters"]["digest"]) for c in self.control_entries]
        records = [("x", e["id"]) for e in self.exceptions]
        records += [("a", a["id"]) for a in self.attestations]
        controls: set[str] = set()
        registers: set[str] = set()
        return Places(
            controls={key: markup.unique(markup.anchor("c", key[0]), controls) for key in keys},
            records={
                name: markup.unique(markup.anchor(kind, name), registers) for kind, name in records
            },
            attestations={a["id"]: a for a in self.attestations},
            exceptions={e["id"]: e for e in self.exceptions},
            counts=dict(zip(keys, self.control_entries, strict=True)),
        )

    def _framework_reports(self, pages: Pages) -> tuple[FrameworkReport, ...]:
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
            page = pages.page(framework, *([profile] if profile else []))
            found.append(framework_report(entry, rows, self.places, page))
        return tuple(found)

    def _control_reports(self, frameworks: Sequence[FrameworkReport]) -> tuple[ControlReport, ...]:
        supports: dict[str, list[Support]] = {}
        for framework in frameworks:
            for requirement in framework.requirements:
                made = Support(
                    framework=framework.name,
                    requirement=requirement.id,
                    page=framework.page,
                    anchor=requirement.anchor,
                )
                for anchor in dict.fromkeys(c.anchor for c in requirement.controls if c.anchor):
                    supports.setdefault(anchor, []).append(made)
        placed = zip(self.places.controls.values(), self.control_entries, strict=True)
        return tuple(
            control_report(entry, self.places, self.gathered, supports.get(anchor, ()))
            for anchor, entry in placed
        )


def _touched(controls: Sequence[ControlReport]) -> dict[tuple[str, str], list[Touched]]:
    """Return what each control touches, by framework."""
    found: dict[tuple[str, str], list[Touched]] = {}
    for control in controls:
        named: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for support in control.supports:
            key = (support.framework, support.page)
            named.setdefault(key, []).append((support.requirement, support.anchor))
        found[control.control, control.digest] = [
            Touched(framework=name, page=page, requirements=tuple(requirements))
            for (name, page), requirements in named.items()
        ]
    return found
