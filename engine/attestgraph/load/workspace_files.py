"""The files of a new workspace, for `init`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

_WORKSPACE: Final = """\
# The workspace: what is assessed, and against which frameworks.
organisation: {organisation}
evidence:
  # the tables in your plan; add policystates once you import compliance states
  sources: [resources]
systems:
  - system: everything
    title: Everything we run in Azure
    owner: platform-team
    # an empty boundary is everything; name management_groups, subscriptions or resource_groups
    boundary: {{}}
    frameworks: [nist-800-53-r5@moderate]
"""

_CONTROL: Final = """\
control: st-owner-tag
says: Every storage account names its owner in a tag.
domain: inventory
severity: low
responsibility: customer
owner: platform-team
source: A rule of our own.
supports:
  - framework: nist-800-53-r5
    requirement: CM-8
    covers: part
    because: An inventory is of use where every item has an owner.
    review: draft
checks:
  - check: owner-tag
    says: The storage account has a tag named owner.
    applies_to: Microsoft.Storage/storageAccounts
    satisfied_when: {field: tags.owner, exists: true}
remediation: az tag update --resource-id <id> --operation merge --tags owner=<team>
"""

_CASES: Final = """\
control: st-owner-tag
cases:
  - case: an owner is named
    want: satisfied
    resource: {tags: {owner: payments}}
  - case: other tags alone
    want: not-satisfied
    resource: {tags: {env: test}}
  - case: no tags at all
    want: not-satisfied
    resource: {name: stcase}
"""


def new_workspace_files(organisation: str) -> Mapping[str, str]:
    """Return the files of a new workspace: path relative to it, to text.

    They hold a workspace file and one control of its own with its cases, and load without a fault.

    Args:
        organisation: The organisation's name, any text.
    """
    # a JSON string is a YAML string as well, whatever the name holds
    name = json.dumps(" ".join(organisation.split()), ensure_ascii=False)
    return {
        "attestgraph.yaml": _WORKSPACE.format(organisation=name),
        "controls/inventory/st-owner-tag.cases.yaml": _CASES,
        "controls/inventory/st-owner-tag.yaml": _CONTROL,
    }
