"""What a run looked at, and what it did not: tables, gaps, exclusions, overrides, digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attestgraph.formats import words
from attestgraph.model.times import age_words, parse_time
from attestgraph.render.registers import ExclusionReport, OverrideReport, TableReport


def tables(run: Mapping[str, Any]) -> tuple[TableReport, ...]:
    """Return the tables of the snapshot, then those that are needed and are not there."""
    listed = tuple(_table(table, run["evaluated_at"]) for table in run["snapshot"]["tables"])
    known = {table.name for table in listed}
    needed = {gap["table"] for gap in run["completeness"] if gap.get("table")}
    return (*listed, *(_missing(name, run["completeness"]) for name in sorted(needed - known)))


def _table(table: Mapping[str, Any], at: str) -> TableReport:
    declared = table["declared_by"]
    return TableReport(
        name=table["name"],
        rows=table["rows"],
        complete=words.COMPLETENESS.get(table["complete"], table["complete"]),
        observed_from=table["observed_from"],
        observed_to=table["observed_to"],
        age=age_range(table["observed_from"], table["observed_to"], at),
        sources=_sources(table["sources"]),
        declared_by=_declared(declared),
        gaps=tuple(dict.fromkeys(gap_words(gap) for gap in table["incomplete"])),
    )


def _missing(name: str, completeness: Iterable[Mapping[str, Any]]) -> TableReport:
    gaps = (gap_words(gap) for gap in completeness if gap.get("table") == name)
    return TableReport(
        name=name,
        rows=None,
        complete="not collected",
        observed_from=None,
        observed_to=None,
        age=None,
        sources=(),
        declared_by=None,
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _sources(sources: Iterable[Any]) -> tuple[str, ...]:
    """Return each kind of source with the scopes it was asked for."""
    asked: dict[str, set[str]] = {}
    for source in sources:
        if isinstance(source, Mapping):
            scopes = asked.setdefault(str(source.get("kind", "unknown source")), set())
            scopes.update(scope_name(scope) for scope in source.get("scopes") or ())
        else:
            asked.setdefault(str(source), set())
    return tuple(
        f"{kind}: {', '.join(sorted(scopes))}" if scopes else kind
        for kind, scopes in sorted(asked.items())
    )


def scope_name(key: str) -> str:
    """Return an id key for a reader: `everything`, `subscription …`, or the key."""
    rest = key.removeprefix("/subscriptions/")
    if key in ("", "/"):
        return "everything"
    return key if "/" in rest else f"subscription {rest}"


def _declared(declared: Any) -> str | None:
    if not declared:
        return None
    if isinstance(declared, Mapping):
        return ": ".join(str(part) for part in declared.values())
    return declared if isinstance(declared, str) else ": ".join(str(part) for part in declared)


def gap_words(gap: Mapping[str, Any]) -> str:
    """Return a known gap as a sentence: why, where, for which types, and the detail."""
    reason = gap.get("reason")
    parts = [words.reason_words(reason).rstrip(".") if reason else "Not evaluated"]
    scope = gap.get("scope")
    if scope and scope != "/":
        parts.append(f"in {scope_name(scope)}")
    if gap.get("types"):
        parts.append("for " + ", ".join(gap["types"]))
    text = " ".join(parts)
    return f"{text}: {gap['detail']}" if gap.get("detail") else f"{text}."


def age_range(first: str | None, last: str | None, at: str) -> str | None:
    """Return how old evidence was at evaluation: `2 h`, or `2 h to 3 d`."""
    if first is None or last is None:
        return None
    oldest, youngest = age(first, at), age(last, at)
    return youngest if oldest == youngest else f"{youngest} to {oldest}"


def age(observed: str, at: str) -> str:
    """Return the age of one observation at a time, in words."""
    return age_words(parse_time(at) - parse_time(observed))


def ages(run: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the greatest and the least age of the evidence, in words."""
    times = [
        table[name]
        for table in run["snapshot"]["tables"]
        for name in ("observed_from", "observed_to")
        if table[name] is not None
    ]
    if not times:
        return None, None
    at = run["evaluated_at"]
    return age(min(times, key=parse_time), at), age(max(times, key=parse_time), at)


