"""The steps out of a joint state, and the walk through all of them.

Small scope: one name, its two youngest versions, and time that passes when it likes. The steps are those of the belief,
by the same tables and joint rules (moves). Not here: what must hold of them (invariants).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from certlife.model import guards as g
from certlife.model.asks import Ask
from certlife.model.guards import Facts, Situation
from certlife.model.imagined import STRANGER, Fate
from certlife.model.joint import Joint
from certlife.model.known import Doc, Known, PolicyFacts, VersionFacts
from certlife.model.moves import OWNER, UNPROMPTED, Hypothesis, choices, moved, state_of
from certlife.model.region import Region, Step, Taken, is_granted
from certlife.model.settings import Settings
from certlife.model.values import Request
from certlife.model.vocabulary import (
    Drift,
    IssuerKind,
    Machine,
    Profile,
    Trigger,
)
from certlife.model.vocabulary import (
    Operation as Op,
)
from certlife.model.vocabulary import (
    VersionState as V,
)

MOST_VERSIONS: Final = 2
"""How many versions a state remembers: the youngest."""


ALONE: Final = (Machine.ISSUER, Machine.CONTACTS)
"""The machines of the vault itself: no joint rule speaks to them."""


_OF_A_VERSION: Final = (g.version_missing, g.version_unseen)
_BY_VERSION: Final = (Op.GET, Op.UPDATE, Op.GET_KEY, Op.GET_SECRET)
STARTS: Final = (Op.CREATE, Drift.RENEWAL_DUE)
_ONE_EACH: Final = ((), *((state,) for state in V if state is not V.NONE))
PROMPTED: Final = tuple((OWNER[op], op) for op in Op if OWNER[op] not in ALONE)
_TRIGGERS: Final[tuple[tuple[Machine, Trigger], ...]] = (*PROMPTED, *UNPROMPTED)
_IDS: Final = tuple(map(str, range(MOST_VERSIONS)))
_ASKS: Final[Mapping[tuple[Trigger, str | None], Ask]] = {
    (op, version): Ask(op, "name", version, Request("", ""))
    for _, op in PROMPTED
    for version in (None, STRANGER, *_IDS)
}
_NAMES: Final = {IssuerKind.SELF: "Self", IssuerKind.UNKNOWN: "Unknown", IssuerKind.PARTNER: "partner"}


def _known(issuer: str, versions: int) -> Known:
    """What must be known for a step to be taken: the issuer that the policy names, and which version is which."""
    facts = tuple(VersionFacts(id=version) for version in _IDS[:versions])
    return Known(facts, policy=PolicyFacts(Doc({"issuer": {"name": issuer}})))


_KNOWN: Final = {(kind, n): _known(name, n) for kind, name in _NAMES.items() for n in range(MOST_VERSIONS + 1)}


class World:
    """The steps out of a joint state. Where the settings have no say they are the same in every scope, and found once."""

    def __init__(self, profile: Profile) -> None:
        self._fate = Fate()
        self._rules = self._fate.rules(profile)
        self._grants = {
            key
            for key, groups in choices(profile).items()
            for guard, rows in groups
            if guard in _OF_A_VERSION or any(map(is_granted, rows))
        }
        self._everywhere: dict[Joint, dict[Trigger, tuple[Step, ...]]] = {}
        self._joints: dict[Joint, Joint] = {}

    def steps(self, joint: Joint, facts: Facts) -> Iterator[Step]:
        """Every step out of a state."""
        joint = self._scoped(joint)
        known = self._everywhere.setdefault(joint, {})
        for machine, trigger in _TRIGGERS:
            if trigger in known:
                yield from known[trigger]
            elif (machine, state_of(joint, machine), trigger) in self._rules.choices:
                self._fate.settings_asked = False
                steps = self._steps_by(machine, trigger, joint, facts)
                yield from steps
                if not self._fate.settings_asked:
                    known[trigger] = steps
        for index in range(len(joint.versions)):
            yield from self._steps_by_the_clock(joint, index)

    def _steps_by(self, machine: Machine, trigger: Trigger, joint: Joint, facts: Facts) -> tuple[Step, ...]:
        """The steps that differ in their rules or in where they lead. What can only be refused is not varied, unless by the version."""
        found: dict[tuple[tuple[Taken, ...], Joint], Step] = {}
        varied = (machine, state_of(joint, machine), trigger) in self._grants
        for situation in islice(_situations(joint, trigger, facts), None if varied else 1):
            hypothesis = Hypothesis(joint, situation.known)
            for _ in self._fate.ways():
                for row, after in moved(hypothesis, machine, trigger, situation, self._rules):
                    key = tuple(self._fate.taken), joint if after is hypothesis else self._scoped(after.joint)
                    if key not in found:
                        found[key] = Step(joint, trigger, row, *key)
        return tuple(found.values())

    def _steps_by_the_clock(self, joint: Joint, index: int) -> Iterator[Step]:
        states = joint.versions
        situation = Situation(joint, _KNOWN[IssuerKind.UNKNOWN, len(states)], Facts(), index=index)
        for drift in (Drift.NBF_REACHED, Drift.EXP_REACHED):
            for _ in self._fate.ways():
                for row in self._rules.rows_for(Machine.VERSION, states[index], drift, situation):
                    aged = row.target if isinstance(row.target, V) else states[index]
                    after = replace(joint, versions=(*states[:index], aged, *states[index + 1 :]))
                    yield Step(joint, drift, row, tuple(self._fate.taken), self._scoped(after))

    def _scoped(self, joint: Joint) -> Joint:
        """The state as the walk remembers it: one object each, without the versions that are out of its scope."""
        if len(joint.versions) > MOST_VERSIONS:
            joint = replace(joint, versions=joint.versions[-MOST_VERSIONS:])
        return self._joints.setdefault(joint, joint)


def _situations(joint: Joint, trigger: Trigger, facts: Facts) -> Iterator[Situation]:
    """What a step may hang on that no guard asks for: the issuer, the version that is meant, what a backup holds."""
    versions = len(joint.versions)
    known, ask = _KNOWN[IssuerKind.UNKNOWN, versions], _ASKS.get((trigger, None))
    yield Situation(joint, known, facts, ask)
    if trigger in _BY_VERSION:
        for version in (*_IDS[: max(versions - 1, 0)], STRANGER):
            yield Situation(joint, known, facts, _ASKS[trigger, version])
    elif trigger in STARTS:
        for kind in (IssuerKind.SELF, IssuerKind.PARTNER):
            yield Situation(joint, _KNOWN[kind, versions], facts, ask)
    elif trigger is Op.RESTORE:
        for states in _ONE_EACH:
            backup = _KNOWN[IssuerKind.UNKNOWN, len(states)]
            yield Situation(joint, known, replace(facts, backup=backup, backup_versions=states), ask)


def walk(world: World, settings: Settings) -> Region:
    """Breadth first from the free name."""
    facts, steps = Facts(settings=settings), {}
    met, queue = {Joint()}, deque([Joint()])
    while queue:
        joint = queue.popleft()
        steps[joint] = tuple(world.steps(joint, facts))
        for step in steps[joint]:
            if step.after is not joint and step.after not in met:
                met.add(step.after)
                queue.append(step.after)
    return Region(settings, steps)
