"""Composes the rooms: the only caller of two siblings. One function a command."""

from attestgraph.pipeline.answers import (
    CaseRun,
    Demo,
    Imported,
    ImportedPolicies,
    RunSummary,
    Status,
    StatusRow,
    SystemStatus,
    TableSummary,
    Validation,
)
from attestgraph.pipeline.compose import (
    evaluate,
    import_azure_policy,
    import_policy_states,
    import_resources,
    init,
    report,
    status,
    test,
    validate,
)
from attestgraph.pipeline.demo import demo

__all__ = [
    "CaseRun",
    "Demo",
    "Imported",
    "ImportedPolicies",
    "RunSummary",
    "Status",
    "StatusRow",
    "SystemStatus",
    "TableSummary",
    "Validation",
    "demo",
    "evaluate",
    "import_azure_policy",
    "import_policy_states",
    "import_resources",
    "init",
    "report",
    "status",
    "test",
    "validate",
]
