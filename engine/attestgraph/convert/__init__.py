"""Turns other tools' exports into evidence: rows are kept as they are, or all are refused."""

from __future__ import annotations

from attestgraph.convert.azure_policy import ImportedPolicies, import_azure_policy
from attestgraph.convert.completeness import NOT_SCOPED
from attestgraph.convert.entra import import_entra
from attestgraph.convert.exemptions import import_exemptions
from attestgraph.convert.imports import Imported
from attestgraph.convert.key_vault import import_key_vault
from attestgraph.convert.policy_attestations import import_policy_attestations
from attestgraph.convert.policy_states import import_policy_states
from attestgraph.convert.resources import import_resources
from attestgraph.convert.sarif import import_sarif
from attestgraph.convert.sorts import ExportKind, Sort, sort_of

__all__ = [
    "NOT_SCOPED",
    "ExportKind",
    "Imported",
    "ImportedPolicies",
    "Sort",
    "import_azure_policy",
    "import_entra",
    "import_exemptions",
    "import_key_vault",
    "import_policy_attestations",
    "import_policy_states",
    "import_resources",
    "import_sarif",
    "sort_of",
]
