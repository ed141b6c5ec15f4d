"""One step of the joint state: which rows a trigger may take, and where all the machines stand after it.

The tables are compiled once per profile into a look-up by machine, state and trigger. Not here: the `transitions`
machines made from the same rows (machine), and what the answers must show (look).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Final, TypeAlias

from certlife.model.asks import Ask, kind_of
from certlife.model.effects import EFFECTS, issuer_named
from certlife.model.guards import Facts, Guard, Situation, not_yet_valid, version_index
from certlife.model.joint import Joint
from certlife.model.known import Known
from certlife.model.rows import FAILS, Join, Row
from certlife.model.tables import JOINT, OWNERS, TABLES
from certlife.model.vocabulary import (
    CertificateState,
    Drift,
    Grade,
    IssuerKind,
    Machine,
    Operation,
    OperationState,
    Profile,
    Signal,
    State,
    Trigger,
    VersionState,
)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One explanation of what was seen: the states of a name, and what is known of it beside them."""

    joint: Joint
    known: Known


Choice: TypeAlias = tuple[Guard, tuple[Row, ...]]
"""A guard and the rows that are alternatives under it."""

OWNER: Final[dict[Operation, Machine]] = {op: machine for machine, ops in OWNERS.items() for op in ops}

_JOINS: Final[dict[Trigger, tuple[Join, ...]]] = {
    cause: tuple(join for join in JOINT if join.cause is cause) for cause in {join.cause for join in JOINT}
}


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

    `service`: observed rows drive out documented ones. `documentation`: the other way round, and of a refusal that is
    merely observed nothing but the failure is left. `either`: all where they contradict each other, else as `service`.
    Only rows about the same fate of the request rival each other: an observed success says nothing about a documented
    refusal, unless the row cites their contradiction.
    """
    observed = [row for row in alternatives if row.grade is Grade.OBSERVED]
    documented = [row for row in alternatives if row.grade is Grade.DOCUMENTED]
    if profile is Profile.DOCUMENTATION:
        return tuple(_as_documented(row) for row in alternatives if not (_rivals(row, documented) and row in observed))
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


def _as_documented(row: Row) -> Row:
    if row.grade is Grade.OBSERVED and row.reply is not None and row.reply.is_refusal:
        return replace(row, reply=FAILS)
    return row


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
    for guard, rows in choices(profile).get((machine, state, trigger), ()):
        if guard.holds(situation):
            return rows
    return ()


def answered(hypothesis: Hypothesis, ask: Ask, facts: Facts, profile: Profile) -> Iterator[tuple[Row, Hypothesis]]:
    """Every row that may answer `ask`, with where it leads."""
    machine = OWNER[ask.operation]
    situation = Situation(hypothesis.joint, hypothesis.known, facts, ask)
    for row in rows_for(machine, state_of(hypothesis.joint, machine), ask.operation, situation, profile):
        if row.reply is not None and row.reply.is_refusal:
            yield row, hypothesis
        else:
            for after in _taken(situation, machine, row, profile):
                yield row, after


def drifted(hypothesis: Hypothesis, facts: Facts, profile: Profile) -> Iterator[tuple[Row, Hypothesis]]:
    """Every row that the service may take on its own, with where it leads; the clock's drifts are left out."""
    situation = Situation(hypothesis.joint, hypothesis.known, facts)
    for machine, drift in UNPROMPTED:
        for row in rows_for(machine, state_of(hypothesis.joint, machine), drift, situation, profile):
            for after in _taken(situation, machine, row, profile):
                yield row, after


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


def timed(hypothesis: Hypothesis, facts: Facts, profile: Profile) -> Hypothesis:
    """`hypothesis` after all that the clock alone decides: versions become valid, and expire."""
    versions = hypothesis.joint.versions
    if facts.at is None or not versions:
        return hypothesis
    situation = Situation(hypothesis.joint, hypothesis.known, facts)
    moved = tuple(_by_the_clock(state, index, situation, profile) for index, state in enumerate(versions))
    if moved == versions:
        return hypothesis
    return replace(hypothesis, joint=replace(hypothesis.joint, versions=moved))


