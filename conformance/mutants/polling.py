"""Mutants that show an operation wrongly, or end it wrongly.

Not here: how it begins (creating), how it is cancelled and deleted (cancelling, dropping).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from certlife.adapters import certificates
from certlife.adapters.memory import shown
from certlife.adapters.memory.drift import settle
from certlife.adapters.memory.errors import RefusedError, no_operation
from certlife.adapters.memory.state import Call, Members, State, find
from certlife.adapters.memory.vault import Handler
from certlife.adapters.port import Issue, Refuse
from certlife.conformance.mutants.means import (
    BUNDLES,
    OPERATIONS,
    alive,
    hiding,
    operation_at,
    showing_members,
    shown_in,
)
from certlife.conformance.mutants.mutant import answering, meanwhile
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind, Operation

_ENDED: Final = {"completed", "cancelled", "failed"}


@answering(*OPERATIONS, rules="SHOW-001")
def operation_is_always_completed(original: Handler, state: State, call: Call) -> Answer:
    """Every operation is shown as completed."""
    answer = hiding(original(state, call), "status_details", "error")
    return showing_members(answer, status="completed", target=f"{call.vault}/certificates/{call.name}")


@answering(Operation.POLL, rules="SHOW-004")
def request_id_changes_per_poll(original: Handler, state: State, call: Call) -> Answer:
    """Every poll shows another request_id."""
    return showing_members(original(state, call), request_id=state.new_id())


@answering(Operation.POLL, rules="SHOW-005")
def csr_changes_per_poll(original: Handler, state: State, call: Call) -> Answer:
    """Every poll shows another certificate request."""
    answer = original(state, call)
    pending = operation_at(state, call)
    if pending is None:
        return answer
    return showing_members(answer, csr=certificates.csr(state.keys.make("EC", None, None), pending.policy))


@answering(Operation.POLL, rules="OPER-12")
def request_id_asked_for_does_not_matter(original: Handler, state: State, call: Call) -> Answer:
    """A poll for another operation is answered with the one that there is."""
    return original(state, replace(call, request=replace(call.request, query={})))


@answering(Operation.POLL, rules="OPER-13")
def poll_answers_202_while_it_runs(original: Handler, state: State, call: Call) -> Answer:
    """A poll of a running operation is answered with 202."""
    answer = original(state, call)
    pending = operation_at(state, call)
    return replace(answer, status=202) if pending is not None and pending.running else answer


@answering(Operation.POLL, rules="OPER-13")
def operation_is_gone_once_it_is_completed(original: Handler, state: State, call: Call) -> Answer:
    """A completed operation can not be polled any more."""
    pending = operation_at(state, call)
    if pending is not None and pending.status == "completed":
        raise no_operation(call.name)
    return original(state, call)


@answering(Operation.POLL, rules="OPER-13")
def failed_operation_is_an_error(original: Handler, state: State, call: Call) -> Answer:
    """A poll of a failed operation is answered with the error of its issuer."""
    pending = operation_at(state, call)
    if pending is not None and pending.status == "failed":
        raise RefusedError(400, "BadParameter", "The certificate operation has failed.")
    return original(state, call)


@answering(Operation.POLL, rules="OPER-09 OPER-10")
def poll_without_operation_shows_nothing(original: Handler, state: State, call: Call) -> Answer:
    """A poll of a certificate without an operation is answered with an empty 204."""
    if alive(state, call) is not None and operation_at(state, call) is None:
        return Answer(204)
    return original(state, call)


@answering(Operation.POLL, rules="OPER-11")
def operation_of_something_deleted_can_be_polled(original: Handler, state: State, call: Call) -> Answer:
    """An operation can be polled although its certificate is deleted."""
    record = find(state, call.name)
    if record is None or record.pending is None:
        return original(state, call)
    return Answer(200, shown.operation(call, record, record.pending))


@answering(*OPERATIONS, rules="SHOW-001")
def status_is_spelt_otherwise(original: Handler, state: State, call: Call) -> Answer:
    """A completed operation has the status `succeeded`."""
    answer = original(state, call)
    completed = shown_in(answer).get("status") == "completed"
    return showing_members(answer, status="succeeded") if completed else answer


@answering(*OPERATIONS, rules="SHOW-003")
def operation_is_identified_by_its_request(original: Handler, state: State, call: Call) -> Answer:
    """The identifier of an operation ends in its request_id."""
    answer = original(state, call)
    members = shown_in(answer)
    return showing_members(answer, id=f"{members['id']}/{members['request_id']}") if members else answer


@answering(*OPERATIONS, rules="SHOW-006")
def issuer_is_shown_by_its_provider(original: Handler, state: State, call: Call) -> Answer:
    """An operation names the provider of its issuer, not the issuer."""
    answer = original(state, call)
    pending = operation_at(state, call)
    issuer = None if pending is None else state.issuers.get(pending.issuer.lower())
    return answer if issuer is None else showing_members(answer, issuer={"name": str(issuer["provider"])})


@answering(*OPERATIONS, rules="SHOW-007")
def running_operation_says_nothing_of_itself(original: Handler, state: State, call: Call) -> Answer:
    """A running operation has no status_details."""
    answer = original(state, call)
    return hiding(answer, "status_details") if shown_in(answer).get("status") == "inProgress" else answer


@answering(*OPERATIONS, rules="SHOW-008 SHOW-009")
def ended_operation_still_tells_to_wait(original: Handler, state: State, call: Call) -> Answer:
    """An operation that has ended still has the status_details of a running one."""
    answer = original(state, call)
    ended = shown_in(answer).get("status") in _ENDED
    return showing_members(answer, status_details=shown.details_of("Self")) if ended else answer


@answering(*OPERATIONS, rules="SHOW-010 SHOW-015")
def completed_operation_has_no_target(original: Handler, state: State, call: Call) -> Answer:
    """A completed operation does not say where its certificate is."""
    answer = original(state, call)
    return hiding(answer, "target") if shown_in(answer) else answer


@answering(*OPERATIONS, rules="SHOW-010 SHOW-015")
def target_is_the_key(original: Handler, state: State, call: Call) -> Answer:
    """A completed operation leads to the key, not to the certificate."""
    return _with_target(original(state, call), f"{call.vault}/keys/{call.name}")


@answering(*OPERATIONS, rules="SHOW-015")
def target_is_a_version(original: Handler, state: State, call: Call) -> Answer:
    """A completed operation leads to the version that it made."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None:
        return answer
    return _with_target(answer, f"{call.vault}/certificates/{record.name}/{record.current.id}")


