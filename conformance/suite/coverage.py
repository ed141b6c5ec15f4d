"""What has been exercised, and what is still wanted.

Not here: how it is got at (planner).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from certlife.model.constraints import CONSTRAINTS
from certlife.model.moves import choices
from certlife.model.tables import JOINT, TABLES
from certlife.model.vocabulary import Profile

MOST_TRIES: Final = 2
"""How often a step is tried in vain, each time from somewhere else, before it is given up for a vault."""

MOST_LACKS: Final = 4
"""For how many names and states no request is found that leads along a step, before it is given up for a vault."""


def rules_believed(profile: Profile) -> frozenset[str]:
    """The rows that the profile believes, the joint rules, and the constraints: what can be reached at all."""
    rows = {row.rule for groups in choices(profile).values() for _, group in groups for row in group}
    return frozenset(rows | {join.rule for join in JOINT} | {constraint.rule for constraint in CONSTRAINTS})


ALL_RULES: Final = frozenset(
    [row.rule for table in TABLES.values() for row in table]
    + [join.rule for join in JOINT]
    + [constraint.rule for constraint in CONSTRAINTS]
)


@dataclass(slots=True)
class Coverage:
    """Which rules have been met, in which order, and which were gone for in vain.

    Attributes:
        goals: the rules to be reached.
        held: how often each rule was kept.
        broken: how often each rule was broken.
        pairs: which row came after which, on one name.
        hopeless: what is given up for the vault that is asked.
        instead: what was answered in place of a row.
        deeper: further goals: rows in each state that they start from.
    """

    goals: frozenset[str]
    held: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    hopeless: set[object] = field(default_factory=set)
    instead: dict[str, str] = field(default_factory=dict)
    deeper: frozenset[str] = frozenset()
    _refuted: Counter[object] = field(default_factory=Counter)
    _lacking: Counter[object] = field(default_factory=Counter)

    def wanted(self) -> frozenset[str]:
        """The goals that were not reached."""
        return frozenset(rule for rule in self.goals | self.deeper if not self.held[rule] and not self.broken[rule])

    def note(self, held: Iterable[str]) -> None:
        """Take down the rules that an answer kept."""
        self.held.update(held)

    def add(self, other: Coverage) -> None:
        """Take over what another has met."""
        self.held.update(other.held)
        self.pairs |= other.pairs

    def try_again(self) -> None:
        """Forget what was gone for in vain: it is another vault."""
        self.hopeless.clear()
        self._refuted.clear()
        self._lacking.clear()

    def refute(self, step: object, rule: str, instead: str) -> None:
        """A step was gone for, and something else was answered than by its rule."""
        self.instead[rule] = instead
        self._refuted[step] += 1
        if self._refuted[step] >= MOST_TRIES:
            self.hopeless.add(step)

    def lack(self, step: object) -> None:
        """No request was found that leads along a step."""
        self._lacking[step] += 1
        if self._lacking[step] >= MOST_LACKS:
            self.hopeless.add(step)
