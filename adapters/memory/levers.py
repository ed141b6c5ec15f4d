"""The controls of the in-memory vault.

Not here: what they lead to (agenda, drift).
"""

from __future__ import annotations

from collections.abc import Sequence

from certlife.adapters.memory import agenda
from certlife.adapters.memory.drift import settle
from certlife.adapters.memory.state import Stage, State, find
from certlife.adapters.port import Decision, Message, Refuse
from certlife.model.vocabulary import IssuerKind


class Levers:
    """What the in-memory vault does on command; see `Controls`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def now(self) -> int:
        """Return the vault's clock."""
        self._state.clock.tick()
        return self._state.clock.now

    def advance(self, seconds: int) -> None:
        """Let time pass.

        Raises: ValueError: `seconds` is below 0.
        """
        self._state.clock.advance(seconds)
        self._state.touch()

    def decide(self, decision: Decision, *, kind: IssuerKind = IssuerKind.PARTNER, name: str | None = None) -> None:
        """Settle what an issuer will do.

        Raises: ValueError: no operation of that name runs; issuer Unknown, who is nobody, should decide; the vault itself
        should refuse to sign, of which no source knows.
        """
        self._settle()
        self._state.touch(name or "")
        if name is None:
            _check(decision, kind)
            self._state.plan.decisions[kind].append(decision)
            return
        record = find(self._state, name)
        if record is None or record.stage is not Stage.LIVE or record.pending is None or not record.pending.running:
            msg = f"no operation of {name!r} is running"
            raise ValueError(msg)
        _check(decision, record.pending.kind)
        agenda.decide(self._state, record, record.pending, decision, self._state.clock.now)

    def decide_cancellation(self, *, wins: bool, after_s: int = 10) -> None:
        """Settle whether the next cancellation takes effect, and how soon."""
        self._state.plan.cancellations.append((wins, after_s))
        self._state.touch()

    def take(
        self,
        *,
        deletion_s: int | None = None,
        recovery_s: int | None = None,
        purge_s: int | None = None,
        issuance_s: int | None = None,
    ) -> None:
        """Settle how long deletions, recoveries and purges take from now on, and issuers unless settled; 0: at once."""
        plan = self._state.plan
        plan.issuance_s = plan.issuance_s if issuance_s is None else issuance_s
        plan.deletion_s = plan.deletion_s if deletion_s is None else deletion_s
        plan.recovery_s = plan.recovery_s if recovery_s is None else recovery_s
        plan.purge_s = plan.purge_s if purge_s is None else purge_s
        self._state.touch()

    def restart(self) -> None:
        """Stop and start: what is held, and what runs, stays; decisions that wait for an operation are forgotten."""
        for waiting in self._state.plan.decisions.values():
            waiting.clear()
        self._state.plan.cancellations.clear()
        self._state.touch()

    @property
    def outbox(self) -> Sequence[Message]:
        """What was sent until now, oldest first."""
        self._settle()
        return tuple(self._state.outbox)

    def _settle(self) -> None:
        self._state.clock.tick()
        settle(self._state)


def _check(decision: Decision, kind: IssuerKind) -> None:
    if kind is IssuerKind.UNKNOWN:
        raise ValueError("issuer Unknown decides nothing")
    if kind is IssuerKind.SELF and isinstance(decision, Refuse):
        raise ValueError("the vault itself refuses nothing")
