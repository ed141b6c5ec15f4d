"""How a version comes to be: its key, its certificate, its place in the record.

Not here: when (drift), at whose request (creation, merging, importing).
"""

from __future__ import annotations

from certlife.adapters import certificates
from certlife.adapters.memory import agenda, outbox
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Key, Members, Pending, Record, State, Version
from certlife.model.vocabulary import IssuerKind


def kind_of(issuer: str) -> IssuerKind:
    """Return who signs for an issuer's name: the vault itself, somebody outside, or a CA."""
    return {"self": IssuerKind.SELF, "unknown": IssuerKind.UNKNOWN}.get(issuer.lower(), IssuerKind.PARTNER)


def months_of(policy: Members) -> int:
    """Return the validity that a policy asks for."""
    months = members(policy["x509_props"], "x509_props").get("validity_months")
    return months if isinstance(months, int) else 12


def new_key(state: State, record: Record | None, policy: Members) -> Key:
    """Make the key of the next version, or take that of the current one (KVC-POL-012).

    With another type or size a key can not be reused; a new one is made then (S-41).
    """
    wanted = members(policy["key_props"], "key_props")
    before = record.versions[-1] if record is not None and record.versions else None
    if before is not None and wanted.get("reuse_key"):
        had = members(before.policy.get("key_props"), "key_props")
        if all(had.get(name) == wanted.get(name) for name in ("kty", "key_size", "crv")):
            return before.key
    kty, size, curve = str(wanted["kty"]), wanted.get("key_size"), wanted.get("crv")
    return state.keys.make(
        kty.removesuffix("-HSM"), size if isinstance(size, int) else None, str(curve) if curve else None
    )


def issue(state: State, record: Record, pending: Pending, at: int) -> Version:
    """Sign what a running operation asks for and complete it (observed P-90 to P-94, J-14)."""
    if pending.kind is IssuerKind.SELF:
        chain = [certificates.self_signed(pending.key, pending.policy, at, state.new_number())]
    else:
        chain = state.ca.issue(pending.csr, at, months_of(pending.policy))
    return complete(state, record, pending, chain, at)


def complete(state: State, record: Record, pending: Pending, chain: list[bytes], at: int) -> Version:
    """Turn a signed certificate into the current version, and end the operation with it (observed N-11, N-38)."""
    stub = record.placeholder
    version = version_of(state, chain, pending.key, pending.policy, at)
    # J-15: the tags of the create; those that a stub was given since are newer (J-35), what becomes of them unrecorded
    version.tags = dict(stub.tags if stub is not None and stub.tags else pending.tags)
    version.enabled = pending.enabled
    version.keep_order = pending.keep_order
    pending.status, pending.details, pending.error = "completed", None, None
    pending.due = None
    pending.turn += 1
    # F-02: where a cancellation came too late, later polls show completed with the flag false
    pending.cancellation_requested = False
    add(state, record, version, at)
    return version


def version_of(state: State, chain: list[bytes], key: Key, policy: Members, at: int) -> Version:
    """Make a version; nbf and exp are the certificate's (observed P-29)."""
    nbf, exp = certificates.times_of(chain[0])
    return Version(
        id=state.new_id(), created=at, updated=at, nbf=nbf, exp=exp, chain=list(chain), key=key, policy=policy
    )


def add(state: State, record: Record, version: Version, at: int) -> None:
    """Make a version the current one; the placeholder is gone (observed J-14, S-05)."""
    record.placeholder = None
    record.versions.append(version)
    record.turn += 1
    outbox.event(state, record, version, "NewVersionCreated", at)
    agenda.schedule_lifetime(state, record, at)
    agenda.schedule_expiry(state, record, version, at)
