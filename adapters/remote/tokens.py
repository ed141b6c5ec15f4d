"""Where the bearer token comes from: given, fetched from a token URL, or from azure-identity, in this order.

A token is fetched when the vault asks for one with a 401, and again before it expires. None of this shows a secret in a repr
or a message. Not here: sending it (asking).
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from certlife.adapters.port import VaultUnreachable
from certlife.adapters.remote.address import Address, address_of
from certlife.adapters.remote.challenge import Challenge
from certlife.adapters.remote.connection import Connection
from certlife.adapters.targets import Access, TargetRefused, TargetUnknown
from certlife.adapters.wire import WireRequest

TOKEN, CLIENT_ID, CLIENT_SECRET = "CERTLIFE_TOKEN", "CERTLIFE_CLIENT_ID", "CERTLIFE_CLIENT_SECRET"
EARLY_S: Final = 300
"""How long before its end a token is not used any more: seconds, but no more than a tenth of its life."""
_LIFE_S: Final = 3600
_VISIBLE: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token.

    Attributes:
        ends: until when it is used, on the clock that its source was given; None: for ever.
    """

    value: str = field(repr=False)
    ends: float | None = None


class Source(Protocol):
    """Where tokens come from."""

    def at_once(self) -> Token | None:
        """A token that is there before the vault asks for one; None: there is none."""

    def fetch(self, challenge: Challenge | None) -> Token:
        """A new token.

        Raises: VaultUnreachable: there is none to be had, and what to do about it.
        """


class Tokens:
    """The token of one vault: kept, and replaced in time.

    Args:
        clock: seconds that only rise.
    """

    def __init__(self, source: Source, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._clock = source, clock
        self._token: Token | None = source.at_once()
        self._challenge: Challenge | None = None

    def header(self) -> Mapping[str, str]:
        """What a request carries; nothing before the vault has asked for a token."""
        token = self._token
        if token is not None and token.ends is not None and token.ends <= self._clock():
            token = self._token = self._source.fetch(self._challenge)
        return {} if token is None else {"authorization": f"Bearer {token.value}"}

    def renew(self, challenge: Challenge | None) -> None:
        """Get another token: the vault has not taken the last one, or there was none.

        Raises: VaultUnreachable: there is none to be had.
        """
        self._challenge = challenge
        self._token = self._source.fetch(challenge)


@dataclass(frozen=True, slots=True)
class Given:
    """A token that somebody has given."""

    token: Token

    def at_once(self) -> Token:
        """The token."""
        return self.token

    def fetch(self, challenge: Challenge | None) -> Token:
        """There is no other."""
        raise VaultUnreachable(f"the vault does not take the token that was given (401){_wanted(challenge)}; it may have expired, or be for another resource")


@dataclass(frozen=True, slots=True)
class Nothing:
    """No token; where azure-identity is installed, what it finds."""

    host: str

    def at_once(self) -> None:
        """Nothing."""

    def fetch(self, challenge: Challenge | None) -> Token:
        """What azure-identity has."""
        if challenge is not None and not challenge.is_for(self.host):
            raise VaultUnreachable(
                f"the vault asks for a token{_wanted(challenge)}, and no token for that is sent to {self.host} unasked; give one: --token or $CERTLIFE_TOKEN"
            )
        token = None if challenge is None else _from_azure(challenge)
        if token is None:
            raise VaultUnreachable(f"the vault asks for a token (401){_wanted(challenge)}: give one with --token, $CERTLIFE_TOKEN or --token-url, or install certlife[azure] and log in")
        return token


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """The client-credentials grant of OAuth 2 (RFC 6749, 4.4).

    Attributes:
        connection: to the host of the token URL.
    """

    connection: Connection
    target: str
    client_id: str
    client_secret: str = field(repr=False)
    clock: Callable[[], float] = time.monotonic

    def at_once(self) -> None:
        """Nothing: what the token has to be for, the vault says."""

    def fetch(self, challenge: Challenge | None) -> Token:
        """Ask the token URL."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        scope = {} if challenge is None or not challenge.scope else {"scope": challenge.scope}
        body = urlencode({**form, **scope}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        try:
            answer = self.connection.ask(WireRequest("POST", self.target, headers, body), {})
        finally:
            self.connection.close()  # the next one is wanted in an hour
        try:
            said: Any = json.loads(answer.body)
        except ValueError:
            said = None
        if answer.status != 200 or not isinstance(said, dict) or not isinstance(said.get("access_token"), str):
            raise VaultUnreachable(f"{self.connection.address}{self.target} gives no token: {answer.status}{_error(said)}{_wanted(challenge)}")
        return token_of(said["access_token"], said.get("expires_in"), self.clock())


def tokens_for(vault: Address, access: Access, *, environ: Mapping[str, str] = os.environ) -> Source:
    """Where the tokens of a vault come from.

    Raises:
        TargetUnknown: what was given is no token, or half of it is missing.
        TargetRefused: it would go over a wire that anybody can read.
    """
    given = access.token or environ.get(TOKEN)
    if (given or access.token_url) and vault.scheme == "http" and not vault.is_loopback and not access.insecure:
        raise TargetRefused(f"a token is not sent to {vault} over plain HTTP, unless you say --insecure")
    if given:
        return Given(Token(_checked(given.strip())))
    if not access.token_url:
        return Nothing(vault.host)
    at = address_of(access.token_url)
    secrets = {name: environ.get(name, "") for name in (CLIENT_ID, CLIENT_SECRET)}
    missing = [name for name, value in secrets.items() if not value]
    if missing:
        raise TargetUnknown(f"--token-url wants ${' and $'.join(missing)}")
    if at.scheme == "http" and not at.is_loopback and not access.insecure:
        raise TargetRefused(f"a client secret is not sent to {at} over plain HTTP, unless you say --insecure")
    host = Address(at.scheme, at.host, at.port)
    connection = Connection(host, ca_file=access.ca_file, insecure=access.insecure)
    return ClientCredentials(connection, at.path or "/", secrets[CLIENT_ID], secrets[CLIENT_SECRET])


def token_of(value: str, life: object, now: float) -> Token:
    """A token that lives so many seconds from now on."""
    seconds = float(life) if isinstance(life, int | float | str) and str(life).replace(".", "", 1).isdecimal() else _LIFE_S
    return Token(_checked(value), now + seconds - min(EARLY_S, seconds / 10))


def _from_azure(challenge: Challenge) -> Token | None:
    """A token that azure-identity finds; None where it is not installed."""
    try:
        from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415 - an extra
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415
    except ImportError:
        return None
    try:
        found = DefaultAzureCredential().get_token(challenge.scope, tenant_id=challenge.tenant or None)
    except (ClientAuthenticationError, ValueError) as error:
        raise VaultUnreachable(f"azure-identity finds no token{_wanted(challenge)}: {str(error).splitlines()[0]}") from error
    return token_of(found.token, found.expires_on - time.time(), time.monotonic())


def _checked(token: str) -> str:
    if not _VISIBLE.fullmatch(token):
        raise TargetUnknown("the token is none: it has characters that no token has")
    return token


def _wanted(challenge: Challenge | None) -> str:
    if challenge is None:
        return ""
    tenant = f" of tenant {challenge.tenant}" if challenge.tenant else ""
    return f", one{tenant} for {challenge.scope.removesuffix('/.default') or 'this vault'}"


def _error(said: object) -> str:
    text = said.get("error_description") or said.get("error") if isinstance(said, dict) else None
    return f" ({str(text).splitlines()[0][:200]})" if text else ""
