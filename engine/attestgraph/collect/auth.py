"""Signing in: a credential by its usual name, and one line for each way that it fails."""

from __future__ import annotations

import base64
import enum
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from attestgraph.collect.clouds import Cloud
from attestgraph.diagnostics import Diagnostic, InputError

if TYPE_CHECKING:
    from datetime import datetime

    from azure.core.credentials import AccessTokenInfo, TokenRequestOptions

Prompt = Callable[[str, str, "datetime"], None]
_CODE: Final = re.compile(r"AADSTS\d{5,7}")
# tenants that are not there, or not the one that the identity belongs to
_WRONG_TENANT: Final = frozenset(
    {"AADSTS90002", "AADSTS900023", "AADSTS50020", "AADSTS700016", "AADSTS90072", "AADSTS50059"}
)
# a chain of credentials tells only in words why each of them failed
_TENANT_WORDS: Final = ("acquire tokens for tenant", "Unable to get authority configuration")
_NETWORK_WORDS: Final = (
    "Max retries exceeded",
    "Connection refused",
    "Connection aborted",
    "Name or service not known",
    "CERTIFICATE_VERIFY_FAILED",
)
_HELP: Final = {
    "default": "sign in with `az login`, set AZURE_TENANT_ID, AZURE_CLIENT_ID and a federated "
    "token or certificate, or name another way with --auth",
    "workload-identity": "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE, as "
    "the pipeline's Azure login does",
    "managed-identity": "run where a managed identity is assigned; name a user-assigned one with "
    "AZURE_CLIENT_ID",
    "device-code": "open the page that is named, enter the code, and finish signing in",
    "cli": "run `az login`",
}


class Method(enum.StrEnum):
    """The ways to sign in."""

    DEFAULT = "default"
    WORKLOAD_IDENTITY = "workload-identity"
    MANAGED_IDENTITY = "managed-identity"
    DEVICE_CODE = "device-code"
    CLI = "cli"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How to sign in.

    Attributes:
        tenant: The tenant that is meant; None for the identity's own.
        client_id: A user-assigned managed identity, or the application of a workload.
        authority: The sign-in host of a private cloud; None for the cloud's.
        ca_bundle: A file of certificates that are trusted beside nothing else.
        prompt: Shows the page and the code of a device sign-in.
    """

    method: Method = Method.DEFAULT
    tenant: str | None = None
    client_id: str | None = None
    authority: str | None = None
    ca_bundle: str | None = None
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who collected, by the claims of the token; what it does not say is None."""

    tenant_id: str | None
    object_id: str | None
    app_id: str | None

    @property
    def text(self) -> str | None:
        """Return it as the manifest names it."""
        parts = []
        if self.object_id:
            parts.append(f"object {self.object_id}")
        if self.app_id:
            parts.append(f"application {self.app_id}")
        return ", ".join(parts) or None


class Credential:
    """The credential of the SDK, asked for one tenant; refused tokens are not given out again."""

    def __init__(self, inner: Any, *, method: Method, tenant: str | None) -> None:
        """Wrap a credential.

        Args:
            inner: A credential of azure-identity.
            method: How it signs in, for messages.
            tenant: The tenant to ask for, where the credential knows several.
        """
        self.method = method
        self.tenant = tenant
        self._inner = inner
        self._ask = threading.Lock()

    def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """Return a token, as `SupportsTokenInfo` of azure-core asks."""
        asked: Any = dict(options or {})
        if self.tenant is not None:
            asked.setdefault("tenant_id", self.tenant)
        # one at a time: several workers that miss a token are answered by one sign-in
        with self._ask:
            found: AccessTokenInfo = self._inner.get_token_info(*scopes, options=asked)
        return found

    def get_token(self, *scopes: str, **_: Any) -> Any:
        """Return a token in the older form of the SDK."""
        from azure.core.credentials import AccessToken

        found = self.get_token_info(*scopes)
        return AccessToken(found.token, found.expires_on)

    def close(self) -> None:
        """Let go of connections."""
        self._inner.close()


def credential(how: SignIn, cloud: Cloud) -> Credential:
    """Return the credential that is named; nothing is asked of the network yet.

    Raises:
        InputError: `no-credentials`: what the way needs is not set; `bad-setting`.
    """
    if how.ca_bundle and not Path(how.ca_bundle).is_file():
        raise InputError(
            Diagnostic(
                slug="bad-setting",
                message="ATTESTGRAPH_CA_BUNDLE names a file that is not there",
                path=how.ca_bundle,
                help="name a file of certificates in PEM form, or unset it",
            )
        )
    try:
        inner = _inner(how, cloud)
    except ValueError:
        raise _no_credentials(how.method) from None
    several = how.method in (Method.DEFAULT, Method.CLI)
    return Credential(inner, method=how.method, tenant=how.tenant if several else None)


