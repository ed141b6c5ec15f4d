"""Certificates and policies as they are: read and updated.

Not here: how they come (creation, importing) and go (deletion).
"""

from __future__ import annotations

from certlife.adapters.memory import policy as policies
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import enabled_of, living, living_version, tags_of
from certlife.adapters.memory.agenda import schedule_lifetime
from certlife.adapters.memory.errors import bad_property
from certlife.adapters.memory.state import Call, Members, Record, State
from certlife.model.values import Answer


def get(state: State, call: Call) -> Answer:
    """Answer GET /certificates/{name} and its versions; those alone without policy and pending (observed P-26, J-19)."""
    record, version = living_version(state, call)
    if call.version:
        return shown.ok(shown.bundle(state, call, record, version, with_policy=False, with_pending=False))
    return shown.ok(shown.bundle(state, call, record, version))


def update(state: State, call: Call) -> Answer:
    """Answer PATCH /certificates/{name} and its versions (observed N-36, J-35, J-36, P-33 to P-35).

    nbf and exp in the request are ignored (P-34); tags that are not there, or empty, change nothing (F-17); a
    placeholder stays disabled, for it has nothing to enable.
    """
    record, version = living_version(state, call)
    enabled, tags = enabled_of(call), tags_of(call)
    sent = call.body.get("policy")
    if sent is not None:
        _change_policy(state, call, record, policies.members(sent, "policy"))
    if enabled is not None and version.chain:
        version.enabled = enabled
    if tags:
        version.tags = tags
    version.updated = call.now
    return shown.ok(shown.bundle(state, call, record, version, with_policy=not call.version))


def get_policy(state: State, call: Call) -> Answer:
    """Answer GET /certificates/{name}/policy (observed N-34)."""
    return shown.ok(shown.policy(call, living(state, call)))


def update_policy(state: State, call: Call) -> Answer:
    """Answer PATCH /certificates/{name}/policy, also while an operation runs (observed N-35, J-34)."""
    record = living(state, call)
    if not isinstance(call.request.body, dict):
        raise bad_property("policy")
    _change_policy(state, call, record, call.body)
    return shown.ok(shown.policy(call, record))


def _change_policy(state: State, call: Call, record: Record, sent: Members) -> None:
    record.policy = policies.dated(policies.merged(record.policy, sent), record.policy, call.now)
    record.turn += 1
    schedule_lifetime(state, record, call.now)
