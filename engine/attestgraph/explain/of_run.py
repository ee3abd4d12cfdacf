"""Explanations out of a run: what was concluded, of which rows, and what that touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.evidence import Snapshot, StoredRun, disagreements
from attestgraph.explain.findings import of_check, of_resource
from attestgraph.explain.names import Kind, Known, Named, name, unknown
from attestgraph.explain.records import of_attestation, of_exception
from attestgraph.explain.requirements import of_requirement
from attestgraph.explain.rows import with_row
from attestgraph.explain.trace import Line, Section, Trace, listed, spoken

_MOST: Final = 10


def explain_run(
    run: StoredRun, text: str, *, system: str | None = None, snapshot: Snapshot | None = None
) -> Trace:
    """Explain a thing of a run.

    Args:
        run: The run.
        text: An id: see `names.name`. The bare name of a resource is taken where it is the only
            one of that name.
        system: Speak of one system only.
        snapshot: The evidence that the run was made of; a resource's row is then shown.

    Raises:
        InputError: `unknown-id`, `ambiguous-id`; `other-snapshot`: the run was made of another.
    """
    known = _known(run)
    named = name(text, known) or _resource(run, text, known)
    chosen = [s["system"] for s in run.run["systems"] if system in (None, s["system"])]
    match named.kind:
        case Kind.REQUIREMENT:
            return of_requirement(run, named, chosen)
        case Kind.CONTROL:
            return _of_control(run, named, chosen)
        case Kind.POLICY:
            return _of_policy(run, named, chosen)
        case Kind.RESOURCE:
            trace = of_resource(run, named.id, chosen)
            return trace if snapshot is None else with_row(trace, run, snapshot, named.id)
        case Kind.ATTESTATION:
            return of_attestation(run, named.id)
        case Kind.EXCEPTION:
            return of_exception(run, named.id)
        case _:
            assert_never(named.kind)


def _known(run: StoredRun) -> Known:
    requirements: dict[str, dict[str, None]] = {}
    for row in run.requirements:
        requirements.setdefault(row["framework"], {})[row["requirement"]] = None
    return Known(
        requirements=requirements,
        controls={c["control"]: [k["check"] for k in c["checks"]] for c in run.controls},
        attestations=[r["id"] for r in run.run["records"]["attestations"]],
        exceptions=[r["id"] for r in run.run["records"]["exceptions"]],
    )


def _resource(run: StoredRun, text: str, known: Known) -> Named:
    found = run.resources_named(text)
    if not found:
        raise unknown(text, known)
    if len(found) > 1:
        ways = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
        raise InputError(
            Diagnostic(
                slug="ambiguous-id",
                message=f"{len(found)} resources are called `{text}`",
                help=f"give the full id: {ways}",
            )
        )
    return Named(kind=Kind.RESOURCE, id=found[0])


def _of_control(run: StoredRun, named: Named, systems: Sequence[str]) -> Trace:
    entries = [c for c in run.controls if c["control"] == named.id and c["system"] in systems]
    first = entries[0] if entries else next(c for c in run.controls if c["control"] == named.id)
    sections = [_control_section(run, entry, named.check) for entry in entries]
    return Trace(
        kind="control",
        id=named.id if named.check is None else f"{named.id}/{named.check}",
        title=first["says"],
        facts=_control_facts(first),
        sections=(
            *sections,
            *_disagreeing(run, named),
            *_supported(run, named.id, systems),
            *_evidence(run, named),
        ),
        follow=_failing(run, named, systems),
    )


def _control_facts(entry: Mapping[str, Any]) -> dict[str, str]:
    values = [
        f"{v['name']} {v['value']} ({v['set_by']}{', looser' if v['looser'] else ''})"
        for v in entry["parameters"]["values"]
    ]
    facts = {
        "severity": entry["severity"],
        "owner": entry["owner"],
        "source": entry["source"],
        "origin": entry["origin"],
        "file": f"{entry['span']['path']}:{entry['span']['line']}",
    }
    facts |= {"parameters": ", ".join(values)} if values else {}
    return facts | ({"remediation": entry["remediation"]} if entry["remediation"] else {})


def _control_section(run: StoredRun, entry: Mapping[str, Any], check: str | None) -> Section:
    lines = [
        of_check(run, entry, each) for each in entry["checks"] if check in (None, each["check"])
    ]
    lines += [Line(text="exception", ref=e, mark="accepted") for e in _ids(entry["exceptions"])]
    lines += [Line(text=note) for note in entry["notes"]]
    return Section(
        title=f"{entry['system']}: {spoken(entry['status'])}",
        mark=entry["status"],
        lines=tuple(lines),
    )


def _ids(values: Sequence[Any]) -> list[str]:
    return [v if isinstance(v, str) else str(v.get("id", v.get("exception"))) for v in values]


def _disagreeing(run: StoredRun, named: Named) -> list[Section]:
    """Return the resources of which a row and a compliance state say different things."""
    lines = tuple(
        Line(
            ref=each.resource_id,
            text=f"{each.row_check} says {each.row_outcome}, observed {each.row_observed_at}; "
            f"{each.state_check} says {each.state_outcome}, "
            f"evaluated {each.state_evaluated_at or 'at no known time'}",
        )
        for each in disagreements(run)
        if each.control == named.id
    )
    if not lines:
        return []
    title = "a row and a compliance state disagree; the worse one counts"
    return [Section(title=title, lines=listed(lines, _MOST, "resources"))]


def _supported(run: StoredRun, control: str, systems: Sequence[str]) -> list[Section]:
    """Return the requirements that a control contributes to, by system."""
    found = []
    for system in systems:
        lines = []
        for row in run.requirements:
            links = [c for c in row["controls"] if c["control"] == control]
            if row["system"] == system and links:
                over = f" over {len(links[0]['path'])} steps" if links[0]["path"] else ""
                lines.append(
                    Line(
                        mark=row["status"],
                        ref=f"{row['framework']}:{row['requirement']}",
                        text=f"{row['title']} · {spoken(row['status'])} · "
                        f"covers {links[0]['covers']}{over} · {links[0]['because']}",
                    )
                )
        if lines:
            found.append(Section(title=f"supports, in {system}", lines=tuple(lines)))
    return found


def _evidence(run: StoredRun, named: Named) -> list[Section]:
    """Return the tables that a control's checks read, and how whole they are."""
    tables = {
        need["table"]
        for check in run.run["checks"]
        if check["control"] == named.id and named.check in (None, check["check"])
        for need in check["needs"]
    }
    held = {table["name"]: table for table in run.run["snapshot"]["tables"]}
    lines = [_table_line(table, held.get(table)) for table in sorted(tables)]
    return [Section(title="evidence", lines=tuple(lines))] if lines else []


