"""What the vault does by itself when the time has come.

Not here: when that is (agenda). It happens as soon as the vault is touched after its moment, but as of its moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from certlife.adapters.clock import DAY_S
from certlife.adapters.memory import agenda, outbox
from certlife.adapters.memory.creation import begin, order
from certlife.adapters.memory.errors import RefusedError
from certlife.adapters.memory.issuance import issue, kind_of
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Due, Pending, Record, Stage, State, Version, What
from certlife.adapters.port import Refuse
from certlife.model.vocabulary import IssuerKind


def settle(state: State) -> None:
    """Let everything happen that has fallen due."""
    for at, due in state.agenda.until(state.clock.now):
        state.touch(due.record.name)
        _HAPPENS[due.what](state, due, at)


def end_stage(state: State, record: Record, stage: Stage, at: int) -> None:
    """Move a name on; what was on the agenda about its former stage is void."""
    record.stage = stage
    record.turn += 1
    if stage is Stage.DELETED:
        agenda.schedule_stage(state, record, What.RETENTION, record.purge_date)
    elif stage is Stage.LIVE:
        _back(state, record, at)


def _back(state: State, record: Record, at: int) -> None:
    """A recovered name goes on: its operation, much later (J-54), and its lifetime actions (S-18, S-22)."""
    agenda.schedule_lifetime(state, record, at)
    if record.pending is not None and record.pending.running:
        agenda.resume(state, record, record.pending, at + agenda.RESUMED_S)


def _stage_ends(state: State, due: Due, at: int) -> None:
    if due.record.turn != due.turn:
        return
    if due.what is What.DELETION:
        end_stage(state, due.record, Stage.DELETED, at)
    elif due.what is What.RECOVERY:
        end_stage(state, due.record, Stage.LIVE, at)
    else:
        forget(state, due.record)


def forget(state: State, record: Record) -> None:
    """Let go of a name for good (KVC-DEL-008, KVC-DEL-013)."""
    record.turn += 1
    record.stage, record.pending = Stage.PURGING, None  # whatever is still on the agenda about it finds nothing to do
    del state.records[record.name.lower()]


def _running(due: Due) -> Pending | None:
    """Return the operation that is due, if it is still the one that runs; a deleted name's does not (observed J-48)."""
    pending, record = due.about, due.record
    if not isinstance(pending, Pending) or record.pending is not pending or record.stage is not Stage.LIVE:
        return None
    return pending if pending.running and pending.turn == due.turn else None


def _issuer_answers(state: State, due: Due, at: int) -> None:
    pending = _running(due)
    if pending is None or pending.due is None:
        return
    decision = pending.due[1]
    if isinstance(decision, Refuse):
        pending.status = "failed"  # status_details stay as they were (observed N-13)
        pending.error = {"code": decision.code, "message": decision.message}
        pending.turn += 1
    else:
        issue(state, due.record, pending, at)
    if pending.renewal:
        word = "failed: renew it by hand" if pending.status == "failed" else "succeeded"
        outbox.mail(state, due.record, "Certificate renewal", f"The renewal of {due.record.name} {word}.", at)


def _cancelled(state: State, due: Due, at: int) -> None:  # noqa: ARG001 - one shape for all
    pending = _running(due)
    if pending is not None:
        pending.status, pending.details = "cancelled", None  # observed N-12, P-5
        pending.turn += 1


def _lifetime(state: State, due: Due, at: int) -> None:
    version, record = due.about, due.record
    if record.turn != due.turn or not isinstance(version, Version) or at >= version.exp:
        return  # an expired certificate is not renewed any more: S-18
    if not version.enabled or (record.pending is not None and record.pending.running):
        state.agenda.at(at + DAY_S, due)  # disabled or busy: looked at again tomorrow (S-17, S-18)
        return
    version.acted.add(due.action)
    if due.action == "AutoRenew":
        _renew(state, record, version, at)
    else:
        outbox.mail(state, record, "Certificate nearing expiry", f"It is time to renew {record.name}.", at)


def _renew(state: State, record: Record, version: Version, at: int) -> None:
    """Start an operation as a create without policy would (KVC-REN-001, KVC-REN-002, KVC-REN-009; visible: S-13)."""
    issuer = str(members(record.policy.get("issuer"), "issuer").get("name"))
    kind = kind_of(issuer)
    if kind is IssuerKind.UNKNOWN:  # KVC-REN-003, S-16
        outbox.mail(state, record, "Certificate nearing expiry", f"Renew {record.name} by hand.", at)
        return
    outbox.mail(state, record, "Certificate renewal", f"{record.name} is about to be renewed.", at)
    try:
        if kind is IssuerKind.PARTNER and issuer.lower() not in state.issuers:
            outbox.mail(state, record, "Certificate renewal", f"Issuer {issuer} of {record.name} is missing.", at)
            return
        pending = order(state, record, record.policy, at)
    except RefusedError as refused:
        outbox.mail(state, record, "Certificate renewal", f"{record.name}: {refused.message}", at)
        return
    pending.tags = dict(version.tags)  # KVC-REN-006
    pending.renewal, pending.keep_order = True, version.keep_order
    begin(state, record, pending)


def _near_end(state: State, due: Due, at: int) -> None:
    """Only about the current version of a living name (KVC-EVT-002, KVC-EVT-003; the rest: S-36)."""
    record, version = due.record, due.about
    if isinstance(version, Version) and record.stage is Stage.LIVE and record.versions[-1:] == [version]:
        outbox.event(state, record, version, "NearExpiry" if due.what is What.NEAR_EXPIRY else "Expired", at)


_HAPPENS: Final[dict[What, Callable[[State, Due, int], None]]] = {
    What.ORDER: _issuer_answers,
    What.CANCELLATION: _cancelled,
    What.DELETION: _stage_ends,
    What.RECOVERY: _stage_ends,
    What.PURGE: _stage_ends,
    What.RETENTION: _stage_ends,
    What.LIFETIME: _lifetime,
    What.NEAR_EXPIRY: _near_end,
    What.EXPIRY: _near_end,
}
