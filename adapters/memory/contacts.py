"""The contacts of the vault (observed P-82, N-57, J-71).

Not here: what is written to them (outbox).
"""

from __future__ import annotations

from certlife.adapters.memory import shown
from certlife.adapters.memory.errors import RefusedError, bad_property
from certlife.adapters.memory.state import Call, Members, State
from certlife.model.values import Answer, Json


def set_contacts(state: State, call: Call) -> Answer:
    """Answer PUT /certificates/contacts: the list as a whole is replaced, its order kept."""
    sent = call.body.get("contacts")
    if not isinstance(sent, list) or not sent:
        raise bad_property("contacts")
    state.contacts = [_contact(one) for one in sent]
    return shown.ok(_shown(state, call))


def get_contacts(state: State, call: Call) -> Answer:
    """Answer GET /certificates/contacts."""
    return shown.ok(_shown(state, call))


def delete_contacts(state: State, call: Call) -> Answer:
    """Answer DELETE /certificates/contacts with the list as it was; without one 404, as GET (S-35)."""
    body = _shown(state, call)
    state.contacts = None
    return shown.ok(body)


def _contact(sent: Json) -> Members:
    if not isinstance(sent, dict):
        raise bad_property("contacts")
    shown_members: Members = {name: sent[name] for name in ("email", "name", "phone") if sent.get(name) is not None}
    if not all(isinstance(value, str) for value in shown_members.values()):
        raise bad_property("contacts")
    return shown_members


def _shown(state: State, call: Call) -> Members:
    if state.contacts is None:
        raise RefusedError(404, "ContactsNotFound", "Contacts not found")
    return {"id": f"{call.vault}/certificates/contacts", "contacts": list(state.contacts)}
