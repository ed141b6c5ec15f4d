"""One step of the joint state: which rows a trigger may take, and where all the machines stand after it.

The tables are compiled once per profile into a look-up by machine, state and trigger. Not here: the `transitions`
machines made from the same rows (machine), and what the answers must show (look).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from math import inf
from typing import Any, Final, TypeAlias

from certlife.model.asks import Ask
from certlife.model.effects import EFFECTS, Effect
from certlife.model.guards import Facts, Guard, Situation, not_yet_valid, renewal_moment, version_index
from certlife.model.joint import Joint
from certlife.model.known import Known, Within
from certlife.model.policy import signer
from certlife.model.rows import FAILS, Join, Row
from certlife.model.tables import JOINT, OWNERS, TABLES
from certlife.model.vocabulary import (
    CertificateState,
    Drift,
    Grade,
    Machine,
    Operation,
    OperationState,
    PolicyState,
    Profile,
    Signal,
    State,
    Trigger,
    VersionState,
)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One explanation of what was seen: the states of a name, and what is known of it beside them.

    Attributes:
        trail: the rules by which it moved while nobody could tell; no part of what it says.
        memo: what was worked out about it already; no part of what it says.
    """

    joint: Joint
    known: Known
    trail: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def __hash__(self) -> int:
        known = self.memo.get("hash")
        if known is None:
            self.memo["hash"] = known = hash((self.joint, self.known))
        return int(known)


Choice: TypeAlias = tuple[Guard, tuple[Row, ...]]
"""A guard and the rows that are alternatives under it."""

OWNER: Final[dict[Operation, Machine]] = {op: machine for machine, ops in OWNERS.items() for op in ops}

JOINS: Final[dict[Trigger, tuple[Join, ...]]] = {
    cause: tuple(join for join in JOINT if join.cause is cause) for cause in {join.cause for join in JOINT}
}
"""The joint rules by their cause."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a step goes by: the belief goes by the tables as its profile reads them, the explorer by imagined guards.

    Attributes:
        choices: the tables by machine, state and trigger.
        joins: the joint rules by their cause.
        effects: what a trigger writes into the knowledge; none where that is not wanted.
    """

    choices: Mapping[tuple[Machine, State, Trigger], tuple[Choice, ...]]
    joins: Mapping[Trigger, tuple[Join, ...]]
    effects: Mapping[tuple[Machine, Trigger], Effect]

    def rows_for(self, machine: Machine, state: State, trigger: Trigger, situation: Situation) -> tuple[Row, ...]:
        """The rows that `trigger` may take: the alternatives under the first guard that holds."""
        for guard, rows in self.choices.get((machine, state, trigger), ()):
            if guard.holds(situation):
                return rows
        return ()


@cache
def compiled(profile: Profile) -> Rules:
    """The rules as the profile reads them."""
    return Rules(choices(profile), JOINS, EFFECTS)


@cache
def choices(profile: Profile) -> dict[tuple[Machine, State, Trigger], tuple[Choice, ...]]:
    """The tables as the profile reads them, by machine, state and trigger, in the order of the rows."""
    compiled: dict[tuple[Machine, State, Trigger], list[Row]] = {}
    for machine, table in TABLES.items():
        for row in table:
            for state in row.source:
                compiled.setdefault((machine, state, row.trigger), []).append(row)
    return {key: tuple(_grouped(rows, profile)) for key, rows in compiled.items()}


def _grouped(rows: Iterable[Row], profile: Profile) -> Iterator[Choice]:
    for guard, group in groupby(rows, key=lambda row: row.guard):
        yield guard, believed(tuple(group), profile)


def believed(alternatives: tuple[Row, ...], profile: Profile) -> tuple[Row, ...]:
    """Which of the alternatives the profile believes.

    `service`: observed rows drive out documented ones. `documentation`: the other way round, and of what is merely
    observed little is left: a refusal just fails, a success may as well fail. `either`: all where they contradict each other, else as `service`.
    Only rows about the same fate of the request rival each other: an observed success says nothing about a documented
    refusal, unless the row cites their contradiction.
    """
    observed = [row for row in alternatives if row.grade is Grade.OBSERVED]
    documented = [row for row in alternatives if row.grade is Grade.DOCUMENTED]
    if profile is Profile.DOCUMENTATION:
        left = (row for row in alternatives if not (_rivals(row, documented) and row in observed))
        return tuple(reading for row in left for reading in _as_documented(row))
    if profile is Profile.EITHER:
        return tuple(row for row in alternatives if _contradicted(row) or not (_rivals(row, observed) and row in documented))
    return tuple(row for row in alternatives if not (_rivals(row, observed) and row in documented))


