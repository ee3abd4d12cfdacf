"""From a library to links: every way from a control to a requirement (ASSESSMENT section 4)."""

from attestgraph.graph.compose import COVERAGE, INVERSE, compose, covered
from attestgraph.graph.link import MOST_STEPS, ParametersOf, link

__all__ = ["COVERAGE", "INVERSE", "MOST_STEPS", "ParametersOf", "compose", "covered", "link"]
