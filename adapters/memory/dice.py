"""Chance that repeats itself, and can be taken up again where it was left.

Not here: what is decided by it (state, agenda).
"""

from __future__ import annotations

from random import Random
from typing import Final

_WORD: Final = 32


class Dice(Random):
    """A random generator that knows how far it has come; as `Random(seed)` where numbers are drawn as integers.

    Args:
        seed: where it began.
        drawn: how many words of 32 bits have been drawn since then; they are skipped, 10 million in some 50 ms.
    """

    def __init__(self, seed: int, drawn: int = 0) -> None:
        super().__init__(seed)
        self.drawn = 0
        if drawn:
            self.getrandbits(_WORD * drawn)

    def getrandbits(self, k: int, /) -> int:
        """Draw so many bits; everything else is made of these."""
        self.drawn += -(-k // _WORD)
        return super().getrandbits(k)

    def random(self) -> float:
        """Draw a number from 0 up to 1."""
        return self.getrandbits(53) / (1 << 53)
