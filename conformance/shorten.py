"""The shortest part of a session that still breaks the same rule.

Not here: judging (judge).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from certlife.conformance.judge import Found, judge_exchanges
from certlife.model import Exchange, Profile
from certlife.model.asks import understand
from certlife.model.x509 import NO_READER, Reader

MOST_JUDGED: Final = 2000
"""How many exchanges are judged, in sum, in search of a shorter history."""


class _Budget:
    """Counts the exchanges that may still be judged."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, wanted: int) -> bool:
        self.left -= wanted
        return self.left >= 0


def history(
    exchanges: Sequence[Exchange],
    found: Found,
    *,
    starts_empty: bool,
    profile: Profile,
    reader: Reader = NO_READER,
) -> tuple[int, ...]:
    """The steps before a finding that matter to it, in their order.

    Leaves out what can be left out such that the last exchange still breaks the same rule. The search is bounded; what
    is found is short, though not always the shortest.
    """
    budget = _Budget(max(MOST_JUDGED, 4 * found.step))

    def breaks(steps: Sequence[int]) -> bool:
        if not budget.take(len(steps) + 1):
            return False
        part = [*(exchanges[step] for step in steps), exchanges[found.step]]
        verdict = judge_exchanges(part, starts_empty=starts_empty, profile=profile, reader=reader)
        return any(one.rule == found.rule and one.step == len(part) - 1 for one in verdict.findings)

    every = list(range(found.step))
    related = [step for step in every if _related(exchanges[step], exchanges[found.step])]
    steps = related if breaks(related) else every
    return tuple(_thinned(steps, breaks))


def _related(one: Exchange, other: Exchange) -> bool:
    mine, theirs = understand(one.request), understand(other.request)
    return mine is not None and theirs is not None and (mine.name == theirs.name or not mine.name or not theirs.name)


def _thinned(steps: list[int], breaks: object) -> list[int]:
    """Leave out ever smaller stretches, from the front on, as long as the rule stays broken."""
    size = len(steps)
    while size:
        start = 0
        while start < len(steps):
            rest = steps[:start] + steps[start + size :]
            if callable(breaks) and breaks(rest):
                steps = rest
            else:
                start += size
        size = min(size // 2, len(steps)) if size > 1 else 0
    return steps
