from __future__ import annotations

import pytest

from tests.collect.given import SECRET
from tests.fake_azure.identity import CLIENT


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an identity that the fake knows, and nothing of the machine's own."""
    for name in (
        "AZURE_AUTHORITY_HOST",
        "AZURE_FEDERATED_TOKEN_FILE",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_TENANT_ID", "9a3b1c7e-5d42-4f8a-8c6b-0e1d2f3a4b5c")
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
