"""Bearer tokens: made, checked, and asked for with the challenge of the service.

A token is a JWT under a key that only this process knows. Not here: who may have one (sign_in).
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Final

import jwt
from certlife.adapters.wire import refusal
from certlife.model.values import Answer
from jwt.types import Options

LIFE_S: Final = 3600
SERVICE: Final = "https://vault.azure.net"
"""The real service's resource, for clients that do not wait for the challenge."""

_MISSING: Final = "AKV10000: Request is missing a Bearer or PoP token."  # observed N-1
_BY_HAND: Final[Options] = {
    "require": ["aud", "iss", "iat", "nbf", "exp", "appid"],
    "verify_aud": False,
    "verify_iss": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
"""The signature is the library's to check; the claims are checked here, to refuse each in the service's words."""

_KEPT: Final = 1024
_LONGEST: Final = 16_384


class TokenRefused(Exception):  # noqa: N818 - it says what is wrong
    """A request has no token that is good for it; the caller is wrong."""


class Tokens:
    """The tokens of one tenant.

    Args:
        tenant: the directory.
        clock: real time, seconds since 1970.
    """

    def __init__(self, tenant: str, *, clock: Callable[[], float] = time.time) -> None:
        self.tenant = tenant
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._good: dict[bytes, float] = {}

    @property
    def issuer(self) -> str:
        """Who signs: a name in the form of the real one, `https://sts.windows.net/{tenant}/`."""
        return f"https://sts.certlife.invalid/{self.tenant}/"

    def make(self, *, client_id: str, audience: str) -> str:
        """Sign a token.

        Args:
            client_id: of the application that asked for it.
            audience: the resource that it is for.
        """
        now = int(self._clock())
        claims = {"aud": audience, "iss": self.issuer, "iat": now, "nbf": now, "exp": now + LIFE_S}
        claims |= {"appid": client_id, "oid": client_id, "sub": client_id, "tid": self.tenant, "uti": uuid.uuid4().hex}
        return jwt.encode(claims | {"ver": "1.0"}, self._key, algorithm="HS256")

    def check(self, header: str | None, resource: str) -> None:
        """See that an `Authorization` header holds a token for a resource.

        Whatever was found good stays so until it expires, for the same resource; it is looked up by digest, so that the
        look-up tells nothing about what is in it.

        Raises: TokenRefused: it does not; the text is the service's.
        """
        scheme, _, token = (header or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
            raise TokenRefused(_MISSING)
        digest = hashlib.sha256(f"{resource} {token}".encode("utf-8", "surrogateescape")).digest()
        now = self._clock()
        if self._good.get(digest, 0.0) <= now:
            expires = self._checked(token, resource, now)
            if len(self._good) >= _KEPT:
                self._good.clear()
            self._good[digest] = expires

    def _checked(self, token: str, resource: str, now: float) -> float:
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"], options=_BY_HAND)
        except jwt.InvalidSignatureError:
            raise TokenRefused("AKV10046: Unable to resolve the key used for signature validation.") from None
        except (jwt.PyJWTError, ValueError, RecursionError):  # JSON in it may be nested without end
            raise TokenRefused(_MISSING) from None
        if str(claims["aud"]).rstrip("/") not in (resource, SERVICE):
            raise TokenRefused(f"AKV10022: Invalid audience. Expected {resource}, found: {claims['aud']}.")
        if claims["iss"] != self.issuer:
            raise TokenRefused(f"AKV10032: Invalid issuer. Expected one of {self.issuer}, found {claims['iss']}.")
        if not claims["nbf"] <= now < claims["exp"]:
            raise TokenRefused("AKV10023: The token is not valid at this time.")
        return float(claims["exp"])


def challenge(message: str, *, authority: str, resource: str) -> Answer:
    """The 401 of the service (observed N-1, J-72).

    Args:
        authority: where tokens come from, with the tenant.
        resource: what they are to be for.
    """
    header = f'Bearer authorization="{authority}", resource="{resource}"'
    refused = refusal(401, "Unauthorized", message)
    return Answer(refused.status, refused.body, {"www-authenticate": header})