def _rivals(row: Row, others: list[Row]) -> bool:
    """Whether one of `others` speaks of the same fate of the request as `row`."""
    return row.reply is not None and any(
        other.reply is not None and other.reply.is_refusal == row.reply.is_refusal for other in others
    )


def _contradicted(row: Row) -> bool:
    return any(source.startswith("C-") for source in row.because)


_LISTS: Final = (Operation.LIST, Operation.LIST_DELETED, Operation.LIST_ISSUERS)
"""A list is not refused for one of its names."""


def _as_documented(row: Row) -> tuple[Row, ...]:
    """What documents leave of a row that no document knows: a refusal merely fails, a success may as well fail."""
    if row.grade is not Grade.OBSERVED or row.reply is None or row.trigger in _LISTS:
        return (row,)
    failing = replace(row, target=None, reply=FAILS)
    return (failing,) if row.reply.is_refusal else (row, failing)


def state_of(joint: Joint, machine: Machine, index: int = -1) -> State:
    """Where one machine of a name stands; `index` tells which version."""
    if machine is Machine.CERTIFICATE:
        return joint.certificate
    if machine is Machine.OPERATION:
        return joint.operation
    if machine is Machine.POLICY:
        return joint.policy
    return joint.versions[index] if joint.versions else VersionState.NONE


def rows_for(
    machine: Machine, state: State, trigger: Trigger, situation: Situation, profile: Profile
) -> tuple[Row, ...]:
    """The rows that `trigger` may take: the alternatives under the first guard that holds."""
    return compiled(profile).rows_for(machine, state, trigger, situation)


def answered(hypothesis: Hypothesis, ask: Ask, facts: Facts, profile: Profile) -> Iterator[tuple[Row, Hypothesis]]:
    """Every row that may answer `ask`, with where it leads."""
    situation = Situation(hypothesis.joint, hypothesis.known, facts, ask)
    return moved(hypothesis, OWNER[ask.operation], ask.operation, situation, compiled(profile))


def moved(
    hypothesis: Hypothesis, machine: Machine, trigger: Trigger, situation: Situation, rules: Rules
) -> Iterator[tuple[Row, Hypothesis]]:
    """Every row that `trigger` may take in one machine, with where it leads."""
    for row in rules.rows_for(machine, state_of(hypothesis.joint, machine), trigger, situation):
        if row.target is None and (row.trigger not in _CONSEQUENTIAL or (row.reply is not None and row.reply.is_refusal)):
            yield row, hypothesis
        else:
            for after in _taken(hypothesis, situation, machine, row, rules):
                yield row, after


def drifted(
    hypothesis: Hypothesis, facts: Facts, profile: Profile, *, timely: bool
) -> Iterator[tuple[Row, Hypothesis]]:
    """Every row that the service may take on its own, with where it leads; what the clock alone does is left out.

    Args:
        timely: whether to take the drifts that wait for a moment, or those that may come at any time.
    """
    joint = hypothesis.joint
    possible = _possible_drifts(joint.certificate, joint.operation, timely=timely)
    if not possible:
        return
    situation = Situation(joint, hypothesis.known, facts)
    for machine, drift in possible:
        for row in rows_for(machine, state_of(joint, machine), drift, situation, profile):
            for after in _taken(hypothesis, situation, machine, row, compiled(profile)):
                yield row, _folded(after)


def _folded(after: Hypothesis) -> Hypothesis:
    """Of renewals that nobody has looked at, the last stands for the row (KVC-REN-010)."""
    versions, states = after.known.versions, after.joint.versions
    if len(versions) < 2 or any(not one.row or isinstance(one.exp, int) for one in versions[-2:]):
        return after
    one, last = versions[-2:]
    mixed = one.mixed or (one.making, one.months, one.policy) != (last.making, last.months, last.policy)
    joint = replace(after.joint, versions=(*states[:-2], states[-1]))
    known = replace(after.known, versions=(*versions[:-2], replace(last, mixed=mixed)))
    return Hypothesis(joint, known, after.trail)


