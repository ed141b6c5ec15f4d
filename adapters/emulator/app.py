"""The emulator as an ASGI application: from a request to its vault, and back.

Not here: the socket and TLS (server), the controls (control), answers that were given before (memo).
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from certlife.adapters.emulator import asgi
from certlife.adapters.emulator.addresses import Place, place_of
from certlife.adapters.emulator.asgi import BodyRefusedError, GoneError, Receive, Scope, Send
from certlife.adapters.emulator.faults import Fault, FaultKind, Faults
from certlife.adapters.emulator.logs import LOGGER, log, raised
from certlife.adapters.emulator.memo import Memo
from certlife.adapters.emulator.options import BODY_USUAL, Options
from certlife.adapters.emulator.sign_in import SignIn
from certlife.adapters.emulator.tokens import TokenRefused, Tokens, challenge
from certlife.adapters.emulator.vaults import Hosted, VaultRefused, Vaults
from certlife.adapters.wire import WireAnswer, WireMalformed, WireRequest, answer_to_wire, refusal, request_from_wire
from certlife.adapters.wire.requests import target_encoded
from certlife.model.values import Answer, Request

ABORT = "certlife.abort"
"""Where the scope has the function that drops the connection; in a scope without it a drop becomes a 500."""

_SOMEWHAT = 8
"""How many times the most a body may be too large and still be read: a client that still sends does not hear a refusal."""
_REFUSED = {
    408: refusal(408, "RequestTimeout", "The request body did not come in time."),
    413: refusal(413, "RequestEntityTooLarge", "The request body is too large."),
}
_BROKEN = refusal(500, "InternalServerError", "An internal error occurred.")
_PLAIN = (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"))


@dataclass(slots=True)
class _Asked:
    """A request on its way through the application."""

    scope: Scope
    target: str
    headers: dict[str, str]
    place: Place
    scheme: str
    body: bytes = b""
    hosted: Hosted | None = None
    fault: Fault | None = None
    begun: float = field(default_factory=time.perf_counter)

    @property
    def base(self) -> str:
        """Scheme and host that it went to."""
        return f"{self.scheme}://{self.place.host}"

    @property
    def path(self) -> str:
        """The path as sent, as the vault knows it."""
        return self.target.partition("?")[0].removeprefix(self.place.prefix)


class Emulator:
    """Answers requests for vaults, for tokens, and for what is to be known about the emulator.

    Args:
        openapi: writes the document that describes it all.
    """

    def __init__(
        self, options: Options, vaults: Vaults, *, faults: Faults | None = None, openapi: Callable[[str], bytes] | None = None
    ) -> None:
        self.vaults = vaults
        self.faults = Faults() if faults is None else faults
        self.tokens = Tokens(options.tenant)
        self.memo = Memo(self.tokens if options.auth else None, self.faults, self.request_id)
        self._options, self._openapi = options, openapi
        self._sign_in = SignIn(self.tokens, options.client_id, options.client_secret)
        self._run, self._count = uuid.uuid4().hex[:20], count()

    def request_id(self) -> str:
        """A name for a request, in the form of a UUID, that no other request of this process has."""
        number = f"{next(self._count):012x}"
        run = self._run
        return f"{run[:8]}-{run[8:12]}-{run[12:16]}-{run[16:20]}-{number}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever happens, in the service's form."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])  # servers take it that there is no lifespan here, and no web socket
        asked = self._asked(scope)
        try:
            wire = await self._answered(asked, receive) if asked else self._wired(_bad_host(), None)
        except GoneError:
            return
        except BodyRefusedError as refused:
            wire = self._wired(_REFUSED[refused.status], asked)
            await asgi.answer(send, wire, more=[("Connection", "close")])
            return
        except Exception as error:  # noqa: BLE001 - the border of the process: nobody above can answer in the service's form
            log(logging.ERROR, "broken", path=asked.path if asked else "", exception=raised(error))
            wire = self._wired(_BROKEN, asked)
        if wire is not None:
            await asgi.answer(send, wire)
            if LOGGER.isEnabledFor(logging.DEBUG) and asked is not None:
                _log_request(asked, wire)

    def _asked(self, scope: Scope) -> _Asked | None:
        headers = asgi.headers_of(scope)
        target = target_encoded(asgi.target_of(scope), b"")
        place = place_of(headers.get("host", ""), target)
        return None if place is None else _Asked(scope, target, headers, place, scope["scheme"])

    async def _answered(self, asked: _Asked, receive: Receive) -> WireAnswer | None:
        """The answer; None where the connection was dropped."""
        method, path = asked.scope["method"], asked.target.partition("?")[0]
        most, seconds = self._options.body_most, self._options.body_s
        most = most if path.lower().rstrip("/").endswith("/restore") else min(most, BODY_USUAL)
        asked.body = await asgi.body_of(asked.scope, receive, most=most, read=_SOMEWHAT * self._options.body_most, seconds=seconds)
        aside = self._aside(method, path, asked)
        if aside is not None:
            return aside
        refused = self._unauthorized(asked)
        if refused is not None:
            return self._wired(refused, asked)
        try:
            asked.hosted = self.vaults.of(asked.place.vault)
        except VaultRefused as error:
            return self._wired(refusal(404, "VaultNotFound", str(error)), asked)
        asked.fault = self.faults.next_for(asked.place.vault)
        if asked.fault is not None:
            log(logging.INFO, "fault", vault=asked.place.vault, kind=asked.fault.kind.value)
            return await self._faulty(asked, asked.hosted, asked.fault)
        return await self._performed(asked, asked.hosted)

    def _aside(self, method: str, path: str, asked: _Asked) -> WireAnswer | None:
        """What is answered without a token, and is no vault's business."""
        if path == "/health":
            return _plain(200, b'{"status":"ok"}') if method in ("GET", "HEAD") else None
        if path == "/openapi.json" and self._openapi is not None and method == "GET":
            return _plain(200, self._openapi(asked.base))
        return self._sign_in.answer(method, path, asked.body, asked.base)

    def _unauthorized(self, asked: _Asked) -> Answer | None:
        if not self._options.auth:
            return None
        resource = f"{asked.scheme}://{asked.place.resource}"
        try:
            self.tokens.check(asked.headers.get("authorization"), resource)
        except TokenRefused as refused:
            authority = f"{asked.base}/{self._options.tenant}"
            return challenge(str(refused), authority=authority, resource=resource)
        return None

    async def _faulty(self, asked: _Asked, hosted: Hosted, fault: Fault) -> WireAnswer | None:
        instead = fault.answer()
        if instead is not None:
            return self._wired(instead, asked)
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.after_s)
            return await self._performed(asked, hosted)
        if fault.kind is FaultKind.LOSE:
            await self._performed(asked, hosted)
        abort = asked.scope.get(ABORT)
        if abort is None:
            return self._wired(_BROKEN, asked)
        abort()
        return None

    async def _performed(self, asked: _Asked, hosted: Hosted) -> WireAnswer:
        address = f"{asked.base}{asked.place.prefix}"
        sent = WireRequest(asked.scope["method"], asked.target.removeprefix(asked.place.prefix), asked.headers, asked.body)
        try:
            request = request_from_wire(sent, vault=address)
        except WireMalformed as malformed:
            return self._wired(malformed.answer, asked)
        answer, changed = hosted.perform(request)
        if changed:
            self.vaults.stored(hosted)
        wire = self._wired(answer, asked, request)
        changes = hosted.vault.changes
        await self.vaults.kept(hosted)
        if request.method == "GET" and not asked.body and hosted.vault.changes == changes:
            self.memo.keep(asked.scope, hosted, f"{asked.scheme}://{asked.place.resource}", wire)
        return wire

    def _wired(self, answer: Answer, asked: _Asked | None, request: Request | None = None) -> WireAnswer:
        headers = asked.headers if asked is not None else {}
        at = int(time.time())
        if asked is not None and asked.hosted is not None:
            at = asked.hosted.vault.clock.now
        shown = request or (Request(asked.scope["method"], "/") if asked is not None else None)
        client = headers.get("x-ms-client-request-id", "")
        return answer_to_wire(answer, shown, at=at, request_id=self.request_id(), client_request_id=client)


def _bad_host() -> Answer:
    return refusal(400, "BadParameter", "The request names no host that can be a vault's.")


def _plain(status: int, body: bytes) -> WireAnswer:
    return WireAnswer(status, (*_PLAIN, ("Content-Length", str(len(body)))), body)


def _log_request(asked: _Asked, wire: WireAnswer) -> None:
    """One line, of the query only what can hold no secret."""
    milliseconds = round((time.perf_counter() - asked.begun) * 1000, 3)
    pairs = [one.partition("=") for one in asked.target.partition("?")[2].split("&")]
    shown = {name: value for name, _, value in pairs if name in ("api-version", "maxresults")}
    log(
        logging.DEBUG,
        "request",
        method=asked.scope["method"],
        vault=asked.place.vault,
        path=asked.path,
        query=shown,
        status=wire.status,
        ms=milliseconds,
    )
