"""Create, and the operation that it starts.

Not here: how the operation ends (issuance, merging, drift).
"""

from __future__ import annotations

from certlife.adapters import certificates
from certlife.adapters.extensions import PropertyMalformed
from certlife.adapters.memory import policy as policies
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import enabled_of, flag_of, free, tags_of
from certlife.adapters.memory.agenda import schedule_lifetime, schedule_order
from certlife.adapters.memory.errors import bad_property, in_progress
from certlife.adapters.memory.issuance import kind_of, months_of, new_key
from certlife.adapters.memory.state import Call, Members, Pending, Record, State, Version
from certlife.adapters.subjects import SubjectMalformed
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind


def create(state: State, call: Call) -> Answer:
    """Answer POST /certificates/{name}/create: 202 with the operation (KVC-CRE-001 to KVC-CRE-003)."""
    record = free(state, call)
    if record is not None and record.pending is not None and record.pending.running:
        raise in_progress()
    policy = _policy(call, record)
    _check_issuer(state, policy)
    tags, enabled = tags_of(call), enabled_of(call)
    pending = order(state, record, policy, call.now)
    pending.tags, pending.enabled = tags or {}, enabled is not False
    pending.keep_order = bool(flag_of(call, "preserveCertOrder"))
    if record is None:
        record = Record(call.name, policy)
        state.records[call.name.lower()] = record
    record.policy = policy
    record.turn += 1
    if not record.versions:
        record.placeholder = placeholder(state, pending, call.now)
    begin(state, record, pending)
    schedule_lifetime(state, record, call.now)
    return Answer(202, shown.operation(call, record, pending), {**_location(call, record, pending), **shown.RETRY})


def order(state: State, record: Record | None, policy: Members, now: int) -> Pending:
    """Make the key and the request of an operation; nothing of it is kept yet.

    Raises: RefusedError: the subject is no distinguished name.
    """
    key = new_key(state, record, policy)
    try:
        csr = certificates.csr(key, policy)
    except SubjectMalformed as malformed:
        raise bad_property("policy.x509_props", "Invalid X.500 distinguished name") from malformed
    except PropertyMalformed as malformed:
        raise bad_property(malformed.where) from malformed
    issuer = str(policies.members(policy["issuer"], "issuer")["name"])
    return Pending(
        request_id=state.new_id(),
        issuer=issuer,
        kind=kind_of(issuer),
        csr=csr,
        key=key,
        policy=policy,  # a policy is never changed, but replaced
        started=now,
        details=shown.details_of(issuer),
    )


def begin(state: State, record: Record, pending: Pending) -> None:
    """Put the operation in the place of the former one (observed P-10, J-10) and let the issuer know."""
    record.pending = pending
    if pending.kind is not IssuerKind.UNKNOWN:
        schedule_order(state, record, pending)


def placeholder(state: State, pending: Pending, now: int) -> Version:
    """Make what stands for a certificate until its first version is issued (observed J-12, N-22, P-20)."""
    return Version(
        id=state.new_id(),
        created=now,
        updated=now,
        nbf=now - 600,
        exp=certificates.months_after(now, months_of(pending.policy)),
        enabled=False,
        tags=dict(pending.tags),
        policy=pending.policy,
        keep_order=pending.keep_order,
    )


def _policy(call: Call, record: Record | None) -> Members:
    """The policy that a create carries replaces the stored one at once (KVC-CRE-007; observed N-8, J-16, P-11)."""
    sent = call.body.get("policy")
    if sent is None and record is not None:
        return record.policy
    if sent is None:
        raise bad_property("policy")  # KVC-CRE-006; code: S-01
    complete = policies.complete(policies.members(sent, "policy"))
    return policies.dated(complete, record.policy if record else None, call.now)


def _check_issuer(state: State, policy: Members) -> None:
    """KVC-CRE-040 fixes the refusal of an issuer that is not there, not its code (S-02); of a disabled one S-47."""
    name = str(policies.members(policy["issuer"], "issuer")["name"])
    if kind_of(name) is not IssuerKind.PARTNER:
        return
    issuer = state.issuers.get(name.lower())
    if issuer is None:
        raise bad_property("policy.issuer.name", f"Issuer {name} was not found.")
    if not policies.members(issuer.get("attributes"), "attributes").get("enabled", True):
        raise bad_property("policy.issuer.name", f"Issuer {name} is disabled.")


def _location(call: Call, record: Record, pending: Pending) -> dict[str, str]:
    path = f"{call.vault}/certificates/{record.name}/pending"
    return {"location": f"{path}?api-version={call.api}&request_id={pending.request_id}"}
