"""Composes imports: what other tools exported, into snapshots and workspaces."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from attestgraph.diagnostics import InputError
from attestgraph.pipeline.answers import Imported, ImportedPolicies, TableSummary
from attestgraph.pipeline.compose import WORKSPACE_FILE, placed

if TYPE_CHECKING:
    from attestgraph.convert import Imported as ConvertImported
    from attestgraph.model.snapshot import TableManifest


def import_resources(
    files: tuple[Path, ...],
    out: Path,
    *,
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import resource rows into a snapshot."""
    from attestgraph import convert

    return _imported(convert.import_resources(files, out, scopes=scopes, declared=declared, at=at))


def import_policy_states(
    files: tuple[Path, ...],
    out: Path,
    *,
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import compliance states into a snapshot."""
    from attestgraph import convert

    return _imported(
        convert.import_policy_states(files, out, scopes=scopes, declared=declared, at=at)
    )


def import_key_vault(
    files: tuple[Path, ...],
    out: Path,
    *,
    vaults: tuple[str, ...] = (),
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import attributes of keys, secrets and certificates into a snapshot."""
    from attestgraph import convert

    return _imported(
        convert.import_key_vault(files, out, vaults=vaults, scopes=scopes, declared=declared, at=at)
    )


def import_exemptions(
    files: tuple[Path, ...],
    out: Path,
    *,
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import exemptions of Azure Policy into a snapshot."""
    from attestgraph import convert

    return _imported(convert.import_exemptions(files, out, scopes=scopes, declared=declared, at=at))


def import_policy_attestations(
    files: tuple[Path, ...],
    out: Path,
    *,
    scopes: tuple[str, ...],
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import attestations of Azure Policy into a snapshot."""
    from attestgraph import convert

    return _imported(
        convert.import_policy_attestations(files, out, scopes=scopes, declared=declared, at=at)
    )


def import_entra(
    files: tuple[Path, ...],
    out: Path,
    *,
    tenant: str | None = None,
    keep_names: bool = False,
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import objects of Microsoft Entra into a snapshot, without values of credentials."""
    from attestgraph import convert

    return _imported(
        convert.import_entra(
            files, out, tenant=tenant, keep_names=keep_names, declared=declared, at=at
        )
    )


def import_sarif(
    files: tuple[Path, ...],
    out: Path,
    *,
    scope: str,
    repository: str | None = None,
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import what scanners of code found into a snapshot, counted."""
    from attestgraph import convert

    return _imported(
        convert.import_sarif(
            files, out, scope=scope, repository=repository, declared=declared, at=at
        )
    )


def import_azure_policy(files: tuple[Path, ...], out: Path) -> ImportedPolicies:
    """Import policy definitions and initiatives into the folder `definitions` of a workspace.

    Raises:
        InputError: A definition cannot be used; nothing is written.
    """
    from attestgraph import convert
    from attestgraph.load import load_aliases

    around = out.absolute().parent
    workspace = around if (around / WORKSPACE_FILE).is_file() else None
    aliases, faults = load_aliases(workspace)
    if faults:
        raise InputError(*placed(faults, workspace))
    done = convert.import_azure_policy(files, out, aliases=aliases)
    return ImportedPolicies(
        definitions=done.definitions,
        initiatives=done.initiatives,
        replaced=done.replaced,
        static=done.static,
        diagnostics=done.diagnostics,
    )


def _imported(done: ConvertImported) -> Imported:
    return Imported(
        tables=tuple(
            TableSummary(
                name=table.name,
                rows=table.rows,
                complete=str(table.complete),
                why=why_incomplete(table),
            )
            for table in done.tables
        ),
        diagnostics=tuple(done.diagnostics),
    )


def why_incomplete(table: TableManifest) -> str:
    """Return what is missing of a table, or who declared it whole."""
    if table.declared_by:
        return f"declared by {table.declared_by[0]}: {table.declared_by[1]}"
    details = dict.fromkeys(gap.detail or str(gap.reason) for gap in table.incomplete)
    return "; ".join(details)
