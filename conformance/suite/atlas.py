"""The map that the planner walks by: every joint state of a name, and the shortest ways between them.

Made from the model's tables by the explorer's walk. Not here: how a step of the map is taken for real (planner).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from certlife.adapters.targets import Setup
from certlife.model.joint import Joint
from certlife.model.region import Step
from certlife.model.settings import Settings
from certlife.model.vocabulary import Profile
from certlife.model.world import MOST_VERSIONS, World, walk


@dataclass(slots=True)
class Atlas:
    """Where a name can get under one setting of the vault.

    Attributes:
        steps: the steps out of every state.
        edges: those of them that lead elsewhere.
        rules: the rules that take part in steps out of a state, as a set of bits.
        bits: the bit of a rule.
    """

    steps: Mapping[Joint, tuple[Step, ...]]
    edges: dict[Joint, tuple[Step, ...]] = field(default_factory=dict)
    rules: dict[Joint, int] = field(default_factory=dict)
    bits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for joint, steps in self.steps.items():
            self.edges[joint] = tuple(step for step in steps if step.after is not joint)
            taking_part = 0
            for step in steps:
                for taken in step.taken:
                    taking_part |= self.bits.setdefault(taken.rule, 1 << len(self.bits))
            self.rules[joint] = taking_part

    def placed(self, joint: Joint) -> Joint | None:
        """The state of the map that stands for a joint state; None where the map has none."""
        near = replace(joint, versions=joint.versions[-MOST_VERSIONS:])
        return near if near in self.steps else None

    def ways(
        self, here: Joint, wanted: Iterable[str], is_open: Callable[[Step], bool]
    ) -> tuple[tuple[Step, ...] | None, tuple[Step, ...] | None]:
        """The shortest way to the end of a step in which a wanted rule takes part: one that is granted, and one that is refused.

        Args:
            is_open: which steps may be gone.
        """
        bits = 0
        for rule in wanted:
            bits |= self.bits.get(rule, 0)
        granted: tuple[Step, ...] | None = None
        refused: tuple[Step, ...] | None = None
        came: dict[Joint, Step | None] = {here: None}
        queue = deque([here])
        while queue:
            joint = queue.popleft()
            if self.rules[joint] & bits:
                for step in self.steps[joint]:
                    if any(self.bits[taken.rule] & bits for taken in step.taken) and is_open(step):
                        if step.granted:
                            granted = granted or (*_back(came, joint), step)
                        else:
                            refused = refused or (*_back(came, joint), step)
                if granted is not None:
                    break
            for step in self.edges[joint]:
                if step.after not in came and is_open(step):
                    came[step.after] = step
                    queue.append(step.after)
        return granted, refused


@cache
def atlas(profile: Profile, setup: Setup) -> Atlas:
    """The map for a vault with these settings, as the profile reads the tables."""
    settings = Settings(soft_delete=setup.soft_delete, purge_protected=setup.purge_protection)
    return Atlas(walk(_world(profile), settings).steps)


@cache
def _world(profile: Profile) -> World:
    return World(profile)


def _back(came: Mapping[Joint, Step | None], joint: Joint) -> tuple[Step, ...]:
    way: list[Step] = []
    while (step := came[joint]) is not None:
        way.append(step)
        joint = step.before
    return tuple(reversed(way))
