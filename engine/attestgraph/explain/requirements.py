"""A requirement explained: what it rests on, system by system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attestgraph.evidence import StoredRun
from attestgraph.explain.names import Named
from attestgraph.explain.trace import Line, Section, Trace, spoken

_WORST: Final = ("not-satisfied", "not-evaluated", "accepted", "satisfied", "none-deployed")


def of_requirement(run: StoredRun, named: Named, systems: Sequence[str]) -> Trace:
    """Explain a requirement: the controls, records and suggestions behind its word."""
    rows = [
        row
        for row in run.requirements
        if row["framework"] == named.framework and row["requirement"] == named.id
    ]
    first = rows[0]
    mine = [row for row in rows if row["system"] in systems]
    framework = next(f for f in run.run["frameworks"] if f["framework"] == named.framework)
    facts = {
        "framework": f"{framework['title']}, edition {first['edition']}",
        "catalogue": framework["catalogue"],
    }
    facts |= {"profile": first["profile"]} if first["profile"] else {}
    facts |= {"family": framework["families"].get(first["family"], first["family"])}
    facts |= {"part of": first["parent"]} if first["parent"] else {}
    contributing = [c for row in mine for c in row["controls"]]
    ranks = {word: rank for rank, word in enumerate(_WORST)}
    contributing.sort(key=lambda c: ranks.get(c["status"], len(ranks)))
    return Trace(
        kind="requirement",
        id=f"{named.framework}:{named.id}",
        title=first["title"],
        facts=facts,
        sections=tuple(_section(row) for row in mine),
        follow=tuple(dict.fromkeys(c["control"] for c in contributing))[:3],
    )


def _section(row: Mapping[str, Any]) -> Section:
    if row["status"] is None:
        text = "a heading or withdrawn; it is not assessed"
        return Section(title=row["system"], lines=(Line(text=text),))
    word = row["framework_word"]
    own = f" ({word})" if word and word != spoken(row["status"]) else ""
    parts = [spoken(row["status"]) + own]
    parts += [f"extent {row['extent']}"] if row["extent"] else []
    parts += [" and ".join(row["basis"])] if row["basis"] else []
    lines = [Line(text=row["reason"])] if row["reason"] else []
    lines += [_contributor(each) for each in row["controls"]]
    lines += [_suggestion(each) for each in row["suggested"]]
    lines += [
        Line(text=f"attestation, {spoken(each['standing']) or 'holds'}", ref=each["id"])
        for each in row["attestations"]
    ]
    for kind in ("remainder", "inheritance"):
        if row[kind]:
            lines.append(Line(text=kind, ref=_id_of(row[kind])))
    lines += [
        Line(text="exception", ref=_id_of(each), mark="accepted") for each in row["exceptions"]
    ]
    return Section(
        title=f"{row['system']}: {' · '.join(parts)}", mark=row["status"], lines=tuple(lines)
    )


def _id_of(value: Any) -> str:
    return value if isinstance(value, str) else str(value["id"])


def _contributor(each: Mapping[str, Any]) -> Line:
    review = "draft mapping" if each["review"] == "draft" else f"reviewed by {each['review']}"
    text = f"{spoken(each['status'])} · covers {each['covers']} · {each['because']} · {review}"
    return Line(
        mark=each["status"],
        ref=each["control"],
        text=text,
        below=tuple(_step(step) for step in each["path"]),
    )


def _suggestion(each: Mapping[str, Any]) -> Line:
    return Line(
        ref=each["control"],
        text="may help; it counts for nothing",
        below=tuple(_step(step) for step in each["path"]),
    )


def _step(step: Mapping[str, Any]) -> Line:
    return Line(
        text=f"{step['source_framework']}:{step['source']} {step['relationship']} "
        f"{step['target_framework']}:{step['target']}"
    )
