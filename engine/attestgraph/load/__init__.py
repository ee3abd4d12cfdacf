"""Reads YAML and CSV into a `Library`, with positions; the only importer of yaml and jsonschema."""

from __future__ import annotations

from attestgraph.load.cases import ControlCase
from attestgraph.load.library import Loaded, load_aliases, load_folders, load_library
from attestgraph.load.policy_documents import (
    is_definition,
    is_initiative,
    is_static,
    read_definition,
    read_initiative,
    version_of,
)
from attestgraph.load.workspace_files import new_workspace_files

__all__ = [
    "ControlCase",
    "Loaded",
    "is_definition",
    "is_initiative",
    "is_static",
    "load_aliases",
    "load_folders",
    "load_library",
    "new_workspace_files",
    "read_definition",
    "read_initiative",
    "version_of",
]
