"""The clouds: where Resource Manager, the sign-in and the vaults of each are."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from attestgraph.diagnostics import Diagnostic, InputError, nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """One cloud.

    Attributes:
        arm: The endpoint of Resource Manager.
        audience: What tokens for it are asked for.
        authority: The host of the sign-in service.
        vault_suffix: The domain that vaults are below.
        hsm_suffix: The domain that managed HSMs are below.
        graph: The endpoint of Microsoft Graph.
    """

    name: str
    arm: str
    audience: str
    authority: str
    vault_suffix: str
    hsm_suffix: str
    graph: str

    @property
    def vault_audience(self) -> str:
        """What tokens for vaults are asked for."""
        return f"https://{self.vault_suffix}"

    @property
    def hsm_audience(self) -> str:
        """What tokens for managed HSMs are asked for."""
        return f"https://{self.hsm_suffix}"


PUBLIC: Final = "public"
_CLOUDS: Final = MappingProxyType(
    {
        cloud.name: cloud
        for cloud in (
            Cloud(
                name=PUBLIC,
                arm="https://management.azure.com",
                audience="https://management.azure.com",
                authority="login.microsoftonline.com",
                vault_suffix="vault.azure.net",
                hsm_suffix="managedhsm.azure.net",
                graph="https://graph.microsoft.com",
            ),
            Cloud(
                name="us-government",
                arm="https://management.usgovcloudapi.net",
                audience="https://management.usgovcloudapi.net",
                authority="login.microsoftonline.us",
                vault_suffix="vault.usgovcloudapi.net",
                hsm_suffix="managedhsm.usgovcloudapi.net",
                graph="https://graph.microsoft.us",
            ),
            Cloud(
                name="china",
                arm="https://management.chinacloudapi.cn",
                audience="https://management.chinacloudapi.cn",
                authority="login.chinacloudapi.cn",
                vault_suffix="vault.azure.cn",
                hsm_suffix="managedhsm.azure.cn",
                graph="https://microsoftgraph.chinacloudapi.cn",
            ),
        )
    }
)
NAMES: Final = tuple(_CLOUDS)


def cloud(name: str) -> Cloud:
    """Return a cloud by name.

    Raises:
        InputError: `unknown-cloud`.
    """
    if name in _CLOUDS:
        return _CLOUDS[name]
    near = nearest(name, NAMES)
    raise InputError(
        Diagnostic(
            slug="unknown-cloud",
            message=f"no cloud is called `{name}`",
            help=f"did you mean `{near[0]}`?" if near else f"there are {', '.join(NAMES)}",
        )
    )
