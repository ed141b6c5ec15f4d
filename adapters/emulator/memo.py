"""Answers to GETs that were given before, as bytes, for as long as the vault must answer the same.

An answer is good while its vault is the one that is hosted, counts no change since, and has nothing due (`Hosted`). Whoever
asks needs a good token all the same. Not here: how an answer comes to be (app), who asks the memo (server).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from weakref import ReferenceType, ref

from certlife.adapters.emulator.asgi import Scope, target_of
from certlife.adapters.emulator.faults import Faults
from certlife.adapters.emulator.logs import LOGGER
from certlife.adapters.emulator.tokens import TokenRefused, Tokens
from certlife.adapters.emulator.vaults import Hosted
from certlife.adapters.wire import WireAnswer
from certlife.adapters.wire.answers import date_of, one_line

_MOST: Final = 2048
_MOST_BYTES: Final = 16 * 1024 * 1024
_OWN: Final = frozenset(("x-ms-request-id", "x-ms-client-request-id", "date"))
"""The headers that differ from one answer to the next."""


@dataclass(frozen=True, slots=True)
class _Kept:
    hosted: ReferenceType[Hosted]  # weak: a vault that was forgotten is to be gone
    changes: int
    resource: str
    head: bytes
    body: bytes


class Memo:
    """The answers of one emulator.

    Args:
        tokens: checks who asks; None where nobody needs a token.
        faults: as long as one waits, nothing is answered from here.
        request_id: names the next request.
    """

    def __init__(self, tokens: Tokens | None, faults: Faults, request_id: Callable[[], str]) -> None:
        self._tokens, self._faults, self._request_id = tokens, faults, request_id
        self._kept: dict[tuple[bytes, bytes, str], _Kept] = {}
        self._bytes = 0

    def keep(self, scope: Scope, hosted: Hosted, resource: str, wire: WireAnswer) -> None:
        """Note the answer to a GET without a body.

        Args:
            resource: what a token has to be for, to get it.
        """
        if not hosted.sound:
            return
        if len(self._kept) >= _MOST or self._bytes > _MOST_BYTES:
            self.forget()
        host = [value for name, value in scope["headers"] if name == b"host"][-1]
        phrase = HTTPStatus(wire.status).phrase
        lines = [f"HTTP/1.1 {wire.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in wire.headers if name.lower() not in _OWN]
        head = ("\r\n".join(lines) + "\r\n").encode("latin-1")
        target = target_of(scope)
        self._kept[host, target, scope["scheme"]] = _Kept(ref(hosted), hosted.vault.changes, resource, head, wire.body)
        self._bytes += len(target) + len(head) + len(wire.body)

    def forget(self) -> None:
        """Know nothing any more."""
        self._kept.clear()
        self._bytes = 0

    def answer(self, scope: Scope) -> bytes | None:
        """The whole answer to a request, from its first byte to its last; None where it has to be made."""
        if scope["method"] != "GET" or self._faults or LOGGER.isEnabledFor(logging.DEBUG):
            return None
        host = authorization = client = b""
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"authorization":
                authorization = value
            elif name == b"x-ms-client-request-id":
                client = value
            elif name in (b"content-length", b"transfer-encoding", b"expect"):
                return None
        kept = self._kept.get((host, target_of(scope), scope["scheme"]))
        hosted = None if kept is None else kept.hosted()
        if kept is None or hosted is None or not hosted.unchanged_since(kept.changes):
            return None
        if self._tokens is not None:
            try:
                self._tokens.check(authorization.decode("latin-1"), kept.resource)
            except TokenRefused:
                return None
        return b"%bDate: %b\r\nx-ms-request-id: %b\r\n%b\r\n%b" % (
            kept.head,
            date_of(hosted.vault.clock.now).encode(),
            self._request_id().encode(),
            b"x-ms-client-request-id: %b\r\n" % one_line(client.decode("latin-1")).encode() if client else b"",
            kept.body,
        )