@cache
def _possible_drifts(
    certificate: CertificateState, operation: OperationState, *, timely: bool
) -> tuple[tuple[Machine, Drift], ...]:
    """The drifts for which some row starts from these states."""
    states = {Machine.CERTIFICATE: certificate, Machine.OPERATION: operation}
    table = choices(Profile.EITHER)
    return tuple(
        (machine, drift)
        for machine, drift in UNPROMPTED
        if (machine, states[machine], drift) in table and (drift in TIMELY) == timely
    )


UNPROMPTED: Final = (
    (Machine.OPERATION, Drift.ISSUER_ISSUES),
    (Machine.OPERATION, Drift.ISSUER_REFUSES),
    (Machine.OPERATION, Drift.CANCELLATION_TAKES_EFFECT),
    (Machine.CERTIFICATE, Drift.DELETION_ENDS),
    (Machine.CERTIFICATE, Drift.RECOVERY_ENDS),
    (Machine.CERTIFICATE, Drift.PURGE_ENDS),
    (Machine.CERTIFICATE, Drift.RETENTION_ENDS),
    (Machine.CERTIFICATE, Drift.RENEWAL_DUE),
)
"""What the service may do at a moment of its choice; what the clock does (nbf, exp) happens at once: see `timed`."""

TIMELY: Final = {Drift.RETENTION_ENDS, Drift.RENEWAL_DUE}
"""Those of them that wait for a moment."""


def next_moment(hypothesis: Hypothesis) -> float:
    """Before which time nothing can happen that waits for a moment, seconds since 1970; infinity if nothing waits."""
    moment = hypothesis.memo.get("next")
    if moment is None:
        hypothesis.memo["next"] = moment = min(_moments(hypothesis), default=inf)
    return float(moment)


def _moments(hypothesis: Hypothesis) -> Iterator[float]:
    known, joint = hypothesis.known, hypothesis.joint
    for state, version in zip(joint.versions, known.versions, strict=True):
        if state in _NOT_YET and isinstance(version.nbf, int):
            yield version.nbf
        if state not in _OVER and isinstance(version.exp, int):
            yield version.exp
    if known.deletion is not None:
        purge = known.deletion.purge
        yield (purge.low or -inf) if isinstance(purge, Within) else purge if isinstance(purge, int) else inf
    if joint.certificate is CertificateState.ACTIVE:
        renewal = renewal_moment(known)
        yield inf if renewal is None else renewal


_NOT_YET: Final = (VersionState.EARLY, VersionState.EARLY_DISABLED)
_OVER: Final = (VersionState.EXPIRED, VersionState.EXPIRED_DISABLED)


def timed(hypothesis: Hypothesis, facts: Facts, profile: Profile) -> Hypothesis:
    """`hypothesis` after all that the clock alone decides: versions become valid, and expire."""
    versions = hypothesis.joint.versions
    if facts.at is None or facts.at < next_moment(hypothesis):
        return hypothesis
    situation = Situation(hypothesis.joint, hypothesis.known, facts)
    trail = set(hypothesis.trail)
    now = tuple(_by_the_clock(state, index, situation, profile, trail) for index, state in enumerate(versions))
    if now == versions:
        return hypothesis
    return Hypothesis(replace(hypothesis.joint, versions=now), hypothesis.known, frozenset(trail))


def _by_the_clock(
    state: VersionState, index: int, situation: Situation, profile: Profile, trail: set[str]
) -> VersionState:
    situation.index = index
    for drift in (Drift.NBF_REACHED, Drift.EXP_REACHED):
        for row in rows_for(Machine.VERSION, state, drift, situation, profile):
            if isinstance(row.target, VersionState):
                state = row.target
                trail.add(row.rule)
    return state


def dated(hypothesis: Hypothesis, index: int, facts: Facts) -> Joint:
    """The joint state once a version's nbf is known: a version that is not valid yet is no valid one."""
    joint = hypothesis.joint
    situation = Situation(joint, hypothesis.known, facts, index=index)
    early = _EARLY.get(joint.versions[index])
    if early is None or not not_yet_valid.holds(situation):
        return joint
    return replace(joint, versions=(*joint.versions[:index], early, *joint.versions[index + 1 :]))


_EARLY: Final = {
    VersionState.VALID: VersionState.EARLY,
    VersionState.VALID_DISABLED: VersionState.EARLY_DISABLED,
}


