"""Every joint state that one name can reach, at small scope, and what holds in all of them.

Small scope: one name, its two youngest versions, and time that passes when it likes. The steps are those of the belief,
by the same tables and joint rules (moves); only the guards are imagined: what the states and the vault's settings decide
is decided by them, what the request, the clock or the past decides turns out both ways.

Not here: knowledge, which is not finite (effects), and how the result is told (conformance).
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from certlife.model import guards as g
from certlife.model.asks import Ask, kind_of
from certlife.model.effects import issuer_named
from certlife.model.guards import Facts, Guard, Sight, Situation
from certlife.model.joint import Joint
from certlife.model.known import Doc, Known, PolicyFacts, VersionFacts
from certlife.model.moves import JOINS, OWNER, UNPROMPTED, Choice, Hypothesis, Rules, choices, moved
from certlife.model.settings import Settings
from certlife.model.tables import JOINT, OWNERS, TABLES
from certlife.model.values import Request
from certlife.model.vocabulary import (
    CertificateState as C,
    ContactsState,
    Drift,
    Grade,
    IssuerKind,
    IssuerState,
    Machine,
    Operation as Op,
    OperationState as O,
    PolicyState,
    Profile,
    State,
    Trigger,
    VersionState as V,
    View,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from certlife.model.rows import Row

MOST_VERSIONS: Final = 2
"""How many versions a state remembers: the youngest."""

SCOPES: Final = {
    "no soft delete": Settings(soft_delete=False, purge_protected=False),
    "soft delete, purge allowed": Settings(soft_delete=True, purge_protected=False),
    "soft delete, purge protected": Settings(soft_delete=True, purge_protected=True),
}
MOST_TOLD: Final = 10
"""How many violations of an invariant are told with their path, in each scope; all are counted."""


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
        reply = "" if self.row.reply is None else f" -> {self.row.reply}"
        return f"{self.trigger.name}{reply} ({', '.join(taken.rule for taken in self.taken)}): {self.after}"

    @property
    def granted(self) -> bool:
        """Whether nobody's wish is turned down."""
        return self.row.reply is None or not self.row.reply.is_refusal


@dataclass(frozen=True, slots=True)
class Region:
    """All that is reachable under one setting of the vault: every state, with the steps out of it."""

    settings: Settings
    steps: Mapping[Joint, tuple[Step, ...]]


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
    """How large a scope is, or a machine that stands alone."""

    scope: str
    states: int
    transitions: int


@dataclass(frozen=True, slots=True)
class Exploration:
    """All that the walk has shown.

    Attributes:
        fired: how many transitions each rule took part in.
        never: the rules that took part in none.
        no_way_in: the states of machines that no transition leads to.
        no_way_out: the states of machines that no transition leads out of.
        settled: how many states the service may reach on its own from one of them at most, that one included.
    """

    walked: tuple[Walked, ...]
    fired: Mapping[str, int]
    never: tuple[str, ...]
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


# --- what is imagined


class _Fate:
    """Decides what is free, one way after another, and writes down which rules are taken.

    Attributes:
        taken: since the present way began.
    """

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self._decided: dict[str, bool] = {}
        self._open: list[dict[str, bool]] = []

    def ways(self) -> Iterator[None]:
        """All ways in which it may go: what is asked in one turn of the loop turns out otherwise in another."""
        self._open.append({})
        while self._open:
            self._decided, self.taken = self._open.pop(), []
            yield

    def decides(self, question: str) -> bool:
        """How the question turns out this time."""
        decided = self._decided.get(question)
        if decided is None:
            self._open.append({**self._decided, question: True})
            decided = self._decided[question] = False
        return decided

    def holds(self, guard: Guard, s: Situation) -> bool:
        """Whether the guard does: it is free only where neither the states nor the settings have a say."""
        if guard.sees is not Sight.CIRCUMSTANCES:
            return guard.holds(s)
        bound = _BOUND.get(guard.name)
        certain = bound(s, self._decided) if bound is not None else None
        return self.decides(guard.name) if certain is None else certain

    def imagined(self, profile: Profile) -> Rules:
        """The rules with guards that this fate decides; of alternatives it decides too, so every way takes one row."""
        table = choices(profile)
        rows = {key: tuple(c for guard, rows in table[key] for c in self._alternatives(key[1], guard, rows)) for key in table}
        joins = {
            cause: tuple(replace(join, guard=self._imagined(join.guard, Taken(join.rule))) for join in told)
            for cause, told in JOINS.items()
        }
        return Rules(rows, joins, {})

    def _alternatives(self, state: State, guard: Guard, rows: tuple[Row, ...]) -> Iterator[Choice]:
        for row in rows:
            taken = Taken(row.rule, state, state if row.target is None else row.target)
            yield self._imagined(guard, taken, last=row is rows[-1]), (row,)

    def _imagined(self, guard: Guard, taken: Taken, *, last: bool = True) -> Guard:
        def holds(s: Situation) -> bool:
            if not (self.holds(guard, s) and (last or self.decides(taken.rule))):
                return False
            self.taken.append(taken)
            return True

        return Guard(guard.name, guard.sees, holds)


