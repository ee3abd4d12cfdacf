"""Composes the rooms: files and evidence in, runs and reports out. No logic of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attestgraph.diagnostics import Diagnostic, InputError, Severity
from attestgraph.pipeline.answers import (
    CaseRun,
    RunSummary,
    Status,
    StatusRow,
    SystemStatus,
    Validation,
)

if TYPE_CHECKING:
    from attestgraph.evidence import StoredRun
    from attestgraph.load import Loaded
    from attestgraph.model.authored import Control, Link

WORKSPACE_FILE: Final = "attestgraph.yaml"


def find_workspace(folder: Path | None) -> Path | None:
    """Return the workspace folder named, or the one here; None for the library alone.

    Raises:
        InputError: A folder was named that is no workspace.
    """
    if folder is None:
        return Path() if Path(WORKSPACE_FILE).is_file() else None
    if not (folder / WORKSPACE_FILE).is_file():
        raise InputError(
            Diagnostic(
                slug="no-workspace",
                message=f"there is no `{WORKSPACE_FILE}` here",
                path=str(folder),
                help=f"make a workspace with `attestgraph init {folder}`, or name another folder",
            )
        )
    return folder


def _faults(loaded: Loaded) -> tuple[Diagnostic, ...]:
    from attestgraph.checks import lint, parameter_faults
    from attestgraph.diagnostics import in_order
    from attestgraph.rollup.methodologies import methodology_warnings

    found = [*loaded.diagnostics]
    if not any(d.severity is Severity.ERROR for d in found):
        library = loaded.library
        found += [*parameter_faults(library), *lint(library), *methodology_warnings(library)]
    return tuple(in_order(found))


def load_sound(workspace: Path | None) -> Loaded:
    """Load a workspace and refuse to go on where it has errors."""
    return _sound(find_workspace(workspace))


def load_alone() -> Loaded:
    """Load the library alone, whatever folder this is, and refuse to go on where it has errors."""
    return _sound(None)


def _sound(folder: Path | None) -> Loaded:
    from attestgraph.load import load_library

    loaded = load_library(folder)
    errors = [d for d in _faults(loaded) if d.severity is Severity.ERROR]
    if errors:
        raise InputError(*placed(errors, folder))
    return loaded


def placed(found: Iterable[Diagnostic], workspace: Path | None) -> tuple[Diagnostic, ...]:
    """Return faults with paths that can be opened from here.

    What was loaded names files relative to its own folder, so that runs are the same anywhere.
    """
    from attestgraph.content import library_folder
    from attestgraph.diagnostics import in_order

    folders = [library_folder()] if workspace is None else [workspace, library_folder()]

    def opened(path: str) -> str:
        base = next((f for f in folders if (f / path).exists()), None)
        if base is None:
            return path
        full = base / path
        here = Path.cwd()
        return str(full.relative_to(here) if full.is_relative_to(here) else full)

    found_at = []
    for fault in found:
        if fault.span is not None:
            found_at.append(fault.at(replace(fault.span, path=opened(fault.span.path))))
        else:
            found_at.append(replace(fault, path=opened(fault.path)) if fault.path else fault)
    return tuple(in_order(found_at))


def validate(workspace: Path | None, *, at: datetime) -> Validation:
    """Check every file against its form, and every link against its catalogue."""
    from attestgraph.checks import age_warnings
    from attestgraph.graph import link
    from attestgraph.load import load_library

    folder = find_workspace(workspace)
    loaded = load_library(folder)
    library = loaded.library
    found = [*_faults(loaded), *age_warnings(library, at)]
    if not any(d.severity is Severity.ERROR for d in found):
        link(library, digest_of_link(loaded))
    return Validation(
        diagnostics=placed(found, folder),
        controls=len(library.controls),
        requirements=sum(len(f.requirements) for f in library.frameworks.values()),
        frameworks=len(library.frameworks),
    )


def test(workspace: Path | None, controls: tuple[str, ...]) -> CaseRun:
    """Run the cases of some controls, or of all.

    Raises:
        InputError: Files have errors, or a control is not known.
    """
    from attestgraph.checks import run_cases

    loaded = load_sound(workspace)
    chosen = {_known_control(name, loaded) for name in controls}
    cases = [case for case in loaded.cases if not chosen or case.control in chosen]
    results = run_cases(loaded.library, loaded.aliases, cases)
    return CaseRun(cases=tuple(sorted(results, key=lambda case: case.control)))


def _known_control(name: str, loaded: Loaded) -> str:
    from attestgraph.diagnostics import nearest

    wanted = name.rsplit("/", 1)[-1].removesuffix(".yaml")
    if wanted in loaded.library.controls:
        return wanted
    near = nearest(wanted, loaded.library.controls)
    raise InputError(
        Diagnostic(
            slug="unknown-control",
            message=f"no control is called `{name}`",
            help=f"did you mean `{near[0]}`?" if near else "list them with `attestgraph test`",
        )
    )


def init(folder: Path, *, organisation: str) -> tuple[str, ...]:
    """Make a new workspace; nothing is overwritten.

    Raises:
        InputError: The folder exists and is not empty.
    """
    from attestgraph.evidence import new_folder
    from attestgraph.load import new_workspace_files

    files = new_workspace_files(organisation)
    with new_folder(folder) as inside:
        for name, text in files.items():
            path = inside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return tuple(files)


def evaluate(
    workspace: Path | None,
    evidence_folder: Path,
    out: Path,
    *,
    at: datetime,
    threads: int | None = None,
) -> RunSummary:
    """Evaluate a workspace against a snapshot into a run folder, renamed into place last."""
    loaded = load_sound(workspace)
    folder = find_workspace(workspace)
    return evaluate_loaded(loaded, folder, evidence_folder, out, at=at, threads=threads)


def evaluate_loaded(
    loaded: Loaded,
    workspace: Path | None,
    evidence_folder: Path,
    out: Path,
    *,
    at: datetime,
    threads: int | None = None,
) -> RunSummary:
    """Evaluate what was loaded, without errors, against a snapshot into a run folder.

    Args:
        loaded: The library, with or without a workspace.
        workspace: The workspace's folder, for the places of warnings.
        evidence_folder: The snapshot.
        out: The run folder.
        at: The time of the evaluation.
        threads: Worker threads; the bytes written never depend on them.
    """
    from attestgraph import checks, evidence
    from attestgraph.content import aliases_file
    from attestgraph.evaluate import run as judge
    from attestgraph.graph import link
    from attestgraph.model.ids import sha256_of
    from attestgraph.model.times import format_time
    from attestgraph.rollup.assess import assess
    from attestgraph.rollup.documents import controls_json, requirements_json
    from attestgraph.rollup.run_document import run_json

    library = loaded.library
    snapshot = evidence.open_snapshot(evidence_folder)
    plan = checks.plan(library, loaded.aliases, at)
    sets = {
        c: checks.effective(control, library.workspace) for c, control in library.controls.items()
    }
    with evidence.atomic_folder(out) as folder:
        judged = judge(plan, library, snapshot, at=at, folder=folder, threads=threads)
        links = link(library, digest_of_link(loaded))
        assessment = assess(library, links, judged.tallies, sets, at)
        document = run_json(
            plan,
            library,
            snapshot.manifest,
            judged,
            sets,
            at,
            aliases_sha256=sha256_of(aliases_file().read_bytes()),
        )
        writer = evidence.RunWriter(folder)
        controls = controls_json(assessment, library, sets)
        writer.write_json("controls.json", controls)
        writer.write_json("requirements.json", requirements_json(assessment, library))
        document["disagreements"] = evidence.counted_disagreements(folder, controls)
        writer.write_json("run.json", document)
    return RunSummary(
        diagnostics=(*placed(_faults(loaded), workspace), *judged.warnings),
        systems=len(library.workspace.systems),
        resources=judged.resources,
        policy_states=judged.states,
        evaluated_at=format_time(at),
        findings=document["totals"]["findings"],
    )


def digest_of_link(loaded: Loaded) -> Callable[[Control, Link], str]:
    """Return the function that names the parameter values that hold for a link."""
    from attestgraph.checks import effective

    workspace = loaded.library.workspace
    sets = {c: effective(control, workspace) for c, control in loaded.library.controls.items()}
    return lambda control, link: sets[control.id].for_link(link).digest


def status(run: Path, *, system: str | None, framework: str | None) -> Status:
    """Return the status of a run, of one system or framework where they are named."""
    from attestgraph import evidence
    from attestgraph.rollup.status_document import status_json, status_table

    stored = evidence.open_run(run)
    refuse_unknown(stored.run, run, system, (framework,) if framework else ())
    document = status_json(stored.run, stored.requirements, system=system, framework=framework)
    shown = status_table(document, stored.run)
    return Status(
        document=document,
        columns=shown.columns,
        systems=tuple(
            SystemStatus(name=name, rows=tuple(StatusRow(**row) for row in rows))
            for name, rows in shown.systems
        ),
        notes=(*shown.notes, *_disagreeing(stored)),
    )


def _disagreeing(run: StoredRun) -> tuple[str, ...]:
    """Return how often a row and a compliance state disagree, and where to read of it."""
    found = run.run["disagreements"]
    if not found:
        return ()
    resources = sum(each["resources"] for each in found)
    noun = "resource" if resources == 1 else "resources"
    names = list(dict.fromkeys(each["control"] for each in found))
    where = ", ".join(names) if len(names) <= 3 else f"of {len(names)} controls"
    return (f"of {resources:,} {noun} a row and a compliance state disagree ({where})",)


def report(
    run: Path, out: Path, *, system: str | None, frameworks: tuple[str, ...]
) -> Sequence[Path]:
    """Write the report of a run: HTML, CSV and JSON."""
    from attestgraph import evidence, render

    stored = evidence.open_run(run)
    refuse_unknown(stored.run, run, system, frameworks)
    model = render.report(stored, system=system, frameworks=frameworks)
    return render.write(model, out)


def refuse_unknown(
    run: Mapping[str, Any], folder: Path, system: str | None, frameworks: Sequence[str]
) -> None:
    """Refuse a system or framework that the run knows nothing of: silence would read as good."""
    systems = [known["system"] for known in run["systems"]]
    refs = [ref for known in run["systems"] for ref in known["frameworks"]]
    named = [*dict.fromkeys([*refs, *(ref.partition("@")[0] for ref in refs)])]
    found = [] if system is None or system in systems else [("system", system, systems)]
    found += [("framework", ref, named) for ref in frameworks if ref not in named]
    if found:
        raise InputError(
            *(
                Diagnostic(
                    slug=f"{noun}-not-in-run",
                    message=f"the run has no {noun} `{word}`",
                    path=str(folder),
                    help=f"it has: {', '.join(known)}",
                )
                for noun, word, known in found
            )
        )
