"""What an emulator is started with.

Not here: where the options come from (the command line).
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TENANT: Final = "6f1f7d0c-5a0e-4b0e-9a53-6365727400ff"
"""The directory that every emulator belongs to, unless it is told otherwise."""

BODY_MOST: Final = 8 * 1024 * 1024
"""Bytes of a request body: room for a backup of 500 versions (KVC-LIM-011)."""
BODY_USUAL: Final = 1024 * 1024
"""Bytes of the body of any other request than a restore: what takes long is bounded by what is sent."""


def _client_id() -> str:
    return str(uuid.uuid4())


def _secret() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options.

    Attributes:
        host: the name or address to listen at; `localhost` means both of its addresses.
        port: 0 for any that is free.
        tls: whether it speaks HTTPS.
        names: host names beside those of localhost that the certificate is good for; `*.` may lead.
        auth: whether a bearer token is asked for.
        tenant: the directory that tokens come from.
        client_id, client_secret: who may have tokens.
        fast: whether issuance, deletion, recovery and purge take no time.
        seed: of vaults that nobody gave one; None for a different one each.
        ca_out: where to write the CA's certificate; None for a folder of its own that is gone in the end.
        control_port: of the control endpoint; 0 for any, None for no such endpoint.
        control_token: what the control endpoint asks for.
        body_most: bytes of a request body.
        body_s: how many seconds a body may take to come.
    """

    host: str = "localhost"
    port: int = 0
    tls: bool = True
    names: tuple[str, ...] = ()
    auth: bool = True
    tenant: str = TENANT
    client_id: str = field(default_factory=_client_id)
    client_secret: str = field(default_factory=_secret, repr=False)
    fast: bool = False
    seed: int | None = None
    ca_out: Path | None = None
    control_port: int | None = None
    control_token: str = field(default_factory=_secret, repr=False)
    body_most: int = BODY_MOST
    body_s: float = 30.0
