"""Checks made ready to run: their tables, parameters, evidence needs, plan, cases and lints."""

from attestgraph.checks.ages import age_warnings
from attestgraph.checks.cases import CaseResult
from attestgraph.checks.cases import run as run_cases
from attestgraph.checks.kql import NOT_IN_GRAPH, NOT_IN_KQL, KqlQuery, compile_kql
from attestgraph.checks.lint import lint
from attestgraph.checks.parameters import (
    ParameterSet,
    ParameterSets,
    Setting,
    effective,
    parameter_faults,
)
from attestgraph.checks.plan import CheckInstance, EvidenceNeed, Plan, kind_of, plan
from attestgraph.checks.tables import table_of

__all__ = [
    "NOT_IN_GRAPH",
    "NOT_IN_KQL",
    "CaseResult",
    "CheckInstance",
    "EvidenceNeed",
    "KqlQuery",
    "ParameterSet",
    "ParameterSets",
    "Plan",
    "Setting",
    "age_warnings",
    "compile_kql",
    "effective",
    "kind_of",
    "lint",
    "parameter_faults",
    "plan",
    "run_cases",
    "table_of",
]
