"""How what hangs on other resources is read from Resource Manager: path, version, who holds it.

Sources: the specifications of Resource Manager (azure-rest-api-specs, the folder that each version
names), looked at for each type of this table.
"""

from __future__ import annotations

from typing import Final

from attestgraph.checks.tables import table_of
from attestgraph.model.ids import ascii_lower

_ARM: Final = "armresources"
_SUBSCRIPTIONS: Final = "microsoft.resources/subscriptions"
# by the beginning of a type, the longest first where two fit
_VERSIONS: Final[tuple[tuple[str, str], ...]] = (
    ("microsoft.insights/diagnosticsettings", "2021-05-01-preview"),
    ("microsoft.insights/logprofiles", "2016-03-01"),
    ("microsoft.authorization/locks", "2020-05-01"),
    ("microsoft.authorization/policyexemptions", "2022-07-01-preview"),
    ("microsoft.policyinsights/attestations", "2022-09-01"),
    ("microsoft.apimanagement/", "2022-08-01"),
    ("microsoft.automation/", "2023-11-01"),
    ("microsoft.cdn/", "2023-05-01"),
    ("microsoft.datafactory/", "2018-06-01"),
    ("microsoft.dbformysql/flexibleservers/", "2023-06-30"),
    ("microsoft.dbformysql/servers/", "2020-01-01"),
    ("microsoft.dbforpostgresql/flexibleservers/", "2022-12-01"),
    ("microsoft.dbforpostgresql/servers/", "2020-01-01"),
    ("microsoft.eventgrid/", "2022-06-15"),
    ("microsoft.eventhub/", "2021-11-01"),
    ("microsoft.servicebus/", "2021-11-01"),
    ("microsoft.sql/", "2021-11-01"),
    ("microsoft.storage/", "2023-01-01"),
    ("microsoft.synapse/", "2021-06-01"),
    ("microsoft.web/", "2022-03-01"),
)
# extensions that one list of a subscription has all of, whatever they hang on
_OF_SUBSCRIPTION: Final = frozenset(
    {
        "microsoft.authorization/locks",
        "microsoft.authorization/policyexemptions",
        "microsoft.insights/logprofiles",
        "microsoft.policyinsights/attestations",
    }
)


def arm_version(kind: str) -> str | None:
    """Return the version of the interface that reads a type, or None where that is not known."""
    name = f"{ascii_lower(kind)}/"
    return next((version for start, version in _VERSIONS if name.startswith(start)), None)


def is_listed_by_subscription(kind: str) -> bool:
    """Tell whether one list of a subscription has all of a type."""
    return kind in _OF_SUBSCRIPTION


def is_extension(kind: str) -> bool:
    """Tell whether a type hangs on resources of other types, by `providers/<type>`."""
    return kind.count("/") == 1


def holder_of(kind: str) -> str:
    """Return the type that a child type is a part of."""
    return kind.rpartition("/")[0]


def holders_to_read(kind: str, holders: tuple[str, ...]) -> tuple[str, ...]:
    """Return the types whose rows must be known before a type can be read.

    Args:
        kind: A type of the table `armresources`, lower case.
        holders: For an extension: the types that it is asked of.
    """
    if is_listed_by_subscription(kind):
        return (_SUBSCRIPTIONS,)
    if not is_extension(kind):
        return (holder_of(kind),)
    return tuple(sorted(set(holders) - {kind}))


def is_read_by_arm(kind: str) -> bool:
    """Tell whether rows of a type come from Resource Manager alone."""
    return table_of(kind) == _ARM
