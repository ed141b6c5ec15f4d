"""Mutants that purge wrongly.

What outlives a purge lies among the records under a key that is no name, where nothing else looks for it.
"""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import shown
from certlife.adapters.memory.drift import end_stage, forget
from certlife.adapters.memory.errors import RefusedError, forbidden
from certlife.adapters.memory.state import Call, Record, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import items_of, listing
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.PURGE, Operation.CREATE, rules="CERT-10 CERT-11")
def purge_leaves_the_name_blocked(original: Handler, state: State, call: Call) -> Answer:
    """A purged name can never be used again: a create under it is forbidden."""
    record = find(state, call.name)
    if call.request.method == "POST":
        if record is None and _lost(state, call) is not None:
            raise forbidden(f"The name {call.name} is taken.")
        return original(state, call)
    answer = original(state, call)
    _lose(state, record)
    return answer


@answering(Operation.PURGE, rules="CERT-122")
def purge_is_granted_under_protection(original: Handler, state: State, call: Call) -> Answer:
    """A purge is granted although purge protection is on."""
    settings = state.settings
    state.settings = replace(settings, purge_protection=False)
    try:
        return original(state, call)
    finally:
        state.settings = settings


@answering(Operation.PURGE, rules="CERT-121")
def purge_is_never_granted(original: Handler, state: State, call: Call) -> Answer:
    """A purge is refused although purge protection is off."""
    settings = state.settings
    state.settings = replace(settings, purge_protection=True)
    try:
        return original(state, call)
    finally:
        state.settings = settings


@answering(Operation.PURGE, rules="CERT-106")
def purge_does_nothing(original: Handler, state: State, call: Call) -> Answer:
    """A purge is granted, and the certificate stays deleted."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        end_stage(state, record, Stage.DELETED, call.now)
    return answer


@answering(Operation.PURGE, rules="CERT-44 CERT-106 CERT-118")
def purge_recovers(original: Handler, state: State, call: Call) -> Answer:
    """A purge brings the certificate back to life."""
    answer, record = original(state, call), find(state, call.name)
    if record is not None:
        end_stage(state, record, Stage.LIVE, call.now)
    return answer


@answering(Operation.PURGE, rules="CERT-121")
def purge_is_answered_with_200(original: Handler, state: State, call: Call) -> Answer:
    """A purge is answered with 200 and the certificate."""
    record = find(state, call.name)
    answer = original(state, call)
    return answer if record is None else Answer(200, shown.deleted_bundle(state, call, record))


@answering(Operation.PURGE, rules="CERT-124")
def living_certificate_can_be_purged(original: Handler, state: State, call: Call) -> Answer:
    """A purge of a certificate that is not deleted is granted."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.LIVE:
        forget(state, record)
        return Answer(204)
    return original(state, call)


@answering(Operation.PURGE, rules="CERT-124")
def unknown_certificate_can_be_purged(original: Handler, state: State, call: Call) -> Answer:
    """A purge of a name that nobody has used is answered with 204."""
    return Answer(204) if find(state, call.name) is None else original(state, call)


@answering(Operation.GET_DELETED, rules="CERT-106")
def purged_certificate_is_still_shown_as_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is shown among the deleted until its purge has ended."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.PURGING:
        return shown.ok(shown.deleted_bundle(state, call, record))
    return original(state, call)


@answering(Operation.LIST_DELETED, rules="CERT-111")
def purged_certificate_is_still_listed_as_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A certificate stays in the list of the deleted until its purge has ended."""
    purged = [record for record in state.records.values() if record.stage is Stage.PURGING]
    for record in purged:
        record.stage = Stage.DELETED
    try:
        return original(state, call)
    finally:
        for record in purged:
            record.stage = Stage.PURGING


@answering(Operation.PURGE, Operation.POLL, rules="OPER-09 OPER-10 OPER-11")
def operation_survives_deletion_and_purge(original: Handler, state: State, call: Call) -> Answer:
    """A pending object outlives the certificate's deletion and purge."""
    record = find(state, call.name)
    if call.request.path.startswith("/deleted"):
        answer = original(state, call)
        _lose(state, record)
        return answer
    try:
        return original(state, call)
    except RefusedError:
        there = _lost(state, call) if record is None else record
        if there is None or there.pending is None or (record is not None and record.stage is Stage.LIVE):
            raise
        return shown.ok(shown.operation(call, there, there.pending))


@answering(Operation.PURGE, Operation.POLL, rules="OPER-09")
def operation_comes_back_with_the_name(original: Handler, state: State, call: Call) -> Answer:
    """A pending object outlives the purge, and belongs to the next certificate of that name."""
    record = find(state, call.name)
    if call.request.path.startswith("/deleted"):
        answer = original(state, call)
        _lose(state, record)
        return answer
    lost = _lost(state, call)
    if record is None or record.stage is not Stage.LIVE or record.pending is not None or lost is None or lost.pending is None:
        return original(state, call)
    return shown.ok(shown.operation(call, record, lost.pending))


@answering(Operation.PURGE, Operation.RESTORE, rules="CERT-92 CERT-94")
def purge_spoils_the_backups(original: Handler, state: State, call: Call) -> Answer:
    """No backup can be restored once a certificate was purged."""
    if call.name:
        record, answer = find(state, call.name), original(state, call)
        _lose(state, record)
        return answer
    if any(name.endswith(_LOST) for name in state.records):
        raise RefusedError(400, "BadParameter", "The backup is older than the purge.")
    return original(state, call)


@answering(Operation.PURGE, Operation.LIST_VERSIONS, rules="RELA-27")
def purge_leaves_versions_behind(original: Handler, state: State, call: Call) -> Answer:
    """The versions of a purged certificate are still listed under its name."""
    record = find(state, call.name)
    if call.request.method == "DELETE":
        answer = original(state, call)
        _lose(state, record)
        return answer
    answer, lost = original(state, call), _lost(state, call)
    if lost is None:
        return answer
    items = [shown.item(state, call, lost, version, versioned=True) for version in lost.versions]
    return listing(answer, sorted([*items_of(answer), *items], key=lambda item: str(item["id"])))


@answering(Operation.PURGE, Operation.GET_SECRET, rules="CERT-74")
def purge_leaves_the_secret_behind(original: Handler, state: State, call: Call) -> Answer:
    """The secret of a purged certificate can be read."""
    record = find(state, call.name)
    if call.request.method == "DELETE":
        answer = original(state, call)
        _lose(state, record)
        return answer
    lost = _lost(state, call)
    if record is not None or lost is None:
        return original(state, call)
    state.records[lost.name.lower()], lost.stage = lost, Stage.LIVE
    try:
        return original(state, call)
    finally:
        del state.records[lost.name.lower()]
        lost.stage = Stage.PURGING


_LOST = "/lost"


def _lose(state: State, record: Record | None) -> None:
    """Keep what is about to be forgotten where nothing looks for it."""
    if record is not None:
        state.records[_key(record.name)] = replace(record, stage=Stage.PURGING)


def _lost(state: State, call: Call) -> Record | None:
    return state.records.get(_key(call.name))


def _key(name: str) -> str:
    return f"{name.lower()}{_LOST}"
