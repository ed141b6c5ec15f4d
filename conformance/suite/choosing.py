"""How something is chosen: by Hypothesis, which makes it simpler again, or by a seed.

Not here: what there is to choose from (requests).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choosing(Protocol):
    """Chooses; the first option is the plainest."""

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""

    def shuffled(self, options: Sequence[T]) -> Sequence[T]:
        """The options in some order."""


class Seeded:
    """Chooses by a seed: the same seed, the same choices."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it shall repeat itself

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self._random.choice(options)

    def shuffled(self, options: Sequence[T]) -> Sequence[T]:
        """The options in some order."""
        return self._random.sample(options, len(options))


class Drawn:
    """Has Hypothesis choose.

    Args:
        draw: as it is given to a composite strategy, or `data.draw`.
    """

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, options: Sequence[T]) -> T:
        """One of the options; it becomes the first one if that will do."""
        chosen: T = options[self._draw(st.integers(0, len(options) - 1))] if len(options) > 1 else options[0]
        return chosen

    def shuffled(self, options: Sequence[T]) -> Sequence[T]:
        """The options, from some place on: what comes first matters, and one draw will do for it."""
        start = self._draw(st.integers(0, len(options) - 1)) if len(options) > 1 else 0
        return [*options[start:], *options[:start]]
