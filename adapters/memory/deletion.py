"""Deletion, recovery and purge, each with its while (observed, parts L, F, G, H of the facts).

Not here: how the whiles end (drift).
"""

from __future__ import annotations

from certlife.adapters.clock import DAY_S
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living
from certlife.adapters.memory.agenda import schedule_stage
from certlife.adapters.memory.drift import end_stage, forget
from certlife.adapters.memory.errors import (
    being_deleted,
    being_recovered,
    deleted_not_found,
    forbidden,
    no_soft_delete,
    not_found,
)
from certlife.adapters.memory.state import Call, Record, Stage, State, What, find
from certlife.model.values import Answer


def delete(state: State, call: Call) -> Answer:
    """Answer DELETE /certificates/{name}; a running operation does not hinder (observed N-45, J-41, J-42, P-58, P-59)."""
    record = living(state, call)
    if not state.settings.soft_delete:
        body = shown.bundle(state, call, record, record.current)
        forget(state, record)
        return shown.ok(body)
    record.deleted_date = call.now
    record.purge_date = call.now + state.settings.retention_days * DAY_S
    body = shown.deleted_bundle(state, call, record)
    _begin(state, record, Stage.DELETING, What.DELETION, state.plan.deletion_s)
    return shown.ok(body)


def get_deleted(state: State, call: Call) -> Answer:
    """Answer GET /deletedcertificates/{name}: 404 until the deletion has ended (observed N-46, J-43, P-60)."""
    record = find(state, call.name)
    if record is None or record.stage is not Stage.DELETED:
        raise deleted_not_found(call.name)
    return shown.ok(shown.deleted_bundle(state, call, record))


def recover(state: State, call: Call) -> Answer:
    """Answer POST /deletedcertificates/{name}/recover: 200 at once, the certificate a while later (observed J-52, J-53)."""
    record = _deleted(state, call, "recover")
    body = shown.bundle(state, call, record, record.current)
    _begin(state, record, Stage.RECOVERING, What.RECOVERY, state.plan.recovery_s)
    return shown.ok(body)


def purge(state: State, call: Call) -> Answer:
    """Answer DELETE /deletedcertificates/{name}: 204; the name is not free at once (observed J-51, J-59, P-69)."""
    record = _deleted(state, call, "purge")
    if state.settings.purge_protection:  # KVC-DEL-012; code: S-29, field note F-08
        raise forbidden(
            'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service '
            "will automatically purge it after the retention period has passed."
        )
    _begin(state, record, Stage.PURGING, What.PURGE, state.plan.purge_s)
    return Answer(204)


def _begin(state: State, record: Record, stage: Stage, end: What, seconds: int) -> None:
    record.stage = stage
    record.turn += 1
    if seconds > 0:
        schedule_stage(state, record, end, state.clock.now + seconds)
    elif end is What.PURGE:
        forget(state, record)
    else:
        end_stage(state, record, Stage.DELETED if end is What.DELETION else Stage.LIVE, state.clock.now)


def _deleted(state: State, call: Call, what: str) -> Record:
    """Return a deleted record.

    Raises: RefusedError: 400, nothing is soft-deleted here (S-49); 409 in the whiles (observed J-46; recover and
    purge of others: S-26, field notes F-05, F-09); 404 (observed J-56), for a living one too (S-29).
    """
    if not state.settings.soft_delete:
        raise no_soft_delete(what)
    record = find(state, call.name)
    if record is None or record.stage in (Stage.LIVE, Stage.PURGING):
        raise not_found("certificate", call.name)
    if record.stage is Stage.DELETING:
        raise being_deleted()
    if record.stage is Stage.RECOVERING:
        raise being_recovered()
    return record
