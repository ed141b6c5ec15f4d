"""HTTP as the emulator speaks it, on uvicorn's protocol: what the memo knows is answered at once, a head has its limits.

Of uvicorn's protocol some inner methods are replaced; constraints.txt pins it. Not here: what is answered (app, control),
the bodies (asgi).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final, cast

import uvicorn
from certlife.adapters.emulator.app import ABORT
from certlife.adapters.emulator.memo import Memo
from certlife.adapters.wire import answer_to_wire, refusal
from certlife.model.values import Answer
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MOST_OF_HEAD: Final = 64 * 1024
"""Bytes of a request's line and headers; tokens have 2 KiB."""
HEAD_S: Final = 20.0
"""How many seconds a head may take to come, from its first byte on."""
_FAREWELL_S: Final = 0.5

_TOO_LARGE: Final = refusal(431, "RequestHeaderFieldsTooLarge", "The request line and the headers are too large.")
_TOO_SLOW: Final = refusal(408, "RequestTimeout", "The request headers did not come in time.")
_PHRASES: Final = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


@dataclass(slots=True, eq=False)
class _Head:
    """A head that has not come to its end; the first piece of it does not count, for what else came with it is unknown."""

    size: int = 0


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_s = HEAD_S

    def __init__(self, config: uvicorn.Config, *args: Any, **named: Any) -> None:
        super().__init__(config, *args, **named)
        self._memo: Memo | None = getattr(config.app, "memo", None)
        self._head: _Head | None = None
        self._slow: asyncio.TimerHandle | None = None
        self._deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin, and give up on a client that says nothing."""
        super().connection_made(transport)
        self._wait_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._head_ended()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that is too large, or comes too slowly, is refused."""
        if self._deaf:
            return
        before = self._head
        super().data_received(data)
        if self._head is not None:
            if self._head is before:  # all of it belongs to one head
                before.size += len(data)
            if self._head.size > MOST_OF_HEAD:
                self._refuse(_TOO_LARGE)
            elif self._slow is None:
                self._slow = self.loop.call_later(self.head_s, self._refuse, _TOO_SLOW)
        elif self.timeout_keep_alive_task is None and (self.cycle is None or self.cycle.response_complete):
            self._wait_idle()  # whatever came, a line end say, began no request

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._head = _Head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head, and have the request answered."""
        self._head_ended()
        if self._known() > MOST_OF_HEAD:
            self._refuse(_TOO_LARGE)
        else:
            super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope = cast("dict[str, Any]", cycle.scope)
        if self._memo is not None and cycle.keep_alive and not self.pipeline and not self.flow.write_paused:
            known = self._memo.answer(scope)
            if known is not None:
                self.transport.write(known)
                cycle.response_started = cycle.response_complete = True
                self.on_response_complete()
                return
        scope[ABORT] = self.transport.abort
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """Close at once what is idle and all written, for a client that rests does not take part in TLS's farewell."""
        idle = self.cycle is None or self.cycle.response_complete
        if idle and self.transport.get_write_buffer_size() == 0:
            self.transport.abort()
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the service's form."""
        self._refuse(refusal(400, "BadRequest", msg))

    def _known(self) -> int:
        """How many bytes of the head the parser has told."""
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _wait_idle(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _head_ended(self) -> None:
        self._head = None
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _refuse(self, answer: Answer) -> None:
        """Answer a head that is not read any further, and close."""
        if self._deaf or self.transport.is_closing():
            return
        self._head_ended()
        wire = answer_to_wire(answer)
        lines = [f"{name}: {value}" for name, value in (*wire.headers, ("Connection", "close"))]
        head = "\r\n".join([f"HTTP/1.1 {answer.status} {_PHRASES[answer.status]}", *lines, "", ""])
        self.transport.write(head.encode("latin-1") + wire.body)
        if answer is _TOO_LARGE:  # a client that still sends does not hear the answer if the connection is gone
            self._deaf = True
            self.loop.call_later(_FAREWELL_S, self.transport.close)
        else:
            self.transport.close()
