"""What the commands print: diagnostics to stderr, answers to stdout, tables through rich."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from attestgraph.diagnostics import Diagnostic, Severity, as_text, in_order
from attestgraph.formats.terminal import escape

if TYPE_CHECKING:
    from attestgraph import pipeline


MOST_DIGITS: Final = 5
RARE: Final = ("inherited", "not applicable")


def json_text(value: Any) -> str:
    """Return a JSON value as indented text."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def say(text: str) -> None:
    """Write a line to stderr: what is said about the work, not its answer."""
    sys.stderr.write(text + "\n")


def answer(text: str) -> None:
    """Write a line to stdout: the answer of the command."""
    sys.stdout.write(text + "\n")


def faults(found: Sequence[Diagnostic]) -> None:
    """Write faults to stderr, in order."""
    if found:
        say(escape(as_text(found), newlines=True))


def diagnostics(found: pipeline.Validation, *, as_json: bool, quiet: bool) -> None:
    """Print what `validate` found, and its totals."""
    if as_json:
        answer(json_text([d.to_json() for d in in_order(found.diagnostics)]))
        return
    faults(
        [d for d in found.diagnostics if not quiet or d.severity is Severity.ERROR],
    )
    if quiet and not found.errors:
        return
    counted = f"{_plural(found.errors, 'error')}, {_plural(found.warnings, 'warning')}"
    answer(
        f"{counted} in {_plural(found.controls, 'control')}, "
        f"{_plural(found.requirements, 'requirement')} of {_plural(found.frameworks, 'framework')}"
    )


def cases(results: pipeline.CaseRun, *, as_json: bool, quiet: bool) -> None:
    """Print each control's cases, as they came out."""
    if as_json:
        answer(json_text([asdict(case) for case in results.cases]))
        return
    if not results.cases:
        say("error[no-cases]: no control has cases: nothing was tested")
        return
    for control, of_control in results.by_control():
        if quiet and all(case.passed for case in of_control):
            continue
        answer(f"{control} · {_plural(len(of_control), 'case')}")
        width = max(len(case.case) for case in of_control)
        for case in of_control:
            mark = "✓" if case.passed else "✗"
            wanted = "" if case.passed else f"   wanted {case.want}"
            detail = f"   {escape(case.message)}" if case.message else ""
            answer(f"  {mark} {case.case:<{width}}   {case.got}{wanted}{detail}")
    failed = sum(not case.passed for case in results.cases)
    answer(f"{_plural(len(results.cases), 'case')}, {failed} failed")


def created(folder: Path, files: Sequence[str]) -> None:
    """Print what `init` made."""
    answer(f"{escape(str(folder))}: {_plural(len(files), 'file')}")
    for name in files:
        answer(f"  {name}")
    answer(f"  next: attestgraph validate -w {escape(str(folder))}")


def imported(done: pipeline.Imported, out: Path, *, quiet: bool) -> None:
    """Print the tables that an import wrote."""
    faults(done.diagnostics)
    if quiet:
        return
    for table in done.tables:
        answer(f"{table.name:<22} {table.rows:>9,} rows   {_completeness(table)}")
    answer(escape(str(out)))


def imported_policies(done: pipeline.ImportedPolicies, out: Path, *, quiet: bool) -> None:
    """Print what an import of policy definitions wrote."""
    faults(done.diagnostics)
    if quiet:
        return
    replaced = f", {done.replaced:,} replaced" if done.replaced else ""
    answer(
        f"{escape(str(out))}: {_plural(done.definitions, 'definition')}, "
        f"{_plural(done.initiatives, 'initiative')}{replaced}"
    )
    if done.static:
        noun = _plural(done.static, "Static definition")
        answer(f"  {noun} left out: they say nothing about resources")


def _completeness(table: pipeline.TableSummary) -> str:
    if table.complete == "true":
        return "complete"
    word = "incomplete" if table.complete == "false" else "completeness unknown"
    return f"{word}: {escape(table.why)}" if table.why else word


def evaluated(done: pipeline.RunSummary, out: Path, *, quiet: bool) -> None:
    """Print what a run came to, in three lines."""
    faults(done.diagnostics)
    if quiet:
        return
    answer(
        f"{escape(str(out))}: {_plural(done.systems, 'system')}, "
        f"{_plural(done.resources, 'resource')}, evaluated {done.evaluated_at}"
    )
    counted = ", ".join(f"{count:,} {word}" for word, count in done.findings.items())
    answer(f"findings: {counted}")
    if done.nothing_evaluated:
        say(
            "error[nothing-evaluated]: no finding could be evaluated\n"
            "  help: see the reasons with `attestgraph status`, and collect what is missing"
        )


def status(found: pipeline.Status, *, as_json: bool) -> None:
    """Print the status of each framework, per system."""
    if as_json:
        answer(json_text(found.document))
        return
    # an answer that is piped or kept in a file has no width to keep to
    widest = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for system in found.systems:
        lines = _wide(found, system)
        if widest is not None and max(map(len, lines)) > widest:
            lines = _narrow(found, system)
        answer("\n".join(lines))
        for row in system.rows:
            answer(f"  {row.framework}: {row.interval}")
        answer("")
    for line in found.notes:
        answer(escape(line))


def _wide(found: pipeline.Status, system: pipeline.SystemStatus) -> list[str]:
    """Return a system's frameworks as a table, one row each."""
    shown = _columns_shown(found, system)
    heads = [found.columns[number] for number in shown]
    widths = [max(len(head), MOST_DIGITS) for head in heads]
    label = max(len(system.name), *(len(row.framework) for row in system.rows), 0)
    lines = [f"{escape(system.name):<{label}}  {_cells(heads, widths)}"]
    for row in system.rows:
        counts = [f"{row.counts[number]:,}" for number in shown]
        lines.append(f"{row.framework:<{label}}  {_cells(counts, widths)}   of {row.of:,}")
    return lines


def _narrow(found: pipeline.Status, system: pipeline.SystemStatus) -> list[str]:
    """Return a system's frameworks as lists, for a narrow terminal."""
    lines: list[str] = []
    for row in system.rows:
        lines.append(f"{escape(system.name)} · {row.framework} · {row.of:,} requirements")
        lines += [
            f"  {row.counts[number]:>{MOST_DIGITS},}  {found.columns[number]}"
            for number in _columns_shown(found, system)
        ]
    return lines


def _cells(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{text:>{width}}" for text, width in zip(texts, widths, strict=True))


def _columns_shown(found: pipeline.Status, system: pipeline.SystemStatus) -> list[int]:
    """Return the columns worth the width: those of a rare word only where it was reached."""
    return [
        number
        for number, head in enumerate(found.columns)
        if head not in RARE or any(row.counts[number] for row in system.rows)
    ]


def reported(written: Sequence[Path], *, quiet: bool) -> None:
    """Print the files that a report wrote."""
    if not quiet:
        for path in written:
            answer(escape(str(path)))


def demo(done: pipeline.Demo) -> None:
    """Print the demo on one screen: what was looked at, the status, and where the report is."""
    answer(
        f"{done.organisation} · {_plural(done.run.systems, 'system')} · "
        f"{_plural(done.run.resources, 'resource')} · "
        f"{_plural(done.run.policy_states, 'policy state')} · evaluated {done.run.evaluated_at}\n"
    )
    status(done.status, as_json=False)
    answer(f"  report  {done.report}")
    answer(f"  next    attestgraph status {done.run_folder} --format json")


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
