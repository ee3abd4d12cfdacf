"""How families of frameworks word results and what they build requirements from, by name."""

from attestgraph.rollup.methodologies.form import Methodology
from attestgraph.rollup.methodologies.registry import known, methodology, methodology_warnings

__all__ = ["Methodology", "known", "methodology", "methodology_warnings"]
