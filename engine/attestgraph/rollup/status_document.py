"""`status --format json` and its table, from the documents of a run alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.model.words import RESULT_RANK, Catalogue, Obligation, Result, Word

_CLAIMED: Final = (str(Word.SATISFIED), str(Word.INHERITED))
_COLUMNS: Final = (
    (Word.SATISFIED, "satisfied"),
    (Word.INHERITED, "inherited"),
    (Word.PARTIALLY_SATISFIED, "partly"),
    (Word.RISK_ACCEPTED, "accepted"),
    (Word.NOT_EVALUATED, "not evaluated"),
    (Word.NOT_SATISFIED, "not satisfied"),
    (Word.NOT_APPLICABLE, "not applicable"),
    (Word.NOT_COVERED, "not covered"),
)
_SUPPORTING: Final = "configuration evidence, supporting, not validation"
_APART: Final = (Obligation.AUTOMATED, Obligation.MANUAL)
"""Shares of these are never one sum: a person has to check the second kind."""
_SHOWN: Final = ("requirement", "title", "status", "outcome", "extent", "basis", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTable:
    """A status as rows for a terminal.

    Attributes:
        columns: Heads of the counts.
        systems: Each system's id and its rows: framework, counts, of, interval in words. What only
            supports a validation has no row of words: it stands in the notes.
        notes: What has to be said beside the table.
    """

    columns: tuple[str, ...]
    systems: tuple[tuple[str, tuple[dict[str, Any], ...]], ...]
    notes: tuple[str, ...]


def status_json(
    run: Mapping[str, Any],
    requirements: Sequence[Mapping[str, Any]],
    *,
    system: str | None = None,
    framework: str | None = None,
) -> dict[str, Any]:
    """Return the status of a run (CONTRACT section 3).

    Args:
        run: The run's run.json.
        requirements: The run's requirements.json.
        system: Only this system.
        framework: Only this framework, or only one profile of it as `framework@profile`.
    """
    groups: dict[tuple[str, str, str | None], list[Mapping[str, Any]]] = {}
    for entry in requirements:
        key = (entry["system"], entry["framework"], entry["profile"])
        groups.setdefault(key, []).append(entry)
    about = {known["framework"]: known for known in run["frameworks"]}
    systems = []
    for known in run["systems"]:
        if system in (None, known["system"]):
            frameworks = [
                _framework(key, groups[key], about[key[1]])
                for key in sorted(groups, key=lambda k: (k[0], k[1], k[2] or ""))
                if key[0] == known["system"] and framework in (None, key[1], _name(key))
            ]
            systems.append(
                {"system": known["system"], "title": known["title"], "frameworks": frameworks}
            )
    return {"run": run["run"], "evaluated_at": run["evaluated_at"], "systems": systems}


def status_table(document: Mapping[str, Any], run: Mapping[str, Any]) -> StatusTable:
    """Return a status as rows for a terminal.

    Args:
        document: As `status_json` makes it.
        run: The run's run.json.
    """
    shown: list[tuple[str, tuple[dict[str, Any], ...]]] = []
    notes: list[str] = []
    for system in document["systems"]:
        supporting = [f for f in system["frameworks"] if f["supporting"] is not None]
        rows = tuple(_row(f) for f in system["frameworks"] if f["supporting"] is None)
        if rows or not supporting:
            shown.append((system["system"], rows))
        notes += [_supporting_words(system["system"], framework) for framework in supporting]
    unassigned = run["totals"]["unassigned"]
    if unassigned:
        notes.append(f"{unassigned:,} resources are in no system")
    return StatusTable(
        columns=tuple(head for _, head in _COLUMNS), systems=tuple(shown), notes=tuple(notes)
    )


def _name(key: tuple[str, str, str | None]) -> str:
    return f"{key[1]}@{key[2]}" if key[2] else key[1]


def _framework(
    key: tuple[str, str, str | None],
    entries: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    assessed = [entry for entry in entries if entry["status"] is not None]
    supporting = about.get("supporting_only", False)
    complete = about["catalogue"] == str(Catalogue.COMPLETE) and not supporting
    found = {entry.get("obligation") for entry in assessed}
    return {
        "framework": key[1],
        "profile": key[2],
        **_shares(assessed, complete=complete),
        "requirements": [{name: entry[name] for name in _SHOWN} for entry in assessed],
        "by_obligation": {
            str(obligation): _shares(
                [entry for entry in assessed if entry.get("obligation") == str(obligation)],
                complete=complete,
            )
            for obligation in Obligation
            if str(obligation) in found
        },
        "supporting": _controls(assessed) if supporting else None,
    }


def _shares(assessed: Sequence[Mapping[str, Any]], *, complete: bool) -> dict[str, Any]:
    totals = {str(word): 0 for word in Word}
    for entry in assessed:
        totals[entry["status"]] += 1
    return {"totals": totals, "interval": _interval(assessed, totals) if complete else None}


def _controls(assessed: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many controls came to each result, each once and by the worst of its values."""
    worst: dict[str, Result] = {}
    for entry in assessed:
        for control in entry["controls"]:
            result = Result(control["status"])
            worst[control["control"]] = max(
                result, worst.get(control["control"], result), key=RESULT_RANK.__getitem__
            )
    return {str(result): list(worst.values()).count(result) for result in Result}


def _supporting_words(system: str, framework: Mapping[str, Any]) -> str:
    counts = {word: count for word, count in framework["supporting"].items() if count}
    name = _name(("", framework["framework"], framework["profile"]))
    listed = ", ".join(f"{count:,} {word.replace('-', ' ')}" for word, count in counts.items())
    controls = f"{sum(counts.values()):,} controls" + (f" ({listed})" if listed else "")
    return f"{system} · {name}: {_SUPPORTING}: {controls}"


def _interval(assessed: Iterable[Mapping[str, Any]], totals: Mapping[str, int]) -> dict[str, int]:
    least = sum(totals[word] for word in _CLAIMED)
    could = sum(
        entry["status"] == str(Word.NOT_EVALUATED) and entry["at_most"] in _CLAIMED
        for entry in assessed
    )
    return {"least": least, "most": least + could, "of": sum(totals.values())}


def _row(framework: Mapping[str, Any]) -> dict[str, Any]:
    totals = framework["totals"]
    return {
        "framework": _name(("", framework["framework"], framework["profile"])),
        "counts": tuple(totals[str(word)] for word, _ in _COLUMNS),
        "of": sum(totals.values()),
        "interval": _interval_words(framework),
    }


def _interval_words(framework: Mapping[str, Any]) -> str:
    if framework["interval"] is None:
        return "no share: the catalogue is not complete"
    if not framework["interval"]["of"]:
        return "no share: no requirement is assessable"
    found = framework["by_obligation"]
    apart = {word: found[str(word)] for word in _APART if str(word) in found}
    if sum(share["interval"]["of"] for share in apart.values()) < framework["interval"]["of"]:
        return _share_words(framework)
    return "; ".join(f"{word}, {_share_words(share)}" for word, share in apart.items())


def _share_words(shares: Mapping[str, Any]) -> str:
    interval = shares["interval"]
    least, most, of = interval["least"], interval["most"], interval["of"]
    waiting = shares["totals"][str(Word.NOT_EVALUATED)]
    # rounded down and up: the interval is never drawn narrower than it is
    span = f"{least * 100 // of} % and {-(-most * 100 // of)} %"
    counted = f"{least}" if least == most else f"{least} to {most}"
    return f"share satisfied: between {span} ({counted} of {of}; {waiting} not evaluated)"
