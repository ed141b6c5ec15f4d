"""Every joint state that one name can reach, at small scope, and what holds in all of them.

Small scope: one name, its two youngest versions, and time that passes when it likes. The steps are those of the belief,
by the same tables and joint rules (moves); only the guards are imagined: what the states and the vault's settings decide
is decided by them, what the request, the clock or the past decides turns out both ways.

Not here: knowledge, which is not finite (effects), and how the result is told (conformance).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import Final, NamedTuple, TypeAlias

from certlife.model import guards as g
from certlife.model.asks import Ask, kind_of
from certlife.model.effects import issuer_named
from certlife.model.guards import Facts, Guard, Sight, Situation
from certlife.model.joint import Joint
from certlife.model.known import Doc, Known, PolicyFacts, VersionFacts
from certlife.model.moves import JOINS, OWNER, UNPROMPTED, Choice, Hypothesis, Rules, choices, moved, state_of
from certlife.model.rows import Row
from certlife.model.settings import Settings
from certlife.model.tables import JOINT, TABLES
from certlife.model.values import Request
from certlife.model.vocabulary import (
    CertificateState as C,
)
from certlife.model.vocabulary import (
    Drift,
    Grade,
    IssuerKind,
    Machine,
    PolicyState,
    Profile,
    State,
    Trigger,
    View,
)
from certlife.model.vocabulary import (
    Operation as Op,
)
from certlife.model.vocabulary import (
    OperationState as O,
)
from certlife.model.vocabulary import (
    VersionState as V,
)

MOST_VERSIONS: Final = 2
"""How many versions a state remembers: the youngest."""

SCOPES: Final = {
    "no soft delete": Settings(soft_delete=False, purge_protected=False),
    "soft delete, purge allowed": Settings(soft_delete=True, purge_protected=False),
    "soft delete, purge protected": Settings(soft_delete=True, purge_protected=True),
}
ALONE: Final = (Machine.ISSUER, Machine.CONTACTS)
"""The machines of the vault itself: no joint rule speaks to them."""

MOST_TOLD: Final = 10
"""How many violations of an invariant are told with their path; all are counted."""


# --- what the walk brings


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
        return _is_granted(self.row)


def _is_granted(row: Row) -> bool:
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
    world = _World(profile)
    regions = {scope: _walked(world, settings) for scope, settings in SCOPES.items()}
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


# --- what is imagined


class _Fate:
    """Decides what is free, one way after another, and writes down what happens.

    Attributes:
        taken: the rules taken since the present way began.
        settings_asked: whether the vault's settings had a say since somebody set it to False.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.settings_asked = False
        self._decided: dict[str, bool] = {}
        self._open: list[dict[str, bool]] = []

    def ways(self) -> Iterator[None]:
        """All ways in which it may go: what is asked in one turn of the loop turns out otherwise in another."""
        self._open.append({})
        while self._open:
            self._decided = self._open.pop()
            self.taken.clear()
            yield

    def decides(self, question: str) -> bool:
        """How the question turns out this time."""
        decided = self._decided.get(question)
        if decided is None:
            self._open.append({**self._decided, question: True})
            decided = self._decided[question] = False
        return decided

    def rules(self, profile: Profile) -> Rules:
        """The rules with guards that this fate decides; of alternatives it decides too, so every way takes one row."""
        rows = {
            key: tuple(choice for guard, rows in groups for choice in self._one_by_one(key[1], guard, rows))
            for key, groups in choices(profile).items()
        }
        joins = {
            cause: tuple(replace(join, guard=self._imagined(join.guard, Taken(join.rule))) for join in told)
            for cause, told in JOINS.items()
        }
        return Rules(rows, joins, {})

    def _one_by_one(self, state: State, guard: Guard, rows: tuple[Row, ...]) -> Iterator[Choice]:
        for row in rows:
            taken = Taken(row.rule, state, state if row.target is None else row.target)
            yield self._imagined(guard, taken, last=row is rows[-1]), (row,)

    def _imagined(self, guard: Guard, taken: Taken, *, last: bool = True) -> Guard:
        is_so = {Sight.STATE: guard.holds, Sight.SETTINGS: self._noted(guard), Sight.CIRCUMSTANCES: self._free(guard)}[
            guard.sees
        ]

        def holds(s: Situation) -> bool:
            if not is_so(s) or not (last or self.decides(taken.rule)):
                return False
            self.taken.append(taken)
            return True

        return Guard(guard.name, guard.sees, holds)

    def _noted(self, guard: Guard) -> Callable[[Situation], bool]:
        def holds(s: Situation) -> bool:
            self.settings_asked = True
            return guard.holds(s)

        return holds

    def _free(self, guard: Guard) -> Callable[[Situation], bool]:
        bound = _BOUND.get(guard.name, _unbound)

        def holds(s: Situation) -> bool:
            certain = bound(s, self._decided)
            return self.decides(guard.name) if certain is None else certain

        return holds


