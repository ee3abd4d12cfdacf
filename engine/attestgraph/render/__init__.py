"""Reports: one model built once from a run folder, and one file per format from it."""

from attestgraph.render.model import ReportModel
from attestgraph.render.report import report
from attestgraph.render.write import write

__all__ = ["ReportModel", "report", "write"]
