"""The pending object: read, cancelled, deleted.

Not here: how it begins (creation) and ends (drift, merging).
"""

from __future__ import annotations

from certlife.adapters.memory import agenda, shown
from certlife.adapters.memory.errors import bad_property, forbidden, no_operation
from certlife.adapters.memory.state import Call, Pending, Record, Stage, State, find
from certlife.model.values import Answer


def operation_of(state: State, call: Call) -> tuple[Record, Pending]:
    """Return the operation of a living name.

    Raises: RefusedError: 404, there is none (observed N-15), or not that one (KVC-OPR-008; for PATCH and DELETE S-44).
    """
    record = find(state, call.name)
    if record is None or record.stage is not Stage.LIVE or record.pending is None:
        raise no_operation(call.name)
    wanted = call.request.query.get("request_id")
    if wanted is not None and wanted.lower() != record.pending.request_id:
        raise no_operation(call.name)
    return record, record.pending


def poll(state: State, call: Call) -> Answer:
    """Answer GET /certificates/{name}/pending; Retry-After while it runs (observed N-10 to N-13, P-6)."""
    record, pending = operation_of(state, call)
    return Answer(200, shown.operation(call, record, pending), shown.RETRY if pending.running else {})


def cancel(state: State, call: Call) -> Answer:
    """Answer PATCH /certificates/{name}/pending (observed N-16, J-22, P-14).

    Where nothing runs the how-to says 400, the service answered 403 (C-05; field note F-01): 403 it is.
    `false` takes a request back that has not taken effect yet (S-07).
    """
    record, pending = operation_of(state, call)
    wanted = call.body.get("cancellation_requested")
    if not isinstance(wanted, bool):  # KVC-OPR-014
        raise bad_property("cancellation_requested")
    if not pending.running:
        raise forbidden("Pending status must be in progress to allow update.")
    if wanted and not pending.cancellation_requested:
        agenda.schedule_cancellation(state, record, pending, call.now)
    elif pending.cancellation_requested and not wanted:
        pending.cancels_at = None
        agenda.resume(state, record, pending, call.now)
    pending.cancellation_requested = wanted
    return shown.ok(shown.operation(call, record, pending))


def delete_operation(state: State, call: Call) -> Answer:
    """Answer DELETE /certificates/{name}/pending: whatever its status, it is gone at once (observed N-20, P-17, J-24)."""
    record, pending = operation_of(state, call)
    body = shown.operation(call, record, pending)
    record.pending = None
    pending.turn += 1
    return shown.ok(body)