_Bound: TypeAlias = Callable[[Situation, Mapping[str, bool]], bool | None]
"""What is not free although it is circumstance: the states, or what was decided before, settle it; None: it is free."""

_STRANGER: Final = "a version that is none of the name's"


def _unbound(_: Situation, __: Mapping[str, bool]) -> bool | None:
    return None


def _as_it_is(guard: Guard) -> _Bound:
    return lambda s, _: guard.holds(s)


def _only_without_policy(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if s.joint.policy is PolicyState.NONE else False


def _surely_without_policy(s: Situation, _: Mapping[str, bool]) -> bool | None:
    """A name without policy is granted nothing unless the request brings one: policy_missing stands above."""
    return True if s.joint.policy is PolicyState.NONE else None


def _only_at_a_partner(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if kind_of(issuer_named(s)) is IssuerKind.PARTNER else False


def _only_of_a_stranger(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if s.ask is not None and s.ask.version == _STRANGER else False


def _surely_of_a_stranger(s: Situation, _: Mapping[str, bool]) -> bool | None:
    """A version that is none of those known is missing or not seen yet: version_missing stands above."""
    return s.ask is not None and s.ask.version == _STRANGER


def _only_one_switch(_: Situation, decided: Mapping[str, bool]) -> bool | None:
    return False if decided.get(g.switches_off.name) else None


def _only_while_none_runs(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return False if s.joint.operation in _RUNNING or kind_of(issuer_named(s)) is IssuerKind.UNKNOWN else None


_BOUND: Final[Mapping[str, _Bound]] = {
    g.backup_of_stub.name: _as_it_is(g.backup_of_stub),
    g.backup_unknown.name: _as_it_is(g.backup_unknown),
    g.issuer_missing.name: _only_at_a_partner,
    g.issuer_perhaps_missing.name: _only_at_a_partner,
    g.outside_validity.name: _as_it_is(g.outside_validity),
    g.policy_missing.name: _only_without_policy,
    g.policy_sent.name: _surely_without_policy,
    g.renewal_due.name: _only_while_none_runs,
    g.switches_on.name: _only_one_switch,
    g.version_disabled.name: _as_it_is(g.version_disabled),
    g.version_missing.name: _only_of_a_stranger,
    g.version_unseen.name: _surely_of_a_stranger,
}


# --- the walk

_BY_VERSION: Final = (Op.GET, Op.UPDATE, Op.GET_KEY, Op.GET_SECRET)
_STARTS: Final = (Op.CREATE, Drift.RENEWAL_DUE)
_PROMPTED: Final = tuple((OWNER[op], op) for op in Op if OWNER[op] not in ALONE)
_TRIGGERS: Final[tuple[tuple[Machine, Trigger], ...]] = (*_PROMPTED, *UNPROMPTED)
_IDS: Final = tuple(map(str, range(MOST_VERSIONS)))
_ASKS: Final[Mapping[tuple[Trigger, str | None], Ask]] = {
    (op, version): Ask(op, "name", version, Request("", ""))
    for _, op in _PROMPTED
    for version in (None, _STRANGER, *_IDS)
}
_NAMES: Final = {IssuerKind.SELF: "Self", IssuerKind.UNKNOWN: "Unknown", IssuerKind.PARTNER: "partner"}
_AGE: Final = {V.EARLY: 0, V.EARLY_DISABLED: 0, V.VALID: 1, V.VALID_DISABLED: 1, V.EXPIRED: 2, V.EXPIRED_DISABLED: 2}


def _known(issuer: str, versions: int) -> Known:
    """What must be known for a step to be taken: the issuer that the policy names, and which version is which."""
    facts = tuple(VersionFacts(id=version) for version in _IDS[:versions])
    return Known(facts, policy=PolicyFacts(Doc({"issuer": {"name": issuer}})))


_KNOWN: Final = {(kind, n): _known(name, n) for kind, name in _NAMES.items() for n in range(MOST_VERSIONS + 1)}


class _World:
    """The steps out of a joint state. Where the settings have no say they are the same in every scope, and found once."""

    def __init__(self, profile: Profile) -> None:
        self._fate = _Fate()
        self._rules = self._fate.rules(profile)
        self._grants = {
            key for key, groups in choices(profile).items() for _, rows in groups if any(map(_is_granted, rows))
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
        """The steps that differ in their rules or in where they lead. What can only be refused is not varied."""
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
        for version in (*_IDS[: max(versions - 1, 0)], _STRANGER):
            yield Situation(joint, known, facts, _ASKS[trigger, version])
    elif trigger in _STARTS:
        for kind in (IssuerKind.SELF, IssuerKind.PARTNER):
            yield Situation(joint, _KNOWN[kind, versions], facts, ask)
    elif trigger is Op.RESTORE:
        for states in ((), *((state,) for state in _AGE)):
            backup = _KNOWN[IssuerKind.UNKNOWN, len(states)]
            yield Situation(joint, known, replace(facts, backup=backup, backup_versions=states), ask)


def _walked(world: _World, settings: Settings) -> Region:
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


# --- the invariants

_Broken: TypeAlias = Iterator[tuple[Joint, Step | None]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold wherever a name can get.

    Attributes:
        broken: yields where it does not: the state, and the step out of it where it is one.
    """

    rule: str
    sentence: str
    broken: Callable[[Region], _Broken]


_FREE: Final = (C.ABSENT, C.PURGING)
_KEPT: Final = (C.SOFT_DELETING, C.DELETED, C.RECOVERING)
_RUNNING: Final = (O.IN_PROGRESS, O.CANCELLING)
_ENDED: Final = (O.COMPLETED, O.CANCELLED, O.FAILED)
_OF_THE_LIVING: Final = {
    Op.GET,
    Op.LIST,
    Op.LIST_VERSIONS,
    Op.BACKUP,
    Op.GET_POLICY,
    Op.POLL,
    Op.GET_KEY,
    Op.GET_SECRET,
}
_READS: Final = {*_OF_THE_LIVING, Op.GET_DELETED, Op.LIST_DELETED}
_ADDS: Final = (Op.IMPORT, Op.MERGE, Drift.ISSUER_ISSUES)
_DISABLED: Final = (V.EARLY_DISABLED, V.VALID_DISABLED, V.EXPIRED_DISABLED)


def _one_operation(step: Step, _: Settings) -> bool:
    return step.trigger not in _STARTS or not step.granted or step.before.operation not in _RUNNING


def _completed_has_version(joint: Joint, _: Settings) -> bool:
    return joint.operation is not O.COMPLETED or bool(joint.versions)


def _stub_or_active(joint: Joint, _: Settings) -> bool:
    return (joint.certificate is not C.STUB or not joint.versions) and (
        joint.certificate is not C.ACTIVE or bool(joint.versions)
    )


def _free_holds_nothing(joint: Joint, _: Settings) -> bool:
    return joint.certificate not in _FREE or joint == Joint(joint.certificate)


def _taken_has_policy(joint: Joint, _: Settings) -> bool:
    return joint.certificate in _FREE or joint.policy is PolicyState.SET


def _operation_has_issuer(joint: Joint, _: Settings) -> bool:
    return (joint.operation is O.NONE) is (joint.issuer is None)


def _failed_at_partner(joint: Joint, _: Settings) -> bool:
    return joint.operation is not O.FAILED or joint.issuer is IssuerKind.PARTNER


def _kept_by_soft_delete(joint: Joint, settings: Settings) -> bool:
    return settings.soft_delete is True or joint.certificate not in (*_KEPT, C.PURGING)


def _protected(step: Step, settings: Settings) -> bool:
    return settings.purge_protected is not True or step.trigger is not Op.PURGE or not step.granted


def _refusal_changes_nothing(step: Step) -> bool:
    return step.granted


def _read_changes_nothing(step: Step) -> bool:
    return step.trigger not in _READS


def _gone_is_unreadable(step: Step, _: Settings) -> bool:
    alive = step.before.certificate not in (*_FREE, *_KEPT)
    if step.trigger not in _OF_THE_LIVING or alive or step.row.grade is Grade.ASSUMED or step.row.reply is None:
        return True
    shows = step.row.reply.shows
    return shows in (View.ERROR, View.UNLISTED) or (shows is View.VERSIONS and not step.before.versions)


def _linked_with_version(step: Step, _: Settings) -> bool:
    shown = step.trigger in (Op.GET_KEY, Op.GET_SECRET) and step.granted and step.row.grade is not Grade.ASSUMED
    return not shown or bool(step.before.versions)


def _readable_together(region: Region) -> _Broken:
    three = {Op.GET, Op.GET_KEY, Op.GET_SECRET}
    for joint, steps in region.steps.items():
        if joint.certificate is C.ACTIVE and joint.versions[-1:] == (V.VALID,):
            shown = {step.trigger for step in steps if step.granted and step.row.grade is not Grade.ASSUMED}
            if not three <= shown:
                yield joint, None


def _unknown_is_merged(step: Step) -> bool:
    completes = step.after.operation is O.COMPLETED and step.before.operation is not O.COMPLETED
    return not completes or step.before.issuer is not IssuerKind.UNKNOWN or step.trigger is Op.MERGE


def _ended_stays(step: Step) -> bool:
    same = step.after.operation is step.before.operation or step.after.operation is O.NONE
    return same or step.before.operation not in _ENDED or step.trigger in (*_STARTS, Op.MERGE)


def _operation_lost_by_somebody(step: Step) -> bool:
    lost = step.before.operation is not O.NONE and step.after.operation is O.NONE
    return not lost or step.after.certificate in _FREE or step.trigger in (Op.DELETE_OPERATION, Op.IMPORT, Op.RESTORE)


def _still_while_gone(step: Step) -> bool:
    before, after = step.before, step.after
    if after.certificate in _FREE or {before.certificate, after.certificate}.isdisjoint(_KEPT):
        return True
    by_clock = step.trigger in (Drift.NBF_REACHED, Drift.EXP_REACHED)
    return replace(after, certificate=before.certificate, versions=before.versions) == before and (
        by_clock or after.versions == before.versions
    )


def _versions_stay(step: Step) -> bool:
    before, after = step.before.versions, step.after.versions
    if step.after.certificate in _FREE or step.trigger is Op.RESTORE:
        return True
    if step.trigger in _ADDS and step.granted:
        return after[:-1] == before[-(len(after) - 1) :] or not before
    return len(after) == len(before)


def _versions_grow_older(step: Step) -> bool:
    pairs = zip(step.before.versions, step.after.versions, strict=False)
    return step.trigger in _ADDS or all(_AGE[old] <= _AGE[new] for old, new in pairs)


def _switched_by_update(step: Step) -> bool:
    pairs = zip(step.before.versions, step.after.versions, strict=False)
    return step.trigger in (*_ADDS, Op.UPDATE) or all((old in _DISABLED) is (new in _DISABLED) for old, new in pairs)


def _nothing_by_itself(step: Step) -> bool:
    return step.before.certificate not in _FREE or isinstance(step.trigger, Op) or step.after == Joint()


def _answered(region: Region) -> _Broken:
    asked = {op for _, op in _PROMPTED}
    return ((joint, None) for joint, steps in region.steps.items() if not asked <= {step.trigger for step in steps})


def _way_back(region: Region) -> _Broken:
    into: dict[Joint, set[Joint]] = {}
    for step in region.changes:
        into.setdefault(step.after, set()).add(step.before)
    found, queue = {Joint()}, [Joint()]
    while queue:
        fresh = into.get(queue.pop(), set()) - found
        found |= fresh
        queue.extend(fresh)
    return ((joint, None) for joint in region.steps if joint not in found)


def _settles(region: Region) -> _Broken:
    return ((joint, None) for joint, once in region.closures.items() if region.settled(once) != once)


def _states(rule: str, sentence: str, holds: Callable[[Joint, Settings], bool]) -> Invariant:
    return Invariant(
        rule, sentence, lambda region: ((joint, None) for joint in region.steps if not holds(joint, region.settings))
    )


def _steps(rule: str, sentence: str, holds: Callable[[Step, Settings], bool]) -> Invariant:
    return Invariant(
        rule,
        sentence,
        lambda region: ((step.before, step) for step in region.all_steps if not holds(step, region.settings)),
    )


def _changes(rule: str, sentence: str, holds: Callable[[Step], bool]) -> Invariant:
    return Invariant(rule, sentence, lambda region: ((step.before, step) for step in region.changes if not holds(step)))


INVARIANTS: Final = (
    #         rule      sentence                                                                           holds
    _steps("INV-01", "An operation starts only while none is running.", _one_operation),
    _states("INV-02", "A completed operation has its version.", _completed_has_version),
    _states("INV-03", "A stub has no version, an active certificate at least one.", _stub_or_active),
    _states("INV-04", "A free name holds nothing: no operation, no policy, no version.", _free_holds_nothing),
    _states("INV-05", "A name that is not free has a policy.", _taken_has_policy),
    _states("INV-06", "An operation has an issuer, and where there is none there is no issuer.", _operation_has_issuer),
    _states("INV-07", "Only an order at a CA fails.", _failed_at_partner),
    _states("INV-08", "Without soft delete nothing is kept, recovered or purged.", _kept_by_soft_delete),
    _steps("INV-09", "Under purge protection no purge succeeds.", _protected),
    _changes("INV-10", "A refusal changes nothing.", _refusal_changes_nothing),
    _changes("INV-11", "A read changes nothing.", _read_changes_nothing),
    _steps("INV-12", "Nothing of a certificate that is gone can be read.", _gone_is_unreadable),
    _steps("INV-13", "Key and secret are shown only of a version.", _linked_with_version),
    Invariant(
        "INV-14", "While the current version is valid, certificate, key and secret can be read.", _readable_together
    ),
    _changes("INV-15", "An operation whose issuer is Unknown completes by a merge alone.", _unknown_is_merged),
    _changes("INV-16", "An operation that has ended stays so, but for a merge or a new start.", _ended_stays),
    _changes(
        "INV-17", "An operation is lost only at somebody's request, or with the name.", _operation_lost_by_somebody
    ),
    _changes("INV-18", "Deleted, kept and recovered, a certificate changes only by the clock.", _still_while_gone),
    _changes("INV-19", "Versions come one at a time, and go only with the name.", _versions_stay),
    _changes("INV-20", "A version only grows older.", _versions_grow_older),
    _changes("INV-21", "Only an update enables or disables a version.", _switched_by_update),
    _changes("INV-22", "The service alone makes nothing of a free name.", _nothing_by_itself),
    Invariant("INV-23", "Every operation is answered in every state.", _answered),
    Invariant("INV-24", "From every state a way leads back to the free name.", _way_back),
    Invariant("INV-25", "To settle what is settled adds nothing.", _settles),
)