def _inner(how: SignIn, cloud: Cloud) -> Any:
    from azure import identity

    host = how.authority or cloud.authority
    web: dict[str, Any] = {"authority": host}
    if how.ca_bundle:
        web["connection_verify"] = how.ca_bundle
    if how.authority:
        # a private cloud is not in the public list of sign-in hosts
        web["disable_instance_discovery"] = True
    if how.tenant:
        web["additionally_allowed_tenants"] = [how.tenant]
    match how.method:
        case Method.DEFAULT:
            if how.client_id:
                web["managed_identity_client_id"] = how.client_id
                web["workload_identity_client_id"] = how.client_id
            return identity.DefaultAzureCredential(**web)
        case Method.WORKLOAD_IDENTITY:
            return identity.WorkloadIdentityCredential(
                tenant_id=how.tenant, client_id=how.client_id, **web
            )
        case Method.MANAGED_IDENTITY:
            return identity.ManagedIdentityCredential(client_id=how.client_id)
        case Method.DEVICE_CODE:
            if how.client_id:
                web["client_id"] = how.client_id
            if how.tenant:
                web["tenant_id"] = how.tenant
            return identity.DeviceCodeCredential(prompt_callback=how.prompt, **web)
        case Method.CLI:
            return identity.AzureCliCredential(
                tenant_id=how.tenant or "", additionally_allowed_tenants=["*"]
            )


def sign_in(credential: Credential, audience: str, *, tenant: str | None) -> Principal:
    """Ask for the first token and say who it is for.

    Raises:
        InputError: `no-credentials`, `wrong-tenant`, `token-refused`, `no-connection`.
    """
    from azure.core.exceptions import AzureError

    try:
        # asked as every request asks, so that the token is there when they do
        found = credential.get_token_info(f"{audience}/.default", options={"enable_cae": True})
        token = found.token
    except (AzureError, ValueError) as error:
        raise refusal(error, credential.method, tenant) from None
    who = principal_of(token)
    if tenant and who.tenant_id and _is_guid(tenant) and who.tenant_id.lower() != tenant.lower():
        raise InputError(
            Diagnostic(
                slug="wrong-tenant",
                message=f"the sign-in is for tenant `{who.tenant_id}`, not for `{tenant}`",
                help=f"sign in there (`az login --tenant {tenant}`), or leave --tenant out",
            )
        )
    return who


def refusal(error: Exception, method: Method, tenant: str | None) -> InputError:
    """Return the one line for a way in which signing in failed; nothing secret is quoted."""
    from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
    from azure.identity import CredentialUnavailableError

    text = str(error)
    codes = _CODE.findall(text)
    if any(code in _WRONG_TENANT for code in codes) or any(w in text for w in _TENANT_WORDS):
        named = f"tenant `{tenant}`" if tenant else "the tenant"
        return InputError(
            Diagnostic(
                slug="wrong-tenant",
                message=f"{named} does not know the identity, or is not there"
                + (f" ({codes[0]})" if codes else ""),
                help="check --tenant or AZURE_TENANT_ID, and that the cloud is the right one",
            )
        )
    if codes:
        return InputError(
            Diagnostic(
                slug="token-refused",
                message=f"signing in was refused ({codes[0]})",
                help=f"look the code up at https://login.microsoftonline.com/error?code="
                f"{codes[0].removeprefix('AADSTS')}; check that the identity and its secret or "
                "federation are valid",
            )
        )
    if isinstance(error, ServiceRequestError) or any(w in text for w in _NETWORK_WORDS):
        return InputError(
            Diagnostic(
                slug="no-connection",
                message="the sign-in service cannot be reached",
                help="check the network and the proxy; ATTESTGRAPH_CA_BUNDLE names the "
                "certificates of a private one",
            )
        )
    if isinstance(error, CredentialUnavailableError | ValueError):
        return _no_credentials(method)
    if method is Method.DEFAULT and isinstance(error, ClientAuthenticationError):
        return _no_credentials(method)
    return InputError(
        Diagnostic(slug="token-refused", message="signing in was refused", help=_HELP[method])
    )


def _no_credentials(method: Method) -> InputError:
    found = "no way to sign in works here" if method is Method.DEFAULT else f"`{method}` cannot"
    tail = "" if method is Method.DEFAULT else " sign in here"
    return InputError(
        Diagnostic(slug="no-credentials", message=f"{found}{tail}", help=_HELP[method])
    )


def principal_of(token: str) -> Principal:
    """Return who a token is for; the token itself is not kept."""
    claims: dict[str, Any] = {}
    parts = token.split(".")
    if len(parts) == 3:
        try:
            found = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
            claims = found if isinstance(found, dict) else {}
        except ValueError:
            claims = {}

    def claim(*names: str) -> str | None:
        values = (claims.get(name) for name in names)
        return next((v for v in values if isinstance(v, str) and v), None)

    return Principal(tenant_id=claim("tid"), object_id=claim("oid"), app_id=claim("appid", "azp"))


def _is_guid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None
