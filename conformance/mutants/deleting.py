"""Mutants that delete wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.clock import DAY_S
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living
from certlife.adapters.memory.drift import forget
from certlife.adapters.memory.errors import deleted_not_found, in_progress
from certlife.adapters.memory.state import Call, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering, meanwhile
from certlife.conformance.mutants.strokes import showing_also, showing_less
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.DELETE, rules="SHOW-050")
def deletion_hides_the_recovery_id(original: Handler, state: State, call: Call) -> Answer:
    """A deletion is answered without recoveryId."""
    return showing_less(original(state, call), "recoveryId")


@answering(Operation.DELETE, rules="SHOW-051")
def deletion_hides_its_date(original: Handler, state: State, call: Call) -> Answer:
    """A deletion is answered without deletedDate."""
    return showing_less(original(state, call), "deletedDate")


@answering(Operation.DELETE, rules="SHOW-052")
def deletion_hides_when_it_is_purged(original: Handler, state: State, call: Call) -> Answer:
    """A deletion is answered without scheduledPurgeDate."""
    return showing_less(original(state, call), "scheduledPurgeDate")


@answering(Operation.DELETE, rules="SHOW-050")
def recovery_id_leads_to_the_certificate(original: Handler, state: State, call: Call) -> Answer:
    """The recoveryId is the certificate's own identifier."""
    answer = original(state, call)
    return showing_also(answer, recoveryId=f"{call.vault}/certificates/{call.name}")


@answering(Operation.DELETE, rules="RELA-08")
def scheduled_purge_date_is_a_day_early(original: Handler, state: State, call: Call) -> Answer:
    """The scheduledPurgeDate lies a day before the retention is over."""
    answer, record = original(state, call), find(state, call.name)
    if record is None:
        return answer
    record.purge_date -= DAY_S
    return showing_also(answer, scheduledPurgeDate=record.purge_date)


@answering(Operation.DELETE, rules="RELA-08")
def scheduled_purge_date_is_always_90_days_on(original: Handler, state: State, call: Call) -> Answer:
    """The scheduledPurgeDate lies 90 days ahead whatever the vault's retention is."""
    answer, record = original(state, call), find(state, call.name)
    if record is None:
        return answer
    record.purge_date = call.now + 90 * DAY_S
    return showing_also(answer, scheduledPurgeDate=record.purge_date)


@answering(Operation.DELETE, rules="CERT-96")
def deletion_is_accepted_instead_of_done(original: Handler, state: State, call: Call) -> Answer:
    """A deletion is answered with 202."""
    return replace(original(state, call), status=202)


@answering(Operation.DELETE, rules="CERT-96")
def running_operation_prevents_deletion(original: Handler, state: State, call: Call) -> Answer:
    """A deletion is refused while an operation runs."""
    pending = living(state, call).pending
    if pending is not None and pending.running:
        raise in_progress()
    return original(state, call)


@answering(Operation.DELETE, rules="CERT-98")
def second_deletion_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that is deleted can be deleted again."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETED:
        return shown.ok(shown.deleted_bundle(state, call, record))
    return original(state, call)


@answering(Operation.DELETE, rules="CERT-98")
def unknown_certificate_can_be_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of a name that nobody has used is answered with 204."""
    return Answer(204) if find(state, call.name) is None else original(state, call)


@answering(Operation.DELETE, rules="CERT-19 CERT-35 CERT-95")
def deletion_is_final_although_soft_delete_is_on(original: Handler, state: State, call: Call) -> Answer:
    """A deletion frees the name at once, although the vault keeps what is deleted."""
    record, answer = living(state, call), original(state, call)
    if find(state, call.name) is record:
        forget(state, record)
    return answer


@answering(Operation.DELETE, rules="CERT-44")
def certificate_stays_without_soft_delete(original: Handler, state: State, call: Call) -> Answer:
    """Where nothing deleted is kept, a deletion is granted, and the certificate stays."""
    record = living(state, call)
    return original(state, call) if state.settings.soft_delete else shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.DELETE, rules="CERT-106")
def certificate_is_kept_without_soft_delete(original: Handler, state: State, call: Call) -> Answer:
    """Where nothing deleted is kept, a deleted certificate is kept all the same."""
    record, answer = living(state, call), original(state, call)
    if not state.settings.soft_delete:
        state.records[record.name.lower()], record.stage = record, Stage.DELETED
    return answer


@answering(Operation.DELETE, rules="SHOW-053 SHOW-054 SHOW-055")
def deletion_leaves_a_trace_without_soft_delete(original: Handler, state: State, call: Call) -> Answer:
    """Where nothing deleted is kept, a deletion is answered with a recoveryId all the same."""
    answer = original(state, call)
    return showing_also(answer, recoveryId=f"{call.vault}/deletedcertificates/{call.name}")


@answering(Operation.DELETE, rules="SHOW-034")
def deletion_wipes_the_tags(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate has no tags any more."""
    for version in living(state, call).versions:
        version.tags = {}
    return original(state, call)


