"""How the vault's records look in a body: which members, in which order (observed, parts C, G, P of the facts).

Not here: which records are shown to whom.
"""

from __future__ import annotations

import base64

from certlife.adapters import certificates
from certlife.adapters.memory.state import Call, Members, Pending, Record, State, Version
from certlife.model.values import Answer, Json

RETRY = {"retry-after": "10"}
_MERGE = "Pending certificate created. Please Perform Merge to complete the request."
_WAIT = (
    "Pending certificate created. Certificate request is in progress. This may take some time based on the issuer "
    "provider. Please check again later."
)


def details_of(issuer: str) -> str:
    """Return the status_details of an operation that has begun (observed N-5, J-2, J-3)."""
    return _MERGE if issuer.lower() == "unknown" else _WAIT


def attributes(state: State, call: Call, version: Version, *, recovery: bool = True) -> Members:
    """Show a version's attributes; list items leave out the recovery (observed P-30)."""
    shown: Members = {
        "enabled": version.enabled,
        "nbf": version.nbf,
        "exp": version.exp,
        "created": version.created,
        "updated": version.updated,
    }
    if recovery:
        shown["recoveryLevel"] = state.settings.recovery_level
        if call.since("7.1-preview"):
            shown["recoverableDays"] = state.settings.retention_days if state.settings.soft_delete else 0
    return shown


def policy(call: Call, record: Record) -> Members:
    """Show the policy of a name; it has one for all versions (KVC-OBJ-024)."""
    return {"id": f"{call.vault}/certificates/{record.name}/policy", **record.policy}


def version_parts(state: State, call: Call, record: Record, version: Version) -> Members:
    """Show a version alone, as it looks under its own identifier (observed N-24, P-26)."""
    path = f"{record.name}/{version.id}"
    shown: Members = {"id": f"{call.vault}/certificates/{path}"}
    if version.chain:
        shown["kid"] = f"{call.vault}/keys/{path}"
        shown["sid"] = f"{call.vault}/secrets/{path}"
        shown["x5t"] = certificates.thumbprint(version.chain[0])
        shown["cer"] = base64.b64encode(version.chain[0]).decode()
    shown["attributes"] = attributes(state, call, version)
    if version.tags:
        shown["tags"] = dict(version.tags)
    return shown


def bundle(
    state: State, call: Call, record: Record, version: Version, *, with_policy: bool = True, with_pending: bool = True
) -> Members:
    """Show a certificate; `pending` stands exactly where an operation exists (observed P-24, N-64)."""
    shown = version_parts(state, call, record, version)
    if call.since("7.6-preview.2"):
        shown["preserveCertOrder"] = version.keep_order
    if with_policy:
        shown["policy"] = policy(call, record)
    if with_pending and record.pending is not None:
        shown["pending"] = {"id": f"{call.vault}/certificates/{record.name}/pending"}
    return shown


def deleted_bundle(state: State, call: Call, record: Record) -> Members:
    """Show a deleted certificate: its record first, then the bundle as it was (observed N-45, P-59)."""
    return {**deletion(call, record), **bundle(state, call, record, record.current)}


def deletion(call: Call, record: Record) -> Members:
    """Show when a name was deleted, and until when it is kept."""
    return {
        "recoveryId": f"{call.vault}/deletedcertificates/{record.name}",
        "deletedDate": record.deleted_date,
        "scheduledPurgeDate": record.purge_date,
    }


def operation(call: Call, record: Record, pending: Pending) -> Members:
    """Show an operation (observed N-3, P-2); of the issuer only the name (N-4)."""
    shown: Members = {
        "id": f"{call.vault}/certificates/{record.name}/pending",
        "issuer": {"name": pending.issuer},
        "csr": pending.csr,
        "cancellation_requested": pending.cancellation_requested,
        "status": pending.status,
    }
    if pending.details is not None:
        shown["status_details"] = pending.details
    if pending.error is not None:
        shown["error"] = pending.error
    if pending.status == "completed":
        shown["target"] = f"{call.vault}/certificates/{record.name}"
    if call.since("7.6-preview.2"):
        shown["preserveCertOrder"] = pending.keep_order
    shown["request_id"] = pending.request_id
    return shown


def item(state: State, call: Call, record: Record, version: Version, *, versioned: bool) -> Members:
    """Show a certificate in a list; the subject is always empty (observed P-71, J-63, J-66)."""
    path = f"{record.name}/{version.id}" if versioned else record.name
    shown: Members = {"id": f"{call.vault}/certificates/{path}"}
    if version.chain:
        shown["x5t"] = certificates.thumbprint(version.chain[0])
    shown["attributes"] = attributes(state, call, version, recovery=False)
    if version.tags:
        shown["tags"] = dict(version.tags)
    if version.chain or record.pending is not None:  # observed J-64: gone where the operation was deleted
        shown["subject"] = ""
    return shown


def deleted_item(state: State, call: Call, record: Record) -> Members:
    """Show a deleted certificate in a list (observed P-62, J-65)."""
    shown = {**deletion(call, record), "id": f"{call.vault}/certificates/{record.name}"}
    if record.current.chain:
        shown["x5t"] = certificates.thumbprint(record.current.chain[0])
    shown["attributes"] = attributes(state, call, record.current)
    if record.current.tags:
        shown["tags"] = dict(record.current.tags)
    return shown


def ok(body: Json) -> Answer:
    """Answer 200."""
    return Answer(200, body)
