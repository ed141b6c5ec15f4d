"""Mutants that cancel wrongly.

Not here: what a cancelled operation is merged with (merging).
"""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import shown
from certlife.adapters.memory.drift import settle
from certlife.adapters.memory.errors import forbidden
from certlife.adapters.memory.issuance import issue
from certlife.adapters.memory.state import Call, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.means import OPERATIONS, alive, asking, operation_at, showing_members, shown_in
from certlife.conformance.mutants.mutant import answering, meanwhile
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind, Operation

_COMES_BACK_AFTER_S = 60


@answering(Operation.CANCEL, rules="OPER-20 OPER-21")
def cancel_after_completion_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation that comes after completion is answered with 200 and the operation, as if it had come in time."""
    return _granted(original, state, call, "completed")


@answering(Operation.CANCEL, rules="OPER-20 OPER-21")
def cancel_after_failure_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation that comes after the issuer has refused is answered with 200 and the operation."""
    return _granted(original, state, call, "failed")


@answering(Operation.CANCEL, rules="SHOW-001")
def cancellation_takes_effect_at_once(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation takes effect before its request is answered."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None or record.pending is None or not record.pending.cancellation_requested:
        return answer
    record.pending.status, record.pending.details = "cancelled", None
    return Answer(200, shown.operation(call, record, record.pending))


@answering(Operation.CANCEL, rules="OPER-16")
def operation_that_awaits_a_merge_can_not_be_cancelled(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation is refused where there is no issuer to be told."""
    pending = operation_at(state, call)
    if pending is not None and pending.running and pending.kind is IssuerKind.UNKNOWN:
        raise forbidden("There is no issuer.")
    return original(state, call)


@answering(Operation.CANCEL, rules="OPER-16")
def cancel_answers_202(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation is answered with 202."""
    return Answer(202, original(state, call).body, shown.RETRY)


@answering(Operation.CANCEL, rules="OPER-13")
def cancelled_operation_is_gone(original: Handler, state: State, call: Call) -> Answer:
    """An operation whose cancellation was asked for is gone."""
    answer = original(state, call)
    record = alive(state, call)
    if record is not None:
        record.pending = None
    return answer


@answering(Operation.CANCEL, rules="SHOW-002 OPER-18 OPER-19")
def cancel_does_not_read_the_flag(original: Handler, state: State, call: Call) -> Answer:
    """The operation is cancelled even if the flag says false."""
    sent = call.body.get("cancellation_requested")
    return original(state, asking(call, cancellation_requested=True) if isinstance(sent, bool) else call)


@answering(Operation.CANCEL, rules="OPER-15")
def cancel_does_not_look_at_the_request_id(original: Handler, state: State, call: Call) -> Answer:
    """A request to cancel another operation cancels the one that there is."""
    return original(state, replace(call, request=replace(call.request, query={})))


@answering(Operation.CANCEL, rules="ASKS-22")
def cancel_needs_no_flag(original: Handler, state: State, call: Call) -> Answer:
    """The operation is cancelled even if there is no flag."""
    sent = call.body.get("cancellation_requested")
    return original(state, call if isinstance(sent, bool) else asking(call, cancellation_requested=True))


@answering(*OPERATIONS, rules="SHOW-002")
def request_for_cancellation_is_not_shown(original: Handler, state: State, call: Call) -> Answer:
    """An operation does not show that its cancellation was asked for."""
    answer = original(state, call)
    return showing_members(answer, cancellation_requested=False) if shown_in(answer) else answer


@answering(Operation.POLL, rules="SHOW-002")
def cancelled_operation_was_never_asked_to_be(original: Handler, state: State, call: Call) -> Answer:
    """A cancelled operation does not show that its cancellation was asked for."""
    answer = original(state, call)
    cancelled = shown_in(answer).get("status") == "cancelled"
    return showing_members(answer, cancellation_requested=False) if cancelled else answer


@answering(Operation.CREATE, rules="SHOW-002")
def operation_begins_with_its_cancellation(original: Handler, state: State, call: Call) -> Answer:
    """A new operation shows that its cancellation was asked for, if that of the one before was."""
    former = operation_at(state, call)
    answer = original(state, call)
    pending = operation_at(state, call)
    if former is None or pending is None or not former.cancellation_requested:
        return answer
    pending.cancellation_requested = True
    return showing_members(answer, cancellation_requested=True)


@answering(Operation.CANCEL, rules="OPER-22")
def cancel_without_operation_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation where there is no operation is answered with 200."""
    record = alive(state, call)
    if record is None or record.pending is not None:
        return original(state, call)
    return Answer(200, {"id": f"{call.vault}/certificates/{record.name}/pending", "status": "cancelled"})


@answering(Operation.CANCEL, rules="OPER-14")
def operation_of_something_deleted_can_be_cancelled(original: Handler, state: State, call: Call) -> Answer:
    """A cancellation is granted although the certificate is deleted."""
    record = find(state, call.name)
    if record is None or record.pending is None or alive(state, call) is not None:
        return original(state, call)
    record.pending.cancellation_requested = True
    return Answer(200, shown.operation(call, record, record.pending))


@meanwhile(rules="SHOW-001")
def cancelled_operation_issues_all_the_same(state: State) -> None:
    """A minute after it was cancelled, an operation is completed."""
    settle(state)
    for record in state.records.values():
        pending = record.pending
        if pending is None or pending.status != "cancelled" or pending.cancels_at is None:
            continue
        moment = pending.cancels_at + _COMES_BACK_AFTER_S
        if record.stage is Stage.LIVE and moment <= state.clock.now:
            issue(state, record, pending, moment)


def _granted(original: Handler, state: State, call: Call, status: str) -> Answer:
    """The answer to a cancellation, as if an operation that has ended so were running."""
    pending = operation_at(state, call)
    if pending is None or pending.status != status:
        return original(state, call)
    pending.status = "inProgress"
    try:
        return original(state, call)
    finally:
        pending.status, pending.cancellation_requested = status, False
