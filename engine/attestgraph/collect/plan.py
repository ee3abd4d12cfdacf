"""What a collection asks for: what the checks in use read, and the roles that this needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from attestgraph.checks.judge import WHOLE_ROW
from attestgraph.checks.plan import QUERIES, Plan
from attestgraph.checks.tables import CONTAINERS, POLICY_STATES, table_of
from attestgraph.collect.area import READER
from attestgraph.collect.arm import ARM_TABLE, ArmReads, arm_sources, parent_types
from attestgraph.collect.attestations import Attestations
from attestgraph.collect.key_vault import COMPONENTS, VaultContents, vault_sources
from attestgraph.collect.policy_states import PolicyStates
from attestgraph.collect.resource_graph import COLUMNS, TABLES_HERE, GraphTable
from attestgraph.collect.source import Source
from attestgraph.evidence.policy_records import ATTESTATIONS, EXEMPTION_TYPE, EXEMPTIONS
from attestgraph.model.authored import PolicyTest

_GRAPH: Final = "Resource Graph"
_STATES: Final = "Azure Policy states"
_ARM: Final = "Resource Manager"
_VAULT: Final = "the vaults themselves"
VAULTS: Final = frozenset({"microsoft.keyvault/vaults", "microsoft.keyvault/managedhsms"})
# read by every evaluation, whatever its checks: ids, boundaries and tags
_ALWAYS: Final = frozenset(
    {
        "id",
        "name",
        "type",
        "kind",
        "location",
        "resourceGroup",
        "subscriptionId",
        "tags",
        "properties",
    }
)
# management groups are above every scope that is asked for: their rows are not to be had there
_CONTAINED: Final = (
    "microsoft.resources/subscriptions",
    "microsoft.resources/subscriptions/resourcegroups",
)
_OTHERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        COMPONENTS: "ask for it with --key-vault, or `attestgraph import key-vault`",
        "entraobjects": "import it: `attestgraph import entra`",
        "codescans": "import it: `attestgraph import sarif`",
        QUERIES: "queries of your own are not run",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """One table that is asked for.

    Attributes:
        types: The resource types; None is all.
        columns: The columns of Resource Graph; empty where the answer has its own form.
        definitions: How many definitions the states are asked for; None is all.
        role: The least role, at the subscriptions or a management group above them.
    """

    table: str
    service: str
    types: tuple[str, ...] | None
    columns: tuple[str, ...]
    role: str
    definitions: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it for `--plan --format json`."""
        return {
            "table": self.table,
            "service": self.service,
            "types": None if self.types is None else list(self.types),
            "columns": list(self.columns),
            "definitions": self.definitions,
            "role": self.role,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPlan:
    """Everything that a collection asks for.

    Attributes:
        left_out: Tables that the checks read and a collection does not, with what to do instead.
    """

    tables: tuple[TablePlan, ...]
    sources: tuple[Source, ...]
    left_out: Mapping[str, str]
    everything: bool

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it needs, each once."""
        return tuple(sorted({table.role for table in self.tables}))

    def to_json(self) -> dict[str, Any]:
        """Return it for `--plan --format json`; also what makes two collections the same."""
        return {
            "everything": self.everything,
            "roles": list(self.roles),
            "tables": [table.to_json() for table in self.tables],
            "left_out": dict(self.left_out),
        }


def plan_collection(
    plan: Plan, asked: Iterable[str], *, everything: bool, key_vault: bool = False
) -> CollectionPlan:
    """Return what to ask for.

    Args:
        plan: The compiled checks.
        asked: The tables that the workspace asks for.
        everything: Whole rows of all types, and the states of all definitions.
        key_vault: Whether keys, secrets and certificates are listed, in the vaults themselves.
    """
    wanted = frozenset(asked)
    needed: dict[str, dict[str, set[str]]] = {}
    for need in plan.needs:
        for resource_type in need.types:
            paths = needed.setdefault(need.table, {}).setdefault(resource_type, set())
            paths.update(need.paths)
    followers = tuple(_followers(plan, needed, wanted, key_vault=key_vault))
    holders = parent_types(f for f in followers if isinstance(f, ArmReads))
    if any(isinstance(f, VaultContents) for f in followers):
        holders |= VAULTS
    for resource_type in holders:
        needed.setdefault(table_of(resource_type), {}).setdefault(resource_type, set())
    sources = (*_sources(plan, needed, wanted, everything=everything), *followers)
    collected = {source.table for source in sources}
    left = sorted((wanted & needed.keys()) - collected)
    return CollectionPlan(
        tables=tuple(_table_plan(source) for source in sources),
        sources=sources,
        left_out={table: _OTHERS.get(table, "it is not collected") for table in left},
        everything=everything,
    )


def _followers(
    plan: Plan,
    needed: Mapping[str, Mapping[str, set[str]]],
    wanted: frozenset[str],
    *,
    key_vault: bool,
) -> Iterator[Source]:
    """Give the sources that Resource Graph and Azure Policy do not answer for."""
    if ARM_TABLE in wanted and ARM_TABLE in needed:
        yield from arm_sources(plan)
    if ATTESTATIONS in wanted:
        yield Attestations()
    if key_vault and COMPONENTS in wanted and COMPONENTS in needed:
        yield from vault_sources(tuple(sorted(needed[COMPONENTS])))


def _sources(
    plan: Plan,
    needed: Mapping[str, Mapping[str, set[str]]],
    wanted: frozenset[str],
    *,
    everything: bool,
) -> Iterator[Source]:
    # subscriptions and groups are always read: they say which systems a resource is in
    yield GraphTable(table=CONTAINERS, types=_CONTAINED)
    for table in TABLES_HERE:
        if table == EXEMPTIONS and table in wanted:
            yield GraphTable(table=table, types=(EXEMPTION_TYPE,))
        elif table not in (CONTAINERS, EXEMPTIONS) and table in wanted:
            if everything:
                yield GraphTable(table=table, elsewhere=_read_by_arm(needed))
            elif table in needed:
                yield _narrow(table, needed[table])
    if POLICY_STATES in wanted and (everything or POLICY_STATES in needed):
        yield PolicyStates(definitions=None if everything else _definitions(plan))


def _read_by_arm(needed: Mapping[str, Mapping[str, set[str]]]) -> frozenset[str]:
    return frozenset(needed.get(ARM_TABLE, ()))


def _narrow(table: str, needed: Mapping[str, set[str]]) -> GraphTable:
    columns: set[str] = set(_ALWAYS)
    for paths in needed.values():
        columns |= {path.partition(".")[0].partition("[")[0] for path in paths}
    types = tuple(sorted(needed))
    if WHOLE_ROW in columns or columns >= set(COLUMNS):
        return GraphTable(table=table, types=types)
    asked = tuple(name for name in COLUMNS if name in columns)
    return GraphTable(table=table, types=types, projection=dict.fromkeys(types, asked))


def _definitions(plan: Plan) -> tuple[str, ...]:
    tests = (i.check.test for i in plan.instances)
    return tuple(
        sorted({t.definition.rsplit("/", 1)[-1] for t in tests if isinstance(t, PolicyTest)})
    )


def _table_plan(source: Source) -> TablePlan:
    columns: tuple[str, ...] = ()
    definitions = None
    service, role = _ARM, READER
    if isinstance(source, GraphTable):
        service, columns = _GRAPH, source.columns
    elif isinstance(source, PolicyStates):
        service = _STATES
        definitions = None if source.filter is None else len(source.definitions or ())
    elif isinstance(source, VaultContents):
        service, role = _VAULT, source.role
    return TablePlan(
        table=source.table,
        service=service,
        types=source.types,
        columns=columns,
        role=role,
        definitions=definitions,
    )
