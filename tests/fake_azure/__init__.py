"""A fake Azure for tests: one TLS server on loopback, used through the real SDK clients.

with FakeAzure(Tenant.of(1, resources=5000, states=20_000)) as fake: …   see fake.py, tenant.py.
"""

from tests.fake_azure.app import Request
from tests.fake_azure.clock import Quota, VirtualClock
from tests.fake_azure.fake import FakeAzure
from tests.fake_azure.faults import Fault
from tests.fake_azure.tenant import Group, Subscription, Tenant

__all__ = [
    "FakeAzure",
    "Fault",
    "Group",
    "Quota",
    "Request",
    "Subscription",
    "Tenant",
    "VirtualClock",
]