@answering(*OPERATIONS, rules="SHOW-011")
def running_operation_has_a_target(original: Handler, state: State, call: Call) -> Answer:
    """An operation says where its certificate will be before it is there."""
    answer = original(state, call)
    target = f"{call.vault}/certificates/{call.name}"
    return showing_members(answer, target=target) if shown_in(answer) else answer


@answering(*OPERATIONS, rules="SHOW-012 SHOW-013")
def failed_operation_has_no_error(original: Handler, state: State, call: Call) -> Answer:
    """A failed operation does not say why."""
    answer = original(state, call)
    return hiding(answer, "error") if shown_in(answer) else answer


@answering(*OPERATIONS, rules="SHOW-014")
def every_operation_has_an_error(original: Handler, state: State, call: Call) -> Answer:
    """An operation that has not failed shows an error too, without a code."""
    answer = original(state, call)
    error: Members = {"code": "", "message": ""}
    return (
        showing_members(answer, error=error) if shown_in(answer).get("error") is None and shown_in(answer) else answer
    )


@answering(Operation.POLL, rules="RELA-13")
def ended_operation_asks_to_be_polled_again(original: Handler, state: State, call: Call) -> Answer:
    """An operation that has ended is answered with Retry-After."""
    return replace(original(state, call), headers=shown.RETRY)


@answering(*BUNDLES, rules="SHOW-031")
def running_operation_is_not_shown_with_its_certificate(original: Handler, state: State, call: Call) -> Answer:
    """A certificate does not show that it has an operation."""
    answer = original(state, call)
    return hiding(answer, "pending") if shown_in(answer) else answer


@meanwhile(rules="SHOW-001 OPER-04")
def self_signing_fails(state: State) -> None:
    """The vault itself refuses to sign."""
    for record in state.records.values():
        pending = record.pending
        if pending is not None and pending.kind is IssuerKind.SELF and pending.due is not None:
            moment, decision = pending.due
            pending.due = (moment, Refuse()) if isinstance(decision, Issue) else pending.due


@meanwhile(rules="SHOW-001 CERT-18")
def completed_operation_starts_over(state: State) -> None:
    """An operation that was completed is in progress again after an hour."""
    settle(state)
    for record in state.records.values():
        pending = record.pending
        if pending is not None and pending.status == "completed" and state.clock.now >= pending.started + 3600:
            pending.status, pending.details = "inProgress", shown.details_of(pending.issuer)


@answering(Operation.MERGE, rules="OPER-13 SHOW-031")
def merged_operation_is_gone(original: Handler, state: State, call: Call) -> Answer:
    """An operation is gone once it was merged."""
    answer = original(state, call)
    record = alive(state, call)
    if record is not None:
        record.pending = None
    return answer


def _with_target(answer: Answer, target: str) -> Answer:
    return showing_members(answer, target=target) if "target" in shown_in(answer) else answer
