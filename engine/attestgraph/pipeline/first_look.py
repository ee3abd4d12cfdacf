"""A first look: exports in, pages out, no workspace."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attestgraph.diagnostics import Diagnostic, InputError, in_order
from attestgraph.model.snapshot import RESOURCE_TABLES
from attestgraph.pipeline.compose import evaluate_loaded, load_alone
from attestgraph.pipeline.imports import (
    import_entra,
    import_key_vault,
    import_policy_states,
    import_resources,
)

if TYPE_CHECKING:
    from attestgraph.convert import Sort
    from attestgraph.evidence import Snapshot
    from attestgraph.load import Loaded
    from attestgraph.model.snapshot import TableManifest
    from attestgraph.pipeline.answers import Imported
    from attestgraph.render.first_look_model import FrameworkLook, WayLook

OUT: Final = Path("first-look")
RUN_FOLDER: Final = "run"
_SNAPSHOT: Final = ".evidence"
_NO_EXPORT: Final = Diagnostic(
    slug="no-export",
    message="no export is named",
    help='make one with `az graph query -q "resources" --first 1000 -o json > resources.json`, '
    "then run `attestgraph first-look resources.json`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkCounts:
    """One framework in the terminal: requirements, then controls, by standing."""

    framework: str
    requirements: Mapping[str, int]
    of: int
    controls: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One thing to run or ask next."""

    says: str
    gain: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLookDone:
    """What a first look came to.

    Attributes:
        document: first-look.json.
        completeness: Whether the export is whole, in sentences.
        nothing_evaluated: No finding passed or failed.
    """

    diagnostics: tuple[Diagnostic, ...]
    document: Mapping[str, Any]
    frameworks: tuple[FrameworkCounts, ...]
    completeness: tuple[str, ...]
    next: tuple[NextStep, ...]
    page: Path
    nothing_evaluated: bool


def first_look(
    files: tuple[Path, ...],
    out: Path,
    *,
    states: tuple[Path, ...],
    frameworks: tuple[str, ...],
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
    threads: int | None = None,
) -> FirstLookDone:
    """Evaluate exports with the library alone and write a page for each framework.

    Args:
        files: Exports of resources, states, vaults and the directory, told by their first rows.
        out: The folder; it appears whole or not at all.
        states: Files of compliance states.
        frameworks: Framework ids or `framework@profile`; empty for all.
        scopes: Ids that the exports were asked for.
        declared: Who says that the exports are whole, and why.
        at: When the exports were made, and when they are evaluated.
        threads: Worker threads; the bytes written never depend on them.

    Raises:
        InputError: No file, files that cannot be read, an unknown framework, or `out` is not ours.
    """
    from attestgraph import convert, evidence
    from attestgraph.render import first_look as pages

    if not files:
        raise InputError(_NO_EXPORT)
    sorts = {file: convert.sort_of(file) for file in dict.fromkeys(files)}
    loaded = _chosen(load_alone(), frameworks)
    with evidence.atomic_folder(out) as folder:
        snapshot = folder / _SNAPSHOT
        done = list(_import(sorts, states, snapshot, scopes=scopes, declared=declared, at=at))
        held = evidence.open_snapshot(snapshot)
        tables = held.manifest.tables
        loaded, types = _planned(loaded, tables), _types(held)
        run = folder / RUN_FOLDER
        summary = evaluate_loaded(loaded, None, snapshot, run, at=at, threads=threads)
        shutil.rmtree(snapshot)
        again = pages.Again(
            files=tuple(str(file) for file in sorts),
            states=tuple(str(file) for file in states),
            scopes=scopes,
            out=None if out == OUT else str(out),
        )
        model = pages.first_look(
            evidence.open_run(run), loaded.library, again, types=types, unscoped=_unscoped(tables)
        )
        pages.write(model, folder)
    found = [each for one in done for each in one.diagnostics]
    return FirstLookDone(
        diagnostics=tuple(in_order([*found, *summary.diagnostics])),
        document=pages.first_look_json(model),
        frameworks=tuple(_counts(framework) for framework in model.frameworks),
        completeness=model.completeness,
        next=tuple(_step(way) for way in model.next if not way.by_people)[:3],
        page=out / pages.FRONT_PAGE,
        nothing_evaluated=summary.nothing_evaluated,
    )


