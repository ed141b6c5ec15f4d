"""Mutants that keep issuer objects wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import shown
from certlife.adapters.memory.errors import RefusedError, conflict
from certlife.adapters.memory.policy import members
from certlife.adapters.memory.state import Call, Members, State
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import (
    asking_also,
    asking_less,
    items_of,
    items_with,
    items_without,
    listing,
    members_of,
    showing_also,
    showing_in,
    showing_less,
)
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.SET_ISSUER, rules="ASKS-23")
def issuer_needs_no_provider(original: Handler, state: State, call: Call) -> Answer:
    """An issuer without a provider is accepted."""
    return original(state, call if "provider" in call.body else asking_also(call, provider="Test"))


@answering(Operation.SET_ISSUER, rules="ISSU-01")
def issuer_is_set_with_201(original: Handler, state: State, call: Call) -> Answer:
    """A new issuer is answered with 201."""
    return replace(original(state, call), status=201)


@answering(Operation.SET_ISSUER, rules="ISSU-01")
def issuer_can_not_be_set_twice(original: Handler, state: State, call: Call) -> Answer:
    """An issuer that is there can not be replaced."""
    if call.name.lower() in state.issuers:
        raise conflict(f"Issuer {call.name} exists already.")
    return original(state, call)


@answering(Operation.SET_ISSUER, rules="SHOW-132 SHOW-134")
def issuer_set_again_keeps_the_rest(original: Handler, state: State, call: Call) -> Answer:
    """An issuer that is set again keeps what is not given, as if it were updated."""
    before = state.issuers.get(call.name.lower(), {})
    kept = {name: before[name] for name in ("credentials", "org_details") if name in before and name not in call.body}
    return original(state, asking_also(call, **kept))


@answering(Operation.SET_ISSUER, rules="SHOW-137")
def issuer_set_again_moves_created(original: Handler, state: State, call: Call) -> Answer:
    """An issuer that is set again is as new: `created` moves."""
    before = state.issuers.pop(call.name.lower(), None)
    try:
        return original(state, call)
    except RefusedError:
        if before is not None:
            state.issuers[call.name.lower()] = before
        raise


@answering(Operation.SET_ISSUER, rules="SHOW-136")
def issuer_is_always_enabled(original: Handler, state: State, call: Call) -> Answer:
    """An issuer that is set as disabled is enabled."""
    return original(state, asking_less(call, "attributes"))


@answering(Operation.UPDATE_ISSUER, rules="SHOW-132 SHOW-134")
def issuer_update_replaces(original: Handler, state: State, call: Call) -> Answer:
    """An update of an issuer takes away what is not given, but for the provider."""
    issuer = state.issuers.get(call.name.lower())
    if issuer is not None:
        state.issuers[call.name.lower()] = {k: v for k, v in issuer.items() if k not in ("credentials", "org_details")}
    return original(state, call)


@answering(Operation.UPDATE_ISSUER, rules="SHOW-131")
def issuer_update_ignores_the_provider(original: Handler, state: State, call: Call) -> Answer:
    """The provider of an issuer can not be changed."""
    return original(state, asking_less(call, "provider"))


@answering(Operation.UPDATE_ISSUER, rules="SHOW-132")
def issuer_update_ignores_the_account(original: Handler, state: State, call: Call) -> Answer:
    """The credentials of an issuer can not be changed."""
    return original(state, asking_less(call, "credentials"))


@answering(Operation.UPDATE_ISSUER, rules="SHOW-138")
def issuer_update_leaves_updated_as_it_was(original: Handler, state: State, call: Call) -> Answer:
    """An update of an issuer does not move `updated`."""
    before = state.issuers.get(call.name.lower(), {})
    stamp = members(before.get("attributes"), "attributes").get("updated")
    answer = original(state, call)
    _stamp(state, call, updated=stamp)
    return showing_in(answer, "attributes", updated=stamp)


@answering(Operation.UPDATE_ISSUER, rules="SHOW-137")
def issuer_update_moves_created(original: Handler, state: State, call: Call) -> Answer:
    """An update of an issuer moves `created`."""
    answer = original(state, call)
    _stamp(state, call, created=call.now)
    return showing_in(answer, "attributes", created=call.now)


@answering(Operation.UPDATE_ISSUER, rules="ISSU-03")
def issuer_update_makes_the_issuer(original: Handler, state: State, call: Call) -> Answer:
    """An update of an issuer that is not there makes it."""
    if call.name.lower() in state.issuers:
        return original(state, call)
    stamps: Members = {"enabled": True, "created": call.now, "updated": call.now}
    state.issuers[call.name.lower()] = {"name": call.name, "provider": "Test", "attributes": stamps}
    return original(state, call)


@answering(Operation.GET_ISSUER, rules="SHOW-133")
def issuer_shows_its_password(original: Handler, state: State, call: Call) -> Answer:
    """An issuer is shown with its password."""
    answer = original(state, call)
    return showing_in(answer, "credentials", pwd="") if "credentials" in members_of(answer) else answer


@answering(Operation.GET_ISSUER, rules="SHOW-135")
def issuer_hides_its_administrators(original: Handler, state: State, call: Call) -> Answer:
    """An issuer is shown without the administrators of its organization."""
    answer = original(state, call)
    details = members_of(answer).get("org_details")
    if details is None:
        return answer
    return showing_also(answer, org_details={k: v for k, v in details.items() if k != "admin_details"})


@answering(Operation.GET_ISSUER, rules="SHOW-131")
def issuer_hides_its_provider(original: Handler, state: State, call: Call) -> Answer:
    """An issuer is shown without its provider."""
    return showing_less(original(state, call), "provider")


@answering(Operation.GET_ISSUER, rules="SHOW-130")
def issuer_has_no_identifier_of_its_own(original: Handler, state: State, call: Call) -> Answer:
    """An issuer is shown with the identifier of the list of issuers."""
    return showing_also(original(state, call), id=f"{call.vault}/certificates/issuers")


@answering(Operation.GET_ISSUER, rules="ISSU-04")
def issuer_in_other_case_is_not_found(original: Handler, state: State, call: Call) -> Answer:
    """Names of issuers are told apart by upper and lower case."""
    issuer = state.issuers.get(call.name.lower())
    if issuer is not None and issuer["name"] != call.name:
        raise RefusedError(404, "CertificateIssuerNotFound", "Issuer not found")
    return original(state, call)


@answering(Operation.GET_ISSUER, rules="ISSU-05")
def unknown_issuer_is_shown_empty(original: Handler, state: State, call: Call) -> Answer:
    """An issuer that is not there is answered with 200."""
    if call.name.lower() in state.issuers:
        return original(state, call)
    return shown.ok({"id": f"{call.vault}/certificates/issuers/{call.name}", "provider": "Test"})


@answering(Operation.DELETE_ISSUER, rules="ISSU-05 ISSU-09")
def deleted_issuer_is_still_there(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of an issuer is granted, and the issuer stays."""
    issuer, answer = state.issuers.get(call.name.lower()), original(state, call)
    if issuer is not None:
        state.issuers[call.name.lower()] = issuer
    return answer


