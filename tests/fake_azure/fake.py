"""The fake Azure, started in this process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from tests.fake_azure import certificates
from tests.fake_azure.app import App, Request
from tests.fake_azure.clock import QUOTAS, Family, Quota, Quotas, VirtualClock
from tests.fake_azure.control import respond
from tests.fake_azure.faults import Faults
from tests.fake_azure.graph import LIMIT
from tests.fake_azure.identity import CLIENT, FEDERATED, MSI_HEADER, STRANGER, Identity
from tests.fake_azure.server import Server
from tests.fake_azure.tenant import Tenant
from tests.fake_azure.wire import Answer, Incoming

Method = Literal["secret", "workload-identity", "managed-identity", "no-roles", "wrong-secret"]
SECRET: Final = "fake-client-secret-of-the-fake"  # noqa: S105 - it opens nothing


class FakeAzure:
    """One TLS server on loopback that behaves as Azure does; use it in a `with` statement.

    Args:
        clock: Time as the fake sees it; by default a clock of its own.
        clock_scale: How many times faster than real time it passes; see `clock.py`.
        quotas: Other quotas than those of `QUOTAS`, by family.
        token_lifetime: Real seconds that tokens are good for.
        told_lifetime: Real seconds that clients are told they are good for; None: the same.
        response_limit: Bytes that an answer of Resource Graph may have.
        url_limit: Characters that path and options of a request may have, else 414.
    """

    def __init__(  # noqa: PLR0913 - each is a property of the service
        self,
        tenant: Tenant,
        *,
        clock: VirtualClock | None = None,
        clock_scale: float = 1.0,
        quotas: Mapping[Family, Quota] | None = None,
        token_lifetime: float = 3600.0,
        told_lifetime: float | None = None,
        response_limit: int = LIMIT,
        url_limit: int = 16_384,
        port: int = 0,
    ) -> None:
        self.tenant = tenant
        self.clock = clock or VirtualClock(clock_scale)
        self._folder = tempfile.TemporaryDirectory(prefix="fake-azure-")
        folder = Path(self._folder.name)
        self.ca_file = str(certificates.make(folder))
        (folder / "federated-token").write_text(FEDERATED)
        self._secure = Server(self._respond, certificates.context(folder), port)
        self._plain = Server(self._respond, None)
        self.endpoint = f"https://localhost:{self._secure.port}"
        self.identity_endpoint = f"http://127.0.0.1:{self._plain.port}/msi/token"
        self.app = App(
            tenant=tenant,
            identity=Identity(
                tenant=tenant.id,
                endpoint=self.endpoint,
                principals={CLIENT: SECRET, STRANGER: SECRET},
                lifetime=token_lifetime,
                told_lifetime=told_lifetime,
            ),
            quotas=Quotas({**QUOTAS, **(quotas or {})}, self.clock),
            clock=self.clock,
            endpoint=self.endpoint,
            response_limit=response_limit,
            url_limit=url_limit,
        )

    @property
    def faults(self) -> Faults:
        """Return the script of faults; it may be changed at any time."""
        return self.app.faults

    @property
    def log(self) -> list[Request]:
        """Return every request so far, oldest first."""
        return list(self.app.log)

    def vault_url(self, vault: str) -> str:
        """Return where the data plane of a vault is: instead of `https://NAME.vault.azure.net`."""
        return f"{self.endpoint}/vault/{vault}"

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Return every row of a table in order of id, as Resource Graph shows it."""
        held = self.tenant.tables.get(table)
        return held.rows() if held else iter(())

    def states(self, subscription: str | None = None) -> Iterator[dict[str, Any]]:
        """Return every policy state, by subscription and in the order of its pages."""
        every = [s.id.lower() for s in self.tenant.subscriptions]
        return self.app.states.all([subscription.lower()] if subscription else every)

    def forbid(self, subscription: str) -> None:
        """List a subscription, and refuse it with 403 from now on."""
        self.app.forbidden.add(subscription.lower())

    def hide(self, subscription: str) -> None:
        """Show nothing of a subscription from now on: Resource Graph leaves it out silently."""
        self.app.hidden.add(subscription.lower())

    def credential_env(self, method: Method = "secret") -> dict[str, str]:
        """Return the environment in which DefaultAzureCredential signs in to the fake."""
        trust = {
            "ATTESTGRAPH_CA_BUNDLE": self.ca_file,
            "ATTESTGRAPH_ARM_ENDPOINT": self.endpoint,
            "REQUESTS_CA_BUNDLE": self.ca_file,
        }
        if method == "managed-identity":
            return trust | {
                "IDENTITY_ENDPOINT": self.identity_endpoint,
                "IDENTITY_HEADER": MSI_HEADER,
            }
        found = trust | {
            "AZURE_AUTHORITY_HOST": self.endpoint,
            "AZURE_TENANT_ID": self.tenant.id,
            "AZURE_CLIENT_ID": STRANGER if method == "no-roles" else CLIENT,
        }
        if method == "workload-identity":
            token = str(Path(self._folder.name) / "federated-token")
            return found | {"AZURE_FEDERATED_TOKEN_FILE": token}
        secret = "not the secret" if method == "wrong-secret" else SECRET
        return found | {"AZURE_CLIENT_SECRET": secret}

    def start(self) -> Self:
        """Serve from now on."""
        self._secure.start()
        self._plain.start()
        return self

    def close(self) -> None:
        """End every connection, and forget the certificates."""
        self._secure.close()
        self._plain.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _respond(self, incoming: Incoming) -> Answer:
        if incoming.secure and incoming.path.startswith("/_fake/"):
            return respond(self.app, incoming)
        return self.app.respond(incoming)
