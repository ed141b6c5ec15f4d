"""What we have made in somebody's vault, and taking it away again.

Everything that a request may make is taken down before the request is sent, so that nothing is forgotten if it is interrupted.
Not here: how names are chosen (names), when it is time to tidy up (target).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from certlife.adapters.port import VaultUnreachable
from certlife.model.values import Answer, Json, Request

Send: TypeAlias = Callable[[Request], Answer]
API_VERSION: Final = "7.4"
PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
"""How long is waited between the rounds of tidying up; the last one again and again."""
MOST_S: Final = 120.0
"""How long is tidied up at most."""
_GONE: Final = (400, 404, 405)
_BUSY: Final = (403, 409)
_CONTACTS: Final = "/certificates/contacts"


@dataclass(slots=True)
class Ledger:
    """What was made in one vault, in the vault's own names.

    Attributes:
        names: of certificates; whether something of the name is known to be there, perhaps on its way.
        issuers: names of issuers.
        backups: the blobs that the vault has given out.
        contacts: those that were there before ours: the answer to a GET; None: ours were never written.
    """

    names: dict[str, bool] = field(default_factory=dict)
    issuers: dict[str, None] = field(default_factory=dict)
    backups: set[str] = field(default_factory=set)
    contacts: Answer | None = None

    def note(self, request: Request, send: Send) -> None:
        """Take down what a request may make, before it is sent.

        Args:
            send: asks for the contacts that are about to be overwritten.
        """
        words = [word for word in request.path.split("/") if word]
        lowered = [word.lower() for word in words]
        if request.method in ("GET", "HEAD") or len(words) < 2:
            return
        if lowered[1] == "issuers" and len(words) == 3:
            self.issuers.setdefault(lowered[2])
        elif lowered[:2] == ["certificates", "contacts"]:
            self.contacts = self.contacts or send(_asked("GET", _CONTACTS))
        elif lowered != ["certificates", "restore"]:  # what is restored was backed up, and is known
            self.names.setdefault(lowered[1], False)

    def learn(self, request: Request, answer: Answer) -> None:
        """Take down what an answer says is there."""
        if answer.status >= 300:
            return
        words = [word.lower() for word in request.path.split("/") if word]
        body = answer.body if isinstance(answer.body, dict) else {}
        if words[-1:] == ["backup"] and isinstance(blob := body.get("value"), str):
            self.backups.add(blob)
        for name in _named(words, body):
            if name in self.names and request.method != "GET":
                self.names[name] = _is_there(request.method, words, body)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to be taken away."""
        return not self.names and not self.issuers and self.contacts is None

    # --- tidying up

    def sweep(self, send: Send) -> dict[str, str]:
        """Ask once for everything to be deleted and purged; what is gone is forgotten.

        Returns: why something is still there, by what it is.
        Raises: VaultUnreachable: the vault can not be asked.
        """
        left = {f"certificate {name}": why for name in list(self.names) if (why := self._removed(name, send))}
        left |= {f"issuer {name}": why for name in list(self.issuers) if (why := self._issuer_removed(name, send))}
        if self.contacts is not None:
            request = _restoring(self.contacts)
            answer = send(request)
            if answer.status < 300 or (request.method == "DELETE" and answer.status == 404):
                self.contacts = None
            else:
                left["the contacts"] = _said(answer)
        return left

    def tidy(
        self, send: Send, *, most_s: float = MOST_S, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> dict[str, str]:
        """Sweep until nothing is left, or the time is over, or what is left will not go.

        Returns: why something is still there, by what it is; never raises for a vault that can not be asked.
        """
        until = clock() + most_s
        try:
            for pause in _pauses():
                left = self.sweep(send)
                if not any(_may_go(why) for why in left.values()) or clock() + pause > until:
                    return left
                sleep(pause)
        except VaultUnreachable as error:
            return dict.fromkeys(self.listed(), str(error))
        return {}

    def listed(self) -> list[str]:
        """What is not known to be gone."""
        contacts = [] if self.contacts is None else ["the contacts"]
        return [*(f"certificate {name}" for name in self.names), *(f"issuer {name}" for name in self.issuers), *contacts]

    def _removed(self, name: str, send: Send) -> str:
        """Delete and purge a name; why it is not gone, or nothing."""
        deleted = self._deleted(name, send)
        purged = send(_asked("DELETE", f"/deletedcertificates/{name}"))
        is_missing = deleted.status < 300 or deleted.status in _GONE
        if purged.status < 300 or (purged.status in _GONE and is_missing and not self.names[name]):
            del self.names[name]
            return ""
        if purged.status in _GONE:
            return _ON_ITS_WAY if is_missing else _said(deleted)
        return _said(purged)

    def _deleted(self, name: str, send: Send) -> Answer:
        """Ask for a name to be deleted; without its operation, if that is in the way."""
        request = _asked("DELETE", f"/certificates/{name}")
        answer = send(request)
        if answer.status in _BUSY and send(_asked("DELETE", f"/certificates/{name}/pending")).status < 300:
            answer = send(request)
        if answer.status < 300:
            self.names[name] = isinstance(answer.body, dict) and bool(answer.body.get("recoveryId"))
        return answer

    def _issuer_removed(self, name: str, send: Send) -> str:
        answer = send(_asked("DELETE", f"/certificates/issuers/{name}"))
        if answer.status < 300 or answer.status in _GONE:
            del self.issuers[name]
            return ""
        return _said(answer)


_ON_ITS_WAY: Final = "neither there nor in the deleted certificates, perhaps on its way between them"


def _named(words: list[str], body: dict[str, Json]) -> Iterator[str]:
    """The name that a request is about; that of a restored certificate stands in the answer."""
    if words == ["certificates", "restore"]:
        yield str(body.get("id", "")).lower().partition("/certificates/")[2].partition("/")[0]
    elif len(words) > 1:
        yield words[1]


def _is_there(method: str, words: list[str], body: dict[str, Json]) -> bool:
    """Whether something of the name is there after a request was granted."""
    if method == "DELETE" and words[-1] != "pending":
        return words[0] == "certificates" and bool(body.get("recoveryId"))
    return True


def _asked(method: str, path: str, body: Json = None) -> Request:
    return Request(method, path, {}, body, API_VERSION)


def _restoring(before: Answer) -> Request:
    """The request that makes the contacts what they were."""
    listed = before.body.get("contacts") if before.status < 300 and isinstance(before.body, dict) else None
    return _asked("PUT", _CONTACTS, {"contacts": listed}) if listed else _asked("DELETE", _CONTACTS)


def _said(answer: Answer) -> str:
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return f"{answer.status} {message or ''}".strip()


def _may_go(why: str) -> bool:
    """Whether it is of use to ask again: something is busy, on its way, or the service is in trouble."""
    return why == _ON_ITS_WAY or why[:3] in ("409", "429") or why[:1] == "5"


def _pauses() -> Iterator[float]:
    yield from PAUSES_S
    while True:
        yield PAUSES_S[-1]
