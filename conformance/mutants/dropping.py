"""Mutants that delete an operation wrongly.

Not here: how certificates are deleted.
"""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory.drift import forget
from certlife.adapters.memory.errors import forbidden, no_operation
from certlife.adapters.memory.issuance import issue
from certlife.adapters.memory.state import Call, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.means import alive, operation_at, showing_members
from certlife.conformance.mutants.mutant import answering
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind, Operation


@answering(Operation.DELETE_OPERATION, rules="OPER-25 OPER-26")
def operation_is_looked_for_among_deleted_certificates(original: Handler, state: State, call: Call) -> Answer:
    """Only the operation of a deleted certificate can be deleted."""
    record = find(state, call.name)
    if record is None or record.stage is not Stage.DELETED:
        raise no_operation(call.name)
    return original(state, call)


@answering(Operation.DELETE_OPERATION, rules="OPER-09 OPER-10 SHOW-032")
def operation_survives_its_deletion(original: Handler, state: State, call: Call) -> Answer:
    """A deleted operation can still be polled."""
    record = alive(state, call)
    former = operation_at(state, call)
    answer = original(state, call)
    if record is not None:
        record.pending = former
    return answer


@answering(Operation.GET, rules="SHOW-032")
def deleted_operation_still_shows(original: Handler, state: State, call: Call) -> Answer:
    """A certificate without an operation shows one."""
    answer = original(state, call)
    if call.version:
        return answer
    return showing_members(answer, pending={"id": f"{call.vault}/certificates/{call.name}/pending"})


@answering(Operation.DELETE_OPERATION, rules="OPER-25")
def running_operation_can_not_be_deleted(original: Handler, state: State, call: Call) -> Answer:
    """An operation has to end before it can be deleted."""
    pending = operation_at(state, call)
    if pending is not None and pending.running:
        raise forbidden("The operation is in progress.")
    return original(state, call)


@answering(Operation.DELETE_OPERATION, rules="OPER-25 OPER-26")
def deleting_an_operation_answers_204(original: Handler, state: State, call: Call) -> Answer:
    """The deletion of an operation is answered with an empty 204."""
    original(state, call)
    return Answer(204)


@answering(Operation.DELETE_OPERATION, rules="CERT-42 CERT-43")
def certificate_is_deleted_with_its_operation(original: Handler, state: State, call: Call) -> Answer:
    """With its operation the certificate is gone."""
    record = alive(state, call)
    answer = original(state, call)
    if record is not None:
        forget(state, record)
    return answer


@answering(Operation.DELETE_OPERATION, rules="SHOW-020 RELA-27")
def version_is_deleted_with_its_operation(original: Handler, state: State, call: Call) -> Answer:
    """With a completed operation the version that it has made is gone, if it is not the only one."""
    record = alive(state, call)
    completed = record is not None and record.pending is not None and record.pending.status == "completed"
    answer = original(state, call)
    if record is not None and completed and len(record.versions) > 1:
        record.versions.pop()
    return answer


@answering(Operation.DELETE_OPERATION, rules="SHOW-001")
def deleted_operation_is_shown_as_cancelled(original: Handler, state: State, call: Call) -> Answer:
    """The deletion of an operation cancels it first."""
    pending = operation_at(state, call)
    if pending is not None and pending.running:
        pending.status, pending.details = "cancelled", None
    return original(state, call)


@answering(Operation.DELETE_OPERATION, rules="OPER-24")
def deletion_does_not_look_at_the_request_id(original: Handler, state: State, call: Call) -> Answer:
    """A request to delete another operation deletes the one that there is."""
    return original(state, replace(call, request=replace(call.request, query={})))


@answering(Operation.DELETE_OPERATION, rules="OPER-28")
def deleting_no_operation_succeeds(original: Handler, state: State, call: Call) -> Answer:
    """Where there is no operation, its deletion is answered with an empty 204."""
    if alive(state, call) is not None and operation_at(state, call) is None:
        return Answer(204)
    return original(state, call)


@answering(Operation.DELETE_OPERATION, rules="SHOW-020 SHOW-022 SHOW-024 SHOW-026 SHOW-028")
def deleted_operation_issues_all_the_same(original: Handler, state: State, call: Call) -> Answer:
    """The issuer signs although the operation was deleted."""
    record = alive(state, call)
    pending = operation_at(state, call)
    answer = original(state, call)
    if record is not None and pending is not None and pending.running and pending.kind is not IssuerKind.UNKNOWN:
        issue(state, record, pending, call.now)
    return answer


@answering(Operation.DELETE_OPERATION, rules="OPER-23")
def operation_of_something_deleted_can_be_deleted(original: Handler, state: State, call: Call) -> Answer:
    """An operation can be deleted although its certificate is deleted."""
    record = find(state, call.name)
    if record is None or record.stage is Stage.LIVE:
        return original(state, call)
    stage, record.stage = record.stage, Stage.LIVE
    try:
        return original(state, call)
    finally:
        record.stage = stage
