"""Frameworks and their requirements in one system: counts, shares, families, rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attestgraph.formats import markup, words
from attestgraph.model.words import WORD_ORDER, Word
from attestgraph.render.model import (
    Counts,
    ExceptionRef,
    Family,
    FrameworkReport,
    LinkedControl,
    RecordRef,
    Requirement,
    Share,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things stand on a system's page: controls by id and digest, records by id."""

    controls: Mapping[tuple[str, str], str]
    records: Mapping[str, str]
    attestations: Mapping[str, Mapping[str, Any]]
    exceptions: Mapping[str, Mapping[str, Any]]
    counts: Mapping[tuple[str, str], Mapping[str, Any]]

    def control(self, control: str, digest: str) -> str | None:
        """Return the anchor of a control with one set of parameter values."""
        return self.controls.get((control, digest))


def framework_report(
    entry: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    places: Places,
    page: str,
) -> FrameworkReport:
    """Return one framework of one system: its member of run.json, and its rows in order."""
    assessable = [row for row in rows if row["status"] is not None]
    anchors: set[str] = set()
    made = [_requirement(row, places, anchors) for row in assessable]
    families = _families(entry["families"], made, anchors)
    totals = _totals(made)
    withheld = words.withheld(
        entry["framework"], entry["methodology"], entry["catalogue"], of=len(made)
    )
    return FrameworkReport(
        framework=entry["framework"],
        profile=entry["profile"],
        title=entry["title"],
        publisher=entry["publisher"],
        edition=entry["edition"],
        catalogue=entry["catalogue"],
        source=entry["source"],
        licence=entry["licence"],
        methodology=entry["methodology"],
        checked_on=entry["checked_on"],
        page=page,
        profile_note=words.profile_note(entry["framework"], entry["profile"]),
        method_note=words.framework_note(entry["framework"], entry["methodology"]),
        of=len(made),
        totals=totals,
        shares=None if withheld else _shares(made, totals),
        withheld=withheld,
        waiting=totals[Word.NOT_EVALUATED],
        families=families,
        vocabulary=entry.get("vocabulary") or {},
        framework_words=_framework_words(made),
    )


def _framework_words(made: Sequence[Requirement]) -> dict[str, int]:
    counted = Counter(r.framework_word for r in made if r.framework_word)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _totals(made: Sequence[Requirement]) -> dict[Word, int]:
    return {word: sum(r.word is word for r in made) for word in WORD_ORDER}


def _shares(made: Sequence[Requirement], totals: Mapping[Word, int]) -> tuple[Share, ...]:
    full = (Word.SATISFIED, Word.INHERITED)
    part = (*full, Word.PARTIALLY_SATISFIED)
    waiting = [r for r in made if r.word is Word.NOT_EVALUATED]
    return tuple(
        _share(label, sum(totals[word] for word in claimed), could, len(made))
        for label, claimed, could in (
            (("Met in full", "sat"), full, sum(r.at_most in full for r in waiting)),
            (("Met at least in part", "par"), part, sum(r.at_most in part for r in waiting)),
            # whatever waits could fail
            (("Not satisfied", "not"), (Word.NOT_SATISFIED,), len(waiting)),
        )
    )


def _share(label: tuple[str, str], least: int, could: int, of: int) -> Share:
    return Share(
        label=label[0],
        mark=label[1],
        least=least,
        most=least + could,
        could=could,
        of=of,
        least_percent=least * 100 // of,
        most_percent=-((least + could) * -100 // of),
    )


def _families(
    titles: Mapping[str, str], made: Sequence[Requirement], anchors: set[str]
) -> tuple[Family, ...]:
    by_family: dict[str, list[Requirement]] = {family: [] for family in titles}
    for requirement in made:
        by_family.setdefault(requirement.family, []).append(requirement)
    return tuple(
        Family(
            id=family,
            title=titles.get(family, family),
            anchor=markup.unique(markup.anchor("family", family), anchors),
            of=len(rows),
            totals=_totals(rows),
            requirements=tuple(rows),
        )
        for family, rows in by_family.items()
        if rows
    )


def _requirement(row: Mapping[str, Any], places: Places, anchors: set[str]) -> Requirement:
    word = Word(row["status"])
    return Requirement(
        id=row["requirement"],
        title=row["title"],
        family=row["family"],
        parent=row["parent"],
        anchor=markup.unique(markup.anchor("r", row["requirement"]), anchors),
        word=word,
        at_most=None if row["at_most"] is None else Word(row["at_most"]),
        outcome=row["outcome"],
        extent=row["extent"],
        basis=tuple(row["basis"]),
        reason=words.reason_words(row["reason"]) or words.MEANING[word],
        framework_word=row["framework_word"],
        counts=row["counts"],
        controls=tuple(_linked(link, places) for link in row["controls"]),
        suggested=tuple(_suggested(entry) for entry in row["suggested"]),
        attestations=tuple(_record(entry, places) for entry in row["attestations"]),
        remainder=row["remainder"],
        inheritance=row["inheritance"],
        exceptions=tuple(exception_ref(name, places) for name in row["exceptions"]),
    )


def _linked(link: Mapping[str, Any], places: Places) -> LinkedControl:
    key = (link["control"], link["parameters"])
    control = places.counts.get(key, {})
    counts: Counts = control.get("counts", {})
    return LinkedControl(
        control=link["control"],
        says=control.get("says", link["control"]),
        severity=control.get("severity"),
        anchor=places.control(*key),
        covers=link["covers"],
        because=link["because"],
        review=review_words(link["review"]),
        provenance=link["provenance"],
        result=link["status"],
        accepted=link["accepted"],
        counts=counts,
        none_deployed=counts.get("none_deployed", 0),
        path=path_words(link["path"]),
    )


def review_words(review: Any) -> str | None:
    """Return who reviewed a link and when, or None for a draft."""
    if isinstance(review, Mapping):
        return f"{review['by']}, {review['on']}"
    return None if review in (None, "", "draft") else str(review)


def path_words(path: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the steps of a crosswalk path as words, source to target."""
    return tuple(
        f"{step['source_framework']} {step['source']} {step['relationship']} "
        f"{step['target_framework']} {step['target']}"
        for step in path
    )


def _suggested(entry: Mapping[str, Any]) -> str:
    return ": ".join([entry["control"], "; ".join(path_words(entry["path"]))])


def _record(entry: Mapping[str, Any], places: Places) -> RecordRef:
    record = places.attestations.get(entry["id"], {})
    return RecordRef(
        id=entry["id"],
        kind=record.get("kind", ""),
        anchor=places.records.get(entry["id"]),
        standing=entry["standing"] or "valid",
        statement=record.get("statement", ""),
        signed=tuple(
            f"{s['person']}, {s['role']}, {s['on']} ({s['identity']})"
            for s in record.get("signed", ())
        ),
        valid_until=record.get("valid_until", ""),
    )


def exception_ref(name: str, places: Places) -> ExceptionRef:
    """Return an exception as it is named beside a requirement or control."""
    record = places.exceptions.get(name)
    if record is None:
        return ExceptionRef(id=name, anchor=None, text="")
    text = f"{record['kind']}, approved by {record['approved_by']} ({record['identity']})"
    return ExceptionRef(
        id=name,
        anchor=places.records.get(name),
        text=f"{text}, until {record['expires_on']}, {record['state']}",
    )