def _chosen(loaded: Loaded, names: tuple[str, ...]) -> Loaded:
    """Return the library with the frameworks that were named as those of its one system.

    Raises:
        InputError: `unknown-framework` or `unknown-profile`; all of them at once.
    """
    from attestgraph.load.references import profile_ref, unknown_profile

    library = loaded.library
    faults = [unknown_profile(name, library.frameworks) for name in names]
    found = [replace(fault, path="--framework") for fault in faults if fault is not None]
    if found:
        raise InputError(*found)
    if not names:
        return loaded
    refs = tuple(dict.fromkeys(profile_ref(name) for name in names))
    (system,) = library.workspace.systems
    workspace = replace(library.workspace, systems=(replace(system, frameworks=refs),))
    return replace(loaded, library=replace(library, workspace=workspace))


def _planned(loaded: Loaded, tables: Iterable[str]) -> Loaded:
    """Return the library with just the tables that were given in its plan.

    Nobody has said which evidence there should be. What was not given is not configured: an
    alternative that needs it is left out, and a required check that needs it is not evaluated.
    """
    workspace = loaded.library.workspace
    rules = replace(workspace.evidence, sources=frozenset(tables))
    planned = replace(workspace, evidence=rules)
    return replace(loaded, library=replace(loaded.library, workspace=planned))


def _unscoped(tables: Mapping[str, TableManifest]) -> frozenset[str]:
    """Return the tables that nothing lacks to be proven but the scope they were asked for."""
    from attestgraph.convert import NOT_SCOPED

    return frozenset(
        name
        for name, table in tables.items()
        if table.incomplete and all(gap.detail == NOT_SCOPED for gap in table.incomplete)
    )


def _types(snapshot: Snapshot) -> frozenset[str]:
    """Return the resource types that have rows."""
    tables = [name for name in snapshot.manifest.tables if name in RESOURCE_TABLES]
    return frozenset(
        row[0] for name in tables for batch in snapshot.batches(name, ["type"]) for row in batch
    )


def _import(
    sorts: Mapping[Path, Sort],
    states: tuple[Path, ...],
    snapshot: Path,
    *,
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Iterator[Imported]:
    """Import every file by its kind; answers with counts together, and first."""
    from attestgraph.convert import ExportKind

    def of(kind: ExportKind, *, counted: bool | None = None) -> tuple[Path, ...]:
        return tuple(
            file
            for file, sort in sorts.items()
            if sort.kind is kind and counted in (None, sort.counted)
        )

    # an answer without counts would leave open whether the others are whole
    for counted in (True, False):
        if rows := of(ExportKind.RESOURCES, counted=counted):
            yield import_resources(rows, snapshot, scopes=scopes, declared=declared, at=at)
    if found := (*of(ExportKind.POLICY_STATES), *states):
        yield import_policy_states(found, snapshot, scopes=scopes, declared=declared, at=at)
    if found := of(ExportKind.KEY_VAULT):
        yield import_key_vault(found, snapshot, scopes=scopes, declared=declared, at=at)
    if found := of(ExportKind.ENTRA):
        yield import_entra(found, snapshot, declared=declared, at=at)


def _counts(framework: FrameworkLook) -> FrameworkCounts:
    counts, controls = framework.counts, framework.control_counts
    return FrameworkCounts(
        framework=framework.ref,
        requirements={
            "failing": counts.failing,
            "seen passing": counts.seen_passing,
            "unknown": counts.unknown,
            **{word.replace("-", " "): count for word, count in counts.claimed.items()},
            "not covered": counts.not_covered,
        },
        of=counts.of,
        controls={
            "failing": controls.failing,
            "seen passing": controls.seen_passing,
            "unknown": controls.unknown,
        },
    )


def _step(way: WayLook) -> NextStep:
    from attestgraph.formats.words import plural

    alone = f", {way.alone:,} of them nothing else" if way.alone else ""
    return NextStep(
        says=way.steps.says,
        gain=(
            f"{plural(way.controls, 'control')} of {plural(way.requirements, 'requirement')} "
            f"need{'s' if way.controls == 1 else ''} it{alone}"
        ),
        commands=(*way.steps.commands, *((way.again,) if way.again else ())),
    )
