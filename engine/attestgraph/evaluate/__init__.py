"""Evaluation: a plan and a snapshot in, findings and tallies out; deterministic to the byte."""

from attestgraph.evaluate.run import Evaluated, run

__all__ = ["Evaluated", "run"]
