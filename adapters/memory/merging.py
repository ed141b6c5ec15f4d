"""Merge: a certificate that somebody else signed meets the key of its operation.

Not here: reading the chain (adapters.certificates), what the new version does then (issuance).
"""

from __future__ import annotations

from certlife.adapters import certificates, files
from certlife.adapters.memory import shown
from certlife.adapters.memory.access import enabled_of, tags_of
from certlife.adapters.memory.errors import bad_parameter, bad_property, forbidden
from certlife.adapters.memory.issuance import complete
from certlife.adapters.memory.operations import operation_of
from certlife.adapters.memory.state import Call, Key, Pending, State
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind


def merge(state: State, call: Call) -> Answer:
    """Answer POST /certificates/{name}/pending/merge: 201 with the certificate (observed N-37, J-28, P-44).

    Validity, subject and extensions of what is merged are its signer's business (observed N-39, P-46).
    """
    record, pending = operation_of(state, call)
    _allowed(pending)
    chain = _chain(call, pending.key)
    tags, enabled = tags_of(call), enabled_of(call)
    version = complete(state, record, pending, chain, call.now)
    if tags:  # KVC-MRG-011
        version.tags = tags
    if enabled is not None:
        version.enabled = enabled
    location = f"{call.vault}/certificates/{record.name}?api-version={call.api}"
    return Answer(201, shown.bundle(state, call, record, version), {"location": location})


def _allowed(pending: Pending) -> None:
    """An issuer's operation only once it was cancelled or has failed (KVC-MRG-006, KVC-MRG-007, C-04).

    Of Self and of completed operations nothing is said (S-09): refused like those.
    """
    if pending.running and pending.kind is not IssuerKind.UNKNOWN:
        raise forbidden(
            f"Merge is forbidden on pending object created with issuer : {pending.issuer} while it is in progress."
        )
    if pending.status == "completed" or (not pending.running and pending.kind is IssuerKind.SELF):
        raise forbidden(f"Merge is forbidden on pending object with status : {pending.status}.")


def _chain(call: Call, key: Key) -> list[bytes]:
    """Return the chain, the key's own certificate first.

    Raises: RefusedError: 400, it can not be read, or has no certificate of the key (observed P-47).
    """
    x5c = call.body.get("x5c")
    if not isinstance(x5c, list) or not x5c or not all(isinstance(link, str) for link in x5c):  # KVC-MRG-003
        raise bad_property("x5c")
    links = [str(link) for link in x5c]
    try:
        place, found = certificates.leaf_of(links, key), certificates.certificates_in(links)
    except certificates.CertificateMalformed:
        raise bad_parameter("The specified X.509 certificate content can not be read.") from None
    if place is None:
        raise bad_parameter(files.MISMATCH)
    return [found.pop(place), *found]
