"""Sign-in: OpenID discovery, tokens by secret, federated token and device code, App Service.

Tokens say who they are for, as Azure's do, and have a life in real seconds. A user is a client id:
a service principal of `principals`, or the managed identity. Nothing is signed or secret: a fake.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson

from tests.fake_azure.wire import Answer, Incoming, RefusedError, error, ok

CLIENT: Final = "0f0e0d0c-1111-4222-8333-444455556666"
STRANGER: Final = "0f0e0d0c-9999-4222-8333-444455556666"  # may sign in, has no role
MANAGED: Final = "0f0e0d0c-7777-4222-8333-444455556666"
PERSON: Final = "0f0e0d0c-8888-4222-8333-444455556666"
FEDERATED: Final = "federated.token.of-the-fake"
CODE: Final = "FAKE-CODE"
MSI_HEADER: Final = "fake-identity-header"
_NEVER_LIKED: Final = "authorization_pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What an access token stands for."""

    user: str
    audience: str
    expires: float


@dataclass(slots=True, kw_only=True)
class Identity:
    """The tokens of one fake.

    Attributes:
        principals: Client secrets by client id.
        lifetime: Real seconds that a token is good for.
        told_lifetime: Real seconds that a client is told; None: the same.
        device_polls: How often a device code is pending before it is accepted.
    """

    tenant: str
    endpoint: str
    principals: Mapping[str, str]
    lifetime: float = 3600.0
    told_lifetime: float | None = None
    device_polls: int = 1
    _tokens: dict[str, Token] = field(default_factory=dict)
    _polls: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expire(self) -> None:
        """Refuse every token given out so far."""
        with self._lock:
            self._tokens.clear()

    def issue(self, user: str, audience: str) -> dict[str, Any]:
        """Return the answer of a token endpoint with a new token."""
        about = {"aud": audience, "tid": self.tenant, "oid": object_of(user), "appid": user}
        word = f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(about)}.{uuid4().hex}"
        token = Token(user=user, audience=audience, expires=time.time() + self.lifetime)
        with self._lock:
            self._tokens[word] = token
        told = int(self.lifetime if self.told_lifetime is None else self.told_lifetime)
        return {
            "token_type": "Bearer",
            "expires_in": told,
            "ext_expires_in": told,
            "access_token": word,
        }

    def holder(self, incoming: Incoming, *, vault: bool, claims: bool = False) -> str:
        """Return the user of a request's token, or refuse it with 401 and a challenge."""
        scheme, _, word = incoming.headers.get("authorization", "").partition(" ")
        with self._lock:
            token = self._tokens.get(word)
        if scheme.lower() != "bearer" or not word:
            raise self._challenged(
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
                vault=vault,
            )
        if token is None or token.expires <= time.time():
            raise self._challenged(
                "ExpiredAuthenticationToken",
                "The access token has expired: its expiry is earlier than the current UTC time.",
                vault=vault,
                claims=claims,
            )
        if ("vault" in token.audience or "managedhsm" in token.audience) != vault:
            raise self._challenged(
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource.",
                vault=vault,
            )
        return token.user

    def _challenged(
        self, code: str, message: str, *, vault: bool, claims: bool = False
    ) -> RefusedError:
        place = f"{self.endpoint}/{self.tenant}"
        if vault:
            told = f'Bearer authorization="{place}", resource="https://vault.azure.net"'
            return RefusedError(
                401, error("Unauthorized", "AKV10000: " + message), {"WWW-Authenticate": told}
            )
        told = f'Bearer authorization_uri="{place}", error="invalid_token"'
        told += f', error_description="{message}"'
        if claims:
            asked = base64.b64encode(b'{"access_token":{"nbf":{"essential":true,"value":"1"}}}')
            told = f'Bearer authorization_uri="{place}", error="insufficient_claims", '
            told += f'claims="{asked.decode()}"'
        return RefusedError(401, error(code, message), {"WWW-Authenticate": told})

    def respond(self, incoming: Incoming) -> Answer | None:
        """Answer a request of the sign-in service; None where it is none."""
        path = incoming.path.lower()
        if path.endswith("/discovery/instance"):
            return ok({"api-version": "1.1", "metadata": []})
        tenant, _, rest = incoming.path.lstrip("/").partition("/")
        if rest.lower() == "v2.0/.well-known/openid-configuration":
            self._check_tenant(tenant)
            return ok(self._discovery(tenant))
        if rest.lower() == "oauth2/v2.0/devicecode":
            self._check_tenant(tenant)
            return ok(self._device())
        if rest.lower() == "oauth2/v2.0/token":
            self._check_tenant(tenant)
            form = dict(parse_qsl(incoming.body.decode("utf-8", "replace")))
            return ok(self._granted(form))
        return None

    def managed(self, incoming: Incoming) -> Answer:
        """Answer a request to the App Service identity endpoint."""
        if incoming.path != "/msi/token":
            raise RefusedError(404, error("NotFound", "There is nothing here."))
        if incoming.headers.get("x-identity-header") != MSI_HEADER:
            raise RefusedError(401, error("Unauthorized", "X-IDENTITY-HEADER is wrong."))
        made = self.issue(MANAGED, incoming.query.get("resource", ""))
        made["expires_on"] = str(int(time.time()) + made["expires_in"])
        return ok(made | {"resource": incoming.query.get("resource", "")})

    def _check_tenant(self, tenant: str) -> None:
        if tenant.lower() not in {self.tenant, "organizations", "common"}:
            raise _refused(
                "invalid_tenant",
                f"AADSTS90002: Tenant '{tenant}' not found. Check to make sure you have the "
                "correct tenant ID and are signing into the correct cloud.",
            )

    def _discovery(self, tenant: str) -> dict[str, Any]:
        base = f"{self.endpoint}/{tenant}"
        return {
            "issuer": f"{self.endpoint}/{self.tenant}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "tenant_region_scope": None,
        }

    def _device(self) -> dict[str, Any]:
        word = uuid4().hex
        with self._lock:
            self._polls[word] = self.device_polls
        return {
            "user_code": CODE,
            "device_code": word,
            "verification_uri": f"{self.endpoint}/devicelogin",
            "expires_in": 900,
            "interval": 1,
            "message": f"To sign in, open {self.endpoint}/devicelogin and enter {CODE}.",
        }

    def _granted(self, form: Mapping[str, str]) -> dict[str, Any]:
        client, audience = form.get("client_id", ""), form.get("scope", "")
        if "device_code" in form:
            return self._device_granted(form["device_code"], client, audience)
        if form.get("grant_type") == "refresh_token":
            return self._of_person(client, audience)
        if client not in self.principals:
            raise _refused(
                "unauthorized_client",
                f"AADSTS700016: Application with identifier '{client}' was not found in the "
                f"directory '{self.tenant}'.",
            )
        if "client_assertion" in form:
            if form["client_assertion"] != FEDERATED:
                raise _refused(
                    "invalid_client",
                    "AADSTS700213: No matching federated identity record found for presented "
                    "assertion.",
                    401,
                )
        elif form.get("client_secret") != self.principals[client]:
            raise _refused(
                "invalid_client",
                "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in "
                "the request is the client secret value, not the client secret ID.",
                401,
            )
        return self.issue(client, audience)

    def _device_granted(self, word: str, client: str, audience: str) -> dict[str, Any]:
        with self._lock:
            left = self._polls.get(word)
            if left:
                self._polls[word] = left - 1
        if left is None:
            raise _refused("bad_verification_code", "AADSTS70000: The code is not known.")
        if left:
            raise _refused(_NEVER_LIKED, "AADSTS70016: The code was not entered yet.")
        return self._of_person(client, audience)

    def _of_person(self, client: str, audience: str) -> dict[str, Any]:
        about = {
            "aud": client,
            "iss": f"{self.endpoint}/{self.tenant}/v2.0",
            "exp": int(time.time()) + 3600,
            "iat": int(time.time()),
            "oid": PERSON,
            "sub": PERSON,
            "tid": self.tenant,
            "preferred_username": "user@example.com",
        }
        return self.issue(PERSON, audience) | {
            "scope": audience,
            "refresh_token": f"fake-refresh.{uuid4().hex}",
            "id_token": f"{_b64({'alg': 'none'})}.{_b64(about)}.",
            "client_info": _b64({"uid": PERSON, "utid": self.tenant}),
        }


def object_of(user: str) -> str:
    """Return the object id of a user."""
    return f"0b1ec700{user[8:]}"


def _b64(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def _refused(code: str, message: str, status: int = 400) -> RefusedError:
    number = message.partition(":")[0].removeprefix("AADSTS")
    return RefusedError(
        status,
        {
            "error": code,
            "error_description": f"{message} Trace ID: {uuid4()} Correlation ID: {uuid4()}",
            "error_codes": [int(number)] if number.isdigit() else [],
        },
    )
