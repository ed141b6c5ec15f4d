"""Issuer objects (observed P-78 to P-81, N-54, N-55, N-65, J-69).

Not here: what an issuer does with an order (agenda, drift), the list of them (lists).
"""

from __future__ import annotations

import copy
import re
from typing import Final

from certlife.adapters.memory import shown
from certlife.adapters.memory.errors import RefusedError, bad_parameter, bad_property
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Members, State
from certlife.model.values import Answer, Json

_NAME: Final = re.compile(r"[0-9a-zA-Z-]{1,127}")  # S-20: as for other objects
_CREDENTIALS: Final = ("account_id", "pwd")
_PERSON: Final = ("first_name", "last_name", "email", "phone")
_RESERVED: Final = ("self", "unknown")


def set_issuer(state: State, call: Call) -> Answer:
    """Answer PUT /certificates/issuers/{name}: added or replaced, `created` stays (observed P-78, P-79, N-65)."""
    if not _NAME.fullmatch(call.name) or call.name.lower() in _RESERVED:
        raise bad_parameter(f"The request URI contains an invalid name: {call.name}")
    if not isinstance(call.body.get("provider"), str) or not call.body["provider"]:  # KVC-ISS-002
        raise bad_property("provider")
    before = state.issuers.get(call.name.lower())
    created = members(before["attributes"], "attributes").get("created") if before else call.now
    issuer: Members = {"name": before["name"] if before else call.name, "provider": call.body["provider"]}
    issuer |= {"attributes": {"enabled": True, "created": created, "updated": call.now}}
    _take(issuer, call)
    state.issuers[call.name.lower()] = issuer
    return shown.ok(_shown(call, issuer))


def update_issuer(state: State, call: Call) -> Answer:
    """Answer PATCH /certificates/issuers/{name}: what is given changes, the rest stays (observed P-80, J-69)."""
    issuer = copy.deepcopy(_found(state, call))
    provider = call.body.get("provider")
    if provider is not None:
        if not isinstance(provider, str) or not provider:
            raise bad_property("provider")
        issuer["provider"] = provider
    _take(issuer, call)
    issuer["attributes"] = {**members(issuer["attributes"], "attributes"), "updated": call.now}
    state.issuers[call.name.lower()] = issuer
    return shown.ok(_shown(call, issuer))


def get_issuer(state: State, call: Call) -> Answer:
    """Answer GET /certificates/issuers/{name}."""
    return shown.ok(_shown(call, _found(state, call)))


def delete_issuer(state: State, call: Call) -> Answer:
    """Answer DELETE /certificates/issuers/{name}: gone for good, even if policies name it (observed N-55, P-81)."""
    issuer = _found(state, call)
    del state.issuers[call.name.lower()]
    return shown.ok(_shown(call, issuer))


def _found(state: State, call: Call) -> Members:
    issuer = state.issuers.get(call.name.lower())
    if issuer is None:
        raise RefusedError(404, "CertificateIssuerNotFound", "Issuer not found")
    return issuer


def _take(issuer: Members, call: Call) -> None:
    """Take over what a request says; a password is not kept, for it is never shown (observed P-78, N-54)."""
    for name in ("credentials", "org_details"):
        if call.body.get(name) is not None:
            issuer[name] = copy.deepcopy(members(call.body[name], name))
    if "credentials" in issuer:
        sent = _texts(members(issuer["credentials"], "credentials"), "credentials", _CREDENTIALS)
        issuer["credentials"] = {name: value for name, value in sent.items() if name != "pwd"}
    if "org_details" in issuer:
        issuer["org_details"] = _organisation(members(issuer["org_details"], "org_details"))
    enabled = members(call.body.get("attributes"), "attributes").get("enabled")
    if enabled is not None:
        if not isinstance(enabled, bool):
            raise bad_property("attributes.enabled")
        issuer["attributes"] = {**members(issuer["attributes"], "attributes"), "enabled": enabled}


def _organisation(sent: Members) -> Members:
    """The service adds `zip`, behind `id` (observed P-78, N-54)."""
    sent = _texts(sent, "org_details", ("id",))
    head: dict[str, Json] = {"id": sent["id"]} if "id" in sent else {}
    code = sent.get("zip", 0)
    if not isinstance(code, int) or isinstance(code, bool):
        raise bad_property("org_details.zip")
    rest = {name: value for name, value in sent.items() if name not in ("id", "zip")}
    if "admin_details" in rest:
        rest["admin_details"] = _people(rest["admin_details"])
    return {**head, "zip": code, **rest}


def _people(sent: Json) -> Json:
    where = "org_details.admin_details"
    if not isinstance(sent, list):
        raise bad_property(where)
    return [_texts(members(one, where), where, _PERSON) for one in sent]


def _texts(sent: Members, where: str, texts: tuple[str, ...]) -> Members:
    """The members that say something.

    Raises: RefusedError: one that has to be a text is none.
    """
    said: Members = {name: value for name, value in sent.items() if value is not None}
    for name in texts:
        if not isinstance(said.get(name, ""), str):
            raise bad_property(f"{where}.{name}")
    return said


def _shown(call: Call, issuer: Members) -> Members:
    parts: Members = {
        name: issuer[name] for name in ("provider", "credentials", "org_details", "attributes") if name in issuer
    }
    return {"id": f"{call.vault}/certificates/issuers/{issuer['name']}", **parts}