def _taken(
    hypothesis: Hypothesis, situation: Situation, machine: Machine, row: Row, rules: Rules
) -> Iterator[Hypothesis]:
    """Where `row` leads: its own machine moves, its effect is written down, and the other machines are told."""
    joint = placed(situation.joint, row.target)
    now = Situation(joint, situation.known, situation.facts, situation.ask)
    effect = rules.effects.get((machine, row.trigger))
    known = effect(now, row.trigger) if effect is not None else situation.known
    current = [Hypothesis(joint, known, hypothesis.trail | {row.rule})]
    for join in rules.joins.get(row.trigger, ()):
        current = [after for h in current for after in _told(h, join, situation, rules)]
    yield from current


_CONSEQUENTIAL: Final = {join.cause for join in JOINT} | {trigger for _, trigger in EFFECTS}
"""The triggers that mean more than their own row says."""


def _told(h: Hypothesis, join: Join, situation: Situation, rules: Rules) -> Iterator[Hypothesis]:
    now = Situation(h.joint, h.known, situation.facts, situation.ask)
    if not join.guard.holds(now):
        yield h
        return
    effect = rules.effects.get((join.machine, join.signal))
    known = effect(now, join.cause) if effect is not None else h.known
    now = Situation(h.joint, known, situation.facts, situation.ask)
    trail = h.trail | {join.rule}
    if join.machine is Machine.VERSION:
        for joint, taken in _versions_told(h.joint, join.signal, now, rules):
            yield Hypothesis(joint, known, trail | taken)
        return
    rows = rules.rows_for(join.machine, state_of(h.joint, join.machine), join.signal, now)
    for row in rows:
        yield Hypothesis(_with_issuer(placed(h.joint, row.target), join.signal, now), known, trail | {row.rule})
    if not rows:
        yield Hypothesis(h.joint, h.known, trail)


def _with_issuer(joint: Joint, signal: Signal | Trigger, s: Situation) -> Joint:
    if signal is Signal.STARTED:
        return replace(joint, issuer=signer(s.known.policy))
    if joint.operation is OperationState.NONE and joint.issuer is not None:
        return replace(joint, issuer=None)
    return joint


def _versions_told(
    joint: Joint, signal: Trigger, s: Situation, rules: Rules
) -> Iterator[tuple[Joint, frozenset[str]]]:
    """What a signal to the version machine makes of a name's versions, and the rows by which it does."""
    if signal is Signal.FORGOTTEN:
        gone = [rules.rows_for(Machine.VERSION, state, signal, s) for state in joint.versions]
        kept = tuple(state for state, rows in zip(joint.versions, gone, strict=True) if not rows)
        yield replace(joint, versions=kept), frozenset(row.rule for rows in gone for row in rows)
    elif signal is Signal.ISSUED:
        for row in rules.rows_for(Machine.VERSION, VersionState.NONE, signal, s):
            yield replace(joint, versions=(*joint.versions, _version_state(row))), frozenset({row.rule})
    elif signal is Signal.RESTORED:
        yield from _restored(joint, s, rules)
    else:
        index = version_index(s)
        if index is None:
            yield joint, frozenset()
            return
        for row in rules.rows_for(Machine.VERSION, joint.versions[index], signal, s):
            versions = (*joint.versions[:index], _version_state(row), *joint.versions[index + 1 :])
            yield replace(joint, versions=versions), frozenset({row.rule})


def _restored(joint: Joint, s: Situation, rules: Rules) -> Iterator[tuple[Joint, frozenset[str]]]:
    if s.facts.backup_versions is not None:
        yield replace(joint, versions=s.facts.backup_versions), frozenset()
    elif joint.certificate is CertificateState.STUB:
        yield joint, frozenset()
    else:
        for row in rules.rows_for(Machine.VERSION, VersionState.NONE, Signal.RESTORED, s):
            yield replace(joint, versions=(_version_state(row),)), frozenset({row.rule})


def _version_state(row: Row) -> VersionState:
    if not isinstance(row.target, VersionState):
        raise TypeError(f"{row.rule} must lead to a state of a version")
    return row.target


def placed(joint: Joint, target: State | None) -> Joint:
    """`joint` with one machine in `target`; None leaves it where it is."""
    if target is None:
        return joint
    if isinstance(target, CertificateState):
        return replace(joint, certificate=target)
    if isinstance(target, OperationState):
        issuer = None if target is OperationState.NONE else joint.issuer
        return replace(joint, operation=target, issuer=issuer)
    return replace(joint, policy=target) if isinstance(target, PolicyState) else joint
