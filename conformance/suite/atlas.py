"""The map that the planner walks by: every joint state of a name, and the shortest ways between them.

Made from the model's tables by the explorer's walk. Not here: how a step of the map is taken for real (planner).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from certlife.adapters.targets import Setup
from certlife.conformance.suite.reach import BEYOND
from certlife.model.joint import Joint
from certlife.model.moves import OWNER, state_of
from certlife.model.region import Step
from certlife.model.rows import Row
from certlife.model.settings import Settings
from certlife.model.vocabulary import Drift, Operation, Profile
from certlife.model.world import MOST_VERSIONS, World, walk


def goals_of(step: Step) -> tuple[str, ...]:
    """What is exercised by taking a step: the rules that take part in it, and its row in this state."""
    return (*(taken.rule for taken in step.taken), at_state(step.row, step.before))


def at_state(row: Row, joint: Joint) -> str:
    """A row in one of the states that it starts from, with that of the certificate: `OPER-11@completed, deleted`."""
    if not isinstance(row.trigger, Operation):
        return row.rule
    states = dict.fromkeys((state_of(joint, OWNER[row.trigger]).value, joint.certificate.value))
    return f"{row.rule}@{', '.join(states)}"


class Exit(NamedTuple):
    """A state that is one step away: its bit, and the steps that lead there."""

    bit: int
    steps: tuple[Step, ...]


class Goal(NamedTuple):
    """A step with what it exercises, as a set of bits."""

    mask: int
    granted: bool
    step: Step


class Atlas:
    """Where a name can get under one setting of the vault. Sets of states and of goals are integers, a bit for each.

    Attributes:
        steps: the steps out of every state.
        goals: the same in the order in which they are preferred.
        named: the row of each step in its state, by the step's identity.
        closed: the identities of the steps that nobody can bring about.
        bits: the bit of a goal.
    """

    def __init__(self, steps: Mapping[Joint, tuple[Step, ...]]) -> None:
        self.steps = steps
        self.bits: dict[str, int] = {}
        self.named = {id(step): at_state(step.row, joint) for joint, taken in steps.items() for step in taken}
        self.closed = frozenset(
            id(step) for taken in steps.values() for step in taken if any(one.rule in BEYOND for one in step.taken)
        )
        self.goals = {joint: tuple(map(self._goal, sorted(taken, key=_rank))) for joint, taken in steps.items()}
        self._places = {joint: 1 << place for place, joint in enumerate(steps)}
        self._exits = {joint: tuple(self._exits_of(taken)) for joint, taken in steps.items()}
        self._near = {joint: reduce(or_, (way.bit for way in exits), 0) for joint, exits in self._exits.items()}
        self._found = {joint: reduce(or_, (goal.mask for goal in goals), 0) for joint, goals in self.goals.items()}

    def _goal(self, step: Step) -> Goal:
        mask = reduce(or_, (self.bits.setdefault(goal, 1 << len(self.bits)) for goal in goals_of(step)), 0)
        return Goal(mask, step.granted, step)

    def _exits_of(self, steps: Iterable[Step]) -> Iterator[Exit]:
        leading: dict[Joint, list[Step]] = {}
        for step in steps:
            if step.after is not step.before:
                leading.setdefault(step.after, []).append(step)
        return (Exit(self._places[joint], tuple(ways)) for joint, ways in leading.items())

    def edges(self, joint: Joint) -> Iterator[Step]:
        """The steps out of a state that lead elsewhere."""
        return (step for way in self._exits[joint] for step in way.steps)

    @property
    def in_states(self) -> frozenset[str]:
        """Every row in every state that it starts from."""
        return frozenset(goal for goal in self.bits if "@" in goal)

    def placed(self, joint: Joint) -> Joint | None:
        """The state of the map that stands for a joint state; None where the map has none."""
        near = joint if len(joint.versions) <= MOST_VERSIONS else replace(joint, versions=joint.versions[-MOST_VERSIONS:])
        return near if near in self.steps else None

    def ways(
        self, here: Joint, wanted: Iterable[str], is_open: Callable[[Step], bool], *, further: int, within: int
    ) -> tuple[tuple[Step, ...] | None, tuple[Step, ...] | None]:
        """The shortest way to the end of a step that exercises what is wanted: one that is granted, and one that is refused.

        Args:
            is_open: which steps may be gone.
            further: how many steps more are gone for one that is granted, once one is known that is refused.
            within: how many steps a way may have.
        """
        bits = reduce(or_, (self.bits.get(goal, 0) for goal in wanted), 0)
        if not bits:
            return None, None
        refused: tuple[Step, ...] | None = None
        came: dict[Joint, Step | None] = {here: None}
        seen, fringe, depth = self._places[here], [here], 0
        while fringe and depth < within and (refused is None or depth < len(refused) + further):
            depth += 1
            following: list[Joint] = []
            for joint in fringe:
                for goal in self.goals[joint] if self._found[joint] & bits else ():
                    if goal.mask & bits and (refused is None or goal.granted) and is_open(goal.step):
                        if goal.granted:
                            return (*_back(came, joint), goal.step), refused
                        refused = (*_back(came, joint), goal.step)
                for bit, steps in self._exits[joint] if self._near[joint] & ~seen else ():
                    step = None if bit & seen else next(filter(is_open, steps), None)
                    if step is not None:
                        seen |= bit
                        came[step.after] = step
                        following.append(step.after)
            fringe = following
        return None, refused


@cache
def atlas(profile: Profile, setup: Setup) -> Atlas:
    """The map for a vault with these settings, as the profile reads the tables."""
    settings = Settings(soft_delete=setup.soft_delete, purge_protected=setup.purge_protection)
    return Atlas(walk(_world(profile), settings).steps)


@cache
def _world(profile: Profile) -> World:
    return World(profile)


def _rank(step: Step) -> int:
    """What leaves the state as it is comes first, so a state is used up before it is left; then what happens by itself."""
    if not step.granted:
        return 3
    if step.after is step.before:
        return 0
    return 1 if isinstance(step.trigger, Drift) else 2


def _back(came: Mapping[Joint, Step | None], joint: Joint) -> tuple[Step, ...]:
    way: list[Step] = []
    while (step := came[joint]) is not None:
        way.append(step)
        joint = step.before
    return tuple(reversed(way))
