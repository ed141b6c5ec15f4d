"""The recorded sessions, replayed over HTTPS: the emulator answers each request as the real service did (recorded).

The clock is held and steered by the control endpoint. Requests are written and answers read by the standard library alone.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from certlife.adapters.memory import Settings
from certlife.adapters.port import Decision, Issue, Refuse
from certlife.model.values import Answer, Request
from certlife.model.vocabulary import IssuerKind
from recorded import FOLDER, KNOWN, TRACES, deviations, known_of, name_of
from served import Served, serving

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the recorded sessions are not at {FOLDER}")

CHALLENGE = "net/challenge"
VAULT = "recorded"


@dataclass
class Desk:
    """The control endpoint, asked about one vault."""

    served: Served
    connection: http.client.HTTPConnection

    def ask(self, method: str, verb: str, body: Any = None) -> Any:
        """Ask it; what is refused is a mistake of the test."""
        headers = {"Authorization": f"Bearer {self.served.ready['control_token']}"}
        self.connection.request(method, f"/vaults/{VAULT}{verb}", json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, (verb, body, text)
        return json.loads(text) if text else None

    def now(self) -> int:
        """The clock."""
        return int(self.ask("GET", "/now")["now"])

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.ask("POST", "/advance", {"seconds": seconds})

    def decide(self, decision: Decision, *, kind: IssuerKind = IssuerKind.PARTNER, name: str | None = None) -> None:
        """Settle what an issuer does."""
        sent: dict[str, Any] = {"kind": type(decision).__name__.lower()}
        if isinstance(decision, Issue | Refuse):
            sent["after_s"] = decision.after_s
        self.ask("POST", "/decide", {"decision": sent, "issuer": kind.value, "name": name})

    def decide_cancellation(self, *, wins: bool, after_s: int = 10) -> None:
        """Settle the next cancellation."""
        self.ask("POST", "/cancellation", {"wins": wins, "after_s": after_s})

    def take(self, **seconds: int | None) -> None:
        """Settle how long things take."""
        self.ask("POST", "/take", seconds)


@dataclass
class Far:
    """A vault of the emulator, by its host name, over one connection.

    Attributes:
        token: sent with every request; None for a client that has none.
    """

    controls: Desk
    connection: http.client.HTTPConnection
    host: str
    token: str | None

    def perform(self, request: Request) -> Answer:
        """Send a request, and read the answer."""
        target = f"{quote(request.path)}?{urlencode({'api-version': request.api_version, **request.query})}"
        headers = {"Host": self.host} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        sent = None if request.body is None else json.dumps(request.body).encode()
        self.connection.request(request.method, target, sent, headers | ({"Content-Type": "application/json"} if sent else {}))
        answer = self.connection.getresponse()
        text = answer.read()
        shown = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, json.loads(text) if text else None, shown)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An emulator with controls, that asks for tokens."""
    with serving(tmp_path_factory.mktemp("replayed"), "--control-port", "0") as one:
        one.sign_in()
        yield one


@pytest.fixture(scope="module")
def desk(served: Served) -> Iterator[Desk]:
    """Its control endpoint."""
    where = urlsplit(served.ready["control_url"])
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    yield Desk(served, connection)
    connection.close()


@pytest.fixture(scope="module")
def far(served: Served, desk: Desk) -> Iterator[Far]:
    """A vault in it."""
    name = f"{VAULT}.vault.localhost"
    port = urlsplit(served.ready["url"]).port
    served.sign_in(f"https://vault.localhost:{port}")
    connection = served.connection(host=name)
    yield Far(desk, connection, f"{name}:{port}", served.token)
    connection.close()


def emptied(far: Far, settings: Settings, start: int) -> Far:
    """The vault, made anew."""
    wanted = {"soft_delete": settings.soft_delete, "retention_days": settings.retention_days}
    far.controls.ask("POST", "", {"settings": wanted, "clock": "held", "start": start, "seed": 7})
    return far


@pytest.mark.parametrize("path", TRACES, ids=name_of)
def test_emulator_answers_as_recorded(path: Path, far: Far, served: Served) -> None:
    far.token = None if name_of(path) == CHALLENGE else served.token

    found = deviations(path, partial(emptied, far))

    assert {place: wrong for place, wrong in found.items() if place not in KNOWN} == {}
    assert known_of(path) == set(found)
