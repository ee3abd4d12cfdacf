"""From findings and records to what is concluded, and the documents of a run that say so."""

from attestgraph.rollup.assess import assess
from attestgraph.rollup.documents import controls_json, requirements_json
from attestgraph.rollup.methodologies import methodology, methodology_warnings
from attestgraph.rollup.register import records_json
from attestgraph.rollup.run_document import run_json
from attestgraph.rollup.status_document import StatusTable, status_json, status_table

__all__ = [
    "StatusTable",
    "assess",
    "controls_json",
    "methodology",
    "methodology_warnings",
    "records_json",
    "requirements_json",
    "run_json",
    "status_json",
    "status_table",
]
