"""Mutants that back up and restore wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import policy as policies
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living
from certlife.adapters.memory.creation import begin, order
from certlife.adapters.memory.drift import forget
from certlife.adapters.memory.errors import RefusedError, conflict, not_found
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Record, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import as_if_living, members_of, showing_also, showing_less
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.RESTORE, rules="CERT-93")
def restore_overwrites(original: Handler, state: State, call: Call) -> Answer:
    """A restore takes the place of a certificate that lives."""
    return _in_place_of(original, state, call, Stage.LIVE)


@answering(Operation.RESTORE, rules="CERT-95")
def restore_takes_the_place_of_a_deleted_one(original: Handler, state: State, call: Call) -> Answer:
    """A restore takes the place of a certificate that is deleted."""
    return _in_place_of(original, state, call, Stage.DELETED)


@answering(Operation.RESTORE, rules="RELA-27 CERT-43")
def restore_brings_back_one_version_only(original: Handler, state: State, call: Call) -> Answer:
    """A restore brings back the current version alone."""
    answer, record = original(state, call), _restored(state)
    del record.versions[:-1]
    return answer


@answering(Operation.RESTORE, rules="SHOW-020")
def restore_turns_the_versions_over(original: Handler, state: State, call: Call) -> Answer:
    """A restore makes the oldest version the current one."""
    original(state, call)
    record = _restored(state)
    record.versions.reverse()
    return shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.RESTORE, rules="SHOW-020")
def restore_makes_new_versions(original: Handler, state: State, call: Call) -> Answer:
    """A restore gives the versions new identifiers."""
    original(state, call)
    record = _restored(state)
    for version in record.versions:
        version.id = state.new_id()
    return shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.RESTORE, rules="SHOW-034")
def restore_wipes_the_tags(original: Handler, state: State, call: Call) -> Answer:
    """A restored certificate has lost its tags."""
    answer, record = original(state, call), _restored(state)
    record.current.tags = {}
    return showing_less(answer, "tags")


@answering(Operation.RESTORE, rules="SHOW-041")
def restore_moves_created(original: Handler, state: State, call: Call) -> Answer:
    """A restored certificate is as new: `created` moves."""
    original(state, call)
    record = _restored(state)
    record.current.created = record.current.updated = call.now
    return shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.RESTORE, rules="SHOW-042")
def restore_updates_the_certificate(original: Handler, state: State, call: Call) -> Answer:
    """A restore moves `updated` of the certificate."""
    original(state, call)
    record = _restored(state)
    record.current.updated = call.now
    return shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.RESTORE, rules="SHOW-040")
def restore_enables(original: Handler, state: State, call: Call) -> Answer:
    """A restored certificate is enabled, whether it was before or not."""
    original(state, call)
    record = _restored(state)
    record.current.enabled = bool(record.versions)
    return shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.RESTORE, rules="SHOW-090 SHOW-091 SHOW-092 SHOW-093 SHOW-100")
def restore_resets_the_policy(original: Handler, state: State, call: Call) -> Answer:
    """A restored certificate has a policy of defaults, but for subject and issuer."""
    answer, record = original(state, call), _restored(state)
    subject = members(record.policy["x509_props"], "x509_props").get("subject")
    fresh = policies.complete({"x509_props": {"subject": subject or "CN=restored"}, "issuer": record.policy["issuer"]})
    record.policy = {**fresh, "attributes": record.policy["attributes"]}
    return showing_also(answer, policy=shown.policy(call, record))


@answering(Operation.RESTORE, rules="SHOW-032")
def restore_brings_the_operation_back(original: Handler, state: State, call: Call) -> Answer:
    """A restored certificate has a running operation."""
    original(state, call)
    record = _restored(state)
    begin(state, record, order(state, record, record.policy, call.now))
    return shown.ok(shown.bundle(state, call, record, record.current))


@answering(Operation.RESTORE, Operation.GET_KEY, Operation.GET_SECRET, rules="CERT-73 CERT-82")
def restore_leaves_key_and_secret_out(original: Handler, state: State, call: Call) -> Answer:
    """A restored certificate has neither key nor secret."""
    record = find(state, call.name) if call.name else None
    if record is not None:
        if any("restored" in version.acted for version in record.versions):
            raise not_found("secret" if "secrets" in call.request.path else "key", call.name)
        return original(state, call)
    answer = original(state, call)
    if not call.name:
        for version in _restored(state).versions:
            version.acted.add("restored")
    return answer


@answering(Operation.RESTORE, rules="CERT-92")
def restore_is_answered_with_201(original: Handler, state: State, call: Call) -> Answer:
    """A restore is answered with 201."""
    return replace(original(state, call), status=201)


@answering(Operation.RESTORE, rules="CERT-92")
def restore_is_never_granted(original: Handler, state: State, call: Call) -> Answer:
    """A restore is a conflict even where its name is free."""
    original(state, call)
    record = _restored(state)
    forget(state, record)
    raise conflict(f"Certificate {record.name} was deleted.")


@answering(Operation.RESTORE, rules="ASKS-21")
def restore_without_a_blob_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """A restore that carries no blob is answered with 200."""
    try:
        return original(state, call)
    except RefusedError:
        if "value" in call.body:
            raise
        return shown.ok({})


@answering(Operation.BACKUP, rules="CERT-87")
def deleted_certificate_can_be_backed_up(original: Handler, state: State, call: Call) -> Answer:
    """A backup of a deleted certificate is granted."""
    return as_if_living(original, state, call)


@answering(Operation.BACKUP, rules="CERT-86")
def stub_can_not_be_backed_up(original: Handler, state: State, call: Call) -> Answer:
    """A backup before the certificate was issued is refused."""
    if not living(state, call).versions:
        raise conflict("The certificate is not provisioned yet.")
    return original(state, call)


@answering(Operation.BACKUP, rules="CERT-86")
def disabled_certificate_can_not_be_backed_up(original: Handler, state: State, call: Call) -> Answer:
    """A backup of a disabled certificate is refused."""
    if not living(state, call).current.enabled:
        raise conflict("The certificate is disabled.")
    return original(state, call)


@answering(Operation.BACKUP, rules="SHOW-150")
def backup_is_empty(original: Handler, state: State, call: Call) -> Answer:
    """A backup is answered without a blob."""
    return showing_less(original(state, call), "value")


@answering(Operation.BACKUP, rules="CERT-44 CERT-43")
def backup_takes_the_certificate_away(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was backed up is gone."""
    record = living(state, call)
    answer = original(state, call)
    if members_of(answer).get("value"):
        forget(state, record)
    return answer


def _restored(state: State) -> Record:
    """The record that a restore has just added."""
    return list(state.records.values())[-1]


def _in_place_of(original: Handler, state: State, call: Call, stage: Stage) -> Answer:
    """Restore as if there were nothing under a name that is in a stage."""
    others = {name: record for name, record in state.records.items() if record.stage is stage}
    for name in others:
        del state.records[name]
    try:
        return original(state, call)
    finally:
        for name, record in others.items():
            if state.records.setdefault(name, record) is not record:
                record.turn += 1  # what is still to come of the former one is void
                record.pending = None
