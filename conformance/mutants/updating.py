"""Mutants that update certificates wrongly."""

from __future__ import annotations

from dataclasses import replace

from certlife.adapters.memory import shown
from certlife.adapters.memory.access import living, living_version
from certlife.adapters.memory.errors import RefusedError, forbidden
from certlife.adapters.memory.state import Call, State, find
from certlife.adapters.memory.vault import Handler
from certlife.conformance.mutants.mutant import answering
from certlife.conformance.mutants.strokes import as_if_living, asking_also, asking_less, current, showing_also
from certlife.model.values import Answer
from certlife.model.vocabulary import Operation


@answering(Operation.UPDATE, rules="SHOW-034")
def update_without_tags_wipes_them(original: Handler, state: State, call: Call) -> Answer:
    """An update that says nothing about tags takes them away."""
    _, version = living_version(state, call)
    if "tags" not in call.body:
        version.tags = {}
    return original(state, call)


@answering(Operation.UPDATE, rules="SHOW-034")
def update_adds_to_the_tags(original: Handler, state: State, call: Call) -> Answer:
    """An update with tags adds to those that are there instead of replacing them."""
    _, version = living_version(state, call)
    sent = call.body.get("tags")
    return original(state, asking_also(call, tags={**version.tags, **sent}) if isinstance(sent, dict) else call)


@answering(Operation.UPDATE, rules="SHOW-034")
def update_ignores_tags(original: Handler, state: State, call: Call) -> Answer:
    """Tags in an update change nothing."""
    return original(state, asking_less(call, "tags"))


@answering(Operation.UPDATE, rules="SHOW-020")
def update_of_an_old_version_makes_it_current(original: Handler, state: State, call: Call) -> Answer:
    """An update of an old version makes it the current one."""
    answer = original(state, call)
    record, version = living_version(state, call)
    if version in record.versions:
        record.versions.remove(version)
        record.versions.append(version)
    return answer


@answering(Operation.UPDATE, rules="SHOW-040")
def update_of_one_version_disables_all(original: Handler, state: State, call: Call) -> Answer:
    """Enabling or disabling one version does it to all of them."""
    answer = original(state, call)
    record, version = living_version(state, call)
    for other in record.versions:
        other.enabled = version.enabled
    return answer


@answering(Operation.UPDATE, rules="SHOW-034")
def update_of_one_version_tags_all(original: Handler, state: State, call: Call) -> Answer:
    """Tags that are given to one version are given to all of them."""
    answer = original(state, call)
    record, version = living_version(state, call)
    for other in record.versions:
        other.tags = dict(version.tags)
    return answer


@answering(Operation.UPDATE, rules="SHOW-020")
def update_of_an_old_version_goes_to_the_current_one(original: Handler, state: State, call: Call) -> Answer:
    """An update of an old version is carried out on the current one."""
    living_version(state, call)
    return original(state, replace(call, version=current(state, call).id) if call.version else call)


@answering(Operation.UPDATE, rules="SHOW-040")
def update_ignores_enabled(original: Handler, state: State, call: Call) -> Answer:
    """A certificate can not be disabled."""
    return original(state, asking_less(call, "attributes"))


@answering(Operation.UPDATE, rules="SHOW-040")
def update_can_not_enable_again(original: Handler, state: State, call: Call) -> Answer:
    """A certificate that was disabled stays disabled."""
    _, version = living_version(state, call)
    return original(state, call if version.enabled else asking_less(call, "attributes"))


@answering(Operation.UPDATE, rules="SHOW-040")
def update_without_enabled_enables(original: Handler, state: State, call: Call) -> Answer:
    """An update that says nothing about enabled enables the certificate."""
    return original(state, call if "attributes" in call.body else asking_also(call, attributes={"enabled": True}))


@answering(Operation.UPDATE, rules="SHOW-042")
def update_leaves_updated_as_it_was(original: Handler, state: State, call: Call) -> Answer:
    """An update does not move `updated`."""
    record, version = living_version(state, call)
    before = version.updated
    answer = original(state, call)
    version.updated = before
    body = shown.bundle(state, call, record, version, with_policy=not call.version)
    return replace(answer, body=body)


