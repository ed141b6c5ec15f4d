"""A client of an emulator's control endpoint: making vaults, and pulling their levers.

Not here: the endpoint (emulator.control), what the levers do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from certlife.adapters.port import Decision, Issue, Message, Refuse, Stall, VaultUnreachable
from certlife.adapters.remote.address import Address
from certlife.adapters.remote.connection import Connection
from certlife.adapters.targets import Setup
from certlife.adapters.wire import WireRequest
from certlife.model.values import Json
from certlife.model.vocabulary import IssuerKind

_KINDS: Final = {Issue: "issue", Refuse: "refuse", Stall: "stall"}
HELD: Final = "held"


class ControlRefused(ValueError):  # noqa: N818 - it says what is wrong
    """The endpoint does not do what it is asked: there is nothing to decide, no such vault, no such mutant."""


class ControlEndpoint:
    """An emulator's control endpoint.

    Args:
        token: what it asks for.
    """

    def __init__(self, address: Address, token: str | None) -> None:
        self._connection = Connection(address)
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Json = None) -> dict[str, Any]:
        """Send a verb; return the answer's members, none where there is no body.

        Raises:
            ControlRefused: the endpoint says that it makes no sense.
            VaultUnreachable: there is no answer, or the token is wrong.
        """
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"accept": "application/json", "content-type": "application/json"}
        answer = self._connection.ask(WireRequest(method, path, headers, sent), self._headers)
        try:
            said: Any = json.loads(answer.body) if answer.body else {}
        except ValueError:
            said = None
        error = said.get("error") if isinstance(said, dict) else None
        text = str(error.get("message", "")) if isinstance(error, dict) else ""
        if answer.status in (400, 404) and text:
            raise ControlRefused(text)
        if answer.status == 401:
            raise VaultUnreachable(f"the control endpoint {self._connection.address} does not take the token; give it with --control-token")
        if answer.status >= 300 or not isinstance(said, dict):
            raise VaultUnreachable(f"{self._connection.address}{path} is no control endpoint, or it is broken: {answer.status} {text}".rstrip())
        return said

    def make(self, name: str, *, seed: int, setup: Setup, mutant: str | None = None) -> str:
        """Make an empty vault whose clock is held, and return its URL.

        Args:
            mutant: what is wrong with it; None for nothing.
        Raises: ControlRefused, VaultUnreachable.
        """
        wish: dict[str, Json] = {"settings": asdict(setup), "seed": seed, "clock": HELD}
        url = self.ask("POST", f"/vaults/{name}", wish if mutant is None else {**wish, "mutant": mutant}).get("url")
        if not isinstance(url, str):
            raise VaultUnreachable(f"{self._connection.address} does not say where the new vault is")
        return url

    def forget(self, name: str) -> None:
        """Let a vault go with all that it holds."""
        self.ask("DELETE", f"/vaults/{name}")

    def mutants(self) -> list[str]:
        """What vaults can be wrong in, by name."""
        listed = self.ask("GET", "/mutants").get("mutants")
        return [str(one) for one in listed] if isinstance(listed, list) else []

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class RemoteControls:
    """The levers of one vault whose clock is held; see `Controls`.

    Args:
        name: of the vault.
    """

    def __init__(self, endpoint: ControlEndpoint, name: str) -> None:
        self._endpoint, self._name = endpoint, name
        self._now: int | None = None

    def now(self) -> int:
        """Return the vault's clock: nobody but us moves it."""
        if self._now is None:
            self._now = int(self._get("now")["now"])
        return self._now

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._now = None
        self._now = int(self._post("advance", {"seconds": seconds})["now"])

    def decide(self, decision: Decision, *, kind: IssuerKind = IssuerKind.PARTNER, name: str | None = None) -> None:
        """Settle what an issuer will do.

        Raises: ControlRefused: there is nothing to decide.
        """
        said: dict[str, Json] = {"kind": _KINDS[type(decision)], **asdict(decision)}
        who: dict[str, Json] = {"issuer": kind.value} if name is None else {"name": name}
        self._post("decide", {"decision": said, **who})

    def decide_cancellation(self, *, wins: bool, after_s: int = 10) -> None:
        """Settle the next cancellation."""
        self._post("cancellation", {"wins": wins, "after_s": after_s})

    def take(self, *, deletion_s: int | None = None, recovery_s: int | None = None, purge_s: int | None = None) -> None:
        """Settle how long deletions, recoveries and purges take from now on."""
        spans = {"deletion_s": deletion_s, "recovery_s": recovery_s, "purge_s": purge_s}
        self._post("take", {span: seconds for span, seconds in spans.items() if seconds is not None})

    def restart(self) -> None:
        """Stop and start the vault."""
        self._post("restart", None)

    @property
    def outbox(self) -> Sequence[Message]:
        """What was sent until now, oldest first."""
        messages = self._get("outbox")["messages"]
        return tuple(Message(one["at"], one["kind"], one["body"], tuple(one["to"])) for one in messages)

    def _get(self, verb: str) -> dict[str, Any]:
        return self._endpoint.ask("GET", f"/vaults/{self._name}/{verb}")

    def _post(self, verb: str, body: Json) -> dict[str, Any]:
        return self._endpoint.ask("POST", f"/vaults/{self._name}/{verb}", body)
