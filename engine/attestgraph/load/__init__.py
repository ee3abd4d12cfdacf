"""Reads YAML and CSV into a `Library`, with positions; the only importer of yaml and jsonschema."""

from __future__ import annotations

from attestgraph.load.cases import ControlCase
from attestgraph.load.library import Loaded, load_folders, load_library
from attestgraph.load.workspace_files import new_workspace_files

__all__ = ["ControlCase", "Loaded", "load_folders", "load_library", "new_workspace_files"]