def _by_the_clock(state: VersionState, index: int, situation: Situation, profile: Profile) -> VersionState:
    situation.index = index
    for drift in (Drift.NBF_REACHED, Drift.EXP_REACHED):
        for row in rows_for(Machine.VERSION, state, drift, situation, profile):
            if isinstance(row.target, VersionState):
                state = row.target
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


def _taken(situation: Situation, machine: Machine, row: Row, profile: Profile) -> Iterator[Hypothesis]:
    """Where `row` leads: its own machine moves, its effect is written down, and the other machines are told."""
    joint = placed(situation.joint, machine, row.target)
    now = Situation(joint, situation.known, situation.facts, situation.ask)
    effect = EFFECTS.get((machine, row.trigger))
    known = effect(now, row.trigger) if effect is not None else situation.known
    current = [Hypothesis(joint, known)]
    for join in _JOINS.get(row.trigger, ()):
        current = [after for h in current for after in _told(h, join, situation, profile)]
    return iter(current)


def _told(h: Hypothesis, join: Join, situation: Situation, profile: Profile) -> Iterator[Hypothesis]:
    now = Situation(h.joint, h.known, situation.facts, situation.ask)
    if not join.guard.holds(now):
        yield h
        return
    effect = EFFECTS.get((join.machine, join.signal))
    known = effect(now, join.cause) if effect is not None else h.known
    now = Situation(h.joint, known, situation.facts, situation.ask)
    if join.machine is Machine.VERSION:
        yield from (Hypothesis(joint, known) for joint in _versions_told(h.joint, join.signal, now, profile))
        return
    rows = rows_for(join.machine, state_of(h.joint, join.machine), join.signal, now, profile)
    for row in rows:
        yield Hypothesis(_with_issuer(placed(h.joint, join.machine, row.target), join.signal, now), known)
    if not rows:
        yield h


def _with_issuer(joint: Joint, signal: Signal | Trigger, s: Situation) -> Joint:
    if signal is Signal.STARTED:
        return replace(joint, issuer=kind_of(issuer_named(s)))
    if joint.operation is OperationState.NONE and joint.issuer is not None:
        return replace(joint, issuer=None)
    return joint


def _versions_told(joint: Joint, signal: Trigger, s: Situation, profile: Profile) -> Iterator[Joint]:
    """What a signal to the version machine makes of a name's versions."""
    if signal is Signal.FORGOTTEN:
        yield replace(joint, versions=())
    elif signal is Signal.ISSUED:
        for row in rows_for(Machine.VERSION, VersionState.NONE, signal, s, profile):
            yield replace(joint, versions=(*joint.versions, _version_state(row)))
    elif signal is Signal.RESTORED:
        yield from _restored(joint, s, profile)
    else:
        index = version_index(s)
        if index is None:
            yield joint
            return
        for row in rows_for(Machine.VERSION, joint.versions[index], signal, s, profile):
            moved = (*joint.versions[:index], _version_state(row), *joint.versions[index + 1 :])
            yield replace(joint, versions=moved)


def _restored(joint: Joint, s: Situation, profile: Profile) -> Iterator[Joint]:
    if s.facts.backup_versions is not None:
        yield replace(joint, versions=s.facts.backup_versions)
        return
    if joint.certificate is CertificateState.STUB:
        yield joint
        return
    for row in rows_for(Machine.VERSION, VersionState.NONE, Signal.RESTORED, s, profile):
        yield replace(joint, versions=(_version_state(row),))


def _version_state(row: Row) -> VersionState:
    if not isinstance(row.target, VersionState):
        raise TypeError(f"{row.rule} must lead to a state of a version")
    return row.target


def placed(joint: Joint, machine: Machine, target: State | None) -> Joint:
    """`joint` with one machine in `target`; None leaves it where it is."""
    if target is None:
        return joint
    if isinstance(target, CertificateState):
        return replace(joint, certificate=target)
    if isinstance(target, OperationState):
        issuer = None if target is OperationState.NONE else joint.issuer
        return replace(joint, operation=target, issuer=issuer)
    return replace(joint, policy=target) if machine is Machine.POLICY else joint


KINDS: Final = (IssuerKind.SELF, IssuerKind.UNKNOWN, IssuerKind.PARTNER)
