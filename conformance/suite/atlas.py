"""The map that the planner walks by: every joint state of a name, and the shortest ways between them.

Made from the model's tables by the explorer's walk. Not here: how a step of the map is taken for real (planner).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from operator import or_

from certlife.adapters.targets import Setup
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


@dataclass(slots=True)
class Atlas:
    """Where a name can get under one setting of the vault.

    Attributes:
        steps: the steps out of every state.
        edges: those of them that lead elsewhere.
        masks: the steps in the order in which they are preferred, each with what it exercises as a set of bits.
        named: the row of each step in its state, by the step's identity.
        rules: what steps out of a state exercise, as a set of bits.
        bits: the bit of a goal.
    """

    steps: Mapping[Joint, tuple[Step, ...]]
    edges: dict[Joint, tuple[Step, ...]] = field(default_factory=dict)
    masks: dict[Joint, tuple[tuple[int, Step], ...]] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    rules: dict[Joint, int] = field(default_factory=dict)
    bits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for joint, steps in self.steps.items():
            self.edges[joint] = tuple(step for step in steps if step.after is not joint)
            self.masks[joint] = masked = tuple((self._mask(step), step) for step in sorted(steps, key=_rank))
            self.named.update((id(step), at_state(step.row, step.before)) for step in steps)
            self.rules[joint] = reduce(or_, (mask for mask, _ in masked), 0)

    def _mask(self, step: Step) -> int:
        mask = 0
        for goal in goals_of(step):
            mask |= self.bits.setdefault(goal, 1 << len(self.bits))
        return mask

    @property
    def in_states(self) -> frozenset[str]:
        """Every row in every state that it starts from."""
        return frozenset(goal for goal in self.bits if "@" in goal)

    def placed(self, joint: Joint) -> Joint | None:
        """The state of the map that stands for a joint state; None where the map has none."""
        near = replace(joint, versions=joint.versions[-MOST_VERSIONS:])
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
        refused: tuple[Step, ...] | None = None
        came: dict[Joint, Step | None] = {here: None}
        fringe = [here]
        depth = 0
        while fringe and depth < within and (refused is None or depth < len(refused) + further):
            depth += 1
            following: list[Joint] = []
            for joint in fringe:
                if self.rules[joint] & bits:
                    for mask, step in self.masks[joint]:
                        if mask & bits and (refused is None or step.granted) and is_open(step):
                            if step.granted:
                                return (*_back(came, joint), step), refused
                            refused = (*_back(came, joint), step)
                for step in self.edges[joint]:
                    if step.after not in came and is_open(step):
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
