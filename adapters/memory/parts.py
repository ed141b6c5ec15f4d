"""Keys and secrets as such: those of certificates are read and listed and can not be changed; others can be made.

Others are here because they hold a name that a certificate then can not have (KVC-NAM-004). Little is known of them: no
deleted ones are kept, nothing is done with a key. Not here: the key and the secret of a certificate (linked).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from certlife.adapters import keys
from certlife.adapters.extensions import PropertyMalformed
from certlife.adapters.memory import linked, lists, shown
from certlife.adapters.memory.access import NAME, check_alive, enabled_of, tags_of
from certlife.adapters.memory.errors import (
    RefusedError,
    bad_parameter,
    bad_property,
    forbidden,
    not_found,
)
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Members, Part, Stage, State, Version, find
from certlife.model.values import Answer, Json

KEYS: Final = "keys"
SECRETS: Final = "secrets"
_ONE: Final = {KEYS: "key", SECRETS: "secret"}
_VALUE_MOST, _TYPE_MOST = 25_000, 255  # KVC-LIM-008, KVC-LIM-009
_ALL_USAGES: Final = ("digitalSignature", "dataEncipherment", "keyEncipherment")


def set_secret(state: State, call: Call) -> Answer:
    """Answer PUT /secrets/{name} with the secret; each is a new version."""
    _own(state, call, SECRETS)
    value, kind = call.body.get("value"), call.body.get("contentType")
    if not isinstance(value, str) or len(value.encode()) > _VALUE_MOST:
        raise bad_property("value")
    if kind is not None and not (isinstance(kind, str) and len(kind) <= _TYPE_MOST):
        raise bad_property("contentType")
    part = _part(state, call, value=value, content_type=kind)
    _add(state, call, SECRETS, part)
    return shown.ok(_shown(state, call, SECRETS, part))


def create_key(state: State, call: Call) -> Answer:
    """Answer POST /keys/{name}/create with the key; each is a new version."""
    _own(state, call, KEYS)
    kty, size, curve = call.body.get("kty"), call.body.get("key_size"), call.body.get("crv")
    if not isinstance(kty, str) or not isinstance(curve, str | None) or not isinstance(size, int | None):
        raise bad_property("kty")
    part = _part(state, call, hsm=kty.endswith("-HSM"))
    try:
        part.key = state.keys.make(kty, size, curve)
    except (PropertyMalformed, ValueError):
        raise bad_property("kty") from None
    _add(state, call, KEYS, part)
    return shown.ok(_shown(state, call, KEYS, part))


def update(kind: str) -> Callable[[State, Call], Answer]:
    """Answer PATCH of a key or a secret of its own."""

    def answer(state: State, call: Call) -> Answer:
        _own(state, call, kind)
        part = found(state, call, kind)
        enabled, tags = enabled_of(call), tags_of(call)
        part.enabled = part.enabled if enabled is None else enabled
        part.tags = part.tags if tags is None else tags
        part.updated = call.now
        return shown.ok(_shown(state, call, kind, part, whole=kind == KEYS))

    return answer


def delete(kind: str) -> Callable[[State, Call], Answer]:
    """Answer DELETE of a key or a secret of its own: it is gone for good, and its name is free."""

    def answer(state: State, call: Call) -> Answer:
        _own(state, call, kind)
        part = found(state, call, kind)
        del state.parts[kind, call.name.lower()]
        return shown.ok(_shown(state, call, kind, part, whole=kind == KEYS))

    return answer


def get(kind: str, linked_one: Callable[[State, Call], Answer]) -> Callable[[State, Call], Answer]:
    """Answer GET of a key or a secret: one of its own, else the one that is linked to a certificate."""

    def answer(state: State, call: Call) -> Answer:
        if (kind, call.name.lower()) not in state.parts:
            return linked_one(state, call)
        part = found(state, call, kind)
        if not part.enabled:
            one = _ONE[kind]
            raise forbidden(f"Operation get is not allowed on a disabled {one}.", f"{one.capitalize()}Disabled")
        return shown.ok(_shown(state, call, kind, part))

    return answer


def listed(kind: str) -> Callable[[State, Call], Answer]:
    """Answer GET of all keys or secrets, those of certificates too (observed P-83)."""

    def answer(state: State, call: Call) -> Answer:
        managed = {
            name: _linked_item(state, call, kind, record.name, record.current, versioned=False)
            for name, record in state.records.items()
            if record.stage is Stage.LIVE and record.versions
        }
        own = {
            name: _item(state, call, kind, versions[-1], versioned=False)
            for (one, name), versions in state.parts.items()
            if one == kind
        }
        every = managed | own
        return lists.page(call, every, every.__getitem__)

    return answer


def versions(kind: str) -> Callable[[State, Call], Answer]:
    """Answer GET of all versions of a key or a secret; an unknown name has none, as of certificates."""

    def answer(state: State, call: Call) -> Answer:
        record = find(state, call.name)
        items = {
            part.id: _item(state, call, kind, part, versioned=True)
            for part in state.parts.get((kind, call.name.lower()), ())
        }
        if record is not None and record.stage is Stage.LIVE:
            items |= {
                one.id: _linked_item(state, call, kind, record.name, one, versioned=True) for one in record.versions
            }
        return lists.page(call, items, items.__getitem__)

    return answer


def found(state: State, call: Call, kind: str) -> Part:
    """Return the version that the path asks for, or the newest.

    Raises: RefusedError: 404.
    """
    every = state.parts.get((kind, call.name.lower()), [])
    wanted = [part for part in every if call.version.lower() in ("", part.id)]
    if not wanted:
        raise not_found(_ONE[kind], call.name, call.version)
    return wanted[-1]


def _own(state: State, call: Call, kind: str) -> None:
    """See that a name is not a certificate's.

    Raises: RefusedError: 400, no such name; 403, it is managed (KVC-OBJ-005, field note F-07; of keys inferred from it,
    S-57); 409, it belongs to a deleted certificate, or to one on its way (KVC-DEL-006, S-23).
    """
    if not NAME.fullmatch(call.name):
        raise bad_parameter(f"The request URI contains an invalid name: {call.name}")
    record = find(state, call.name)
    if record is None:
        return
    check_alive(record)
    raise _managed(_ONE[kind], call.name)


def _managed(kind: str, name: str) -> RefusedError:
    text = f"{kind.capitalize()} {name} is managed by Key Vault, it can only be changed through its certificate."
    return forbidden(text, f"{kind.capitalize()}ManagedByKeyVault")


def _part(state: State, call: Call, *, value: str = "", content_type: str | None = None, hsm: bool = False) -> Part:
    tags, enabled = tags_of(call), enabled_of(call)
    return Part(
        name=call.name,
        id=state.new_id(),
        created=call.now,
        updated=call.now,
        enabled=enabled is not False,
        tags=tags or {},
        value=value,
        content_type=content_type,
        hsm=hsm,
    )


def _add(state: State, call: Call, kind: str, part: Part) -> None:
    state.parts.setdefault((kind, call.name.lower()), []).append(part)


def _shown(state: State, call: Call, kind: str, part: Part, *, whole: bool = True) -> Members:
    path = f"{call.vault}/{kind}/{part.name}/{part.id}"
    rest: Members = {"attributes": _attributes(state, call, part)}
    rest |= {"tags": dict(part.tags)} if part.tags else {}
    if kind == KEYS:
        jwk = keys.jwk(part.key, path, _ALL_USAGES, hsm=part.hsm)
        key: dict[str, Json] = {name: linked.plain(one) for name, one in jwk.items()}
        return {"key": key, **rest}
    value: Members = {"value": part.value} if whole else {}
    form: Members = {} if part.content_type is None else {"contentType": part.content_type}
    return {**value, **form, "id": path, **rest}


def _item(state: State, call: Call, kind: str, part: Part, *, versioned: bool) -> Members:
    path = f"{call.vault}/{kind}/{part.name}" + (f"/{part.id}" if versioned else "")
    item: Members = {} if kind == KEYS or part.content_type is None else {"contentType": part.content_type}
    item |= {"kid" if kind == KEYS else "id": path, "attributes": _attributes(state, call, part)}
    return item | ({"tags": dict(part.tags)} if part.tags else {})


def _linked_item(state: State, call: Call, kind: str, name: str, version: Version, *, versioned: bool) -> Members:
    path = f"{call.vault}/{kind}/{name}" + (f"/{version.id}" if versioned else "")
    form = members(version.policy.get("secret_props"), "secret_props").get("contentType")
    item: Members = {"contentType": form} if kind == SECRETS else {}
    item |= {"kid" if kind == KEYS else "id": path, "attributes": shown.attributes(state, call, version)}
    return item | ({"tags": dict(version.tags)} if version.tags else {}) | {"managed": True}


def _attributes(state: State, call: Call, part: Part) -> Members:
    attributes: Members = {"enabled": part.enabled, "created": part.created, "updated": part.updated}
    attributes["recoveryLevel"] = state.settings.recovery_level
    if call.since("7.1-preview"):
        attributes["recoverableDays"] = state.settings.retention_days if state.settings.soft_delete else 0
    return attributes
