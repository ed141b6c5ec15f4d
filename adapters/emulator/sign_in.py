"""The token endpoint: as much of Microsoft Entra ID as the client-credentials flow of official clients needs.

Not here: what a token is (tokens).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from certlife.adapters.emulator.tokens import LIFE_S, Tokens
from certlife.adapters.wire import WireAnswer
from certlife.model.values import Json

_HEADERS: Final = (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_ASIDE: Final = ("openid", "profile", "offline_access")
_DEFAULT: Final = "/.default"
_MOST_FIELDS: Final = 30


class SignInRefused(Exception):  # noqa: N818 - it says what is wrong
    """No token for this; the caller is wrong.

    Attributes:
        status, error, number: the HTTP status, the code of OAuth 2.0 (RFC 6749, 5.2), the number behind AADSTS.
    """

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(f"AADSTS{number}: {text}")
        self.status, self.error, self.number = status, error, number

    def answer(self) -> WireAnswer:
        """What goes out."""
        body: Json = {"error": self.error, "error_description": str(self), "error_codes": [self.number]}
        return _json(self.status, body)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The endpoint of one tenant and one application.

    Attributes:
        tokens: makes the tokens.
        client_id, client_secret: the application's.
    """

    tokens: Tokens
    client_id: str
    client_secret: str

    def answer(self, method: str, path: str, body: bytes, base: str) -> WireAnswer | None:
        """Answer a request, None where it is not one of this endpoint.

        Args:
            base: scheme and host that the request went to.
        """
        tenant, _, rest = path.removeprefix("/").partition("/")
        if (method, path) == ("GET", "/common/discovery/instance"):
            return _json(200, self._instance(base))
        if rest not in _PATHS:
            return None
        try:
            self._check(tenant, method, _PATHS[rest])
            if method == "GET":
                return _json(200, {"keys": []} if rest.endswith("keys") else self._configuration(base))
            return _json(200, self._token(_form(body)))
        except SignInRefused as refused:
            return refused.answer()

    def _check(self, tenant: str, method: str, wanted: str) -> None:
        if tenant.lower() != self.tokens.tenant.lower():
            raise SignInRefused(400, "invalid_request", 90002, f"Tenant '{tenant[:40]}' not found.")
        if method != wanted:
            raise SignInRefused(405, "invalid_request", 900561, f"The endpoint only accepts {wanted} requests.")

    def _token(self, form: Mapping[str, str]) -> Json:
        if form.get("grant_type") != "client_credentials":
            raise SignInRefused(400, "unsupported_grant_type", 70003, "Only client_credentials is supported here.")
        known = hmac.compare_digest(form.get("client_id", "").encode(), self.client_id.encode())
        told = hmac.compare_digest(form.get("client_secret", "").encode(), self.client_secret.encode())
        if not known:
            raise SignInRefused(400, "unauthorized_client", 700016, "Application was not found in the directory.")
        if not told:
            raise SignInRefused(401, "invalid_client", 7000215, "Invalid client secret provided.")
        token = self.tokens.make(client_id=self.client_id, audience=_audience(form))
        return {"token_type": "Bearer", "expires_in": LIFE_S, "ext_expires_in": LIFE_S, "access_token": token}

    def _configuration(self, base: str) -> Json:
        tenant = f"{base}/{self.tokens.tenant}"
        return {
            "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "jwks_uri": f"{tenant}/discovery/v2.0/keys",
            "response_modes_supported": ["query"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid"],
            "issuer": f"{tenant}/v2.0",
            "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
            "tenant_region_scope": None,
        }

    def _instance(self, base: str) -> Json:
        host = urlsplit(base).netloc
        return {
            "tenant_discovery_endpoint": f"{base}/{self.tokens.tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }


_PATHS: Final = {
    "v2.0/.well-known/openid-configuration": "GET",
    ".well-known/openid-configuration": "GET",
    "discovery/v2.0/keys": "GET",
    "discovery/keys": "GET",
    "oauth2/v2.0/token": "POST",
    "oauth2/token": "POST",
}
"""What lies under a tenant, and the method that it takes."""


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        return dict(pairs)
    except ValueError:
        raise SignInRefused(400, "invalid_request", 900144, "The request body can not be read.") from None


def _audience(form: Mapping[str, str]) -> str:
    """What the token is for: the older endpoint calls it `resource`, the newer one a scope `…/.default`."""
    scopes = [scope for scope in form.get("scope", "").split() if scope not in _ASIDE]
    resource = form.get("resource", "")
    if not resource and len(scopes) == 1 and scopes[0].endswith(_DEFAULT):
        resource = scopes[0].removesuffix(_DEFAULT)
    if not _is_resource(resource):
        raise SignInRefused(400, "invalid_scope", 1002012, "The scope has to be one resource, followed by /.default.")
    return resource.rstrip("/")


def _is_resource(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and text.isascii() and text.isprintable()


def _json(status: int, body: Json) -> WireAnswer:
    written = json.dumps(body).encode()
    return WireAnswer(status, (*_HEADERS, ("Content-Length", str(len(written)))), written)