def _table_line(table: str, held: Mapping[str, Any] | None) -> Line:
    if held is None:
        return Line(mark="not-evaluated", text=f"{table}: not collected")
    word = {"true": "complete", "false": "incomplete"}.get(held["complete"], "completeness unknown")
    gaps = tuple(
        Line(text=f"{gap['scope']}: {gap['detail'] or spoken(gap['reason'])}")
        for gap in held["incomplete"]
    )
    declared = held["declared_by"]
    by = f", declared by {declared['name']}: {declared['reason']}" if declared else ""
    return Line(
        mark=None if held["complete"] == "true" else "not-evaluated",
        text=f"{table}: {held['rows']:,} rows, {word}{by}, observed {held['observed_from']}",
        below=gaps,
    )


def _failing(run: StoredRun, named: Named, systems: Sequence[str]) -> tuple[str, ...]:
    """Return the first resources that fail a control."""
    found: dict[str, None] = {}
    for finding in run.findings(outcomes=["fail"], control=named.id):
        mine = not finding["systems"] or set(finding["systems"]) & set(systems)
        if finding["resource_key"] and named.check in (None, finding["check"]) and mine:
            found[finding["resource_id"]] = None
        if len(found) == 3:
            break
    return tuple(found)


def _of_policy(run: StoredRun, named: Named, systems: Sequence[str]) -> Trace:
    """Explain a definition by the checks that rest on it."""
    title = ""
    sections = []
    for system in systems:
        lines = []
        for entry in run.controls:
            for check in entry["checks"] if entry["system"] == system else ():
                definition = check["definition"]
                if definition is not None and definition["name"].lower() == named.id:
                    title = definition["title"] or title
                    line = of_check(run, entry, check)
                    ref = f"{entry['control']}/{check['check']}"
                    lines.append(Line(mark=line.mark, ref=ref, text=line.text, below=line.below))
        if lines:
            sections.append(Section(title=f"in {system}", lines=tuple(lines)))
    if not sections:
        raise InputError(
            Diagnostic(
                slug="unknown-id",
                message=f"no check of the run rests on the definition `{named.id}`",
                help="a control adopts it with `policy: <name>`",
            )
        )
    follow = dict.fromkeys(
        line.ref.partition("/")[0] for s in sections for line in s.lines if line.ref is not None
    )
    return Trace(
        kind="policy", id=named.id, title=title, facts={}, sections=tuple(sections),
        follow=tuple(follow),
    )  # fmt: skip