_Bound: TypeAlias = "Callable[[Situation, Mapping[str, bool]], bool | None]"
"""What the states, or what was decided before, leave no choice in; None where they do not."""

_STRANGER: Final = "a version that is none of the name's"


def _only_without_policy(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return False if s.joint.policy is PolicyState.SET else None


def _surely_without_policy(s: Situation, _: Mapping[str, bool]) -> bool | None:
    """Nothing is granted to a name without policy unless the request brings one: policy_missing stands above."""
    return None if s.joint.policy is PolicyState.SET else True


def _only_at_a_partner(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return None if kind_of(issuer_named(s)) is IssuerKind.PARTNER else False


def _only_a_stranger(s: Situation, decided: Mapping[str, bool]) -> bool | None:
    if s.ask is None or s.ask.version != _STRANGER:
        return False
    return True if decided.get(g.version_missing.name) is False else None


def _as_it_is(guard: Guard) -> _Bound:
    return lambda s, _: guard.holds(s)


def _only_one_switch(_: Situation, decided: Mapping[str, bool]) -> bool | None:
    return False if decided.get(g.switches_off.name) else None


def _only_while_none_runs(s: Situation, _: Mapping[str, bool]) -> bool | None:
    return False if s.joint.operation in _RUNNING or kind_of(issuer_named(s)) is IssuerKind.UNKNOWN else None


_BOUND: Final[Mapping[str, _Bound]] = {
    g.policy_missing.name: _only_without_policy,
    g.policy_sent.name: _surely_without_policy,
    g.issuer_missing.name: _only_at_a_partner,
    g.issuer_perhaps_missing.name: _only_at_a_partner,
    g.version_missing.name: _only_a_stranger,
    g.version_unseen.name: _only_a_stranger,
    g.version_disabled.name: _as_it_is(g.version_disabled),
    g.outside_validity.name: _as_it_is(g.outside_validity),
    g.backup_unknown.name: _as_it_is(g.backup_unknown),
    g.backup_of_stub.name: _as_it_is(g.backup_of_stub),
    g.switches_on.name: _only_one_switch,
    g.renewal_due.name: _only_while_none_runs,
}
_BY_VERSION: Final = (Op.GET, Op.UPDATE, Op.GET_KEY, Op.GET_SECRET)
_STARTS: Final = (Op.CREATE, Drift.RENEWAL_DUE)
_NAMES: Final = {IssuerKind.SELF: "Self", IssuerKind.UNKNOWN: "Unknown", IssuerKind.PARTNER: "partner"}
_IDS: Final = tuple(map(str, range(MOST_VERSIONS)))


def _known(kind: IssuerKind, versions: int) -> Known:
    """What must be known for a step to be taken: the issuer that the policy names, and which version is which."""
    policy = PolicyFacts(Doc({"issuer": {"name": _NAMES[kind]}}))
    return Known(tuple(VersionFacts(id=version) for version in _IDS[:versions]), policy=policy)


_KNOWN: Final = {(kind, count): _known(kind, count) for kind in IssuerKind for count in range(MOST_VERSIONS + 1)}
_PROMPTED: Final = tuple((OWNER[op], op) for op in Op if OWNER[op] not in (Machine.ISSUER, Machine.CONTACTS))


class _Walk:
    """The walk through one scope."""

    def __init__(self, settings: Settings, profile: Profile) -> None:
        self._fate, self._facts = _Fate(), Facts(settings=settings)
        self._rules = self._fate.imagined(profile)
        self._restores = [self._facts, *(self._restore(versions) for versions in ((), *((state,) for state in _PHASE)))]
        self.came: dict[Joint, Step | None] = {Joint(): None}
        self.region = Region(settings, dict(self._all_steps()))

    def _restore(self, versions: tuple[V, ...]) -> Facts:
        backup = _KNOWN[IssuerKind.UNKNOWN, len(versions)]
        return Facts(settings=self._facts.settings, backup=backup, backup_versions=versions)

    def _all_steps(self) -> Iterator[tuple[Joint, tuple[Step, ...]]]:
        queue = deque(self.came)
        while queue:
            joint = queue.popleft()
            steps = tuple(self._steps(joint))
            for step in steps:
                if step.after not in self.came:
                    self.came[step.after] = step
                    queue.append(step.after)
            yield joint, steps

    def _steps(self, joint: Joint) -> Iterator[Step]:
        for machine, trigger in (*_PROMPTED, *UNPROMPTED):
            yield from self._taken(joint, machine, trigger)
        for index in range(len(joint.versions)):
            yield from self._by_the_clock(joint, index)

    def _taken(self, joint: Joint, machine: Machine, trigger: Trigger) -> Iterable[Step]:
        """The steps that differ in their rules or in where they lead."""
        found: dict[tuple[tuple[Taken, ...], Joint], Step] = {}
        for situation in self._situations(joint, trigger):
            hypothesis = Hypothesis(joint, situation.known)
            for _ in self._fate.ways():
                for row, after in moved(hypothesis, machine, trigger, situation, self._rules):
                    key = tuple(self._fate.taken), _in_scope(after.joint)
                    if key not in found:
                        found[key] = Step(joint, trigger, row, *key)
        return found.values()

    def _situations(self, joint: Joint, trigger: Trigger) -> Iterator[Situation]:
        """What a step may hang on that no guard asks for: the issuer, the version that is meant, what the backup holds."""
        versions = len(joint.versions)
        known = _KNOWN[IssuerKind.UNKNOWN, versions]
        if trigger in _BY_VERSION:
            for version in (*(_IDS[:versions] or (None,)), _STRANGER):
                yield Situation(joint, known, self._facts, _ASKS[trigger, version])
        elif trigger in _STARTS:
            for kind in IssuerKind:
                yield Situation(joint, _KNOWN[kind, versions], self._facts, _ASKS.get((trigger, None)))
        elif trigger is Op.RESTORE:
            for facts in self._restores:
                yield Situation(joint, known, facts, _ASKS[trigger, None])
        else:
            yield Situation(joint, known, self._facts, _ASKS.get((trigger, None)))

    def _by_the_clock(self, joint: Joint, index: int) -> Iterator[Step]:
        versions = joint.versions
        situation = Situation(joint, _KNOWN[IssuerKind.UNKNOWN, len(versions)], self._facts, index=index)
        for drift in (Drift.NBF_REACHED, Drift.EXP_REACHED):
            for _ in self._fate.ways():
                for row in self._rules.rows_for(Machine.VERSION, versions[index], drift, situation):
                    if isinstance(row.target, V):
                        after = replace(joint, versions=(*versions[:index], row.target, *versions[index + 1 :]))
                        yield Step(joint, drift, row, tuple(self._fate.taken), after)

    def path_to(self, joint: Joint) -> tuple[Step, ...]:
        """A shortest way to a state."""
        path: list[Step] = []
        step = self.came[joint]
        while step is not None:
            path.append(step)
            step = self.came[step.before]
        return tuple(reversed(path))


def _in_scope(joint: Joint) -> Joint:
    return joint if len(joint.versions) <= MOST_VERSIONS else replace(joint, versions=joint.versions[-MOST_VERSIONS:])


# --- the invariants

_GONE: Final = (C.ABSENT, C.SOFT_DELETING, C.DELETED, C.RECOVERING, C.PURGING)
_KEPT: Final = (C.SOFT_DELETING, C.DELETED, C.RECOVERING)
_RUNNING: Final = (O.IN_PROGRESS, O.CANCELLING)
_OF_THE_LIVING: Final = (Op.GET, Op.LIST, Op.LIST_VERSIONS, Op.BACKUP, Op.GET_POLICY, Op.POLL, Op.GET_KEY, Op.GET_SECRET)
_READS: Final = (*_OF_THE_LIVING, Op.GET_DELETED, Op.LIST_DELETED)
_ENDS: Final = (Op.DELETE_OPERATION, Op.IMPORT, Op.RESTORE)
_AGE: Final = {V.EARLY: 0, V.EARLY_DISABLED: 0, V.VALID: 1, V.VALID_DISABLED: 1, V.EXPIRED: 2, V.EXPIRED_DISABLED: 2}
_DISABLED: Final = (V.EARLY_DISABLED, V.VALID_DISABLED, V.EXPIRED_DISABLED)


def _completed_has_version(joint: Joint, _: Settings) -> bool:
    return joint.operation is not O.COMPLETED or bool(joint.versions)


def _stub_has_none_and_active_one(joint: Joint, _: Settings) -> bool:
    return not joint.versions if joint.certificate is C.STUB else bool(joint.versions) or joint.certificate is not C.ACTIVE


def _free_holds_nothing(joint: Joint, _: Settings) -> bool:
    return joint.certificate not in (C.ABSENT, C.PURGING) or joint == Joint(joint.certificate)


def _taken_has_policy(joint: Joint, _: Settings) -> bool:
    return joint.policy is PolicyState.SET or joint.certificate in (C.ABSENT, C.PURGING)


def _operation_has_issuer(joint: Joint, _: Settings) -> bool:
    return (joint.operation is O.NONE) == (joint.issuer is None)


def _failed_at_partner(joint: Joint, _: Settings) -> bool:
    return joint.operation is not O.FAILED or joint.issuer is IssuerKind.PARTNER


def _kept_by_soft_delete(joint: Joint, settings: Settings) -> bool:
    return settings.soft_delete is True or joint.certificate not in (*_KEPT, C.PURGING)


def _protected(step: Step, settings: Settings) -> bool:
    return settings.purge_protected is not True or step.trigger is not Op.PURGE or not step.granted


def _one_at_a_time(step: Step, _: Settings) -> bool:
    return step.trigger not in _STARTS or not step.granted or step.before.operation not in _RUNNING


def _refusal_changes_nothing(step: Step, _: Settings) -> bool:
    return step.granted or step.after == step.before


def _read_changes_nothing(step: Step, _: Settings) -> bool:
    return step.trigger not in _READS or step.after == step.before


def _gone_is_unreadable(step: Step, _: Settings) -> bool:
    if step.before.certificate not in _GONE or step.trigger not in _OF_THE_LIVING or step.row.grade is Grade.ASSUMED:
        return True
    shows = step.row.reply.shows if step.row.reply is not None else View.NOTHING
    return shows in (View.ERROR, View.UNLISTED) or (shows is View.VERSIONS and not step.before.versions)


def _linked_shown_with_version(step: Step, _: Settings) -> bool:
    shown = step.trigger in (Op.GET_KEY, Op.GET_SECRET) and step.granted and step.row.grade is not Grade.ASSUMED
    return not shown or bool(step.before.versions)


def _outsider_decides(step: Step, _: Settings) -> bool:
    issued = step.after.operation is O.COMPLETED and step.before.operation is not O.COMPLETED
    return not issued or step.before.issuer is not IssuerKind.UNKNOWN or step.trigger is Op.MERGE


def _cancelled_stays(step: Step, _: Settings) -> bool:
    issued = step.before.operation is O.CANCELLED and step.after.operation is O.COMPLETED
    return not issued or step.trigger is Op.MERGE


def _ended_stays(step: Step, _: Settings) -> bool:
    again = step.before.operation not in (O.NONE, *_RUNNING) and step.after.operation in _RUNNING
    return not again or step.trigger in _STARTS


def _operation_ends_by_somebody(step: Step, _: Settings) -> bool:
    lost = step.before.operation is not O.NONE and step.after.operation is O.NONE
    return not lost or step.trigger in _ENDS or step.after.certificate in (C.ABSENT, C.PURGING)


def _nothing_happens_while_gone(step: Step, _: Settings) -> bool:
    """What is kept of a deleted certificate, and comes back with it, stays as it was but for the clock."""
    if step.before.certificate not in _KEPT or step.after.certificate in (C.ABSENT, C.PURGING):
        return True
    return replace(step.after, certificate=step.before.certificate, versions=()) == replace(step.before, versions=())


def _deletion_keeps_all(step: Step, _: Settings) -> bool:
    moved_only = step.after == replace(step.before, certificate=step.after.certificate)
    return step.after.certificate not in _KEPT or step.before.certificate is step.after.certificate or moved_only


def _versions_only_come(step: Step, _: Settings) -> bool:
    if step.trigger is Op.RESTORE or step.after.certificate in (C.ABSENT, C.PURGING):
        return True
    return len(step.after.versions) >= len(step.before.versions)


def _versions_grow_older(step: Step, _: Settings) -> bool:
    pairs = zip(step.before.versions, step.after.versions, strict=False)
    same = len(step.after.versions) == len(step.before.versions) and step.trigger not in _BRINGS
    return not same or all(_AGE[old] <= _AGE[new] for old, new in pairs)


_BRINGS: Final = (Op.IMPORT, Op.MERGE, Drift.ISSUER_ISSUES)


def _only_update_switches(step: Step, _: Settings) -> bool:
    if step.trigger in (*_BRINGS, Op.UPDATE) or len(step.after.versions) != len(step.before.versions):
        return True
    return [state in _DISABLED for state in step.after.versions] == [state in _DISABLED for state in step.before.versions]


def _service_creates_no_name(step: Step, _: Settings) -> bool:
    return step.before.certificate not in (C.ABSENT, C.PURGING) or isinstance(step.trigger, Op) or step.after == Joint()


def _all_answered(region: Region) -> Iterator[Broken]:
    asked = {op for _, op in _PROMPTED}
    return ((joint, None) for joint, steps in region.steps.items() if not asked <= {step.trigger for step in steps})


def _all_three_readable(region: Region) -> Iterator[Broken]:
    """A certificate whose current version is valid shows itself, its key and its secret."""
    three = {Op.GET, Op.GET_KEY, Op.GET_SECRET}
    for joint, steps in region.steps.items():
        if joint.certificate is C.ACTIVE and joint.versions[-1:] == (V.VALID,):
            shown = {step.trigger for step in steps if step.granted and step.row.grade is not Grade.ASSUMED}
            if not three <= shown:
                yield joint, None


def _settles(region: Region) -> Iterator[Broken]:
    return ((joint, None) for joint in region.steps if settled((once := settled({joint}, region)), region) != once)


def _way_back(region: Region) -> Iterator[Broken]:
    """Walked backwards from the free name, nothing is left over."""
    into: dict[Joint, set[Joint]] = {}
    for steps in region.steps.values():
        for step in steps:
            into.setdefault(step.after, set()).add(step.before)
    found = {Joint()}
    queue = [Joint()]
    while queue:
        fresh = into.get(queue.pop(), set()) - found
        found |= fresh
        queue.extend(fresh)
    return ((joint, None) for joint in region.steps if joint not in found)


def settled(joints: Iterable[Joint], region: Region) -> frozenset[Joint]:
    """`joints` with every state that the service may reach from them on its own."""
    found = set(joints)
    queue = list(found)
    while queue:
        for step in region.steps[queue.pop()]:
            if isinstance(step.trigger, Drift) and step.after not in found:
                found.add(step.after)
                queue.append(step.after)
    return frozenset(found)


Broken: TypeAlias = tuple[Joint, Step | None]
"""Where an invariant does not hold: a state, or a step out of it."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """What must hold in every state that can be reached.

    Attributes:
        broken: yields where it does not.
    """

    rule: str
    sentence: str
    broken: Callable[[Region], Iterator[Broken]]


def _state(rule: str, sentence: str, holds: Callable[[Joint, Settings], bool]) -> Invariant:
    return Invariant(
        rule, sentence, lambda region: ((joint, None) for joint in region.steps if not holds(joint, region.settings))
    )


def _step(rule: str, sentence: str, holds: Callable[[Step, Settings], bool]) -> Invariant:
    def broken(region: Region) -> Iterator[Broken]:
        for joint, steps in region.steps.items():
            yield from ((joint, step) for step in steps if not holds(step, region.settings))

    return Invariant(rule, sentence, broken)


INVARIANTS: Final = (
    _step("INV-01", "An operation starts only while none is running.", _one_at_a_time),
    _state("INV-02", "A completed operation has its version.", _completed_has_version),
    _state("INV-03", "A stub has no version, an active certificate has at least one.", _stub_has_none_and_active_one),
    _state("INV-04", "Of a free name nothing is left: no operation, no policy, no version.", _free_holds_nothing),
    _state("INV-05", "A name that is not free has a policy.", _taken_has_policy),
    _state("INV-06", "An operation has an issuer, and without operation there is none.", _operation_has_issuer),
    _state("INV-07", "Only an order at a CA fails.", _failed_at_partner),
    _state("INV-08", "Without soft delete nothing is kept, recovered or purged.", _kept_by_soft_delete),
    _step("INV-09", "Under purge protection no purge succeeds.", _protected),
    _step("INV-10", "A refusal changes nothing.", _refusal_changes_nothing),
    _step("INV-11", "A read changes nothing.", _read_changes_nothing),
    _step("INV-12", "Nothing of a certificate that is gone can be read.", _gone_is_unreadable),
    _step("INV-13", "No key and no secret is shown of a name without version.", _linked_shown_with_version),
    Invariant("INV-14", "While its current version is valid, certificate, key and secret can all be read.", _all_three_readable),
    _step("INV-15", "An operation whose issuer is Unknown completes by a merge alone.", _outsider_decides),
    _step("INV-16", "A cancelled operation completes by a merge alone.", _cancelled_stays),
    _step("INV-17", "What has ended runs again only if it is started anew.", _ended_stays),
    _step("INV-18", "An operation vanishes only with the name, or at somebody's request.", _operation_ends_by_somebody),
    _step("INV-19", "While a certificate is gone nothing happens to its operation and policy.", _nothing_happens_while_gone),
    _step("INV-20", "Deletion and recovery keep operation, policy and versions.", _deletion_keeps_all),
    _step("INV-21", "Versions only come, until the name is free or restored.", _versions_only_come),
    _step("INV-22", "A version only grows older.", _versions_grow_older),
    _step("INV-23", "Only an update enables or disables a version.", _only_update_switches),
    _step("INV-24", "The service makes no certificate that nobody asked for.", _service_creates_no_name),
    Invariant("INV-25", "Every operation is answered in every state.", _all_answered),
    Invariant("INV-26", "From every state a way leads back to the free name.", _way_back),
    Invariant("INV-27", "To settle what is settled adds nothing.", _settles),
)


# --- the whole


def explore(*, profile: Profile = Profile.EITHER) -> Exploration:
    """Walk every scope, and the machines that stand alone.

    Args:
        profile: whose reading of the tables is walked.
    Returns: the counts, and what became of the invariants.
    Source: every row and joint rule.
    """
    walks = {scope: _Walk(settings, profile) for scope, settings in SCOPES.items()}
    walked = [Walked(scope, len(walk.region.steps), len(walk.all_steps)) for scope, walk in walks.items()]
    taken = Counter(taken for walk in walks.values() for step in walk.all_steps for taken in step.taken)
    for machine in ALONE:
        rows = _walked_alone(machine, profile)
        walked.append(Walked(machine.value, len({row.source for row in rows}), len(rows)))
        taken.update(rows)
    fired = {rule: sum(count for one, count in taken.items() if one.rule == rule) for rule in _RULES}
    moves = [one for one in taken if one.source is not one.target]
    return Exploration(
        walked=tuple(walked),
        fired=fired,
        never=tuple(rule for rule, count in fired.items() if count == 0),
        no_way_in=tuple(state for state in _STATES if all(one.target is not state for one in moves)),
        no_way_out=tuple(state for state in _STATES if all(one.source is not state for one in moves)),
        settled=max(len(settled({joint}, walk.region)) for walk in walks.values() for joint in walk.region.steps),
        invariants=tuple(_checked(invariant, walks) for invariant in INVARIANTS),
    )


ALONE: Final = (Machine.ISSUER, Machine.CONTACTS)
"""The machines that no other listens to."""

_RULES: Final = (*(row.rule for table in TABLES.values() for row in table), *(join.rule for join in JOINT))
_STATES: Final = tuple(dict.fromkeys(state for table in TABLES.values() for row in table for state in row.source))


def _walked_alone(machine: Machine, profile: Profile) -> list[Taken]:
    """Every row of a machine that stands alone: all its states are one operation away from each other."""
    table = choices(profile)
    return [
        Taken(row.rule, state, state if row.target is None else row.target)
        for (of, state, _), groups in table.items()
        if of is machine
        for _, rows in groups
        for row in rows
    ]


def _checked(invariant: Invariant, walks: Mapping[str, _Walk]) -> Checked:
    found = [(scope, walk, *where) for scope, walk in walks.items() for where in invariant.broken(walk.region)]
    told = [
        Violation(scope, (*walk.path_to(joint), *(() if step is None else (step,))))
        for scope, walk, joint, step in found[:MOST_TOLD]
    ]
    states = sum(len(walk.region.steps) for walk in walks.values())
    return Checked(invariant.rule, invariant.sentence, states, len(found), tuple(told))
