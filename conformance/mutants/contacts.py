"""Mutants that keep the contacts wrongly."""

from __future__ import annotations

from certlife.adapters.memory import shown
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, State
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import asking_also, showing_also, showing_less
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.SET_CONTACTS, rules="SHOW-141")
def second_list_of_contacts_is_lost(original: Handler, state: State, call: Call) -> Answer:
    """Contacts that are set once can not be replaced: a second list is answered, and lost."""
    before, answer = state.contacts, original(state, call)
    if before is not None:
        state.contacts = before
    return answer


@answering(Operation.SET_CONTACTS, rules="SHOW-141")
def contacts_are_added(original: Handler, state: State, call: Call) -> Answer:
    """Contacts that are set are added to those that are there."""
    sent = call.body.get("contacts")
    return original(state, asking_also(call, contacts=[*(state.contacts or []), *sent]) if isinstance(sent, list) else call)


@answering(Operation.SET_CONTACTS, rules="SHOW-141")
def contacts_are_sorted(original: Handler, state: State, call: Call) -> Answer:
    """Contacts are kept in an order of their own."""
    answer = original(state, call)
    state.contacts = sorted(state.contacts or [], key=str)
    return showing_also(answer, contacts=list(state.contacts))


@answering(Operation.SET_CONTACTS, rules="SHOW-141")
def contacts_lose_their_phone(original: Handler, state: State, call: Call) -> Answer:
    """Of a contact only email and name are kept."""
    answer = original(state, call)
    state.contacts = [{k: v for k, v in members(one, "contacts").items() if k != "phone"} for one in state.contacts or []]
    return showing_also(answer, contacts=list(state.contacts))


@answering(Operation.SET_CONTACTS, rules="CONT-01")
def contacts_are_set_with_204(original: Handler, state: State, call: Call) -> Answer:
    """Contacts that are set are answered with 204."""
    original(state, call)
    return Answer(204)


@answering(Operation.GET_CONTACTS, rules="CONT-03")
def no_contacts_are_an_empty_list(original: Handler, state: State, call: Call) -> Answer:
    """Where no contacts were set, an empty list is shown."""
    if state.contacts is not None:
        return original(state, call)
    return shown.ok({"id": f"{call.vault}/certificates/contacts", "contacts": []})


@answering(Operation.GET_CONTACTS, rules="SHOW-140")
def contacts_have_no_identifier(original: Handler, state: State, call: Call) -> Answer:
    """Contacts are shown without their identifier."""
    return showing_less(original(state, call), "id")


@answering(Operation.DELETE_CONTACTS, rules="CONT-03")
def deleted_contacts_are_still_there(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of the contacts is granted, and they stay."""
    before, answer = state.contacts, original(state, call)
    state.contacts = before
    return answer


@answering(Operation.DELETE_CONTACTS, rules="SHOW-141")
def deletion_of_contacts_shows_none(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of the contacts is answered with an empty list."""
    return showing_also(original(state, call), contacts=[])


@answering(Operation.DELETE_CONTACTS, rules="CONT-05")
def no_contacts_can_be_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of contacts where there are none is answered with 204."""
    return Answer(204) if state.contacts is None else original(state, call)
