"""The few things of ASGI that the emulator's applications share.

Not here: what they answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from certlife.adapters.wire import WireAnswer

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class BodyRefusedError(Exception):
    """A body is too large, or takes too long; the caller is wrong.

    Attributes:
        status: 413 or 408.
    """

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class GoneError(Exception):
    """The caller has closed the connection."""


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; of equal names the last."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def target_of(scope: Scope) -> bytes:
    """Path and query as sent."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


async def body_of(scope: Scope, receive: Receive, *, most: int, read: int, seconds: float) -> bytes:
    """Read the body; one that is somewhat too large as well, for a client that still sends does not hear a refusal.

    Args:
        most: how many bytes it may have.
        read: how many bytes are read at all, most of them to be thrown away.
        seconds: how long it may take.
    Raises: BodyRefusedError: it has more, or takes longer. GoneError: it does not come.
    """
    headers = dict(scope["headers"])
    if b"content-length" not in headers and b"transfer-encoding" not in headers:
        return b""  # RFC 9112, 6.3: there is none
    length = headers.get(b"content-length", b"")
    announced = int(length) if length.isdigit() else 0
    if announced > most and (announced > read or b"expect" in headers):
        raise BodyRefusedError(413)
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, most, read)
    except TimeoutError:
        raise BodyRefusedError(408) from None


async def _read(receive: Receive, most: int, read: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= read:
        message = await receive()
        if message["type"] != "http.request":
            raise GoneError
        piece: bytes = message.get("body", b"")
        size += len(piece)
        if size <= most:
            parts.append(piece)
        if not message.get("more_body", False):
            break
    if size > most:
        raise BodyRefusedError(413)
    return b"".join(parts)


async def answer(send: Send, wire: WireAnswer, *, more: Iterable[tuple[str, str]] = ()) -> None:
    """Send an answer, with more headers."""
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in (*wire.headers, *more)]
    await send({"type": "http.response.start", "status": wire.status, "headers": pairs})
    await send({"type": "http.response.body", "body": wire.body})
