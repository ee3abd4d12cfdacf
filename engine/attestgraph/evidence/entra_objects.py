"""Objects of Microsoft Graph to rows of the table `entraobjects`: what a check needs, no more.

Members are kept by name, never left out by name: what Graph adds one day is not stored unseen. No
secret, hint, key or thumbprint is among them. Names of people are kept on demand only.

Sources: Microsoft Graph v1.0, resource types application, servicePrincipal, passwordCredential,
keyCredential, userRegistrationDetails, conditionalAccessPolicy.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attestgraph.model.ids import ascii_lower
from attestgraph.model.times import format_time, parse_time

ENTRA_OBJECTS: Final = "entraobjects"


class EntraKind(enum.StrEnum):
    """What Graph lists; the last segment of the row's type, and the first of its id."""

    APPLICATIONS = "applications"
    SERVICE_PRINCIPALS = "servicePrincipals"
    USER_REGISTRATIONS = "userRegistrationDetails"
    CONDITIONAL_ACCESS = "conditionalAccessPolicies"

    @property
    def row_type(self) -> str:
        """The type of its rows."""
        return f"microsoft.graph/{ascii_lower(self.value)}"


_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_CONTEXT: Final = re.compile(r"\$metadata#([^(?$]+)", re.ASCII)
_CONTEXTS: Final[Mapping[str, EntraKind]] = {
    "applications": EntraKind.APPLICATIONS,
    "serviceprincipals": EntraKind.SERVICE_PRINCIPALS,
    "reports/authenticationmethods/userregistrationdetails": EntraKind.USER_REGISTRATIONS,
    "identity/conditionalaccess/policies": EntraKind.CONDITIONAL_ACCESS,
    "conditionalaccess/policies": EntraKind.CONDITIONAL_ACCESS,
}
# members that only one kind has; an object of several kinds' members, or of none, is not guessed
_MARKS: Final[Mapping[EntraKind, frozenset[str]]] = {
    EntraKind.APPLICATIONS: frozenset(
        {"identifierUris", "isFallbackPublicClient", "publisherDomain", "requiredResourceAccess"}
    ),
    EntraKind.SERVICE_PRINCIPALS: frozenset(
        {"appOwnerOrganizationId", "servicePrincipalNames", "servicePrincipalType"}
    ),
    EntraKind.USER_REGISTRATIONS: frozenset({"isMfaRegistered", "methodsRegistered"}),
    EntraKind.CONDITIONAL_ACCESS: frozenset({"grantControls", "sessionControls"}),
}  # fmt: skip
_CREDENTIALS: Final = ("passwordCredentials", "keyCredentials")
_OF_CREDENTIAL: Final = ("keyId", "displayName", "startDateTime", "endDateTime", "type", "usage")
_TIMES: Final = frozenset({"startDateTime", "endDateTime"})
_NAMES: Final = ("userPrincipalName", "userDisplayName")
_MEMBERS: Final[Mapping[EntraKind, tuple[str, ...]]] = {
    EntraKind.APPLICATIONS: (
        "appId", "createdDateTime", "displayName", "identifierUris", "isFallbackPublicClient",
        "publisherDomain", "requiredResourceAccess", "signInAudience", "tags", *_CREDENTIALS,
    ),
    EntraKind.SERVICE_PRINCIPALS: (
        "accountEnabled", "alternativeNames", "appId", "appOwnerOrganizationId",
        "appRoleAssignmentRequired", "createdDateTime", "displayName", "servicePrincipalType",
        "signInAudience", "tags", *_CREDENTIALS,
    ),
    EntraKind.USER_REGISTRATIONS: (
        "isAdmin", "isMfaCapable", "isMfaRegistered", "isPasswordlessCapable", "isSsprCapable",
        "isSsprEnabled", "isSsprRegistered", "isSystemPreferredAuthenticationMethodEnabled",
        "lastUpdatedDateTime", "methodsRegistered", "systemPreferredAuthenticationMethods",
        "userPreferredMethodForSecondaryAuthentication", "userType",
    ),
    EntraKind.CONDITIONAL_ACCESS: (
        "conditions", "createdDateTime", "displayName", "grantControls", "modifiedDateTime",
        "sessionControls", "state",
    ),
}  # fmt: skip


def members_of(kind: EntraKind) -> tuple[str, ...]:
    """Return the members that are kept of a kind, its id and names of people left out."""
    return _MEMBERS[kind]


def kind_of(item: Mapping[str, Any], *, context: Any = None) -> EntraKind | None:
    """Return what an object is, or None where that is not known here.

    Args:
        item: The object; without a context the members that only one kind has tell it.
        context: The `@odata.context` of the answer that it is in, where it has one.
    """
    match = _CONTEXT.search(context) if isinstance(context, str) else None
    if match is not None:
        return _CONTEXTS.get(ascii_lower(match[1].strip("/")))
    found = [kind for kind, marks in _MARKS.items() if marks & item.keys()]
    return found[0] if len(found) == 1 else None


def holds_secret(item: Any) -> bool:
    """Tell whether an object holds a secret: it was printed when a credential was made."""
    if not isinstance(item, dict):
        return False
    if item.get("password") or item.get("secretText"):
        return True
    return any(
        bool(each.get("secretText"))
        or (bool(each.get("key")) and ascii_lower(str(each.get("type"))) != "asymmetricx509cert")
        for name in _CREDENTIALS
        for each in _objects(item.get(name))
    )


def object_faults(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with an object of a known kind."""
    if not isinstance(item.get("id"), str) or not _GUID.fullmatch(ascii_lower(item["id"])):
        yield "has no `id`, the object id; export whole objects"
    for name in _CREDENTIALS:
        value = item.get(name)
        if value is not None and not (
            isinstance(value, list) and all(isinstance(each, dict) for each in value)
        ):
            yield f"`{name}` is not a list of credentials"


def entra_row(
    kind: EntraKind, item: Mapping[str, Any], *, tenant: str | None, keep_names: bool
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the row of an object, and the row paths that the object says something of.

    Args:
        kind: What it is.
        item: The object, without faults.
        tenant: The directory that it is in, where that is known.
        keep_names: Whether the names of people are kept; without, their object id stands for them.
    """
    wanted = _MEMBERS[kind]
    if kind is EntraKind.USER_REGISTRATIONS and keep_names:
        wanted = (*wanted, *_NAMES)
    properties = {
        name: _KEPT.get(name, _plain)(item[name])
        for name in sorted(wanted)
        if item.get(name) is not None
    }
    name = properties.get("userPrincipalName") or properties.get("displayName") or item["id"]
    row = {
        "id": f"/{kind}/{item['id']}",
        "name": name,
        "type": kind.row_type,
        "properties": properties,
    }
    if tenant is not None:
        row["tenantId"] = tenant
    return row, frozenset(f"properties.{name}" for name in wanted if name in item)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _credentials(value: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: _moment(each[name]) if name in _TIMES else each[name]
            for name in _OF_CREDENTIAL
            if each.get(name) is not None
        }
        for each in value
    ]


def _moment(value: Any) -> Any:
    """Return a time in our form; what is none stays as it is, and compares with nothing."""
    try:
        return format_time(parse_time(value)) if isinstance(value, str) else value
    except ValueError:
        return value


def _plain(value: Any) -> Any:
    return value


_KEPT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "createdDateTime": _moment,
    "keyCredentials": _credentials,
    "lastUpdatedDateTime": _moment,
    "modifiedDateTime": _moment,
    "passwordCredentials": _credentials,
}
