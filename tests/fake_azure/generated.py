"""A tenant from a seed: its tables, policy states, children and vault objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from tests.fake_azure.below import (
    AUTHORIZATION,
    MG,
    ROOT,
    GeneratedBelow,
    GeneratedVaults,
)
from tests.fake_azure.definitions import DEFINITIONS
from tests.fake_azure.kinds import KINDS, PLANS
from tests.fake_azure.states import StateHead
from tests.fake_azure.tables import Table, held
from tests.fake_azure.tenant import TENANT, Group, Row, Subscription, Tenant
from tests.fake_azure.world import World, plain_row

GROUPS: Final = (
    Group(name=TENANT, title="Tenant Root Group"),
    Group(name=ROOT, title="Root", parent=TENANT),
    Group(name="mg-prod", title="Production", parent=ROOT),
    Group(name="mg-test", title="Test", parent=ROOT),
)
_SET: Final = f"{AUTHORIZATION}policySetDefinitions/179d1daa-458f-4e47-8086-2a68d0d6c38f"
_ASSIGNMENTS: Final = ("baseline", "nist-800-53-r5", "guardrails")


def generate(
    seed: int,
    *,
    resources: int,
    subscriptions: int,
    states: int,
    vaults: int | None,
    at: datetime,
) -> Tenant:
    """Return a tenant from a seed; see `Tenant.of`."""
    world = World(
        seed, tenant=TENANT, resources=resources, subscriptions=subscriptions, vaults=vaults
    )
    return Tenant(
        id=TENANT,
        subscriptions=tuple(_subscriptions(world)),
        groups=GROUPS,
        tables={
            "resources": Table(world.heads(), world.row),
            "appserviceresources": Table(world.site_heads(), world.site_row),
            "resourcecontainers": held(_containers(world)),
            "securityresources": held(_security(world)),
            "authorizationresources": held(_roles(world)),
            "policyresources": held(_policies(world)),
        },
        states=GeneratedStates(world, states, at),
        below=GeneratedBelow(world),
        vaults=GeneratedVaults(world),
    )


def _subscriptions(world: World) -> Iterator[Subscription]:
    for number, subscription in enumerate(world.subscriptions):
        group = "mg-prod" if number % 3 else "mg-test"
        yield Subscription(id=subscription, name=f"sub-{number:04}", group=group)


def _containers(world: World) -> Iterator[Row]:
    for group in GROUPS:
        row = plain_row(MG + group.name, "microsoft.management/managementgroups", tenant=TENANT)
        yield row | {"properties": {"displayName": group.title, "tenantId": TENANT}}
    for one in _subscriptions(world):
        row = plain_row(
            f"/subscriptions/{one.id}",
            "microsoft.resources/subscriptions",
            subscription=one.id,
            tenant=TENANT,
            name=one.name,
        )
        chain = [{"name": n, "displayName": n} for n in (one.group, ROOT, TENANT)]
        yield row | {"properties": {"managementGroupAncestorsChain": chain, "state": "Enabled"}}
    for subscription, name in world.groups():
        row = plain_row(
            f"/subscriptions/{subscription}/resourceGroups/{name}",
            "microsoft.resources/subscriptions/resourcegroups",
            subscription=subscription,
            tenant=TENANT,
        )
        row |= {"location": "eastus", "resourceGroup": name}
        yield row | {"properties": {"provisioningState": "Succeeded"}}


def _security(world: World) -> Iterator[Row]:
    for number, subscription in enumerate(world.subscriptions):
        for plan, name in enumerate(PLANS):
            row = plain_row(
                f"/subscriptions/{subscription}/providers/Microsoft.Security/pricings/{name}",
                "microsoft.security/pricings",
                subscription=subscription,
                tenant=TENANT,
            )
            tier = "Free" if world.mixed(number * 97 + plan) % 3 == 0 else "Standard"
            yield row | {"properties": {"pricingTier": tier, "freeTrialRemainingTime": "PT0S"}}


def _roles(world: World) -> Iterator[Row]:
    owner = f"{AUTHORIZATION}roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    reader = f"{AUTHORIZATION}roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
    row = plain_row(owner, "microsoft.authorization/roledefinitions", tenant=TENANT)
    yield row | {"properties": {"roleName": "Owner", "type": "BuiltInRole"}}
    for subscription in world.subscriptions:
        for number in range(4):
            name = world.uuid(subscription, "role", number)
            row = plain_row(
                f"/subscriptions/{subscription}{AUTHORIZATION}roleAssignments/{name}",
                "microsoft.authorization/roleassignments",
                subscription=subscription,
                tenant=TENANT,
            )
            yield row | {
                "properties": {
                    "roleDefinitionId": reader if number else owner,
                    "principalId": world.uuid("principal", number),
                    "principalType": ("User", "Group", "ServicePrincipal")[number % 3],
                    "scope": f"/subscriptions/{subscription}",
                }
            }


def _policies(world: World) -> Iterator[Row]:
    names = {name: effect for pairs in DEFINITIONS.values() for name, effect in pairs}
    for name, effect in sorted(names.items()):
        row = plain_row(
            f"{AUTHORIZATION}policyDefinitions/{name}",
            "microsoft.authorization/policydefinitions",
            tenant=TENANT,
        )
        yield row | {"properties": {"policyType": "BuiltIn", "mode": "Indexed", "effect": effect}}
    yield plain_row(_SET, "microsoft.authorization/policysetdefinitions", tenant=TENANT)
    for name in _ASSIGNMENTS:
        row = plain_row(
            f"{MG}{ROOT}{AUTHORIZATION}policyAssignments/{name}",
            "microsoft.authorization/policyassignments",
            tenant=TENANT,
        )
        scope = {"scope": MG + ROOT, "enforcementMode": "Default", "parameters": {}}
        yield row | {"properties": {"policyDefinitionId": _SET, **scope}}
    for subscription in world.subscriptions[::5]:
        row = plain_row(
            f"/subscriptions/{subscription}{AUTHORIZATION}policyExemptions/waived",
            "microsoft.authorization/policyexemptions",
            subscription=subscription,
            tenant=TENANT,
        )
        assignment = f"{MG}{ROOT}{AUTHORIZATION}policyAssignments/baseline"
        told = {"policyAssignmentId": assignment, "exemptionCategory": "Waiver"}
        yield row | {"properties": {**told, "policyDefinitionReferenceIds": []}}


@dataclass(slots=True)
class GeneratedStates:
    """Policy states in equal numbers for all resources; written without building dicts."""

    world: World
    total: int
    at: datetime
    _pieces: dict[tuple[int, int, int], bytes] = field(default_factory=dict)
    _numbers: dict[str, int] = field(init=False)
    _times: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = {s: n for n, s in enumerate(self.world.subscriptions)}
        times = (self.at - timedelta(seconds=61 * n) for n in range(1, 1025))
        self._times = [t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode() for t in times]

    def count(self, subscription: str) -> int:
        """Return how many records a subscription has."""
        used = min(len(self.world.subscriptions), self.world.count)
        at = self._numbers.get(subscription, used)
        if at >= used:
            return 0
        return self.total // used + (at < self.total % used)

    def head(self, subscription: str, number: int) -> StateHead:
        """Return what filters read of a record."""
        first, step, each = self._layout(subscription)
        resource, slot = first + number // each * step, number % each
        kind = self.world.kind(resource)
        state = _STATES[self._state(resource, slot)]
        return StateHead(_definition(kind, slot)[0].lower(), state.lower())

    def written(self, subscription: str, numbers: Sequence[int]) -> list[bytes]:
        """Return records as JSON text."""
        first, step, each = self._layout(subscription)
        found, last, head, kind = [], -1, b"", 0
        for number in numbers:
            at, slot = divmod(number, each)
            if at != last:
                last, resource = at, first + at * step
                kind, head = self.world.kind(resource), self._head(resource)
            state = self._state(resource, slot)
            piece = self._pieces.get((kind, slot, state)) or self._piece(kind, slot, state)
            time = self._times[(resource + slot) & 1023]
            found.append(b'%b"timestamp":"%b",%b' % (head, time, piece))
        return found

    def _layout(self, subscription: str) -> tuple[int, int, int]:
        """Return the first resource, the step to the next, and how many states each has."""
        first, step = self._numbers[subscription], len(self.world.subscriptions)
        here = (self.world.count - first + step - 1) // step
        return first, step, -(-self.count(subscription) // here)

    def _state(self, resource: int, slot: int) -> int:
        return _DICE[self.world.mixed(resource * 64 + slot) % len(_DICE)]

    def _head(self, resource: int) -> bytes:
        world = self.world
        kind, where = KINDS[world.kind(resource)], world.subscription(resource)
        context = (
            f"https://management.azure.com/subscriptions/{where}/providers/"
            "Microsoft.PolicyInsights/policyStates/$metadata#latest/$entity"
        )
        told = {
            "@odata.id": None,
            "@odata.context": context,
            "resourceId": world.id(resource),
            "subscriptionId": where,
            "resourceType": f"/{kind.type}",
            "resourceLocation": world.location(resource),
            "resourceGroup": world.group(resource),
        }
        return orjson.dumps(told)[:-1] + b","

    def _piece(self, kind: int, slot: int, state: int) -> bytes:
        definition, effect = _definition(kind, slot)
        assignment = _ASSIGNMENTS[slot % 3]
        whole = slot % 3 == 1
        told = {
            "resourceTags": "tbd",
            "policyAssignmentId": f"{MG}{ROOT}{AUTHORIZATION}policyAssignments/{assignment}",
            "policyDefinitionId": definition,
            "effectiveParameters": None,
            "isCompliant": _STATES[state] == "Compliant",
            "policyAssignmentName": assignment,
            "policyAssignmentOwner": "tbd",
            "policyAssignmentParameters": "{}",
            "policyAssignmentScope": MG + ROOT,
            "policyDefinitionName": definition.rpartition("/")[2],
            "policyDefinitionAction": effect.lower(),
            "policyDefinitionCategory": "tbd",
            "policySetDefinitionId": _SET if whole else "",
            "policySetDefinitionName": _SET.rpartition("/")[2] if whole else "",
            "policySetDefinitionOwner": "tbd" if whole else "",
            "policySetDefinitionCategory": "regulatory compliance" if whole else "",
            "policySetDefinitionParameters": None,
            "managementGroupIds": f"{ROOT},{TENANT}",
            "policyDefinitionReferenceId": f"reference-{slot}" if whole else "",
            "complianceState": _STATES[state],
            "policyDefinitionGroupNames": ["NIST_SP_800-53_R5_SC-12"] if whole else [""],
            "policyDefinitionVersion": "1.0.0",
            "policySetDefinitionVersion": "2.0.1" if whole else "",
            "policyAssignmentVersion": "",
        }
        if len(self._pieces) > 8192:
            self._pieces.clear()
        made = self._pieces[kind, slot, state] = orjson.dumps(told)[1:]
        return made


_STATES: Final = ("Compliant", "NonCompliant", "Exempt")
_DICE: Final = (0,) * 16 + (1,) * 3 + (2,)


def _definition(kind: int, slot: int) -> tuple[str, str]:
    known = DEFINITIONS.get(KINDS[kind].type.lower(), ())
    if slot < len(known):
        return f"{AUTHORIZATION}policyDefinitions/{known[slot][0]}", known[slot][1]
    return f"{MG}{ROOT}{AUTHORIZATION}policyDefinitions/custom-{slot:03}", "audit"
