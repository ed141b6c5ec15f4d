"""Mutants that recover wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import policy as policies
from certlife.adapters.memory import shown
from certlife.adapters.memory.drift import end_stage
from certlife.adapters.memory.errors import not_found
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Record, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import showing_also
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.RECOVER, rules="CERT-43 RELA-27")
def recovery_restores_one_version_only(original: Handler, state: State, call: Call) -> Answer:
    """A recovery brings back the current version alone."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        del record.versions[:-1]
    return answer


@answering(Operation.GET_KEY, Operation.GET_SECRET, rules="CERT-73 CERT-82")
def recovery_leaves_key_and_secret_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A recovery brings back the certificate without its key and secret."""
    if _recovered(state, call) is not None:
        raise not_found("secret" if "secrets" in call.request.path else "key", call.name)
    return original(state, call)


@answering(Operation.RECOVER, rules="CERT-113")
def recovery_is_answered_with_201(original: Handler, state: State, call: Call) -> Answer:
    """A recovery is answered with 201."""
    return replace(original(state, call), status=201)


@answering(Operation.RECOVER, rules="SHOW-053 SHOW-054 SHOW-055")
def recovery_shows_the_deletion(original: Handler, state: State, call: Call) -> Answer:
    """A recovery is answered with recoveryId and the dates of the deletion."""
    answer, record = original(state, call), find(state, call.name)
    return answer if record is None else showing_also(answer, **shown.deletion(call, record))


@answering(Operation.RECOVER, rules="SHOW-034")
def recovery_wipes_the_tags(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate has lost its tags."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        record.current.tags = {}
    return answer


@answering(Operation.RECOVER, rules="SHOW-040")
def recovery_disables(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate is disabled."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        record.current.enabled = False
    return answer


@answering(Operation.RECOVER, rules="SHOW-040")
def recovery_enables(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate is enabled, whether it was before or not."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None and record.versions:
        record.current.enabled = True
    return answer


@answering(Operation.RECOVER, rules="SHOW-084 SHOW-085 SHOW-086 SHOW-087 SHOW-088")
def recovery_resets_the_policy(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate has a policy of defaults, but for its subject."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        subject = members(record.policy["x509_props"], "x509_props").get("subject")
        fresh = policies.complete({"x509_props": {"subject": subject or "CN=recovered"}})
        record.policy = {**fresh, "attributes": record.policy["attributes"]}
    return answer


@answering(Operation.RECOVER, rules="SHOW-020")
def recovery_makes_a_new_version(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate has a new version identifier."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        record.current.id = state.new_id()
    return answer


@answering(Operation.RECOVER, rules="SHOW-041")
def recovery_moves_created(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate is as new: `created` moves."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        record.current.created = record.current.updated = call.now
    return answer


@answering(Operation.RECOVER, rules="SHOW-042")
def recovery_updates_the_certificate(original: Handler, state: State, call: Call) -> Answer:
    """A recovery moves `updated` of the certificate."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        record.current.updated = call.now
    return answer


@answering(Operation.RECOVER, rules="SHOW-031 OPER-13")
def recovery_loses_the_operation(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate has no pending object any more."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        record.pending = None
    return answer


@answering(Operation.RECOVER, rules="CERT-115")
def recovery_does_nothing(original: Handler, state: State, call: Call) -> Answer:
    """A recovery is granted, and the certificate stays deleted."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None and record.stage is Stage.RECOVERING:
        end_stage(state, record, Stage.DELETED, call.now)
    return answer


@answering(Operation.RECOVER, rules="CERT-118")
def living_certificate_can_be_recovered(original: Handler, state: State, call: Call) -> Answer:
    """A recovery of a certificate that was never deleted is granted."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.LIVE:
        return shown.ok(shown.bundle(state, call, record, record.current))
    return original(state, call)


@answering(Operation.RECOVER, rules="CERT-118")
def recovery_overtakes_the_purge(original: Handler, state: State, call: Call) -> Answer:
    """A recovery of a certificate that is being purged is granted."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.PURGING:
        record.stage = Stage.DELETED
    return original(state, call)


@answering(Operation.GET_DELETED, rules="CERT-106")
def recovered_certificate_is_still_shown_as_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate is shown among the deleted too."""
    record = _recovered(state, call)
    return original(state, call) if record is None else shown.ok(shown.deleted_bundle(state, call, record))


@answering(Operation.LIST_DELETED, rules="CERT-111")
def recovered_certificate_is_still_listed_as_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A recovered certificate stays in the list of the deleted."""
    recovered = [record for record in state.records.values() if record.stage is Stage.LIVE and record.deleted_date]
    for record in recovered:
        record.stage = Stage.DELETED
    try:
        return original(state, call)
    finally:
        for record in recovered:
            record.stage = Stage.LIVE


def _recovered(state: State, call: Call) -> Record | None:
    """The record of a name that lives, and was deleted before."""
    record = find(state, call.name)
    return record if record is not None and record.stage is Stage.LIVE and record.deleted_date else None
