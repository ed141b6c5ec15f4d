"""Backup and restore: all versions of a name in one sealed blob.

Not here: the seal (adapters.blobs).
"""

from __future__ import annotations

import copy
from typing import Any

from certlife.adapters import blobs
from certlife.adapters.memory import agenda, shown
from certlife.adapters.memory.access import held, living
from certlife.adapters.memory.errors import RefusedError, bad_property, being_deleted, name_taken, restore_conflict
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Key, Members, Record, Stage, State, Version
from certlife.model.values import Answer
from cryptography.hazmat.primitives import serialization

_MOST_VERSIONS = 500  # KVC-LIM-011


def backup(state: State, call: Call) -> Answer:
    """Answer POST /certificates/{name}/backup, of a stub too; an operation is not in it (observed P-67, J-58, J-61)."""
    record = living(state, call)
    if len(record.versions) > _MOST_VERSIONS:
        raise RefusedError(
            400, "BadParameter", f"Certificates with more than {_MOST_VERSIONS} versions are not backed up."
        )
    document: dict[str, Any] = {
        "name": record.name,
        "policy": record.policy,
        "versions": [_written(version) for version in record.versions],
        "placeholder": _written(record.placeholder) if record.placeholder else None,
    }
    return shown.ok({"value": blobs.seal(document, _secret(state), call.now)})


def restore(state: State, call: Call) -> Answer:
    """Answer POST /certificates/restore: as it was, with its versions and times, without operation (observed P-68, J-60).

    A name that is in use, or deleted, or was purged a moment ago is a conflict (observed P-69, J-59; S-25, F-06).
    """
    value = call.body.get("value")
    if not isinstance(value, str):  # KVC-BAK-003
        raise bad_property("value")
    try:
        record = _record(blobs.unseal(value, _secret(state)))
    except (blobs.BlobMalformed, LookupError, TypeError, AttributeError, ValueError):  # whoever knows the key can seal anything
        raise RefusedError(400, "Malformed backup blob", blobs.MALFORMED) from None
    there = state.records.get(record.name.lower())
    if there is not None and there.stage is Stage.DELETING:
        raise being_deleted()
    if held(state, record.name):
        raise name_taken(record.name)
    if there is not None:
        raise restore_conflict(f"{call.vault}/certificates/{record.name}/{record.current.id}")
    state.records[record.name.lower()] = record
    state.touch(record.name)
    agenda.schedule_lifetime(state, record, call.now)
    for version in record.versions[-1:]:
        agenda.schedule_expiry(state, record, version, call.now)
    return shown.ok(shown.bundle(state, call, record, record.current))


def _secret(state: State) -> bytes:
    """Any vault of the same geography can restore (KVC-BAK-005)."""
    return state.settings.geography.encode()


def _record(document: dict[str, Any]) -> Record:
    policy: Members = copy.deepcopy(document["policy"])
    x509 = members(policy["x509_props"], "x509_props")
    if x509.get("sans") == {}:
        del x509["sans"]  # observed P-68, J-33
    stub = document["placeholder"]
    return Record(
        name=document["name"],
        policy=policy,
        versions=[_read(version) for version in document["versions"]],
        placeholder=_read(stub) if stub else None,
    )


def _written(version: Version) -> dict[str, Any]:
    return {
        "id": version.id,
        "created": version.created,
        "updated": version.updated,
        "nbf": version.nbf,
        "exp": version.exp,
        "enabled": version.enabled,
        "tags": dict(version.tags),
        "chain": [link.hex() for link in version.chain],
        "key": _key_text(version.key),
        "policy": version.policy,
        "keep_order": version.keep_order,
    }


def _read(written: dict[str, Any]) -> Version:
    chain = [bytes.fromhex(link) for link in written["chain"]]
    key = written["key"]
    parts = {**written, "chain": chain, "key": None if key is None else _key(key)}
    return Version(**parts)


def _key_text(key: Key) -> str | None:
    if key is None:
        return None
    form, bare = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    text: bytes = key.private_bytes(serialization.Encoding.PEM, form, bare)
    return text.decode()


def _key(text: str) -> Key:
    return serialization.load_pem_private_key(text.encode(), None, unsafe_skip_rsa_key_validation=True)
