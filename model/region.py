"""Where a name can get under one setting of the vault: states, the steps between them, the ways to them.

Not here: how the steps are found (world), what must hold of them (invariants).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from certlife.model.joint import Joint
from certlife.model.rows import Row
from certlife.model.settings import Settings
from certlife.model.vocabulary import (
    Drift,
    State,
    Trigger,
)


class Taken(NamedTuple):
    """A rule that took part in a step, and where it moved its machine; a joint rule moves none."""

    rule: str
    source: State | None = None
    target: State | None = None


class Step(NamedTuple):
    """A transition between joint states.

    Attributes:
        row: the row that the trigger took.
        taken: every rule that took part, that of `row` first.
    """

    before: Joint
    trigger: Trigger
    row: Row
    taken: tuple[Taken, ...]
    after: Joint

    def __str__(self) -> str:
        """The trigger, the reply, the rules, and where it leads."""
        reply = "" if self.row.reply is None else f" -> {self.row.reply}"
        return f"{self.trigger.name}{reply} ({', '.join(taken.rule for taken in self.taken)}): {self.after}"

    @property
    def granted(self) -> bool:
        """Whether nobody's wish is turned down."""
        return is_granted(self.row)


def is_granted(row: Row) -> bool:
    """Whether a row turns nobody's wish down: only a refusal does."""
    return row.reply is None or not row.reply.is_refusal


@dataclass(frozen=True)
class Region:
    """All that is reachable under one setting of the vault.

    Attributes:
        steps: every state with the steps out of it, as a walk meets them that goes on from the nearest first.
    """

    settings: Settings
    steps: Mapping[Joint, tuple[Step, ...]]

    def path_to(self, joint: Joint) -> tuple[Step, ...]:
        """A shortest way to a state from where the walk began."""
        path: list[Step] = []
        while joint in self._came:
            path.append(self._came[joint])
            joint = path[-1].before
        return tuple(reversed(path))

    @cached_property
    def _came(self) -> Mapping[Joint, Step]:
        came: dict[Joint, Step] = {}
        for step in self.changes:
            came.setdefault(step.after, step)
        came.pop(next(iter(self.steps)), None)
        return came

    @cached_property
    def all_steps(self) -> tuple[Step, ...]:
        """The steps out of every state."""
        return tuple(chain.from_iterable(self.steps.values()))

    @cached_property
    def changes(self) -> tuple[Step, ...]:
        """Those that lead somewhere else."""
        return tuple(step for step in self.all_steps if step.after is not step.before)

    @cached_property
    def drifts(self) -> Mapping[Joint, frozenset[Joint]]:
        """Where the service may go on its own, in one step."""
        return {
            joint: frozenset(step.after for step in steps if isinstance(step.trigger, Drift))
            for joint, steps in self.steps.items()
        }

    @cached_property
    def closures(self) -> Mapping[Joint, frozenset[Joint]]:
        """Every state with those that the service may reach from it on its own."""
        return {joint: self.settled([joint]) for joint in self.steps}

    def settled(self, joints: Iterable[Joint]) -> frozenset[Joint]:
        """`joints` with every state that the service may reach from them on its own."""
        found = fresh = frozenset(joints)
        while fresh:
            fresh = frozenset().union(*map(self.drifts.__getitem__, fresh)) - found
            found |= fresh
        return found
