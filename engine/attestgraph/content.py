"""Finds the packaged controls, frameworks, reports and examples: places, nothing is read."""

from __future__ import annotations

from pathlib import Path

from attestgraph.diagnostics import Diagnostic, InputError


def library_folder() -> Path:
    """Return the folder that holds `controls/`, `frameworks/`, `reports/` and `examples/`.

    It is `attestgraph/library` where the package is installed, and the top of the repository in a
    checkout.

    Raises:
        InputError: Neither is there: the installation is damaged.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "library", package.parents[1]):
        if (folder / "frameworks").is_dir() and (folder / "controls").is_dir():
            return folder
    raise InputError(
        Diagnostic(
            slug="no-library",
            message="the control library is not beside the package",
            path=str(package),
            help="install attestgraph again",
        )
    )


def schema_file(name: str) -> Path:
    """Return the path of a published JSON Schema, by name without its ending."""
    return Path(__file__).resolve().parent / "schemas" / f"{name}.schema.json"


def aliases_file() -> Path:
    """Return the path of the packaged table of Azure Policy aliases."""
    return library_folder() / "frameworks" / "azure-policy" / "aliases.csv"
