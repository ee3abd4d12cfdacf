"""The tables of a snapshot and of a run: columns, order, what is never null (CONTRACT 2 and 3)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from attestgraph.model.snapshot import RESOURCE_TABLES

TIME_TEXT: Final = "%Y-%m-%dT%H:%M:%SZ"
ROW_GROUP: Final = 20_000


class Kind(enum.Enum):
    """What a column holds."""

    TEXT = "text"
    JSON = "json"
    BOOLEAN = "boolean"
    TIME = "time"
    TEXTS = "texts"

    @property
    def sql(self) -> str:
        """The type as DuckDB writes it."""
        return _SQL[self]


# JSON is text to DuckDB, which never judges it (CONTRACT section 4)
_SQL: Final = MappingProxyType(
    {
        Kind.TEXT: "VARCHAR",
        Kind.JSON: "VARCHAR",
        Kind.BOOLEAN: "BOOLEAN",
        Kind.TIME: "TIMESTAMP",
        Kind.TEXTS: "VARCHAR[]",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False

    @property
    def quoted(self) -> str:
        """The name as SQL takes it; `check` and `row` are words of SQL."""
        return f'"{self.name}"'

    @property
    def read(self) -> str:
        """The expression that reads the column: times as text in our form."""
        if self.kind is Kind.TIME:
            return f"strftime({self.quoted}, '{TIME_TEXT}') AS {self.quoted}"
        return self.quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """One table: its columns in order, and the columns that its rows are sorted by.

    Attributes:
        order: Sorted by these; what is still equal is sorted by the digest of the whole row.
        key: Columns that name one thing; two different rows of one key are in conflict.
        subject: The column that says what a row is about, for messages.
    """

    name: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]
    key: tuple[str, ...]
    subject: str = "id_key"

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return a column by name.

        Raises:
            KeyError: No column is called that.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _columns(line: str) -> tuple[Column, ...]:
    """Read `name*:KIND …`: the star marks what is never null, TEXT is the default kind."""
    return tuple(_column(word) for word in line.split())


def _column(word: str) -> Column:
    name, _, kind = word.partition(":")
    return Column(
        name=name.rstrip("*"), kind=Kind[kind] if kind else Kind.TEXT, required=name.endswith("*")
    )


RESOURCE_COLUMNS: Final = _columns(
    "id_key* id* type* name* subscription_id resource_group location kind managed_by tenant_id"
    " api_version parent_key source* observed_at*:TIME sku:JSON plan:JSON tags:JSON identity:JSON"
    " zones:JSON extended_location:JSON properties:JSON extra:JSON redacted*:BOOLEAN row_sha256*"
)
_RESOURCES: Final = {
    name: TableSchema(
        name=name, columns=RESOURCE_COLUMNS, order=("type", "id_key"), key=("id_key",)
    )
    for name in RESOURCE_TABLES
}
_ASSIGNMENT_COLUMNS: Final = _columns(
    "scope* definition_key* not_scopes:TEXTS parameters:JSON enforcement_mode"
)
_STATES: Final = TableSchema(
    name="policystates",
    columns=_columns(
        "resource_key* resource_id resource_type subscription_id definition_key* definition_name*"
        " assignment_key* set_definition_key reference_id group_names:TEXTS state* state_raw effect"
        " reason_code evaluated_at:TIME component_id component_type parameters:JSON details:JSON"
    ),
    order=("definition_name", "resource_key", "assignment_key", "reference_id", "component_id"),
    key=("definition_key", "resource_key", "assignment_key", "reference_id", "component_id"),
    subject="resource_key",
)
_OTHERS: Final = (
    _STATES,
    TableSchema(
        name="policydefinitions",
        columns=_ASSIGNMENT_COLUMNS,
        order=("scope", "definition_key"),
        key=("scope", "definition_key"),
        subject="scope",
    ),
    TableSchema(
        name="policyassignments",
        columns=_ASSIGNMENT_COLUMNS,
        order=("scope", "definition_key"),
        key=("scope", "definition_key"),
        subject="scope",
    ),
    TableSchema(
        name="policyexemptions",
        columns=_columns(
            "scope* assignment_key* reference_ids:TEXTS category expires_at:TIME selectors:JSON"
        ),
        order=("scope", "assignment_key"),
        # a scope may have several for one assignment: only what is wholly equal is one
        key=("scope", "assignment_key", "reference_ids", "category", "expires_at", "selectors"),
        subject="scope",
    ),
    TableSchema(
        name="policyattestations",
        columns=_columns(
            "resource_key* assignment_key* reference_id state* expires_at:TIME owner"
            " assessed_at:TIME"
        ),
        order=("resource_key", "assignment_key", "reference_id"),
        key=("resource_key", "assignment_key", "reference_id"),
        subject="resource_key",
    ),
    TableSchema(
        name="queries",
        columns=_columns("query_sha256* id_key* row:JSON"),
        order=("query_sha256", "id_key"),
        key=("query_sha256", "id_key"),
    ),
)
TABLES: Final[Mapping[str, TableSchema]] = MappingProxyType(
    {**_RESOURCES, **{schema.name: schema for schema in _OTHERS}}
)
FINDINGS: Final = TableSchema(
    name="findings",
    columns=_columns(
        "control* check* parameters* resource_key* resource_id resource_type subscription_id"
        " outcome* reason basis exception evidence_table row_sha256 observed_at:TIME expected:JSON"
        " actual:JSON path"
    ),
    order=("control", "check", "parameters", "resource_key"),
    key=("control", "check", "parameters", "resource_key"),
    subject="resource_key",
)
