"""Mutants that cancel wrongly."""

from __future__ import annotations

from certlife.adapters.memory.state import Call, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.CANCEL, rules="OPER-20 OPER-21")
def cancel_after_completion_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation that comes after completion is answered with 200 and the operation, as if it had come in time."""
    record = find(state, call.name)
    if record is None or record.pending is None or record.pending.status != "completed":
        return original(state, call)
    record.pending.status = "inProgress"
    try:
        return original(state, call)
    finally:
        record.pending.status, record.pending.cancellation_requested = "completed", False


@answering(Operation.CANCEL, rules="SHOW-008 SHOW-009 SHOW-010")
def cancellation_takes_effect_at_once(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation takes effect before its request is answered."""
    answer = original(state, call)
    record = find(state, call.name)
    if answer.status == 200 and record is not None and record.pending is not None:
        record.pending.status = "cancelled"
        return Answer(200, {**answer.body, "status": "cancelled"} if isinstance(answer.body, dict) else None)
    return answer
