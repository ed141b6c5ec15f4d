"""Asking a vault politely: with a token when it wants one, again when it says when, and not more often than allowed.

Not here: the connection, names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from certlife.adapters.port import BudgetSpent, VaultUnreachable
from certlife.adapters.remote.challenge import challenge_of
from certlife.adapters.remote.connection import Connection
from certlife.adapters.remote.tokens import Tokens
from certlife.adapters.wire import WireAnswer, WireRequest

_TOO_MANY, _UNAVAILABLE, _UNAUTHORIZED = 429, 503, 401
_FIRST_S: Final = 1.0
_AGENT: Final = {"user-agent": "certlife"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a vault that is busy is waited for.

    Attributes:
        times: how often in a row one request is sent again.
        seconds: how long is waited for one request, altogether.
    """

    times: int = 6
    seconds: float = 120.0


class Budget:
    """How many requests may still be sent.

    Args:
        most: None for as many as it takes.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most, self._lifted, self.spent = most, False, 0

    def spend(self) -> None:
        """Count a request.

        Raises: BudgetSpent: it would be one too many.
        """
        if self._lifted:
            return
        if self._most is not None and self.spent >= self._most:
            raise BudgetSpent(f"the budget of {self._most:,} requests is spent")
        self.spent += 1

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Count nothing for a while: tidying up has bounds of its own."""
        self._lifted = True
        try:
            yield
        finally:
            self._lifted = False


class Asking:
    """Sends requests to one vault.

    Args:
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        connection: Connection,
        tokens: Tokens,
        *,
        budget: Budget,
        patience: Patience = Patience(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection, self._tokens = connection, tokens
        self._budget, self._patience, self._sleep = budget, patience, sleep

    def ask(self, wire: WireRequest) -> WireAnswer:
        """Send a request; again, if the vault wants a token, or has said that it is busy and how long.

        Raises:
            VaultUnreachable: there is no answer, no token, or the vault stays busy.
            BudgetSpent: no more requests may be sent.
        """
        waited = 0.0
        for attempt in range(self._patience.times + 1):
            answer = self._with_token(wire)
            pause = pause_of(answer, attempt)
            if pause is None:
                return answer
            waited += pause
            if attempt == self._patience.times or waited > self._patience.seconds:
                break
            self._sleep(pause)
        raise VaultUnreachable(
            f"{self._connection.address} stays busy ({answer.status}): asked {attempt + 1} times, "
            f"and it wants to be left alone for another {pause:g} s; try again later"
        )

    def _with_token(self, wire: WireRequest) -> WireAnswer:
        self._budget.spend()
        answer = self._connection.ask(wire, {**_AGENT, **self._tokens.header()})
        if answer.status != _UNAUTHORIZED:
            return answer
        self._tokens.renew(challenge_of(answer.headers))
        self._budget.spend()
        answer = self._connection.ask(wire, {**_AGENT, **self._tokens.header()})
        if answer.status == _UNAUTHORIZED:
            raise VaultUnreachable(f"{self._connection.address} takes no token, not a new one either (401)")
        return answer


def pause_of(answer: WireAnswer, attempt: int) -> float | None:
    """How many seconds a vault wants to be left alone before the same request; None: it has answered.

    A 503 without Retry-After may be anything, and is an answer.
    """
    said = next((value for name, value in answer.headers if name.lower() == "retry-after"), None)
    if answer.status not in (_TOO_MANY, _UNAVAILABLE) or (answer.status == _UNAVAILABLE and said is None):
        return None
    backing_off = _FIRST_S * 2.0**attempt
    return backing_off if said is None else _seconds(said.strip(), backing_off)


def _seconds(said: str, otherwise: float) -> float:
    if said.isascii() and said.isdecimal():
        return float(said)
    try:
        date = parsedate_to_datetime(said)
    except ValueError:
        return otherwise
    aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
