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
from attestgraph.pipeline.collecting import Collection, Request, collect, collection_plan
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
from attestgraph.pipeline.first_look import FirstLookDone, FrameworkCounts, first_look
from attestgraph.pipeline.imports import (
    import_azure_policy,
    import_entra,
    import_exemptions,
    import_key_vault,
    import_policy_attestations,
    import_policy_states,
    import_resources,
    import_sarif,
)
from attestgraph.pipeline.querying import CheckQueries, CheckQuery, queries, query

__all__ = [
    "CaseRun",
    "CheckQueries",
    "CheckQuery",
    "Collection",
    "Demo",
    "FirstLookDone",
    "FrameworkCounts",
    "Imported",
    "ImportedPolicies",
    "Request",
    "RunSummary",
    "Status",
    "StatusRow",
    "SystemStatus",
    "TableSummary",
    "Validation",
    "collect",
    "collection_plan",
    "demo",
    "evaluate",
    "explain",
    "first_look",
    "import_azure_policy",
    "import_entra",
    "import_exemptions",
    "import_key_vault",
    "import_policy_attestations",
    "import_policy_states",
    "import_resources",
    "import_sarif",
    "init",
    "queries",
    "query",
    "report",
    "status",
    "test",
    "validate",
]
