"""How requests travel over plain HTTP: written as the wire has them, asked politely, read again.

Not here: the wire format (wire), tokens and waiting (asking).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from certlife.adapters.remote.address import Address
from certlife.adapters.remote.asking import Asking, Budget
from certlife.adapters.remote.connection import Connection
from certlife.adapters.remote.ledger import API_VERSION
from certlife.adapters.remote.tokens import Tokens, tokens_for
from certlife.adapters.remote.vault import Sender
from certlife.adapters.targets import Access
from certlife.adapters.wire import answer_from_wire, request_to_wire
from certlife.model.values import Answer, Request


@dataclass(frozen=True, slots=True)
class HttpSender:
    """Sends requests to one vault over a connection of its own."""

    connection: Connection
    asking: Asking

    def send(self, request: Request) -> Answer:
        """Send a request.

        Raises: VaultUnreachable: there is no answer.
        """
        return answer_from_wire(self.asking.ask(request_to_wire(request, api_version=API_VERSION)))

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


MakeSender: TypeAlias = Callable[[Address, Access, Budget, Mapping[str, str] | None], Sender]
"""Makes what requests to a vault travel by; gets its address, the access, the budget, and the environment, if not this one."""


def http_sender(
    address: Address, access: Access, budget: Budget, environ: Mapping[str, str] | None = None
) -> HttpSender:
    """A sender to a vault.

    Args:
        environ: where tokens and client secrets stand; None for the process's own environment.
    Raises: TargetUnknown: what the access says can not be used.
    """
    tokens = Tokens(tokens_for(address, access, environ=os.environ if environ is None else environ))
    connection = Connection(address, ca_file=access.ca_file, insecure=access.insecure)
    return HttpSender(connection, Asking(connection, tokens, budget=budget))
