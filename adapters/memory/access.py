"""Who is let through to a name: the living record, or the refusal that its stage calls for.

Not here: what is done with the record. Where the documents are silent, the same stage refuses with the same words.
"""

from __future__ import annotations

import re
from typing import Final

from certlife.adapters.memory.errors import (
    bad_parameter,
    bad_property,
    being_deleted,
    being_recovered,
    deleted_but_recoverable,
    name_taken,
    not_found,
)
from certlife.adapters.memory.state import Call, Record, Stage, State, Version, find
from certlife.model.values import Json

NAME: Final = re.compile(r"[0-9a-zA-Z-]{1,127}")  # KVC-NAM-001, KVC-NAM-002
_MOST_TAGS, _TAG_MOST = 15, 256  # S-34: of certificates unknown; those of keys


def living(state: State, call: Call) -> Record:
    """Return the record of a name that is neither deleted nor on its way there or back.

    Raises: RefusedError: 404; the service answers so at once after a DELETE, and until a recovery has ended
    (observed J-43, J-53, N-48).
    """
    record = find(state, call.name)
    if record is None or record.stage is not Stage.LIVE:
        raise not_found("certificate", call.name)
    return record


def living_version(state: State, call: Call) -> tuple[Record, Version]:
    """Return a living record and the version that the path asks for, or the current one.

    Raises: RefusedError: 404.
    """
    record = find(state, call.name)
    version = record.version(call.version) if record is not None and record.stage is Stage.LIVE else None
    if record is None or version is None:
        raise not_found("certificate", call.name, call.version)
    return record, version


def free(state: State, call: Call) -> Record | None:
    """Return the living record that gets a further version, None for a name that is free.

    Raises: RefusedError: 400, no such name is allowed; 409, the name is taken by a key or a secret (KVC-NAM-004), by
    something deleted (KVC-CRE-014, KVC-IMP-035), or on its way (S-04; field notes F-03, F-04).
    """
    if not NAME.fullmatch(call.name):
        raise bad_parameter(f"The request URI contains an invalid name: {call.name}")
    record = find(state, call.name)
    if record is None and held(state, call.name):
        raise name_taken(call.name)
    if record is None:
        return None
    check_alive(record)
    return record


def check_alive(record: Record) -> None:
    """Let a living record pass.

    Raises: RefusedError: 409, it is deleted, or on its way there or back.
    """
    if record.stage in (Stage.DELETING, Stage.PURGING):
        raise being_deleted()
    if record.stage is Stage.DELETED:
        raise deleted_but_recoverable(record.name)
    if record.stage is Stage.RECOVERING:
        raise being_recovered()


def held(state: State, name: str) -> bool:
    """Whether a key or a secret of its own has the name."""
    return any((kind, name.lower()) in state.parts for kind in ("keys", "secrets"))


def tags_of(call: Call) -> dict[str, str] | None:
    """Return the tags that a request carries; None where it says nothing about them.

    Raises: RefusedError: they are no dictionary of texts, or too many.
    """
    sent = call.body.get("tags")
    if sent is None:
        return None
    if not isinstance(sent, dict) or len(sent) > _MOST_TAGS:
        raise bad_property("tags")
    if not all(isinstance(value, str) and max(len(name), len(value)) <= _TAG_MOST for name, value in sent.items()):
        raise bad_property("tags")
    return {name: str(value) for name, value in sent.items()}


def enabled_of(call: Call) -> bool | None:
    """Return what a request says about `enabled`; nbf and exp are the certificate's own (observed P-13, P-34).

    Raises: RefusedError: `attributes` or `enabled` is of another type.
    """
    attributes: Json = call.body.get("attributes")
    if attributes is None:
        return None
    if not isinstance(attributes, dict):
        raise bad_property("attributes")
    enabled = attributes.get("enabled")
    if enabled is not None and not isinstance(enabled, bool):
        raise bad_property("attributes.enabled")
    return enabled


def flag_of(call: Call, name: str) -> bool | None:
    """Return a boolean member of the body, None where it is not there.

    Raises: RefusedError: it is of another type.
    """
    value = call.body.get(name)
    if value is not None and not isinstance(value, bool):
        raise bad_property(name)
    return value