@answering(Operation.DELETE, rules="SHOW-040")
def deletion_disables(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate is disabled."""
    for version in living(state, call).versions:
        version.enabled = False
    return original(state, call)


@answering(Operation.DELETE, rules="SHOW-031")
def deletion_ends_the_operation(original: Handler, state: State, call: Call) -> Answer:
    """A deletion takes the pending object away."""
    living(state, call).pending = None
    return original(state, call)


@answering(Operation.GET_DELETED, rules="CERT-106")
def certificate_is_deleted_before_its_deletion_has_ended(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate is shown among the living and the deleted at once."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.LIVE:
        return shown.ok(shown.deleted_bundle(state, call, record))
    return original(state, call)


@answering(Operation.GET_DELETED, rules="CERT-103")
def deleted_stub_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was never issued is not kept when it is deleted."""
    record = find(state, call.name)
    if record is not None and not record.versions:
        raise deleted_not_found(call.name)
    return original(state, call)


@answering(Operation.GET_DELETED, rules="SHOW-029")
def deleted_certificate_hides_its_policy(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate is shown without its policy."""
    return showing_less(original(state, call), "policy")


@answering(Operation.GET_DELETED, rules="SHOW-051")
def deleted_date_is_the_time_of_reading(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate is shown as deleted just now whenever it is read."""
    return showing_also(original(state, call), deletedDate=call.now)


@answering(Operation.CREATE, rules="CERT-19")
def deleted_name_can_be_created_again(original: Handler, state: State, call: Call) -> Answer:
    """A create over a deleted certificate is accepted."""
    return _over_the_deleted(original, state, call)


@answering(Operation.IMPORT, rules="CERT-35")
def deleted_name_can_be_imported_again(original: Handler, state: State, call: Call) -> Answer:
    """An import over a deleted certificate is accepted."""
    return _over_the_deleted(original, state, call)


@answering(Operation.LIST, rules="CERT-50")
def deleted_certificate_is_still_listed(original: Handler, state: State, call: Call) -> Answer:
    """A deleted certificate stays in the list of the living."""
    deleted = [record for record in state.records.values() if record.stage is Stage.DELETED]
    for record in deleted:
        record.stage = Stage.LIVE
    try:
        return original(state, call)
    finally:
        for record in deleted:
            record.stage = Stage.DELETED


@answering(Operation.POLL, rules="OPER-11")
def operation_of_a_deleted_certificate_can_be_polled(original: Handler, state: State, call: Call) -> Answer:
    """The operation of a deleted certificate is shown."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETED and record.pending is not None:
        return shown.ok(shown.operation(call, record, record.pending))
    return original(state, call)


@meanwhile(rules="CERT-102 CERT-107 CERT-112")
def retention_never_ends(state: State) -> None:
    """A deleted certificate is kept for ever."""
    for record in state.records.values():
        if record.stage is Stage.DELETED:
            record.turn += 1


@meanwhile(rules="CERT-103 CERT-108 CERT-127")
def retention_ends_half_way(state: State) -> None:
    """A deleted certificate is gone after half of its retention."""
    for record in list(state.records.values()):
        half = record.deleted_date + (record.purge_date - record.deleted_date) // 2
        if record.stage is Stage.DELETED and state.clock.now >= half:
            forget(state, record)


@meanwhile(rules="SHOW-042")
def deletion_updates_the_certificate(state: State) -> None:
    """A deletion moves `updated` of the certificate."""
    for record in state.records.values():
        if record.stage is Stage.DELETING:
            record.current.updated = record.deleted_date


def _over_the_deleted(original: Handler, state: State, call: Call) -> Answer:
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETED:
        forget(state, record)
    return original(state, call)
