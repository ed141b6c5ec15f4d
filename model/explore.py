"""Every joint state that one name can reach, at small scope, and what holds in all of them.

Small scope: one name, its two youngest versions, and time that passes when it likes. The steps are those of the belief,
by the same tables and joint rules (moves); only the guards are imagined: what the states and the vault's settings decide
is decided by them, what the request, the clock or the past decides turns out both ways.

Not here: knowledge, which is not finite (effects), and how the result is told (conformance).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from certlife.model.invariants import INVARIANTS, Invariant
from certlife.model.moves import choices
from certlife.model.region import Region, Step, Taken
from certlife.model.settings import Settings
from certlife.model.tables import JOINT, TABLES
from certlife.model.vocabulary import (
    Machine,
    Profile,
    State,
)
from certlife.model.world import ALONE, World, walk

SCOPES: Final = {
    "no soft delete": Settings(soft_delete=False, purge_protected=False),
    "soft delete, purge allowed": Settings(soft_delete=True, purge_protected=False),
    "soft delete, purge protected": Settings(soft_delete=True, purge_protected=True),
}
MOST_TOLD: Final = 10
"""How many violations of an invariant are told with their path; all are counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Where an invariant does not hold: in which scope, and by which shortest way from a free name."""

    scope: str
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """An invariant, held against every state.

    Attributes:
        states: how many states there were.
        broken: how often it did not hold.
        violations: the first of those times.
    """

    rule: str
    sentence: str
    states: int
    broken: int
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Walked:
    """How large a scope is, or a machine of the vault itself."""

    scope: str
    states: int
    transitions: int


@dataclass(frozen=True, slots=True)
class Exploration:
    """All that the walk has shown.

    Attributes:
        regions: the states and steps themselves, by scope.
        fired: how many transitions each joint rule took part in, and each row that the profile believes.
        never: those of them that took part in none.
        idle: the sources from which a row that does fire never does.
        no_way_in: the states of machines that no transition leads to.
        no_way_out: the states of machines that no transition leads out of.
        settled: how many states the service may reach on its own from one of them at most, that one included.
    """

    regions: Mapping[str, Region]
    walked: tuple[Walked, ...]
    fired: Mapping[str, int]
    never: tuple[str, ...]
    idle: tuple[tuple[str, State], ...]
    no_way_in: tuple[State, ...]
    no_way_out: tuple[State, ...]
    settled: int
    invariants: tuple[Checked, ...]

    @property
    def states(self) -> int:
        """The states of all scopes together."""
        return sum(walked.states for walked in self.walked)

    @property
    def transitions(self) -> int:
        """Their transitions, told apart by trigger, rules and target."""
        return sum(walked.transitions for walked in self.walked)


def explore(*, profile: Profile = Profile.EITHER, invariants: Sequence[Invariant] | None = None) -> Exploration:
    """Walk every scope, and the machines of the vault itself.

    Args:
        profile: whose reading of the tables is walked.
        invariants: what must hold; None for all of INVARIANTS.
    Returns: the counts, and what became of the invariants.
    Source: every row and joint rule.
    """
    world = World(profile)
    regions = {scope: walk(world, settings) for scope, settings in SCOPES.items()}
    alone = {machine: _taken_alone(machine, profile) for machine in ALONE}
    taken = Counter(chain.from_iterable(step.taken for region in regions.values() for step in region.all_steps))
    taken.update(chain.from_iterable(alone.values()))
    read = {(row.rule, key[1]) for key, groups in choices(profile).items() for _, rows in groups for row in rows}
    believed = [source for source in _SOURCES if source in read]
    fired = dict.fromkeys([*(rule for rule, _ in believed), *(join.rule for join in JOINT)], 0)
    for one, count in taken.items():
        fired[one.rule] += count
    sources = {(one.rule, one.source) for one in taken}
    moves = [one for one in taken if one.source is not one.target]
    return Exploration(
        regions=regions,
        walked=(
            *(Walked(scope, len(region.steps), len(region.all_steps)) for scope, region in regions.items()),
            *(Walked(machine.value, len({one.source for one in rows}), len(rows)) for machine, rows in alone.items()),
        ),
        fired=fired,
        never=tuple(rule for rule, count in fired.items() if count == 0),
        idle=tuple(source for source in believed if source not in sources and fired[source[0]]),
        no_way_in=_left_over(one.target for one in moves),
        no_way_out=_left_over(one.source for one in moves),
        settled=max(len(closure) for region in regions.values() for closure in region.closures.values()),
        invariants=tuple(_checked(one, regions) for one in (INVARIANTS if invariants is None else invariants)),
    )


_SOURCES: Final = tuple((row.rule, state) for table in TABLES.values() for row in table for state in row.source)


def _left_over(states: Iterable[State | None]) -> tuple[State, ...]:
    """The states of all machines but these."""
    met = set(states)
    return tuple(state for state in dict.fromkeys(state for _, state in _SOURCES) if state not in met)


def _taken_alone(machine: Machine, profile: Profile) -> list[Taken]:
    """Every row of a machine of the vault itself, from every state: their guards ask for nothing."""
    return [
        Taken(row.rule, state, state if row.target is None else row.target)
        for (of, state, _), groups in choices(profile).items()
        if of is machine
        for _, rows in groups
        for row in rows
    ]


def _checked(invariant: Invariant, regions: Mapping[str, Region]) -> Checked:
    found = [(scope, *where) for scope, region in regions.items() for where in invariant.broken(region)]
    told = tuple(
        Violation(scope, (*regions[scope].path_to(joint), *(() if step is None else (step,))))
        for scope, joint, step in found[:MOST_TOLD]
    )
    states = sum(len(region.steps) for region in regions.values())
    return Checked(invariant.rule, invariant.sentence, states, len(found), told)
