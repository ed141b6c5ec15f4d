"""Mutants that begin an operation wrongly.

Not here: its certificate request (requesting), what should not have been accepted (accepting).
"""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.certificates import months_after
from certlife.adapters.memory import shown
from certlife.adapters.memory.agenda import schedule_order
from certlife.adapters.memory.drift import forget, settle
from certlife.adapters.memory.errors import RefusedError, conflict, not_found
from certlife.adapters.memory.state import Call, Members, Stage, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.means import (
    alive,
    asking,
    asking_policy,
    begun,
    hiding,
    operation_at,
    sent_policy,
    showing_members,
)
from certlife.conformance.mutants.mutant import answering, meanwhile
from certlife.model.values import Answer
from certlife.model.vocabulary import IssuerKind, Operation

_AS_SENT = "SHOW-096 SHOW-097 SHOW-098 SHOW-099 SHOW-100 SHOW-101 SHOW-102"
_AS_BEFORE = "SHOW-084 SHOW-085 SHOW-086 SHOW-087 SHOW-088"
_REQUESTED = "X509-44 X509-46 X509-48 X509-49 X509-50 X509-52 X509-54"


@answering(Operation.CREATE, rules="SHOW-006")
def issuer_is_ignored(original: Handler, state: State, call: Call) -> Answer:
    """Whatever issuer the policy names, the vault signs itself."""
    answer = original(state, call)
    record, pending = begun(state, call)
    pending.issuer, pending.kind = "Self", IssuerKind.SELF
    pending.details = shown.details_of("Self")
    schedule_order(state, record, pending)
    return replace(answer, body=shown.operation(call, record, pending))


@answering(Operation.CREATE, rules="SHOW-001 SHOW-020 SHOW-022 OPER-37")
def unknown_is_treated_as_self(original: Handler, state: State, call: Call) -> Answer:
    """What is to be signed outside, the vault signs itself a few seconds later."""
    answer = original(state, call)
    record, pending = begun(state, call)
    if pending.kind is IssuerKind.UNKNOWN:
        pending.kind = IssuerKind.SELF
        schedule_order(state, record, pending)
    return answer


@answering(Operation.CREATE, rules="SHOW-006 SHOW-122")
def issuer_that_is_not_named_is_self(original: Handler, state: State, call: Call) -> Answer:
    """Where the policy names no issuer, the vault signs itself."""
    named = sent_policy(call, "issuer").get("name")
    return original(state, call if named else asking_policy(call, "issuer", name="Self"))


@answering(Operation.CREATE, rules="RELA-14")
def unknown_is_told_to_wait(original: Handler, state: State, call: Call) -> Answer:
    """The operation that awaits a merge says that an issuer is at work."""
    answer = original(state, call)
    _, pending = begun(state, call)
    pending.details = shown.details_of("Self")
    return showing_members(answer, status_details=pending.details)


@answering(Operation.CREATE, rules="CERT-12 CERT-13")
def second_create_replaces_the_running_operation(original: Handler, state: State, call: Call) -> Answer:
    """A create while an operation runs starts another one in its place."""
    record = alive(state, call)
    if record is None:
        return original(state, call)
    former, record.pending = record.pending, None
    try:
        return original(state, call)
    except RefusedError:
        record.pending = former
        raise


@answering(Operation.CREATE, rules="CERT-12 CERT-13")
def second_create_joins_the_running_operation(original: Handler, state: State, call: Call) -> Answer:
    """A create while an operation runs is answered with that operation."""
    record = alive(state, call)
    if record is None or record.pending is None or not record.pending.running:
        return original(state, call)
    return Answer(202, shown.operation(call, record, record.pending), shown.RETRY)


@answering(Operation.CREATE, rules="CERT-19")
def create_takes_the_name_of_something_deleted(original: Handler, state: State, call: Call) -> Answer:
    """A create over a deleted certificate begins anew, and what was deleted is lost."""
    record = find(state, call.name)
    if record is not None and record.stage is Stage.DELETED:
        forget(state, record)
    return original(state, call)


@answering(Operation.CREATE, rules="CERT-02")
def create_of_a_new_name_needs_no_policy(original: Handler, state: State, call: Call) -> Answer:
    """A new name without a policy gets a usual one."""
    if find(state, call.name) is None and call.body.get("policy") is None:
        return original(state, asking(call, policy=_usual(call)))
    return original(state, call)


@answering(Operation.CREATE, rules=f"{_AS_BEFORE} {_REQUESTED} SHOW-006")
def create_without_policy_forgets_the_stored_one(original: Handler, state: State, call: Call) -> Answer:
    """A create without a policy puts a usual one in the place of the stored one."""
    if alive(state, call) is not None and call.body.get("policy") is None:
        return original(state, asking(call, policy=_usual(call)))
    return original(state, call)


@answering(Operation.CREATE, rules=f"{_AS_SENT} {_REQUESTED} SHOW-006")
def create_keeps_the_policy_that_was_there(original: Handler, state: State, call: Call) -> Answer:
    """The policy that a create sends for a name that has one is not looked at."""
    return original(state, call if alive(state, call) is None else asking(call, policy=None))


@answering(Operation.CREATE, rules="SHOW-100")
def create_caps_the_validity(original: Handler, state: State, call: Call) -> Answer:
    """More months of validity than 12 are cut down to 12."""
    months = sent_policy(call, "x509_props").get("validity_months")
    if isinstance(months, int) and 12 < months <= 1200:
        return original(state, asking_policy(call, "x509_props", validity_months=12))
    return original(state, call)


