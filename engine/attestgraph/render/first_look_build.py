"""Builds a first look from a run of the library alone and the library's own checks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from attestgraph.checks.plan import EvidenceNeed
from attestgraph.formats import markup, words
from attestgraph.model.authored import AttestTest
from attestgraph.model.ids import ControlId
from attestgraph.model.records import Library
from attestgraph.model.words import Completeness, ControlSeverity
from attestgraph.render.first_look_model import (
    STANDING,
    ControlCounts,
    ControlLook,
    FirstLook,
    FrameworkLook,
    Missing,
    RequirementCounts,
    RequirementLook,
    Standing,
    TableLook,
    WayLook,
)
from attestgraph.render.first_look_rows import ControlKey, Run, SeenRows, seen_rows
from attestgraph.render.first_look_ways import (
    Again,
    Open,
    Part,
    PartReader,
    WayKey,
    is_left_out,
    ranked,
)
from attestgraph.render.first_look_words import completeness, prove

FRONT_PAGE: Final = "index.html"
_STANDING_RANK: Final = {standing: n for n, standing in enumerate(STANDING)}
_SEVERITY_RANK: Final = {str(severity): n for n, severity in enumerate(ControlSeverity)}
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_OPEN: Final = (Standing.UNKNOWN, Standing.SEEN_PASSING)
_CLAIMED: Final = ("partially-satisfied", "satisfied", "risk-accepted", "inherited")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A control and what it lacks."""

    look: ControlLook
    parts: tuple[Part, ...]


def first_look(
    run: Run, library: Library, again: Again, *, types: Collection[str], unscoped: Collection[str]
) -> FirstLook:
    """Return a first look.

    Args:
        run: The run; its workspace is the library alone: one system, everything.
        library: What was evaluated.
        again: What was given, and how to give more.
        types: The resource types that have rows, lower case.
        unscoped: The tables that nothing lacks to be proven but the scope they were asked for.
    """
    reader = PartReader(
        needs=_needs(run.run), held=_held(run.run), seen=types, unscoped=unscoped, ways={}
    )
    entries = _entries(run, library, reader)
    anchors = {key: f"way-{n}" for n, key in enumerate(sorted(reader.ways), start=1)}
    placed = {key: _placed(entry, anchors) for key, entry in entries.items()}
    builder = _Builder(run=run, reader=reader, anchors=anchors, entries=placed, again=again)
    frameworks = tuple(builder.frameworks())
    document = run.run
    tables = tuple(_tables(document))
    return FirstLook(
        run=document["run"],
        tool=document["tool"],
        evaluated_at=document["evaluated_at"],
        files=(*again.files, *again.states),
        scopes=again.scopes,
        resources=document["totals"]["resources"],
        policy_states=document["totals"]["policy_states"],
        tables=tables,
        completeness=tuple(completeness(tables, again)),
        prove=prove(again, unscoped),
        findings=document["totals"]["findings"],
        control_counts=_control_counts(entry.look for entry in placed.values()),
        controls=_worst_first(entry.look for entry in placed.values()),
        next=builder.next(placed.values(), builder.everywhere()),
        frameworks=frameworks,
    )


def _needs(document: Mapping[str, Any]) -> dict[tuple[str, str], tuple[EvidenceNeed, ...]]:
    return {
        (entry["control"], entry["check"]): tuple(
            EvidenceNeed(
                table=need["table"], types=tuple(need["types"]), paths=tuple(need["paths"])
            )
            for need in entry["needs"]
        )
        for entry in document["checks"]
    }


def _held(document: Mapping[str, Any]) -> dict[str, Completeness]:
    return {t["name"]: Completeness(t["complete"]) for t in document["snapshot"]["tables"]}


def _entries(run: Run, library: Library, reader: PartReader) -> dict[ControlKey, _Entry]:
    left_out = [
        (document["control"], document["parameters"]["digest"], check["check"])
        for document in run.controls
        for check in document["checks"]
        if is_left_out(check)
    ]
    seen = seen_rows(run, left_out)
    taken: set[str] = set()
    entries = {}
    for document in run.controls:
        key = (document["control"], document["parameters"]["digest"])
        anchor = markup.unique(markup.anchor("control", key[0]), taken)
        entries[key] = _entry(document, library, reader, seen.get(key, SeenRows()), anchor)
    return entries