@answering(Operation.DELETE_ISSUER, rules="ISSU-06")
def issuer_of_a_certificate_can_not_be_deleted(original: Handler, state: State, call: Call) -> Answer:
    """An issuer that a policy names can not be deleted."""
    if any(_issuer_of(record.policy) == call.name.lower() for record in state.records.values()):
        raise conflict(f"Issuer {call.name} is in use.")
    return original(state, call)


@answering(Operation.DELETE_ISSUER, rules="CERT-42 CERT-43")
def deletion_of_an_issuer_takes_its_certificates(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of an issuer takes the certificates away that it was to sign."""
    answer = original(state, call)
    for name, record in list(state.records.items()):
        if _issuer_of(record.policy) == call.name.lower():
            record.turn += 1
            record.pending = None
            del state.records[name]
    return answer


@answering(Operation.DELETE_ISSUER, rules="ISSU-06")
def issuer_is_deleted_with_204(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of an issuer is answered with 204."""
    original(state, call)
    return Answer(204)


@answering(Operation.DELETE_ISSUER, rules="ISSU-07")
def unknown_issuer_can_be_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A deletion of an issuer that is not there is answered with 204."""
    return original(state, call) if call.name.lower() in state.issuers else Answer(204)


@answering(Operation.LIST_ISSUERS, rules="SHOW-139 SHOW-142 SHOW-143")
def issuers_are_listed_whole(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list of issuers carry credentials."""
    return items_with(original(state, call), credentials={"account_id": "somebody"})


@answering(Operation.LIST_ISSUERS, rules="SHOW-131")
def issuers_are_listed_without_their_provider(original: Handler, state: State, call: Call) -> Answer:
    """The items of the list of issuers have no provider."""
    return items_without(original(state, call), "provider")


@answering(Operation.LIST_ISSUERS, rules="ISSU-08")
def newest_issuer_is_not_listed(original: Handler, state: State, call: Call) -> Answer:
    """The list of issuers leaves out the newest one."""
    answer = original(state, call)
    newest = list(state.issuers)[-1:]
    return listing(answer, [item for item in items_of(answer) if str(item["id"]).lower().rpartition("/")[2] not in newest])


@answering(Operation.LIST_ISSUERS, rules="ISSU-09")
def reserved_issuers_are_listed(original: Handler, state: State, call: Call) -> Answer:
    """The list of issuers holds one that nobody has set."""
    answer = original(state, call)
    item = {"id": f"{call.vault}/certificates/issuers/a0", "provider": "Test"}
    return listing(answer, [item, *items_of(answer)])


def _stamp(state: State, call: Call, **stamps: object) -> None:
    issuer = state.issuers.get(call.name.lower())
    if issuer is not None:
        attributes = members(issuer.get("attributes"), "attributes")
        attributes.update({name: stamp for name, stamp in stamps.items() if isinstance(stamp, int)})


def _issuer_of(policy: Members) -> str:
    return str(members(policy.get("issuer"), "issuer").get("name")).lower()
