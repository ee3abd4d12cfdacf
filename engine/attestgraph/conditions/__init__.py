"""Azure Policy's condition language: parsed, compiled, interpreted, explained.

A rule is JSON. `parse_condition` finds all that is wrong with it; `compile_condition` makes it a
function from a row to a verdict code. Nothing here reads files, clocks or networks.
"""

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.compile import Compiled, compile_condition
from attestgraph.conditions.definition import Definition
from attestgraph.conditions.errors import ConditionError, ConditionFault, EvaluationError
from attestgraph.conditions.explain import Explanation, explain_condition
from attestgraph.conditions.parse import parse_condition
from attestgraph.conditions.reads import reads
from attestgraph.conditions.tree import Condition
from attestgraph.conditions.verdicts import ABSENT, FALSE, TRUE, UNKNOWN

__all__ = [
    "ABSENT",
    "FALSE",
    "TRUE",
    "UNKNOWN",
    "Aliases",
    "Compiled",
    "Condition",
    "ConditionError",
    "ConditionFault",
    "Definition",
    "EvaluationError",
    "Explanation",
    "compile_condition",
    "explain_condition",
    "parse_condition",
    "reads",
]