def _entry(
    document: Mapping[str, Any],
    library: Library,
    reader: PartReader,
    seen: SeenRows,
    anchor: str,
) -> _Entry:
    control = library.controls[ControlId(document["control"])]
    parts = reader.parts(document, control, seen.by_check)
    says = {check["check"]: check["says"] for check in document["checks"]}
    rows = seen.rows
    return _Entry(
        parts=tuple(part for part in parts if not part.known),
        look=ControlLook(
            control=document["control"],
            digest=document["parameters"]["digest"],
            anchor=anchor,
            says=document["says"],
            domain=document["domain"],
            severity=document["severity"],
            standing=_standing(document["status"], parts),
            status=document["status"],
            rows=rows,
            missing=(),
            questions=_questions(document, library),
            failing=seen.failing(says),
            failing_total=rows.fail,
            remediation=document["remediation"],
            parameters=tuple(
                (value["name"], str(value["value"])) for value in document["parameters"]["values"]
            ),
        ),
    )


def _standing(status: str, parts: Sequence[Part]) -> Standing:
    match status:
        case "satisfied":
            return Standing.MET
        case "none-deployed":
            return Standing.NONE_DEPLOYED
        case "not-evaluated":
            judged = all(part.known or part.seen for part in parts)
            passes = any(part.seen for part in parts)
            return Standing.SEEN_PASSING if judged and passes else Standing.UNKNOWN
        case _:
            # what an exception accepts stays a fail
            return Standing.FAILING


def _questions(document: Mapping[str, Any], library: Library) -> tuple[str, ...]:
    tests = {c.id: c.test for c in library.controls[ControlId(document["control"])].checks}
    asked = (
        (tests[check["check"]], check["status"])
        for check in document["checks"]
        if check["kind"] == "attest"
    )
    return tuple(
        f"{test.question} ({', '.join(test.roles)})"
        for test, status in asked
        if isinstance(test, AttestTest) and status == "not-evaluated"
    )


def _placed(entry: _Entry, anchors: Mapping[WayKey, str]) -> _Entry:
    missing: dict[Missing, None] = {}
    for part in entry.parts:
        options = (tuple(anchors[key] for key in sorted(option)) for option in part.options)
        missing[tuple(dict.fromkeys(option for option in options if option))] = None
    kept = tuple(each for each in missing if each)
    return _Entry(parts=entry.parts, look=replace(entry.look, missing=kept))


def _worst_first(looks: Iterable[ControlLook]) -> tuple[ControlLook, ...]:
    return tuple(
        sorted(
            looks,
            key=lambda c: (
                _STANDING_RANK[c.standing],
                _SEVERITY_RANK[c.severity],
                -c.rows.fail,
                c.control,
                c.digest,
            ),
        )
    )


