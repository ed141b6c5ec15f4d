"""Faults that somebody ordered: what the next requests get in place of an answer, or before it.

Not here: who orders them (control), how a connection is dropped (server).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final

from certlife.adapters.wire import refusal
from certlife.model.values import Answer

MOST_S: Final = 3600.0
"""The longest delay, seconds."""


class FaultKind(Enum):
    """What can go wrong."""

    THROTTLE = "throttle"
    FAIL = "fail"
    DROP = "drop"
    LOSE = "lose"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """What one request gets.

    `throttle` is 429, not carried out (KVC-ERR-004); `fail` is 500, not carried out; `drop` closes the connection before
    anything is carried out, `lose` does so after it, in place of the answer; `slow` waits before it carries out.

    Attributes:
        retry_after_s: of a throttled one.
        after_s: how long a slow one waits.
        vault: the vault whose requests get it; None for any.
    """

    kind: FaultKind
    retry_after_s: int = 10
    after_s: float = 1.0
    vault: str | None = None

    def answer(self) -> Answer | None:
        """What goes out in place of the vault's answer; None where the vault answers, or nobody does."""
        if self.kind is FaultKind.THROTTLE:
            text = "Request was not processed because too many requests were received."
            refused = refusal(429, "Throttled", text)
            return Answer(429, refused.body, {"retry-after": str(self.retry_after_s)})
        if self.kind is FaultKind.FAIL:
            return refusal(500, "InternalServerError", "An internal error occurred, as somebody ordered.")
        return None


class Faults:
    """Faults in the order in which they were ordered."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def order(self, fault: Fault, times: int) -> None:
        """Let the next so many requests get it, after those that are ordered already."""
        self._waiting.extend([fault] * times)

    def forget(self) -> None:
        """Order none."""
        self._waiting.clear()

    def next_for(self, vault: str) -> Fault | None:
        """Take out the first fault that a request to a vault gets."""
        for fault in self._waiting:
            if fault.vault in (None, vault):
                self._waiting.remove(fault)  # equal ones are as good as another
                return fault
        return None
