"""A clock that moves only when it is told to.

Not here: what falls due when it moves (memory.drift).
"""

from __future__ import annotations

from dataclasses import dataclass

DAY_S = 86_400


@dataclass(slots=True)
class Clock:
    """Whole seconds since 1970."""

    now: int

    def advance(self, seconds: int) -> None:
        """Move on.

        Raises: ValueError: `seconds` is below 0; the caller's mistake.
        """
        if seconds < 0:
            msg = f"the clock can not go back by {-seconds} s"
            raise ValueError(msg)
        self.now += seconds
