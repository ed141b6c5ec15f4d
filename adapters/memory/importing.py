"""Import: a certificate that was made elsewhere, with its key.

Not here: reading the file (adapters.files).
"""

from __future__ import annotations

from certlife.adapters import certificates, files
from certlife.adapters.memory import policy as policies
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import enabled_of, flag_of, free, tags_of
from certlife.adapters.memory.errors import RefusedError, bad_parameter, bad_property, in_progress
from certlife.adapters.memory.issuance import add, version_of
from certlife.adapters.memory.state import Call, Members, Record, State
from certlife.model.values import Answer, Json

_PASSWORD_MOST = 200  # KVC-LIM-002


def import_certificate(state: State, call: Call) -> Answer:
    """Answer POST /certificates/{name}/import: 200 at once, without an operation (observed P-49 to P-56, N-41, J-29).

    A former operation that has ended is gone (observed P-25).
    """
    record = free(state, call)
    if record is not None and record.pending is not None and record.pending.running:
        raise in_progress()
    sent = policies.members(call.body.get("policy"), "policy")
    opened = _opened(call, policies.members(sent.get("secret_props"), "policy.secret_props"))
    policy = policies.imported(sent, _derived(opened.leaf))
    tags, enabled, keep = tags_of(call), enabled_of(call), flag_of(call, "preserveCertOrder")
    policy = policies.dated(policy, record.policy if record else None, call.now)
    if record is None:
        record = Record(call.name, policy)
        state.records[call.name.lower()] = record
    record.policy, record.pending = policy, None
    version = version_of(state, [opened.leaf, *opened.chain], opened.key, policy, call.now)
    version.tags, version.enabled, version.keep_order = tags or {}, enabled is not False, bool(keep)
    add(state, record, version, call.now)
    return shown.ok(shown.bundle(state, call, record, version))


def _opened(call: Call, secret: Members) -> files.Opened:
    value, password = call.body.get("value"), call.body.get("pwd")
    if not isinstance(value, str) or not value:  # KVC-IMP-032
        raise bad_property("value")
    if password is not None and not isinstance(password, str):
        raise bad_property("pwd")
    if password is not None and len(password) > _PASSWORD_MOST:
        raise bad_parameter("The char length of the password is too long.")
    content_type: Json = secret.get("contentType")
    try:
        return files.opened(value, password, content_type if isinstance(content_type, str) else None, call.now)
    except files.FileRefused as refused:
        raise RefusedError(400, refused.code, refused.message) from refused


def _derived(leaf: bytes) -> Members:
    try:
        return certificates.policy_of(leaf)
    except certificates.CertificateMalformed as malformed:
        raise bad_parameter(str(malformed)) from malformed
