"""`status --format json` and its table, from the documents of a run alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.model.words import Catalogue, Word

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
_SHOWN: Final = ("requirement", "title", "status", "outcome", "extent", "basis", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTable:
    """A status as rows for a terminal.

    Attributes:
        columns: Heads of the counts.
        systems: Each system's id and its rows: framework, counts, of, interval in words.
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
    complete = {
        known["framework"]
        for known in run["frameworks"]
        if known["catalogue"] == str(Catalogue.COMPLETE)
    }
    systems = []
    for known in run["systems"]:
        if system in (None, known["system"]):
            frameworks = [
                _framework(key, groups[key], complete=key[1] in complete)
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
    shown = [
        (system["system"], tuple(_row(framework) for framework in system["frameworks"]))
        for system in document["systems"]
    ]
    unassigned = run["totals"]["unassigned"]
    notes = (f"{unassigned:,} resources are in no system",) if unassigned else ()
    return StatusTable(
        columns=tuple(head for _, head in _COLUMNS), systems=tuple(shown), notes=notes
    )


def _name(key: tuple[str, str, str | None]) -> str:
    return f"{key[1]}@{key[2]}" if key[2] else key[1]


def _framework(
    key: tuple[str, str, str | None], entries: Sequence[Mapping[str, Any]], *, complete: bool
) -> dict[str, Any]:
    assessed = [entry for entry in entries if entry["status"] is not None]
    totals = {str(word): 0 for word in Word}
    for entry in assessed:
        totals[entry["status"]] += 1
    return {
        "framework": key[1],
        "profile": key[2],
        "totals": totals,
        "interval": _interval(assessed, totals) if complete else None,
        "requirements": [{name: entry[name] for name in _SHOWN} for entry in assessed],
    }


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
    interval = framework["interval"]
    if interval is None:
        return "no share: the catalogue is not complete"
    least, most, of = interval["least"], interval["most"], interval["of"]
    waiting = framework["totals"][str(Word.NOT_EVALUATED)]
    if not of:
        return "no share: no requirement is assessable"
    # rounded down and up: the interval is never drawn narrower than it is
    span = f"{least * 100 // of} % and {-(-most * 100 // of)} %"
    counted = f"{least}" if least == most else f"{least} to {most}"
    return f"share satisfied: between {span} ({counted} of {of}; {waiting} not evaluated)"
