"""Exemptions and attestations of Azure Policy to the columns that they are kept in.

Taken: objects of Resource Manager, rows of `policyresources`, and the flat form of `az`.

Sources: Microsoft.Authorization/policyExemptions 2022-07-01-preview,
Microsoft.PolicyInsights/attestations 2022-09-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from attestgraph.model.ids import ascii_lower, id_key, parent_key, type_in_id
from attestgraph.model.times import parse_time

EXEMPTIONS: Final = "policyexemptions"
ATTESTATIONS: Final = "policyattestations"
EXEMPTION_TYPE: Final = "microsoft.authorization/policyexemptions"
ATTESTATION_TYPE: Final = "microsoft.policyinsights/attestations"
_TENANT: Final = "/"


def exemption_faults(item: Any) -> Iterator[str]:
    """Yield what is wrong with an exemption; nothing where `exemption_values` can read it."""
    if not _is_of(item, EXEMPTION_TYPE):
        yield "is no policy exemption: its id must end in policyExemptions/<name>"
        return
    members = _members(item)
    yield from _lacking(members, "policyAssignmentId", "exemptionCategory")
    yield from _bad_times(members, "expiresOn")
    references = members.get("policyDefinitionReferenceIds")
    if references is not None and not (
        isinstance(references, list) and all(isinstance(r, str) for r in references)
    ):
        yield "`policyDefinitionReferenceIds` is not a list of texts"


def exemption_values(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column values of an exemption; no reference ids mean the whole assignment."""
    members = _members(item)
    selectors = members.get("resourceSelectors")
    return {
        "scope": _holder(item),
        "assignment_key": id_key(members["policyAssignmentId"]),
        "reference_ids": sorted(set(members.get("policyDefinitionReferenceIds") or ())) or None,
        "category": ascii_lower(members["exemptionCategory"].strip()),
        "expires_at": _time(members, "expiresOn"),
        "selectors": selectors or None,
    }


def attestation_faults(item: Any) -> Iterator[str]:
    """Yield what is wrong with an attestation; nothing where `attestation_values` can read it."""
    if not _is_of(item, ATTESTATION_TYPE):
        yield "is no policy attestation: its id must end in attestations/<name>"
        return
    members = _members(item)
    yield from _lacking(members, "policyAssignmentId")
    yield from _bad_times(members, "expiresOn", "assessmentDate")
    for name in ("complianceState", "owner", "policyDefinitionReferenceId"):
        if not isinstance(members.get(name), str | None):
            yield f"`{name}` is not text"


def attestation_values(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column values of an attestation; one that names no state says `unknown`."""
    members = _members(item)
    state = ascii_lower(members.get("complianceState") or "").replace("-", "").replace(" ", "")
    return {
        "resource_key": _holder(item),
        "assignment_key": id_key(members["policyAssignmentId"]),
        "reference_id": members.get("policyDefinitionReferenceId") or None,
        "state": state if state in ("compliant", "noncompliant") else "unknown",
        "expires_at": _time(members, "expiresOn"),
        "owner": members.get("owner") or None,
        "assessed_at": _time(members, "assessmentDate"),
    }


def _is_of(item: Any, kind: str) -> bool:
    resource_id = item.get("id") if isinstance(item, dict) else None
    return isinstance(resource_id, str) and type_in_id(id_key(resource_id)) == kind


def _members(item: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = item.get("properties")
    return inner if isinstance(inner, dict) else item


def _holder(item: Mapping[str, Any]) -> str:
    """Return the key of what an exemption or attestation hangs on."""
    return parent_key(id_key(item["id"])) or _TENANT


def _lacking(members: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        value = members.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"has no `{name}`"


def _bad_times(members: Mapping[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        value = members.get(name)
        try:
            if value not in (None, ""):
                parse_time(value if isinstance(value, str) else "")
        except ValueError:
            yield f"`{name}` is `{value}`, which is no time with a zone"


def _time(members: Mapping[str, Any], name: str) -> datetime | None:
    value = members.get(name)
    return parse_time(value) if value else None
