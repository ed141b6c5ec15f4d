"""When the vault will act by itself.

Not here: what happens then (drift).
"""

from __future__ import annotations

from typing import Final

from certlife.adapters.clock import DAY_S
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Due, Members, Pending, Record, State, Version, What
from certlife.adapters.port import Decision, Issue, Stall
from certlife.model.vocabulary import IssuerKind

RESUMED_S: Final = 60
"""How long a running operation takes at least once its certificate was recovered: longer than 12 s (observed J-54)."""

NEAR_EXPIRY_S: Final = 30 * DAY_S  # KVC-EVT-002


def schedule_order(state: State, record: Record, pending: Pending) -> None:
    """Let the issuer know of an operation that has just begun; it does what was settled, else it signs soon."""
    waiting = state.plan.decisions[pending.kind]
    decision = waiting.popleft() if waiting else Issue(_usual_s(state, pending.kind))
    decide(state, record, pending, decision, pending.started)


def decide(state: State, record: Record, pending: Pending, decision: Decision, since: int) -> None:
    """Settle what the issuer does with a running operation, counted from a moment; no cancellation stops it then."""
    pending.turn += 1
    pending.cancels_at = None
    pending.due = None if isinstance(decision, Stall) else (since + decision.after_s, decision)
    if pending.due is not None:
        state.agenda.at(pending.due[0], Due(What.ORDER, record, pending.turn, pending))


def schedule_cancellation(state: State, record: Record, pending: Pending, now: int) -> None:
    """Settle whether a cancellation stops the issuer.

    It won in every recording, 10 to 29 s later (observed N-17, P-15); with issuer Unknown it never took effect (P-16).
    """
    waiting = state.plan.cancellations
    wins, after_s = waiting.popleft() if waiting else (pending.kind is not IssuerKind.UNKNOWN, 10)
    if wins:
        pending.turn += 1
        pending.cancels_at = now + after_s
        state.agenda.at(pending.cancels_at, Due(What.CANCELLATION, record, pending.turn, pending))


def resume(state: State, record: Record, pending: Pending, at: int) -> None:
    """Take a running operation up again: its cancellation, or else what its issuer had settled."""
    pending.turn += 1
    if pending.cancels_at is not None:
        state.agenda.at(max(at, pending.cancels_at), Due(What.CANCELLATION, record, pending.turn, pending))
    elif pending.due is not None:
        state.agenda.at(max(at, pending.due[0]), Due(What.ORDER, record, pending.turn, pending))


def schedule_lifetime(state: State, record: Record, now: int) -> None:
    """Note when the lifetime actions of the current version are due, by the policy as it stands (KVC-POL-020).

    The vault looks once a day; nothing is done earlier than a day after the version or the policy came.
    """
    if not record.versions:
        return
    version = record.versions[-1]
    actions = record.policy.get("lifetime_actions")
    for one in actions if isinstance(actions, list) else []:
        action = str(members(members(one, "action").get("action"), "action").get("action_type"))
        moment = _trigger(members(members(one, "action").get("trigger"), "trigger"), version)
        if moment is not None and action not in version.acted:
            at = max(moment, now + DAY_S)
            state.agenda.at(at, Due(What.LIFETIME, record, record.turn, version, action))


def schedule_expiry(state: State, record: Record, version: Version, now: int) -> None:
    """Note the events about a version's end; one that is past already is not raised (S-36)."""
    for what, moment in ((What.NEAR_EXPIRY, version.exp - NEAR_EXPIRY_S), (What.EXPIRY, version.exp)):
        if moment > now:
            state.agenda.at(moment, Due(what, record, record.turn, version))


def schedule_stage(state: State, record: Record, what: What, at: int) -> None:
    """Note the end of a deletion, a recovery, a purge or a retention."""
    state.agenda.at(at, Due(what, record, record.turn))


def _usual_s(state: State, kind: IssuerKind) -> int:
    """2 to 9 s for Self (observed N-26, J-7); of a CA nothing is recorded but one refusal after 5 s (N-13)."""
    if state.plan.issuance_s is not None:
        return state.plan.issuance_s
    return state.dice.randint(2, 9) if kind is IssuerKind.SELF else state.dice.randint(5, 20)


def _trigger(trigger: Members, version: Version) -> int | None:
    percent, days = trigger.get("lifetime_percentage"), trigger.get("days_before_expiry")
    if isinstance(percent, int):
        return version.nbf + (version.exp - version.nbf) * percent // 100
    return version.exp - days * DAY_S if isinstance(days, int) else None
