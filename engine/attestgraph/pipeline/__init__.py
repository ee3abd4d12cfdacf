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
    init,
    report,
    status,
    test,
    validate,
)
from attestgraph.pipeline.demo import demo
from attestgraph.pipeline.explaining import explain
from attestgraph.pipeline.imports import (
    import_azure_policy,
    import_key_vault,
    import_policy_states,
    import_resources,
    import_sarif,
)

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
    "explain",
    "import_azure_policy",
    "import_key_vault",
    "import_policy_states",
    "import_resources",
    "import_sarif",
    "init",
    "report",
    "status",
    "test",
    "validate",
]
