"""A vault that is far away: requests go out under the names that are ours there, answers come in as if it were all ours.

Not here: how requests travel (sending), when it is tidied up (target).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from certlife.adapters.port import Controls
from certlife.adapters.remote.ledger import Ledger
from certlife.adapters.remote.names import Names
from certlife.model.values import Answer, Request


class Sender(Protocol):
    """How requests travel to one vault."""

    def send(self, request: Request) -> Answer:
        """Send a request, and return what is answered.

        Raises: VaultUnreachable, NotAsked.
        """

    def close(self) -> None:
        """Hang up."""


class RemoteVault:
    """A vault that is far away.

    Args:
        ledger: where it is taken down what is made; None where the vault goes as a whole.
        controls: its levers, if it has some.
        farewell: what is done when it is closed.
    """

    def __init__(
        self,
        sender: Sender,
        names: Names,
        *,
        ledger: Ledger | None = None,
        controls: Controls | None = None,
        farewell: Callable[[], None] = lambda: None,
    ) -> None:
        self._sender, self._names, self._ledger = sender, names, ledger
        self._controls = controls
        self._farewell = farewell
        self._is_open = True

    @property
    def names_are_new(self) -> bool:
        """Whether the names that it is asked for were made up for this session, in a vault that holds others."""
        return bool(self._names.prefix)

    @property
    def controls(self) -> Controls | None:
        """The levers; None where there are none."""
        return self._controls

    def perform(self, request: Request) -> Answer:
        """Ask; the answer speaks of names as the request does.

        Raises:
            VaultUnreachable: there is no answer, or it is closed.
            NotAsked: the request would reach what is not ours.
        """
        outward = self._names.outward(request)
        if self._ledger is not None:
            self._ledger.note(outward, self._sender.send)
        answer = self._sender.send(outward)
        if self._ledger is not None:
            self._ledger.learn(outward, answer)
        return self._names.inward(answer, request)

    def close(self) -> None:
        """Leave; a second time does nothing."""
        if self._is_open:
            self._is_open = False
            self._farewell()
