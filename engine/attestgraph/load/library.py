"""Loads the library and a workspace: every file, every fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from attestgraph import content
from attestgraph.conditions import Aliases
from attestgraph.diagnostics import Collector, Diagnostic, InputError, in_order
from attestgraph.load.aliases import read_aliases, read_own_aliases
from attestgraph.load.attestations import Named, read_attestations
from attestgraph.load.cases import ControlCase, read_cases
from attestgraph.load.check_rules import facts_of, with_rules
from attestgraph.load.controls import CASES, Known, read_controls
from attestgraph.load.exceptions import read_exceptions
from attestgraph.load.files import Folder
from attestgraph.load.frameworks import read_frameworks
from attestgraph.load.groups import Groups, read_groups
from attestgraph.load.initiatives import Adoption, adopted
from attestgraph.load.left_out import read_left_out
from attestgraph.load.mappings import read_crosswalks, read_definitions
from attestgraph.load.places import Place
from attestgraph.load.policies import read_policies
from attestgraph.load.shapes import Shaped, Shapes
from attestgraph.load.workspaces import (
    WORKSPACE_FILE,
    library_alone,
    read_expected_gaps,
    read_workspace,
)
from attestgraph.model.authored import Control, CrosswalkEntry, DefinitionFacts, Framework
from attestgraph.model.ids import ControlId, FrameworkId
from attestgraph.model.records import Library

_Id = TypeVar("_Id", bound=str)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What loading gives.

    Attributes:
        library: All that could be read. It may be used only where no fault is an error.
        cases: The controls' own tests; those of replaced library controls are left out.
        diagnostics: Every fault, sorted by place.
    """

    library: Library
    aliases: Aliases
    cases: tuple[ControlCase, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """The library's own part, before a workspace is laid over it."""

    folder: Folder
    frameworks: Mapping[FrameworkId, Framework]
    broken: frozenset[str]
    definitions: Mapping[str, DefinitionFacts]
    aliases: Aliases
    controls: Mapping[ControlId, Control]
    crosswalks: list[CrosswalkEntry]
    groups: Groups
    cases: tuple[ControlCase, ...]


def load_library(workspace: Path | None) -> Loaded:
    """Return the library with a workspace laid over it, and all faults of both.

    Args:
        workspace: A workspace's folder, or its `attestgraph.yaml`; None for the library alone.

    Raises:
        InputError: The workspace file is not there or is not YAML.
    """
    return load_folders(content.library_folder(), workspace)


def load_aliases(workspace: Path | None) -> tuple[Aliases, tuple[Diagnostic, ...]]:
    """Return the aliases that rules of a workspace may name, and the faults of their tables.

    Args:
        workspace: A workspace's folder; None for the library alone.
    """
    faults, shapes = Collector(), Shapes()
    library = content.library_folder().resolve()
    aliases = read_aliases(Folder(root=library, is_library=True, faults=faults, shapes=shapes))
    if workspace is not None:
        root = workspace.resolve()
        own = Folder(root=root, is_library=False, faults=faults, shapes=shapes)
        aliases = read_own_aliases(own, aliases)
    return aliases, tuple(in_order(faults.found))


def load_folders(library: Path, workspace: Path | None) -> Loaded:
    """Return what `load_library` does, for a library in any folder.

    Raises:
        InputError: The workspace file is not there or is not YAML.
    """
    faults, shapes = Collector(), Shapes()
    folder = Folder(root=library.resolve(), is_library=True, faults=faults, shapes=shapes)
    shelf = _library(folder)
    if workspace is None:
        return _loaded(shelf, faults)
    root = workspace.parent if workspace.name == WORKSPACE_FILE else workspace
    own = Folder(root=root.resolve(), is_library=False, faults=faults, shapes=shapes)
    return _overlaid(shelf, own, faults)


def _library(folder: Folder) -> _Shelf:
    frameworks, broken = read_frameworks(folder, {})
    known = Known(
        frameworks=frameworks,
        definitions=read_definitions(folder),
        aliases=read_aliases(folder),
        controls={},
        broken=broken,
    )
    controls = read_controls(folder, known)
    return _Shelf(
        folder=folder,
        frameworks=frameworks,
        definitions=known.definitions,
        aliases=known.aliases,
        controls=controls,
        broken=broken,
        crosswalks=read_crosswalks(folder, frameworks, broken),
        groups=read_groups(folder, frameworks, broken),
        cases=tuple(read_cases(folder, controls, _broken(folder, controls))),
    )


def _broken(folder: Folder, controls: Mapping[ControlId, Control]) -> frozenset[str]:
    """Return the names of control files that gave no control: their faults are reported already."""
    names = {
        path.rpartition("/")[2].removesuffix(".yaml")
        for path in folder.digests
        if path.startswith("controls/") and path.endswith(".yaml") and not path.endswith(CASES)
    }
    return frozenset(names - controls.keys())


def _loaded(shelf: _Shelf, faults: Collector) -> Loaded:
    library = Library(
        frameworks=_by_id(shelf.frameworks),
        controls=_by_id(shelf.controls),
        crosswalks=tuple(shelf.crosswalks),
        definitions=shelf.definitions,
        workspace=library_alone(shelf.frameworks),
        attestations=(),
        exceptions=(),
        exclusions=(),
        files=(),
        library_sha256=shelf.folder.digest(),
    )
    return Loaded(
        library=library,
        aliases=shelf.aliases,
        cases=shelf.cases,
        diagnostics=tuple(in_order(faults.found)),
    )


def _by_id(items: Mapping[_Id, _Item]) -> dict[_Id, _Item]:
    return {key: items[key] for key in sorted(items)}


def _overlaid(shelf: _Shelf, own: Folder, faults: Collector) -> Loaded:
    """Lay a workspace over the library.

    Raises:
        InputError: The workspace file is not there or is not YAML.
    """
    shaped = _workspace_file(own, faults)
    added, unread = read_frameworks(own, shelf.frameworks)
    frameworks = {**shelf.frameworks, **added}
    unread |= shelf.broken - frameworks.keys()
    aliases = read_own_aliases(own, shelf.aliases)
    given = _adoption(shelf, own, shaped, frameworks, unread, aliases)
    own_controls = read_controls(own, _known(shelf, frameworks, unread, given, aliases))
    own_broken = _broken(own, own_controls)
    joined = _joined(shelf, own_controls, shaped, given, faults)
    broken = (own_broken | _broken(shelf.folder, shelf.controls)) - joined.keys()
    place = Place(document=shaped.document, faults=faults)
    asked = shaped.value.get("controls")
    left_out = read_left_out(place, asked, shelf.controls, own_controls, broken)
    controls = {name: control for name, control in joined.items() if name not in left_out}
    workspace, exclusions = read_workspace(
        own, shaped, frameworks, controls, broken | unread, left_out
    )
    named = Named(
        workspace=workspace,
        explicit_systems="systems" in shaped.value,
        controls=controls,
        frameworks=frameworks,
        broken=broken,
        broken_frameworks=unread,
        left_out=left_out,
    )
    gone = own_controls.keys() | left_out.keys()
    kept = (case for case in shelf.cases if case.control not in gone)
    cases = (*kept, *read_cases(own, own_controls, own_broken))
    library = Library(
        frameworks=_by_id(frameworks),
        controls=_by_id(controls),
        crosswalks=(*shelf.crosswalks, *read_crosswalks(own, frameworks, unread)),
        definitions=given.definitions,
        workspace=workspace,
        attestations=read_attestations(own, named),
        exceptions=read_exceptions(own, named),
        exclusions=exclusions,
        files=own.files(),
        library_sha256=shelf.folder.digest(),
        rules=_by_id(given.policies.rules),
        initiatives=_by_id(given.policies.initiatives),
        left_out=tuple(_by_id(left_out).values()),
        expected_gaps=read_expected_gaps(own, shaped),
    )
    found = tuple(in_order(faults.found))
    return Loaded(library=library, aliases=aliases, cases=cases, diagnostics=found)


def _joined(
    shelf: _Shelf,
    own: Mapping[ControlId, Control],
    shaped: Shaped,
    given: Adoption,
    faults: Collector,
) -> dict[ControlId, Control]:
    """Return the library's controls, the workspace's own, and those of its initiatives."""
    controls = with_rules({**shelf.controls, **own}, given.policies.rules, faults.found)
    place = Place(document=shaped.document, faults=faults)
    return controls | adopted(place, shaped.value.get("initiatives"), given)


def _adoption(
    shelf: _Shelf,
    own: Folder,
    shaped: Shaped,
    frameworks: Mapping[FrameworkId, Framework],
    unread: frozenset[str],
    aliases: Aliases,
) -> Adoption:
    """Return the policy definitions and initiatives of a workspace, and what is known of both."""
    policies = read_policies(own, aliases, shelf.definitions)
    facts = {name: facts_of(rule, shelf.definitions) for name, rule in policies.rules.items()}
    return Adoption(
        policies=policies,
        definitions={**shelf.definitions, **facts},
        groups={**shelf.groups, **read_groups(own, frameworks, unread)},
        owner=str(shaped.value.get("organisation", "")),
    )


def _workspace_file(own: Folder, faults: Collector) -> Shaped:
    before = len(faults.found)
    document = own.document(WORKSPACE_FILE)
    if document is None:
        raise InputError(*in_order(faults.found[before:]))
    shaped, form_faults = own.shapes.shape(document, "workspace")
    faults.extend(form_faults)
    return shaped


def _known(
    shelf: _Shelf,
    frameworks: Mapping[FrameworkId, Framework],
    unread: frozenset[str],
    given: Adoption,
    aliases: Aliases,
) -> Known:
    return Known(
        frameworks=frameworks,
        definitions=given.definitions,
        aliases=aliases,
        controls=shelf.controls,
        broken=unread,
    )
