"""From a requirement, a control, a policy or a resource to its evidence, and back."""

from __future__ import annotations

from attestgraph.explain.of_library import explain_library
from attestgraph.explain.of_run import explain_run
from attestgraph.explain.trace import Line, Section, Trace

__all__ = ["Line", "Section", "Trace", "explain_library", "explain_run"]