@answering(Operation.CREATE, rules="CERT-18 CERT-16")
def create_needs_a_new_name(original: Handler, state: State, call: Call) -> Answer:
    """A create for a name that has a version is refused."""
    record = alive(state, call)
    if record is not None and record.versions:
        raise conflict(f"Certificate {record.name} exists.")
    return original(state, call)


@answering(Operation.CREATE, rules="CERT-09 CERT-18")
def create_answers_200(original: Handler, state: State, call: Call) -> Answer:
    """A create is answered with 200."""
    return replace(original(state, call), status=200)


@answering(Operation.CREATE, rules="RELA-11")
def create_names_no_location(original: Handler, state: State, call: Call) -> Answer:
    """The answer to a create does not say where the operation is."""
    return replace(original(state, call), headers=shown.RETRY)


@answering(Operation.CREATE, rules="RELA-11")
def location_lacks_the_request_id(original: Handler, state: State, call: Call) -> Answer:
    """The location of a new operation does not tell it from those before."""
    answer = original(state, call)
    location = answer.headers["location"].partition("&request_id=")[0]
    return replace(answer, headers={**answer.headers, "location": location})


@answering(Operation.CREATE, rules="RELA-15")
def every_operation_has_the_same_request_id(original: Handler, state: State, call: Call) -> Answer:
    """A new operation has the request_id of the one before."""
    former = operation_at(state, call)
    answer = original(state, call)
    if former is None:
        return answer
    record, pending = begun(state, call)
    location = answer.headers["location"].replace(pending.request_id, former.request_id)
    pending.request_id = former.request_id
    return replace(
        answer, body=shown.operation(call, record, pending), headers={**answer.headers, "location": location}
    )


@answering(Operation.CREATE, rules="SHOW-034 SHOW-064")
def tags_of_create_are_lost(original: Handler, state: State, call: Call) -> Answer:
    """The tags of a create are on nothing."""
    return original(state, asking(call, tags=None))


@answering(Operation.CREATE, rules="RELA-27 CERT-43 CERT-67 CERT-77")
def create_drops_the_older_versions(original: Handler, state: State, call: Call) -> Answer:
    """With a new operation all versions but the current one are gone."""
    answer = original(state, call)
    record, _ = begun(state, call)
    record.versions = record.versions[-1:]
    return answer


@answering(Operation.CREATE, rules="SHOW-040")
def placeholder_is_enabled(original: Handler, state: State, call: Call) -> Answer:
    """What stands for a certificate that is not issued yet is enabled."""
    answer = original(state, call)
    record, _ = begun(state, call)
    if record.placeholder is not None:
        record.placeholder.enabled = True
    return answer


@answering(Operation.CREATE, rules="RELA-04")
def placeholder_is_valid_from_its_making(original: Handler, state: State, call: Call) -> Answer:
    """What stands for a certificate that is not issued yet is valid from now on, not from ten minutes before."""
    answer = original(state, call)
    record, _ = begun(state, call)
    if record.placeholder is not None:
        record.placeholder.nbf = call.now
    return answer


@answering(Operation.CREATE, rules="RELA-05")
def placeholder_is_valid_for_a_year(original: Handler, state: State, call: Call) -> Answer:
    """What stands for a certificate that is not issued yet ends after a year, whatever the policy says."""
    answer = original(state, call)
    record, _ = begun(state, call)
    if record.placeholder is not None:
        record.placeholder.exp = months_after(call.now, 12)
    return answer


@answering(Operation.GET, rules="SHOW-029")
def placeholder_has_no_policy(original: Handler, state: State, call: Call) -> Answer:
    """What stands for a certificate that is not issued yet is shown without the policy."""
    answer = original(state, call)
    record = alive(state, call)
    return answer if record is None or record.versions else hiding(answer, "policy")


@answering(Operation.GET, rules="SHOW-022 SHOW-024")
def placeholder_has_key_and_secret(original: Handler, state: State, call: Call) -> Answer:
    """What stands for a certificate that is not issued yet shows where its key and its secret would be."""
    answer = original(state, call)
    record = alive(state, call)
    if record is None or record.versions:
        return answer
    path = f"{record.name}/{record.current.id}"
    return showing_members(answer, kid=f"{call.vault}/keys/{path}", sid=f"{call.vault}/secrets/{path}")


@answering(Operation.GET, rules="CERT-42")
def certificate_is_not_found_before_its_first_version(original: Handler, state: State, call: Call) -> Answer:
    """A certificate is not there until its first version is issued."""
    record = alive(state, call)
    if record is not None and not record.versions:
        raise not_found("certificate", call.name, call.version)
    return original(state, call)


@meanwhile(rules="RELA-07")
def first_version_keeps_the_identifier_of_the_placeholder(state: State) -> None:
    """The first version has the identifier of what has stood for it."""
    settle(state)
    for record in state.records.values():
        pending = record.pending
        if pending is None or pending.kind is not IssuerKind.SELF:
            continue
        if record.placeholder is not None:
            record.placeholder.id = pending.request_id
        elif len(record.versions) == 1 and record.versions[0].key is pending.key:
            record.versions[0].id = pending.request_id


def _usual(call: Call) -> Members:
    return {"x509_props": {"subject": f"CN={call.name}"}, "issuer": {"name": "Self"}}