def _control_counts(looks: Iterable[ControlLook]) -> ControlCounts:
    """Return controls by standing; of a control with several sets of values, the worst."""
    worst: dict[str, Standing] = {}
    for look in looks:
        known = worst.get(look.control, look.standing)
        worst[look.control] = min(known, look.standing, key=_STANDING_RANK.__getitem__)
    counts = Counter(worst.values())
    return ControlCounts(
        failing=counts[Standing.FAILING],
        unknown=counts[Standing.UNKNOWN],
        seen_passing=counts[Standing.SEEN_PASSING],
        met=counts[Standing.MET],
        none_deployed=counts[Standing.NONE_DEPLOYED],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Builder:
    """Builds the frameworks."""

    run: Run
    reader: PartReader
    anchors: Mapping[WayKey, str]
    entries: Mapping[ControlKey, _Entry]
    again: Again

    def next(
        self, entries: Iterable[_Entry], linked: Mapping[ControlKey, frozenset[str]]
    ) -> tuple[WayLook, ...]:
        """Return the ways that some controls need, the most useful first."""
        opened = [
            Open(
                name=entry.look.control,
                parts=entry.parts,
                requirements=linked.get((entry.look.control, entry.look.digest), frozenset()),
            )
            for entry in entries
            if entry.look.standing in _OPEN
        ]
        return ranked(self.reader.ways, self.anchors, opened, self.again)

    def everywhere(self) -> dict[ControlKey, frozenset[str]]:
        """Return the requirements of each control, of all frameworks."""
        return _linked(self.run.requirements)

    def frameworks(self) -> Iterator[FrameworkLook]:
        taken = {FRONT_PAGE.removesuffix(".html")}
        by_ref: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
        for row in self.run.requirements:
            by_ref.setdefault((row["framework"], row["profile"]), []).append(row)
        for about in self.run.run["frameworks"]:
            rows = by_ref.get((about["framework"], about["profile"]), [])
            name = "@".join(part for part in (about["framework"], about["profile"]) if part)
            plain = name.replace("@", "-")
            safe = plain if _PLAIN.fullmatch(plain) else markup.anchor(name)
            page = markup.unique(safe, taken) + ".html"
            yield self._framework(about, name, page, rows)

    def _framework(
        self, about: Mapping[str, Any], ref: str, page: str, rows: list[Mapping[str, Any]]
    ) -> FrameworkLook:
        assessable = [row for row in rows if row["assessable"]]
        linked = _linked(rows)
        entries = [self.entries[key] for key in linked]
        looks = _worst_first(entry.look for entry in entries)
        touched = self._requirements(assessable)
        return FrameworkLook(
            ref=ref,
            framework=about["framework"],
            profile=about["profile"],
            title=about["title"],
            edition=about["edition"],
            catalogue=about["catalogue"],
            page=page,
            note=words.framework_note(about["framework"], about["methodology"]),
            counts=_requirement_counts(assessable, touched),
            control_counts=_control_counts(looks),
            next=self.next(entries, linked),
            requirements=touched,
            controls=looks,
            requirements_of=_by_control(touched),
        )

    def _requirements(self, rows: list[Mapping[str, Any]]) -> tuple[RequirementLook, ...]:
        children: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            if row["parent"] is not None:
                children.setdefault(row["parent"], []).append(row)
        taken: set[str] = set()
        return tuple(
            RequirementLook(
                requirement=row["requirement"],
                anchor=markup.unique(markup.anchor("requirement", row["requirement"]), taken),
                title=row["title"],
                status=row["status"],
                standing=self._requirement_standing(row, children),
                controls=tuple(look.anchor for look in self._looks(row)),
            )
            for row in sorted(rows, key=lambda row: row["order"])
            if row["status"] != "not-covered"
        )

    def _looks(self, row: Mapping[str, Any]) -> tuple[ControlLook, ...]:
        keys = {(each["control"], each["parameters"]) for each in row["controls"]}
        return _worst_first(self.entries[key].look for key in keys)

    def _requirement_standing(
        self, row: Mapping[str, Any], children: Mapping[str, list[Mapping[str, Any]]]
    ) -> str:
        if row["status"] == "not-satisfied":
            return str(Standing.FAILING)
        if row["status"] != "not-evaluated":
            return str(row["status"])
        return str(Standing.SEEN_PASSING if self._is_seen(row, children) else Standing.UNKNOWN)

    def _is_seen(
        self, row: Mapping[str, Any], children: Mapping[str, list[Mapping[str, Any]]]
    ) -> bool:
        """Tell whether all that a requirement has passes on the rows that are here."""
        standings = [look.standing for look in self._looks(row)]
        unsure = (Standing.FAILING, Standing.UNKNOWN)
        below = [c for c in children.get(row["requirement"], ()) if c["status"] != "not-covered"]
        if not any(s in (Standing.SEEN_PASSING, Standing.MET) for s in standings):
            return False
        return not any(s in unsure for s in standings) and all(
            child["status"] in _CLAIMED or self._is_seen(child, children) for child in below
        )


def _linked(rows: Iterable[Mapping[str, Any]]) -> dict[ControlKey, frozenset[str]]:
    found: dict[ControlKey, set[str]] = {}
    for row in rows:
        for each in row["controls"] if row["assessable"] else ():
            key = (each["control"], each["parameters"])
            found.setdefault(key, set()).add(f"{row['framework']} {row['requirement']}")
    return {key: frozenset(names) for key, names in found.items()}


def _by_control(
    requirements: Iterable[RequirementLook],
) -> dict[str, tuple[RequirementLook, ...]]:
    found: dict[str, list[RequirementLook]] = {}
    for requirement in requirements:
        for anchor in requirement.controls:
            found.setdefault(anchor, []).append(requirement)
    return {anchor: tuple(each) for anchor, each in found.items()}


def _requirement_counts(
    rows: Sequence[Mapping[str, Any]], touched: Iterable[RequirementLook]
) -> RequirementCounts:
    counts = Counter(each.standing for each in touched)
    known = {str(Standing.FAILING), str(Standing.UNKNOWN), str(Standing.SEEN_PASSING)}
    return RequirementCounts(
        failing=counts[Standing.FAILING],
        unknown=counts[Standing.UNKNOWN],
        seen_passing=counts[Standing.SEEN_PASSING],
        not_covered=sum(row["status"] == "not-covered" for row in rows),
        claimed={word: counts[word] for word in sorted(counts) if word not in known},
        of=len(rows),
    )


def _tables(document: Mapping[str, Any]) -> Iterator[TableLook]:
    for table in document["snapshot"]["tables"]:
        details = dict.fromkeys(gap["detail"] or gap["reason"] for gap in table["incomplete"])
        declared = table["declared_by"]
        why = f"declared by {declared['name']}: {declared['reason']}" if declared else ""
        yield TableLook(
            name=table["name"],
            rows=table["rows"],
            complete=table["complete"],
            why=why or "; ".join(details),
        )