@answering(Operation.UPDATE, rules="SHOW-041")
def update_moves_created(original: Handler, state: State, call: Call) -> Answer:
    """An update makes the certificate as new: `created` moves."""
    _, version = living_version(state, call)
    version.created = call.now
    return original(state, call)


@answering(Operation.UPDATE, rules="SHOW-043 SHOW-044")
def update_sets_the_dates(original: Handler, state: State, call: Call) -> Answer:
    """An update sets the nbf and exp that it carries."""
    _, version = living_version(state, call)
    attributes = call.body.get("attributes")
    if isinstance(attributes, dict):
        nbf, exp = attributes.get("nbf"), attributes.get("exp")
        version.nbf = nbf if isinstance(nbf, int) else version.nbf
        version.exp = exp if isinstance(exp, int) else version.exp
    return original(state, call)


@answering(Operation.UPDATE, rules="SHOW-034 SHOW-040 SHOW-042")
def update_answers_with_the_old_state(original: Handler, state: State, call: Call) -> Answer:
    """An update is answered with the certificate as it was before."""
    record, version = living_version(state, call)
    before = shown.bundle(state, call, record, version, with_policy=not call.version)
    return replace(original(state, call), body=before)


@answering(Operation.UPDATE, rules="CERT-61")
def update_answers_with_no_content(original: Handler, state: State, call: Call) -> Answer:
    """An update is answered with 204."""
    original(state, call)
    return Answer(204)


@answering(Operation.UPDATE, rules="CERT-61")
def disabled_certificate_can_not_be_updated(original: Handler, state: State, call: Call) -> Answer:
    """An update of a disabled certificate is refused."""
    _, version = living_version(state, call)
    if version.chain and not version.enabled:
        raise forbidden("Operation update is not allowed on a disabled certificate.", "CertificateDisabled")
    return original(state, call)


@answering(Operation.UPDATE, rules="CERT-60")
def stub_can_not_be_updated(original: Handler, state: State, call: Call) -> Answer:
    """An update before the certificate was issued is refused."""
    if not living(state, call).versions:
        raise forbidden("The certificate is not provisioned yet.")
    return original(state, call)


@answering(Operation.UPDATE, rules="SHOW-020")
def update_makes_a_version(original: Handler, state: State, call: Call) -> Answer:
    """An update makes a further version, and leaves the former one as it was."""
    record, version = living_version(state, call)
    if not version.chain:
        return original(state, call)
    record.versions.append(replace(version, id=state.new_id(), tags=dict(version.tags), acted=set(version.acted)))
    return original(state, replace(call, version=record.current.id) if call.version else call)


@answering(Operation.UPDATE, rules="CERT-57")
def update_of_an_unknown_version_changes_the_current_one(original: Handler, state: State, call: Call) -> Answer:
    """An update of a version that does not exist changes the current one."""
    if living(state, call).version(call.version) is None:
        return original(state, replace(call, version=current(state, call).id))
    return original(state, call)


@answering(Operation.UPDATE, rules="CERT-62")
def deleted_certificate_can_be_updated(original: Handler, state: State, call: Call) -> Answer:
    """An update of a deleted certificate is granted."""
    return as_if_living(original, state, call)


@answering(Operation.UPDATE, rules="SHOW-030")
def update_of_a_version_shows_the_policy(original: Handler, state: State, call: Call) -> Answer:
    """An update of a version is answered with the policy too."""
    answer = original(state, call)
    return showing_also(answer, policy=shown.policy(call, living(state, call)))


@answering(Operation.UPDATE, rules="SHOW-082 SHOW-091 SHOW-092 SHOW-100 SHOW-102 SHOW-101")
def update_ignores_the_policy(original: Handler, state: State, call: Call) -> Answer:
    """A policy that an update of a certificate carries changes nothing."""
    return original(state, asking_less(call, "policy"))


@answering(Operation.UPDATE, rules="CERT-62")
def update_of_an_unknown_certificate_is_granted(original: Handler, state: State, call: Call) -> Answer:
    """An update of a name that nobody has used is answered with 200."""
    try:
        return original(state, call)
    except RefusedError as refused:
        if find(state, call.name) is not None:
            return refused.answer()
        return shown.ok({"id": f"{call.vault}/certificates/{call.name}"})