def scope_words(scope: Mapping[str, Any]) -> str:
    """Return the scope of a record as words: its one id, then type and tag."""
    kinds = ("management_group", "subscription", "resource_group", "resource")
    parts = [f"{kind.replace('_', ' ')} {_id(scope[kind])}" for kind in kinds if scope.get(kind)]
    if scope.get("type"):
        parts.append(f"type {scope['type']}")
    for name, value in sorted((scope.get("tag") or {}).items()):
        parts.append(f"tag {name}={value}")
    return ", ".join(parts) or "everything"


def _id(key: str) -> str:
    """Return an id without what the word before it says already."""
    rest = key.removeprefix("/subscriptions/")
    return key if "/" in rest else rest


def boundary_words(boundary: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of a system's boundary; an empty boundary is everything."""
    lines = []
    for kind, one in (
        ("management_groups", "management group"),
        ("subscriptions", "subscription"),
        ("resource_groups", "resource group"),
    ):
        lines += [f"{one} {_id(name)}" for name in boundary.get(kind) or ()]
    lines += [f"tag {name}={value}" for name, value in sorted((boundary.get("tags") or {}).items())]
    return tuple(lines) or ("everything that was collected",)


def exclusions(run: Mapping[str, Any]) -> tuple[ExclusionReport, ...]:
    """Return the scopes that are left out."""
    return tuple(
        ExclusionReport(
            scope=scope_words(entry["scope"]),
            reason=entry["reason"],
            approved_by=entry["approved_by"],
            until=entry["until"],
            holds=entry["holds"],
        )
        for entry in run["exclusions"]
    )


def overrides(run: Mapping[str, Any]) -> tuple[OverrideReport, ...]:
    """Return the controls of the library that the workspace changed."""
    return tuple(
        OverrideReport(
            id=entry["id"],
            origin=words.ORIGIN.get(entry["origin"], entry["origin"]),
            weakens=bool(entry["weakens"]),
            reason=entry["reason"] or "no reason given",
            diff=_diff(entry["diff"]),
        )
        for entry in run["overrides"]
    )


def _diff(diff: Any) -> str:
    if isinstance(diff, str):
        return diff
    if isinstance(diff, Mapping):
        return "; ".join(f"{name}: {value}" for name, value in sorted(diff.items()))
    return "; ".join(str(line) for line in diff or ())


def digests(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of a run's inputs by what they are of."""
    found: dict[str, str] = {}
    for snapshot in _listed(inputs.get("snapshots") or inputs.get("snapshot")):
        for name, value in snapshot.items():
            if isinstance(value, str) and name.endswith("sha256"):
                found[_named("snapshot", name)] = value
    for name in ("library_sha256", "aliases_sha256"):
        if isinstance(inputs.get(name), str):
            found[name.removesuffix("_sha256")] = inputs[name]
    for file in inputs.get("workspace_files") or ():
        found[file["path"]] = file["sha256"]
    return found


def _named(what: str, digest: str) -> str:
    """Return what a digest is of: `snapshot`, or `snapshot, content`."""
    rest = digest.removesuffix("sha256").rstrip("_")
    return f"{what}, {rest}" if rest else what


def content_words(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the versions of what was applied; a digest stands for one by its first 12 figures."""
    found = {}
    for name, value in content.items():
        what = name.removesuffix("_sha256")
        found[what] = str(value) if what == name else str(value)[:12]
    return found


def _listed(value: Any) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return [value]
    return [entry for entry in value or () if isinstance(entry, Mapping)]


def tool_words(tool: Any) -> str:
    """Return the tool and its version."""
    if isinstance(tool, Mapping):
        return " ".join(str(part) for part in tool.values() if part)
    return str(tool)


def warning_words(warning: Any) -> str:
    """Return a warning of the run as one line."""
    if isinstance(warning, Mapping):
        place = f"{warning['path']}: " if warning.get("path") else ""
        return f"{place}{warning.get('message', '')}"
    return str(warning)
