"""The control endpoint: what the real service does on its own time, an emulator does on command; it can also lie.

JSON over plain HTTP on the loopback address alone. Every request carries `Authorization: Bearer TOKEN` (the token is told
at the start) and a `Host` that is a loopback name, so that no web page can reach it through a name of its own. Errors are
`{"error": {"code", "message"}}` with a status of 4xx.

| request | body | answer |
|---|---|---|
| GET /vaults | | 200 `{"vaults": [VAULT…]}` |
| POST /vaults/NAME | `{"settings": {"soft_delete", "retention_days", "purge_protection"}, "seed", "mutant", "clock": "real" or "held", "start"}`, all optional | 201 VAULT, an empty one; 200 in place of one that was there |
| GET /vaults/NAME | | 200 VAULT `{"name", "url", "now", "clock", "mutant", "settings"}` |
| DELETE /vaults/NAME | | 204 |
| GET /vaults/NAME/now | | 200 `{"now"}`, seconds since 1970 |
| POST /vaults/NAME/advance | `{"seconds"}` | 200 `{"now"}` |
| POST /vaults/NAME/decide | `{"decision": {"kind": "issue", "refuse" or "stall", "after_s", "code", "message"}, "issuer": "Self" or "partner", "name"}` | 204 |
| POST /vaults/NAME/cancellation | `{"wins", "after_s"}` | 204 |
| POST /vaults/NAME/take | `{"deletion_s", "recovery_s", "purge_s", "issuance_s"}`, all optional | 204 |
| POST /vaults/NAME/restart | | 204 |
| GET /vaults/NAME/outbox | | 200 `{"messages": [{"at", "kind", "body", "to"}…]}` |
| POST /faults | `{"kind": "throttle", "fail", "drop", "lose" or "slow", "times", "retry_after_s", "after_s", "vault"}` | 204; they wait behind those that wait already |
| GET /faults | | 200 `{"waiting"}` |
| DELETE /faults | | 204; none waits any more |
| GET /mutants | | 200 `{"mutants": [NAME…]}` |

A clock that is held moves by `advance` alone; one that follows real time is ahead of it by what it was advanced. `decide`
with a name is about the running operation of that certificate, without one about the next operation of that issuer. Not
here: the levers themselves (memory.levers), reading the bodies (verbs).
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, TypeAlias

from certlife.adapters.emulator import asgi
from certlife.adapters.emulator.addresses import DEFAULT, host_of
from certlife.adapters.emulator.asgi import BodyRefusedError, GoneError, Receive, Scope, Send
from certlife.adapters.emulator.faults import Faults
from certlife.adapters.emulator.logs import log, raised
from certlife.adapters.emulator.vaults import Hosted, Vaults, VaultUnknown
from certlife.adapters.emulator.verbs import LAST, Asked, VerbMalformed, decision_of, fault_of, issuer_of, wish_of
from certlife.adapters.wire import WireAnswer, refusal
from certlife.adapters.wire.bodies import read, written
from certlife.model.values import Answer, Json

_MOST: Final = 64 * 1024
_BODY_S: Final = 10.0
_HEADERS: Final = (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"))


@dataclass(frozen=True, slots=True)
class Control:
    """The control endpoint as an ASGI application.

    Attributes:
        token: what every request has to carry.
        url: of the default vault.
    """

    token: str
    vaults: Vaults
    faults: Faults
    url: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever happens, in one form."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])  # servers take it that there is no lifespan here, and no web socket
        try:
            answer = self._stranger(asgi.headers_of(scope))
            if answer is None:
                body = await asgi.body_of(scope, receive, most=_MOST, read=8 * _MOST, seconds=_BODY_S)
                answer = await self._answered(scope["method"], scope["path"], body)
        except GoneError:
            return
        except BodyRefusedError as refused:
            answer = refusal(refused.status, "BadBody", "the body is too large, or did not come in time")
            await asgi.answer(send, _wired(answer), more=[("Connection", "close")])
            return
        except Exception as error:  # noqa: BLE001 - the border of the process
            log(logging.ERROR, "control broken", exception=raised(error))
            answer = refusal(500, "Broken", "the emulator is at fault; its log says where")
        await asgi.answer(send, _wired(answer))

    def _stranger(self, headers: dict[str, str]) -> Answer | None:
        host = host_of(headers.get("host", ""))
        if host is None or not _is_loopback(host[0]):
            return refusal(421, "WrongHost", "the control endpoint answers to loopback names alone")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode("latin-1", "replace"), self.token.encode()):
            return refusal(401, "Unauthorized", "Authorization: Bearer TOKEN is missing or wrong")
        return None

    async def _answered(self, method: str, path: str, body: bytes) -> Answer:
        parts = tuple(part for part in path.split("/") if part)
        name = parts[1].lower() if parts[:1] == ("vaults",) and len(parts) > 1 else ""
        words = "/".join(("vaults", "*", *parts[2:]) if name else parts)
        if words not in {known for _, known in _VERBS}:
            return refusal(404, "NoSuchVerb", f"there is nothing at {path[:200]}")
        if (method, words) not in _VERBS:
            return refusal(405, "MethodNotAllowed", f"{method} is not for {path[:200]}")
        try:
            before = self._named(name)
            answer = _VERBS[method, words](self, name, Asked(read(body)))
        except VaultUnknown as error:
            return refusal(404, "NoSuchVault", str(error))
        except ValueError as error:  # the body is no JSON, a member is malformed, no such vault can be, the levers refuse
            return refusal(400, "BadVerb", str(error))
        await self._stored(before, self._named(name))
        if method != "GET":
            log(logging.INFO, "control", method=method, verb=words, vault=name)
        return answer

    def _named(self, name: str) -> Hosted | None:
        return next((hosted for hosted in self.vaults if hosted.name == name), None)

    async def _stored(self, before: Hosted | None, after: Hosted | None) -> None:
        """Have kept what a verb may have changed, and wait for it; whatever makes or forgets a vault has told that itself."""
        if after is not None:
            self.vaults.stored(after)
        for hosted in (before, after):
            if hosted is not None:
                await self.vaults.kept(hosted)

    def shown(self, hosted: Hosted) -> Json:
        """What there is to know about a vault."""
        settings = hosted.wish.settings
        return {
            "name": hosted.name,
            "url": self.url if hosted.name == DEFAULT else f"{self.url}/{hosted.name}",
            "now": hosted.vault.controls.now(),
            "clock": hosted.wish.clock,
            "mutant": hosted.wish.mutant,
            "settings": {
                "soft_delete": settings.soft_delete,
                "retention_days": settings.retention_days,
                "purge_protection": settings.purge_protection,
            },
        }


def _list(control: Control, _: str, asked: Asked) -> Answer:
    asked.done()
    return Answer(200, {"vaults": [control.shown(hosted) for hosted in control.vaults]})


def _make(control: Control, name: str, asked: Asked) -> Answer:
    wish = wish_of(asked)
    asked.done()
    known = name in {hosted.name for hosted in control.vaults}
    return Answer(200 if known else 201, control.shown(control.vaults.make(name, wish)))


def _show(control: Control, name: str, asked: Asked) -> Answer:
    asked.done()
    return Answer(200, control.shown(control.vaults.there(name)))


def _forget(control: Control, name: str, asked: Asked) -> Answer:
    asked.done()
    control.vaults.forget(name)
    return Answer(204)


def _now(control: Control, name: str, asked: Asked) -> Answer:
    asked.done()
    return Answer(200, {"now": control.vaults.there(name).vault.controls.now()})


def _advance(control: Control, name: str, asked: Asked) -> Answer:
    levers = control.vaults.there(name).vault.controls
    seconds = asked.whole("seconds")
    asked.done()
    if levers.now() + seconds > LAST:
        raise VerbMalformed("seconds: the clock would be beyond what certificates know")
    levers.advance(seconds)
    return Answer(200, {"now": levers.now()})


def _decide(control: Control, name: str, asked: Asked) -> Answer:
    levers = control.vaults.there(name).vault.controls
    sent = asked.inner("decision")
    decision, kind, certificate = decision_of(sent), issuer_of(asked), asked.name("name")
    sent.done()
    asked.done()
    levers.decide(decision, kind=kind, name=certificate)
    return Answer(204)


def _cancellation(control: Control, name: str, asked: Asked) -> Answer:
    levers = control.vaults.there(name).vault.controls
    wins, after_s = asked.flag("wins"), asked.whole("after_s", 10)
    asked.done()
    levers.decide_cancellation(wins=wins, after_s=after_s)
    return Answer(204)


def _take(control: Control, name: str, asked: Asked) -> Answer:
    levers = control.vaults.there(name).vault.controls
    seconds = {word: asked.optional(word) for word in ("deletion_s", "recovery_s", "purge_s", "issuance_s")}
    asked.done()
    levers.take(**seconds)
    return Answer(204)


def _restart(control: Control, name: str, asked: Asked) -> Answer:
    asked.done()
    control.vaults.there(name).vault.controls.restart()
    return Answer(204)


def _outbox(control: Control, name: str, asked: Asked) -> Answer:
    asked.done()
    messages: list[Json] = [
        {"at": one.at, "kind": one.kind, "body": dict(one.body), "to": list(one.to)}
        for one in control.vaults.there(name).vault.controls.outbox
    ]
    return Answer(200, {"messages": messages})


def _order(control: Control, _: str, asked: Asked) -> Answer:
    fault, times = fault_of(asked)
    asked.done()
    control.faults.order(fault, times)
    return Answer(204)


def _waiting(control: Control, _: str, asked: Asked) -> Answer:
    asked.done()
    return Answer(200, {"waiting": len(control.faults)})


def _forgive(control: Control, _: str, asked: Asked) -> Answer:
    asked.done()
    control.faults.forget()
    return Answer(204)


def _mutants(control: Control, _: str, asked: Asked) -> Answer:
    asked.done()
    return Answer(200, {"mutants": [*control.vaults.mutants]})


_Verb: TypeAlias = Callable[[Control, str, Asked], Answer]
_VERBS: Final[dict[tuple[str, str], _Verb]] = {
    ("GET", "vaults"): _list,
    ("POST", "vaults/*"): _make,
    ("GET", "vaults/*"): _show,
    ("DELETE", "vaults/*"): _forget,
    ("GET", "vaults/*/now"): _now,
    ("POST", "vaults/*/advance"): _advance,
    ("POST", "vaults/*/decide"): _decide,
    ("POST", "vaults/*/cancellation"): _cancellation,
    ("POST", "vaults/*/take"): _take,
    ("POST", "vaults/*/restart"): _restart,
    ("GET", "vaults/*/outbox"): _outbox,
    ("POST", "faults"): _order,
    ("GET", "faults"): _waiting,
    ("DELETE", "faults"): _forgive,
    ("GET", "mutants"): _mutants,
}


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _wired(answer: Answer) -> WireAnswer:
    body = b"" if answer.body is None else written(answer.body)
    length = () if answer.status == 204 else (("Content-Length", str(len(body))),)
    return WireAnswer(answer.status, (*_HEADERS, *length), body)
