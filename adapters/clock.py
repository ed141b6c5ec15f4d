"""Clocks: one that moves only when it is told to, and one that follows another.

Not here: what falls due when it moves (memory.drift).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

DAY_S = 86_400


@dataclass(slots=True)
class Clock:
    """Whole seconds since 1970."""

    now: int

    def tick(self) -> None:
        """Look what time it is; this clock stands still."""

    def advance(self, seconds: int) -> None:
        """Move on.

        Raises: ValueError: `seconds` is below 0; the caller's mistake.
        """
        if seconds < 0:
            msg = f"the clock can not go back by {-seconds} s"
            raise ValueError(msg)
        self.now += seconds


@dataclass(slots=True)
class FollowingClock(Clock):
    """A clock that follows another one, and may be ahead of it.

    It moves when it looks (`tick`), so that what is done between two looks is done at one moment; it never goes back.

    Attributes:
        source: the other one, seconds since 1970.
        ahead: by how many seconds.
    """

    source: Callable[[], float]
    ahead: int = 0

    def tick(self) -> None:
        """Look what time it is."""
        self.now = max(self.now, int(self.source()) + self.ahead)

    def advance(self, seconds: int) -> None:
        """Move on, and stay so much further ahead.

        Raises: ValueError: `seconds` is below 0; the caller's mistake.
        """
        self.tick()
        Clock.advance(self, seconds)
        self.ahead += seconds
